package loadtest_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ponte/bot/records"
	"ponte/internal/ops"
	"ponte/storage"
)

// A soak lasts 6 seconds, twice as long where all is slow, or as long as PONTE_SOAK says.
const (
	soakSenders = 8
	soakItems   = 5                      // in a request of a sender at most; 3 on average
	soakEvery   = 120 * time.Millisecond // a sender's requests: 200 items a second in all
	soakGrown   = time.Minute            // from when on a process's memory counts
	soakFile    = 128 << 20              // bytes by which a half has to grow the file for the growth to count
)

// soak is a long time of ordinary work, and what was seen in it.
type soak struct {
	*crowd
	t       *testing.T
	length  time.Duration
	began   time.Time
	seen    []sample
	ends    int    // of processes
	backups int    // that were made
	copied  string // the backup that is looked into at the end, when there is one
	before  map[itemKey]said
}

// sample is how it stood at a moment.
type sample struct {
	at, age                            time.Duration
	sent, acknowledged, refused, lost  int64
	out, waiting                       int
	resident, anonymous, file, freeing int64
}

func TestSoak(t *testing.T) {
	length := 6 * time.Second
	if watched {
		length *= 2
	}
	if text := os.Getenv("PONTE_SOAK"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	} else {
		t.Parallel()
	}
	w := newWorld(t)
	w.opens(t)
	s := &soak{crowd: w.crowd(t.Context()), t: t, length: length, began: time.Now()}
	s.sample()
	for i := range soakSenders {
		s.sender([]string{theFeed, theShop}[i%2], uint64(i), soakEvery, soakItems)
	}
	s.team(time.Second, 10)
	s.lasts()
	s.goes()
	s.settles(t)
	s.sample()
	s.now().stop(t)
	s.counts(t)
	s.looksInto(t)
	s.judges(t)
}

