package post

import (
	"ponte/bot"
	"ponte/bot/content"
	"ponte/storage"
)

// valid brings a content into the form it is kept in, or says what is wrong with it.
func (d *Desk) valid(tx *storage.Tx, b *bot.Brand, c bot.Content, more []bot.Fetch) (bot.Content, error) {
	rules := content.Rules{Takes: func(b *bot.Brand, a bot.AccountID) bool { return !d.cannot(b, a) }}
	if d.media != nil {
		rules.Described = d.media.Described
	}
	return rules.Valid(tx, b, c, more)
}

// cannot reports whether nothing can be said by itself on an account of the brand.
func (d *Desk) cannot(b *bot.Brand, a bot.AccountID) bool {
	_, ok := b.Account(a)
	return !ok || !d.traits(a).CanPost
}
