package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/storage"
)

// What waits can be taken back; what has started, or may have, cannot.
func TestUndo(t *testing.T) {
	in(t, func(w *world) { w.dest.traits.Honours = time.Hour }, func(w *world) {
		cancel := func(id bot.ID) error {
			return w.store.Update(context.Background(), func(tx *storage.Tx) error { return w.out.Cancel(tx, id) })
		}
		later := func(e *act.Effect) { e.Due = time.Now().Add(20 * time.Second) }
		undone, sent := w.say("a", "undone", later), w.say("b", "sent", later)
		w.say("a", "behind")
		w.dest.fails("slow", fault{slow: 5 * time.Second})
		w.dest.fails("open", fault{err: errors.New("reset"), accepted: true})
		slow, open := w.say("c", "slow"), w.say("d", "open")
		w.run()
		pass(100 * time.Millisecond)
		if err := cancel(undone.ID); err != nil {
			t.Fatal(err)
		}
		w.state(slow.ID, act.Started)
		w.state(open.ID, act.Waiting)
		for _, e := range []act.Effect{slow, open, undone} {
			if err := cancel(e.ID); bot.KindOf(err) != bot.Conflict {
				t.Errorf("taking back %s: %v, want a conflict", textIn(e), err)
			}
		}
		pass(time.Minute)
		w.state(undone.ID, act.Undone)
		w.state(sent.ID, act.Done)
		if diff := cmp.Diff([]string{"behind", "open", "sent", "slow"}, w.dest.texts(), sorted); diff != "" {
			t.Error(diff)
		}
	})
}

// Hurry ends an undo window early, and no wait that the platform asked for.
func TestHurry(t *testing.T) {
	in(t, nil, func(w *world) {
		w.dest.fails("limited", fault{err: &bot.Error{Kind: bot.RateLimited, Key: "x", RetryAfter: time.Minute}})
		a := w.say("a", "hello", func(e *act.Effect) { e.Due = time.Now().Add(20 * time.Second) })
		b := w.say("b", "limited")
		w.run()
		w.idle()
		for _, id := range []bot.ID{a.ID, b.ID} {
			w.update(func(tx *storage.Tx) error { return w.out.Hurry(tx, id) })
		}
		w.idle()
		w.state(a.ID, act.Done)
		w.state(b.ID, act.Waiting)
	})
}

// A gate that is closed holds everything back until it opens; a final word fails it.
func TestGates(t *testing.T) {
	in(t, nil, func(w *world) {
		closed, asked := true, 0
		w.out.Gates(func(_ *storage.Tx, e *act.Effect) error {
			switch asked++; {
			case textIn(*e) == "forbidden":
				return bot.Errorf(bot.Denied, "x")
			case textIn(*e) == "odd" && closed:
				return errors.New("no idea")
			case closed:
				return &bot.Error{Kind: bot.Unavailable, Key: "x", RetryAfter: time.Minute}
			}
			return nil
		})
		held, forbidden, odd := w.say("a", "held"), w.say("b", "forbidden"), w.say("c", "odd")
		w.say("b", "behind")
		w.run()
		pass(30 * time.Second)
		if n := len(w.dest.attempts()); n != 0 || asked > 40 {
			t.Errorf("%d calls behind a closed gate, which was asked %d times", n, asked)
		}
		w.state(held.ID, act.Waiting)
		w.state(forbidden.ID, act.Failed)
		w.update(func(*storage.Tx) error { closed = false; return nil })
		pass(2 * time.Minute)
		w.state(held.ID, act.Done)
		w.state(odd.ID, act.Done)
		if diff := cmp.Diff([]string{"behind", "held", "odd"}, w.dest.texts(), sorted); diff != "" {
			t.Error(diff)
		}
	})
}

