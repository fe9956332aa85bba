package clock

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/storage"
	"ponte/storage/bolt"
)

// runs lets a clock run for a while and returns when it ticked, counted from its start.
func runs(t *testing.T, length time.Duration, tick func(*Clock, int) (time.Duration, error), meanwhile func(*Clock)) []time.Duration {
	t.Helper()
	var at []time.Duration
	synctest.Test(t, func(t *testing.T) {
		at = nil
		c := New("test", slog.New(slog.DiscardHandler))
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		if meanwhile != nil {
			go meanwhile(c)
		}
		err := c.Run(ctx, func(context.Context) (time.Time, error) {
			at = append(at, time.Since(began))
			in, err := tick(c, len(at))
			if in == 0 {
				return time.Time{}, err
			}
			return time.Now().Add(in), err
		})
		if err != nil {
			t.Error(err)
		}
	})
	return at
}

func TestTicks(t *testing.T) {
	s := func(n ...float64) (out []time.Duration) {
		for _, f := range n {
			out = append(out, time.Duration(f*float64(time.Second)))
		}
		return out
	}
	cases := []struct {
		name      string
		length    time.Duration
		tick      func(*Clock, int) (time.Duration, error)
		meanwhile func(*Clock)
		want      []time.Duration
	}{
		{"when the next is due", 35 * time.Second, func(*Clock, int) (time.Duration, error) { return 10 * time.Second, nil }, nil, s(0, 10, 20, 30)},
		{"at least every minute", 130 * time.Second, func(*Clock, int) (time.Duration, error) { return 0, nil }, nil, s(0, 60, 120)},
		{"never without rest", 25 * time.Millisecond, func(*Clock, int) (time.Duration, error) { return -time.Hour, nil }, nil, s(0, 0.01, 0.02)},
		{"again after an error", 2500 * time.Millisecond, func(*Clock, int) (time.Duration, error) { return 0, errors.New("no") }, nil, s(0, 1, 2)},
		{"when it is woken", 50 * time.Second, func(*Clock, int) (time.Duration, error) { return 0, nil }, func(c *Clock) {
			time.Sleep(5 * time.Second)
			c.Wake()
		}, s(0, 5)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, runs(t, c.length, c.tick, c.meanwhile)); diff != "" {
				t.Errorf("it ticked at other times: %s", diff)
			}
		})
	}
}

func TestExpects(t *testing.T) {
	store, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "ponte.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Now()
	c := New("test", slog.New(slog.DiscardHandler))
	for _, e := range []struct {
		name  string
		at    time.Time
		fails bool
		wakes bool
	}{
		{"nothing", time.Time{}, false, false},
		{"what is due later", now.Add(2 * time.Hour), false, false},
		{"what is due sooner", now.Add(time.Minute), false, true},
		{"what was not written", now.Add(time.Minute), true, false},
	} {
		t.Run(e.name, func(t *testing.T) {
			c.next.Store(now.Add(time.Hour).UnixNano())
			failed := errors.New("no")
			err := store.Update(t.Context(), func(tx *storage.Tx) error {
				c.Expects(tx, e.at)
				if len(c.wake) > 0 {
					t.Error("it woke before the commit")
				}
				if e.fails {
					return failed
				}
				return nil
			})
			if (err != nil) != e.fails {
				t.Fatal(err)
			}
			if woken := len(c.wake) > 0; woken != e.wakes {
				t.Errorf("woken: %t, want %t", woken, e.wakes)
			}
			for len(c.wake) > 0 {
				<-c.wake
			}
		})
	}
}
