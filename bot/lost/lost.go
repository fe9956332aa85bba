// Package lost is what follows when something of Ponte's in team chat is gone: a
// message is shown once more, and that a room cannot be written in any longer is told
// in another one. It knows the brands' rooms and the outbox, and no platform.
package lost

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

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

// New makes it, and has the outbox show anew what stays away when there is news in it.
func New(store storage.Store, out *outbox.Outbox, brands func() *bot.Brands) *Desk {
	d := &Desk{store: store, out: out, brands: brands}
	out.Returns(d.returns)
	return d
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
// stood under it where that is gone as well; once for each, and once more whenever there
// was news since.
func (d *Desk) again(tx *storage.Tx, lost act.Lost) error {
	slot, ok, err := records.Found(records.SlotByRef.First(tx, storage.K(lost.At.String(), lost.Ref)))
	if err != nil || !ok {
		return err
	}
	if lost.Stays && slot.Subject.Kind == act.OnRequest {
		return d.decides(tx, slot)
	}
	trace, shown, err := d.anew(tx, slot)
	if err != nil {
		return err
	}
	if lost.Under {
		if err := d.under(tx, slot.ID, shown); err != nil {
			return err
		}
	}
	if !shown {
		return nil
	}
	says, kind := card.W("status.again"), "again/"
	if lost.Stays {
		says = card.W("status.again_fixed")
	}
	if slot.Again {
		kind += strconv.FormatInt(tx.Now().UnixMilli(), 10) + "/"
	}
	return d.note(tx, kind, slot, trace, says)
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

// anew has a message shown as another one, unless it was before and there is no news
// since: then it stays away. It reports false too where nothing could be drawn again.
func (d *Desk) anew(tx *storage.Tx, slot act.Slot) (trace bot.ID, shown bool, err error) {
	e, ok, err := records.Found(records.Effects.Get(tx, storage.K("show/"+slot.ID)))
	if err != nil || !ok {
		return "", false, err
	}
	if slot.Again {
		is, err := news(tx, slot, e.Trace)
		if err != nil || !is {
			return "", false, errors.Join(err, stays(tx, slot))
		}
	}
	if slot, err = renewed(tx, slot); err != nil {
		return "", false, err
	}
	return e.Trace, true, d.out.Touch(tx, outbox.Shown{Slot: slot, Lane: e.Lane, Class: e.Class, Trace: e.Trace})
}

// under shows anew what stood in a message's thread, or has it stay away with that.
func (d *Desk) under(tx *storage.Tx, parent string, shown bool) error {
	all, err := standing(tx, parent)
	if err != nil {
		return err
	}
	for _, slot := range all {
		if !shown {
			err = stays(tx, slot)
		} else {
			_, _, err = d.anew(tx, slot)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) tell(tx *storage.Tx, b *bot.Brand, gone bot.Channel, e act.Lost) error {
	id := bot.ID("lost/" + e.At.String() + "/" + e.ID)
	told, err := records.Effects.Has(tx, storage.K(id))
	if err != nil || told {
		return err
	}
	if err := logged(tx, b, e); err != nil {
		return err
	}
	at := e.Now
	if at == (act.Place{}) {
		if at, err = refuge(tx, b, gone); err != nil || at == (act.Place{}) {
			return err
		}
	}
	_, err = d.out.Say(tx, act.Effect{
		ID: id, Brand: b.ID, At: at, Class: act.PersonClass, Act: act.Seal(act.Send{Card: word(e.Why)}),
	})
	return err
}

// logged keeps that a room was lost, once.
func logged(tx *storage.Tx, b *bot.Brand, e act.Lost) error {
	last, was, err := records.Found(records.AuditOn.First(tx, storage.K(room(e.At)), storage.Reverse()))
	if err != nil || was && last.Details["event"] == e.ID {
		return err
	}
	return records.Log(tx, bot.Record{Brand: b.ID, What: "room.lost", Subject: room(e.At), Details: map[string]string{"event": e.ID, "why": e.Why.Key}})
}

// lostFor is how long a room that was lost is not believed to be back.
const lostFor = 24 * time.Hour

// refuge is where a brand is told that it lost a channel: one that everybody sees and
// that was not lost of late; in another space first, as more may be gone of this one,
// and then its default one. The zero place: there is none.
func refuge(tx *storage.Tx, b *bot.Brand, gone bot.Channel) (at act.Place, err error) {
	best := -1
	for _, c := range b.Channels {
		place := act.Place{Platform: c.Platform, Space: c.Space, Channel: c.Remote}
		fits := 0
		if c.Platform != gone.Platform || c.Space != gone.Space {
			fits += 2
		}
		if c.Default {
			fits++
		}
		if c.ID == gone.ID || len(c.Restricted) > 0 || fits <= best {
			continue
		}
		last, was, err := records.Found(records.AuditOn.First(tx, storage.K(room(place)), storage.Reverse()))
		if err != nil {
			return at, err
		}
		if !was || tx.Now().Sub(last.At) >= lostFor {
			at, best = place, fits
		}
	}
	return at, nil
}

func room(at act.Place) string { return "room/" + at.String() }

func word(w card.Words) card.Card {
	return card.Card{Mark: card.MarkFailed, Blocks: []card.Block{card.Say(w)}}
}
