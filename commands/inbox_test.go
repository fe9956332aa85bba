package commands_test

import (
	"fmt"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

// TestFullInbox: what a filter is for is found behind more than is counted, and
// what waits comes before what does not.
func TestFullInbox(t *testing.T) {
	for _, others := range []struct {
		status bot.Status
		of     bot.PersonID
		want   map[string]string
	}{
		{bot.Open, "bo", map[string]string{"mine": "b", "unowned": "a", "overdue": "a"}},
		{bot.Snoozed, "ana", map[string]string{"open": "a", "mine": "b"}},
	} {
		in(t, func(h *house) {
			h.comes(said("a", "a", "text of a"))
			h.Down(2 * time.Hour)
			h.comes(said("b", "b", "text of b"))
			h.says("ana", "take", h.of("b"))
			b := h.of("b")
			h.Update(func(tx *storage.Tx) error {
				for i := range 1100 {
					c := b
					c.ID, c.Root = bot.NewID(tx.Now()), fmt.Sprint("other", i)
					c.Status, c.Assignee, c.DueAt, c.WakeAt, c.WaitingSince = others.status, others.of, time.Time{}, time.Time{}, time.Time{}
					if others.status == bot.Open {
						c.WaitingSince = tx.Now().Add(-24 * time.Hour)
					}
					if err := records.Conversations.Insert(tx, c); err != nil {
						return err
					}
				}
				return nil
			})
			for filter, want := range others.want {
				got := ""
				if ans := h.says("ana", "inbox "+filter, nowhere); len(ans.Notice.Blocks[0].List) > 0 {
					got = string(ans.Notice.Blocks[0].List[0].Text)[:1]
				}
				if got != want {
					t.Errorf("inbox %s behind 1100 %s ones begins with %q, not %q", filter, others.status, got, want)
				}
			}
		})
	}
}
