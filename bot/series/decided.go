package series

import (
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// mostAhead is how many drafts of a series, the newest times first, are looked
// through for those that did not go out yet.
const mostAhead = 200

// Hash is of a series's content as it is; empty when it has ended.
func (d *Desk) Hash(tx *storage.Tx, brand bot.BrandID, subject bot.ID) (string, error) {
	s, err := open(tx, brand, subject)
	if err != nil || s.Over() {
		return "", err
	}
	return s.Content.Hash(), nil
}

// Out reports whether all of a series is past: until then a word on it counts for
// what is yet to come.
func (d *Desk) Out(tx *storage.Tx, brand bot.BrandID, subject bot.ID) (bool, error) {
	s, err := open(tx, brand, subject)
	return s.State == bot.SeriesOver, err
}

// Decided takes in what became of the request: what was agreed on runs, what lost
// its approval waits with its drafts, and what was refused is off.
func (d *Desk) Decided(tx *storage.Tx, r bot.Request) error {
	s, err := open(tx, r.Brand, r.Subject)
	if err != nil || s.Request != r.ID || s.Over() {
		return err
	}
	b, ok := d.brands().Brand(r.Brand)
	if !ok {
		b = &bot.Brand{ID: r.Brand}
	}
	switch r.State {
	case bot.Agreed:
		if err := d.begins(tx, b, &s); err != nil {
			return err
		}
		return d.follows(tx, b, &s)
	case bot.Awaiting:
		if s.State != bot.SeriesRuns {
			return nil
		}
		if err := s.Move(bot.SeriesAsked); err != nil {
			return err
		}
		if err := d.keep(tx, &s); err != nil {
			return err
		}
		return d.follows(tx, b, &s)
	case bot.Refused, bot.Returned, bot.Lapsed:
		return d.off(tx, b, &s)
	}
	return nil
}

// off ends a series that was refused. What somebody changed stands by a decision
// of its own, and stays.
func (d *Desk) off(tx *storage.Tx, b *bot.Brand, s *bot.Series) error {
	if err := s.Move(bot.SeriesOff); err != nil {
		return err
	}
	if err := d.keep(tx, s); err != nil {
		return err
	}
	if err := logged(tx, s, ponte, "series.off"); err != nil {
		return err
	}
	return d.drop(tx, b, s, ponte, func(t *bot.Draft) bool {
		return t.Request == "" && t.Content.When.After(tx.Now()) && unchanged(s, t)
	})
}

// follows has the drafts that are yet to go out stand where the decision leaves them.
func (d *Desk) follows(tx *storage.Tx, b *bot.Brand, s *bot.Series) error {
	drafts, err := ahead(tx, s)
	if err != nil {
		return err
	}
	for _, t := range drafts {
		if err := d.posts.Follow(tx, b, t); err != nil {
			return err
		}
	}
	return nil
}

// ahead are the drafts of a series, the newest times first.
func ahead(tx *storage.Tx, s *bot.Series) (out []bot.Draft, err error) {
	for t, err := range records.DraftBySlot.Under(tx, storage.K(s.ID), storage.Reverse(), storage.Limit(mostAhead)) {
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// Covers reports whether a draft is an unchanged time of a series that runs, or ran
// to its end, and whose content has its quorum now: it needs no decision of its own.
func (d *Desk) Covers(tx *storage.Tx, b *bot.Brand, t *bot.Draft) (bool, error) {
	s, ok, err := of(tx, t)
	if err != nil || !ok || s.State != bot.SeriesRuns && s.State != bot.SeriesOver || !unchanged(&s, t) {
		return false, err
	}
	return d.approvals.Stands(tx, b, s.ID, s.Content.Hash())
}

// Waits reports whether a draft is an unchanged time of a series that is asked about.
func (d *Desk) Waits(tx *storage.Tx, t *bot.Draft) (bool, error) {
	s, ok, err := of(tx, t)
	return ok && s.State == bot.SeriesAsked && unchanged(&s, t), err
}

// of is the series that a draft is a time of.
func of(tx *storage.Tx, t *bot.Draft) (bot.Series, bool, error) {
	if t.Series == "" {
		return bot.Series{}, false, nil
	}
	return records.Found(records.Series.Get(tx, storage.K(t.Brand, t.Series)))
}

// unchanged reports whether a draft says what its series says, at a time of its rule,
// and nothing is yet to be added to it.
func unchanged(s *bot.Series, t *bot.Draft) bool {
	if !t.LooksAt.IsZero() || len(t.Fetch) > 0 {
		return false
	}
	c := s.Content
	c.Repeat, c.When = nil, t.Content.When
	if c.Hash() != t.Content.Hash() || t.Content.Repeat != nil {
		return false
	}
	walk, err := timesAfter(s.Content.Repeat, t.Content.When.Add(-time.Second))
	if err != nil {
		return false
	}
	at, ok := walk.next()
	return ok && at.at.Equal(t.Content.When) && at.name == t.Slot
}

// draft is what a time of a series becomes.
func draft(s *bot.Series, t slot) bot.Draft {
	c := s.Content
	c.Repeat, c.When = nil, t.at
	return bot.Draft{
		Brand: s.Brand, By: s.By, Wrote: s.Wrote, Token: "series/" + string(s.ID) + "/" + t.name, Content: c, Campaign: s.Campaign, Series: s.ID, Slot: t.name,
	}
}

// tellMissed says in one line of the series's thread which of its times passed.
func (d *Desk) tellMissed(tx *storage.Tx, b *bot.Brand, s *bot.Series) error {
	w := card.W("series.missed", card.Count("N", s.Missed), card.Text("Number", strconv.Itoa(s.Number)), card.At("From", s.MissedFrom), card.At("To", s.MissedTo))
	ask, ok, err := records.Found(records.Slots.Get(tx, storage.K("ask/"+string(s.Request))))
	if err != nil {
		return err
	}
	told := act.Slot{ID: "told/" + string(bot.NewID(tx.Now())), Brand: s.Brand, Subject: act.Subject{Kind: act.OnSeries, ID: s.ID}, At: ask.At, Parent: ask.ID}
	if !ok { // nobody was asked: there is no thread
		ch := b.DecidesIn()
		if ch.ID == "" {
			return nil
		}
		told.At = act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote}
	}
	if err := records.Slots.Insert(tx, told); err != nil {
		return err
	}
	_, err = d.out.Say(tx, act.Effect{
		Brand: s.Brand, Subject: told.Subject, Slot: told.ID, At: told.At, Lane: "series/" + string(s.ID), Class: act.RoutineClass,
		Act: act.Seal(act.Send{Card: card.Notice(w)}), Until: tx.Now().Add(tellUntil),
	})
	return err
}

const tellUntil = 24 * time.Hour // a word that comes later would be stale
