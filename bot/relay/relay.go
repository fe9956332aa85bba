// Package relay brings what is said in public into team chat: items into
// conversations, conversations onto cards, and the team's care of them (take,
// assign, resolve, snooze, label, spam) back into the record. It knows no
// platform, publishes nothing, and never shows a note outside team chat.
package relay

import (
	"context"
	"log/slog"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// Relay is the inbox of every brand.
type Relay struct {
	store  storage.Store
	out    *outbox.Outbox
	brands func() *bot.Brands
	traits func(bot.AccountID) act.Traits
	log    *slog.Logger
	wake   chan struct{}
}

// New makes the relay and tells the outbox how its cards are drawn.
func New(store storage.Store, out *outbox.Outbox, brands func() *bot.Brands, traits func(bot.AccountID) act.Traits, log *slog.Logger) *Relay {
	r := &Relay{store: store, out: out, brands: brands, traits: traits, log: log, wake: make(chan struct{}, 1)}
	out.Draws(act.OnConversation, r.drawConversation)
	out.Draws(act.OnItem, r.drawItem)
	out.Draws(act.OnStorm, r.drawStorm)
	return r
}

// Hear takes in what a social platform brings, in order, in transactions of at
// most a hundred items. It returns when all of it is durable.
func (r *Relay) Hear(ctx context.Context, e act.Arrived) (act.Answer, error) {
	var ans act.Answer
	for rest := e.Items; len(rest) > 0; {
		n := min(len(rest), 100)
		got, err := storage.Do(ctx, r.store, func(tx *storage.Tx) ([]act.Result, error) {
			var out []act.Result
			for _, in := range rest[:n] {
				res, err := r.TakeIn(tx, e.Account, in)
				if err != nil {
					return nil, err
				}
				out = append(out, res)
			}
			return out, nil
		})
		if err != nil {
			return act.Answer{}, err
		}
		ans.Results = append(ans.Results, got...)
		rest = rest[n:]
	}
	return ans, nil
}

// Show draws a conversation's card anew, or its storm's where it has none of its own.
func (r *Relay) Show(tx *storage.Tx, c *bot.Conversation, class act.Class) error {
	if c.Storm != "" {
		return r.showStorm(tx, c.Brand, c.Storm, class)
	}
	place, ok := r.place(c.Brand, c.Channel)
	if !ok {
		return nil
	}
	return r.out.Touch(tx, outbox.Shown{
		Slot:  act.Slot{ID: CardSlot(c.ID), Brand: c.Brand, Subject: act.Subject{Kind: act.OnConversation, ID: c.ID}, At: place},
		Lane:  lane(c.ID),
		Class: class,
		Trace: c.ID,
	})
}

// showItem mirrors an item in its conversation's thread.
func (r *Relay) showItem(tx *storage.Tx, c *bot.Conversation, item bot.ID, class act.Class) error {
	place, ok := r.place(c.Brand, c.Channel)
	if !ok || c.Storm != "" {
		return nil
	}
	return r.out.Touch(tx, outbox.Shown{
		Slot: act.Slot{
			ID: "item/" + string(c.ID) + "/" + string(item), Brand: c.Brand,
			Subject: act.Subject{Kind: act.OnItem, ID: item}, At: place, Parent: CardSlot(c.ID),
		},
		Lane:  lane(c.ID),
		Class: class,
		Trace: c.ID,
	})
}

// CardSlot names the message that shows a conversation and opens its thread.
func CardSlot(conversation bot.ID) string { return "card/" + string(conversation) }

func lane(conversation bot.ID) string { return "conversation/" + string(conversation) }

func (r *Relay) place(brand bot.BrandID, channel string) (act.Place, bool) {
	b, ok := r.brands().Brand(brand)
	if !ok {
		return act.Place{}, false
	}
	ch, ok := b.Channel(channel)
	if !ok {
		if ch = b.RouteFor(&bot.Item{}); ch.ID == "" {
			return act.Place{}, false
		}
	}
	return act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote}, true
}

// Change alters a conversation: fn says what, its clock is set anew, and its card follows.
func (r *Relay) Change(tx *storage.Tx, brand bot.BrandID, id bot.ID, fn func(*bot.Conversation) error) (bot.Conversation, error) {
	c, err := records.ConversationOf(tx, brand, id)
	if err != nil {
		return c, err
	}
	c, err = records.Conversations.Change(tx, storage.K(brand, c.ID), func(c *bot.Conversation) error {
		if err := fn(c); err != nil {
			return err
		}
		c.Revision++
		return r.settle(tx, c)
	})
	if err != nil {
		return c, err
	}
	return c, r.Show(tx, &c, act.PersonClass)
}

// Words for a moment and for the people named on cards.
func (r *Relay) person(brand bot.BrandID, id bot.PersonID) string {
	if b, ok := r.brands().Brand(brand); ok {
		if p, ok := b.Person(id); ok {
			return p.Name
		}
	}
	return string(id)
}

func since(name string, t, now time.Time) card.Arg {
	return card.For(name, now.Sub(t).Truncate(time.Minute))
}
