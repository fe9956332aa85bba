package outbox

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox/rate"
	"ponte/bot/records"
	"ponte/storage"
)

// Say enqueues an act that goes out at most once, as it is now, and returns the
// effect with what it filled in: ID, Key, Lane, Order, State, Head, and where
// they are empty Budget, Class (the last one) and Due (now). The error of an
// effect that cannot be carried is not for people; ErrConflict is an ID or a
// second call with it.
//
// A Send without a thread whose slot has a parent goes into the parent's
// thread, and an Edit, Change or Remove without a Ref is about the message of
// its slot; both wait until that message is there.
func (o *Outbox) Say(tx *storage.Tx, e act.Effect) (act.Effect, error) {
	if e.Show || e.Act.Empty() || e.At.Platform == "" || e.Brand == "" {
		return e, errors.New("outbox: a Say needs an act, a place and a brand, and is no Show")
	}
	o.at(StepEnqueue)
	e.ID = cmp.Or(e.ID, bot.NewID(tx.Now()))
	e.Key = cmp.Or(e.Key, "say/"+string(e.ID))
	e.Lane = cmp.Or(e.Lane, "effect/"+string(e.ID))
	e.Budget = cmp.Or(e.Budget, rate.Name(e.At, !e.Act.New()))
	e.Class = cmp.Or(e.Class, act.RoutineClass)
	if e.Due.IsZero() {
		e.Due = tx.Now()
	}
	e.State = act.Waiting
	if err := records.EnterLane(tx, &e); err != nil {
		return e, err
	}
	tx.OnCommit(o.enqueued)
	return e, records.Effects.Insert(tx, e)
}

// Shown names what Touch shows anew.
type Shown struct {
	Slot    act.Slot // ID, Brand, Subject, At and Parent count
	Lane    string   // empty: its own
	Class   act.Class
	Trace   bot.ID
	Mention []string // pinged when it first goes out
}

// Touch asks for a slot to be shown as things stand when its turn comes. There
// is one effect for each slot: touching it again while it waits changes nothing,
// so that a hundred touches are one edit.
func (o *Outbox) Touch(tx *storage.Tx, s Shown) error {
	if s.Slot.ID == "" || s.Slot.Brand == "" || s.Slot.At.Platform == "" || o.draws[s.Slot.Subject.Kind] == nil {
		return fmt.Errorf("outbox: slot %q needs an id, a brand, a place and a kind that somebody draws", s.Slot.ID)
	}
	o.at(StepEnqueue)
	slot, ok, err := records.Found(records.Slots.Get(tx, storage.K(s.Slot.ID)))
	if err == nil && !ok {
		slot = act.Slot{ID: s.Slot.ID, Brand: s.Slot.Brand, Subject: s.Slot.Subject, At: s.Slot.At, Parent: s.Slot.Parent}
		err = records.Slots.Insert(tx, slot)
	}
	if err != nil {
		return err
	}
	id := bot.ID("show/" + slot.ID)
	s.Lane = cmp.Or(s.Lane, string(id))
	s.Class = cmp.Or(s.Class, act.RoutineClass)
	e, ok, err := records.Found(records.Effects.Get(tx, storage.K(id)))
	switch {
	case err != nil:
		return err
	case !ok:
		e = act.Effect{ID: id, Brand: slot.Brand, Subject: slot.Subject, Show: true, Slot: slot.ID, At: slot.At, State: act.Waiting}
	case e.State == act.Waiting || e.State == act.Started || e.State == act.Unknown:
		return o.touched(tx, e, s)
	default:
		if err := e.Move(act.Waiting); err != nil {
			return err
		}
	}
	e.Lane, e.Class, e.Trace, e.Mention = s.Lane, s.Class, s.Trace, s.Mention
	if err := anew(tx, &e, slot); err != nil {
		return err
	}
	tx.OnCommit(o.enqueued)
	return records.Effects.Put(tx, e)
}

// touched is a touch of what waits already, is under way, or is not settled.
func (o *Outbox) touched(tx *storage.Tx, e act.Effect, s Shown) error {
	drawn := !e.Act.Empty()
	again, class, mention := drawn && !e.Again, s.Class < e.Class, merged(e.Mention, s.Mention)
	if !again && !class && len(mention) == len(e.Mention) {
		return nil
	}
	e.Again, e.Class, e.Mention = e.Again || again, min(e.Class, s.Class), mention
	tx.OnCommit(o.enqueued)
	return records.Effects.Put(tx, e)
}

// anew makes a Show wait at the end of its lane, due now, to be drawn again.
func anew(tx *storage.Tx, e *act.Effect, slot act.Slot) error {
	e.Due, e.EndedAt, e.Fault, e.Act = tx.Now(), time.Time{}, nil, act.Envelope{}
	e.Tries, e.Asked, e.Again, e.Awaits = 0, 0, false, ""
	e.Budget = rate.Name(e.At, slot.Ref != "")
	return records.EnterLane(tx, e)
}

func (o *Outbox) enqueued() {
	o.at(StepEnqueued)
	o.Wake()
}

func merged(had, more []string) []string {
	out := slices.Clone(had)
	for _, m := range more {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}
