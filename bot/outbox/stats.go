package outbox

import (
	"time"

	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// Stats is how the outbox stands. Times are zero where there is nothing.
type Stats struct {
	Waiting int                  // effects that have not started, whatever they wait for
	Started int                  // under way, or being asked after
	Unknown int                  // a person must settle them
	Failed  int                  // not tried again
	Oldest  time.Time            // since when the effect has been due that should have gone first
	Parked  map[string]time.Time // budgets and accounts that the platform holds back, until when
}

// Stats counts what is in the outbox. Parked is known in the process of Run only.
func (o *Outbox) Stats(tx *storage.Tx) (Stats, error) {
	s := Stats{Parked: map[string]time.Time{}}
	for state, n := range map[act.State]*int{act.Waiting: &s.Waiting, act.Started: &s.Started, act.Unknown: &s.Unknown, act.Failed: &s.Failed} {
		var err error
		if *n, err = records.EffectsByState.Count(tx, storage.K(state)); err != nil {
			return s, err
		}
	}
	var err error
	if s.Oldest, err = records.OldestDue(tx); err != nil {
		return s, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for name, until := range o.mem.parked {
		if until.After(tx.Now()) {
			s.Parked[name] = until
		}
	}
	return s, nil
}
