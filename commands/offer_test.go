package commands_test

import (
	"context"
	"strings"
	"testing"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/internal/coretest"
	"ponte/storage"
)

// Help lists what one may do; and a refusal calls a button what the button says.
func TestOffered(t *testing.T) {
	in(t, func(h *house) {
		done := func(*storage.Tx, *commands.Request) (act.Answer, error) { return act.Answer{}, nil }
		h.book.Add(nil,
			commands.Spec{Name: "agree", Roles: bot.Anyone, For: []bot.Role{bot.Approver}, Run: done},
			commands.Spec{Name: "it-is-out", Label: "action.is-out", Roles: []bot.Role{bot.Manager}, Inner: true, Run: done},
		)
		for who, want := range map[string]bool{"olga": false, "ana": false, "pia": true} {
			listed := false
			for _, l := range h.says(who, "help", nowhere).Notice.Blocks[1].List {
				listed = listed || strings.Contains(l.Words.String(), "Usage=agree")
			}
			if listed != want {
				t.Errorf("%s is listed what approvers do: %v", who, listed)
			}
		}
		if ans := h.says("olga", "agree", nowhere); ans.Refused {
			t.Errorf("what is not listed is refused: %s", notice(ans))
		}
		ans := h.hears(act.Clicked{Scene: h.scene("olga", "a-inbox", ""), Verb: "it-is-out"})
		if got := ans.Notice.Blocks[0].Words.String(); got != "error.role Command=action.is-out" {
			t.Errorf("the refusal reads %q", got)
		}
	})
}

// What one says under a draft is answered with what is true there.
func TestFirstNoteUnderADraft(t *testing.T) {
	in(t, func(h *house) {
		slot := act.Slot{ID: "ask/r1", Brand: "aurora", Subject: act.Subject{Kind: act.OnRequest, ID: "r1"}, At: h.scene("ana", "a-inbox", "").At, Ref: "asked"}
		if err := h.Store.Update(context.Background(), func(tx *storage.Tx) error { return records.Slots.Insert(tx, slot) }); err != nil {
			t.Fatal(err)
		}
		h.comes(said("1", "maria", "cold coffee"))
		talk := coretest.Slot(h.World, records.CardSlot(h.of("1").ID)).Ref
		for who, want := range map[string]string{"ana": "note.draft", "bo": "note.internal"} {
			first, second := "asked", talk
			if who == "bo" {
				first, second = talk, "asked"
			}
			if got := notice(h.hears(act.Noted{Scene: h.scene(who, "a-inbox", first), Ref: "n1" + who, Text: "good"})); got != want {
				t.Errorf("%s is told %q, want %q", who, got, want)
			}
			if got := notice(h.hears(act.Noted{Scene: h.scene(who, "a-inbox", second), Ref: "n2" + who, Text: "good"})); got != "" {
				t.Errorf("%s is told %q again", who, got)
			}
		}
	})
}

// A time is said in clear words while somebody types it.
func TestTimeIsRead(t *testing.T) {
	in(t, func(h *house) {
		suggest := func(text string) []card.Choice {
			return h.hears(act.Suggest{Scene: h.scene("ana", "a-inbox", ""), Command: "snooze", Option: "until", Prefix: text}).Choices
		}
		if got := suggest(" tomorrow 9:00 "); len(got) != 1 || got[0].Value != "tomorrow 9:00" || got[0].Label.Key != "form.time_read" {
			t.Errorf("a time is read as %v", got)
		}
		if got := suggest("when the cows come home"); len(got) != 0 {
			t.Errorf("no time is read as %v", got)
		}
	})
}
