package app

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/check"
	"ponte/bot/records"
	"ponte/storage"
)

// recentFor is how far back a draft is compared with what went out, and plannedFor
// how far around its time with what is to go out.
const (
	recentFor  = 30 * 24 * time.Hour
	plannedFor = 24 * time.Hour
	comparedTo = 500 // posts at most
)

// checks looks drafts over, with what the store and the accounts tell.
type checks struct {
	traits func(bot.AccountID) act.Traits
	coming func(tx *storage.Tx, b *bot.Brand, from, to time.Time) ([]bot.Entry, error)
}

// Findings returns what is to be said of a draft before anybody is asked about it.
func (c checks) Findings(tx *storage.Tx, b *bot.Brand, d *bot.Draft) ([]bot.Finding, error) {
	in := check.Input{Content: d.Content, NeedsAlt: b.NeedsAlt, Now: tx.Now().In(b.Location()), Graphemes: graphemes}
	if err := followed(tx, d, &in); err != nil {
		return nil, err
	}
	for _, id := range d.Content.Accounts {
		a, _ := b.Account(id)
		t := c.traits(id)
		in.Accounts = append(in.Accounts, check.Account{
			ID: id, Name: a.Network + " · " + a.Name, Blocked: a.Refuses, Spacing: a.Spacing,
			Limits: check.Limits{
				Count: string(t.Count), Max: t.MaxPost, MaxBytes: t.MaxBytes, URL: t.Link,
				Pictures: t.Pictures, PictureTypes: t.Taken.Types, PictureBytes: t.Taken.Bytes, PicturePixels: t.Taken.Pixels,
			},
		})
	}
	if err := recent(tx, d, &in); err != nil {
		return nil, err
	}
	if err := c.planned(tx, b, d, &in); err != nil {
		return nil, err
	}
	return check.Run(in), nil
}

// recent adds what went out of the brand's other drafts.
func recent(tx *storage.Tx, d *bot.Draft, in *check.Input) error {
	now := tx.Now()
	for p, err := range records.PostsAt.Under(tx, storage.K(d.Brand), storage.From(storage.K(d.Brand, now.Add(-recentFor))), storage.Until(storage.K(d.Brand, now)), storage.Reverse(), storage.Limit(comparedTo)) {
		if err != nil {
			return err
		}
		if p.State != bot.Published || p.Draft == d.ID {
			continue
		}
		other, ok, err := records.Found(records.Drafts.Get(tx, storage.K(d.Brand, p.Draft)))
		if err != nil {
			return err
		}
		if ok {
			in.Recent = append(in.Recent, check.Recent{Account: p.Account, Text: other.Content.For(p.Account), At: p.OutAt})
		}
	}
	return nil
}

// planned adds what is to go out around the draft's time, also of series whose time
// then is not written yet. What is no draft yet is the first time of a series, and is
// not compared with the one in whose place it comes.
func (c checks) planned(tx *storage.Tx, b *bot.Brand, d *bot.Draft, in *check.Input) error {
	at := d.Content.When
	if at.IsZero() {
		at = tx.Now()
	}
	var instead bot.Series
	if d.ID == "" && d.Series != "" {
		var err error
		if instead, err = records.Series.Get(tx, storage.K(b.ID, d.Series)); err != nil {
			return err
		}
	}
	for p, err := range records.PostsAt.Under(tx, storage.K(b.ID), storage.From(storage.K(b.ID, at.Add(-plannedFor))), storage.Until(storage.K(b.ID, at.Add(plannedFor))), storage.Limit(comparedTo)) {
		if err != nil {
			return err
		}
		if p.Draft == d.ID || p.Over() || p.State == bot.Rejected || p.State == bot.Expired {
			continue
		}
		other, _, err := records.Found(records.Drafts.Get(tx, storage.K(b.ID, p.Draft)))
		if err != nil {
			return err
		}
		if instead.ID == "" || other.Series != instead.ID {
			in.Planned = append(in.Planned, check.Planned{Account: p.Account, At: p.Due})
		}
	}
	coming, err := c.coming(tx, b, at.Add(-plannedFor), at.Add(plannedFor))
	for _, e := range coming[:min(len(coming), comparedTo)] {
		if instead.ID == "" || e.Series != instead.Number {
			in.Planned = append(in.Planned, check.Planned{Account: e.Account, At: e.At})
		}
	}
	return err
}

// coming is what series will say in a time that is not written yet.
func (a *App) coming(tx *storage.Tx, b *bot.Brand, from, to time.Time) ([]bot.Entry, error) {
	return a.series.Coming(tx, b, from, to)
}

// followed adds what is known of a draft's links, and of the pictures that it names
// by their address and does not have.
func followed(tx *storage.Tx, d *bot.Draft, in *check.Input) error {
	in.Links = map[string]bot.Link{}
	all := check.Addresses(&d.Content)
	if d.LooksAt.IsZero() {
		in.Fetch = d.Fetch
	}
	for _, f := range in.Fetch {
		all = append(all, f.URL)
	}
	for _, address := range all {
		l, ok, err := records.Found(records.Links.Get(tx, storage.K(d.Brand, address)))
		if err != nil {
			return err
		}
		if ok {
			in.Links[address] = l
		}
	}
	return nil
}

// room counts what is left of a text on an account, and what it takes; 0: no limit.
func (a *App) room(id bot.AccountID, text string) (left, most int) {
	t := a.traits(id)
	l := check.Limits{Count: string(t.Count), Max: t.MaxPost, URL: t.Link}
	return l.Max - l.Measure(text, graphemes), l.Max
}
