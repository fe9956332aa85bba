// Package clock runs what a behaviour does when its time has come: it sleeps until
// the next thing is due, and wakes when something is planned that is due sooner.
// It knows no behaviour.
package clock

import (
	"context"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"ponte/storage"
)

const (
	longestSleep  = time.Minute // the machine's clock may jump
	shortestSleep = 10 * time.Millisecond
	stumbled      = time.Second // until it is tried again after an error
)

// Tick does what is due and returns when it must be called again; the zero time
// when nothing is planned.
type Tick func(ctx context.Context) (time.Time, error)

// Clock calls one behaviour's Tick.
type Clock struct {
	what string
	log  *slog.Logger
	wake chan struct{}
	next atomic.Int64 // when it looks again, in nanoseconds of Unix time
}

// New makes a clock; what names it in the log.
func New(what string, log *slog.Logger) *Clock {
	return &Clock{what: what, log: log, wake: make(chan struct{}, 1)}
}

// Run calls tick when something is due, until ctx ends. After an error it tries
// again in a second.
func (c *Clock) Run(ctx context.Context, tick Tick) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		c.next.Store(math.MaxInt64) // what commits from here on may be missed below
		next, err := tick(ctx)
		if ctx.Err() != nil {
			return nil
		}
		wait := longestSleep
		if err != nil {
			c.log.Error("a clock stumbled; it tries again", "clock", c.what, "err", err)
			wait = stumbled
		} else if !next.IsZero() {
			c.next.Store(next.UnixNano())
			wait = min(max(time.Until(next), shortestSleep), longestSleep)
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-c.wake:
		}
	}
}

// Wake has the clock look at once.
func (c *Clock) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Expects wakes the clock, once the transaction is on disk, when something is due
// sooner than it thinks. The zero time expects nothing.
func (c *Clock) Expects(tx *storage.Tx, at time.Time) {
	if at.IsZero() {
		return
	}
	tx.OnCommit(func() {
		if at.UnixNano() < c.next.Load() {
			c.Wake()
		}
	})
}

// Sooner is the first of two moments, of which the zero one never comes.
func Sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
