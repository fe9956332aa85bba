package timeline

import (
	"context"
	"errors"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	mostLooks = 100             // at messages of one brand
	lookEvery = 2 * time.Second // so that what else is asked of the chat has room
	lookFor   = 20 * time.Second
)

// Missed finds out who put the mark on a message, or took it off, while nobody heard of
// it: on Ponte's own messages about conversations that are not resolved, and on what is
// kept of their threads, a hundred of each brand. Talk that was marked meanwhile is not
// looked at: Ponte keeps no list of it.
func (d *Desk) Missed(ctx context.Context) error {
	for _, b := range d.brands().All() {
		if b.Approvals.Emoji(act.Pin) != 0 {
			continue
		}
		var all []Message
		err := d.store.View(ctx, func(tx *storage.Tx) (err error) { all, err = looked(tx, b.ID); return err })
		for _, o := range all {
			if err == nil {
				err = d.look(ctx, b.ID, o)
			}
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was asked to end
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// looked are the messages that are looked at, those of what came last first.
func looked(tx *storage.Tx, brand bot.BrandID) (out []Message, err error) {
	for _, status := range []bot.Status{bot.Open, bot.Pending, bot.Snoozed} {
		for c, err := range records.ConversationsByStatus.Under(tx, storage.K(brand, status), storage.Reverse(), storage.Limit(mostLooks)) {
			if err != nil {
				return nil, err
			}
			if out, err = of(tx, out, &c); err != nil || len(out) >= mostLooks {
				return out[:min(len(out), mostLooks)], err
			}
		}
	}
	return out, nil
}

// of adds the messages about one conversation.
func of(tx *storage.Tx, out []Message, c *bot.Conversation) ([]Message, error) {
	add := func(at act.Place, ref, thread string) {
		if ref != "" && !slices.ContainsFunc(out, func(o Message) bool { return o.At == at && o.Ref == ref }) {
			out = append(out, Message{At: at, Ref: ref, Thread: thread})
		}
	}
	top, _, err := records.Found(records.Slots.Get(tx, storage.K(records.CardSlot(c.ID))))
	if err != nil {
		return out, err
	}
	add(top.At, top.Ref, top.Ref)
	for s, err := range records.SlotsUnder.Under(tx, storage.K(records.CardSlot(c.ID)), storage.Reverse(), storage.Limit(mostLooks)) {
		if err != nil {
			return out, err
		}
		add(s.At, s.Ref, top.Ref)
	}
	for m, err := range records.MomentsOn.Under(tx, storage.K(c.Brand, act.OnConversation, c.ID), storage.Reverse(), storage.Limit(mostLooks)) {
		if err != nil {
			return out, err
		}
		add(m.Place, m.Ref, top.Ref)
	}
	return out, nil
}

// look brings what is kept of a message to what its reactions show. What somebody marked
// while they were asked for is newer than the look.
func (d *Desk) look(ctx context.Context, brand bot.BrandID, o Message) error {
	r, _ := d.reader(o.At.Platform)
	chat, ok := r.(act.Reacter)
	if !ok {
		return nil
	}
	var before []bot.PersonID
	err := d.store.View(ctx, func(tx *storage.Tx) (err error) { before, err = held(tx, o); return err })
	if err != nil {
		return err
	}
	there, err := asks(ctx, chat, o)
	if err != nil {
		if bot.KindOf(err) != bot.NotFound && ctx.Err() == nil {
			d.log.Warn("who marked a message is not known", "at", o.At.String(), "message", o.Ref, "err", err)
		}
		return nil //nolint:nilerr // what is kept stays
	}
	return d.store.Update(ctx, func(tx *storage.Tx) error {
		b, ok := d.brands().Brand(brand)
		now, err := held(tx, o)
		if err != nil || !ok || !slices.Equal(now, before) {
			return err
		}
		return d.agree(tx, b, o, there)
	})
}

// asks lists the reactions of a message; who is told to wait asks once more.
func asks(ctx context.Context, chat act.Reacter, o Message) (there []act.Reaction, err error) {
	wait := lookEvery
	for range 2 {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
		soon, cancel := context.WithTimeout(ctx, lookFor)
		there, err = chat.Reactions(soon, o.At, o.Ref)
		cancel()
		e, told := errors.AsType[*bot.Error](err)
		if !told || e.RetryAfter <= 0 {
			return there, err
		}
		wait = min(max(e.RetryAfter, lookEvery), time.Minute)
	}
	return there, err
}

// held is who holds a message on a timeline.
func held(tx *storage.Tx, o Message) ([]bot.PersonID, error) {
	m, _, err := records.Found(records.MomentByRef.First(tx, storage.K(o.At.String(), o.Ref)))
	return m.By, err
}

// agree marks a message for those whose mark it shows, and for nobody else who had put one.
func (d *Desk) agree(tx *storage.Tx, b *bot.Brand, o Message, there []act.Reaction) error {
	m, had, err := records.Found(records.MomentByRef.First(tx, storage.K(o.At.String(), o.Ref)))
	if err != nil || had && m.Brand != b.ID {
		return err
	}
	var pins []bot.PersonID
	for _, r := range there {
		p, ok := b.PersonFor(r.Who)
		if !ok || r.Emoji != act.Pin {
			continue
		}
		pins = append(pins, p.ID)
		if _, _, err := d.Mark(tx, b, p, Message{At: o.At, Ref: o.Ref, Thread: o.Thread, Pin: true}); err != nil {
			if _, asked := bot.Asked(err); !asked { // who may not mark marked nothing
				return err
			}
		}
	}
	for _, id := range m.Pinned {
		p, ok := b.Person(id)
		if !ok || slices.Contains(pins, id) {
			continue
		}
		if _, err := d.Unmark(tx, b, p, o); err != nil {
			return err
		}
	}
	return nil
}
