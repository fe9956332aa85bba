package media

import (
	"context"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	keptFor  = 90 * 24 * time.Hour // after its last use
	unnamed  = 2 * 24 * time.Hour  // an upload that nothing names
	linksFor = 7 * 24 * time.Hour
	tidyOnce = 100 // records of one transaction
)

// Tidy forgets pictures that nobody used for 90 days, uploads that nothing names
// after two, and what links were like a week ago. What may still go out keeps its
// pictures, however long it waits.
func (d *Desk) Tidy(ctx context.Context) error {
	type step struct {
		after storage.Key
		more  bool
	}
	at := step{more: true}
	for at.more {
		next, err := storage.Do(ctx, d.store, func(tx *storage.Tx) (step, error) {
			opts := []storage.Option{storage.Until(storage.K(tx.Now().Add(-keptFor))), storage.Limit(tidyOnce)}
			if at.after != nil {
				opts = append(opts, storage.After(at.after))
			}
			var page []bot.Kept
			for k, err := range records.PicturesUsed.Under(tx, nil, opts...) {
				if err != nil {
					return step{}, err
				}
				page = append(page, k)
			}
			next := at
			for _, k := range page {
				next.after = records.PicturesUsed.Position(k)
				if err := tidy(tx, k); err != nil {
					return step{}, err
				}
			}
			next.more = len(page) == tidyOnce
			return next, nil
		})
		if err != nil {
			return err
		}
		at = next
	}
	return d.tidyLinks(ctx)
}

// tidy forgets one picture, or notes when it was used last.
func tidy(tx *storage.Tx, k bot.Kept) error {
	if tx.Now().Sub(k.At) < unnamed {
		return nil
	}
	used, err := lastUse(tx, &k)
	if err != nil {
		return err
	}
	if used.After(tx.Now().Add(-keptFor)) {
		k.Used = used
		return records.Pictures.Put(tx, k)
	}
	for n := range k.Chunks {
		if err := records.Chunks.Delete(tx, storage.K(k.Brand, k.Picture.Hash, n)); err != nil {
			return err
		}
	}
	return records.Pictures.Delete(tx, storage.K(k.Brand, k.Picture.Hash))
}

// Talks notes that pictures of a brand came along with talk: they are kept with it
// for 90 days. What is not kept is passed over.
func (d *Desk) Talks(ctx context.Context, brand bot.BrandID, hashes []string) error {
	return d.store.Update(ctx, func(tx *storage.Tx) error {
		for _, hash := range hashes {
			k, ok, err := records.Found(records.Pictures.Get(tx, storage.K(brand, hash)))
			if ok {
				k.Used = tx.Now()
				err = records.Pictures.Put(tx, k)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// lastUse is when a draft or a series named the picture last: now, while it may
// still go out, and while it is the chart on a card.
func lastUse(tx *storage.Tx, k *bot.Kept) (last time.Time, err error) {
	named := storage.K(k.Brand, k.Picture.Hash)
	if _, shown, err := records.Found(records.ResultsWith.First(tx, named)); err != nil || shown {
		return tx.Now(), err
	}
	later := func(t time.Time) {
		if t.After(last) {
			last = t
		}
	}
	for s, err := range records.SeriesWith.Under(tx, named) {
		if err != nil {
			return last, err
		}
		if !s.Over() {
			return tx.Now(), nil
		}
		later(s.Last)
	}
	for draft, err := range records.DraftsWith.Under(tx, named) {
		if err != nil {
			return last, err
		}
		later(draft.At)
		later(draft.EditedAt)
		for p, err := range records.PostsOf.Under(tx, storage.K(draft.ID)) {
			if err != nil {
				return last, err
			}
			if !p.Over() {
				return tx.Now(), nil
			}
			later(p.OutAt)
		}
	}
	return last, nil
}

func (d *Desk) tidyLinks(ctx context.Context) error {
	for {
		n, err := storage.Do(ctx, d.store, func(tx *storage.Tx) (int, error) {
			var old []bot.Link
			for l, err := range records.LinksAt.Under(tx, nil, storage.Until(storage.K(tx.Now().Add(-linksFor))), storage.Limit(tidyOnce)) {
				if err != nil {
					return 0, err
				}
				old = append(old, l)
			}
			for _, l := range old {
				if err := records.Links.Delete(tx, storage.K(l.Brand, l.URL)); err != nil {
					return 0, err
				}
			}
			return len(old), nil
		})
		if err != nil || n < tidyOnce {
			return err
		}
	}
}
