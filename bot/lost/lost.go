// Package lost is what follows when something of Ponte's in team chat is gone: a
// message is shown once more, and that a room cannot be written in any longer is told
// in another one. It knows the brands' rooms and the outbox, and no platform.
package lost

import (
	"cmp"
	"context"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// Desk takes in what is lost.
type Desk struct {
	store  storage.Store
	out    *outbox.Outbox
	brands func() *bot.Brands
}

// New makes it.
func New(store storage.Store, out *outbox.Outbox, brands func() *bot.Brands) *Desk {
	return &Desk{store: store, out: out, brands: brands}
}

// Hear takes in one loss. The same one again changes nothing.
func (d *Desk) Hear(ctx context.Context, e act.Lost) error {
	b, gone, ok := d.brands().Room(e.At.Platform, e.At.Space, e.At.Channel)
	if !ok {
		return nil
	}
	return d.store.Update(storage.Urgent(ctx), func(tx *storage.Tx) error {
		if e.Ref != "" {
			return d.again(tx, e)
		}
		return d.tell(tx, b, gone, e)
	})
}

// again shows a message anew, as another one, with a word under it, and all that
// stood under it where that is gone as well; once for each.
func (d *Desk) again(tx *storage.Tx, lost act.Lost) error {
	slot, ok, err := records.Found(records.SlotByRef.First(tx, storage.K(lost.At.String(), lost.Ref)))
	if err != nil || !ok {
		return err
	}
	if lost.Stays && slot.Subject.Kind == act.OnRequest {
		return d.decides(tx, slot)
	}
	trace, shown, err := d.anew(tx, slot)
	if err != nil || !shown {
		return err
	}
	if lost.Under {
		if err := d.under(tx, slot.ID); err != nil {
			return err
		}
	}
	says := card.W("status.again")
	if lost.Stays {
		says = card.W("status.again_fixed")
	}
	return d.note(tx, "again/", slot, trace, says)
}

// decides says under a request that cannot be changed any more that decisions on it go
// on to count. It is not shown anew: a reaction counts on the message that asked.
func (d *Desk) decides(tx *storage.Tx, slot act.Slot) error {
	told, err := records.Slots.Has(tx, storage.K("fixed/"+slot.ID))
	if err != nil || told {
		return err
	}
	e, _, err := records.Found(records.Effects.Get(tx, storage.K("show/"+slot.ID)))
	if err != nil {
		return err
	}
	return d.note(tx, "fixed/", slot, e.Trace, card.W("status.fixed_decides"))
}

// note says something under a message.
func (d *Desk) note(tx *storage.Tx, kind string, slot act.Slot, trace bot.ID, says card.Words) error {
	under := act.Slot{ID: kind + slot.ID, Brand: slot.Brand, At: slot.At, Parent: cmp.Or(slot.Parent, slot.ID)}
	if err := records.Slots.Insert(tx, under); err != nil {
		return err
	}
	_, err := d.out.Say(tx, act.Effect{ // in a lane of its own: in the message's it could wait for what is behind it
		Brand: slot.Brand, At: slot.At, Slot: under.ID, Class: act.RoutineClass, Trace: trace, Act: act.Seal(act.Send{Card: word(says)}),
	})
	return err
}

// anew has a message shown as another one, unless it was before, or shows nothing that
// could be drawn again.
func (d *Desk) anew(tx *storage.Tx, slot act.Slot) (trace bot.ID, shown bool, err error) {
	if slot.Again {
		return "", false, nil
	}
	e, ok, err := records.Found(records.Effects.Get(tx, storage.K("show/"+slot.ID)))
	if err != nil || !ok {
		return "", false, err
	}
	slot.Ref, slot.URL, slot.Shown, slot.Again = "", "", 0, true
	if err := records.Slots.Put(tx, slot); err != nil {
		return "", false, err
	}
	return e.Trace, true, d.out.Touch(tx, outbox.Shown{Slot: slot, Lane: e.Lane, Class: e.Class, Trace: e.Trace})
}

// under shows anew what stood in a message's thread.
func (d *Desk) under(tx *storage.Tx, parent string) error {
	var all []act.Slot
	for slot, err := range records.SlotsUnder.Under(tx, storage.K(parent)) {
		if err != nil {
			return err
		}
		all = append(all, slot)
	}
	for _, slot := range all {
		if _, _, err := d.anew(tx, slot); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) tell(tx *storage.Tx, b *bot.Brand, gone bot.Channel, e act.Lost) error {
	id := bot.ID("lost/" + e.At.String() + "/" + e.ID)
	told, err := records.Effects.Has(tx, storage.K(id))
	at := e.Now
	if ch, other := refuge(b, gone); other {
		at = act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote}
	}
	if err != nil || told || at == (act.Place{}) {
		return err
	}
	_, err = d.out.Say(tx, act.Effect{
		ID: id, Brand: b.ID, At: at, Class: act.PersonClass, Act: act.Seal(act.Send{Card: word(e.Why)}),
	})
	return err
}

// refuge is where a brand is told that it lost a channel: its default one, or any
// other that everybody sees.
func refuge(b *bot.Brand, gone bot.Channel) (ch bot.Channel, ok bool) {
	for _, c := range b.Channels {
		if c.ID != gone.ID && len(c.Restricted) == 0 && (!ok || c.Default) {
			ch, ok = c, true
		}
	}
	return ch, ok
}

func word(w card.Words) card.Card {
	return card.Card{Mark: card.MarkFailed, Blocks: []card.Block{card.Say(w)}}
}
