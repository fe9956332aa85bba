package square

import (
	"context"
	"errors"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
)

// Measure tells how many liked a post and how many comments stand below it, as its
// page does. Nobody can share a post here, and views are not counted.
func (s *Square) Measure(ctx context.Context, at act.Place, ref string) (bot.Numbers, error) {
	if at.Space != string(s.opt.Account) {
		return bot.Numbers{}, bot.Errorf(bot.Denied, "square.other_account")
	}
	return storage.Look(ctx, s.store, func(tx *storage.Tx) (bot.Numbers, error) {
		p, err := posts.Get(tx, storage.K(ref))
		if errors.Is(err, storage.ErrNotFound) {
			return bot.Numbers{}, bot.Errorf(bot.NotFound, "square.unknown_post")
		}
		if err != nil {
			return bot.Numbers{}, err
		}
		said, err := p.comments(tx)
		return bot.Numbers{Likes: &p.Likes, Replies: &said}, err
	})
}
