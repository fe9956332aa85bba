package timeline

import (
	"context"
	"errors"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	atOnce   = 20 // messages that one look at the clock reads
	readFor  = 20 * time.Second
	maxTries = 12 // at one message: about a day
	maxWait  = 3 * time.Hour
)

// Run reads the messages that were marked, until ctx ends.
func (d *Desk) Run(ctx context.Context) error { return d.clock.Run(ctx, d.Tick) }

// Tick reads what is due and returns when it must be called again; the zero time when
// nothing is planned.
func (d *Desk) Tick(ctx context.Context) (time.Time, error) {
	for {
		list, next, err := d.due(ctx)
		if err != nil || len(list) == 0 {
			return next, err
		}
		for _, m := range list {
			if err := d.read(ctx, m); err != nil {
				return next, err
			}
		}
	}
}

func (d *Desk) due(ctx context.Context) (list []records.Moment, next time.Time, err error) {
	err = d.store.View(ctx, func(tx *storage.Tx) error {
		list, next = nil, time.Time{}
		for m, err := range records.MomentsToRead.Under(tx, nil, storage.Limit(atOnce)) {
			if err != nil {
				return err
			}
			if m.ReadAt.After(tx.Now()) {
				next = m.ReadAt
				return nil
			}
			list = append(list, m)
		}
		return nil
	})
	return list, next, err
}

// read asks what a marked message says, and keeps it.
func (d *Desk) read(ctx context.Context, m records.Moment) error {
	said, err := d.ask(ctx, m)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && bot.KindOf(err) != bot.NotFound {
		d.log.Warn("a marked message was not read", "moment", m.ID, "at", m.Place.String(), "err", err)
	}
	return d.store.Update(ctx, func(tx *storage.Tx) error {
		still, ok, missing := records.Found(records.Moments.Get(tx, storage.K(m.Brand, m.ID)))
		if missing != nil || !ok || still.ReadAt.IsZero() {
			return missing
		}
		still.Tries++
		switch {
		case bot.KindOf(err) == bot.NotFound, err != nil && still.Tries >= maxTries:
			return forget(tx, &still)
		case err != nil:
			still.ReadAt = tx.Now().Add(later(err, still.Tries))
			return records.Moments.Put(tx, still)
		}
		return d.keep(tx, still, said)
	})
}

func (d *Desk) ask(ctx context.Context, m records.Moment) (act.Message, error) {
	r, ok := d.reader(m.Place.Platform)
	if !ok {
		return act.Message{}, bot.Errorf(bot.NotFound, "error.gone")
	}
	ctx, cancel := context.WithTimeout(ctx, readFor)
	defer cancel()
	return r.Read(ctx, m.Place, m.Ref)
}

// keep puts what a message says on the timeline of its thread, unless it is in none,
// or in one that nobody who marked it may see.
func (d *Desk) keep(tx *storage.Tx, m records.Moment, said act.Message) error {
	b, ok := d.brands().Brand(m.Brand)
	if !ok {
		return forget(tx, &m)
	}
	if m.Subject.ID == "" {
		subject, _, err := d.shows(tx, b, Message{At: m.Place, Ref: m.Ref, Thread: said.Thread})
		if err != nil {
			return err
		}
		m.Subject = subject
	}
	if err := d.holders(tx, b, &m); err != nil {
		return err
	}
	if len(m.By) == 0 {
		return forget(tx, &m)
	}
	m.Text, m.Who, m.ReadAt, m.Tries = clip(said.Text), said.Who.Name, time.Time{}, 0
	if who, ok := b.PersonFor(said.Who); ok {
		m.Who = who.Name
	}
	if !said.At.IsZero() {
		m.At = said.At
	}
	return records.Moments.Put(tx, m)
}

// holders leaves those of who marked a message who may.
func (d *Desk) holders(tx *storage.Tx, b *bot.Brand, m *records.Moment) error {
	all := m.By
	m.By = nil
	for _, id := range all {
		p, _ := b.Person(id)
		err := d.may(tx, b, p, m.Subject)
		if _, asked := bot.Asked(err); err != nil && !asked && m.Subject.ID != "" {
			return err
		}
		if err == nil {
			m.By = append(m.By, id)
		}
	}
	m.Pinned = slices.DeleteFunc(m.Pinned, func(id bot.PersonID) bool { return !slices.Contains(m.By, id) })
	return nil
}

// forget lets a mark go of which nothing can be kept.
func forget(tx *storage.Tx, m *records.Moment) error {
	if err := logged(tx, "", "moment.let_go", m); err != nil {
		return err
	}
	return records.Moments.Delete(tx, storage.K(m.Brand, m.ID))
}

// later is how long is waited before a message is asked for again.
func later(err error, tries int) time.Duration {
	wait := min(5*time.Second<<min(tries, 12), maxWait)
	if e, ok := errors.AsType[*bot.Error](err); ok {
		wait = max(wait, e.RetryAfter)
	}
	return wait
}
