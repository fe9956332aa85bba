package timeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/inbox"
	"ponte/bot/records"
	"ponte/bot/relay"
	"ponte/bot/timeline"
	"ponte/internal/coretest"
	"ponte/storage"
)

// house is a world with an inbox and timelines, in whose team chat people say things.
type house struct {
	*coretest.World
	relay *relay.Relay
	desk  *timeline.Desk
	said  map[string]act.Message
	fails map[string][]error // in turn, before a message is told
	asked atomic.Int32

	shown  map[string][]act.Reaction // by message
	looked map[string]int            // how often, by message
	while  func()                    // it is looked at
}

func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{said: map[string]act.Message{}, fails: map[string][]error{}, shown: map[string][]act.Reaction{}, looked: map[string]int{}}
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		h.World = w
		h.relay = relay.New(w.Store, w.Out, w.Brands, w.Log)
		inbox.New(w.Out, w.Brands, w.Traits)
		h.desk = timeline.New(w.Store, w.Brands, func(platform string) (act.Reader, bool) { return h, platform == "chat" }, w.Log)
		return []func(context.Context) error{h.relay.Run, h.desk.Run}
	}, func(w *coretest.World) {
		w.Run()
		f(h)
	})
}

// Read tells what somebody said.
func (h *house) Read(ctx context.Context, at act.Place, ref string) (act.Message, error) {
	h.asked.Add(1)
	if _, bounded := ctx.Deadline(); !bounded {
		h.Error("a question without an end")
	}
	if all := h.fails[ref]; len(all) > 0 {
		h.fails[ref] = all[1:]
		return act.Message{}, all[0]
	}
	m, ok := h.said[at.Channel+"/"+ref]
	if !ok {
		return m, bot.Errorf(bot.NotFound, "error.gone")
	}
	return m, nil
}

// comes brings a comment in and returns its conversation and where its thread is.
func (h *house) comes(account bot.AccountID, in act.Incoming) (bot.Conversation, act.Slot) {
	h.Helper()
	in.CreatedAt = time.Now()
	in.Author = bot.Author{ID: in.Remote, Name: "Maria"}
	if _, err := h.relay.Hear(h.Context(), act.Arrived{Account: account, Items: []act.Incoming{in}}); err != nil {
		h.Fatal(err)
	}
	h.Idle()
	c := coretest.Get(h.World, func(tx *storage.Tx) (bot.Conversation, error) {
		it, err := records.ItemByRemote.First(tx, storage.K(account, in.Remote))
		if err != nil {
			return bot.Conversation{}, err
		}
		return records.ConversationOf(tx, it.Brand, it.Conversation)
	})
	return c, coretest.Slot(h.World, records.CardSlot(c.ID))
}

func comment(remote, text string) act.Incoming {
	return act.Incoming{Kind: bot.Comment, Remote: remote, Text: text}
}

// notes has somebody write in a thread.
func (h *house) notes(at act.Slot, ref, text string) timeline.Message {
	h.said[at.At.Channel+"/"+ref] = act.Message{
		Who: bot.Actor{Platform: "chat", Space: "team", User: "u-bo", Name: "bo.b"}, Text: text, Thread: at.Ref, At: time.Now(),
	}
	return timeline.Message{At: at.At, Ref: ref, Thread: at.Ref}
}

// marks has somebody mark a message; the error is what they are refused with.
func (h *house) marks(brand bot.BrandID, who bot.PersonID, o timeline.Message) (marked bool, err error) {
	h.Helper()
	err = h.Try(func(tx *storage.Tx) error {
		b, _ := h.Brands().Brand(brand)
		p, _ := b.Person(who)
		_, marked, err = h.desk.Mark(tx, b, p, o)
		return err
	})
	h.Idle()
	return marked, err
}

func (h *house) history(c bot.Conversation) card.Card {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (card.Card, error) {
		b, _ := h.Brands().Brand(c.Brand)
		c, err := records.ConversationOf(tx, c.Brand, c.ID)
		if err != nil {
			return card.Card{}, err
		}
		return h.desk.History(tx, b, &c)
	})
}

// lines are what happened, by the key of each line's sentence and its text.
func lines(c card.Card) (out []string) {
	for _, l := range c.Blocks[0].List {
		out = append(out, strings.TrimSpace(l.Words.Args[1].Words.Key+" "+string(l.Text)))
	}
	return out
}

func (h *house) wants(c bot.Conversation, want ...string) {
	h.Helper()
	if diff := cmp.Diff(want, lines(h.history(c))); diff != "" {
		h.Error(diff)
	}
}

