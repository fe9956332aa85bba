package series

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	atOnce   = 100 // series that one look at the clock takes
	mostHeld = 1000
)

// Tick makes the drafts of the times that come next, passes over what could not go
// out, ends what is over, each series in a transaction of its own, and returns when
// it must be called again; the zero time when nothing is planned. It is called
// before what is due goes out.
func (d *Desk) Tick(ctx context.Context) (time.Time, error) {
	tried := map[bot.ID]bool{}
	for {
		list, next, err := d.due(ctx, tried)
		if err != nil || len(list) == 0 {
			return next, err
		}
		for _, s := range list {
			tried[s.ID] = true
			err := d.store.Update(ctx, func(tx *storage.Tx) error { return d.wakes(tx, s) })
			if ctx.Err() != nil {
				return next, ctx.Err()
			}
			if err != nil {
				d.log.Error("a series is stuck; it is tried again", "series", s.ID, "err", err)
			}
		}
	}
}

// due returns series that were not tried yet, and when the next one is due.
func (d *Desk) due(ctx context.Context, tried map[bot.ID]bool) (list []bot.Series, next time.Time, err error) {
	err = d.store.View(ctx, func(tx *storage.Tx) error {
		list, next = nil, time.Time{}
		for s, err := range records.SeriesToWake.Under(tx, nil) {
			if err != nil {
				return err
			}
			if s.WakeAt.After(tx.Now()) {
				next = s.WakeAt
				return nil
			}
			if !tried[s.ID] {
				list = append(list, s)
			}
			if len(list) == atOnce {
				return nil
			}
		}
		return nil
	})
	return list, next, err
}

// wakes does what is due for one series. One of a brand that is configured no more
// rests until it is again.
func (d *Desk) wakes(tx *storage.Tx, was bot.Series) error {
	b, ok := d.brands().Brand(was.Brand)
	if !ok {
		return nil
	}
	s, err := open(tx, was.Brand, was.ID)
	if err != nil || s.State != bot.SeriesRuns || s.WakeAt.After(tx.Now()) {
		return err
	}
	stands, err := d.approvals.Stands(tx, b, s.ID, s.Content.Hash())
	switch {
	case err != nil:
		return err
	case !stands && s.Content.Repeat.Until.After(tx.Now()):
		return d.asksAnew(tx, b, &s)
	}
	return d.goesOn(tx, b, &s)
}

// asksAnew has people decide again on a series whose decision holds no more, since
// the brand needs more of them, or one of them is gone.
func (d *Desk) asksAnew(tx *storage.Tx, b *bot.Brand, s *bot.Series) error {
	if err := s.Move(bot.SeriesAsked); err != nil {
		return err
	}
	if err := cmp.Or(logged(tx, s, ponte, "series.asked"), d.asks(tx, b, s, nil)); err != nil {
		return err
	}
	return d.follows(tx, b, s)
}

// begins lets a series run that was agreed on. Times that passed before are only
// counted: nobody's word came in time for them.
func (d *Desk) begins(tx *storage.Tx, b *bot.Brand, s *bot.Series) error {
	if err := s.Move(bot.SeriesRuns); err != nil {
		return err
	}
	if err := logged(tx, s, ponte, "series.running"); err != nil {
		return err
	}
	if s.Last.After(tx.Now()) { // that one is written
		s.WakeAt = s.Last
		return d.keep(tx, s)
	}
	passed, next, err := passes(tx, s)
	if err != nil {
		return err
	}
	for _, t := range passed {
		misses(s, t)
	}
	return d.ahead(tx, b, s, next)
}

// goesOn brings a series that runs up to now. Of the times that came and were not
// said only the newest is left to go out, or to ask where it is too late; while
// the brand is paused only the first of them is kept. The others are counted.
func (d *Desk) goesOn(tx *storage.Tx, b *bot.Brand, s *bot.Series) error {
	came, err := waiting(tx, s)
	if err != nil {
		return err
	}
	passed, next, err := passes(tx, s)
	if err != nil {
		return err
	}
	came = append(came, passed...)
	slices.SortFunc(came, func(a, b slot) int { return a.at.Compare(b.at) })
	keep := len(came) - 1
	if len(came) > 0 {
		full, err := keeps(tx, s, came)
		if err != nil {
			return err
		}
		if full {
			keep = len(came)
		}
	}
	for i, t := range came {
		switch {
		case i < keep || keep == len(came):
			err = d.passesOver(tx, b, s, t)
		case t.draft == nil:
			_, err = d.posts.Occur(tx, b, draft(s, t))
		}
		if err != nil {
			return err
		}
	}
	return d.ahead(tx, b, s, next)
}

