package relay_test

import (
	"context"
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

func TestTheSameItemTwiceIsOne(t *testing.T) {
	in(t, func(h *house) {
		got := h.comes(said("1", "maria", "cold coffee"), said("1", "maria", "cold coffee"))
		got = append(got, h.comes(said("1", "maria", "another text"))...)
		h.Restart()
		got = append(got, h.comes(said("1", "maria", "cold coffee"))...)
		if want := []act.Result{act.Accepted, act.Duplicate, act.Duplicate, act.Duplicate}; !cmp.Equal(got, want) {
			t.Errorf("results %v, want %v", got, want)
		}
		if c := h.only(); c.Items != 1 || len(h.Chat.All()) != 1 {
			t.Errorf("%d items and %d messages, want 1 and 1", c.Items, len(h.Chat.All()))
		}
	})
}

func TestTheSameNameInTwoAccountsIsTwo(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "at the coffee bar"))
		h.comesTo("net:shop", said("1", "maria", "at the shop"))
		h.comesTo("net:boreal", said("1", "maria", "at the other brand"), said("2", "maria", "more", to("1")))
		if n := len(h.all()); n != 2 {
			t.Errorf("%d conversations of the brand, want 2", n)
		}
		if got := coretest.Conversations(h.World, "boreal"); len(got) != 1 || got[0].Items != 2 {
			t.Errorf("the other brand has %v, want one conversation of two items", got)
		}
		if diff := cmp.Diff([]string{"b-inbox"}, h.rooms("at the other brand")); diff != "" {
			t.Error(diff)
		}
	})
}

// In whatever order a tree of answers comes, it is one conversation in one thread.
func TestOrdersOfATree(t *testing.T) {
	tree := func() []act.Incoming {
		return []act.Incoming{said("root", "maria", "ROOT"), said("child", "ugo", "CHILD", to("root")), said("grand", "maria", "GRAND", to("child")), said("second", "eva", "SECOND", to("root"))}
	}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 1, 3}, {2, 3, 0, 1}, {1, 2, 3, 0}, {2, 3, 1, 0}} {
		for _, batch := range []bool{true, false} {
			in(t, func(h *house) {
				var items []act.Incoming
				for _, i := range order {
					items = append(items, tree()[i])
				}
				if batch {
					h.comes(items...)
				} else {
					for _, it := range items {
						h.comes(it)
						h.Pass(time.Minute)
					}
				}
				c := h.only()
				if c.Items != 4 || c.Root != "root" || c.First != h.item("root").ID || c.Author.Name != "maria" {
					t.Errorf("%v: %d items under %q by %q", order, c.Items, c.Root, c.Author.Name)
				}
				if got := reads(h.card(c).Card); !strings.Contains(got, "“ROOT”") {
					t.Errorf("%v: the card reads %s", order, got)
				}
				thread := strings.Join(h.thread(c), "\n")
				for _, text := range []string{"CHILD", "GRAND", "SECOND"} {
					if strings.Count(thread, text) != 1 {
						t.Errorf("%v: the thread has %s %d times:\n%s", order, text, strings.Count(thread, text), thread)
					}
				}
			})
		}
	}
}

// Two threads that turn out to be one are joined: the older card goes on, the
// other says where.
func TestJoined(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("a", "maria", "first branch", to("root")))
		h.comes(said("c", "ugo", "second branch", to("b")))
		h.comes(said("d", "ugo", "and its second comment", to("c")))
		second := h.of("c")
		h.do(func(tx *storage.Tx) error {
			if err := h.relay.Assign(tx, "bo", second, "bo"); err != nil {
				return err
			}
			return h.relay.Prioritise(tx, "bo", second, bot.Urgent)
		})
		h.do(func(tx *storage.Tx) error { return h.relay.Label(tx, "bo", second, []string{"refund"}) })
		h.comes(said("b", "eva", "between", to("root")))
		c := h.only()
		if c.Items != 4 || c.Assignee != "bo" || c.Priority != bot.Urgent || !cmp.Equal(c.Labels, []string{"refund"}) {
			t.Errorf("the joined conversation is %+v", c)
		}
		old := h.message(records.CardSlot(second.ID)).Card
		if !strings.Contains(reads(old), "relay.merged_title") || old.Blocks[0].List[0].Thread.Message != h.card(c).Ref {
			t.Errorf("the old card reads %s", reads(old))
		}
		h.comes(said("c", "ugo", "second branch, changed", edited))
		h.comes(said("c", "", "", gone), said("d", "", "", gone))
		for _, m := range h.Chat.All() {
			if text := reads(m.Card); strings.Contains(text, "“second branch") || strings.Contains(text, "“and its second") {
				t.Errorf("a deleted comment still stands in the chat: %s", text)
			}
		}
	})
}

