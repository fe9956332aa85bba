package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// story is a random course of events, and what must come of it.
type story struct {
	*world
	rnd    *rand.Rand
	dead   *atomic.Bool
	deadly atomic.Int64 // the process dies at this many steps from now
	said   []act.Effect
	lanes  map[string][]string // texts in the order in which they were said
	cards  map[string]string   // slot: the title that was touched last
}

// However touches, says, undos, faults and deaths follow each other: nothing is
// said twice, what is done is there, what failed or was undone is not, each lane
// keeps its order, and a card shows what it should.
func TestRandomStories(t *testing.T) {
	for seed := range uint64(9) {
		kind := []string{"blind", "settles", "honours"}[seed%3]
		t.Run(fmt.Sprint(kind, " ", seed), func(t *testing.T) {
			in(t, paced(5, 2), func(w *world) {
				if kind == "settles" {
					w.asks()
				}
				if kind == "honours" {
					w.dest.traits.Honours = 2 * time.Hour
				}
				s := &story{world: w, rnd: rand.New(rand.NewPCG(seed, 1)), lanes: map[string][]string{}, cards: map[string]string{}}
				s.begin()
				for range 150 {
					s.event()
				}
				s.deadly.Store(0)
				s.restart()
				pass(30 * time.Minute)
				s.idle()
				s.heads()
				s.check()
			})
		})
	}
}

func (s *story) begin() {
	s.dead = &atomic.Bool{}
	dead := s.dead
	s.opt.At = func(step outbox.Step) {
		switch step {
		case outbox.StepEnqueue, outbox.StepEnqueued:
			return
		}
		if s.deadly.Load() > 0 && s.deadly.Add(-1) == 0 {
			dead.Store(true)
		}
		if dead.Load() && (step == outbox.StepStarted || step == outbox.StepAnswered) {
			runtime.Goexit()
		}
	}
	s.make(mortal{s.store, dead})
	s.run()
}

// restart lets the process end, or be found dead, and the next one begin.
func (s *story) restart() {
	if err := s.stop(); (err != nil) != s.dead.Load() {
		s.Errorf("Run ended with %v, dead: %v", err, s.dead.Load())
	}
	pass(5 * time.Second) // what had left the dead process has arrived: only then is "absent" a proof
	s.begin()
}

func (s *story) event() {
	n := len(s.said) + len(s.cards)
	switch k := s.rnd.IntN(20); {
	case k < 8:
		lane, text := fmt.Sprint("lane ", s.rnd.IntN(4)), fmt.Sprint("say ", len(s.said))
		s.trouble(text)
		s.lanes[lane] = append(s.lanes[lane], text)
		s.said = append(s.said, s.say(lane, text, func(e *act.Effect) {
			e.Class = act.Class(1 + s.rnd.IntN(3))
			e.Due = time.Now().Add(time.Duration(s.rnd.IntN(4)) * time.Second)
		}))
	case k < 14:
		slot, title := fmt.Sprint("card/", s.rnd.IntN(3)), fmt.Sprint("title ", s.rnd.Int())
		s.trouble(title)
		s.cards[slot] = title
		s.touch(slot, title, func(sh *outbox.Shown) { sh.Lane = fmt.Sprint("lane ", s.rnd.IntN(4)) })
	case k < 16 && len(s.said) > 0:
		id := s.said[s.rnd.IntN(len(s.said))].ID
		err := s.store.Update(context.Background(), func(tx *storage.Tx) error { return s.out.Cancel(tx, id) })
		if err != nil && bot.KindOf(err) != bot.Conflict {
			s.Fatal(err)
		}
	case k == 16:
		s.deadly.Store(1 + s.rnd.Int64N(6))
	case k == 17 && n > 0:
		s.restart()
	default:
		pass(time.Duration(s.rnd.IntN(3000)) * time.Millisecond)
		s.heads()
	}
}

// trouble gives the next attempts about a text some faults.
func (s *story) trouble(text string) {
	for s.rnd.IntN(3) == 0 {
		faults := []fault{
			{err: bot.Errorf(bot.Unavailable, "x")},
			{err: &bot.Error{Kind: bot.RateLimited, Key: "x", RetryAfter: 7 * time.Second, Parks: bot.ParksBudget}},
			{err: bot.Errorf(bot.Denied, "x")},
			{err: errors.New("reset"), accepted: s.rnd.IntN(2) == 0},
			{slow: 4 * time.Second},
			{panics: true},
		}
		s.dest.fails(text, faults[s.rnd.IntN(len(faults))])
	}
}

// heads checks that each lane with something open has one head, and that it is the first.
func (s *story) heads() {
	err := s.store.View(context.Background(), func(tx *storage.Tx) error {
		last := ""
		for e, err := range records.EffectsInLane.Under(tx, nil) {
			if err != nil {
				return err
			}
			if e.Head != (e.Lane != last) {
				s.Errorf("%s in %s: head is %v", e.ID, e.Lane, e.Head)
			}
			last = e.Lane
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
}

func (s *story) check() {
	seen := map[string]int{}
	shown := map[string]int{}
	for _, m := range s.dest.messages {
		seen[m.text]++
		shown[m.key]++
	}
	for _, e := range s.said {
		text := textIn(e)
		n := seen[text]
		switch e = s.effect(e.ID); {
		case e.State == act.Done && n != 1, (e.State == act.Failed || e.State == act.Undone) && n != 0, n > 1:
			s.Errorf("%s is %s and there %d times", text, e.State, n)
		case e.State == act.Waiting || e.State == act.Started:
			s.Errorf("%s is still %s", text, e.State)
		}
	}
	for lane, want := range s.lanes {
		var got []string
		for _, m := range s.dest.messages {
			if slices.Contains(want, m.text) {
				got = append(got, m.text)
			}
		}
		want = slices.DeleteFunc(slices.Clone(want), func(t string) bool { return seen[t] == 0 })
		if !slices.Equal(got, want) {
			s.Errorf("%s: %q, want %q", lane, got, want)
		}
	}
	for slot, title := range s.cards {
		e := s.shown(slot)
		if n := shown["show/"+slot]; n > 1 || e.State == act.Done && n != 1 {
			s.Errorf("%s is %s and there %d times", slot, e.State, n)
		}
		if e.State == act.Done && seen[title] != 1 {
			s.Errorf("%s does not show %s", slot, title)
		}
		if e.State == act.Waiting || e.State == act.Started || e.Again && e.State != act.Unknown {
			s.Errorf("%s is still %s", slot, e.State)
		}
	}
}
