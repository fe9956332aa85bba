package commands_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/inbox"
	"ponte/bot/records"
	"ponte/bot/relay"
	"ponte/bot/reply"
	"ponte/commands"
	"ponte/internal/coretest"
	"ponte/storage"
)

// house is a world with the whole core in it.
type house struct {
	*coretest.World
	relay *relay.Relay
	desk  *reply.Desk
	book  *commands.Book
	deeds int
}

func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{}
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		h.World = w
		h.relay = relay.New(w.Store, w.Out, w.Brands, w.Log)
		h.desk = reply.New(w.Out, w.Brands, w.Traits, h.relay, func(s string) int { return len([]rune(s)) })
		h.book = commands.New(w.Store, w.Brands, inbox.New(w.Out, w.Brands, w.Traits), h.relay, h.desk, w.Out,
			func() []commands.Health { return []commands.Health{{Name: "net"}, {Name: "chat", Fault: "denied"}} }, w.Log)
		return []func(context.Context) error{h.relay.Run}
	}, func(w *coretest.World) {
		w.Run()
		f(h)
	})
}

// scene is somebody in a room, in the thread of a message where there is one.
func (h *house) scene(who, room, thread string) act.Scene {
	h.deeds++
	return act.Scene{
		ID: fmt.Sprint("deed", h.deeds), Who: bot.Actor{Platform: "chat", Space: "team", User: "u-" + who},
		At: act.Place{Platform: "chat", Space: "team", Channel: room}, Thread: thread,
	}
}

func (h *house) hears(e act.Event) act.Answer {
	h.Helper()
	ans, err := h.book.Hear(context.Background(), e)
	if err != nil {
		h.Fatal(err)
	}
	return ans
}

// says is a command in the room for all, in the thread of the conversation.
func (h *house) says(who, text string, c bot.Conversation) act.Answer {
	h.Helper()
	room, thread := "a-inbox", ""
	if c.ID != "" {
		slot := coretest.Slot(h.World, records.CardSlot(c.ID))
		room, thread = slot.At.Channel, slot.Ref
	}
	scene := h.scene(who, room, thread)
	scene.Seen = h.newest(thread)
	ans := h.hears(act.Commanded{Scene: scene, Text: text})
	h.Idle()
	return ans
}

// newest is the last message of a thread.
func (h *house) newest(thread string) string {
	ref := thread
	for _, m := range h.Chat.All() {
		if m.Thread == thread && thread != "" {
			ref = m.Ref
		}
	}
	return ref
}

// clicks presses a button of a conversation's card as it stands.
func (h *house) clicks(who, verb string, c bot.Conversation) act.Answer {
	h.Helper()
	slot := coretest.Slot(h.World, records.CardSlot(c.ID))
	ans := h.hears(act.Clicked{Scene: h.scene(who, slot.At.Channel, ""), Verb: verb, Subject: "conversation/" + string(c.ID), Revision: slot.Shown})
	h.Idle()
	return ans
}

// fills submits a form.
func (h *house) fills(who string, f *card.Form, values map[string]string) act.Answer {
	h.Helper()
	if f == nil {
		h.Fatal("there is no form")
	}
	ans := h.hears(act.Submitted{Scene: h.scene(who, "a-inbox", ""), Verb: f.Verb, Subject: f.Subject, Revision: f.Revision, Token: f.Token, Values: values})
	h.Idle()
	return ans
}

func said(remote, who, text string, more ...func(*act.Incoming)) act.Incoming {
	in := act.Incoming{Kind: bot.Comment, Remote: remote, Author: bot.Author{ID: "id-" + who, Name: who}, Text: text, CreatedAt: time.Now()}
	for _, m := range more {
		m(&in)
	}
	return in
}

func to(remote string) func(*act.Incoming) { return func(in *act.Incoming) { in.InReplyTo = remote } }
func direct(in *act.Incoming)              { in.Kind = bot.Direct }

func (h *house) comes(items ...act.Incoming) {
	h.Helper()
	h.comesTo("net:aurora", items...)
	h.Idle()
}

func (h *house) comesTo(account bot.AccountID, items ...act.Incoming) {
	h.Helper()
	if _, err := h.relay.Hear(context.Background(), act.Arrived{Account: account, Items: items}); err != nil {
		h.Fatal(err)
	}
}

// of is the conversation of an item.
func (h *house) of(remote string) bot.Conversation {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (bot.Conversation, error) {
		for _, a := range []bot.AccountID{"net:aurora", "net:boreal"} {
			if it, err := records.ItemByRemote.First(tx, storage.K(a, remote)); err == nil {
				return records.ConversationOf(tx, it.Brand, it.Conversation)
			}
		}
		return bot.Conversation{}, storage.ErrNotFound
	})
}

func (h *house) replies(brand bot.BrandID) []bot.Reply {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (out []bot.Reply, _ error) {
		for r, err := range records.Replies.Under(tx, storage.K(brand)) {
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		return out, nil
	})
}

// public is what stands in public, as it reads.
func (h *house) public() []string {
	out := []string{}
	for _, m := range h.Net.All() {
		if !m.Removed {
			out = append(out, m.Text)
		}
	}
	return out
}

// notice is the key of what the person was told; nothing where they were told nothing.
func notice(ans act.Answer) string {
	if ans.Notice == nil {
		return ""
	}
	if !ans.Notice.Title.Zero() {
		return ans.Notice.Title.Key + ans.Notice.Title.Text
	}
	return ans.Notice.Blocks[0].Words.Key
}

// quotes are the texts that stand on a card, without those that are struck.
func quotes(c card.Card) string {
	var out []string
	for _, b := range c.Blocks {
		if b.Quote != nil && !b.Quote.Struck {
			out = append(out, string(b.Quote.Text))
		}
		for _, l := range b.List {
			out = append(out, string(l.Text))
		}
	}
	return strings.Join(out, "\n")
}
