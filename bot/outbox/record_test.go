package outbox

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
	"ponte/storage/bolt"
)

// What comes back counts only for the attempt that is under way.
func TestReceiptOfAnotherAttempt(t *testing.T) {
	s, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "store"), bolt.Options{}, records.All()...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	r := &run{Outbox: New(s, Options{})}
	for _, c := range []struct {
		state   act.State
		attempt int
		want    act.State
	}{
		{act.Started, 1, act.Started}, {act.Started, 3, act.Started}, {act.Waiting, 2, act.Waiting},
		{act.Unknown, 2, act.Unknown}, {act.Started, 2, act.Done},
	} {
		e := act.Effect{ID: bot.NewID(time.Now()), Brand: "aurora", Lane: "l", State: c.state, Attempt: 2, Act: act.Seal(act.Send{})}
		got, err := storage.Do(context.Background(), s, func(tx *storage.Tx) (act.Effect, error) {
			if err := records.Effects.Insert(tx, e); err != nil {
				return e, err
			}
			p := &plan{now: tx.Now()}
			if err := r.record(tx, p, outcome{id: e.ID, attempt: c.attempt, receipt: act.Receipt{Ref: "m1"}}); err != nil {
				return e, err
			}
			return records.Effects.Get(tx, storage.K(e.ID))
		})
		if err != nil || got.State != c.want {
			t.Errorf("a receipt of attempt %d made attempt 2, %s, %s (%v); want %s", c.attempt, c.state, got.State, err, c.want)
		}
	}
}
