package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/storage"
	"ponte/storage/bolt"
)

// takeover acquires the lease as a process of the same name would.
func takeover(tx *storage.Tx) error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	_, err = storage.Acquire(tx, "outbox", name, time.Minute)
	return err
}

// mortal is a store that can be taken away from a process, as its death does.
type mortal struct {
	storage.Store
	dead *atomic.Bool
}

var errDead = errors.New("this process is dead")

func (m mortal) Update(ctx context.Context, f func(*storage.Tx) error) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Update(ctx, func(tx *storage.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		if m.dead.Load() {
			return errDead
		}
		return nil
	})
}

// dying is a destination during whose work the process dies.
type dying struct {
	*destination
	die func(outbox.Step)
}

func (d dying) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	r, err := d.destination.Carry(ctx, key, a, at)
	d.die(outbox.StepAccepted)
	d.die(outbox.StepRefusedAfter)
	return r, err
}

// dyingSettler can be asked, too.
type dyingSettler struct{ dying }

func (d dyingSettler) Settle(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, act.Finding, error) {
	return settling{d.destination}.Settle(ctx, key, a, at)
}

// A process dies at each step. After the next start the destination has the
// message exactly once, or, where nobody can tell, at most once with an unknown.
func TestCrash(t *testing.T) {
	for _, step := range []outbox.Step{
		outbox.StepEnqueue, outbox.StepEnqueued, outbox.StepClaimed, outbox.StepStarted,
		outbox.StepAccepted, outbox.StepRefusedAfter, outbox.StepAnswered, outbox.StepDone,
	} {
		for _, kind := range []string{"settles", "honours", "blind"} {
			for _, show := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/show=%v", step, kind, show), func(t *testing.T) {
					in(t, nil, func(w *world) { crash(w, step, kind, show) })
				})
			}
		}
	}
}

func crash(w *world, step outbox.Step, kind string, show bool) {
	var dead, armed atomic.Bool
	die := func(s outbox.Step) {
		if s == step && armed.CompareAndSwap(true, false) {
			dead.Store(true)
			if s == outbox.StepEnqueue || s == outbox.StepEnqueued || s == outbox.StepClaimed || s == outbox.StepDone {
				return // the store is gone, which is all that is left to be seen
			}
			runtime.Goexit()
		}
	}
	if kind == "honours" {
		w.dest.traits.Honours = time.Hour
	}
	if step == outbox.StepRefusedAfter {
		w.dest.fails("hello", fault{err: errors.New("500"), accepted: true})
	}
	d := dying{w.dest, die}
	w.opt.At, w.opt.Adapters["there"] = die, d
	if kind == "settles" {
		w.opt.Adapters["there"] = dyingSettler{d}
	}
	first := mortal{w.store, &dead}
	w.make(first)
	w.title["card/1"] = "hello"
	enqueue := func() error {
		return first.Update(context.Background(), func(tx *storage.Tx) error {
			slot := act.Slot{ID: "card/1", Brand: "aurora", Subject: act.Subject{Kind: thing, ID: "1"}, At: place}
			if show {
				return w.out.Touch(tx, outbox.Shown{Slot: slot, Lane: "l"})
			}
			_, err := w.out.Say(tx, act.Effect{ID: "show/card/1", Brand: "aurora", Subject: slot.Subject, At: place, Lane: "l", Slot: slot.ID, Act: send("hello")})
			return err
		})
	}
	w.run()
	pass(time.Second)
	armed.Store(true)
	err := enqueue()
	if lost := step == outbox.StepEnqueue; lost != errors.Is(err, errDead) {
		w.Fatalf("enqueueing: %v", err)
	}
	pass(5 * time.Second)
	if armed.Load() {
		w.Fatalf("the step %s was never reached", step)
	}
	if err := w.stop(); err == nil {
		w.Error("a dead process ended well")
	}
	w.close()
	w.open(bolt.Options{})
	if step == outbox.StepEnqueue { // whoever asked was told that it failed, and asks again
		first = mortal{w.store, new(atomic.Bool)}
		if err := enqueue(); err != nil {
			w.Fatal(err)
		}
	}
	w.say("l", "behind")
	w.run()
	pass(10 * time.Minute)
	check(w, step, kind)
}

func check(w *world, step outbox.Step, kind string) {
	seen := 0
	for _, s := range w.dest.texts() {
		if s == "hello" {
			seen++
		}
	}
	want, state := 1, act.Done
	open := step == outbox.StepStarted || step == outbox.StepAccepted || step == outbox.StepRefusedAfter || step == outbox.StepAnswered
	if kind == "blind" && open {
		state = act.Unknown
		if step == outbox.StepStarted {
			want = 0
		}
	}
	if seen != want {
		w.Errorf("the message is there %d times, want %d", seen, want)
	}
	w.state("show/card/1", state)
	if state == act.Done {
		if s := w.slot("card/1"); s.Ref != "m1" {
			w.Errorf("the slot is %+v", s)
		}
	}
	if n := len(w.dest.texts()); n != want+1 {
		w.Errorf("%d messages, want %d and the one behind", n, want)
	}
}

// An edit that was under way when the process died is simply made again.
func TestCrashedEdit(t *testing.T) {
	in(t, nil, func(w *world) {
		w.touch("card/1", "one")
		w.run()
		w.idle()
		w.halt()
		var dead atomic.Bool
		w.opt.At = func(s outbox.Step) {
			if s == outbox.StepStarted {
				dead.Store(true)
				runtime.Goexit()
			}
		}
		w.make(mortal{w.store, &dead})
		w.touch("card/1", "two")
		w.run()
		pass(time.Second)
		w.state("show/card/1", act.Started)
		_ = w.stop()
		w.opt.At = nil
		w.make(w.store)
		w.touch("card/1", "three")
		w.run()
		pass(time.Minute)
		w.state("show/card/1", act.Done)
		if got := w.dest.texts(); len(got) != 1 || got[0] != "three" {
			w.Errorf("the destination shows %q", got)
		}
		if e := w.shown("card/1"); e.Attempt != 3 || e.Again {
			w.Errorf("the effect is %+v", e)
		}
	})
}

// A receipt counts only for the attempt that is under way: one that comes after
// the effect was settled otherwise changes nothing.
func TestLateReceipt(t *testing.T) {
	in(t, func(w *world) { w.opt.Timeout = time.Second; w.asks() }, func(w *world) {
		w.dest.fails("hello", fault{slow: 2 * time.Minute})
		w.dest.found = []act.Finding{act.Absent}
		e := w.say("l", "hello")
		w.run()
		pass(10 * time.Minute)
		if got := w.effect(e.ID); got.State != act.Done || got.Attempt != 2 || got.Receipt.Ref != "m1" {
			w.Errorf("the effect is %s after %d attempts with %+v", got.State, got.Attempt, got.Receipt)
		}
		w.dest.wrong = nil // an adapter that ignores its context does things twice
	})
}
