package records

import (
	"errors"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
)

// Effect returns an effect. The error is a bot.NotFound when there is none.
func Effect(tx *storage.Tx, id bot.ID) (act.Effect, error) {
	e, ok, err := Found(Effects.Get(tx, storage.K(id)))
	if err == nil && !ok {
		err = bot.Errorf(bot.NotFound, "error.not_found")
	}
	return e, err
}

// EnterLane gives an effect that is not in its lane the last place there, which
// is the head when the lane is empty.
func EnterLane(tx *storage.Tx, e *act.Effect) error {
	n, err := EffectsInLane.Count(tx, storage.K(e.Lane), storage.Limit(1))
	e.Order, e.Head = bot.NewID(tx.Now()), n == 0
	return err
}

// HeadLane makes the first open effect of a lane its head.
func HeadLane(tx *storage.Tx, lane string) error {
	e, ok, err := Found(EffectsInLane.First(tx, storage.K(lane)))
	if !ok || e.Head {
		return err
	}
	e.Head = true
	return Effects.Put(tx, e)
}

// StepAside lets an effect go on in a lane of its own, so that nothing waits for it.
func StepAside(tx *storage.Tx, e *act.Effect) error {
	lane := e.Lane
	if lane == string(e.ID) {
		return nil
	}
	e.Lane = string(e.ID)
	if err := EnterLane(tx, e); err != nil {
		return err
	}
	if err := Effects.Put(tx, *e); err != nil {
		return err
	}
	return HeadLane(tx, lane)
}

// Overtake lets what shows a slot go at once when it stands behind an effect that waits
// for that slot's message: in their lane neither would ever go.
func Overtake(tx *storage.Tx, e *act.Effect, slot string) error {
	show, ok, err := Found(Effects.Get(tx, storage.K("show/"+slot)))
	if err != nil || !ok || show.State != act.Waiting || show.Lane != e.Lane {
		return err
	}
	return StepAside(tx, &show)
}

// ReleaseAwaiting lets the effects that waited for a slot's message go on.
func ReleaseAwaiting(tx *storage.Tx, slot string) error {
	for e, err := range EffectsAwaiting.Under(tx, storage.K(slot)) {
		if err != nil {
			return err
		}
		e.Awaits = ""
		if err := Effects.Put(tx, e); err != nil {
			return err
		}
	}
	return nil
}

// Found tells a record that is not there from an error.
func Found[T any](t T, err error) (T, bool, error) {
	if errors.Is(err, storage.ErrNotFound) {
		return t, false, nil
	}
	return t, err == nil, err
}

// OldestDue is since when the effect has been due that should have gone first; the
// zero time when none is due.
func OldestDue(tx *storage.Tx) (oldest time.Time, err error) {
	for budget, err := range EffectsDue.Groups(tx, nil) {
		if err != nil {
			return oldest, err
		}
		for class, err := range EffectsDue.Groups(tx, budget) {
			if err != nil {
				return oldest, err
			}
			e, err := EffectsDue.First(tx, class)
			if err != nil {
				return oldest, err
			}
			if e.Awaits == "" && !e.Due.After(tx.Now()) && (oldest.IsZero() || e.Due.Before(oldest)) {
				oldest = e.Due
			}
		}
	}
	return oldest, nil
}
