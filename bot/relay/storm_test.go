package relay_test

import (
	"context"
	"fmt"
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

// folding makes a world where the fourth conversation on a post is one too many.
func folding(t *testing.T, f func(*house)) {
	t.Helper()
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Folding, b.Reach = bot.Folding{After: 3, Within: time.Hour}, 10_000 })
		f(h)
	})
}

func many(from, to int, post string, more ...with) []act.Incoming {
	var out []act.Incoming
	for i := from; i < to; i++ {
		out = append(out, said(fmt.Sprintf("%s-%d", post, i), fmt.Sprintf("author%d", i), fmt.Sprintf("text %d", i), append(more, under(post), followers(i))...))
	}
	return out
}

func (h *house) storms() []bot.Storm {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (out []bot.Storm, _ error) {
		for s, err := range records.Storms.Under(tx, storage.K(aurora)) {
			if err != nil {
				return nil, err
			}
			out = append(out, s)
		}
		return out, nil
	})
}

func (h *house) storm() bot.Storm {
	h.Helper()
	all := h.storms()
	if len(all) != 1 {
		h.Fatalf("%d storms, want 1", len(all))
	}
	return all[0]
}

func (h *house) statuses() map[bot.Status]int {
	out := map[bot.Status]int{}
	for _, c := range h.all() {
		out[c.Status]++
	}
	return out
}

func (h *house) all2(verb string) {
	h.Helper()
	s := h.storm()
	h.do(func(tx *storage.Tx) error { return h.relay.StormAll(tx, "ana", s, verb, s.Revision) })
}

func TestFolding(t *testing.T) {
	folding(t, func(h *house) {
		h.comes(many(0, 3, "p")...)
		if n := len(h.storms()); n != 0 {
			t.Fatalf("%d storms before one too many came", n)
		}
		h.comes(many(3, 40, "p")...)
		h.comes(many(0, 3, "q")...)
		h.comes(said("vip", "famous", "heard by many", under("p"), followers(10_000)))
		h.comes(said("dm", "author4", "in private", under("p"), direct))
		h.comes(said("none", "author4", "on no post"))
		s := h.storm()
		if s.Counted != 37 || s.Reach != 39 || len(s.Sample) != 5 {
			t.Errorf("the storm is %+v", s)
		}
		if n := len(h.Chat.All()); n != 3+1+3+1+1+1 {
			t.Errorf("%d messages stand in the chat, want 10", n)
		}
		for _, remote := range []string{"p-0", "q-2", "vip", "dm", "none"} {
			if h.of(remote).Storm != "" {
				t.Errorf("%s is folded", remote)
			}
		}
		want := "open storm.title N=37 Network=the net (storm.open N=37) (storm.since At=" + s.OpenedAt.Format(time.RFC3339) + ") " +
			"- storm.loudest author39: text 39 - storm.sample author3: text 3 - storm.sample author4: text 4 - storm.sample author5: text 5 - storm.sample author6: text 6 - storm.sample author7: text 7 " +
			"[pull] [resolve] [spam]"
		if diff := cmp.Diff(want, reads(h.message(records.StormSlot(s.ID)).Card)); diff != "" {
			t.Error(diff)
		}
	})
}

// Conversations over a longer time are no storm.
func TestSlowIsNoStorm(t *testing.T) {
	folding(t, func(h *house) {
		for i := range 6 {
			h.comes(many(i, i+1, "p")...)
			h.Down(30 * time.Minute)
		}
		if n := len(h.storms()); n != 0 {
			t.Errorf("%d storms", n)
		}
	})
}

// What few may read is not shown to many.
func TestStormKeepsRooms(t *testing.T) {
	folding(t, func(h *house) {
		h.comes(many(0, 5, "p")...)
		h.comes(said("n", "writer", "I write for a newspaper", under("p")))
		if diff := cmp.Diff([]string{"a-press"}, h.rooms("newspaper")); diff != "" {
			t.Error(diff)
		}
	})
}

