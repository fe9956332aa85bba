package outbox_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// What becomes of an effect, by what its first attempt came to and by what the
// destination can do.
func TestOutcomes(t *testing.T) {
	broken := errors.New("connection reset")
	for _, c := range []struct {
		name    string
		fault   fault
		blind   act.State
		settled act.State // where the destination can be asked
		honours act.State // where it honours keys
		seen    int       // messages, but for an unknown
	}{
		{"answered", fault{}, act.Done, act.Done, act.Done, 1},
		{"rate limited", fault{err: bot.Errorf(bot.RateLimited, "x")}, act.Done, act.Done, act.Done, 1},
		{"unavailable", fault{err: bot.Errorf(bot.Unavailable, "x")}, act.Done, act.Done, act.Done, 1},
		{"invalid", fault{err: bot.Errorf(bot.Invalid, "x")}, act.Failed, act.Failed, act.Failed, 0},
		{"denied", fault{err: bot.Errorf(bot.Denied, "x")}, act.Failed, act.Failed, act.Failed, 0},
		{"not found", fault{err: bot.Errorf(bot.NotFound, "x")}, act.Failed, act.Failed, act.Failed, 0},
		{"conflict", fault{err: bot.Errorf(bot.Conflict, "x")}, act.Failed, act.Failed, act.Failed, 0},
		{"ambiguous", fault{err: bot.Errorf(bot.Ambiguous, "x")}, act.Unknown, act.Done, act.Done, 1},
		{"ambiguous, taken", fault{err: bot.Errorf(bot.Ambiguous, "x"), accepted: true}, act.Unknown, act.Done, act.Done, 1},
		{"untyped", fault{err: broken}, act.Unknown, act.Done, act.Done, 1},
		{"untyped, taken", fault{err: broken, accepted: true}, act.Unknown, act.Done, act.Done, 1},
		{"internal", fault{err: bot.Errorf(bot.Internal, "x")}, act.Unknown, act.Done, act.Done, 1},
		{"timed out", fault{hang: true}, act.Unknown, act.Done, act.Done, 1},
		{"panicked", fault{panics: true}, act.Unknown, act.Done, act.Done, 1},
		{"never came back", fault{slow: time.Hour}, act.Unknown, act.Done, act.Done, 1},
	} {
		for kind, want := range map[string]act.State{"blind": c.blind, "settled": c.settled, "honours": c.honours} {
			t.Run(c.name+"/"+kind, func(t *testing.T) {
				in(t, func(w *world) {
					if kind == "settled" {
						w.asks()
					}
					if kind == "honours" {
						w.dest.traits.Honours = 4 * time.Hour
					}
				}, func(w *world) {
					w.dest.fails("hello", c.fault)
					e := w.say("l", "hello")
					w.run()
					pass(10 * time.Minute)
					w.state(e.ID, want)
					if c.fault.slow > 0 {
						pass(2 * time.Hour)
						w.state(e.ID, want)
						if kind != "honours" {
							return // the adapter that did not come back is at fault
						}
					}
					if n := len(w.dest.texts()); want != act.Unknown && n != c.seen {
						t.Errorf("the destination shows %d messages, want %d", n, c.seen)
					}
				})
			})
		}
	}
}

// A refusal after an attempt that may have happened proves nothing about that one.
func TestRefusalAfterAnOpenAttempt(t *testing.T) {
	in(t, func(w *world) { w.dest.traits.Honours = time.Hour }, func(w *world) {
		w.dest.fails("hello", fault{err: errors.New("reset"), accepted: true}, fault{err: bot.Errorf(bot.Denied, "x")})
		e := w.say("l", "hello")
		w.run()
		pass(time.Minute)
		w.state(e.ID, act.Unknown)
	})
}

// A key that the destination will have forgotten is not used again.
func TestForgottenKey(t *testing.T) {
	in(t, func(w *world) { w.dest.traits.Honours = 10 * time.Minute }, func(w *world) {
		w.dest.fails("hello", fault{err: errors.New("reset"), accepted: true},
			fault{err: &bot.Error{Kind: bot.RateLimited, Key: "x", RetryAfter: time.Hour}})
		e := w.say("l", "hello")
		w.run()
		pass(3 * time.Hour)
		w.state(e.ID, act.Unknown)
		if diff := cmp.Diff([]string{"hello"}, w.dest.texts()); diff != "" {
			t.Error(diff)
		}
	})
}

