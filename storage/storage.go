// Package storage keeps the bot's records: collections of typed values with
// ordered keys and indexes, read and changed in transactions. Engines below it
// know ordered keys and nothing else; everything that makes a record out of
// them is written once, here. The package knows nothing of conversations,
// platforms or the network.
package storage

import (
	"context"
	"errors"
	"time"
)

// Errors that callers tell apart with errors.Is. They arrive wrapped with the
// collection and the key they are about.
var (
	ErrNotFound    = errors.New("storage: not found")
	ErrConflict    = errors.New("storage: conflict")
	ErrNewerFormat = errors.New("storage: written by a newer version of this program")
	ErrReadOnly    = errors.New("storage: a view cannot write")
	ErrFull        = errors.New("storage: no room left")
	ErrNotBuilt    = errors.New("storage: index is not built yet")
	ErrClosed      = errors.New("storage: closed")
)

// A Store runs closures in transactions. A closure may run more than once, so
// it touches nothing but its Tx and its result, which it sets anew each time.
//
// View gives a read-only snapshot. Update is serializable, and its answer means
// that the change is on disk; whoever decides something uses Update. A closure
// never calls the same store's Update or View: it would wait for itself.
type Store interface {
	View(ctx context.Context, fn func(*Tx) error) error
	Update(ctx context.Context, fn func(*Tx) error) error
}

// Do is Update with a result. The result is the zero value when there is an
// error.
func Do[R any](ctx context.Context, s Store, fn func(*Tx) (R, error)) (R, error) {
	return with(fn, func(run func(*Tx) error) error { return s.Update(ctx, run) })
}

// Look is View with a result. The result is the zero value when there is an
// error.
func Look[R any](ctx context.Context, s Store, fn func(*Tx) (R, error)) (R, error) {
	return with(fn, func(run func(*Tx) error) error { return s.View(ctx, run) })
}

func with[R any](fn func(*Tx) (R, error), in func(func(*Tx) error) error) (R, error) {
	var out, zero R
	if err := in(func(tx *Tx) (err error) { out, err = fn(tx); return err }); err != nil {
		return zero, err
	}
	return out, nil
}

// A Tx is one run of a closure. It is used by one goroutine and ends with the
// closure.
type Tx struct {
	keys     Keys
	now      time.Time
	cat      *Catalogue
	writable bool
	hooks    []func()
	read     map[string][][]Key // the index keys of the records it has read or written, by collection and key
}

// Now is the store's clock in UTC, the same for the whole transaction.
func (tx *Tx) Now() time.Time { return tx.now }

// OnCommit has fn run, in the order given and in the caller's goroutine, once
// the transaction is on disk. It is a hint, such as a wake-up, and never the
// work: a crash right after the commit skips it. Hooks of a run that failed or
// was run again are dropped, and those of a View never run.
func (tx *Tx) OnCommit(fn func()) { tx.hooks = append(tx.hooks, fn) }

type urgent struct{}

// Urgent marks the updates made with the returned context as somebody's action:
// they go before the others in the queue, and a full store takes them as long
// as its reserve lasts.
func Urgent(ctx context.Context) context.Context { return context.WithValue(ctx, urgent{}, true) }

// IsUrgent tells an engine whether ctx was marked by Urgent.
func IsUrgent(ctx context.Context) bool { return ctx.Value(urgent{}) != nil }
