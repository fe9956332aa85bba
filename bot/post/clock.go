package post

import (
	"context"
	"time"

	"ponte/bot"
	"ponte/bot/clock"
	"ponte/bot/records"
	"ponte/storage"
)

const atOnce = 100 // drafts that one look at the clock takes

// Tick does what is due by the clock, each draft in a transaction of its own, and
// returns when it must be called again; the zero time when nothing is planned.
// What cannot be done is left for the next Tick and holds up nothing else.
func (d *Desk) Tick(ctx context.Context) (time.Time, error) {
	again, err := d.Reminds(ctx)
	if err == nil && d.series != nil {
		var next time.Time
		next, err = d.series.Tick(ctx)
		again = clock.Sooner(again, next)
	}
	if err != nil {
		return again, err
	}
	tried := map[bot.ID]bool{}
	for {
		var list []bot.Post
		var next time.Time
		err := d.store.View(ctx, func(tx *storage.Tx) (err error) {
			list, next, err = records.DraftsDue(tx, tried, atOnce)
			return err
		})
		if err != nil || len(list) == 0 {
			return clock.Sooner(next, again), err
		}
		for _, w := range list {
			tried[w.Draft] = true
			err := d.store.Update(ctx, func(tx *storage.Tx) error { return d.comes(tx, w) })
			if ctx.Err() != nil {
				return next, ctx.Err()
			}
			if err != nil {
				d.log.Error("a draft whose time has come is stuck; it is tried again", "draft", w.Draft, "err", err)
			}
		}
	}
}

// comes does what is due for one draft: what is scheduled goes out, or is kept from
// it, and what nobody decided about in time is expired.
func (d *Desk) comes(tx *storage.Tx, w bot.Post) error {
	s, err := d.of(tx, w.Brand, w.Draft)
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
		if s.draft.Request == "" { // else the lapse tells of it
			s.news = append(s.news, p.ID)
		}
		if err := s.move(p, ponte, bot.Expired); err != nil {
			return err
		}
		lapsed++
	}
	if lapsed > 0 {
		if err := d.approvals.Void(tx, w.Brand, w.Draft, bot.Lapsed); err != nil {
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
