package lost_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/lost"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

var (
	inbox = act.Place{Platform: "chat", Space: "team", Channel: "a-inbox"}
	press = act.Place{Platform: "chat", Space: "team", Channel: "a-press"}
)

// house is a world with one card in the inbox.
type house struct {
	*coretest.World
	desk *lost.Desk
}

func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{}
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		h.World, h.desk = w, lost.New(w.Store, w.Out, w.Brands)
		w.Out.Draws("thing", func(*storage.Tx, act.Slot) (outbox.Drawing, error) {
			return outbox.Drawing{Card: card.Card{Title: card.Literal("the card"), Revision: 1}}, nil
		})
		return nil
	}, func(w *coretest.World) {
		w.Run()
		h.touch()
		h.Pass(time.Second)
		f(h)
	})
}

func (h *house) touch() {
	h.Update(func(tx *storage.Tx) error {
		return h.Out.Touch(tx, outbox.Shown{Lane: "l", Slot: act.Slot{ID: "card/1", Brand: "aurora", Subject: act.Subject{Kind: "thing", ID: "1"}, At: inbox}})
	})
}

func (h *house) loses(e act.Lost) {
	h.Helper()
	if err := h.desk.Hear(context.Background(), e); err != nil {
		h.Fatal(err)
	}
	h.Pass(time.Minute)
}

// TestAgain: a message that somebody took away stands there once more, with a word
// under it, also while a change of it waits to be tried again; and not a third time.
func TestAgain(t *testing.T) {
	for name, busy := range map[string]bool{"at rest": false, "while a change waits": true} {
		t.Run(name, func(t *testing.T) {
			in(t, func(h *house) {
				first := coretest.Slot(h.World, "card/1").Ref
				if busy {
					h.Chat.Fails(func(_ string, a act.Act) *coretest.Fault {
						if _, edit := a.(act.Edit); edit {
							return &coretest.Fault{Err: bot.Errorf(bot.Unavailable, "error.unavailable")}
						}
						return nil
					})
					h.touch()
					h.Pass(time.Second)
				}
				h.loses(act.Lost{ID: "1", At: inbox, Ref: first})
				h.loses(act.Lost{ID: "1", At: inbox, Ref: first})
				slot := coretest.Slot(h.World, "card/1")
				all := h.Chat.All()
				if len(all) != 3 || slot.Ref == first || slot.Ref == "" {
					t.Fatalf("there stand %d messages; it was %q and is %q", len(all), first, slot.Ref)
				}
				if i := slices.IndexFunc(all, func(m coretest.Message) bool { return m.Thread == slot.Ref }); i < 0 || all[i].Card.Blocks[0].Words.Key != "status.again" {
					t.Errorf("under it stands %+v", all)
				}
				h.loses(act.Lost{ID: "2", At: inbox, Ref: slot.Ref})
				h.loses(act.Lost{ID: "3", At: inbox, Ref: "of somebody else"})
				if n := len(h.Chat.All()); n != 3 {
					t.Errorf("then there stand %d messages", n)
				}
			})
		})
	}
}

// TestAgainBeforeItsThread: what waits in a message's lane to stand in its thread waits
// for it to stand there again, and stands in the new thread then.
func TestAgainBeforeItsThread(t *testing.T) {
	in(t, func(h *house) {
		first := coretest.Slot(h.World, "card/1").Ref
		away := true
		h.Chat.Fails(func(_ string, a act.Act) *coretest.Fault {
			if s, send := a.(act.Send); away && send && s.Thread == first {
				return &coretest.Fault{Err: bot.Errorf(bot.Unavailable, "error.unavailable")}
			}
			return nil
		})
		h.Update(func(tx *storage.Tx) error {
			if err := records.Slots.Insert(tx, act.Slot{ID: "note/1", Brand: "aurora", At: inbox, Parent: "card/1"}); err != nil {
				return err
			}
			_, err := h.Out.Say(tx, act.Effect{Brand: "aurora", At: inbox, Lane: "l", Slot: "note/1", Class: act.RoutineClass, Act: act.Seal(act.Send{Card: card.Notice(card.Literal("a note"))})})
			return err
		})
		h.Pass(time.Second)
		h.loses(act.Lost{ID: "1", At: inbox, Ref: first})
		away = false
		h.Pass(10 * time.Minute)
		slot := coretest.Slot(h.World, "card/1")
		under := 0
		for _, m := range h.Chat.All() {
			if m.Thread == slot.Ref {
				under++
			}
		}
		if slot.Ref == first || slot.Ref == "" || under != 2 {
			t.Errorf("it is %q, and was %q; under it stand %d messages", slot.Ref, first, under)
		}
	})
}