// passesOver counts a time that is not said.
func (d *Desk) passesOver(tx *storage.Tx, b *bot.Brand, s *bot.Series, t slot) error {
	misses(s, t)
	if t.draft == nil {
		return nil
	}
	return d.cancel(tx, b, ponte, *t.draft)
}

func misses(s *bot.Series, t slot) {
	if s.Missed == 0 {
		s.MissedFrom = t.at
	}
	s.Missed++
	s.MissedTo = t.at
}

// ahead makes the draft of the time that comes next, and tells what was missed; a
// series without a further time ends once the last one can go out no more.
func (d *Desk) ahead(tx *storage.Tx, b *bot.Brand, s *bot.Series, next *slot) error {
	if next != nil {
		s.Made, s.Last, s.WakeAt = s.Made+1, next.at, next.at
		if err := records.Series.Put(tx, *s); err != nil { // the draft is one of a series that runs
			return err
		}
		if _, err := d.posts.Occur(tx, b, draft(s, *next)); err != nil {
			return err
		}
	} else if s.WakeAt = s.Last.Add(b.Late() + time.Minute); !s.WakeAt.After(tx.Now()) {
		if err := s.Move(bot.SeriesOver); err != nil {
			return err
		}
		if err := logged(tx, s, ponte, "series.over"); err != nil {
			return err
		}
	}
	paused, err := records.BrandHolds.Has(tx, storage.K(b.ID))
	if err != nil {
		return err
	}
	if s.Missed > 0 && (!paused || s.Over()) {
		if err := d.tellMissed(tx, b, s); err != nil {
			return err
		}
		s.Missed, s.MissedFrom, s.MissedTo = 0, time.Time{}, time.Time{}
	}
	return d.keep(tx, s)
}

// passes walks on to the time that comes next, nil where there is none, past those
// that came meanwhile. Of these it returns the ones of which nobody made a draft.
func passes(tx *storage.Tx, s *bot.Series) (passed []slot, next *slot, err error) {
	walk, err := timesAfter(s.Content.Repeat, s.Last)
	if err != nil {
		return nil, nil, err
	}
	for s.Made < s.Content.Repeat.Times {
		t, ok := walk.next()
		if !ok {
			break
		}
		if t.at.After(tx.Now()) {
			return passed, &t, nil
		}
		had, err := drafted(tx, s, t)
		if err != nil {
			return nil, nil, err
		}
		if !had {
			passed = append(passed, t)
		}
		s.Made, s.Last = s.Made+1, t.at
	}
	return passed, nil, nil
}

// drafted reports whether a time is a draft already.
func drafted(tx *storage.Tx, s *bot.Series, t slot) (bool, error) {
	_, had, err := records.Found(records.DraftBySlot.First(tx, storage.K(s.ID, t.name)))
	return had, err
}

// waiting are the times that were made, from the last that was made ahead up to now,
// of which nothing became: also those that somebody looked at and left as they were.
func waiting(tx *storage.Tx, s *bot.Series) (out []slot, err error) {
	for t, err := range records.DraftBySlot.Under(tx, storage.K(s.ID), storage.Reverse()) {
		if err != nil {
			return nil, err
		}
		at := t.Content.When
		if t.Edited == "" && at.Before(s.Last) {
			break
		}
		if at.Before(s.Last) || at.After(tx.Now()) || t.Request != "" || !unchanged(s, &t) {
			continue
		}
		rests := []bot.PostState{bot.Scheduled, bot.InReview}
		if at.Equal(s.Last) {
			rests = append(rests, bot.Expired)
		}
		if all, err := allIn(tx, &t, rests...); err != nil {
			return nil, err
		} else if all {
			out = append(out, slot{at: at, name: t.Slot, draft: &t})
		}
	}
	return out, nil
}

// allIn reports whether every post of a draft is in one of the states.
func allIn(tx *storage.Tx, t *bot.Draft, states ...bot.PostState) (bool, error) {
	for p, err := range records.PostsOf.Under(tx, storage.K(t.ID)) {
		if err != nil || !slices.Contains(states, p.State) {
			return false, err
		}
	}
	return true, nil
}

// keeps reports whether the pause of the brand keeps a time of the series back
// already, other than those that came now.
func keeps(tx *storage.Tx, s *bot.Series, came []slot) (bool, error) {
	if paused, err := records.BrandHolds.Has(tx, storage.K(s.Brand)); err != nil || !paused {
		return false, err
	}
	for p, err := range records.PostsByState.Under(tx, storage.K(s.Brand, bot.Held), storage.Limit(mostHeld)) {
		if err != nil {
			return false, err
		}
		t, err := records.Drafts.Get(tx, storage.K(s.Brand, p.Draft))
		if err != nil {
			return false, err
		}
		if t.Series == s.ID && (came[0].draft == nil || came[0].draft.ID != t.ID) {
			return true, nil
		}
	}
	return false, nil
}