// A storm whose brand does not fold any more takes nothing in.
func TestFoldingTurnedOff(t *testing.T) {
	folding(t, func(h *house) {
		h.comes(many(0, 5, "p")...)
		h.Configure(func(b *bot.Brand) { b.Folding.After = 0 })
		h.comes(many(5, 6, "p")...)
		if h.of("p-5").Storm != "" || h.storm().Counted != 2 {
			t.Error("it still folds")
		}
	})
}

func TestStormEndsByItself(t *testing.T) {
	folding(t, func(h *house) {
		h.comes(many(0, 5, "p")...)
		h.Down(25 * time.Hour)
		h.comes(many(5, 6, "p")...)
		if h.of("p-5").Storm != "" || !h.storm().Closed {
			t.Error("after a quiet day a conversation is folded still")
		}
	})
}

func TestBulk(t *testing.T) {
	for _, verb := range []string{"resolve", "spam"} {
		folding(t, func(h *house) {
			h.comes(many(0, 253, "p")...)
			h.all2(verb)
			h.Pass(time.Second)
			if got := h.statuses(); got[bot.Open] != 3 || got[bot.Resolved] != 250 {
				t.Errorf("%s: %v", verb, got)
			}
			s := h.storm()
			if !s.Bulk.Ended || s.Bulk.Done != 250 || !s.Closed {
				t.Errorf("%s: the storm is %+v", verb, s.Bulk)
			}
			got := reads(h.message(records.StormSlot(s.ID)).Card)
			if !strings.HasSuffix(got, "storm."+verb+"_done N=250 Name=Ana") || strings.Contains(got, "[") {
				t.Errorf("%s: the card reads %s", verb, got)
			}
			if spam := h.item("p-9").Spam; spam != (verb == "spam") {
				t.Errorf("%s: an item is spam: %v", verb, spam)
			}
			trail := coretest.Audit(h.World, "conversation/"+string(h.of("p-9").ID))
			if want := map[string]string{"resolve": "ana conversation.resolved", "spam": "ana conversation.spam"}[verb]; trail[len(trail)-1] != want {
				t.Errorf("%s: the trail ends with %q", verb, trail[len(trail)-1])
			}
			if err := h.Try(func(tx *storage.Tx) error { return h.relay.StormAll(tx, "bo", s, verb, s.Revision) }); err != nil {
				t.Errorf("%s: a second decision is refused: %v", verb, err)
			}
		})
	}
}

// A decision goes on where a crash stopped it.
func TestBulkOverARestart(t *testing.T) {
	folding(t, func(h *house) {
		h.comes(many(0, 253, "p")...)
		h.Halt()
		h.Make()
		s := h.storm()
		h.Update(func(tx *storage.Tx) error { return h.relay.StormAll(tx, "ana", s, "resolve", s.Revision) })
		stop, cancel := context.WithCancel(context.Background())
		h.Update(func(tx *storage.Tx) error { tx.OnCommit(cancel); return nil })
		if err := h.relay.Run(stop); err != nil { // it ends before its first piece
			t.Fatal(err)
		}
		if err := h.Try(func(tx *storage.Tx) error { return h.relay.StormAll(tx, "bo", h.stormIn(tx), "spam", 1<<30) }); bot.KindOf(err) != bot.Conflict {
			t.Errorf("two decisions at once: %v", err)
		}
		h.Restart()
		h.Pass(time.Second)
		if got := h.statuses(); got[bot.Resolved] != 250 || h.storm().Bulk.Done != 250 {
			t.Errorf("%v, %d done", got, h.storm().Bulk.Done)
		}
	})
}

func (h *house) stormIn(tx *storage.Tx) bot.Storm {
	for s, err := range records.Storms.Under(tx, storage.K(aurora)) {
		if err != nil {
			h.Fatal(err)
		}
		return s
	}
	return bot.Storm{}
}

