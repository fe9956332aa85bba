package commands_test

import (
	"context"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// TestEarlyReaction: people see a message before its name is recorded. A word on it
// comes again until it is; talk among people does not.
func TestEarlyReaction(t *testing.T) {
	in(t, func(h *house) {
		heard := map[string]bool{}
		h.book.Add(func(_ *storage.Tx, _ *bot.Brand, p bot.Person, slot act.Slot, emoji string, _ bool) (bool, *card.Card, error) {
			heard[string(p.ID)+" "+emoji+" on "+slot.ID] = true
			return true, nil, nil
		})
		at := h.scene("ana", "a-inbox", "").At
		slot := act.Slot{ID: "ask/r1", Brand: "aurora", Subject: act.Subject{Kind: act.OnRequest, ID: "r1"}, At: at}
		put := func(f func(tx *storage.Tx) error) {
			if err := h.Store.Update(context.Background(), f); err != nil {
				h.Fatal(err)
			}
		}
		put(func(tx *storage.Tx) error {
			if err := records.Requests.Insert(tx, bot.Request{ID: "r1", Brand: "aurora", Matter: bot.PostMatter, State: bot.Awaiting, Until: time.Now().Add(time.Hour)}); err != nil {
				return err
			}
			return records.Slots.Insert(tx, slot)
		})
		early := act.Reacted{Scene: h.scene("ana", "a-inbox", ""), Ref: "seen", Emoji: "✅"}
		if _, err := h.book.Hear(context.Background(), early); bot.KindOf(err) != bot.Unavailable {
			h.Errorf("a word on a message without a name yet: %v, want it to come again", err)
		}
		h.hears(act.Reacted{Scene: h.scene("ana", "a-inbox", ""), Ref: "seen", Emoji: "🎉"})
		h.hears(act.Reacted{Scene: h.scene("ana", "a-messages", ""), Ref: "seen", Emoji: "✅"})
		slot.Ref = "seen"
		put(func(tx *storage.Tx) error { return records.Slots.Put(tx, slot) })
		h.hears(early)
		h.hears(act.Reacted{Scene: h.scene("ana", "a-inbox", ""), Ref: "a note", Emoji: "✅"})
		if len(heard) != 1 || !heard["ana ✅ on ask/r1"] {
			h.Errorf("heard %v", heard)
		}
	})
}
