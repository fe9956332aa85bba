package approval

import (
	"context"
	"time"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// Tick reminds the approvers of what lapses soon, lets lapse what nobody decided
// in time, and returns when it must be called again; the zero time when nothing is
// planned.
func (d *Desk) Tick(ctx context.Context) (time.Time, error) {
	for {
		due, next, err := d.due(ctx)
		if err != nil || len(due) == 0 {
			return next, err
		}
		for _, r := range due {
			if err := d.wakes(ctx, r); err != nil {
				return next, err
			}
		}
	}
}

// when is when the clock must look at a request.
func when(r *bot.Request) time.Time {
	if r.RemindAt.IsZero() {
		return r.Until
	}
	return r.RemindAt
}

// due returns requests for which something is due, or when the next one is.
func (d *Desk) due(ctx context.Context) (due []bot.Request, next time.Time, err error) {
	err = d.store.View(ctx, func(tx *storage.Tx) error {
		due, next = nil, time.Time{}
		for r, err := range records.RequestsDue.Under(tx, nil, storage.Limit(100)) {
			if err != nil {
				return err
			}
			if when(&r).After(tx.Now()) {
				next = when(&r)
				return nil
			}
			due = append(due, r)
		}
		return nil
	})
	return due, next, err
}

// putOff is when the clock looks again at a request with which it could do nothing.
const putOff = 10 * time.Minute

// wakes does what is due for one request. One with which nothing can be done,
// since its brand is configured no more say, is put off and holds up no other.
func (d *Desk) wakes(ctx context.Context, r bot.Request) error {
	still := func(tx *storage.Tx, f func(bot.Request) error) error {
		r, err := records.Requests.Get(tx, storage.K(r.Brand, r.ID))
		if err != nil || r.State != bot.Awaiting || when(&r).After(tx.Now()) {
			return err
		}
		return f(r)
	}
	err := d.store.Update(ctx, func(tx *storage.Tx) error {
		return still(tx, func(r bot.Request) error { return d.passes(tx, r) })
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	d.log.Error("a request could not be looked at; it is put off", "request", r.ID, "err", err)
	return d.store.Update(ctx, func(tx *storage.Tx) error {
		return still(tx, func(r bot.Request) error {
			r.RemindAt = tx.Now().Add(putOff)
			return records.Requests.Put(tx, r)
		})
	})
}

// passes reminds of a request that waits, or lets it lapse.
func (d *Desk) passes(tx *storage.Tx, r bot.Request) error {
	b, ok := d.brands().Brand(r.Brand)
	if !ok {
		return bot.Errorf(bot.NotFound, "error.brand")
	}
	r.RemindAt = time.Time{}
	if tx.Now().Before(r.Until) {
		return d.reminds(tx, b, r)
	}
	if err := d.moves(tx, &r, bot.Lapsed); err != nil {
		return err
	}
	if err := logged(tx, "", "request.lapsed", &r, nil); err != nil {
		return err
	}
	return d.lapses(tx, &r)
}

// lapses tells who wrote it that nobody decided in time.
func (d *Desk) lapses(tx *storage.Tx, r *bot.Request) error {
	b, ok := d.brands().Brand(r.Brand)
	if !ok {
		return nil
	}
	return d.tell(tx, b, r, card.W("approval.lapses"), tells{to: r.Writers()})
}

// reminds pings, once, the approvers who have not said yes; and tells the author,
// who may not decide, that it is about to lapse.
func (d *Desk) reminds(tx *storage.Tx, b *bot.Brand, r bot.Request) error {
	if err := records.Requests.Put(tx, r); err != nil {
		return err
	}
	if err := logged(tx, "", "request.reminded", &r, nil); err != nil {
		return err
	}
	var to []bot.PersonID
	for _, p := range b.People {
		if last, said := r.Word(b, p.ID); may(tx, b, p.ID, &r) == nil && (!said || last.Off) {
			to = append(to, p.ID)
		}
	}
	until := card.At("Until", r.Until)
	if err := d.tell(tx, b, &r, card.W("approval.reminds", until), tells{to: to, until: r.Until}); err != nil {
		return err
	}
	if author, ok := b.Person(r.By); !ok || b.Approvals.MayDecide(author, r.By) {
		return nil
	}
	return d.tell(tx, b, &r, card.W("approval.reminds_author", until), tells{to: []bot.PersonID{r.By}, until: r.Until})
}

// Run does what the clock asks for, until ctx ends.
func (d *Desk) Run(ctx context.Context) error { return d.clock.Run(ctx, d.Tick) }
