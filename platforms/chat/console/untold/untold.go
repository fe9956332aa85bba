// Package untold keeps the reactions that the console shows and nobody has taken
// in yet, and tells them, each person's in order, until somebody does: none is
// lost when a process ends or its store fails in between. It knows nothing of
// pages, or of what a reaction means.
package untold

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
)

const (
	most       = 1000 // reactions of a brand that wait
	tellWithin = 24 * time.Hour
	patience   = 15 * time.Second // how long one telling may take
	firstRetry = 200 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Reaction is one that is shown and may not have been taken in.
type Reaction struct {
	Brand bot.BrandID `json:"brand"`
	Order bot.ID      `json:"order"`
	At    time.Time   `json:"at"`
	Event act.Reacted `json:"event"`
}

var reactions = storage.Define("console_untold", func(r *Reaction) storage.Key { return storage.K(r.Brand, r.Order) })

// Collections lists what the store must be opened with.
func Collections() []storage.Definition { return []storage.Definition{reactions} }

// Queue is the reactions of one store. It is made by New.
type Queue struct {
	store storage.Store
	now   func() time.Time
	log   *slog.Logger
	late  chan struct{} // one was not taken in
}

// New makes the queue over a store that was opened with Collections.
func New(store storage.Store, now func() time.Time, log *slog.Logger) *Queue {
	return &Queue{store: store, now: now, log: log, late: make(chan struct{}, 1)}
}

// Keep keeps a reaction until it is taken in, in the transaction that shows it. It
// is Unavailable when too many of the brand's wait.
func (q *Queue) Keep(tx *storage.Tx, brand bot.BrandID, e act.Reacted) (Reaction, error) {
	waiting, err := list(tx, storage.K(brand))
	if err == nil && len(waiting) >= most {
		err = bot.Errorf(bot.Unavailable, "console.busy")
	}
	if err != nil {
		return Reaction{}, err
	}
	now := q.now().UTC()
	r := Reaction{Brand: brand, Order: bot.NewID(now), At: now, Event: e}
	return r, reactions.Insert(tx, r)
}

// Tell hands a reaction over, after all that the person did on the message before
// it and nobody took in. What is not taken in for now, by an error that is not
// Final, Run tells later. The answer is empty where Run did so at the same time.
func (q *Queue) Tell(ctx context.Context, h act.Handler, r Reaction) (act.Answer, error) {
	waiting, err := q.Waiting(ctx, storage.K(r.Brand))
	for _, w := range waiting {
		if !w.same(r) {
			continue
		}
		var a act.Answer
		a, err = q.handOver(ctx, h, &w)
		if err != nil && !Final(err) || w.Order == r.Order {
			q.again(err)
			return a, err
		}
	}
	q.again(err)
	return act.Answer{}, err
}

// again wakes Run where something is left to tell.
func (q *Queue) again(err error) {
	if err == nil || Final(err) {
		return
	}
	q.log.Warn("console: a reaction was not taken in, again soon", "error", err)
	select {
	case q.late <- struct{}{}:
	default:
	}
}

// Final reports whether a reaction was refused for good.
func Final(err error) bool {
	_, asked := bot.Asked(err)
	return asked && bot.KindOf(err) != bot.Unavailable && bot.KindOf(err) != bot.RateLimited
}

// same reports whether both are one person's on one message, whose order counts.
func (r *Reaction) same(o Reaction) bool {
	return r.Brand == o.Brand && r.Event.Ref == o.Event.Ref && r.Event.Who.User == o.Event.Who.User
}

// handOver tells one reaction, and lets go of it once it was taken in or refused
// for good.
func (q *Queue) handOver(ctx context.Context, h act.Handler, r *Reaction) (act.Answer, error) {
	a, err := h(ctx, r.Event)
	if err != nil && !Final(err) {
		return a, err
	}
	q.letGo(context.WithoutCancel(ctx), r)
	return a, err
}

// letGo forgets a reaction. One that stays for a fault of the store is told again,
// which does nothing twice.
func (q *Queue) letGo(ctx context.Context, r *Reaction) {
	err := q.store.Update(ctx, func(tx *storage.Tx) error { return reactions.Delete(tx, storage.K(r.Brand, r.Order)) })
	if err != nil {
		q.log.Warn("console: a reaction that was taken in is kept", "error", err)
	}
}

// Waiting lists the reactions of a brand, or of all, oldest first.
func (q *Queue) Waiting(ctx context.Context, under storage.Key) ([]Reaction, error) {
	return storage.Look(ctx, q.store, func(tx *storage.Tx) ([]Reaction, error) { return list(tx, under) })
}

func list(tx *storage.Tx, under storage.Key) (out []Reaction, err error) {
	for r, err := range reactions.Under(tx, under) {
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// Run tells what an earlier process or a failing listener left, until ctx ends.
func (q *Queue) Run(ctx context.Context, h act.Handler) {
	for wait := firstRetry; ctx.Err() == nil; wait = min(2*wait, lastRetry) {
		if q.round(ctx, h) {
			select {
			case <-ctx.Done():
			case <-q.late:
			}
			wait = firstRetry
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// round tells all that waits, and reports whether nothing is left. What is older
// than a day is given up.
func (q *Queue) round(ctx context.Context, h act.Handler) bool {
	waiting, err := q.Waiting(ctx, nil)
	if err != nil {
		q.log.Warn("console: reactions were not read, again soon", "error", err)
		return false
	}
	var left []Reaction
	for _, r := range waiting {
		if slices.ContainsFunc(left, r.same) {
			continue
		}
		if q.now().Sub(r.At) > tellWithin {
			q.log.Error("console: a reaction was never taken in", "brand", r.Brand, "message", r.Event.Ref, "user", r.Event.Who.User)
			q.letGo(ctx, &r)
			continue
		}
		short, cancel := context.WithTimeout(storage.Urgent(ctx), patience)
		if _, err := q.handOver(short, h, &r); err != nil && !Final(err) {
			q.log.Warn("console: a reaction was not taken in, again soon", "error", err)
			left = append(left, r)
		}
		cancel()
	}
	return len(left) == 0
}