// TestAgainWithItsThread: with a thread goes all that stood in it; each of it stands in
// the next one, once.
func TestAgainWithItsThread(t *testing.T) {
	in(t, func(h *house) {
		first := coretest.Slot(h.World, "card/1").Ref
		h.Update(func(tx *storage.Tx) error {
			for _, id := range []string{"item/1", "item/2"} {
				if err := h.Out.Touch(tx, outbox.Shown{Lane: "l", Slot: act.Slot{ID: id, Brand: "aurora", Subject: act.Subject{Kind: "thing", ID: bot.ID(id)}, At: inbox, Parent: "card/1"}}); err != nil {
					return err
				}
			}
			return nil
		})
		h.Pass(time.Minute)
		h.loses(act.Lost{ID: "1", At: inbox, Ref: first, Under: true})
		h.loses(act.Lost{ID: "1", At: inbox, Ref: first, Under: true})
		second, under := coretest.Slot(h.World, "card/1").Ref, map[string]int{}
		for _, m := range h.Chat.All() {
			under[m.Thread]++
		}
		if second == first || second == "" || under[first] != 2 || under[second] != 3 {
			t.Errorf("it was %q and is %q; under them stand %v", first, second, under)
		}
		h.loses(act.Lost{ID: "2", At: inbox, Ref: second, Under: true})
		if n := len(h.Chat.All()); n != 7 {
			t.Errorf("then there stand %d messages", n)
		}
	})
}

// TestStays: a message that cannot be changed any more stands there once more, with a
// word under it. A request stays as it is, and a word under it says that it counts.
func TestStays(t *testing.T) {
	for kind, c := range map[string]struct {
		moves bool
		says  string
	}{"thing": {true, "status.again_fixed"}, act.OnRequest: {false, "status.fixed_decides"}} {
		t.Run(kind, func(t *testing.T) {
			in(t, func(h *house) {
				h.Out.Draws(act.OnRequest, func(*storage.Tx, act.Slot) (outbox.Drawing, error) {
					return outbox.Drawing{Card: card.Card{Title: card.Literal("the request"), Revision: 1}}, nil
				})
				h.Update(func(tx *storage.Tx) error {
					return h.Out.Touch(tx, outbox.Shown{Lane: "o", Slot: act.Slot{ID: "one/1", Brand: "aurora", Subject: act.Subject{Kind: kind, ID: "1"}, At: inbox}})
				})
				h.Pass(time.Minute)
				first, before := coretest.Slot(h.World, "one/1").Ref, len(h.Chat.All())
				for range 2 {
					h.loses(act.Lost{ID: "1", At: inbox, Ref: first, Stays: true})
				}
				slot, all := coretest.Slot(h.World, "one/1"), h.Chat.All()
				more := 1
				if c.moves {
					more = 2
				}
				if (slot.Ref != first) != c.moves || slot.Ref == "" || len(all) != before+more {
					t.Fatalf("it was %q and is %q; there stand %d messages", first, slot.Ref, len(all))
				}
				if i := slices.IndexFunc(all, func(m coretest.Message) bool { return m.Thread == slot.Ref }); i < 0 || all[i].Card.Blocks[0].Words.Key != c.says {
					t.Errorf("under it stands %+v", all)
				}
			})
		})
	}
}

// TestRoom: that a room is lost is told once, where all of the brand reads it.
func TestRoom(t *testing.T) {
	in(t, func(h *house) {
		why := card.W("status.room")
		for range 2 {
			h.loses(act.Lost{ID: "1", At: press, Why: why})
		}
		h.loses(act.Lost{ID: "2", At: inbox, Why: why}) // the others are not for all
		moved := act.Place{Platform: "chat", Space: "team", Channel: "moved"}
		defer func() {
			h.loses(act.Lost{ID: "4", At: inbox, Why: why, Now: moved}) // where it goes on
			if all := h.Chat.All(); len(all) != 3 || all[2].At != moved {
				t.Errorf("of what moved stand %+v", all)
			}
		}()
		h.loses(act.Lost{ID: "3", At: act.Place{Platform: "chat", Space: "team", Channel: "nobody's"}, Why: why})
		all := h.Chat.All()
		if len(all) != 2 || all[1].At != inbox || all[1].Card.Blocks[0].Words.Key != why.Key {
			t.Errorf("there stand %+v", all)
		}
	})
}

