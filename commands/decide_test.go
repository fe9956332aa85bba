package commands_test

import (
	"testing"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/storage"
)

// A word on a message that has no name yet is handed on with where it stands, once:
// it may be one that asks for it. Other signs on it are talk.
func TestEarlyReaction(t *testing.T) {
	in(t, func(h *house) {
		var heard []string
		h.book.Add(func(_ *storage.Tx, _ *bot.Brand, p bot.Person, slot act.Slot, emoji string, _ bool) (bool, *card.Card, error) {
			heard = append(heard, string(p.ID)+" "+emoji+" on "+slot.ID+"#"+slot.Ref+" in "+slot.At.Channel)
			return true, nil, nil
		})
		early := act.Reacted{Scene: h.scene("ana", "a-inbox", ""), Ref: "seen", Emoji: "✅"}
		h.hears(early)
		once := len(heard) // a change to the store may be tried twice
		h.hears(early)
		h.hears(act.Reacted{Scene: h.scene("ana", "a-inbox", ""), Ref: "seen", Emoji: "🎉"})
		if want := "ana ✅ on #seen in a-inbox"; len(heard) != once || once == 0 || heard[0] != want {
			h.Errorf("heard %q, want %q once", heard, want)
		}
	})
}