func TestAMarkedMessageIsRead(t *testing.T) {
	in(t, func(h *house) {
		c, thread := h.comes("net:aurora", comment("1", "It was cold."))
		note := h.notes(thread, "n1", "The machine was off.")
		h.fails["n1"] = []error{bot.Errorf(bot.Unavailable, "error.unavailable"), &bot.Error{Kind: bot.RateLimited, Key: "error.unavailable", RetryAfter: time.Hour}}
		if marked, err := h.marks("aurora", "pia", note); !marked || err != nil {
			t.Fatal(marked, err)
		}
		h.wants(c, "timeline.came Maria: It was cold.", "timeline.marked")
		h.Restart()
		h.Pass(11 * time.Minute)
		if h.asked.Load() != 2 {
			t.Errorf("asked %d times before it may be asked again", h.asked.Load())
		}
		h.Pass(time.Hour)
		h.wants(c, "timeline.came Maria: It was cold.", "timeline.marked Bo: The machine was off.", "timeline.overdue")
		delete(h.said, "a-inbox/n1") // deleted in chat: it stays
		h.Pass(2 * time.Hour)
		h.wants(c, "timeline.came Maria: It was cold.", "timeline.marked Bo: The machine was off.", "timeline.overdue")
		if h.asked.Load() != 3 {
			t.Errorf("asked %d times for what is known", h.asked.Load())
		}
	})
}

func TestAMessageOfNoThreadIsLetGo(t *testing.T) {
	in(t, func(h *house) {
		c, thread := h.comes("net:aurora", comment("1", "It was cold."))
		note := h.notes(thread, "n1", "In the thread, as is found out.")
		note.Thread = note.Ref
		talk := h.notes(act.Slot{At: thread.At}, "n2", "In the room itself.")
		talk.Thread = talk.Ref
		gone := timeline.Message{At: thread.At, Ref: "n3", Thread: thread.Ref}
		for _, o := range []timeline.Message{note, talk, gone} {
			if marked, err := h.marks("aurora", "bo", o); !marked || err != nil {
				t.Fatal(marked, err)
			}
		}
		h.Pass(time.Minute)
		h.wants(c, "timeline.came Maria: It was cold.", "timeline.marked Bo: In the thread, as is found out.")
		if n := len(h.moments()); n != 1 {
			t.Errorf("%d moments are kept, want 1", n)
		}
		if marked, err := h.marks("aurora", "olga", talk); marked || err != nil {
			t.Errorf("talk among people is marked %v, or refused: %v", marked, err)
		}
		if _, err := h.marks("aurora", "olga", timeline.Message{At: thread.At, Ref: "n1", Thread: thread.Ref}); bot.KindOf(err) != bot.Denied {
			t.Errorf("an observer marks: %v", err)
		}
	})
}

// A message that several marked is read while one of them may still mark it.
func TestTheFirstWhoMarkedMayNotAnyMore(t *testing.T) {
	in(t, func(h *house) {
		c, thread := h.comes("net:aurora", comment("1", "It was cold."))
		note := h.notes(thread, "n1", "The machine was off.")
		h.fails["n1"] = slices.Repeat([]error{bot.Errorf(bot.Unavailable, "error.unavailable")}, 3)
		for _, who := range []bot.PersonID{"ana", "bo"} {
			if marked, err := h.marks("aurora", who, note); !marked || err != nil {
				t.Fatal(marked, err)
			}
		}
		h.Configure(func(b *bot.Brand) { b.People[0].Roles = []bot.Role{bot.Observer} })
		h.Pass(10 * time.Minute)
		h.wants(c, "timeline.came Maria: It was cold.", "timeline.marked Bo: The machine was off.")
		if all := h.moments(); len(all) != 1 || !slices.Equal(all[0].By, []bot.PersonID{"bo"}) {
			t.Errorf("kept is %+v", all)
		}
	})
}

func (h *house) moments() []records.Moment {
	return coretest.Get(h.World, func(tx *storage.Tx) (out []records.Moment, _ error) {
		for m, err := range records.Moments.Under(tx, nil) {
			if err != nil {
				return nil, err
			}
			out = append(out, m)
		}
		return out, nil
	})
}

func TestAMarkStaysWhileSomebodyHoldsIt(t *testing.T) {
	in(t, func(h *house) {
		c, thread := h.comes("net:aurora", comment("1", "It was cold."))
		card := timeline.Message{At: thread.At, Ref: thread.Ref, Thread: thread.Ref}
		for _, who := range []bot.PersonID{"ana", "bo", "ana"} {
			if _, err := h.marks("aurora", who, card); err != nil {
				t.Fatal(err)
			}
		}
		off := func(who bot.PersonID) (was bool) {
			h.Update(func(tx *storage.Tx) (err error) {
				b, _ := h.Brands().Brand("aurora")
				p, _ := b.Person(who)
				was, err = h.desk.Unmark(tx, b, p, card)
				return err
			})
			return was
		}
		if off("sven") || !off("ana") || off("ana") {
			t.Error("somebody took back what they had not marked, or not what they had")
		}
		h.wants(c, "timeline.marked Maria: It was cold.")
		if !off("bo") {
			t.Error("the last mark was not taken back")
		}
		h.wants(c, "timeline.came Maria: It was cold.")
	})
}

