// Package series says the same again and again: it keeps what is to be said and
// the rule of its times, asks once for a decision on all of it, and makes of each
// time a draft of its own, one ahead. What goes out, and when, is the business of
// those who keep drafts; whether a word stands, that of those who decide. It knows
// no platform.
package series

import (
	"cmp"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// Limits of a series.
const (
	MostTimes = 1000
	MostYears = 2
)

// ponte is who acts when nobody does.
const ponte = "ponte"

// Posts is what a series needs of those who keep drafts.
type Posts interface {
	// Vet brings a content into the form that it is kept in, and looks it over: By,
	// Content with the first time, and Series, in whose place it comes.
	Vet(tx *storage.Tx, b *bot.Brand, d bot.Draft) (bot.Content, []bot.Finding, error)
	// Occur keeps one time of a series as a draft, once, and has it stand where the
	// decision on the series leaves it.
	Occur(tx *storage.Tx, b *bot.Brand, d bot.Draft) (bot.Draft, error)
	// Follow has such a draft stand where that decision leaves it now.
	Follow(tx *storage.Tx, b *bot.Brand, d bot.Draft) error
	// Joins makes a draft a time of another series.
	Joins(tx *storage.Tx, b *bot.Brand, d bot.Draft, series bot.ID, slot string) error
	// Cancel takes back what is not out. The error is a Conflict where that is nothing.
	Cancel(tx *storage.Tx, b *bot.Brand, by bot.PersonID, d bot.Draft) error
}

// Approvals is what a series needs of those who decide.
type Approvals interface {
	Ask(tx *storage.Tx, r bot.Request) (bot.Request, error)
	Void(tx *storage.Tx, brand bot.BrandID, subject bot.ID, as bot.RequestState) error
	Stands(tx *storage.Tx, b *bot.Brand, subject bot.ID, hash string) (bool, error)
}

// Desk is where series are kept.
type Desk struct {
	store     storage.Store
	out       *outbox.Outbox
	brands    func() *bot.Brands
	posts     Posts
	approvals Approvals
	log       *slog.Logger
}

// New makes the desk.
func New(store storage.Store, out *outbox.Outbox, brands func() *bot.Brands, posts Posts, approvals Approvals, log *slog.Logger) *Desk {
	return &Desk{store: store, out: out, brands: brands, posts: posts, approvals: approvals, log: log}
}

// Order is what a person wants said again and again.
type Order struct {
	By       bot.PersonID
	Token    string      // the same token twice is the same series; empty: one of its own
	Content  bot.Content // with Repeat: its Rule, its Zone, and its end as Until or Times
	Campaign string      // cut at 60 characters
	Wrote    []bot.PersonID

	instead bot.ID // the series in whose place it comes
}

// Write takes an order in and asks for a decision on it; with a quorum of nobody
// it begins at once. Its Repeat is kept with the first and the last time and their
// number filled in, so that whoever decides sees all of it. Where a check stops it
// nothing is kept, and the series is the zero value. The errors are Invalid with
// the field: "text", "to", "every", "until", "times" or "pictures".
func (d *Desk) Write(tx *storage.Tx, b *bot.Brand, o Order) (bot.Series, []bot.Finding, error) {
	return d.write(tx, b, o, func(*bot.Series) error { return nil })
}

// write has something done to a series that was kept, before anybody is asked.
func (d *Desk) write(tx *storage.Tx, b *bot.Brand, o Order, first func(*bot.Series) error) (bot.Series, []bot.Finding, error) {
	o.Token = cmp.Or(o.Token, string(bot.NewID(tx.Now())))
	if old, had, err := records.Found(records.SeriesByToken.First(tx, storage.K(b.ID, o.Token))); err != nil || had {
		return old, nil, err
	}
	repeat, err := Whole(o.Content.Repeat, tx.Now())
	if err != nil {
		return bot.Series{}, nil, err
	}
	o.Content.When = repeat.From
	content, found, err := d.posts.Vet(tx, b, bot.Draft{By: o.By, Content: o.Content, Series: o.instead})
	if err != nil || slices.ContainsFunc(found, func(f bot.Finding) bool { return f.Stops }) {
		return bot.Series{}, found, err
	}
	content.Repeat, content.When = &repeat, time.Time{}
	last, _, err := records.Found(records.SeriesByNumber.First(tx, storage.K(b.ID), storage.Reverse()))
	if err != nil {
		return bot.Series{}, nil, err
	}
	s := bot.Series{
		ID: bot.NewID(tx.Now()), Number: last.Number + 1, Brand: b.ID, By: o.By, Token: o.Token, At: tx.Now(), Content: content,
		Campaign: bot.Short(o.Campaign, 60), Wrote: o.Wrote, State: bot.SeriesAsked, Revision: 1,
	}
	if err := records.Series.Insert(tx, s); err != nil {
		return s, nil, err
	}
	if err := cmp.Or(first(&s), logged(tx, &s, string(o.By), "series.written")); err != nil {
		return s, nil, err
	}
	return s, found, d.asks(tx, b, &s, found)
}

// asks has people decide on a series as it is; where nobody's word is needed it begins.
func (d *Desk) asks(tx *storage.Tx, b *bot.Brand, s *bot.Series, found []bot.Finding) error {
	content := s.Content
	r, err := d.approvals.Ask(tx, bot.Request{
		Brand: b.ID, Matter: bot.SeriesMatter, Subject: s.ID, Number: s.Number, Hash: content.Hash(), By: s.By, Wrote: s.Wrote, Content: &content, Warnings: found,
	})
	if err != nil {
		return err
	}
	if s.Request = r.ID; r.State == bot.Agreed {
		return d.begins(tx, b, s)
	}
	return d.keep(tx, s)
}

// Whole is a Repeat with its first and last time and their number filled in. The
// errors are Invalid with the field "every", "until" or "times".
func Whole(r *bot.Repeat, now time.Time) (bot.Repeat, error) {
	switch {
	case r == nil:
		return bot.Repeat{}, wrong("every", "error.series_rule")
	case r.Until.IsZero() && r.Times <= 0:
		return *r, wrong("until", "error.series_end")
	case r.Times > MostTimes:
		return *r, wrong("times", "error.series_many", "Max", strconv.Itoa(MostTimes))
	}
	out := bot.Repeat{Rule: r.Rule, Zone: r.Zone, Until: r.Until}
	out.From = r.From
	if !r.From.After(now) {
		out.From = now.Add(time.Second)
	}
	walk, err := timesAfter(&out, time.Time{})
	if err != nil {
		return out, err
	}
	limit := now.AddDate(MostYears, 0, 1)
	for out.Times < MostTimes+1 && (r.Times == 0 || out.Times < r.Times) {
		s, ok := walk.next()
		if !ok {
			break
		}
		if s.at.After(limit) {
			return out, wrong("until", "error.series_far", "Years", strconv.Itoa(MostYears))
		}
		if out.Times++; out.Times == 1 {
			out.From = s.at
		}
		out.Until = s.at
	}
	switch {
	case out.Times == 0:
		return out, wrong("until", "error.series_none")
	case out.Times > MostTimes:
		return out, wrong("until", "error.series_many", "Max", strconv.Itoa(MostTimes))
	}
	return out, nil
}

// Stop ends a series by a person's word: nothing of it goes out any more, also not
// what was changed. What is out, or on its way beyond recall, stays as it is. The
// error is a Conflict where the series has ended.
func (d *Desk) Stop(tx *storage.Tx, b *bot.Brand, by bot.PersonID, id bot.ID) (bot.Series, error) {
	return d.stops(tx, b, by, id, func(*bot.Draft) bool { return true })
}

// stops ends a series, and takes back those of its drafts that are said.
func (d *Desk) stops(tx *storage.Tx, b *bot.Brand, by bot.PersonID, id bot.ID, which func(*bot.Draft) bool) (bot.Series, error) {
	s, err := open(tx, b.ID, id)
	if err != nil {
		return s, err
	}
	if s.Over() {
		return s, bot.Errorf(bot.Conflict, "error.series_over")
	}
	if err := s.Move(bot.SeriesOff); err != nil {
		return s, err
	}
	if err := d.keep(tx, &s); err != nil {
		return s, err
	}
	if err := d.approvals.Void(tx, b.ID, s.ID, bot.Void); err != nil {
		return s, err
	}
	if err := logged(tx, &s, string(by), "series.stopped"); err != nil {
		return s, err
	}
	return s, d.drop(tx, b, &s, by, which)
}

// Change stops a series and writes another in its place, in one step. Where a
// check stops the new one, the old one stays. Times to come that somebody changed,
// held or left out stay as they are, and the new series says nothing at them.
func (d *Desk) Change(tx *storage.Tx, b *bot.Brand, id bot.ID, o Order) (bot.Series, []bot.Finding, error) {
	old, err := open(tx, b.ID, id)
	if err != nil {
		return old, nil, err
	}
	for _, p := range append([]bot.PersonID{old.By}, old.Wrote...) {
		if p != o.By && !slices.Contains(o.Wrote, p) {
			o.Wrote = append(o.Wrote, p)
		}
	}
	own := map[bot.ID]bool{}
	o.instead = old.ID
	s, found, err := d.write(tx, b, o, func(s *bot.Series) error { return d.carries(tx, b, &old, s, own) })
	if err != nil || s.ID == "" || s.ID == old.ID {
		return s, found, err
	}
	_, err = d.stops(tx, b, o.By, old.ID, func(t *bot.Draft) bool { return !own[t.ID] })
	return s, found, err
}

// carries finds what somebody changed, held or left out of the times to come of a
// series, and makes it a time of the other where that has the same time.
func (d *Desk) carries(tx *storage.Tx, b *bot.Brand, old, s *bot.Series, own map[bot.ID]bool) error {
	drafts, err := ahead(tx, old)
	if err != nil {
		return err
	}
	for _, t := range drafts {
		was, err := timeOf(old, t.Slot)
		if err != nil {
			return err
		}
		if t.Request == "" && !was.at.After(tx.Now()) && !t.Content.When.After(tx.Now()) {
			continue
		}
		if plain, err := allIn(tx, &t, bot.Drafted, bot.InReview, bot.Approved, bot.Scheduled); err != nil {
			return err
		} else if plain && t.Request == "" && unchanged(old, &t) {
			continue
		}
		own[t.ID] = true
		walk, err := timesAfter(s.Content.Repeat, was.at.Add(-time.Second))
		if err != nil {
			return err
		}
		if is, ok := walk.next(); !ok || !is.at.Equal(was.at) {
			continue
		} else if err := d.posts.Joins(tx, b, t, s.ID, is.name); err != nil {
			return err
		}
	}
	return nil
}

// drop takes back the drafts of a series that are yet to go out.
func (d *Desk) drop(tx *storage.Tx, b *bot.Brand, s *bot.Series, by bot.PersonID, which func(*bot.Draft) bool) error {
	ahead, err := ahead(tx, s)
	if err != nil {
		return err
	}
	for _, t := range ahead {
		if which(&t) {
			if err := d.cancel(tx, b, by, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) cancel(tx *storage.Tx, b *bot.Brand, by bot.PersonID, t bot.Draft) error {
	err := d.posts.Cancel(tx, b, by, t)
	if bot.KindOf(err) == bot.Conflict { // nothing of it waits
		return nil
	}
	return err
}

// keep writes a series after a change.
func (d *Desk) keep(tx *storage.Tx, s *bot.Series) error {
	s.Revision++
	if s.State != bot.SeriesRuns {
		s.WakeAt = time.Time{}
	}
	return records.Series.Put(tx, *s)
}

func open(tx *storage.Tx, brand bot.BrandID, id bot.ID) (bot.Series, error) {
	s, ok, err := records.Found(records.Series.Get(tx, storage.K(brand, id)))
	if err == nil && !ok {
		err = bot.Errorf(bot.NotFound, "error.not_found")
	}
	return s, err
}

func logged(tx *storage.Tx, s *bot.Series, who, what string) error {
	return records.Log(tx, bot.Record{
		Brand: s.Brand, Who: who, What: what, Subject: act.OnSeries + "/" + string(s.ID),
		Details: map[string]string{"hash": s.Content.Hash(), "request": string(s.Request), "made": strconv.Itoa(s.Made)},
	})
}

func wrong(field, key string, pairs ...string) *bot.Error {
	e := bot.Errorf(bot.Invalid, key, pairs...)
	e.Field = field
	return e
}
