package outbox

import (
	"cmp"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// move takes an effect to a state, with a line in the audit log, and tells those
// who watch. When that takes it out of its lane or to its end, the next one there
// may go.
func (o *Outbox) move(tx *storage.Tx, e *act.Effect, to act.State, who string) error {
	if err := e.Move(to); err != nil {
		return err
	}
	if to != act.Waiting && to != act.Started {
		e.Head, e.EndedAt = false, tx.Now()
	}
	if err := records.Effects.Put(tx, *e); err != nil {
		return err
	}
	if !e.Head {
		if err := records.HeadLane(tx, e.Lane); err != nil {
			return err
		}
	}
	if to != act.Started { // an attempt is told of when it came back, and one that does not is found again
		if err := records.LogEffect(tx, e, who); err != nil {
			return err
		}
	}
	if e.Show || e.State == act.Undone {
		return nil
	}
	for _, f := range o.watches[e.Subject.Kind] {
		if err := f(tx, *e); err != nil {
			return err
		}
	}
	return nil
}

const ponte = "ponte" // who acts when nobody does

// done records that an effect happened: its slot is named by the platform, and
// what waited for that may go. A Show that was touched meanwhile waits again.
func (o *Outbox) done(tx *storage.Tx, e *act.Effect, r act.Receipt, who string) error {
	slot, named, err := o.fill(tx, e, r)
	if err != nil {
		return err
	}
	e.Receipt, e.Fault, e.Maybe, e.Tries, e.Asked = r, nil, false, 0, 0
	if e.Show {
		e.Act, e.Mention = act.Envelope{}, nil
	}
	if err := o.move(tx, e, act.Done, who); err != nil {
		return err
	}
	if err := o.repeat(tx, e, slot); err != nil || !named {
		return err
	}
	for _, f := range o.names[slot.Subject.Kind] {
		err = cmp.Or(err, f(tx, slot))
	}
	return err
}

// repeat lets a Show that was touched since it was drawn wait again.
func (o *Outbox) repeat(tx *storage.Tx, e *act.Effect, slot act.Slot) error {
	if !e.Show || !e.Again {
		return nil
	}
	if err := e.Move(act.Waiting); err != nil {
		return err
	}
	if err := anew(tx, e, slot); err != nil {
		return err
	}
	return records.Effects.Put(tx, *e)
}

// fill writes into the effect's slot what the platform calls the message and
// which revision it shows, and wakes what waited for it.
func (o *Outbox) fill(tx *storage.Tx, e *act.Effect, r act.Receipt) (slot act.Slot, named bool, err error) {
	if e.Slot == "" {
		return act.Slot{}, false, nil
	}
	slot, ok, err := records.Found(records.Slots.Get(tx, storage.K(e.Slot)))
	if err != nil {
		return slot, false, err
	}
	if !ok {
		slot = act.Slot{ID: e.Slot, Brand: e.Brand, Subject: e.Subject, At: e.At}
	}
	did, err := e.Act.Open()
	if err != nil {
		return slot, false, err
	}
	switch a := did.(type) {
	case act.Send:
		slot.Shown = a.Card.Revision
	case act.Edit:
		slot.Shown = a.Card.Revision
	}
	if named = e.Act.New() && r.Ref != "" && slot.Ref == ""; named {
		if taken, err := o.taken(tx, e, r); err != nil || taken {
			return slot, false, err
		}
		slot.Ref, slot.URL = r.Ref, r.URL
	}
	if err := records.Slots.Put(tx, slot); err != nil || !named {
		return slot, false, err
	}
	return slot, true, records.ReleaseAwaiting(tx, slot.ID)
}

// taken reports whether a receipt names a message that is known as another one.
func (o *Outbox) taken(tx *storage.Tx, e *act.Effect, r act.Receipt) (bool, error) {
	if e.Slot == "" || r.Ref == "" || !e.Act.New() {
		return false, nil
	}
	other, known, err := records.Found(records.SlotByRef.First(tx, storage.K(e.At.String(), r.Ref)))
	if !known || other.ID == e.Slot {
		return false, err
	}
	o.log.Error("two messages have one name", "effect", e.ID, "slot", e.Slot, "other", other.ID)
	return true, nil
}

// wait records that nothing happened, or that it may be tried again under the same key, and when.
func (o *Outbox) wait(tx *storage.Tx, e *act.Effect, fault *bot.Error, due time.Time) error {
	e.Due, e.Fault, e.Asked = due, fault, 0
	if e.Show && !e.Maybe {
		e.Act, e.Again = act.Envelope{}, false
	}
	return o.move(tx, e, act.Waiting, ponte)
}

// fail records that the effect will not be tried again. A Show that was touched
// meanwhile gets another chance.
func (o *Outbox) fail(tx *storage.Tx, e *act.Effect, fault *bot.Error) error {
	e.Fault = fault
	if err := o.move(tx, e, act.Failed, ponte); err != nil || !e.Show || !e.Again {
		return err
	}
	slot, err := records.Slots.Get(tx, storage.K(e.Slot))
	if err != nil {
		return err
	}
	return o.repeat(tx, e, slot)
}

// unknown leaves it to a person whether the effect happened.
func (o *Outbox) unknown(tx *storage.Tx, e *act.Effect, fault *bot.Error) error {
	e.Fault, e.Maybe = fault, true
	return o.move(tx, e, act.Unknown, ponte)
}
