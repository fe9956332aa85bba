package inbox

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// Out is how what goes out for a brand stands.
type Out struct {
	Waiting int
	Unknown int
	Failed  int // given up since yesterday, and messages of team chat that were refused and come later
}

// countedOut is how many effects of a state are looked at, of all brands.
const countedOut = 1000

// CountOut counts what goes out for a brand, among the newest thousand of each state.
func CountOut(tx *storage.Tx, brand bot.BrandID) (out Out, err error) {
	yesterday := tx.Now().Add(-24 * time.Hour)
	for _, state := range []act.State{act.Waiting, act.Unknown, act.Failed} {
		for e, err := range records.EffectsByState.Under(tx, storage.K(state), storage.Reverse(), storage.Limit(countedOut)) {
			switch {
			case err != nil:
				return out, err
			case e.Brand != brand:
			case state == act.Unknown:
				out.Unknown++
			case state == act.Failed && e.EndedAt.After(yesterday), state == act.Waiting && e.Show && e.Fault != nil && e.Fault.Kind.Final():
				out.Failed++
			case state == act.Waiting:
				out.Waiting++
			}
		}
	}
	return out, nil
}
