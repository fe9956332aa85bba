package untold

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
	"ponte/storage/bolt"
)

// A rig is a queue with a clock and a log of its own.
type rig struct {
	*Queue
	t   *testing.T
	at  time.Time
	log strings.Builder
}

func newRig(t *testing.T) *rig {
	t.Helper()
	store, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "store"), bolt.Options{RunTwice: true}, Collections()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	r := &rig{t: t, at: time.Date(2026, 11, 27, 17, 30, 0, 0, time.UTC)}
	r.Queue = New(store, func() time.Time { return r.at }, slog.New(slog.NewTextHandler(&r.log, nil)))
	return r
}

func (r *rig) keep(brand bot.BrandID, user, emoji string) (out Reaction, err error) {
	e := act.Reacted{Scene: act.Scene{ID: user + emoji, Who: bot.Actor{User: user}}, Ref: "m1", Emoji: emoji}
	return storage.Do(r.t.Context(), r.store, func(tx *storage.Tx) (Reaction, error) { return r.Keep(tx, brand, e) })
}

func (r *rig) left() int {
	r.t.Helper()
	list, err := r.Waiting(r.t.Context(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return len(list)
}

// One person's reaction that fails holds up what they did after it, and nobody else.
func TestRound(t *testing.T) {
	r := newRig(t)
	for _, of := range []string{"ana ✅", "bo 👍", "ana ❌", "bo 👀"} {
		user, emoji, _ := strings.Cut(of, " ")
		if _, err := r.keep("aurora", user, emoji); err != nil {
			t.Fatal(err)
		}
	}
	var told []string
	broken := errors.New("no disk")
	h := func(_ context.Context, e act.Event) (act.Answer, error) {
		told = append(told, e.(act.Reacted).ID)
		if e.(act.Reacted).Who.User == "ana" {
			return act.Answer{}, broken
		}
		return act.Answer{}, nil
	}
	if r.round(t.Context(), h) || strings.Join(told, " ") != "ana✅ bo👍 bo👀" || r.left() != 2 {
		t.Errorf("told %v, and %d are left", told, r.left())
	}
	broken, told = nil, nil
	if !r.round(t.Context(), h) || strings.Join(told, " ") != "ana✅ ana❌" || r.left() != 0 {
		t.Errorf("then told %v, and %d are left", told, r.left())
	}
}

func TestGivenUp(t *testing.T) {
	r := newRig(t)
	if _, err := r.keep("aurora", "ana", "✅"); err != nil {
		t.Fatal(err)
	}
	fails := func(context.Context, act.Event) (act.Answer, error) {
		return act.Answer{}, bot.Errorf(bot.Unavailable, "error.busy")
	}
	r.at = r.at.Add(tellWithin)
	if r.round(t.Context(), fails) || r.left() != 1 {
		t.Errorf("after a day %d are left", r.left())
	}
	r.at = r.at.Add(time.Second)
	if !r.round(t.Context(), fails) || r.left() != 0 || !strings.Contains(r.log.String(), "never taken in") {
		t.Errorf("after more than a day %d are left; the log says %s", r.left(), r.log.String())
	}
}

func TestBounded(t *testing.T) {
	r := newRig(t)
	err := r.store.Update(t.Context(), func(tx *storage.Tx) error {
		for range most {
			if err := reactions.Insert(tx, Reaction{Brand: "aurora", Order: bot.NewID(r.at), At: r.at}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.keep("aurora", "ana", "✅"); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("one too many: %v", err)
	}
	if _, err := r.keep("bosco", "ana", "✅"); err != nil {
		t.Errorf("another brand's: %v", err)
	}
}
