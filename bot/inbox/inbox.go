// Package inbox is what the team sees of the record: the cards of conversations,
// items and storms as they stand, and the lists that are found in it. It reads
// and changes nothing, and shows nobody what they may not see.
package inbox

import (
	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
)

// Inbox draws cards and answers questions.
type Inbox struct {
	brands func() *bot.Brands
	traits func(bot.AccountID) act.Traits
}

// New makes the inbox and tells the outbox how its cards are drawn.
func New(out *outbox.Outbox, brands func() *bot.Brands, traits func(bot.AccountID) act.Traits) *Inbox {
	in := &Inbox{brands: brands, traits: traits}
	out.Draws(act.OnConversation, in.drawConversation)
	out.Draws(act.OnItem, in.drawItem)
	out.Draws(act.OnStorm, in.drawStorm)
	return in
}

func (in *Inbox) person(brand bot.BrandID, id bot.PersonID) string {
	if b, ok := in.brands().Brand(brand); ok {
		if p, ok := b.Person(id); ok {
			return p.Name
		}
	}
	return string(id)
}
