// Package coretest is the world that the core is tried in: a store on disk, an
// outbox, a team chat and a network in memory, two brands and their people. It
// knows no behaviour; whoever tests one builds it into a World. Everything in it
// runs in a bubble of testing/synctest, so that hours pass in no time.
package coretest

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
	"ponte/storage/bolt"
)

// World is one try. Build is called at the start and after each Restart, when
// Store and Out are new ones; it makes the rooms under test and returns what
// has to run beside the outbox.
type World struct {
	*testing.T
	Store storage.Store
	Out   *outbox.Outbox
	Chat  *Platform
	Net   *Platform
	Log   *slog.Logger
	Build func(*World) []func(context.Context) error

	config atomic.Pointer[bot.Brands]
	path   string
	file   *bolt.Store
	stop   func()
}

// In runs f in a bubble, in a new world that is not running yet.
func In(t *testing.T, build func(*World) []func(context.Context) error, f func(*World)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &World{
			T: t, Build: build, Chat: NewPlatform("chat"), Net: NewPlatform("net"), path: filepath.Join(t.TempDir(), "store"),
			Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		}
		w.Serve(Aurora(), Boreal())
		w.open(true)
		defer func() {
			w.Halt()
			w.close()
		}()
		f(w)
		for _, wrong := range append(w.Chat.Wrong(), w.Net.Wrong()...) {
			t.Errorf("a platform was used wrongly: %s", wrong)
		}
	})
}

// Brands is the configuration as it is now.
func (w *World) Brands() *bot.Brands { return w.config.Load() }

// Traits is what the network of an account can do.
func (w *World) Traits(bot.AccountID) act.Traits { return w.Net.Traits(act.Place{}) }

// Configure changes the first brand, as a reloaded configuration does.
func (w *World) Configure(change func(*bot.Brand)) {
	all := slices.Clone(w.Brands().All())
	change(&all[0])
	w.Serve(all...)
}

// Serve replaces the whole configuration.
func (w *World) Serve(all ...bot.Brand) { w.config.Store(bot.NewBrands(all...)) }

func (w *World) open(twice bool) {
	w.Helper()
	s, err := bolt.Open(context.Background(), w.path, bolt.Options{RunTwice: twice}, records.All()...)
	if err != nil {
		w.Fatal(err)
	}
	w.Store, w.file = s, s
}

func (w *World) close() {
	if err := w.file.Close(); err != nil {
		w.Error(err)
	}
}

// Make makes the outbox and the rooms without running them.
func (w *World) Make() []func(context.Context) error {
	w.Out = outbox.New(w.Store, outbox.Options{
		Adapters: map[string]act.Adapter{"chat": w.Chat.Adapter(), "net": w.Net.Adapter()}, Log: w.Log, Timeout: 5 * time.Second,
	})
	return w.Build(w)
}

// Run starts everything.
func (w *World) Run() {
	services := append(w.Make(), w.Out.Run)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, len(services))
	for _, serve := range services {
		go func() { ended <- serve(ctx) }()
	}
	w.stop = func() {
		cancel()
		for range services {
			if err := <-ended; err != nil {
				w.Errorf("a room ended with %v", err)
			}
		}
	}
}

// Halt stops everything, once.
func (w *World) Halt() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

// Restart stops everything, opens the store anew and starts again.
func (w *World) Restart() {
	w.Helper()
	w.Halt()
	w.close()
	w.open(true)
	w.Run()
}

// Pass lets time go by.
func (w *World) Pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// Down lets time go by while nothing runs, which is quicker, and then waits
// until what is due is done.
func (w *World) Down(d time.Duration) {
	w.Helper()
	w.Halt()
	time.Sleep(d)
	w.Run()
	w.Idle()
}

// Idle waits until nothing is due or under way.
func (w *World) Idle() {
	w.Helper()
	synctest.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 24*time.Hour)
	defer cancel()
	if err := w.Out.Idle(ctx); err != nil {
		w.Fatalf("it does not become idle: %v", err)
	}
	synctest.Wait()
}

// Update runs a transaction.
func (w *World) Update(f func(*storage.Tx) error) {
	w.Helper()
	if err := w.Store.Update(context.Background(), f); err != nil {
		w.Fatal(err)
	}
}

// Try runs a transaction and returns its error.
func (w *World) Try(f func(*storage.Tx) error) error { return w.Store.Update(context.Background(), f) }

// Get looks something up.
func Get[R any](w *World, f func(*storage.Tx) (R, error)) R {
	w.Helper()
	out, err := storage.Look(context.Background(), w.Store, f)
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// Conversations returns those of a brand that were not merged into others, the oldest first.
func Conversations(w *World, brand bot.BrandID) []bot.Conversation {
	w.Helper()
	return Get(w, func(tx *storage.Tx) (out []bot.Conversation, _ error) {
		for c, err := range records.Conversations.Under(tx, storage.K(brand)) {
			if err != nil {
				return nil, err
			}
			if c.MergedInto == "" {
				out = append(out, c)
			}
		}
		return out, nil
	})
}

// Slot returns a slot; the zero one when there is none.
func Slot(w *World, id string) act.Slot {
	w.Helper()
	return Get(w, func(tx *storage.Tx) (act.Slot, error) {
		if ok, err := records.Slots.Has(tx, storage.K(id)); err != nil || !ok {
			return act.Slot{}, err
		}
		return records.Slots.Get(tx, storage.K(id))
	})
}

// Audit returns "who what" of every line about a subject, without the outbox's.
func Audit(w *World, subject string) []string {
	w.Helper()
	return Get(w, func(tx *storage.Tx) (out []string, _ error) {
		for r, err := range records.AuditOn.Under(tx, storage.K(subject)) {
			if err != nil {
				return nil, err
			}
			out = append(out, r.Who+" "+r.What)
		}
		return out, nil
	})
}

// Some is how many of n random worlds a test tries: all of them, or a third under
// the race detector, where each takes several times as long.
func Some(n int) int {
	if raced {
		return (n + 2) / 3
	}
	return n
}
