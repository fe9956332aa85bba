package approval_test

import (
	"testing"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// Who reacts before Ponte knows the name of the message that they see is heard when
// it does: in order, with their own rights, and on that message alone.
func TestWordsBeforeTheName(t *testing.T) {
	in(t, func(h *house) {
		h.quorum(2)
		h.Configure(func(b *bot.Brand) { b.Approvals.Channel = "inbox" }) // which approvers see
		h.asks("d1", "the first, which is named")                         // what the next one will be called follows from it
		named := slotOf(h, h.asks("d0", "the second"))
		said := func(tx *storage.Tx, at act.Place, ref string, who bot.PersonID, emoji string, removed, want bool) {
			handled, notice, err := h.desk.React(tx, h.brand(), h.person(who), act.Slot{Brand: aurora, At: at, Ref: ref}, emoji, removed)
			if err != nil || notice != nil || handled != want {
				t.Errorf("%s %s on %s in %s: kept %v, %v, %v; want %v", who, emoji, ref, at, handled, notice, err, want)
			}
		}
		h.do(func(tx *storage.Tx) error { said(tx, named.At, "talk", "pia", "✅", false, false); return nil })

		next := func(ref string) string { return ref[:len(ref)-1] + string(ref[len(ref)-1]+1) }
		var r bot.Request
		h.do(func(tx *storage.Tx) (err error) {
			c := bot.Content{Text: "the third", Accounts: []bot.AccountID{"net:aurora"}}
			h.content["d2"] = c
			r, err = h.desk.Ask(tx, bot.Request{Brand: aurora, Matter: bot.PostMatter, Subject: "d2", Hash: c.Hash(), By: "ana", Content: &c})
			ref, at := next(named.Ref), named.At
			said(tx, at, ref, "pia", "✅", false, true)
			said(tx, at, ref, "rex", "✅", false, true)
			said(tx, at, ref, "rex", "✅", true, true)
			said(tx, at, ref, "ana", "✅", false, true) // her own: it does not count
			said(tx, at, ref, "ugo", "🎉", false, false)
			said(tx, at, "talk", "ugo", "✅", false, true) // nobody knows yet what that is
			said(tx, act.Place{Platform: at.Platform, Space: at.Space, Channel: "elsewhere"}, ref, "ugo", "✅", false, false)
			return err
		})
		if got := slotOf(h, r).Ref; got != next(named.Ref) {
			t.Fatalf("the message is called %q, and the test thinks %q", got, next(named.Ref))
		}
		if got := h.words(r); got != "pia yes, rex (yes)" || h.stands(r) {
			t.Errorf("the words are %q, it stands: %v", got, h.stands(r))
		}
		if shown, now := slotOf(h, r).Shown, h.now(r).Revision; shown != now {
			t.Errorf("the message shows revision %d of %d", shown, now)
		}
		if got := h.reacts("rex", r, "✅", false); got != "" || !h.stands(r) {
			t.Errorf("told %q, it stands: %v", got, h.stands(r))
		}
		waiting := 0
		h.do(func(tx *storage.Tx) error {
			waiting = 0
			for range records.EarlyWords.Under(tx, nil) {
				waiting++
			}
			return nil
		})
		if waiting != 1 {
			t.Errorf("%d words wait; one was said on something else", waiting)
		}
	})
}
