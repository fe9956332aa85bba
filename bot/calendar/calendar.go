// Package calendar tells what a brand says and said by itself, and when: what is
// planned, held, out or went wrong, with the times of series that nobody wrote
// yet. It also keeps who may read that from elsewhere, by a secret address. It
// changes nothing that goes out, and knows no page and no format.
package calendar

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// Most is how many entries one look at the calendar returns.
const Most = 2000

// Coming knows the times of series for which there is no draft yet. The UID of an
// entry is what bot.TimeUID makes of its series, slot and account.
type Coming interface {
	Coming(tx *storage.Tx, b *bot.Brand, from, to time.Time) ([]bot.Entry, error)
}

// Calendar is what brands say, by time.
type Calendar struct{ coming Coming }

// New makes the calendar. Coming may be nil: then there are no series.
func New(coming Coming) *Calendar { return &Calendar{coming} }

// Entries is what goes out, or went out, from a moment on and before another, by
// time; what was taken back is not among it. There are Most at most; more is how
// many are left out.
func (c *Calendar) Entries(tx *storage.Tx, b *bot.Brand, from, to time.Time) (list []bot.Entry, more int, err error) {
	r := newReader(tx, b)
	span := []storage.Option{storage.From(storage.K(b.ID, from)), storage.Until(storage.K(b.ID, to))}
	if list, err = r.read(records.PostsAt, span...); err != nil {
		return nil, 0, err
	}
	if len(list) == Most {
		all, err := records.PostsAt.Count(tx, storage.K(b.ID), span...)
		if err != nil {
			return nil, 0, err
		}
		more = all - Most
	}
	if c.coming != nil {
		coming, err := c.coming.Coming(tx, b, from, to)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, coming...)
	}
	list = once(list)
	if over := len(list) - Most; over > 0 {
		list, more = list[:Most], more+over
	}
	return list, more, nil
}

// once orders entries by time, and leaves one of those with the same UID: what
// is not taken back, and what is written, comes before the rest.
func once(list []bot.Entry) []bot.Entry {
	rank := func(e bot.Entry) int {
		switch {
		case e.State == bot.Cancelled:
			return 2
		case e.Number == 0:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b bot.Entry) int {
		return cmp.Or(strings.Compare(a.UID, b.UID), cmp.Compare(rank(a), rank(b)), cmp.Compare(b.Revision, a.Revision))
	})
	list = slices.CompactFunc(list, func(a, b bot.Entry) bool { return a.UID == b.UID })
	slices.SortFunc(list, func(a, b bot.Entry) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.Account), string(b.Account)), cmp.Compare(a.Number, b.Number), strings.Compare(a.UID, b.UID))
	})
	return list
}

// Shown is the message of team chat in whose thread people talk about a draft; ok is
// false while there is none.
func (c *Calendar) Shown(tx *storage.Tx, b *bot.Brand, draft bot.ID) (at act.Slot, ok bool, err error) {
	d, ok, err := records.Found(records.Drafts.Get(tx, storage.K(b.ID, draft)))
	if err != nil || !ok {
		return act.Slot{}, false, err
	}
	slot := "draft/" + string(d.ID)
	if d.Request != "" {
		slot = "ask/" + string(d.Request)
	}
	at, ok, err = records.Found(records.Slots.Get(tx, storage.K(slot)))
	return at, ok && at.Ref != "", err
}
