package outbox_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/storage"
)

var sorted = cmp.Transformer("sorted", func(s []string) []string { return slices.Sorted(slices.Values(s)) })

// Within a lane everything goes out in the order in which it was enqueued,
// whatever fails on the way; lanes do not wait for each other.
func TestLaneOrder(t *testing.T) {
	in(t, nil, func(w *world) {
		want := map[string][]string{}
		for i := range 60 {
			lane := fmt.Sprintf("lane%d", i%3)
			text := fmt.Sprintf("%s/%d", lane, i)
			want[lane] = append(want[lane], text)
			switch i % 5 {
			case 1:
				w.dest.fails(text, fault{err: bot.Errorf(bot.Unavailable, "x")})
			case 2:
				w.dest.fails(text, fault{slow: 3 * time.Second})
			}
			w.say(lane, text)
		}
		stuck := w.say("stuck", "stuck", func(e *act.Effect) { e.Due = time.Now().Add(time.Hour) })
		w.say("stuck", "behind")
		w.run()
		pass(5 * time.Minute)
		got := map[string][]string{}
		for _, s := range w.dest.texts() {
			lane, _, _ := strings.Cut(s, "/")
			got[lane] = append(got[lane], s)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		w.state(stuck.ID, act.Waiting)
	})
}

// What failed and what nobody knows do not hold up their lane.
func TestLaneGoesOn(t *testing.T) {
	in(t, nil, func(w *world) {
		w.dest.fails("a", fault{err: bot.Errorf(bot.Denied, "x")})
		w.dest.fails("b", fault{err: errors.New("reset")})
		w.say("l", "a")
		w.say("l", "b")
		w.say("l", "c")
		w.run()
		w.idle()
		if diff := cmp.Diff([]string{"a", "b", "c"}, w.dest.carried()); diff != "" {
			t.Error(diff)
		}
	})
}

// Within a budget the best class goes first, then what is due first.
func TestClasses(t *testing.T) {
	in(t, paced(1, 0), func(w *world) {
		class := func(c act.Class, due time.Duration) func(*act.Effect) {
			return func(e *act.Effect) { e.Class, e.Due = c, time.Now().Add(due) }
		}
		w.say("a", "routine", class(act.RoutineClass, -time.Hour))
		w.say("b", "item 2", class(act.ItemClass, -time.Minute))
		w.say("c", "item 1", class(act.ItemClass, -2*time.Minute))
		w.say("d", "person", class(act.PersonClass, 0))
		w.say("e", "person later", class(act.PersonClass, 2500*time.Millisecond))
		w.run()
		pass(time.Minute)
		want := []string{"person", "item 1", "person later", "item 2", "routine"}
		if diff := cmp.Diff(want, w.dest.texts()); diff != "" {
			t.Error(diff)
		}
	})
}

func paced(messages, edits float64) func(*world) {
	return func(w *world) {
		w.opt.Pace = func(act.Place) outbox.Pace { return outbox.Pace{Messages: messages, Edits: edits} }
	}
}

// A channel gets one message a second: no burst at the start, none after a
// pause, and another channel has a second of its own.
func TestPace(t *testing.T) {
	in(t, paced(1, 0), func(w *world) {
		for i := range 20 {
			w.say(fmt.Sprint("a", i), "one")
			w.say(fmt.Sprint("b", i), "two", func(e *act.Effect) { e.At.Channel = "c2" })
		}
		w.run()
		pass(10 * time.Second)
		at := map[string][]time.Duration{}
		for _, c := range w.dest.attempts() {
			at[c.text] = append(at[c.text], c.after)
		}
		var want []time.Duration
		for i := range 10 {
			want = append(want, time.Duration(i+1)*time.Second)
		}
		for _, text := range []string{"one", "two"} {
			if diff := cmp.Diff(want, at[text]); diff != "" {
				t.Errorf("%s: %s", text, diff)
			}
		}
		pass(time.Minute)
		w.idle()
		before := len(w.dest.attempts())
		w.say("c1", "one")
		w.say("c2", "one")
		pass(500 * time.Millisecond)
		if n := len(w.dest.attempts()) - before; n != 1 {
			t.Errorf("%d messages at once after a pause, want 1", n)
		}
	})
}

// A rate that the configuration changes counts from the next turn on.
func TestPaceReloaded(t *testing.T) {
	rate := 0.1
	in(t, func(w *world) {
		w.opt.Pace = func(act.Place) outbox.Pace { return outbox.Pace{Messages: rate} }
	}, func(w *world) {
		for i := range 10 {
			w.say(fmt.Sprint("a", i), "one")
		}
		w.run()
		pass(10 * time.Second)
		w.update(func(*storage.Tx) error { rate = 10; return nil })
		w.say("b", "one")
		pass(2 * time.Second)
		if n := len(w.dest.attempts()); n != 11 {
			t.Errorf("%d messages, want all 11 at the new rate", n)
		}
	})
}

// A thousand touches of a card that cannot go out are one edit.
func TestEditsCollapse(t *testing.T) {
	in(t, paced(0, 0.1), func(w *world) {
		w.touch("card/1", "new")
		w.run()
		w.idle()
		for i := range 1000 {
			w.touch("card/1", fmt.Sprint("edit ", i))
		}
		pass(time.Minute)
		if diff := cmp.Diff([]string{"new", "edit 999"}, w.dest.carried()); diff != "" {
			t.Error(diff)
		}
		if s := w.slot("card/1"); s.Ref != "m1" || s.Shown != len("edit 999") || s.URL == "" {
			t.Errorf("the slot is %+v", s)
		}
	})
}

// A card that is touched while it is under way is shown once more.
func TestTouchedUnderWay(t *testing.T) {
	in(t, nil, func(w *world) {
		w.dest.fails("one", fault{slow: 5 * time.Second})
		w.touch("card/1", "one")
		w.run()
		pass(time.Second)
		for i := range 10 {
			w.touch("card/1", fmt.Sprint("two ", i))
		}
		pass(time.Minute)
		if diff := cmp.Diff([]string{"one", "two 9"}, w.dest.carried()); diff != "" {
			t.Error(diff)
		}
		w.state("show/card/1", act.Done)
	})
}

// An edit never waits for the rate of messages.
func TestEditsPassMessages(t *testing.T) {
	in(t, paced(0.1, 0), func(w *world) {
		w.touch("card/1", "card")
		w.run()
		pass(10 * time.Second)
		for i := range 20 {
			w.say(fmt.Sprint(i), "message")
		}
		w.touch("card/1", "edited")
		pass(time.Second)
		if diff := cmp.Diff([]string{"edited"}, w.dest.texts()); diff != "" {
			t.Error(diff)
		}
	})
}

// An edit that may have happened is made again; a new message that may have
// happened is not, until somebody says so, and touches wait for that.
func TestShowRepeats(t *testing.T) {
	in(t, nil, func(w *world) {
		w.dest.fails("b", fault{err: errors.New("reset"), accepted: true})
		w.touch("card/1", "a")
		w.run()
		w.idle()
		w.touch("card/1", "b")
		pass(time.Minute)
		if diff := cmp.Diff([]string{"a", "b", "b"}, w.dest.carried()); diff != "" {
			t.Error(diff)
		}
		w.dest.fails("lost", fault{err: errors.New("reset"), accepted: true})
		w.touch("card/2", "lost")
		w.idle()
		w.state("show/card/2", act.Unknown)
		w.touch("card/2", "changed")
		pass(time.Minute)
		w.state("show/card/2", act.Unknown)
		w.update(func(tx *storage.Tx) error {
			return w.out.Settle(tx, "show/card/2", true, "ana", act.Receipt{Ref: "m2"})
		})
		w.idle()
		if diff := cmp.Diff([]string{"b", "changed"}, w.dest.texts()); diff != "" {
			t.Error(diff)
		}
	})
}

// A message in a thread waits for the message above it, without being looked
// at again and again, and goes there; so does a frozen one with a slot.
func TestThreads(t *testing.T) {
	in(t, nil, func(w *world) {
		in := func(e *act.Effect) { e.Slot = "say/1" }
		w.touch("item/1", "child", func(s *outbox.Shown) { s.Slot.Parent = "card/1" })
		w.touch("say/1", "unused", func(s *outbox.Shown) { s.Slot.Parent = "card/1" })
		w.update(func(tx *storage.Tx) error { return w.out.Cancel(tx, "show/say/1") })
		said := w.say("other", "said", in)
		late := w.say("third", "late", in, func(e *act.Effect) { e.Until = time.Now().Add(30 * time.Second) })
		w.run()
		w.idle()
		pass(time.Minute)
		if n := len(w.dest.attempts()); n != 0 {
			t.Fatalf("%d calls before the thread is there", n)
		}
		w.state(said.ID, act.Waiting)
		w.state(late.ID, act.Failed)
		w.touch("card/1", "card")
		w.idle()
		if diff := cmp.Diff([]string{"card", "child", "said"}, w.dest.texts(), sorted); diff != "" {
			t.Error(diff)
		}
		for _, m := range w.dest.messages[1:] {
			if s := m.act.(act.Send); s.Thread != "m1" {
				t.Errorf("%s is in thread %q, want m1", m.text, s.Thread)
			}
		}
	})
}

// What is not there any more is not shown, and lets its lane go on.
func TestNothingToShow(t *testing.T) {
	in(t, nil, func(w *world) {
		w.touch("card/1", "gone", func(s *outbox.Shown) { s.Lane = "l" })
		w.say("l", "next")
		delete(w.title, "card/1")
		w.run()
		w.idle()
		w.state("show/card/1", act.Done)
		if diff := cmp.Diff([]string{"next"}, w.dest.carried()); diff != "" {
			t.Error(diff)
		}
	})
}

// Mentions ping once, with the message that is new.
func TestMentions(t *testing.T) {
	in(t, nil, func(w *world) {
		for _, who := range []string{"u1", "u2", "u1"} {
			w.touch("card/1", "one", func(s *outbox.Shown) { s.Mention = []string{who} })
		}
		w.run()
		w.idle()
		if e := w.shown("card/1"); len(e.Mention) > 0 {
			t.Errorf("%v are still to be pinged", e.Mention)
		}
		if diff := cmp.Diff([]string{"u1", "u2"}, w.dest.attempts()[0].act.(act.Send).Mention); diff != "" {
			t.Error(diff)
		}
	})
}

// A new message that may be out is sent again as it was, under its key; what
// changed meanwhile follows as an edit.
func TestFrozenShow(t *testing.T) {
	in(t, func(w *world) { w.dest.traits.Honours = time.Hour }, func(w *world) {
		w.dest.fails("a", fault{err: errors.New("reset"), accepted: true})
		w.touch("card/1", "a")
		w.run()
		pass(10 * time.Millisecond)
		w.touch("card/1", "b")
		pass(time.Minute)
		if diff := cmp.Diff([]string{"a", "a", "b"}, w.dest.carried()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"b"}, w.dest.texts()); diff != "" {
			t.Error(diff)
		}
	})
}

// A budget with a large backlog does not keep the others waiting.
func TestNoBudgetStarves(t *testing.T) {
	in(t, func(w *world) { w.opt.Parallel = 2 }, func(w *world) {
		for i := range 50 {
			text := fmt.Sprint("big ", i)
			w.dest.fails(text, fault{slow: time.Second})
			w.say(text, text)
		}
		w.run()
		pass(1500 * time.Millisecond)
		w.say("small", "small", func(e *act.Effect) { e.At.Channel = "c2" })
		pass(1600 * time.Millisecond)
		if !slices.Contains(w.dest.texts(), "small") {
			t.Errorf("only %q are out", w.dest.texts())
		}
	})
}
