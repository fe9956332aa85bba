package relay_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

// does runs one act of care on the only conversation, and returns it as it is then.
func (h *house) does(f func(tx *storage.Tx, c bot.Conversation) error) bot.Conversation {
	h.Helper()
	h.do(func(tx *storage.Tx) error { return f(tx, h.only1(tx)) })
	return h.only()
}

func TestCare(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		steps := []struct {
			what   string
			act    func(tx *storage.Tx, c bot.Conversation) error
			status bot.Status
			shows  string
			hides  string
		}{
			{"take", func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Assign(tx, "ana", c, "ana") }, bot.Open, "relay.taken Name=Ana", "[take]"},
			{"assign", func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Assign(tx, "ana", c, "bo") }, bot.Open, "relay.taken Name=Bo", "[take]"},
			{"unassign", func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Assign(tx, "bo", c, "") }, bot.Open, "[take]", "relay.taken"},
			{"label", func(tx *storage.Tx, c bot.Conversation) error {
				return h.relay.Label(tx, "bo", c, []string{"Refund", "delivery", "-gone"})
			}, bot.Open, "relay.labels Labels=delivery, refund", "gone"},
			{"unlabel", func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Label(tx, "bo", c, []string{"-refund"}) }, bot.Open, "Labels=delivery)", "refund"},
			{"priority", func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Prioritise(tx, "bo", c, bot.Urgent) }, bot.Open, "relay.priority.urgent", "overdue"},
			{"snooze", func(tx *storage.Tx, c bot.Conversation) error {
				return h.relay.Snooze(tx, "bo", c, tx.Now().Add(time.Hour))
			}, bot.Snoozed, "snoozed relay.kind.comment", "relay.due"},
			{"resolve", func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Resolve(tx, "bo", c) }, bot.Resolved, "[reopen]", "[spam]"},
			{"reopen", func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Reopen(tx, "bo", c) }, bot.Open, "[resolve]", "[reopen]"},
			{"spam", func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Spam(tx, "bo", c) }, bot.Resolved, "Labels=delivery, spam", "[resolve]"},
		}
		revision := h.only().Revision
		for _, s := range steps {
			c := h.does(s.act)
			got := reads(h.card(c).Card)
			if c.Status != s.status || !strings.Contains(got, s.shows) || strings.Contains(got, s.hides) {
				t.Errorf("after %s it is %s and reads %s", s.what, c.Status, got)
			}
			if c.Revision <= revision || c.Moves != 1 {
				t.Errorf("after %s it has revision %d and %d moves", s.what, c.Revision, c.Moves)
			}
			revision = c.Revision
		}
		want := []string{
			"ponte item.came", "ana conversation.assigned", "ana conversation.assigned", "bo conversation.assigned", "bo conversation.labelled",
			"bo conversation.labelled", "bo conversation.priority", "bo conversation.snoozed", "bo conversation.resolved", "bo conversation.reopened", "bo conversation.spam",
		}
		if diff := cmp.Diff(want, coretest.Audit(h.World, "conversation/"+string(h.only().ID))); diff != "" {
			t.Error(diff)
		}
		told := 0
		for _, m := range h.Chat.All() {
			if strings.Contains(reads(m.Card), "relay.assigned By=Ana To=Bo") {
				told++
				if !cmp.Equal(m.Mention, []string{"u-bo"}) || m.Thread != h.card(h.only()).Ref {
					t.Errorf("Bo is told by %+v", m)
				}
			}
		}
		if told != 1 {
			t.Errorf("Bo is told %d times", told)
		}
	})
}

func TestCareRefuses(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		before := h.only()
		for name, f := range map[string]func(tx *storage.Tx) error{
			"reopen what is open": func(tx *storage.Tx) error { return h.relay.Reopen(tx, "bo", before) },
			"snooze to the past":  func(tx *storage.Tx) error { return h.relay.Snooze(tx, "bo", before, tx.Now()) },
			"a label that pings":  func(tx *storage.Tx) error { return h.relay.Label(tx, "bo", before, []string{"ok", "@all"}) },
			"no label":            func(tx *storage.Tx) error { return h.relay.Label(tx, "bo", before, []string{"-"}) },
			"a long label":        func(tx *storage.Tx) error { return h.relay.Label(tx, "bo", before, []string{strings.Repeat("é", 41)}) },
			"too many labels": func(tx *storage.Tx) error {
				return h.relay.Label(tx, "bo", before, strings.Fields("a b c d e f g h i j k l m n o p q r s t u"))
			},
		} {
			if err := h.Try(f); err == nil || bot.KindOf(err) == bot.Internal {
				t.Errorf("%s: %v", name, err)
			}
		}
		if diff := cmp.Diff(before, h.only()); diff != "" {
			t.Error(diff)
		}
		at := h.does(func(tx *storage.Tx, c bot.Conversation) error {
			return h.relay.Label(tx, "bo", c, append(strings.Fields("a b c d e f g h i j k l m n o p q r s"), strings.Repeat("é", 40)))
		})
		if len(at.Labels) != 20 {
			t.Errorf("%d labels", len(at.Labels))
		}
	})
}

