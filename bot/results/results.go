// Package results is what became of posts once they are out: their numbers are read
// at the brand's moments and when somebody asks, kept, and shown in the thread of
// the draft on one card. It asks the networks outside any transaction, and knows
// none of them; what a network does not give is never taken for 0.
package results

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/clock"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// Threads tells where people talk about a draft, by the name of the message that the
// talk stands under; false where it is shown nowhere.
type Threads interface {
	Thread(tx *storage.Tx, brand bot.BrandID, draft bot.ID) (at act.Place, parent string, ok bool, err error)
}

// Keeper keeps a picture that nobody brought, for a brand.
type Keeper interface {
	Keep(ctx context.Context, brand bot.BrandID, by bot.PersonID, png []byte) (bot.Picture, error)
}

// Source is who can be asked for the numbers of an account, and where. A nil Measurer
// means that its network gives none. Every is the least time between two questions.
type Source struct {
	act.Measurer
	At    act.Place
	Every time.Duration
}

// Options is what a Desk is made with.
type Options struct {
	Brands  func() *bot.Brands
	Source  func(bot.AccountID) Source
	Threads Threads
	Keeper  Keeper                                  // nil: there are no charts
	Print   func(b *bot.Brand, w card.Words) string // writes what stands in a chart, in the brand's language
	Log     *slog.Logger
}

// Desk reads numbers and shows them.
type Desk struct {
	Options
	store storage.Store
	out   *outbox.Outbox
	clock *clock.Clock
}

// New makes the desk, and tells the outbox who draws results.
func New(store storage.Store, out *outbox.Outbox, opt Options) *Desk {
	d := &Desk{Options: opt, store: store, out: out, clock: clock.New("results", opt.Log)}
	out.Draws(act.OnResults, d.draw)
	return d
}

// Published plans the readings of a post that is out, where it can be read at all.
func (d *Desk) Published(tx *storage.Tx, p bot.Post) error {
	_, err := d.plan(tx, d.brand(p.Brand), &p)
	return err
}

// plan is what is yet to be read of a post, made where there is none yet; nil where
// the post cannot be read.
func (d *Desk) plan(tx *storage.Tx, b *bot.Brand, p *bot.Post) (*bot.Readings, error) {
	if p.Remote == "" || d.Source(p.Account).Measurer == nil {
		return nil, nil
	}
	r, had, err := records.Found(records.ToRead.Get(tx, storage.K(p.ID)))
	if had || err != nil {
		return &r, err
	}
	at := moments(b)
	r = bot.Readings{Post: p.ID, Brand: p.Brand, Account: p.Account, OutAt: p.OutAt, Step: passed(at, tx.Now().Sub(p.OutAt))}
	r.Next = planned(&r, at)
	d.clock.Expects(tx, r.Next)
	return &r, records.ToRead.Put(tx, r)
}

// justRead is how young a reading is that is not made again because somebody asks.
const justRead = time.Minute

// Ask has the numbers of a draft's posts read now, and says of how many; fresh are
// those that were read a moment ago. The error is a Conflict where nothing of the
// draft is out.
func (d *Desk) Ask(tx *storage.Tx, b *bot.Brand, draft bot.ID) (asked, fresh int, err error) {
	posts, err := published(tx, draft)
	if err != nil {
		return 0, 0, err
	}
	if len(posts) == 0 {
		return 0, 0, bot.Errorf(bot.Conflict, "error.results_not_out")
	}
	for i := range posts {
		r, err := d.plan(tx, b, &posts[i])
		if err != nil {
			return asked, fresh, err
		}
		if r == nil {
			continue
		}
		last, had, err := lastOf(tx, r.Post)
		switch {
		case err != nil:
			return asked, fresh, err
		case had && gone(&last):
			continue
		case had && last.Fault == "" && tx.Now().Sub(last.At) < justRead:
			fresh++
			continue
		}
		asked++
		if r.Next.IsZero() || r.Next.After(tx.Now()) {
			r.Next = tx.Now()
			if err := records.ToRead.Put(tx, *r); err != nil {
				return asked, fresh, err
			}
		}
		d.clock.Expects(tx, r.Next)
	}
	return asked, fresh, nil
}

// published are the posts of a draft that are out, by their account.
func published(tx *storage.Tx, draft bot.ID) (out []bot.Post, err error) {
	for p, err := range records.PostsOf.Under(tx, storage.K(draft)) {
		if err != nil {
			return nil, err
		}
		if p.State == bot.Published {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b bot.Post) int { return cmp.Compare(a.Account, b.Account) })
	return out, nil
}

func lastOf(tx *storage.Tx, post bot.ID) (bot.Reading, bool, error) {
	for r, err := range records.Readings.Under(tx, storage.K(post), storage.Reverse(), storage.Limit(1)) {
		return r, err == nil, err
	}
	return bot.Reading{}, false, nil
}

// gone reports whether the network said that the post is not there any more.
func gone(r *bot.Reading) bool { return r.Fault == string(bot.NotFound) }

// brand is a brand as it is configured now. One that is configured no more has no
// accounts, and nothing of it is read.
func (d *Desk) brand(id bot.BrandID) *bot.Brand {
	if b, ok := d.Brands().Brand(id); ok {
		return b
	}
	return &bot.Brand{ID: id}
}
