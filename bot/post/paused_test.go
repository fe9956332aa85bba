package post_test

import (
	"slices"
	"testing"
	"time"

	"ponte/bot"
	"ponte/storage"
)

// A pause whose time is over goes on, and people are told once, where the brand decides.
func TestPauseIsRemindedOf(t *testing.T) {
	in(t, func(h *house) {
		told := func() (out []string) {
			for _, m := range h.Chat.All() {
				if len(m.Card.Actions) == 1 && m.Card.Actions[0].Verb == "resume" {
					out = append(out, m.At.Channel+" "+m.Card.Blocks[0].Words.Key+" "+m.Mention[0])
				}
			}
			return out
		}
		pause := func(until time.Time) {
			h.do(func(tx *storage.Tx) error { return h.desk.Pause(tx, h.brand(), "bo", "", until) })
		}
		pause(time.Time{})
		h.Pass(5 * time.Hour)
		pause(time.Now().Add(time.Hour))
		pause(time.Now().Add(2 * time.Hour))
		h.Pass(2*time.Hour - time.Second)
		if got := told(); len(got) != 0 {
			t.Fatalf("told before: %q", got)
		}
		h.Pass(2 * time.Second)
		h.Pass(3 * time.Hour)
		want := []string{h.brand().DecidesIn().Remote + " post.pause_over u-bo"}
		if got := told(); !slices.Equal(got, want) || !paused(h) {
			t.Errorf("told %q, want %q, and it goes on: %v", got, want, paused(h))
		}
		pause(time.Now().Add(time.Hour))
		h.Pass(time.Hour + time.Second)
		if got := told(); len(got) != 2 {
			t.Errorf("of another pause told %q", got)
		}
	})
}

// What cannot be taken back says why.
func TestCancelSaysHowItStands(t *testing.T) {
	in(t, func(h *house) {
		cancels := func(d bot.Draft) string {
			return key(h.try(func(tx *storage.Tx) error { return h.desk.Cancel(tx, h.brand(), "ana", d) }))
		}
		d := h.planned(page)
		if got := cancels(d); got != "" {
			t.Fatalf("taken back: %s", got)
		}
		if got := cancels(d); got != "error.draft_cancelled" {
			t.Errorf("taken back again: %q", got)
		}
		out := h.planned(page, shop)
		h.Pass(time.Hour + time.Minute)
		h.is(out, "published, published")
		if got := cancels(out); got != "error.draft_is_out" {
			t.Errorf("taken back when it is out: %q", got)
		}
	})
}