// happens logs what happened in the conversation that a card shows, as the inbox does.
func (h *house) happens(what string) {
	h.Helper()
	h.Update(func(tx *storage.Tx) error {
		return records.Log(tx, bot.Record{Brand: "aurora", What: what, Subject: act.OnConversation + "/c1", Trace: "c1"})
	})
	h.Update(func(tx *storage.Tx) error {
		return h.Out.Touch(tx, outbox.Shown{Lane: "l", Slot: act.Slot{ID: "card/2", Brand: "aurora", Subject: act.Subject{Kind: "thing", ID: "2"}, At: inbox}, Trace: "c1"})
	})
	h.Pass(time.Minute)
}

// TestNews: what was taken away twice stays away until somebody writes, it is reopened
// or is overdue: then it stands there once more, with what had stood under it.
func TestNews(t *testing.T) {
	in(t, func(h *house) {
		ref := func(id string) string { return coretest.Slot(h.World, id).Ref }
		h.happens("item.came")
		h.Update(func(tx *storage.Tx) error {
			return h.Out.Touch(tx, outbox.Shown{Lane: "l", Slot: act.Slot{ID: "item/2", Brand: "aurora", Subject: act.Subject{Kind: "thing", ID: "3"}, At: inbox, Parent: "card/2"}, Trace: "c1"})
		})
		h.Pass(time.Minute)
		h.loses(act.Lost{ID: "1", At: inbox, Ref: ref("card/2"), Under: true})
		for i, what := range newsIs {
			away, under := ref("card/2"), ref("item/2")
			h.loses(act.Lost{ID: "2", At: inbox, Ref: away, Under: true})
			h.happens("conversation.assigned")
			if got := ref("card/2"); got != away {
				t.Errorf("%s: without news it came back as %q", what, got)
			}
			h.happens(what)
			back := ref("card/2")
			if back == away || back == "" || ref("item/2") == under {
				t.Fatalf("%s: it was %q and is %q; under it stands %q, which was %q", what, away, back, ref("item/2"), under)
			}
			if m, ok := h.Chat.Find(ref("item/2")); !ok || m.Thread != back {
				t.Errorf("%s: what stood under it stands under %q", what, m.Thread)
			}
			n := len(h.Chat.All())
			if h.happens("conversation.assigned"); len(h.Chat.All()) != n {
				t.Errorf("%s: then there stand %d messages in place of %d", what, len(h.Chat.All()), n)
			}
			if i == len(newsIs)-1 { // news that came before it is taken away brings it back at once
				h.happens(what)
				for range 2 {
					h.loses(act.Lost{ID: "3", At: inbox, Ref: back})
				}
				if got := ref("card/2"); got == back || len(h.Chat.All()) != n+2 {
					t.Errorf("it was %q and is %q; there stand %d messages in place of %d", back, got, len(h.Chat.All()), n+2)
				}
			}
		}
	})
}

var newsIs = []string{"item.came", "conversation.reopened", "conversation.overdue"}

// TestRefuge: that a space is lost is told in another one, and nowhere that was lost of late.
func TestRefuge(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) {
			b.Channels = append(b.Channels, coretest.Room("lounge", "a-lounge", func(*bot.Channel) {}), coretest.Room("other", "a-other", func(c *bot.Channel) { c.Space = "elsewhere" }))
		})
		lounge, other := act.Place{Platform: "chat", Space: "team", Channel: "a-lounge"}, act.Place{Platform: "chat", Space: "elsewhere", Channel: "a-other"}
		for i, c := range []struct {
			lost, told act.Place
			after      time.Duration
		}{
			{press, other, 0}, {inbox, other, 0}, {other, lounge, 0}, {lounge, act.Place{}, 0}, {press, other, 25 * time.Hour},
		} {
			if c.after > 0 {
				h.Down(c.after)
			}
			n := len(h.Chat.All())
			for range 2 {
				h.loses(act.Lost{ID: "1/" + string(rune('a'+i)), At: c.lost, Why: card.W("status.room")})
			}
			all := h.Chat.All()[n:]
			if c.told == (act.Place{}) && len(all) == 0 {
				continue
			}
			if len(all) != 1 || all[0].At != c.told {
				t.Errorf("%d: that %s is lost is told as %+v, want in %s", i, c.lost, all, c.told)
			}
		}
		if got := coretest.Audit(h.World, "room/"+lounge.String()); len(got) != 1 {
			t.Errorf("of the lounge is kept %v", got)
		}
	})
}
