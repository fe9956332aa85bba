package reply_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/approval"
	"ponte/bot/card"
	"ponte/bot/inbox"
	"ponte/bot/records"
	"ponte/bot/relay"
	"ponte/bot/reply"
	"ponte/internal/coretest"
	"ponte/storage"
)

// house is a world with an inbox and a desk in it.
type house struct {
	*coretest.World
	relay     *relay.Relay
	desk      *reply.Desk
	approvals *approval.Desk
}

const (
	aurora = bot.BrandID("aurora")
	page   = bot.AccountID("net:aurora")
)

// in makes a world in which maria has written "cold coffee" in public.
func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{}
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		h.World = w
		h.relay = relay.New(w.Store, w.Out, w.Brands, w.Log)
		inbox.New(w.Out, w.Brands, w.Traits)
		h.desk = reply.New(w.Out, w.Brands, w.Traits, h.relay, func(s string) int { return len(strings.Split(s, "")) / 2 })
		h.approvals = approval.New(w.Store, w.Out, w.Brands, w.Log)
		h.approvals.For(bot.ReplyMatter, h.desk)
		h.desk.Review(h.approvals)
		return []func(context.Context) error{h.relay.Run, h.approvals.Run}
	}, func(w *coretest.World) {
		w.Run()
		h.comes(said("1", "maria", "cold coffee"))
		f(h)
	})
}

func said(remote, who, text string) act.Incoming {
	return act.Incoming{Kind: bot.Comment, Remote: remote, Author: bot.Author{ID: "id-" + who, Name: who}, Text: text, CreatedAt: time.Now()}
}

func (h *house) comes(items ...act.Incoming) {
	h.Helper()
	if _, err := h.relay.Hear(context.Background(), act.Arrived{Account: page, Items: items}); err != nil {
		h.Fatal(err)
	}
	h.Idle()
}

// of is the conversation of an item, as the transaction sees it.
func of(tx *storage.Tx, remote string) (bot.Conversation, error) {
	it, err := records.ItemByRemote.First(tx, storage.K(page, remote))
	if err != nil {
		return bot.Conversation{}, err
	}
	return records.ConversationOf(tx, it.Brand, it.Conversation)
}

func (h *house) conversation(remote string) bot.Conversation {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (bot.Conversation, error) { return of(tx, remote) })
}

// sends has bo send off a reply to an item's conversation, without having looked.
func (h *house) sends(remote, text, token string) error {
	h.Helper()
	return h.try(func(tx *storage.Tx) error {
		c, err := of(tx, remote)
		if err != nil {
			return err
		}
		_, err = h.desk.Send(tx, reply.Order{Conversation: c, By: "bo", Text: text, Token: token, Seen: -1})
		return err
	})
}

func (h *house) try(f func(*storage.Tx) error) error {
	err := h.Try(f)
	h.Idle()
	return err
}

func (h *house) do(f func(*storage.Tx) error) {
	h.Helper()
	if err := h.try(f); err != nil {
		h.Fatal(err)
	}
}

// reply is the newest reply there is.
func (h *house) reply() bot.Reply {
	h.Helper()
	all := h.replies()
	if len(all) == 0 {
		h.Fatal("there is no reply")
	}
	return all[len(all)-1]
}

func (h *house) replies() []bot.Reply {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (out []bot.Reply, _ error) {
		for r, err := range records.Replies.Under(tx, storage.K(aurora)) {
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		return out, nil
	})
}

// shows is the reply's message in its thread: mark, foot and buttons.
func (h *house) shows(r bot.Reply) string {
	h.Helper()
	m, ok := h.Chat.Find(coretest.Slot(h.World, records.ReplySlot(r.Conversation, r.ID)).Ref)
	if !ok {
		return "nothing"
	}
	if thread := coretest.Slot(h.World, records.CardSlot(r.Conversation)).Ref; m.Thread != thread {
		h.Errorf("it stands in thread %q, not %q", m.Thread, thread)
	}
	return face(m.Card)
}

func face(c card.Card) string {
	out := []string{string(c.Mark), c.Foot.Key}
	if c.Foot.Args != nil && c.Foot.Args[0].Words != nil {
		out = append(out, c.Foot.Args[0].Words.Key)
	}
	for _, a := range c.Actions {
		out = append(out, "["+a.Verb+"]")
	}
	return strings.Join(out, " ")
}

func (h *house) public() []string {
	out := []string{}
	for _, m := range h.Net.All() {
		if !m.Removed {
			out = append(out, m.Text)
		}
	}
	return out
}

func key(err error) string {
	if e, ok := bot.Asked(err); ok {
		return e.Key
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
