package app

import (
	"context"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/storage"
)

const (
	lookAgain = 30 * time.Second // whether the store is full
	tellAgain = 10 * time.Minute // that it is, or no longer is
)

// watchRoom tells every brand when the store is full, and when there is room
// again. What tells it draws on the reserve; where there is none left it goes out
// as soon as there is some.
func (a *App) watchRoom(ctx context.Context) error {
	told, next := false, time.Time{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookAgain):
		}
		full := a.store.Stats().Full
		if full == told || time.Now().Before(next) {
			continue
		}
		key := "status.room"
		if full {
			key = "status.full"
		}
		if err := a.tellAll(ctx, key); err != nil {
			a.log.Error("nobody could be told how the store is", "full", full, "err", err)
			continue
		}
		told, next = full, time.Now().Add(tellAgain)
	}
}

// tellAll says a sentence in every brand's default channel.
func (a *App) tellAll(ctx context.Context, key string) error {
	c := card.Card{Mark: card.MarkFailed, Blocks: []card.Block{card.Say(card.W(key))}}
	return a.store.Update(storage.Urgent(ctx), func(tx *storage.Tx) error {
		for _, b := range a.Brands().All() {
			i := slices.IndexFunc(b.Channels, func(ch bot.Channel) bool { return ch.Default })
			if i < 0 {
				continue
			}
			ch := b.Channels[i]
			if _, err := a.out.Say(tx, act.Effect{
				Brand: b.ID, At: act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote},
				Class: act.PersonClass, Act: act.Envelope{Act: act.Send{Card: c}},
			}); err != nil {
				return err
			}
		}
		return nil
	})
}
