package outbox

import (
	"cmp"
	"context"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// Why nothing goes out.
const (
	PauseCopied = "copied" // the store is a copy, and the one it was made of may be at work
	PauseAsked  = "asked"  // a person wants it
)

// Paused returns the pause, if there is one: nothing goes out and nobody is asked
// what became of an attempt, while all that comes in is taken.
func Paused(tx *storage.Tx) (records.Pause, bool, error) {
	return records.Found(records.Pauses.Get(tx, records.ThePause))
}

// Pause lets nothing more start. What is under way ends. A pause that is there
// stays as it is.
func (o *Outbox) Pause(tx *storage.Tx) error {
	if _, paused, err := Paused(tx); paused || err != nil {
		return err
	}
	tx.OnCommit(o.poke)
	return records.Pauses.Put(tx, records.Pause{Why: PauseAsked, At: tx.Now()})
}

// Resume lifts the pause, and reports whether there was one.
func (o *Outbox) Resume(tx *storage.Tx) (bool, error) {
	_, paused, err := Paused(tx)
	if !paused || err != nil {
		return false, err
	}
	tx.OnCommit(o.poke)
	return true, records.Pauses.Delete(tx, records.ThePause)
}

// doubtful is how many effects one transaction of Copied marks.
const doubtful = 500

// Copied marks a store that is a copy, before anybody runs on it: it is paused,
// and every Say that waits may have been said, since the copy was made, by
// whoever runs on the original. So each is asked after once the pause is lifted,
// unless its platform certainly still does nothing twice under its key; a zero
// since means that nobody knows.
func Copied(ctx context.Context, s storage.Store, since time.Time) error {
	if err := s.Update(ctx, func(tx *storage.Tx) error {
		return records.Pauses.Put(tx, records.Pause{Why: PauseCopied, At: tx.Now()})
	}); err != nil {
		return err
	}
	for page, err := range storage.Pages(ctx, s, records.EffectsByState, doubtful, storage.K(act.Waiting)) {
		if err != nil {
			return err
		}
		if err := s.Update(ctx, func(tx *storage.Tx) error { return doubt(tx, page, since) }); err != nil {
			return err
		}
	}
	return nil
}

// doubt marks effects as perhaps done, at since at the earliest.
func doubt(tx *storage.Tx, page []act.Effect, since time.Time) error {
	for _, e := range page {
		if e.Show || e.Maybe {
			continue
		}
		e.Maybe, e.FirstAt = true, since
		e.Fault = cmp.Or(e.Fault, bot.Errorf(bot.Ambiguous, "error.unknown_outcome"))
		if err := records.Effects.Put(tx, e); err != nil {
			return err
		}
	}
	return nil
}
