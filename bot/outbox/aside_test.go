package outbox_test

import (
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
)

// A message that team chat refuses at first is not given up: it waits longer each
// time, at most an hour, holds up nobody, and comes when it can.
func TestRefusedMessageComesLater(t *testing.T) {
	in(t, nil, func(w *world) {
		denied := fault{err: bot.Errorf(bot.Denied, "x")}
		w.dest.fails("card", denied, denied, denied, denied, denied, denied, denied, denied, denied)
		lane := func(s *outbox.Shown) { s.Lane = "l" }
		w.touch("s", "card", lane)
		after := w.say("l", "after")
		w.run()
		pass(time.Minute)
		w.state(after.ID, act.Done)
		if e := w.shown("s"); e.State != act.Waiting || e.Fault == nil || !e.Fault.Kind.Final() {
			t.Fatalf("it is %s for %v", e.State, e.Fault)
		}
		pass(5 * time.Hour)
		if e := w.shown("s"); e.State != act.Waiting || time.Until(e.Due) > time.Hour {
			t.Errorf("it is %s until %v", e.State, e.Due)
		}
		pass(2 * time.Hour)
		w.state(w.shown("s").ID, act.Done)
	})
}
