package outbox_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
	"ponte/storage/bolt"
)

func (w *world) resume() {
	w.Helper()
	w.update(func(tx *storage.Tx) error {
		tx.OnCommit(w.out.Wake)
		was, err := records.Unhold(tx)
		if err == nil && !was {
			w.Error("there was no pause")
		}
		return err
	})
	synctest.Wait()
}

// TestPause: in a pause nothing starts, whatever is due, and it outlives the process.
func TestPause(t *testing.T) {
	in(t, nil, func(w *world) {
		w.run()
		w.update(func(tx *storage.Tx) error { return records.Hold(tx, records.Asked) })
		w.say("a", "hello")
		w.touch("s", "a card")
		pass(time.Hour)
		w.halt()
		w.make(w.store)
		w.run()
		pass(time.Hour)
		if got := w.dest.carried(); len(got) > 0 {
			t.Errorf("%v went out in the pause", got)
		}
		w.resume()
		got := w.dest.texts()
		slices.Sort(got)
		if d := cmp.Diff([]string{"a card", "hello"}, got); d != "" {
			t.Error(d)
		}
	})
}

// copied turns the world's store into a copy, as the next process finds it.
func (w *world) copied(since time.Time) {
	w.Helper()
	w.update(func(tx *storage.Tx) error {
		var waiting []act.Effect
		for e, err := range records.EffectsByState.Under(tx, storage.K(act.Waiting)) {
			if err != nil {
				return err
			}
			waiting = append(waiting, e)
		}
		return errors.Join(records.Hold(tx, records.Copied), records.Doubt(tx, waiting, since))
	})
}

// TestCopied: what waited when the copy was made may have been said by the
// original since. It is asked after when the pause ends, and not before.
func TestCopied(t *testing.T) {
	for name, honours := range map[string]time.Duration{"asked": 0, "under its key": 48 * time.Hour, "no longer under its key": 2 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			in(t, func(w *world) { w.asks(); w.dest.traits.Honours = honours }, func(w *world) {
				said, unsaid := w.say("a", "the original says it"), w.say("b", "nobody says it")
				w.copied(time.Now())
				if _, err := w.dest.take(said.Key, act.Send{}, place, "the original says it"); err != nil {
					t.Fatal(err)
				}
				w.run()
				pass(24 * time.Hour)
				if w.dest.asked > 0 || len(w.dest.carried()) > 0 {
					t.Error("something was asked or said in the pause")
				}
				w.say("c", "after the copy")
				w.resume()
				pass(time.Minute)
				w.state(said.ID, act.Done)
				w.state(unsaid.ID, act.Done)
				if got := len(w.dest.texts()); got != 3 {
					t.Errorf("%v are there, want each of the three once", w.dest.texts())
				}
			})
		})
	}
}

// TestCopiedBlind: where nobody can be asked, a person is.
func TestCopiedBlind(t *testing.T) {
	in(t, nil, func(w *world) {
		e := w.say("a", "perhaps said")
		w.copied(time.Time{})
		w.run()
		w.resume()
		pass(time.Minute)
		w.state(e.ID, act.Unknown)
		if got := w.dest.carried(); len(got) > 0 {
			t.Errorf("%v was said, perhaps for the second time", got)
		}
	})
}

// TestCopiedUnderWay: an attempt that the copy found under way is not asked
// after in the pause either.
func TestCopiedUnderWay(t *testing.T) {
	in(t, (*world).asks, func(w *world) {
		w.dest.fails("hello", fault{err: errors.New("500"), accepted: true, slow: 20 * time.Second})
		e := w.say("a", "hello")
		w.run()
		synctest.Wait()
		w.state(e.ID, act.Started)
		w.close()
		w.dest.found = []act.Finding{act.Absent} // as it was for a moment
		w.stop()                                 //nolint:errcheck // it lost its store
		w.stop = nil
		w.open(bolt.Options{})
		w.copied(time.Time{})
		w.run()
		pass(time.Minute)
		if w.dest.asked > 0 {
			t.Error("it was asked after in the pause")
		}
		w.dest.found = nil
		w.resume()
		pass(time.Minute)
		w.state(e.ID, act.Done)
		if got := w.dest.texts(); len(got) != 1 {
			t.Errorf("it was said %d times", len(got))
		}
	})
}
