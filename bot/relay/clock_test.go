package relay_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/hours"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

// count says how many messages of the chat say something.
func (h *house) count(text string) int {
	n := 0
	for _, m := range h.Chat.All() {
		n += strings.Count(reads(m.Card), text)
	}
	return n
}

// Nobody has it: the channel is told before it is due, once, and the card when it is.
func TestNudgeAndOverdue(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		c := h.only()
		h.Down(44*time.Minute + 59*time.Second)
		if n := h.count("relay.nudge"); n != 0 {
			t.Fatalf("nudged %d times too early", n)
		}
		h.Pass(2 * time.Second)
		all := h.Chat.All()
		nudge := all[len(all)-1]
		if h.count("relay.nudge") != 1 || nudge.Thread != "" || len(nudge.Mention) != 0 || nudge.Card.Blocks[0].List[0].Thread.Message != h.card(c).Ref {
			t.Errorf("the channel is told by %+v", nudge)
		}
		h.Restart()
		h.Down(14*time.Minute + 30*time.Second)
		edits, messages := h.card(c).Edits, len(h.Chat.All())
		h.Pass(time.Minute)
		if m := h.card(c); m.Card.Mark != "overdue" || m.Edits != edits+1 || len(h.Chat.All()) != messages {
			t.Errorf("overdue: the card is %s after %d edits, %d messages", m.Card.Mark, m.Edits-edits, len(h.Chat.All())-messages)
		}
		h.Pass(5 * time.Minute)
		h.Down(48 * time.Hour)
		if m := h.card(c); m.Edits != edits+1 || h.count("relay.nudge") != 1 {
			t.Errorf("it is told again: %d edits, %d nudges", m.Edits-edits, h.count("relay.nudge"))
		}
	})
}

// Somebody has it: they are nudged in the thread.
func TestNudgeInTheThread(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		c := h.does(func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Assign(tx, "bo", c, "bo") })
		h.Down(50 * time.Minute)
		got := h.thread(c)
		if len(got) != 1 || !strings.Contains(got[0], "relay.nudge") {
			t.Fatalf("the thread reads %q", got)
		}
		all := h.Chat.All()
		if diff := cmp.Diff([]string{"u-bo"}, all[len(all)-1].Mention); diff != "" {
			t.Error(diff)
		}
	})
}

// A nudge belongs to what waits: the next wait has its own.
func TestNextNudge(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		h.Down(50 * time.Minute)
		h.do(func(tx *storage.Tx) error {
			return h.relay.Replied(tx, bot.Reply{ID: "r", Brand: aurora, Account: "net:aurora", Conversation: h.only1(tx).ID, By: "bo", To: "1", At: tx.Now()})
		})
		h.Down(time.Hour)
		h.comes(said("2", "maria", "two", to("1"), written(time.Now().Add(-70*time.Minute)))) // written before the nudge, heard after it
		h.Down(30 * time.Minute)
		if n := h.count("relay.nudge"); n != 2 {
			t.Errorf("nudged %d times, want 2", n)
		}
	})
}

func TestSnoozeEnds(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		h.does(func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Assign(tx, "bo", c, "bo") })
		h.does(func(tx *storage.Tx, c bot.Conversation) error {
			return h.relay.Snooze(tx, "bo", c, tx.Now().Add(3*time.Hour))
		})
		h.Down(2 * time.Hour)
		if c := h.only(); c.Status != bot.Snoozed || c.Overdue || h.count("relay.nudge") != 0 {
			t.Errorf("while it sleeps it is %+v", c)
		}
		h.Down(2 * time.Hour)
		if c := h.only(); c.Status != bot.Open || !c.Overdue || h.count("relay.snooze_over") != 1 {
			t.Errorf("after the snooze it is %+v", c)
		}
	})
}

// The clock does not wait for its next look when something is due sooner.
func TestWakesForWhatIsSooner(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		h.Pass(3 * time.Second)
		c := h.does(func(tx *storage.Tx, c bot.Conversation) error {
			return h.relay.Snooze(tx, "bo", c, tx.Now().Add(2*time.Second))
		})
		h.Pass(2*time.Second + time.Millisecond)
		if got := h.only(); got.Status != bot.Open {
			t.Errorf("it is %s, %s late", got.Status, time.Since(c.SnoozedUntil))
		}
	})
}

