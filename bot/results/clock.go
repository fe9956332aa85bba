package results

import (
	"context"
	"errors"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	atOnce     = 100  // readings that one look at the clock takes
	perAccount = 5    // of them of one account
	lookedAt   = 5000 // of what is due, to find those of other accounts
	accounts   = 4    // that are asked at once
	measureFor = 20 * time.Second
)

// Tick reads what is due, shows it, and returns when it must be called again; the
// zero time when nothing is planned. While nothing may go out, nobody is asked.
func (d *Desk) Tick(ctx context.Context) (time.Time, error) {
	parked := &parking{until: map[bot.AccountID]time.Time{}}
	for {
		list, next, err := d.due(ctx)
		if err == nil && len(list) > 0 {
			err = d.round(ctx, list, parked)
		}
		if err == nil {
			err = d.cards(ctx)
		}
		if err != nil || len(list) == 0 {
			return next, err
		}
	}
}

// due returns readings that are due, by account, or when the next one is.
func (d *Desk) due(ctx context.Context) (list map[bot.AccountID][]bot.Readings, next time.Time, err error) {
	err = d.store.View(ctx, func(tx *storage.Tx) error {
		list, next = map[bot.AccountID][]bot.Readings{}, time.Time{}
		if _, paused, err := records.Paused(tx); paused || err != nil {
			return err
		}
		n := 0
		for r, err := range records.ToReadDue.Under(tx, nil, storage.Limit(lookedAt)) {
			if err != nil {
				return err
			}
			if r.Next.After(tx.Now()) {
				next = r.Next
				return nil
			}
			if len(list[r.Account]) < perAccount && n < atOnce {
				list[r.Account] = append(list[r.Account], r)
				n++
			}
		}
		return nil
	})
	return list, next, err
}

// parking is which accounts are left alone for now, since their network is.
type parking struct {
	sync.Mutex
	until map[bot.AccountID]time.Time
}

func (p *parking) of(a bot.AccountID) time.Time {
	p.Lock()
	defer p.Unlock()
	return p.until[a]
}

func (p *parking) park(a bot.AccountID, until time.Time) {
	p.Lock()
	defer p.Unlock()
	p.until[a] = until
}

// round reads what is due of each account, one after another, and a few accounts at
// once.
func (d *Desk) round(ctx context.Context, list map[bot.AccountID][]bot.Readings, parked *parking) error {
	var all sync.WaitGroup
	var mu sync.Mutex
	var faults []error
	free := make(chan struct{}, accounts)
	for account, due := range list {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			if err := d.readAll(ctx, account, due, parked); err != nil {
				mu.Lock()
				defer mu.Unlock()
				faults = append(faults, err)
			}
		})
	}
	all.Wait()
	return errors.Join(faults...)
}

// readAll reads what is due of one account, at its pace. Once its network does not
// answer, or wants to be left alone, the rest is put off.
func (d *Desk) readAll(ctx context.Context, account bot.AccountID, due []bot.Readings, parked *parking) error {
	for i, r := range due {
		if until := parked.of(account); !until.IsZero() {
			return d.putOff(ctx, due[i:], until)
		}
		again, err := d.read(ctx, r)
		if err != nil {
			return err
		}
		if !again.IsZero() {
			parked.park(account, again)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d.Source(account).Every):
		}
	}
	return nil
}

// putOff leaves readings for later without having tried them.
func (d *Desk) putOff(ctx context.Context, list []bot.Readings, until time.Time) error {
	return d.store.Update(ctx, func(tx *storage.Tx) error {
		for _, r := range list {
			still, ok, err := records.Found(records.ToRead.Get(tx, storage.K(r.Post)))
			if err != nil {
				return err
			}
			if !ok || still.Step != r.Step || still.Tries != r.Tries {
				continue
			}
			still.Next = until
			if err := records.ToRead.Put(tx, still); err != nil {
				return err
			}
		}
		return nil
	})
}

// Run reads what the clock asks for, until ctx ends.
func (d *Desk) Run(ctx context.Context) error { return d.clock.Run(ctx, d.Tick) }
