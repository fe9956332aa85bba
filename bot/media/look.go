package media

import (
	"context"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/check"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	freshFor = time.Hour       // a link that was looked at needs no look
	lookTime = 8 * time.Second // for all of a draft
	lookers  = 4               // addresses, and drafts, at the same time
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
func (d *Desk) Run(ctx context.Context) error { return d.clock.Run(ctx, d.Tick) }

// Tick looks at all drafts that wait for it. Nothing is planned for later.
func (d *Desk) Tick(ctx context.Context) (time.Time, error) {
	tried := map[bot.ID]int{}
	for {
		list, err := d.waiting(ctx, tried)
		if err != nil || len(list) == 0 {
			return time.Time{}, err
		}
		var all sync.WaitGroup
		faults := make([]error, len(list))
		for i, draft := range list {
			tried[draft.ID] = draft.Revision
			all.Go(func() { faults[i] = d.look(ctx, draft) })
		}
		all.Wait()
		for i, err := range faults {
			if err != nil {
				d.log.Error("the links of a draft could not be looked at; they are tried again", "draft", list[i].ID, "err", err)
				return time.Now().Add(freshFor / 60), ctx.Err()
			}
		}
	}
}

// waiting returns some of the drafts that wait and were not tried as they are.
func (d *Desk) waiting(ctx context.Context, tried map[bot.ID]int) (list []bot.Draft, err error) {
	err = d.store.View(ctx, func(tx *storage.Tx) error {
		list = nil
		for draft, err := range records.DraftsLooking.Under(tx, nil) {
			if err != nil {
				return err
			}
			if r, ok := tried[draft.ID]; !ok || r != draft.Revision {
				list = append(list, draft)
			}
			if len(list) == lookers {
				break
			}
		}
		return nil
	})
	return list, err
}

// look follows every link of a draft, fetches its pictures, and lets it go on.
func (d *Desk) look(ctx context.Context, draft bot.Draft) error {
	soon, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	addresses := check.Addresses(&draft.Content)
	links := make([]bot.Link, len(addresses)+len(draft.Fetch))
	kept := make([]bot.Picture, len(draft.Fetch))
	var all sync.WaitGroup
	for i, address := range addresses {
		all.Go(func() { links[i] = d.follow(soon, draft.Brand, address) })
	}
	for i, f := range draft.Fetch {
		all.Go(func() { links[len(addresses)+i], kept[i] = d.fetch(soon, &draft, f) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
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
			l.At = tx.Now()
			if err := records.Links.Put(tx, l); err != nil {
				return err
			}
		}
		return d.drafts.Looked(tx, draft, fetched, left)
	})
}

func (d *Desk) follow(ctx context.Context, brand bot.BrandID, address string) bot.Link {
	l := bot.Link{Brand: brand, URL: address}
	if l.Fault = d.turn(ctx); l.Fault == "" {
		l.Code, l.Fault = d.web.Look(ctx, address)
		<-d.turns
	}
	return l
}

// fetch keeps the picture at an address; one without a hash was not to be had.
func (d *Desk) fetch(ctx context.Context, draft *bot.Draft, f bot.Fetch) (l bot.Link, p bot.Picture) {
	l = bot.Link{Brand: draft.Brand, URL: f.URL}
	if l.Fault = d.turn(ctx); l.Fault != "" {
		return l, p
	}
	data, code, fault := d.web.Fetch(ctx, f.URL, maxBytes)
	<-d.turns
	l.Code, l.Fault = code, fault
	if data == nil {
		return l, p
	}
	p, err := d.Keep(context.WithoutCancel(ctx), draft.Brand, draft.By, data)
	if err != nil {
		if _, told := bot.Asked(err); !told {
			d.log.Error("a picture could not be kept", "draft", draft.ID, "err", err)
		}
		l.Fault = "picture"
		return l, bot.Picture{}
	}
	p.Alt = described(f.Alt)
	return l, p
}

// turn waits until an address may be asked; whoever comes to nothing is late.
func (d *Desk) turn(ctx context.Context) (fault string) {
	select {
	case d.turns <- struct{}{}:
		return ""
	case <-ctx.Done():
		return "slow"
	}
}