// A card that was never shown is not shown only to say that it moved.
func TestJoinedBeforeShown(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("c", "ugo", "LEAF", to("b")), said("a", "maria", "BRANCH", to("root")), said("d", "ugo", "NEXT", to("c")), said("b", "eva", "LINK", to("root")))
		c := h.only()
		if got := len(h.Chat.All()); got != 4 {
			t.Errorf("%d messages stand in the chat, want a card and three items", got)
		}
		if got := h.thread(c); len(got) != 3 {
			t.Errorf("the thread is %q", got)
		}
		if n := coretest.Get(h.World, func(tx *storage.Tx) (int, error) {
			return records.EffectsByState.Count(tx, storage.K(act.Waiting))
		}); n != 0 {
			t.Errorf("%d effects wait for ever", n)
		}
	})
}

func TestCycles(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("a", "maria", "A", to("b")), said("b", "ugo", "B", to("c")), said("c", "eva", "C", to("a")), said("d", "eva", "D", to("d")))
		if all := h.all(); len(all) != 2 || all[0].Items+all[1].Items != 4 {
			t.Errorf("the cycle became %d conversations", len(all))
		}
	})
}

// What is private and what is public never meet, whoever answers whom.
func TestPrivateStaysPrivate(t *testing.T) {
	in(t, func(h *house) {
		h.comes(
			said("early", "ugo", "public, answers the message before it came", to("dm")),
			said("dm", "maria", "SECRET one", direct, to("early")),
			said("late", "eva", "public, answers the message", to("dm")),
			said("dm2", "maria", "SECRET two", direct),
			said("dm3", "nora", "SECRET three", direct, to("dm")),
			said("other", "maria", "public, of the same author"),
		)
		if h.of("dm").ID != h.of("dm2").ID || h.of("dm").ID == h.of("dm3").ID {
			t.Error("direct messages are one conversation for each author")
		}
		if h.of("early").ID != h.of("late").ID {
			t.Error("what answers the same is not together")
		}
		for _, remote := range []string{"early", "late", "other"} {
			if h.of(remote).Private {
				t.Errorf("%s is in a private conversation", remote)
			}
		}
		if diff := cmp.Diff([]string{"a-messages"}, h.rooms("SECRET")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"a-inbox"}, h.rooms("public, ")); diff != "" {
			t.Error(diff)
		}
	})
}

// A room that leaves the configuration takes no secrets to another one.
func TestPrivateWithoutItsRoom(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("dm", "maria", "SECRET one", direct))
		h.Configure(func(b *bot.Brand) {
			b.Channels = append([]bot.Channel{}, b.Channels...)
			b.Channels[1].ID, b.Channels[1].Remote = "whispers", "a-whispers"
		})
		h.comes(said("dm2", "maria", "SECRET two", direct))
		h.comes(said("dm3", "nora", "SECRET three", direct))
		if diff := cmp.Diff([]string{"a-messages", "a-whispers"}, h.rooms("SECRET")); diff != "" {
			t.Error(diff)
		}
	})
}

// Authors whom nobody can name are not one person, and neither are two of one
// name. A handle is one person's.
func TestAnonymousMessages(t *testing.T) {
	for who, want := range map[bot.Author]int{{}: 2, {Name: "Maria Rossi"}: 2, {Name: "Maria Rossi", Handle: "@maria"}: 1} {
		in(t, func(h *house) {
			from := func(in *act.Incoming) { in.Kind, in.Author = bot.Direct, who }
			h.comes(said("1", "", "one", from), said("2", "", "two", from))
			if n := len(h.all()); n != want {
				t.Errorf("%+v: %d conversations, want %d", who, n, want)
			}
		})
	}
}

// Nothing is lost for the length or the want of a name.
func TestNames(t *testing.T) {
	in(t, func(h *house) {
		long := strings.Repeat("x", 2000)
		h.comes(said(long+"1", "maria", "one"), said(long+"2", "maria", "two"), said("", "maria", "three"), said("", "maria", "four"), said(long+"3", "ugo", "answer", to(long+"1")))
		if n := len(h.all()); n != 4 {
			t.Errorf("%d conversations, want 4", n)
		}
	})
}

func TestEditsAndDeletions(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "cold coffee"), said("2", "ugo", "same here", to("1")))
		c := h.only()
		results := h.comes(said("1", "maria", "lukewarm coffee", edited), said("1", "maria", "lukewarm coffee", edited))
		if want := []act.Result{act.Accepted, act.Duplicate}; !cmp.Equal(results, want) {
			t.Errorf("results %v, want %v", results, want)
		}
		if got := reads(h.card(c).Card); !strings.Contains(got, "“lukewarm coffee”") || !strings.Contains(got, "~cold coffee~") {
			t.Errorf("after the edit the card reads %s", got)
		}
		h.comes(said("2", "", "", gone), said("2", "", "", gone))
		if got := h.thread(c); len(got) != 1 || strings.Contains(got[0], "same here") || !strings.Contains(got[0], "relay.deleted") {
			t.Errorf("after the deletion the thread reads %s", got)
		}
		h.comes(said("1", "", "", gone))
		m := h.card(c)
		if !m.Card.Gone || strings.Contains(reads(m.Card), "[reply]") || !strings.Contains(reads(m.Card), "relay.deleted") {
			t.Errorf("with nobody left to answer the card reads %s", reads(m.Card))
		}
		if after := h.only(); !after.WaitingSince.IsZero() || after.Moves != c.Moves+3 {
			t.Errorf("it waits since %v with %d moves, want none and %d", after.WaitingSince, after.Moves, c.Moves+3)
		}
		if n := len(h.Chat.All()); n != 2 {
			t.Errorf("%d messages, want the same two", n)
		}
	})
}

