package posts

import (
	"context"
	"testing"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

// Whoever typed a word read the request that their page showed, or one before it.
func TestSawAsked(t *testing.T) {
	coretest.In(t, func(*coretest.World) []func(context.Context) error { return nil }, func(w *coretest.World) {
		at := act.Place{Platform: "chat", Space: "team", Channel: "a-inbox"}
		requests := []bot.ID{bot.ID("01a"), bot.ID("01b")}
		if err := w.Store.Update(context.Background(), func(tx *storage.Tx) error {
			for i, ref := range []string{"first", "second"} {
				s := act.Slot{ID: "ask/" + string(requests[i]), Brand: "aurora", Subject: act.Subject{Kind: act.OnRequest, ID: requests[i]}, At: at, Ref: ref}
				if err := records.Slots.Insert(tx, s); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for seen, want := range map[string]bool{"second": true, "first": false, "": false, "a note": false} {
			got := coretest.Get(w, func(tx *storage.Tx) (bool, error) {
				return sawAsked(tx, act.Scene{At: at, Seen: seen}, requests[1])
			})
			if got != want {
				t.Errorf("a page that showed %q last: %v, want %v", seen, got, want)
			}
		}
	})
}