// A further item opens again what was put away.
func TestReopenedByAnItem(t *testing.T) {
	for _, away := range []string{"resolved", "snoozed"} {
		in(t, func(h *house) {
			h.comes(said("1", "maria", "one"))
			h.does(func(tx *storage.Tx, c bot.Conversation) error {
				if away == "snoozed" {
					return h.relay.Snooze(tx, "bo", c, tx.Now().Add(time.Hour))
				}
				return h.relay.Resolve(tx, "bo", c)
			})
			h.Pass(time.Minute)
			h.comes(said("2", "maria", "two", to("1")))
			c := h.only()
			if want := h.item("2").CreatedAt; away == "resolved" && !c.WaitingSince.Equal(want) {
				t.Errorf("it waits since %v, want %v", c.WaitingSince, want)
			}
			if c.Status != bot.Open || !c.SnoozedUntil.IsZero() {
				t.Errorf("it is %s until %v", c.Status, c.SnoozedUntil)
			}
			h.Down(2 * time.Hour)
			if got := strings.Join(h.thread(c), "\n"); strings.Contains(got, "snooze_over") {
				t.Errorf("the snooze ends a second time: %s", got)
			}
		})
	}
}

// Spam is all that was said, and no more so when it is opened again. What was
// answered before stays answered.
func TestSpamAndBack(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		h.Pass(time.Minute)
		h.do(func(tx *storage.Tx) error {
			return h.relay.Replied(tx, bot.Reply{ID: "r", Brand: aurora, Account: "net:aurora", Conversation: h.only1(tx).ID, By: "bo", To: "1", At: tx.Now()})
		})
		h.Pass(time.Minute)
		h.comes(said("2", "maria", "two", to("1")))
		h.Pass(time.Minute)
		h.comes(said("3", "maria", "three", to("1")))
		h.does(func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Spam(tx, "ana", c) })
		for _, remote := range []string{"1", "2", "3"} {
			if !h.item(remote).Spam {
				t.Errorf("item %s is not spam", remote)
			}
		}
		c := h.does(func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Reopen(tx, "ana", c) })
		if !c.WaitingSince.Equal(h.item("2").CreatedAt) || len(c.Labels) != 0 {
			t.Errorf("it waits since %v with %v, want since %v", c.WaitingSince, c.Labels, h.item("2").CreatedAt)
		}
		if h.item("1").Spam || !h.item("1").Answered {
			t.Error("what was answered waits again")
		}
	})
}

func TestReplied(t *testing.T) {
	reply := func(c bot.Conversation, at time.Time, to string) bot.Reply {
		return bot.Reply{ID: "r", Brand: aurora, Account: "net:aurora", Conversation: c.ID, By: "bo", To: to, At: at}
	}
	t.Run("what came while it was under way waits on", func(t *testing.T) {
		in(t, func(h *house) {
			h.comes(said("1", "maria", "one"))
			sent := time.Now()
			h.Pass(10 * time.Second)
			h.comes(said("2", "maria", "two", to("1")))
			h.do(func(tx *storage.Tx) error { return h.relay.Replied(tx, reply(h.only1(tx), sent, "1")) })
			c := h.only()
			if c.Status != bot.Open || !c.WaitingSince.Equal(h.item("2").CreatedAt) || c.Replies != 1 || c.Assignee != "bo" {
				t.Errorf("it is %+v", c)
			}
			if want := c.WaitingSince.Add(2 * time.Hour); !c.DueAt.Equal(want) {
				t.Errorf("due %v, want the target of a further answer %v", c.DueAt, want)
			}
		})
	})
	t.Run("then we wait", func(t *testing.T) {
		in(t, func(h *house) {
			h.comes(said("1", "maria", "one"))
			h.do(func(tx *storage.Tx) error { return h.relay.Replied(tx, reply(h.only1(tx), tx.Now(), "1")) })
			if c := h.only(); c.Status != bot.Pending || !c.WaitingSince.IsZero() || !c.DueAt.IsZero() {
				t.Errorf("it is %+v", c)
			}
		})
	})
	for _, away := range []bot.Status{bot.Snoozed, bot.Resolved} {
		t.Run("what was put away meanwhile stays "+string(away), func(t *testing.T) {
			in(t, func(h *house) {
				h.comes(said("1", "maria", "one"))
				sent := time.Now()
				before := h.does(func(tx *storage.Tx, c bot.Conversation) error {
					if away == bot.Snoozed {
						return h.relay.Snooze(tx, "bo", c, tx.Now().Add(time.Hour))
					}
					return h.relay.Resolve(tx, "bo", c)
				})
				h.do(func(tx *storage.Tx) error { return h.relay.Replied(tx, reply(before, sent, "1")) })
				if c := h.only(); c.Status != away || !c.SnoozedUntil.Equal(before.SnoozedUntil) {
					t.Errorf("it is %s until %v", c.Status, c.SnoozedUntil)
				}
			})
		})
	}
	t.Run("what joined while it was under way waits on", func(t *testing.T) {
		in(t, func(h *house) {
			h.comes(said("a", "maria", "never answered"))
			h.Pass(time.Minute)
			h.comes(said("c", "ugo", "answered", to("b")))
			c, sent := h.of("c"), time.Now()
			h.Pass(10 * time.Second)
			h.comes(said("b", "eva", "the link", to("a")))
			h.do(func(tx *storage.Tx) error { return h.relay.Replied(tx, reply(c, sent, "c")) })
			if h.item("a").Answered || h.item("b").Answered || !h.item("c").Answered {
				t.Error("a reply answers what its writer never saw")
			}
		})
	})
}

