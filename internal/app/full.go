package app

import (
	"context"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	lookAgain = time.Second      // whether the store is full
	roomSure  = 5 * time.Second  // without a refusal, until it is told that there is room
	tellAgain = 10 * time.Minute // that it is, when it was full and had room before

	sayFull = "status.full" // kept as told until everybody is told of room
	sayRoom = "status.room"
)

// watchRoom tells every brand when the store is full, and, also after a restart,
// when there is room again: once nothing was refused for a while. That it is full
// may draw on the reserve; that there is room is told without it, so that it is true.
func (a *App) watchRoom(ctx context.Context) error {
	told, err := storage.Look(ctx, a.store, func(tx *storage.Tx) (bool, error) {
		return records.Tolds.Has(tx, storage.K(everybody, sayFull))
	})
	if ctx.Err() != nil {
		return nil //nolint:nilerr // it was asked to end
	}
	if err != nil {
		return err
	}
	next, refused := time.Time{}, time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookAgain):
		}
		now, is := time.Now(), a.store.Stats().Full
		if is {
			refused = now
		}
		switch {
		case is == told, is && now.Before(next), !is && now.Sub(refused) < roomSure:
			continue
		case is:
			err, next = a.tellAll(storage.Urgent(ctx), sayFull), now.Add(roomSure)
		default:
			err, refused = a.tellAll(ctx, sayRoom), now
		}
		if err != nil {
			a.log.Warn("nobody could be told yet how the store is", "full", is, "err", err)
			continue
		}
		if told = is; told {
			next = now.Add(tellAgain)
		}
	}
}

// everybody stands for the people of all brands where it is kept what was told.
const everybody = "everybody"

// tellAll says a sentence in every brand's default channel, and remembers whether
// it was that the store is full.
func (a *App) tellAll(ctx context.Context, key string) error {
	c := card.Card{Mark: card.MarkFailed, Blocks: []card.Block{card.Say(card.W(key))}}
	return a.store.Update(ctx, func(tx *storage.Tx) error {
		if err := remember(tx, key); err != nil {
			return err
		}
		for _, b := range a.Brands().All() {
			i := slices.IndexFunc(b.Channels, func(ch bot.Channel) bool { return ch.Default })
			if i < 0 {
				continue
			}
			ch := b.Channels[i]
			if _, err := a.out.Say(tx, act.Effect{
				Brand: b.ID, At: act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote},
				Class: act.PersonClass, Act: act.Seal(act.Send{Card: c}),
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

func remember(tx *storage.Tx, key string) error {
	if key == sayFull {
		return records.Tolds.Put(tx, records.Told{Person: everybody, What: sayFull, At: tx.Now()})
	}
	return records.Tolds.Delete(tx, storage.K(everybody, sayFull))
}
