package calendar

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// reader makes entries of posts, reading each draft and series once.
type reader struct {
	tx     *storage.Tx
	b      *bot.Brand
	drafts map[bot.ID]bot.Draft
	series map[bot.ID]bot.Series
	dates  bool // says of each entry when it changed
}

func newReader(tx *storage.Tx, b *bot.Brand) *reader {
	return &reader{tx: tx, b: b, drafts: map[bot.ID]bot.Draft{}, series: map[bot.ID]bot.Series{}}
}

// read makes entries of the first posts of an index, Most of them at most.
func (r *reader) read(in *storage.Index[bot.Post], span ...storage.Option) (list []bot.Entry, err error) {
	for p, err := range in.Under(r.tx, storage.K(r.b.ID), append(span, storage.Limit(Most))...) {
		if err != nil {
			return nil, err
		}
		e, err := r.entry(&p)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// entry is a post as the calendar has it.
func (r *reader) entry(p *bot.Post) (bot.Entry, error) {
	d, err := known(r.tx, r.drafts, records.Drafts, r.b.ID, p.Draft)
	if err != nil {
		return bot.Entry{}, err
	}
	e := bot.Entry{
		UID: string(p.ID), At: p.Due, Account: p.Account, State: p.State, Draft: d.ID, Number: d.Number, Text: d.Content.For(p.Account),
		Campaign: d.Campaign, Revision: d.Revision, URL: p.URL,
	}
	if !p.OutAt.IsZero() {
		e.At = p.OutAt
	}
	if r.dates {
		if e.Changed, err = r.changed(p); err != nil {
			return e, err
		}
	}
	if d.Series == "" {
		return e, nil
	}
	s, err := known(r.tx, r.series, records.Series, r.b.ID, d.Series)
	e.UID, e.Series, e.Revision = bot.TimeUID(d.Series, d.Slot, p.Account), s.Number, d.Revision+s.Revision
	return e, err
}

// known gets a record of the brand, and remembers it.
func known[T any](tx *storage.Tx, had map[bot.ID]T, in *storage.Collection[T], brand bot.BrandID, id bot.ID) (T, error) {
	if t, ok := had[id]; ok {
		return t, nil
	}
	t, err := in.Get(tx, storage.K(brand, id))
	had[id] = t
	return t, err
}

// changed is when a post, or its draft's content, changed last, as the draft and the
// audit log have it.
func (r *reader) changed(p *bot.Post) (time.Time, error) {
	d := r.drafts[p.Draft]
	at := d.At
	if d.EditedAt.After(at) {
		at = d.EditedAt
	}
	last, ok, err := records.Found(records.AuditOn.First(r.tx, storage.K(act.OnPost+"/"+string(p.ID)), storage.Reverse()))
	if ok && last.At.After(at) {
		at = last.At
	}
	return at, err
}
