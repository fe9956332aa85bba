package series

import (
	"cmp"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

// mostComing is how many entries one look ahead returns.
const mostComing = 2000

// Time is a time of a series that is yet to come.
type Time struct {
	At    time.Time
	Slot  string
	Draft *bot.Draft // nil: it is not written yet
}

// Next returns the next times of a series after a moment, so many at most. One
// that was taken back is among them.
func (d *Desk) Next(tx *storage.Tx, s *bot.Series, after time.Time, most int) (out []Time, err error) {
	if s.Over() {
		return nil, nil
	}
	walk, err := timesAfter(s.Content.Repeat, after)
	if err != nil {
		return nil, err
	}
	for len(out) < most {
		t, ok := walk.next()
		if !ok {
			break
		}
		next := Time{At: t.at, Slot: t.name}
		draft, had, err := records.Found(records.DraftBySlot.First(tx, storage.K(s.ID, t.name)))
		if err != nil {
			return nil, err
		}
		if had {
			next.Draft = &draft
		}
		out = append(out, next)
	}
	return out, nil
}

// Times are the first times of a rule from a moment on, so many at most. The error
// is Invalid, with the field "every".
func Times(r *bot.Repeat, from time.Time, most int) (out []time.Time, err error) {
	walk, err := timesAfter(r, from.Add(-time.Second))
	for err == nil && len(out) < most {
		t, ok := walk.next()
		if !ok {
			break
		}
		out = append(out, t.at)
	}
	return out, err
}

// Time is a time of a series that is yet to come: the draft that was made of it, or
// else what it would be, without an ID. The errors are NotFound where the series has
// no such time, and a Conflict where it has ended or the time has passed.
func (d *Desk) Time(tx *storage.Tx, s *bot.Series, name string) (bot.Draft, error) {
	if s.Over() {
		return bot.Draft{}, bot.Errorf(bot.Conflict, "error.series_over")
	}
	if old, had, err := records.Found(records.DraftBySlot.First(tx, storage.K(s.ID, name))); err != nil || had {
		return old, err
	}
	t, err := timeOf(s, name)
	if err != nil {
		return bot.Draft{}, err
	}
	if !t.at.After(tx.Now()) {
		return bot.Draft{}, bot.Errorf(bot.Conflict, "error.series_past")
	}
	return draft(s, t), nil
}

// Take writes a time of a series that is yet to come as a draft, so that it can be
// changed or taken back alone. The errors are those of Time.
func (d *Desk) Take(tx *storage.Tx, b *bot.Brand, s *bot.Series, name string) (bot.Draft, error) {
	t, err := d.Time(tx, s, name)
	if err != nil || t.ID != "" {
		return t, err
	}
	return d.posts.Occur(tx, b, t)
}

// timeOf is the time of a series with a name. The error is NotFound where there is none.
func timeOf(s *bot.Series, name string) (slot, error) {
	wall, err := time.Parse(wallClock, name[:min(len(name), len(wallClock))])
	if err != nil {
		return slot{}, bot.Errorf(bot.NotFound, "error.series_time")
	}
	walk, err := timesAfter(s.Content.Repeat, wall.Add(-48*time.Hour))
	for err == nil {
		t, ok := walk.next()
		switch {
		case !ok || t.at.After(wall.Add(48*time.Hour)):
			err = bot.Errorf(bot.NotFound, "error.series_time")
		case t.name == name:
			return t, nil
		}
	}
	return slot{}, err
}

// Find returns the series with a number. The error is a NotFound where there is none.
func (d *Desk) Find(tx *storage.Tx, brand bot.BrandID, n int) (bot.Series, error) {
	s, ok, err := records.Found(records.SeriesByNumber.First(tx, storage.K(brand, n)))
	if err == nil && !ok {
		err = bot.Errorf(bot.NotFound, "error.not_found")
	}
	return s, err
}

// Coming returns what the brand's series will say in a time that is not written
// yet, an entry for each account, from one moment up to another, by time; of more
// than 2,000 the nearest.
func (d *Desk) Coming(tx *storage.Tx, b *bot.Brand, from, to time.Time) (out []bot.Entry, err error) {
	type turn struct {
		series *bot.Series
		slot   slot
	}
	var turns []turn
	if from.Before(tx.Now()) {
		from = tx.Now()
	}
	for s, err := range records.SeriesLive.Under(tx, storage.K(b.ID)) {
		if err != nil {
			return nil, err
		}
		walk, err := timesAfter(s.Content.Repeat, from.Add(-time.Nanosecond))
		if err != nil {
			return nil, err
		}
		for t, ok := walk.next(); ok && t.at.Before(to); t, ok = walk.next() {
			turns = append(turns, turn{&s, t})
		}
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return a.slot.at.Compare(b.slot.at) })
	for _, t := range turns {
		if len(out) >= mostComing {
			return out[:mostComing], nil
		}
		had, err := drafted(tx, t.series, t.slot)
		if err != nil {
			return nil, err
		}
		if !had {
			out = append(out, entries(t.series, t.slot)...)
		}
	}
	return out, nil
}

// states is how what is not written yet stands, by its series.
var states = map[bot.SeriesState]bot.PostState{bot.SeriesAsked: bot.InReview, bot.SeriesRuns: bot.Scheduled}

func entries(s *bot.Series, t slot) (out []bot.Entry) {
	for _, a := range s.Content.Accounts {
		out = append(out, bot.Entry{
			UID: bot.TimeUID(s.ID, t.name, a), At: t.at, Account: a, State: cmp.Or(states[s.State], bot.Drafted), Text: s.Content.For(a),
			Campaign: s.Campaign, Series: s.Number, Changed: s.At,
		})
	}
	return out
}