// A platform that cannot tell is asked a few times, then a person is.
func TestUnsure(t *testing.T) {
	in(t, (*world).asks, func(w *world) {
		w.dest.found = []act.Finding{act.Unsure, "error", act.Unsure, act.Unsure, "error", act.Found}
		w.dest.fails("hello", fault{err: errors.New("reset")})
		e := w.say("l", "hello")
		after := w.say("l", "after")
		w.run()
		pass(100 * time.Millisecond)
		w.state(e.ID, act.Started)
		w.state(after.ID, act.Waiting)
		pass(5 * time.Minute)
		w.state(e.ID, act.Unknown)
		w.state(after.ID, act.Done)
		if w.dest.asked != 5 {
			t.Errorf("it was asked %d times, want 5", w.dest.asked)
		}
	})
}

// What a platform takes for a message that is known as another one is not that: it is
// asked again, and then a person is, whether it says so when it is asked or at once.
func TestTakenForAnother(t *testing.T) {
	for name, atOnce := range map[string]bool{"when it is asked": false, "at once": true} {
		t.Run(name, func(t *testing.T) {
			in(t, (*world).asks, func(w *world) {
				w.touch("card/1", "the first")
				w.run()
				w.idle()
				first := w.slot("card/1").Ref
				w.dest.keys["show/card/2"], w.dest.keyed["show/card/2"] = first, time.Now()
				if atOnce {
					w.dest.traits.Honours = 24 * time.Hour
				} else {
					w.dest.fails("the second", fault{err: errors.New("reset")})
				}
				w.touch("card/2", "the second")
				pass(25 * time.Hour)
				w.state(w.shown("card/2").ID, act.Unknown)
				if ref := w.slot("card/2").Ref; first == "" || ref != "" || w.slot("card/1").Ref != first {
					t.Errorf("the first is %q, the second %q", first, ref)
				}
				delete(w.dest.keys, "show/card/2")
				w.update(func(tx *storage.Tx) error {
					return w.out.Settle(tx, w.shown("card/2").ID, false, "ana", act.Receipt{})
				})
				pass(time.Minute)
				w.state(w.shown("card/2").ID, act.Done)
				if ref := w.slot("card/2").Ref; ref == "" || ref == first {
					t.Errorf("the second is %q", ref)
				}
			})
		})
	}
}

// A platform that says when it can tell is waited for, across restarts too; when it says
// so for ever, a person is asked.
func TestLater(t *testing.T) {
	in(t, (*world).asks, func(w *world) {
		later := slices.Repeat([]act.Finding{"later"}, 1000)
		w.dest.found = append(slices.Clone(later[:20]), act.Found)
		w.dest.fails("hello", fault{err: errors.New("reset"), accepted: true}, fault{err: errors.New("reset")})
		e := w.say("l", "hello")
		w.run()
		for range 10 {
			pass(10 * time.Second)
			w.halt()
			w.make(w.store)
			w.run()
		}
		w.state(e.ID, act.Started)
		pass(15 * time.Minute)
		w.state(e.ID, act.Done)
		w.dest.found = later
		e = w.say("l", "hello")
		pass(time.Hour)
		w.state(e.ID, act.Started)
		pass(10 * time.Minute)
		w.state(e.ID, act.Unknown)
	})
}

// A person's word settles an unknown: done with the receipt, or out again.
func TestSettle(t *testing.T) {
	in(t, nil, func(w *world) {
		w.dest.fails("yes", fault{err: errors.New("reset"), accepted: true})
		w.dest.fails("no", fault{err: errors.New("reset")})
		slot := func(e *act.Effect) { e.Slot = "out/1" }
		yes, no := w.say("a", "yes", slot), w.say("b", "no")
		w.run()
		w.idle()
		w.update(func(tx *storage.Tx) error {
			if err := w.out.Settle(tx, yes.ID, true, "ana", act.Receipt{Ref: "m1"}); err != nil {
				return err
			}
			return w.out.Settle(tx, no.ID, false, "ana", act.Receipt{})
		})
		w.idle()
		w.state(yes.ID, act.Done)
		w.state(no.ID, act.Done)
		if s := w.slot("out/1"); s.Ref != "m1" {
			t.Errorf("the slot is %+v, want the person's ref", s)
		}
		err := w.store.Update(context.Background(), func(tx *storage.Tx) error {
			return w.out.Settle(tx, no.ID, false, "ana", act.Receipt{})
		})
		if bot.KindOf(err) != bot.Conflict {
			t.Errorf("settling what is done: %v, want a conflict", err)
		}
		if diff := cmp.Diff([]string{"yes", "no"}, w.dest.texts()); diff != "" {
			t.Error(diff)
		}
	})
}

