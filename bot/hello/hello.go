// Package hello is what Ponte says when it is added to a room of team chat: what it
// does there, and how to start. It knows the brands' rooms, and no platform.
package hello

import (
	"context"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// Desk greets rooms.
type Desk struct {
	store  storage.Store
	out    *outbox.Outbox
	brands func() *bot.Brands
}

// New makes it.
func New(store storage.Store, out *outbox.Outbox, brands func() *bot.Brands) *Desk {
	return &Desk{store: store, out: out, brands: brands}
}

const (
	nobody  bot.BrandID = "~" // stands for the brand of a room that none has; no configuration can have it
	greeted             = "hello/"
	saidFor             = 24 * time.Hour
)

// Hear takes in that Ponte was added to a room, and greets it: once, and once more when
// it has become a brand's meanwhile.
func (d *Desk) Hear(ctx context.Context, e act.Joined) error {
	owner, said := nobody, unknown(e.At)
	if b, ch, ok := d.brands().Room(e.At.Platform, e.At.Space, e.At.Channel); ok {
		owner, said = b.ID, welcome(b, ch)
	}
	return d.store.Update(storage.Urgent(ctx), func(tx *storage.Tx) error {
		first, err := records.TellOnce(tx, e.At.String(), greeted+string(owner))
		if err != nil || !first {
			return err
		}
		_, err = d.out.Say(tx, act.Effect{
			Brand: owner, At: e.At, Class: act.RoutineClass, Act: act.Seal(act.Send{Card: said}), Until: tx.Now().Add(saidFor),
		})
		return err
	})
}

// welcome says what a channel of a brand is for.
func welcome(b *bot.Brand, ch bot.Channel) card.Card {
	brand := card.Text("Brand", b.Name)
	var does []card.Line
	add := func(w card.Words) { does = append(does, card.Line{Words: w}) }
	if ch.Default || slices.ContainsFunc(b.Routes, func(r bot.Route) bool { return r.Channel == ch.ID }) {
		add(card.W("hello.items", brand))
	}
	if ch.Direct {
		add(card.W("hello.direct", brand))
	}
	if b.DecidesIn().ID == ch.ID {
		add(card.W("hello.decides", brand))
	}
	add(card.W("hello.asks", brand))
	return card.Card{Mark: card.MarkNote, Title: card.W("hello.title"), Blocks: []card.Block{{List: does}, card.Say(card.W("hello.start"))}}
}

// unknown says how a room becomes a brand's.
func unknown(at act.Place) card.Card {
	return card.Card{Mark: card.MarkNote, Title: card.W("hello.title"), Blocks: []card.Block{
		card.Say(card.W("hello.unknown")), {Quote: &card.Quote{Text: card.Outside("- {id: NAME, room: " + at.String() + "}")}},
	}}
}