func TestWriting(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		c := h.does(func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Writes(tx, "bo", c, true) })
		if got := reads(h.card(c).Card); !strings.HasSuffix(got, "relay.writing Name=Bo") {
			t.Errorf("the card reads %s", got)
		}
		h.does(func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Writes(tx, "bo", c, false) })
		if got := reads(h.card(c).Card); strings.Contains(got, "relay.writing") {
			t.Errorf("the form is closed and the card reads %s", got)
		}
		h.does(func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Writes(tx, "bo", c, true) })
		h.Pass(11 * time.Minute)
		if got := reads(h.card(c).Card); strings.Contains(got, "relay.writing") {
			t.Errorf("the form was left and the card reads %s", got)
		}
	})
}

// A snooze survives a form that is opened meanwhile, and the other way round.
func TestWritingWhileSnoozed(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		h.does(func(tx *storage.Tx, c bot.Conversation) error {
			return h.relay.Snooze(tx, "bo", c, tx.Now().Add(time.Hour))
		})
		h.does(func(tx *storage.Tx, c bot.Conversation) error { return h.relay.Writes(tx, "ana", c, true) })
		h.Down(30 * time.Minute)
		if c := h.only(); c.Status != bot.Snoozed || len(c.Writing) != 0 {
			t.Errorf("after the form it is %s, %v write", c.Status, c.Writing)
		}
		h.Down(31 * time.Minute)
		if c := h.only(); c.Status != bot.Open {
			t.Errorf("after the snooze it is %s", c.Status)
		}
	})
}

func TestContacts(t *testing.T) {
	in(t, func(h *house) {
		nameless := func(in *act.Incoming) { in.Author = bot.Author{} }
		h.comes(said("1", "maria", "one"), said("2", "maria", "two"), said("3", "maria", "three"), said("4", "", "four", nameless), said("5", "", "five", nameless))
		if got := reads(h.card(h.of("3")).Card); !strings.Contains(got, "relay.contact N=3") || !strings.Contains(got, "relay.others_open N=2") {
			t.Errorf("the third card reads %s", got)
		}
		if got := reads(h.card(h.of("5")).Card); strings.Contains(got, "relay.contact") {
			t.Errorf("a nameless author's card reads %s", got)
		}
		for _, c := range h.all() {
			if n := coretest.Get(h.World, func(tx *storage.Tx) (int, error) {
				return records.ItemsOf.Count(tx, storage.K(c.ID))
			}); n != 1 {
				t.Errorf("%d items", n)
			}
		}
	})
}

// A card says who, what, how it stands, and what can be done.
func TestCard(t *testing.T) {
	in(t, func(h *house) {
		h.Down(time.Hour)
		h.comes(said("0", "maria", "earlier"))
		h.comes(said("1", "maria", "<b>cold</b> @all", func(in *act.Incoming) {
			in.URL, in.Rating, in.Kind = "https://net.example/1", 2, bot.Review
			in.Media = []bot.Media{{URL: "https://net.example/cup.jpg", Type: "image/jpeg", Alt: "a cup"}}
		}))
		h.comes(said("2", "ugo", "same here", to("1")))
		c := h.of("1")
		h.do(func(tx *storage.Tx) error { return h.relay.Assign(tx, "bo", c, "bo") })
		h.do(func(tx *storage.Tx) error { return h.relay.Prioritise(tx, "bo", c, bot.Urgent) })
		m := h.card(c)
		want := "open relay.rated N=2 by maria “<b>cold</b> @all” relay.latest N=2 “same here” " +
			"(relay.taken Name=Bo) (relay.priority.urgent) (relay.due Due=2000-01-01T01:10:00Z) (relay.contact N=2) (relay.others_open N=1) " +
			"[reply] [resolve] [snooze] [open] [assign] [label] [who] [history] [unassign] [spam]"
		if diff := cmp.Diff(want, reads(m.Card)); diff != "" {
			t.Error(diff)
		}
		if p := m.Card.Blocks[1].Picture; p == nil || p.Alt != "a cup" || m.Card.Author.Network != "the net" || !m.Card.Opens || len(m.Mention) != 0 {
			t.Errorf("the card is %+v", m.Card)
		}
		for _, a := range m.Card.Actions {
			if a.Link == "" && len(a.Needs) == 0 {
				t.Errorf("%s is offered to anybody", a.Verb)
			}
		}
	})
}
