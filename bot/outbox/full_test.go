package outbox_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ponte/bot/act"
	"ponte/storage"
)

// tight is a store with room for so many moves of effects at a time.
type tight struct {
	storage.Store
	room  int
	moved *int
}

func (s tight) Update(ctx context.Context, fn func(*storage.Tx) error) error {
	return s.Store.Update(ctx, func(tx *storage.Tx) error {
		*s.moved = 0
		err := fn(tx)
		if err == nil && *s.moved > s.room {
			err = storage.ErrFull
		}
		return err
	})
}

// What waits goes out of a store that is nearly full too, however much of it there is:
// the pump takes less at a time, and more again.
func TestNearlyFull(t *testing.T) {
	for _, room := range []int{1, 8} {
		in(t, nil, func(w *world) {
			moved := 0
			w.make(tight{w.store, room, &moved})
			w.out.Watches(thing, func(*storage.Tx, act.Effect) error { moved++; return nil })
			for i := range 80 {
				w.say(fmt.Sprint(i), fmt.Sprint(i))
			}
			w.run()
			pass(time.Hour)
			if n := len(w.dest.texts()); n != 80 {
				t.Errorf("with room for %d, %d of 80 go out", room, n)
			}
		})
	}
}