func TestAHistoryShowsItsNewest(t *testing.T) {
	in(t, func(h *house) {
		c, _ := h.comes("net:aurora", comment("1", "It was cold."))
		for i := range 40 {
			h.Update(func(tx *storage.Tx) error {
				c, err := records.ConversationOf(tx, c.Brand, c.ID)
				if err != nil {
					return err
				}
				return h.relay.Label(tx, "bo", c, []string{fmt.Sprint("-l", i-1), fmt.Sprint("l", i)})
			})
		}
		out := h.history(c)
		got := lines(out)
		if len(got) != 30 || out.Foot.Key != "timeline.earlier" || *out.Foot.Args[0].Count != 11 {
			t.Errorf("%d lines, %+v", len(got), out.Foot)
		}
		last := out.Blocks[0].List[29].Words.Args[1].Words
		if last.Key != "timeline.labelled" || last.Args[1].Text != "l39" {
			t.Errorf("the last line is %+v", last)
		}
	})
}

func TestWhatJoinsBringsItsHistory(t *testing.T) {
	in(t, func(h *house) {
		answer := comment("2", "Mine too.")
		answer.InReplyTo = "1"
		first, thread := h.comes("net:aurora", answer)
		deeper := comment("3", "And mine.")
		deeper.InReplyTo = "1b"
		early, other := h.comes("net:aurora", deeper)
		if _, err := h.marks("aurora", "bo", h.notes(other, "n1", "Said in the one that joins.")); err != nil {
			t.Fatal(err)
		}
		between := comment("1b", "Between.")
		between.InReplyTo = "2"
		h.comes("net:aurora", between)
		h.Pass(time.Minute)
		got := lines(h.history(first))
		if first.ID == early.ID || thread.Ref == other.Ref {
			t.Fatal("they were one from the start")
		}
		for _, want := range []string{"timeline.merged", "timeline.came Maria: And mine.", "timeline.marked Bo: Said in the one that joins."} {
			if !slices.Contains(got, want) {
				t.Errorf("%q is missing in %q", want, got)
			}
		}
	})
}

// TestNothingIsToldToOthers marks at random, by everybody, in every thread, with the
// right place and thread of a message and with wrong ones: what is kept is of the
// brand, and was marked by somebody who sees the conversation that it stands on.
func TestNothingIsToldToOthers(t *testing.T) {
	for seed := range uint64(coretest.Some(12)) {
		in(t, func(h *house) {
			rnd := rand.New(rand.NewPCG(seed, 7))
			var threads []act.Slot
			for i, account := range []bot.AccountID{"net:aurora", "net:boreal", "net:aurora", "net:aurora", "net:boreal"} {
				item := comment(fmt.Sprint("c", i), fmt.Sprint("from ", account, " newspaper"))
				if i > 2 {
					item.Kind = bot.Direct
				}
				_, slot := h.comes(account, item)
				threads = append(threads, slot)
			}
			for i := range 40 {
				from, to := threads[rnd.IntN(len(threads))], threads[rnd.IntN(len(threads))]
				o := h.notes(from, fmt.Sprint("n", i), "of "+string(from.Brand))
				switch rnd.IntN(5) {
				case 0:
					o.Thread = o.Ref
				case 1:
					o.Thread = to.Ref
				case 2:
					o.Ref = to.Ref
				case 3:
					o.At = to.At
				}
				b := h.Brands().All()[rnd.IntN(2)]
				_, err := h.marks(b.ID, b.People[rnd.IntN(len(b.People))].ID, o)
				if _, asked := bot.Asked(err); err != nil && !asked {
					t.Fatal(err)
				}
			}
			h.Pass(time.Minute)
			h.judge(t)
		})
	}
}

func (h *house) judge(t *testing.T) {
	t.Helper()
	for _, m := range h.moments() {
		b, _ := h.Brands().Brand(m.Brand)
		c := coretest.Get(h.World, func(tx *storage.Tx) (bot.Conversation, error) {
			return records.ConversationOf(tx, m.Brand, m.Subject.ID)
		})
		for _, id := range m.By {
			if p, ok := b.Person(id); !ok || !p.Has(timeline.Keepers...) || !b.ChannelFor(&c).Sees(p) {
				t.Errorf("%s marked %q of a conversation in %s", id, m.Text, c.Channel)
			}
		}
	}
	for _, b := range h.Brands().All() {
		for _, c := range coretest.Conversations(h.World, b.ID) {
			for _, l := range lines(h.history(c)) {
				for _, other := range h.Brands().All() {
					if other.ID != b.ID && (strings.Contains(l, "of "+string(other.ID)) || strings.Contains(l, "net:"+string(other.ID))) {
						t.Errorf("%s shows %q", b.ID, l)
					}
				}
			}
		}
	}
}