// Nobody decided on what was said after the decision.
func TestBulkLeavesWhatCameLater(t *testing.T) {
	folding(t, func(h *house) {
		h.comes(many(0, 10, "p")...)
		h.Halt()
		h.Make()
		s := h.storm()
		h.Update(func(tx *storage.Tx) error { return h.relay.StormAll(tx, "ana", s, "spam", s.Revision) })
		h.Pass(time.Second)
		later := []act.Incoming{said("more", "author5", "and one more thing", to("p-5"))}
		if _, err := h.relay.Hear(context.Background(), act.Arrived{Account: "net:aurora", Items: append(later, many(10, 12, "p")...)}); err != nil {
			t.Fatal(err)
		}
		h.Run()
		h.Pass(time.Second)
		h.Idle()
		c := h.of("more")
		if c.Status != bot.Open || c.Storm != "" || h.item("p-5").Spam || !strings.Contains(strings.Join(h.thread(c), " "), "and one more thing") {
			t.Errorf("what was said later is %s in storm %q", c.Status, c.Storm)
		}
		for _, remote := range []string{"p-10", "p-11"} {
			if c := h.of(remote); c.Status != bot.Open {
				t.Errorf("%s is %s", remote, c.Status)
			}
		}
		if got := h.statuses(); got[bot.Resolved] != 6 {
			t.Errorf("%v", got)
		}
	})
}

// Who answers after the team was done with it comes out of the storm.
func TestFoldedAndBack(t *testing.T) {
	folding(t, func(h *house) {
		h.comes(many(0, 8, "p")...)
		h.comes(said("again", "author5", "in the storm", to("p-5")))
		if c := h.of("again"); c.Storm == "" || c.Items != 2 {
			t.Errorf("a further item of an open one is %+v", c)
		}
		h.all2("resolve")
		h.Pass(time.Second)
		h.comes(said("back", "author5", "I waited", to("p-5")))
		c := h.of("back")
		got := strings.Join(h.thread(c), "\n")
		if c.Status != bot.Open || c.Storm != "" || !strings.Contains(got, "I waited") || !strings.Contains(got, "in the storm") {
			t.Errorf("it is %s, its thread reads\n%s", c.Status, got)
		}
	})
}

func TestPullOut(t *testing.T) {
	folding(t, func(h *house) {
		h.comes(many(0, 8, "p")...)
		h.comes(said("again", "author5", "more of it", to("p-5")))
		h.do(func(tx *storage.Tx) error {
			it, err := records.ItemByRemote.First(tx, storage.K(bot.AccountID("net:aurora"), "p-5"))
			if err != nil {
				return err
			}
			c, err := records.Conversations.Get(tx, storage.K(aurora, it.Conversation))
			if err != nil {
				return err
			}
			return h.relay.PullOut(tx, "ana", c)
		})
		c := h.of("p-5")
		if got := h.thread(c); c.Storm != "" || len(got) != 1 || !strings.Contains(got[0], "more of it") {
			t.Errorf("its thread reads %q", got)
		}
		if got := reads(h.message(records.StormSlot(h.storm().ID)).Card); !strings.Contains(got, "storm.open N=4") {
			t.Errorf("the storm reads %s", got)
		}
		h.all2("resolve")
		h.Pass(time.Second)
		if h.of("p-5").Status != bot.Open {
			t.Error("the storm's decision reaches what left it")
		}
	})
}

// A thread that joins a folded conversation brings it out: the team talks there already.
func TestJoinedWithAStorm(t *testing.T) {
	folding(t, func(h *house) {
		h.comes(said("leaf", "ugo", "LEAF", to("link")))
		h.comes(many(0, 8, "p")...)
		h.comes(said("link", "eva", "LINK", to("p-5"), under("p")))
		c := h.of("leaf")
		if got := strings.Join(h.thread(c), " "); c.Storm != "" || !strings.Contains(got, "LEAF") || !strings.Contains(got, "LINK") {
			t.Errorf("the thread reads %s", got)
		}
	})
}
