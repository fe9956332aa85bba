package media

import (
	"context"
	"errors"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/check"
	"ponte/bot/clock"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	freshFor = time.Hour        // a link that was looked at needs no look
	linkTime = 4 * time.Second  // for one link
	lookTime = 10 * time.Second // for all links of a draft, and for one picture
	lookers  = 4                // drafts at the same time; of each, so many links and so many pictures
	again    = time.Minute      // until a look that failed is tried again
)

// Web is what is asked of the net. A fault is a word as bot.Link has it.
type Web interface {
	Look(ctx context.Context, address string) (code int, fault string)
	Fetch(ctx context.Context, address string, most int64) (data []byte, code int, fault string)
}

// Drafts is the room whose drafts wait until their links and pictures were looked at.
type Drafts interface {
	// Looked lets a draft go on as it was seen, with the pictures that were fetched
	// for it and without those that are left. A draft that changed since stays.
	Looked(tx *storage.Tx, seen bot.Draft, fetched []bot.Picture, left []bot.Fetch) error
}

// Serves sets whose drafts are looked at, and what is asked of the net. It is called
// before Run.
func (d *Desk) Serves(drafts Drafts, web Web) { d.drafts, d.web = drafts, web }

// Wants reports whether a draft has links that nobody looked at within the last
// hour, or pictures that are yet to be fetched. If so, a look is on its way once
// the transaction is on disk and the draft says since when it waits.
func (d *Desk) Wants(tx *storage.Tx, draft *bot.Draft) (bool, error) {
	wants := len(draft.Fetch) > 0
	for _, address := range check.Addresses(&draft.Content) {
		l, ok, err := records.Found(records.Links.Get(tx, storage.K(draft.Brand, address)))
		if err != nil {
			return false, err
		}
		wants = wants || !ok || tx.Now().Sub(l.At) >= freshFor
	}
	if wants {
		d.clock.Expects(tx, tx.Now())
	}
	return wants, nil
}

// Run looks at what waits for it, until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	defer d.looks.Wait()
	return d.clock.Run(ctx, d.Tick)
}

// Tick begins to look at drafts that wait for it, and returns when one whose look
// failed is tried again. The clock wakes when a look ends; none waits for another.
func (d *Desk) Tick(ctx context.Context) (next time.Time, err error) {
	list, next, err := d.waiting(ctx)
	for _, draft := range list {
		d.looks.Go(func() {
			err := d.look(ctx, draft)
			if err != nil && ctx.Err() == nil {
				d.log.Error("the links of a draft could not be looked at; they are tried again", "draft", draft.ID, "err", err)
			}
			d.ended(draft, err != nil)
			d.clock.Wake()
		})
	}
	return next, err
}

// a glance is a look at a draft that is on its way, or one that failed.
type glance struct {
	revision int
	until    time.Time // it is tried again then; zero: it is on its way
}

func (d *Desk) ended(draft bot.Draft, failed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.glances, draft.ID)
	if failed {
		d.glances[draft.ID] = glance{draft.Revision, time.Now().Add(again)}
	}
}

// waiting returns drafts that wait for a look, as many as there are places, and notes
// that they are looked at; and when the next of those that failed is tried again.
func (d *Desk) waiting(ctx context.Context) (list []bot.Draft, next time.Time, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	places := lookers
	failed := map[bot.ID]glance{}
	for id, g := range d.glances {
		if g.until.IsZero() {
			places--
		} else {
			failed[id] = g
		}
	}
	err = d.store.View(ctx, func(tx *storage.Tx) error {
		list, next = nil, time.Time{}
		for draft, err := range records.DraftsLooking.Under(tx, nil) {
			if err != nil || len(list) == places {
				return err
			}
			g, had := d.glances[draft.ID]
			delete(failed, draft.ID)
			switch {
			case had && g.until.IsZero():
			case had && g.revision == draft.Revision && time.Now().Before(g.until):
				next = clock.Sooner(next, g.until)
			default:
				list = append(list, draft)
			}
		}
		for id := range failed { // they wait no more
			delete(d.glances, id)
		}
		return nil
	})
	if err != nil {
		return nil, next, err
	}
	for _, draft := range list {
		d.glances[draft.ID] = glance{revision: draft.Revision}
	}
	return list, next, nil
}

// look follows every link of a draft, fetches its pictures, and lets it go on. A
// link for which there was no time stays unknown.
func (d *Desk) look(ctx context.Context, draft bot.Draft) error {
	addresses := check.Addresses(&draft.Content)
	links := make([]bot.Link, len(addresses)+len(draft.Fetch))
	kept := make([]bot.Picture, len(draft.Fetch))
	faults := make([]error, len(draft.Fetch))
	soon, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	var all sync.WaitGroup
	following, fetching := make(chan struct{}, lookers), make(chan struct{}, lookers)
	for i, address := range addresses {
		all.Go(func() { links[i] = d.follow(soon, following, draft.Brand, address) })
	}
	for i, f := range draft.Fetch {
		all.Go(func() { links[len(addresses)+i], kept[i], faults[i] = d.fetch(ctx, fetching, &draft, f) })
	}
	all.Wait()
	if err := errors.Join(append(faults, ctx.Err())...); err != nil {
		return err
	}
	var fetched []bot.Picture
	var left []bot.Fetch
	for i, p := range kept {
		if p.Hash == "" {
			left = append(left, draft.Fetch[i])
			continue
		}
		fetched = append(fetched, p)
	}
	return d.store.Update(ctx, func(tx *storage.Tx) error {
		for _, l := range links {
			if l.URL == "" {
				continue
			}
			l.At = tx.Now()
			if err := records.Links.Put(tx, l); err != nil {
				return err
			}
		}
		return d.drafts.Looked(tx, draft, fetched, left)
	})
}

// follow asks what is at an address; without one in the answer there was no time to
// learn it.
func (d *Desk) follow(ctx context.Context, turns chan struct{}, brand bot.BrandID, address string) (l bot.Link) {
	if !enters(ctx, turns) {
		return l
	}
	defer func() { <-turns }()
	ctx, cancel := context.WithTimeout(ctx, linkTime)
	defer cancel()
	began := time.Now()
	l = bot.Link{Brand: brand, URL: address}
	if l.Code, l.Fault = d.web.Look(ctx, address); l.Fault == "slow" && time.Since(began) < linkTime {
		return bot.Link{}
	}
	return l
}

// fetch keeps the picture at an address; one without a hash was not to be had. The
// error is of our own house and says nothing of the address.
func (d *Desk) fetch(ctx context.Context, turns chan struct{}, draft *bot.Draft, f bot.Fetch) (l bot.Link, p bot.Picture, err error) {
	if !enters(ctx, turns) {
		return l, p, ctx.Err()
	}
	defer func() { <-turns }()
	near, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	l = bot.Link{Brand: draft.Brand, URL: f.URL}
	var data []byte
	if data, l.Code, l.Fault = d.web.Fetch(near, f.URL, maxBytes); data == nil {
		return l, p, nil
	}
	soon, enough := context.WithTimeout(ctx, lookTime)
	defer enough()
	p, err = d.Keep(soon, draft.Brand, draft.By, data)
	if _, told := bot.Asked(err); told {
		l.Fault = "picture"
		return l, bot.Picture{}, nil
	}
	p.Alt = described(f.Alt)
	return l, p, err
}

// enters waits until one more may be asked; it reports false when it does not come.
func enters(ctx context.Context, turns chan struct{}) bool {
	select {
	case turns <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}