// Retry-After holds back the lane, the budget, or the account, and no more.
func TestRetryAfter(t *testing.T) {
	for scope, want := range map[bot.Scope][]string{
		bot.ParksLane:    {"same budget", "same account", "elsewhere"},
		bot.ParksBudget:  {"same account", "elsewhere"},
		bot.ParksAccount: {"elsewhere"},
	} {
		t.Run("parks "+string(scope), func(t *testing.T) {
			in(t, nil, func(w *world) {
				w.dest.fails("first", fault{err: &bot.Error{Kind: bot.RateLimited, Key: "x", RetryAfter: time.Minute, Parks: scope}})
				e := w.say("l", "first")
				w.run()
				w.idle()
				w.say("l", "same lane")
				w.say("m", "same budget")
				w.say("n", "same account", func(e *act.Effect) { e.At.Channel = "c2" })
				w.say("o", "elsewhere", func(e *act.Effect) { e.At.Space = "them" })
				pass(59 * time.Second)
				if diff := cmp.Diff(want, w.dest.texts(), sorted); diff != "" {
					t.Error(diff)
				}
				if s := w.stats(); (len(s.Parked) > 0) != (scope != bot.ParksLane) {
					t.Errorf("parked: %v", s.Parked)
				}
				pass(2 * time.Second)
				w.state(e.ID, act.Done)
				if n := len(w.dest.texts()); n != 5 {
					t.Errorf("%d messages after the wait, want 5", n)
				}
			})
		})
	}
}

// The adapter's own schedule says how long each wait is.
func TestSchedule(t *testing.T) {
	in(t, func(w *world) { w.dest.traits.Schedule = []time.Duration{5 * time.Second, time.Minute} }, func(w *world) {
		down := fault{err: bot.Errorf(bot.Unavailable, "x")}
		w.dest.fails("hello", down, down, down)
		w.say("l", "hello")
		w.run()
		pass(10 * time.Minute)
		var at []time.Duration
		for _, c := range w.dest.attempts() {
			at = append(at, c.after)
		}
		want := []time.Duration{0, 5 * time.Second, 65 * time.Second, 125 * time.Second}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Error(diff)
		}
	})
}

// Ponte's own back-off grows to five minutes and no further.
func TestBackoff(t *testing.T) {
	in(t, nil, func(w *world) {
		for range 15 {
			w.dest.fails("hello", fault{err: bot.Errorf(bot.Unavailable, "x")})
		}
		w.say("l", "hello")
		w.run()
		pass(2 * time.Hour)
		if len(w.dest.attempts()) != 16 {
			t.Fatalf("%d attempts, want 16", len(w.dest.attempts()))
		}
		limit := time.Second
		for i := 1; i < len(w.dest.attempts()); i++ {
			if wait := w.dest.attempts()[i].after - w.dest.attempts()[i-1].after; wait < limit/2 || wait > limit {
				t.Errorf("wait %d is %s, want between %s and %s", i, wait, limit/2, limit)
			}
			limit = min(2*limit, 5*time.Minute)
		}
	})
}

// An act that cannot be printed has not happened.
func TestUnprinted(t *testing.T) {
	in(t, func(w *world) {
		w.opt.Print = func(brand bot.BrandID, a act.Act) act.Act {
			if brand != "aurora" || textOf(a) == "bad" {
				panic("no such words")
			}
			return act.Reply{Text: textOf(a) + ", printed"}
		}
	}, func(w *world) {
		bad, good := w.say("a", "bad"), w.say("b", "good")
		w.run()
		w.idle()
		w.state(bad.ID, act.Failed)
		w.state(good.ID, act.Done)
		if diff := cmp.Diff([]string{"good, printed"}, w.dest.carried()); diff != "" {
			t.Error(diff)
		}
	})
}

// The audit log tells each attempt and what came of it, and never what was said.
func TestAudit(t *testing.T) {
	in(t, nil, func(w *world) {
		w.dest.fails("hello", fault{err: bot.Errorf(bot.Unavailable, "x")})
		e := w.say("l", "hello", func(e *act.Effect) { e.Trace = "conv" })
		w.run()
		pass(time.Minute)
		var got []string
		err := w.store.View(context.Background(), func(tx *storage.Tx) error {
			for r, err := range records.AuditOn.Under(tx, storage.K("effect/"+string(e.ID))) {
				if err != nil {
					return err
				}
				if at, err := time.Parse(time.RFC3339Nano, r.Details["started"]); err != nil || at.After(r.At) {
					t.Errorf("it started at %q and came back at %s", r.Details["started"], r.At)
				}
				got = append(got, r.What+" "+r.Details["attempt"]+" "+r.Details["key"]+" "+r.Details["fault"]+" "+string(r.Trace))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		k := " " + e.Key + " "
		want := []string{
			"effect.waiting 1" + k + "unavailable conv", "effect.done 2" + k + " conv",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func (w *world) stats() outbox.Stats {
	w.Helper()
	s, err := storage.Look(context.Background(), w.store, w.out.Stats)
	if err != nil {
		w.Fatal(err)
	}
	return s
}
