package bot

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestNewIDNeverGoesBackwards(t *testing.T) {
	start := time.Date(2026, 11, 27, 18, 30, 0, 0, time.UTC)
	moments := []time.Time{start, start, start.Add(time.Millisecond), start, start.Add(-time.Hour), start.Add(time.Hour), start.Add(time.Hour), {}}
	last := NewID(start)
	for _, now := range moments {
		id := NewID(now)
		if id <= last {
			t.Errorf("%s made at %v does not follow %s", id, now, last)
		}
		if len(id) != 26 || strings.ToLower(string(id)) != string(id) || strings.Trim(string(id), "0123456789abcdefghjkmnpqrstvwxyz") != "" {
			t.Errorf("%q is not 26 lower-case characters", id)
		}
		last = id
	}
}

func TestIDsSortByTime(t *testing.T) {
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	var ids []ID
	for n := range 300 {
		ids = append(ids, NewID(start.Add(time.Duration(n)*997*time.Hour)))
	}
	if !slices.IsSorted(ids) {
		t.Errorf("not in order: %v", ids)
	}
	if a, b := ids[0][:9], ids[1][:9]; a == b {
		t.Errorf("the time of two moments reads %s", a)
	}
}

func TestNewIDIsUniqueAcrossGoroutines(t *testing.T) {
	now := time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	made := make([][]ID, 8)
	var wg sync.WaitGroup
	for i := range made {
		wg.Go(func() {
			for n := range 500 {
				made[i] = append(made[i], NewID(now.Add(time.Duration(n%3)*time.Millisecond)))
			}
		})
	}
	wg.Wait()
	for i, ids := range made {
		if !slices.IsSorted(ids) {
			t.Errorf("goroutine %d saw ids go backwards", i)
		}
	}
	all := slices.Concat(made...)
	slices.Sort(all)
	if unique := len(slices.Compact(slices.Clone(all))); unique != 4000 {
		t.Errorf("4000 ids, %d unique", unique)
	}
}
