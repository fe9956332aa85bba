package console

import (
	"context"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/console/room"
	"ponte/storage"
)

// An untold reaction is shown, and not yet taken in by whoever listens. It is kept
// with what it shows and let go of when it was taken in, so that none is lost.
type untold struct {
	Brand bot.BrandID `json:"brand"`
	Order bot.ID      `json:"order"`
	At    time.Time   `json:"at"`
	Event act.Reacted `json:"event"`
}

var untolds = storage.Define("console_untold", func(u *untold) storage.Key { return storage.K(u.Brand, u.Order) })

const (
	mostUntold = 1000 // reactions of a brand that wait to be taken in
	tellWithin = 24 * time.Hour
	firstRetry = 200 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// react puts an emoji on a message, or takes it off.
func react(ctx context.Context, d *doing) (reply, error) {
	if d.h == nil {
		return reply{}, bot.Errorf(bot.Unavailable, "console.resting")
	}
	e := act.Reacted{Scene: d.scene, Ref: d.field("ref", 64), Emoji: d.field("emoji", 16), Removed: d.r.PostFormValue("removed") == "true"}
	u, err := storage.Do(ctx, d.c.store, func(tx *storage.Tx) (untold, error) {
		m, err := in(tx, e.At, e.Ref)
		if err != nil {
			return untold{}, err
		}
		if !slices.Contains(d.v.Picker(), e.Emoji) && !m.Wears(e.Emoji) {
			return untold{}, bot.Errorf(bot.Invalid, "console.no_emoji")
		}
		if _, err := d.c.hub.Change(tx, m.Brand, m.ID, func(m *room.Message) error { m.Toggle(e.Emoji, d.v.User, e.Removed); return nil }); err != nil {
			return untold{}, err
		}
		return d.c.owe(tx, m.Brand, e)
	})
	if err != nil {
		return reply{}, refusal(err)
	}
	a, err := d.c.tell(ctx, d.h, u)
	if err == nil {
		return d.draw(a), nil
	}
	if final(err) {
		return reply{}, err
	}
	d.c.opt.Log.Warn("console: a reaction was not taken in, again soon", "error", err)
	select {
	case d.c.owing <- struct{}{}:
	default:
	}
	return reply{Notice: d.c.word(d.v, card.W("console.react_later"))}, nil
}

// owe keeps a reaction until it is taken in.
func (c *Console) owe(tx *storage.Tx, brand bot.BrandID, e act.Reacted) (untold, error) {
	owed, err := owing(tx, storage.K(brand))
	if err == nil && len(owed) >= mostUntold {
		err = bot.Errorf(bot.Unavailable, "console.busy")
	}
	if err != nil {
		return untold{}, err
	}
	now := c.opt.Now().UTC()
	u := untold{Brand: brand, Order: bot.NewID(now), At: now, Event: e}
	return u, untolds.Insert(tx, u)
}

// same reports whether both are one person's on one message, whose order counts.
func (u *untold) same(o untold) bool {
	return u.Brand == o.Brand && u.Event.Ref == o.Event.Ref && u.Event.Who.User == o.Event.Who.User
}

// tell hands a reaction over, after all that the person did on the message before
// it and nobody took in. The answer is empty where another did so at the same time.
func (c *Console) tell(ctx context.Context, h act.Handler, u untold) (act.Answer, error) {
	list, err := c.untold(ctx, storage.K(u.Brand))
	if err != nil {
		return act.Answer{}, err
	}
	for _, o := range list {
		if !o.same(u) {
			continue
		}
		a, err := c.handOver(ctx, h, &o)
		if o.Order == u.Order {
			return a, err
		}
		if err != nil && !final(err) {
			return act.Answer{}, err
		}
	}
	return act.Answer{}, nil
}

// handOver gives one reaction to whoever listens, and lets go of it once it was
// taken in or refused for good.
func (c *Console) handOver(ctx context.Context, h act.Handler, u *untold) (act.Answer, error) {
	a, err := h(ctx, u.Event)
	if err != nil && !final(err) {
		return a, err
	}
	c.letGo(context.WithoutCancel(ctx), u)
	return a, err
}

// letGo forgets a reaction. One that stays for a fault of the store is told again,
// which does nothing twice.
func (c *Console) letGo(ctx context.Context, u *untold) {
	err := c.store.Update(ctx, func(tx *storage.Tx) error { return untolds.Delete(tx, storage.K(u.Brand, u.Order)) })
	if err != nil {
		c.opt.Log.Warn("console: a reaction that was taken in is kept", "error", err)
	}
}

// final reports whether the listener refused for good.
func final(err error) bool {
	_, asked := bot.Asked(err)
	return asked && bot.KindOf(err) != bot.Unavailable && bot.KindOf(err) != bot.RateLimited
}

// untold lists reactions that were not taken in, oldest first.
func (c *Console) untold(ctx context.Context, under storage.Key) ([]untold, error) {
	return storage.Look(ctx, c.store, func(tx *storage.Tx) ([]untold, error) { return owing(tx, under) })
}

func owing(tx *storage.Tx, under storage.Key) (list []untold, err error) {
	for u, err := range untolds.Under(tx, under) {
		if err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, nil
}

// catchUp tells what an earlier process or a failing listener left untold, until
// ctx ends.
func (c *Console) catchUp(ctx context.Context, h act.Handler) {
	for wait := firstRetry; ctx.Err() == nil; wait = min(2*wait, lastRetry) {
		if c.retell(ctx, h) {
			select {
			case <-ctx.Done():
			case <-c.owing:
			}
			wait = firstRetry
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// retell hands over all that is untold, and reports whether nothing is left.
func (c *Console) retell(ctx context.Context, h act.Handler) bool {
	list, err := c.untold(ctx, nil)
	if err != nil {
		return false
	}
	var left []untold
	for _, u := range list {
		if slices.ContainsFunc(left, u.same) {
			continue
		}
		if c.opt.Now().Sub(u.At) > tellWithin {
			c.opt.Log.Error("console: a reaction was never taken in", "brand", u.Brand, "message", u.Event.Ref, "user", u.Event.Who.User)
			c.letGo(ctx, &u)
			continue
		}
		short, cancel := context.WithTimeout(storage.Urgent(ctx), patience)
		if _, err := c.handOver(short, h, &u); err != nil && !final(err) {
			c.opt.Log.Warn("console: a reaction was not taken in, again soon", "error", err)
			left = append(left, u)
		}
		cancel()
	}
	return len(left) == 0
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
