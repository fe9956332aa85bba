package post

import (
	"cmp"
	"context"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

// Series is what posting needs of those who keep what is said again and again.
type Series interface {
	// Covers reports whether a draft is an unchanged time of a series that runs and
	// has its quorum now: it needs no decision of its own.
	Covers(tx *storage.Tx, b *bot.Brand, d *bot.Draft) (bool, error)
	// Waits reports whether a draft is an unchanged time of a series that is asked about.
	Waits(tx *storage.Tx, d *bot.Draft) (bool, error)
	// Tick makes what comes next, before what is due goes out, and returns when it
	// must be called again.
	Tick(ctx context.Context) (time.Time, error)
}

// Repeats sets who keeps series. It is called before anything else.
func (d *Desk) Repeats(s Series) { d.series = s }

// Vet brings the content of a series into the form that it is kept in, and looks it
// over. The errors are those of Write.
func (d *Desk) Vet(tx *storage.Tx, b *bot.Brand, o bot.Draft) (bot.Content, []bot.Finding, error) {
	content, err := d.valid(tx, b, o.Content, nil)
	if err != nil {
		return content, nil, err
	}
	s := &sheet{desk: d, tx: tx, b: b, draft: bot.Draft{Brand: b.ID, By: o.By, Content: content, Series: o.Series}}
	found, err := s.findings()
	return content, found, err
}

// Occur keeps one time of a series as a draft, once: Brand, By, Wrote, Token,
// Content, Campaign, Series and Slot are the caller's. It stands where the decision
// on the series leaves it; one that is too late is expired, and asks.
func (d *Desk) Occur(tx *storage.Tx, b *bot.Brand, o bot.Draft) (bot.Draft, error) {
	old, had, err := records.Found(records.DraftBySlot.First(tx, storage.K(o.Series, o.Slot)))
	if err != nil || had {
		return old, err
	}
	s, err := d.keeps(tx, b, o)
	if err != nil {
		return o, err
	}
	to, err := s.standing()
	if err != nil {
		return o, err
	}
	for _, p := range s.in(bot.Drafted) {
		p.Due = s.draft.Content.When
		switch {
		case to == bot.Approved && !s.late(p):
			d.clock.Expects(tx, p.Due)
			err = s.move(p, ponte, bot.Approved, bot.Scheduled)
		case to == bot.InReview, tx.Now().Before(p.Due):
			d.clock.Expects(tx, p.Due)
			err = s.move(p, ponte, bot.InReview)
		default:
			s.news = append(s.news, p.ID)
			err = s.move(p, ponte, bot.InReview, bot.Expired)
		}
		if err != nil {
			return s.draft, err
		}
	}
	return s.draft, s.keep()
}

// Joins makes a draft a time of another series, in whose place its own comes.
func (d *Desk) Joins(tx *storage.Tx, b *bot.Brand, draft bot.Draft, series bot.ID, slot string) error {
	s, err := d.open(tx, b, draft.ID)
	if err != nil {
		return err
	}
	s.draft.Series, s.draft.Slot = series, slot
	return cmp.Or(s.logged(ponte, "draft.joined"), s.keep())
}

// Follow has a time of a series stand where the decision on the series leaves it
// now. One with a decision of its own stays as it is.
func (d *Desk) Follow(tx *storage.Tx, b *bot.Brand, draft bot.Draft) error {
	s, err := d.open(tx, b, draft.ID)
	if err != nil || s.draft.Request != "" || !s.any(bot.InReview, bot.Approved, bot.Scheduled) {
		return err
	}
	to, err := s.standing()
	if err != nil {
		return err
	}
	if to == bot.Approved {
		return cmp.Or(s.agreed(ponte, bot.InReview), s.keep())
	}
	for _, p := range s.in(bot.Approved, bot.Scheduled) {
		p.Due = s.draft.Content.When
		d.clock.Expects(tx, p.Due)
		if err := s.move(p, ponte, bot.InReview); err != nil {
			return err
		}
	}
	return s.keep()
}

// covered reports whether the decision on a series is the one on this draft.
func (s *sheet) covered() (bool, error) {
	if s.draft.Series == "" || s.desk.series == nil {
		return false, nil
	}
	return s.desk.series.Covers(s.tx, s.b, &s.draft)
}

// unasked is where a draft stands about which nobody was asked: one of a series
// that is asked about waits with it.
func (s *sheet) unasked() (bot.PostState, error) {
	if s.draft.Series == "" || s.desk.series == nil {
		return bot.Drafted, nil
	}
	waits, err := s.desk.series.Waits(s.tx, &s.draft)
	switch {
	case err != nil || !waits:
		return bot.Drafted, err
	case s.tx.Now().Before(s.draft.Content.When):
		return bot.InReview, nil
	}
	return bot.Expired, nil
}

// asked is the request in whose thread a draft is shown: its own, or its series's.
func (s *sheet) asked() (request bot.ID, own bool, err error) {
	if s.draft.Request != "" || s.draft.Series == "" {
		return s.draft.Request, true, nil
	}
	series, _, err := records.Found(records.Series.Get(s.tx, storage.K(s.b.ID, s.draft.Series)))
	return series.Request, false, err
}
