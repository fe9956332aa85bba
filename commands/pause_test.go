package commands_test

import (
	"context"
	"testing"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

// TestStatusSaysPaused: while nothing goes out, status says so and why.
func TestStatusSaysPaused(t *testing.T) {
	in(t, func(h *house) {
		first := func() string {
			blocks := h.says("ana", "status", bot.Conversation{}).Notice.Blocks
			return blocks[len(blocks)-1].List[0].Words.Key
		}
		for _, c := range []struct {
			do   func() error
			want string
		}{
			{func() error { return nil }, "status.well"},
			{func() error {
				return h.Store.Update(context.Background(), func(tx *storage.Tx) error { return records.Hold(tx, records.Asked) })
			}, "status.paused"},
			{func() error {
				return h.Store.Update(context.Background(), func(tx *storage.Tx) error { return records.Hold(tx, records.Copied) })
			}, "status.paused_copied"},
		} {
			if err := c.do(); err != nil {
				t.Fatal(err)
			}
			if got := first(); got != c.want {
				t.Errorf("the first thing said is %s, want %s", got, c.want)
			}
		}
	})
}