// lasts works through the plan: lines, backups, and ends of processes, in turn
// orderly and not.
func (s *soak) lasts() {
	line := min(max(s.length/40, 3*time.Second), 30*time.Second)
	plan := []struct {
		every, next time.Duration
		do          func()
	}{
		{every: line, do: s.sample},
		{every: min(max(s.length/20, 4*time.Second), time.Minute), do: s.backup},
		{every: max(s.length/6, 3*time.Second), do: s.restart},
	}
	for i := range plan {
		plan[i].next = plan[i].every
	}
	for now := time.Duration(0); now < s.length; now = time.Since(s.began) {
		for i := range plan {
			if p := &plan[i]; now >= p.next {
				p.do()
				p.next += p.every
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *soak) sample() {
	p := s.now()
	var st ops.Status
	if err := p.status(s.ctx, &st); err != nil {
		s.t.Errorf("it does not tell how it is: %v", err)
		return
	}
	n := sample{
		at: time.Since(s.began), age: time.Since(p.began), sent: s.sent.Load(), acknowledged: s.acknowledged.Load(),
		refused: s.refused.Load(), lost: s.lost.Load(), out: s.shop.out(), waiting: st.Outbox.Waiting + st.Outbox.Started,
		resident: p.memory("VmRSS"), anonymous: p.memory("RssAnon"), file: st.Store.Size, freeing: st.Store.Free,
	}
	s.seen = append(s.seen, n)
	s.t.Log(n)
}

func (n sample) String() string {
	return fmt.Sprintf("%6.0fs  sent %d  acknowledged %d  refused %d  unanswered %d  replies out %d  RSS %.1f MiB  RssAnon %.1f MiB (process %.0fs old)  file %.1f MiB, %.1f free  waiting %d",
		n.at.Seconds(), n.sent, n.acknowledged, n.refused, n.lost, n.out, mega(n.resident), mega(n.anonymous), n.age.Seconds(), mega(n.file), mega(n.freeing), n.waiting)
}

func mega(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// backup makes a backup while everything goes on, and keeps the first one of the second half.
func (s *soak) backup() {
	file := filepath.Join(s.dir, fmt.Sprintf("backup-%d", s.backups))
	var before map[itemKey]said
	keep := s.copied == "" && time.Since(s.began) >= s.length/2
	if keep {
		s.mu.Lock()
		before = maps.Clone(s.items)
		s.mu.Unlock()
	}
	if said, err := ponte(s.t, "backup", file, "--data", s.data()); err != nil {
		s.t.Errorf("no backup was made: %v: %s", err, said)
		return
	}
	s.backups++
	if keep {
		s.copied, s.before = file, before
	} else if err := os.Remove(file); err != nil {
		s.t.Error(err)
	}
}

// restart ends the process, in good order and with a kill in turn, and starts the next one.
func (s *soak) restart() {
	p := s.now()
	if s.ends++; s.ends%2 == 0 {
		p.stop(s.t)
	} else {
		p.signal(s.t, syscall.SIGKILL)
		<-p.over
	}
	s.opens(s.t)
}

// looksInto puts the backup into another folder, where it has every item that was
// acknowledged before it was made.
func (s *soak) looksInto(t *testing.T) {
	if s.copied == "" {
		t.Errorf("%d backups were made, none of which was kept", s.backups)
		return
	}
	other := filepath.Join(s.dir, "other")
	if said, err := ponte(t, "restore", s.copied, "--data", other); err != nil {
		t.Fatalf("the backup cannot be put back: %v: %s", err, said)
	}
	have := 0
	s.looks(t, other, func(tx *storage.Tx) error {
		for it, err := range records.Items.Under(tx, nil) {
			if err != nil {
				return err
			}
			have++
			delete(s.before, itemKey{strings.TrimPrefix(string(it.Account), "webhook:"), it.Remote})
		}
		return nil
	})
	if len(s.before) > 0 || have > len(s.items) {
		t.Errorf("the backup has %d items and lacks %d that were acknowledged before; %d came in all", have, len(s.before), len(s.items))
	}
	t.Logf("%d backups were made, one of them with %d items was looked into; %d processes ended meanwhile", s.backups, have, s.ends)
}

// judges holds what was seen against what may be: memory stays, and the file
// grows with what is in it.
func (s *soak) judges(t *testing.T) {
	if last := s.seen[len(s.seen)-1]; last.waiting != 0 {
		t.Errorf("%d effects wait at the end", last.waiting)
	}
	second, fourth := s.memoryIn(1), s.memoryIn(3)
	switch {
	case second == 0 || fourth == 0:
		t.Log("too short to tell anything of memory")
	case float64(fourth) > 1.5*float64(second):
		t.Errorf("RssAnon was %.1f MiB in the second quarter and %.1f MiB in the last", mega(second), mega(fourth))
	default:
		t.Logf("RssAnon was %.1f MiB in the second quarter and %.1f MiB in the last", mega(second), mega(fourth))
	}
	half := slices.IndexFunc(s.seen, func(n sample) bool { return n.at >= s.length/2 })
	a, b, c := s.seen[0], s.seen[max(half, 0)], s.seen[len(s.seen)-1]
	if b.file-a.file < soakFile || c.file-b.file < soakFile {
		t.Log("too short to tell anything of the file's growth")
		return
	}
	first, last := growth(a, b), growth(b, c)
	t.Logf("the file grew by %.0f bytes an item in the first half and %.0f in the second", first, last)
	if last > 1.3*first {
		t.Error("it grows faster and faster")
	}
}

func growth(from, to sample) float64 {
	return float64(to.file-from.file) / float64(max(to.acknowledged-from.acknowledged, 1))
}

// memoryIn is the median of RssAnon in a quarter, counted from 0, of processes that were grown up; 0 when there was none.
func (s *soak) memoryIn(quarter time.Duration) int64 {
	var list []int64
	for _, n := range s.seen {
		if n.age >= soakGrown && n.at >= s.length*quarter/4 && n.at < s.length*(quarter+1)/4 {
			list = append(list, n.anonymous)
		}
	}
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
}
