package post

import (
	"context"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

const atOnce = 100 // drafts that one look at the clock takes

// due names a draft of which something is due.
type due struct {
	brand bot.BrandID
	draft bot.ID
}

// Tick does what is due by the clock, each draft in a transaction of its own, and
// returns when it must be called again; the zero time when nothing is planned.
// What cannot be done is left for the next Tick and holds up nothing else.
func (d *Desk) Tick(ctx context.Context) (time.Time, error) {
	var again time.Time
	if d.series != nil {
		var err error
		if again, err = d.series.Tick(ctx); err != nil {
			return again, err
		}
	}
	paused, err := d.reminds(ctx)
	if err != nil {
		return again, err
	}
	again = sooner(again, paused)
	tried := map[bot.ID]bool{}
	for {
		list, next, err := d.due(ctx, tried)
		if err != nil || len(list) == 0 {
			return sooner(next, again), err
		}
		for _, w := range list {
			tried[w.draft] = true
			err := d.store.Update(ctx, func(tx *storage.Tx) error { return d.comes(tx, w) })
			if ctx.Err() != nil {
				return next, ctx.Err()
			}
			if err != nil {
				d.log.Error("a draft whose time has come is stuck; it is tried again", "draft", w.draft, "err", err)
			}
		}
	}
}

// sooner is the first of two moments, of which the zero one never comes.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// due returns drafts that were not tried yet, and when the next one is due.
func (d *Desk) due(ctx context.Context, tried map[bot.ID]bool) (list []due, next time.Time, err error) {
	err = d.store.View(ctx, func(tx *storage.Tx) error {
		list, next = nil, time.Time{}
		listed := map[bot.ID]bool{}
		for _, state := range []bot.PostState{bot.Scheduled, bot.InReview} {
			for p, err := range records.PostsDue.Under(tx, storage.K(state)) {
				if err != nil {
					return err
				}
				if p.Due.After(tx.Now()) {
					if next.IsZero() || p.Due.Before(next) {
						next = p.Due
					}
					break
				}
				if !tried[p.Draft] && !listed[p.Draft] {
					list, listed[p.Draft] = append(list, due{p.Brand, p.Draft}), true
				}
				if len(list) >= atOnce {
					return nil
				}
			}
		}
		return nil
	})
	return list, next, err
}

// comes does what is due for one draft: what is scheduled goes out, or is kept from
// it, and what nobody decided about in time is expired.
func (d *Desk) comes(tx *storage.Tx, w due) error {
	s, err := d.of(tx, w.brand, w.draft)
	if err != nil {
		return err
	}
	moved := 0
	for _, p := range s.in(bot.Scheduled) {
		if p.Due.IsZero() || p.Due.After(tx.Now()) {
			continue
		}
		if err := s.fire(p); err != nil {
			return err
		}
		moved++
	}
	lapsed := 0
	for _, p := range s.in(bot.InReview) {
		if p.Due.IsZero() || p.Due.After(tx.Now()) {
			continue
		}
		if err := s.move(p, ponte, bot.Expired); err != nil { // of which the lapse tells
			return err
		}
		lapsed++
	}
	if lapsed > 0 {
		if err := d.approvals.Void(tx, w.brand, w.draft, bot.Lapsed); err != nil {
			return err
		}
	}
	if moved+lapsed == 0 {
		return nil
	}
	return s.keep()
}

// fire sends a post whose time has come, or puts it where what speaks against it leaves it.
func (s *sheet) fire(p *bot.Post) error {
	err := s.send(p)
	fault, ok := bot.Asked(err)
	if err == nil || !ok {
		return err
	}
	p.Fault = fault
	return s.failed(p)
}

// Run does what the clock asks for, until ctx ends.
func (d *Desk) Run(ctx context.Context) error { return d.clock.Run(ctx, d.Tick) }

// Wake has the clock look at once.
func (d *Desk) Wake() { d.clock.Wake() }
