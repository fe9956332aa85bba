package console

import (
	"context"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/console/room"
	"ponte/storage"
)

// Note puts a person's note into a thread, or into the room when there is none, as if they had
// typed it before anybody listened. The same scene again is the same note.
func (c *Console) Note(ctx context.Context, s act.Scene, text string) error {
	return c.store.Update(ctx, func(tx *storage.Tx) error {
		_, err := c.note(tx, s, text)
		return err
	})
}

func (c *Console) note(tx *storage.Tx, s act.Scene, text string, pictures ...string) (room.Message, error) {
	return c.hub.Add(tx, room.Message{
		Brand: bot.BrandID(s.At.Space), Room: s.At.Channel, Thread: bot.ID(s.Thread), Key: "note/" + s.ID,
		By: s.Who.User, Name: s.Who.Name, Text: text, Pictures: pictures,
	}, c.opt.Now())
}
