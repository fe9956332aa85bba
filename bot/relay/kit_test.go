package relay_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/inbox"
	"ponte/bot/records"
	"ponte/bot/relay"
	"ponte/internal/coretest"
	"ponte/storage"
)

// house is a world with an inbox in it.
type house struct {
	*coretest.World
	relay *relay.Relay
}

func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{}
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		h.World = w
		h.relay = relay.New(w.Store, w.Out, w.Brands, w.Log)
		inbox.New(w.Out, w.Brands, w.Traits)
		return []func(context.Context) error{h.relay.Run}
	}, func(w *coretest.World) {
		w.Run()
		f(h)
	})
}

type with = func(*act.Incoming)

// said is a comment.
func said(remote, who, text string, more ...with) act.Incoming {
	in := act.Incoming{Kind: bot.Comment, Remote: remote, Author: bot.Author{ID: "id-" + who, Name: who}, Text: text, CreatedAt: time.Now()}
	for _, m := range more {
		m(&in)
	}
	return in
}

func to(remote string) with {
	return func(in *act.Incoming) { in.InReplyTo = remote }
}
func under(post string) with    { return func(in *act.Incoming) { in.Post = post } }
func followers(n int) with      { return func(in *act.Incoming) { in.Author.Followers = n } }
func written(at time.Time) with { return func(in *act.Incoming) { in.CreatedAt = at } }
func direct(in *act.Incoming)   { in.Kind = bot.Direct }
func edited(in *act.Incoming)   { in.Edited = true }
func gone(in *act.Incoming)     { in.Deleted = true }

const aurora = bot.BrandID("aurora")

// comes brings items in and waits until they stand in team chat.
func (h *house) comes(items ...act.Incoming) []act.Result {
	h.Helper()
	return h.comesTo("net:aurora", items...)
}

func (h *house) comesTo(account bot.AccountID, items ...act.Incoming) []act.Result {
	h.Helper()
	ans, err := h.relay.Hear(context.Background(), act.Arrived{Account: account, Items: items})
	if err != nil {
		h.Fatal(err)
	}
	h.Idle()
	return ans.Results
}

func (h *house) all() []bot.Conversation {
	h.Helper()
	return coretest.Conversations(h.World, aurora)
}

// only is the one conversation there is.
func (h *house) only() bot.Conversation {
	h.Helper()
	all := h.all()
	if len(all) != 1 {
		h.Fatalf("there are %d conversations, want 1", len(all))
	}
	return all[0]
}

// of is the conversation of the item with the remote id.
func (h *house) of(remote string) bot.Conversation {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (bot.Conversation, error) {
		it, err := records.ItemByRemote.First(tx, storage.K(bot.AccountID("net:aurora"), remote))
		if err != nil {
			return bot.Conversation{}, err
		}
		return records.Conversations.Get(tx, storage.K(it.Brand, it.Conversation))
	})
}

func (h *house) item(remote string) bot.Item {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (bot.Item, error) {
		return records.ItemByRemote.First(tx, storage.K(bot.AccountID("net:aurora"), remote))
	})
}

func (h *house) do(f func(*storage.Tx) error) {
	h.Helper()
	h.Update(f)
	h.Idle()
}

// card is a conversation's card as it stands in team chat.
func (h *house) card(c bot.Conversation) coretest.Message {
	h.Helper()
	return h.message(records.CardSlot(c.ID))
}

func (h *house) message(slot string) coretest.Message {
	h.Helper()
	m, ok := h.Chat.Find(coretest.Slot(h.World, slot).Ref)
	if !ok {
		h.Fatalf("%s is not there", slot)
	}
	return m
}

// thread is what stands under a conversation's card, in order.
func (h *house) thread(c bot.Conversation) []string {
	h.Helper()
	ref := h.card(c).Ref
	var out []string
	for _, m := range h.Chat.All() {
		if m.Thread == ref {
			out = append(out, reads(m.Card))
		}
	}
	return out
}

// rooms says in which room each message of a text stands.
func (h *house) rooms(text string) []string {
	var out []string
	for _, m := range h.Chat.All() {
		if strings.Contains(reads(m.Card), text) && !slices.Contains(out, m.At.Channel) {
			out = append(out, m.At.Channel)
		}
	}
	return out
}

// reads writes a card in one line: what stands on it, in order.
func reads(c card.Card) string {
	parts := []string{string(c.Mark), c.Title.String()}
	if c.Author != nil {
		parts = append(parts, "by "+string(c.Author.Name))
	}
	for _, b := range c.Blocks {
		switch {
		case b.Words != nil:
			parts = append(parts, b.Words.String())
		case b.Quote != nil && b.Quote.Struck:
			parts = append(parts, "~"+string(b.Quote.Text)+"~")
		case b.Quote != nil:
			parts = append(parts, "“"+string(b.Quote.Text)+"”")
		}
		for _, f := range b.Facts {
			parts = append(parts, "("+f.String()+")")
		}
		for _, l := range b.List {
			parts = append(parts, "- "+strings.TrimSpace(l.Words.String()+" "+string(l.Text)))
		}
	}
	for _, a := range c.Actions {
		parts = append(parts, "["+a.Verb+"]")
	}
	if !c.Foot.Zero() {
		parts = append(parts, c.Foot.String())
	}
	return strings.Join(parts, " ")
}
