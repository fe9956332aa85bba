package calendar

import (
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/commands"
	"ponte/storage"
)

var (
	managers  = []bot.Role{bot.Manager, bot.Strategist}
	feedDeeds = []string{"rotate", "off"}
)

// runFeed makes the secret address of the brand's calendar, makes another in its
// place, or ends it. Only the person who asks sees it, and only this once.
func (c *Commands) runFeed(tx *storage.Tx, req *commands.Request, deed string) (act.Answer, error) {
	if !req.Person.Has(managers...) {
		return act.Answer{}, bot.Errorf(bot.Denied, "error.role", "Command", "calendar feed")
	}
	had, exists, err := c.cal.HasFeed(tx, req.Brand)
	if err != nil {
		return act.Answer{}, err
	}
	switch {
	case deed == "off":
		ended, err := c.cal.EndFeed(tx, req.Brand, req.Person.ID)
		if err != nil {
			return act.Answer{}, err
		}
		if !ended {
			return commands.Say("calendar.feed.was_off"), nil
		}
		return commands.Say("calendar.feed.off"), nil
	case deed != "" && deed != "rotate":
		return act.Answer{}, bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(deed, 30), "Choices", strings.Join(feedDeeds, ", "))
	case deed == "" && exists:
		by, ok := req.Brand.Person(had.By)
		key := "calendar.feed.had"
		if !ok {
			key, by.Name = "calendar.feed.had_left", string(had.By)
		}
		return commands.Say(key, card.Text("Name", by.Name), card.At("At", had.At)), nil
	case c.feed("") == "":
		return commands.Say("calendar.feed.nowhere"), nil
	}
	secret, err := c.cal.NewFeed(tx, req.Brand, req.Person.ID)
	if err != nil {
		return act.Answer{}, err
	}
	words := card.W("calendar.feed.made", card.Text("Brand", req.Brand.Name))
	if exists {
		words = card.W("calendar.feed.again")
	}
	return act.Answer{Notice: &card.Card{Mark: card.MarkNote, Blocks: []card.Block{card.Say(card.Literal(c.feed(secret))), card.Say(words)}}}, nil
}