// Working time counts: several spans a day, nights, holidays, both changes of the clock.
func TestServiceClock(t *testing.T) {
	day := []hours.Span{{From: 9 * 60, To: 13 * 60}, {From: 15 * 60, To: 18 * 60}}
	calendar := hours.Calendar{Zone: "Europe/Madrid", Week: [7][]hours.Span{1: day, 2: day, 3: day, 4: day, 5: day}, Holidays: []string{"2000-01-06"}}
	madrid, _ := time.LoadLocation("Europe/Madrid")
	at := func(text string) time.Time {
		got, err := time.ParseInLocation("2006-01-02 15:04", text, madrid)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	night := hours.Calendar{Zone: "Europe/Madrid", Week: [7][]hours.Span{{{From: 0, To: 360}}, {{From: 0, To: 360}}, {{From: 0, To: 360}}, {{From: 0, To: 360}}, {{From: 0, To: 360}}, {{From: 0, To: 360}}, {{From: 0, To: 360}}}}
	for _, c := range []struct {
		name            string
		hours           hours.Calendar
		came, due, tell string
	}{
		{"within a span", calendar, "2000-01-03 10:00", "2000-01-03 12:00", "2000-01-03 11:30"},
		{"over the midday rest", calendar, "2000-01-03 12:00", "2000-01-03 16:00", "2000-01-03 15:30"},
		{"over the night", calendar, "2000-01-03 17:00", "2000-01-04 10:00", "2000-01-04 09:30"},
		{"over a holiday and a weekend", calendar, "2000-01-05 17:30", "2000-01-07 10:30", "2000-01-07 10:00"},
		{"on a Saturday", calendar, "2000-01-08 12:00", "2000-01-10 11:00", "2000-01-10 10:30"},
		{"over the hour that is skipped", night, "2000-03-26 01:00", "2000-03-26 04:00", "2000-03-26 03:30"},
		{"over the hour that comes twice", night, "2000-10-29 01:00", "2000-10-29 02:00", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(h *house) {
				h.Configure(func(b *bot.Brand) {
					b.Hours = c.hours
					b.Targets = map[bot.Priority]bot.Target{bot.Normal: {First: 2 * time.Hour, Next: time.Hour}}
				})
				h.Down(time.Until(at(c.came)))
				h.comes(said("1", "maria", "one"))
				due := at(c.due)
				if c.tell == "" { // the wall clock shows it twice, the second one counts
					due = at(c.came).Add(2 * time.Hour)
				}
				got := h.only()
				if !got.DueAt.Equal(due) {
					t.Errorf("due %s, want %s", got.DueAt.In(madrid), due)
				}
				if c.tell != "" && !got.WakeAt.Equal(at(c.tell)) {
					t.Errorf("it wakes at %s, want %s", got.WakeAt.In(madrid), c.tell)
				}
			})
		})
	}
}

// People wait since the oldest thing that nobody answered was written.
func TestWaitingSince(t *testing.T) {
	in(t, func(h *house) {
		now := time.Now()
		h.comes(said("child", "ugo", "child", to("root"), written(now.Add(-time.Minute))))
		h.Pass(time.Second)
		h.comes(said("root", "maria", "root", written(now.Add(-30*time.Minute))), said("future", "maria", "future", to("root"), written(now.Add(time.Hour))))
		if c := h.only(); !c.WaitingSince.Equal(now.Add(-30 * time.Minute)) {
			t.Errorf("it waits since %v", c.WaitingSince)
		}
		if it := h.item("future"); it.CreatedAt.After(it.ReceivedAt) {
			t.Error("something was written after it came")
		}
	})
}

// A brand that is configured no more holds up nobody's clock.
func TestABrandThatLeft(t *testing.T) {
	in(t, func(h *house) {
		h.comesTo("net:boreal", said("1", "maria", "one"))
		h.Update(func(tx *storage.Tx) error {
			for c, err := range records.Conversations.Under(tx, storage.K(bot.BrandID("boreal"))) {
				if err != nil {
					return err
				}
				return h.relay.Snooze(tx, "carl", c, tx.Now().Add(time.Minute))
			}
			return nil
		})
		h.comes(said("1", "maria", "one"))
		all := h.Brands().All()
		h.Serve(all[0])
		h.Down(50 * time.Minute)
		if n := h.count("relay.nudge"); n != 1 {
			t.Errorf("nudged %d times, want 1", n)
		}
		h.Serve(all...)
		h.Down(15 * time.Minute)
		if c := coretest.Conversations(h.World, "boreal"); c[0].Status != bot.Open {
			t.Errorf("the brand is back and its conversation is %s", c[0].Status)
		}
	})
}

// A word that could not be said in time is not said late.
func TestStaleNudge(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		h.Chat.Fails(func(string, act.Act) *coretest.Fault {
			return &coretest.Fault{Err: bot.Errorf(bot.Unavailable, "error.unavailable")}
		})
		h.Halt()
		h.Pass(50 * time.Minute)
		h.Run()
		h.Pass(time.Minute)
		h.Chat.Fails(nil)
		h.Down(2 * time.Hour)
		if n := h.count("relay.nudge"); n != 0 {
			t.Errorf("nudged %d times, hours late", n)
		}
	})
}
