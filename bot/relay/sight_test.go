package relay_test

import (
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

// A decision on a storm reaches what the card had counted that it was made on,
// and nothing that came between the look and the click.
func TestBulkReachesWhatTheCardShowed(t *testing.T) {
	folding(t, func(h *house) {
		h.comes(many(0, 10, "p")...)
		shown := h.storm().Revision
		h.Pass(time.Minute)
		h.comes(said("more", "author5", "and one more thing", to("p-5")))
		h.comes(many(10, 14, "p")...)
		h.Pass(time.Minute)
		s := h.storm()
		h.do(func(tx *storage.Tx) error { return h.relay.StormAll(tx, "ana", s, "resolve", shown) })
		h.Pass(time.Second)
		for _, remote := range []string{"p-10", "p-13"} {
			if c := h.of(remote); c.Status != bot.Open || c.Storm == "" {
				t.Errorf("%s, which the card did not show, is %s", remote, c.Status)
			}
		}
		if c := h.of("p-9"); c.Status != bot.Resolved {
			t.Errorf("what the card showed last is %s", c.Status)
		}
		got := reads(h.message(records.StormSlot(s.ID)).Card)
		if !strings.Contains(got, "storm.left Done=storm.resolve_done") || !strings.Contains(got, "N=4") || !strings.Contains(got, "[resolve]") {
			t.Errorf("the card reads %s", got)
		}
		if err := h.Try(func(tx *storage.Tx) error { return h.relay.StormAll(tx, "ana", s, "resolve", 1) }); bot.KindOf(err) != bot.Conflict {
			t.Errorf("a card that is older than is known decides: %v", err)
		}
		h.all2("resolve")
		h.Pass(time.Second)
		if c := h.of("p-13"); c.Status != bot.Resolved {
			t.Errorf("the next look leaves it %s", c.Status)
		}
	})
}

// What comes after a storm was closed gets cards of its own, until there are too many again.
func TestAfterAStorm(t *testing.T) {
	folding(t, func(h *house) {
		h.comes(many(0, 10, "p")...)
		h.all2("resolve")
		h.Pass(time.Second)
		h.comes(many(10, 13, "p")...)
		if c := h.of("p-12"); c.Storm != "" || len(h.storms()) != 1 {
			t.Fatalf("the next ones are in storm %q, of %d", c.Storm, len(h.storms()))
		}
		h.comes(many(13, 20, "p")...)
		if n := len(h.storms()); n != 2 {
			t.Errorf("%d storms", n)
		}
	})
}

// What was deleted at the source is read by nobody any more.
func TestDeletedIsNotRead(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "my number is 555"), said("2", "ugo", "ring 666", to("1")))
		c := h.only()
		h.comes(said("1", "maria", "", gone), said("2", "ugo", "", gone))
		for _, m := range h.Chat.All() {
			got := reads(m.Card)
			if strings.Contains(got, "555") || strings.Contains(got, "666") || !strings.Contains(got, "relay.deleted") {
				t.Errorf("it reads %s", got)
			}
		}
		if got := reads(h.card(c).Card); !strings.Contains(got, "by maria") || !strings.Contains(got, "ugo") {
			t.Errorf("the card does not say whose: %s", got)
		}
	})
}