func TestDeletedBeforeItCame(t *testing.T) {
	in(t, func(h *house) {
		if got := h.comes(said("1", "", "", gone), said("1", "", "", gone), said("1", "maria", "regretted")); !cmp.Equal(got, []act.Result{act.Accepted, act.Duplicate, act.Accepted}) {
			t.Errorf("results %v", got)
		}
		if c := h.only(); !h.card(c).Card.Gone || !c.WaitingSince.IsZero() {
			t.Error("it shows as alive")
		}
	})
}

// What is regretted before it came reopens nothing.
func TestDeletedReopensNothing(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"), said("2", "", "", gone))
		h.do(func(tx *storage.Tx) error { return h.relay.Resolve(tx, "ana", h.only1(tx)) })
		h.comes(said("2", "maria", "two", to("1")))
		if c := h.only(); c.Status != bot.Resolved || c.Items != 2 {
			t.Errorf("it is %s with %d items", c.Status, c.Items)
		}
	})
}

func (h *house) only1(tx *storage.Tx) bot.Conversation {
	for c, err := range records.Conversations.Under(tx, storage.K(aurora)) {
		if err != nil {
			h.Fatal(err)
		}
		if c.MergedInto == "" {
			return c
		}
	}
	h.Fatal("there is no conversation")
	return bot.Conversation{}
}

// Our own words come back as items where a network shows them to all.
func TestOurOwnWords(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		c := h.only()
		h.do(func(tx *storage.Tx) error {
			return records.Replies.Insert(tx, bot.Reply{ID: "r", Brand: aurora, Account: "net:aurora", Conversation: c.ID, Token: "t", Remote: "ours", State: bot.Published})
		})
		if got := h.comes(said("ours", "Aurora Coffee", "sorry", to("1")), said("ours", "", "", gone)); !cmp.Equal(got, []act.Result{act.Duplicate, act.Duplicate}) {
			t.Errorf("results %v", got)
		}
		h.comes(said("2", "ugo", "answers us", to("ours")))
		if c := h.only(); c.Items != 2 {
			t.Errorf("%d items, want 2", c.Items)
		}
	})
}

// An answer to our reply may be quicker than the network's receipt.
func TestAnswerBeforeTheReceipt(t *testing.T) {
	for _, kind := range []bot.ItemKind{bot.Comment, bot.Direct} {
		in(t, func(h *house) {
			h.comes(said("1", "maria", "one", func(in *act.Incoming) { in.Kind = kind }))
			home := h.only()
			h.comes(said("2", "ugo", "answers us", to("ours")))
			h.Pass(time.Second)
			h.do(func(tx *storage.Tx) error { return h.relay.Published(tx, "net:aurora", "ours", home.ID) })
			if joined := len(h.all()) == 1; joined != (kind == bot.Comment) {
				t.Errorf("%s: joined %v", kind, joined)
			}
		})
	}
}

func TestRoutes(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "a newspaper called NEWS"), said("2", "eva", "PLAIN"), said("3", "ugo", "newspaper in WHISPERS", direct))
		for text, want := range map[string]string{"NEWS": "a-press", "PLAIN": "a-inbox", "WHISPERS": "a-messages"} {
			if diff := cmp.Diff([]string{want}, h.rooms(text)); diff != "" {
				t.Error(text, diff)
			}
		}
	})
}

func TestAccountsOfNobody(t *testing.T) {
	in(t, func(h *house) {
		_, err := h.relay.Hear(context.Background(), act.Arrived{Account: "net:nobody", Items: []act.Incoming{said("1", "maria", "one")}})
		if bot.KindOf(err) != bot.NotFound {
			t.Errorf("error %v", err)
		}
	})
}

// A room that went over to another brand gets nothing of the first any more.
func TestRoomsChangeHands(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "one"))
		all := h.Brands().All()
		first, second := all[0], all[1]
		first.Channels = []bot.Channel{coretest.Room("new", "a-new", func(c *bot.Channel) { c.Default = true })}
		second.Channels = append(second.Channels[:2:2], coretest.Room("old", "a-inbox", func(*bot.Channel) {}))
		h.Serve(first, second)
		h.comes(said("2", "maria", "SECRET", to("1")), said("3", "ugo", "fresh"))
		if got := h.rooms("SECRET"); len(got) != 0 {
			t.Errorf("the other brand reads it in %v", got)
		}
		if diff := cmp.Diff([]string{"a-new"}, h.rooms("fresh")); diff != "" {
			t.Error(diff)
		}
	})
}
