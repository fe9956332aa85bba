// Package pictures is what people do with pictures in team chat: giving them to
// Ponte, and putting them to what the brand says. Its commands are part of the one
// table. What comes along with talk stays talk until somebody says otherwise.
package pictures

import (
	"context"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/media"
	"ponte/commands"
)

// Commands hear of pictures, with what they work with.
type Commands struct {
	book *commands.Book
	kept *media.Desk
}

// New makes them.
func New(book *commands.Book, kept *media.Desk) *Commands {
	return &Commands{book: book, kept: kept}
}

var managers = []bot.Role{bot.Manager, bot.Strategist}

// Uploaded keeps a picture for the brand of the room, from those who may write for
// it. It belongs to nothing yet.
func (c *Commands) Uploaded(ctx context.Context, e act.Uploaded) (act.Answer, error) {
	b, p, err := c.book.Asker(e.Scene)
	if err == nil && !p.Has(managers...) {
		err = bot.Errorf(bot.Denied, "error.picture_role")
	}
	if err != nil {
		return c.book.Refused(ctx, err)
	}
	kept, err := c.kept.Keep(ctx, b.ID, p.ID, e.Data)
	if err != nil {
		return c.book.Refused(ctx, err)
	}
	return act.Answer{Picture: &kept}, nil
}