// Nothing starts after its grace. What may have happened by then is unknown, or
// found out.
func TestGrace(t *testing.T) {
	for _, settles := range []bool{false, true} {
		in(t, func(w *world) {
			w.dest.traits.Honours = time.Hour
			w.dest.traits.Schedule = []time.Duration{5 * time.Minute}
			if settles {
				w.asks()
			}
		}, func(w *world) {
			w.dest.fails("down", fault{err: bot.Errorf(bot.Unavailable, "x")})
			w.dest.fails("open", fault{err: errors.New("reset"), accepted: true})
			until := func(e *act.Effect) { e.Until = time.Now().Add(time.Minute) }
			down, open := w.say("a", "down", until), w.say("b", "open", until)
			exact := w.say("c", "exact", func(e *act.Effect) { e.Due = time.Now().Add(time.Minute); e.Until = e.Due })
			w.run()
			pass(time.Hour)
			w.state(down.ID, act.Failed)
			if f := w.effect(down.ID).Fault; f == nil || f.Kind != bot.Conflict || f.Key != "error.grace" {
				t.Errorf("it failed with %v", f)
			}
			w.state(exact.ID, act.Done)
			want := act.Unknown
			if settles {
				want = act.Done
			}
			w.state(open.ID, want)
			if diff := cmp.Diff([]string{"down", "exact", "open"}, w.dest.carried(), sorted); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Those who watch are told of every move of a Say, and of nothing else.
func TestWatches(t *testing.T) {
	in(t, nil, func(w *world) {
		var mu sync.Mutex
		var moves []string
		w.out.Watches(thing, func(tx *storage.Tx, e act.Effect) error {
			s := textIn(e) + " " + string(e.State)
			tx.OnCommit(func() { mu.Lock(); defer mu.Unlock(); moves = append(moves, s) })
			return nil
		})
		w.out.Watches("other", func(*storage.Tx, act.Effect) error { panic("not about this") })
		w.dest.fails("a", fault{err: bot.Errorf(bot.Unavailable, "x")}, fault{err: errors.New("reset")})
		w.dest.fails("b", fault{err: bot.Errorf(bot.Invalid, "x")})
		a := w.say("l", "a")
		w.say("l", "b")
		w.touch("card/1", "card")
		w.run()
		pass(time.Minute)
		w.update(func(tx *storage.Tx) error { return w.out.Settle(tx, a.ID, false, "ana", act.Receipt{}) })
		w.idle()
		mu.Lock()
		defer mu.Unlock()
		want := []string{"a started", "a waiting", "a started", "a unknown", "b started", "b failed", "a waiting", "a started", "a done"}
		if diff := cmp.Diff(want, moves); diff != "" {
			t.Error(diff)
		}
	})
}

// An effect that breaks a turn is put aside; the others go on, and it follows
// when it can. What came back of it is not lost.
func TestBrokenTurn(t *testing.T) {
	for _, state := range []act.State{act.Started, act.Done} {
		in(t, nil, func(w *world) {
			broken := true
			w.out.Watches(thing, func(_ *storage.Tx, e act.Effect) error {
				if broken && e.State == state && textIn(e) == "odd" {
					panic("broken")
				}
				return nil
			})
			odd := w.say("a", "odd")
			fine := w.say("b", "fine")
			w.run()
			pass(30 * time.Second)
			w.state(fine.ID, act.Done)
			w.update(func(*storage.Tx) error { broken = false; return nil })
			pass(10 * time.Second)
			w.state(odd.ID, act.Done)
			if diff := cmp.Diff([]string{"fine", "odd"}, w.dest.texts(), sorted); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Run ends gracefully: what is under way comes back and is recorded; what does
// not come back in time is open, and nothing new starts.
func TestEnd(t *testing.T) {
	in(t, func(w *world) { w.opt.Timeout = time.Minute }, func(w *world) {
		w.dest.fails("slow", fault{slow: 8 * time.Second})
		w.dest.fails("hung", fault{hang: true})
		slow, hung := w.say("a", "slow"), w.say("b", "hung")
		next := w.say("a", "next")
		w.run()
		pass(time.Second)
		start := time.Now()
		w.halt()
		if d := time.Since(start); d < 7*time.Second || d > 11*time.Second {
			t.Errorf("it ended after %s", d)
		}
		w.state(slow.ID, act.Done)
		w.state(hung.ID, act.Unknown)
		w.state(next.ID, act.Waiting)
		w.update(func(tx *storage.Tx) error { // the lease was given back: anybody may have it
			l, err := storage.Acquire(tx, "outbox", "somebody else", time.Minute)
			if err != nil {
				return err
			}
			return l.Release(tx)
		})
		start = time.Now()
		w.make(w.store)
		w.run()
		w.idle()
		w.state(next.ID, act.Done)
		if d := time.Since(start); d > time.Second {
			t.Errorf("the next run began after %s, though the lease was given back", d)
		}
	})
}

// Of two processes only one pumps, and who has lost the lease stops.
func TestLease(t *testing.T) {
	in(t, nil, func(w *world) {
		var other storage.Lease
		acquire := func(name string) {
			w.update(func(tx *storage.Tx) (err error) {
				other, err = storage.Acquire(tx, "outbox", name, time.Minute)
				return err
			})
		}
		acquire("somebody else")
		e := w.say("a", "hello")
		w.run()
		pass(30 * time.Second)
		w.state(e.ID, act.Waiting)
		w.update(other.Release)
		pass(2 * time.Second)
		w.state(e.ID, act.Done)
		pass(5 * time.Minute) // it keeps the lease
		err := w.store.Update(context.Background(), func(tx *storage.Tx) error {
			_, err := storage.Acquire(tx, "outbox", "somebody else", time.Minute)
			return err
		})
		if !errors.Is(err, storage.ErrConflict) {
			t.Errorf("somebody else took the lease: %v", err)
		}
		w.update(func(tx *storage.Tx) error {
			if err := other.Release(tx); err != nil {
				return err
			}
			return takeover(tx)
		})
		e = w.say("a", "too late")
		pass(time.Second)
		err = w.stop()
		w.stop = nil
		if err == nil {
			t.Error("Run goes on without the lease")
		}
		w.state(e.ID, act.Waiting)
	})
}

// Stats counts by state, and knows since when something is due.
func TestStats(t *testing.T) {
	in(t, nil, func(w *world) {
		w.dest.fails("a", fault{err: errors.New("reset")})
		w.dest.fails("b", fault{err: bot.Errorf(bot.Invalid, "x")})
		w.say("a", "a")
		w.say("b", "b")
		w.run()
		w.idle()
		w.halt()
		due := time.Now().UTC().Round(0)
		w.say("c", "c", func(e *act.Effect) { e.Class = act.PersonClass })
		for i := range 3 {
			w.say(fmt.Sprint(i), "later", func(e *act.Effect) { e.Due = due.Add(time.Hour) })
		}
		want := outbox.Stats{Waiting: 4, Unknown: 1, Failed: 1, Oldest: due, Parked: map[string]time.Time{}}
		if diff := cmp.Diff(want, w.stats()); diff != "" {
			t.Error(diff)
		}
	})
}
