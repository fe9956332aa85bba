package square

import (
	"context"
	"errors"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
)

const (
	batch    = 100 // events handed over at once
	firstTry = 100 * time.Millisecond
	lastTry  = 30 * time.Second
	listener = "listener"
)

// Listen tells of what happens on the square, oldest first, beginning behind
// what was taken in before. What h refuses comes again, the same, until h takes
// it; what was written is woken for at once.
func (s *Square) Listen(ctx context.Context, h act.Handler) error {
	for ctx.Err() == nil {
		news, err := s.news(ctx)
		switch {
		case err == nil && len(news) > 0:
			err = s.hand(ctx, h, news)
		case err == nil:
			select {
			case <-ctx.Done():
			case <-s.wake:
			}
		}
		if err != nil && ctx.Err() == nil {
			s.opt.Log.Error("events of the square not read", "err", err)
			pause(ctx, lastTry)
		}
	}
	return nil
}

// hand gives a batch over until it is taken, and moves the cursor behind it.
func (s *Square) hand(ctx context.Context, h act.Handler, news []event) error {
	arrived := act.Arrived{Account: s.opt.Account}
	for i := range news {
		arrived.Items = append(arrived.Items, s.item(&news[i]))
	}
	for wait := firstTry; ; wait = min(2*wait, lastTry) {
		_, err := h(ctx, arrived)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.opt.Log.Warn("events of the square not taken in, again soon", "events", len(news), "err", err)
		e, _ := errors.AsType[*bot.Error](err)
		if e != nil {
			wait = max(wait, min(e.RetryAfter, lastTry))
		}
		if !pause(ctx, wait) {
			return ctx.Err()
		}
	}
	return s.advance(context.WithoutCancel(ctx), news)
}

// pause waits and reports whether ctx still stands.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// news returns the next events behind the cursor.
func (s *Square) news(ctx context.Context) ([]event, error) {
	return storage.Look(ctx, s.store, func(tx *storage.Tx) ([]event, error) {
		at, err := s.cursor(tx)
		if err != nil {
			return nil, err
		}
		var news []event
		for e, err := range events.Under(tx, nil, storage.After(storage.K(at)), storage.Limit(batch)) {
			if err != nil {
				return nil, err
			}
			news = append(news, e)
		}
		return news, nil
	})
}

// advance moves the cursor, never back, and lets go of what is behind it. The
// cursor outlives the log, so that a number never comes twice: a listener that
// was slow to end cannot let go of what another has not heard.
func (s *Square) advance(ctx context.Context, done []event) error {
	return s.store.Update(ctx, func(tx *storage.Tx) error {
		at, err := s.cursor(tx)
		if err != nil {
			return err
		}
		for _, e := range done {
			if err := events.Delete(tx, storage.K(e.Seq)); err != nil {
				return err
			}
		}
		return cursors.Put(tx, cursor{Of: listener, Seq: max(at, done[len(done)-1].Seq)})
	})
}

func (s *Square) cursor(tx *storage.Tx) (int64, error) {
	c, err := cursors.Get(tx, storage.K(listener))
	if errors.Is(err, storage.ErrNotFound) {
		return 0, nil
	}
	return c.Seq, err
}

// item is the event as the rest of the program takes it in.
func (s *Square) item(e *event) act.Incoming {
	c := &e.Comment
	return act.Incoming{
		Kind: c.kind(), Remote: c.ID, Author: bot.Author{ID: c.AuthorID, Name: c.Author}, Text: c.Text,
		URL: s.address(c), Post: c.Post, InReplyTo: c.InReplyTo, CreatedAt: c.At, Edited: e.Edited, Deleted: c.Deleted,
	}
}
