package console

import (
	"cmp"
	"context"
	"slices"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/console/room"
	"ponte/platforms/chat/console/untold"
	"ponte/storage"
)

// react puts an emoji on a message, or takes it off.
func react(ctx context.Context, d *doing) (reply, error) {
	if d.h == nil {
		return reply{}, bot.Errorf(bot.Unavailable, "console.resting")
	}
	e := act.Reacted{Scene: d.scene, Ref: d.field("ref", 64), Emoji: d.field("emoji", 64), Removed: d.r.PostFormValue("removed") == "true"}
	kept, err := storage.Do(ctx, d.c.store, func(tx *storage.Tx) (untold.Reaction, error) {
		m, err := in(tx, e.At, e.Ref)
		if err != nil {
			return untold.Reaction{}, err
		}
		e.Thread = string(cmp.Or(m.Thread, m.ID))
		if !slices.Contains(d.v.Picker(), e.Emoji) && !m.Wears(e.Emoji) {
			return untold.Reaction{}, bot.Errorf(bot.Invalid, "console.no_emoji")
		}
		if _, err := d.c.hub.Change(tx, m.Brand, m.ID, func(m *room.Message) error { m.Toggle(e.Emoji, d.v.User, e.Removed); return nil }); err != nil {
			return untold.Reaction{}, err
		}
		return d.c.untold.Keep(tx, m.Brand, e)
	})
	if err != nil {
		return reply{}, refusal(err)
	}
	a, err := d.c.untold.Tell(ctx, d.h, kept)
	switch {
	case err == nil:
		return d.draw(a), nil
	case untold.Final(err):
		return reply{}, err
	}
	return reply{Notice: d.c.word(d.v, card.W("console.react_later"))}, nil
}

// Reactions lists who put which emoji on a message and has not taken it off.
func (c *Console) Reactions(ctx context.Context, at act.Place, ref string) ([]act.Reaction, error) {
	m, err := storage.Look(ctx, c.store, func(tx *storage.Tx) (room.Message, error) { return in(tx, at, ref) })
	if err != nil {
		return nil, err
	}
	var out []act.Reaction
	for _, r := range m.Reactions {
		for _, user := range r.By {
			out = append(out, act.Reaction{Who: c.actor(at.Space, user), Emoji: r.Emoji})
		}
	}
	return out, nil
}

// Read says what a message says, who said it, and in which thread. Of a card of
// Ponte's it is the title and what stands in words on it.
func (c *Console) Read(ctx context.Context, at act.Place, ref string) (act.Message, error) {
	m, err := storage.Look(ctx, c.store, func(tx *storage.Tx) (room.Message, error) { return in(tx, at, ref) })
	if err != nil {
		return act.Message{}, err
	}
	out := act.Message{Text: m.Text, Thread: string(m.Thread), At: m.At}
	if m.Card != nil {
		out.Text = words(m.Card)
		return out, nil
	}
	out.Who = c.actor(at.Space, m.By)
	out.Who.Name = cmp.Or(out.Who.Name, m.Name)
	return out, nil
}

// actor is a user of a brand, with the name that the brand knows them by.
func (c *Console) actor(brand, user string) bot.Actor {
	a := bot.Actor{Platform: c.Name(), Space: brand, User: user}
	if b, ok := c.opt.Brands().Brand(bot.BrandID(brand)); ok {
		if p, ok := b.PersonFor(a); ok {
			a.Name = p.Name
		}
	}
	return a
}
