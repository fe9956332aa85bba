package console

import (
	"context"
	"errors"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/console/room"
	"ponte/platforms/chat/console/view"
	"ponte/storage"
)

// Carry shows a card in a room or a thread, or shows one anew. The same key is
// one message, however often it is carried. An unknown room or message is
// NotFound, and anything that is not of team chat Invalid.
func (c *Console) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	if _, _, ok := c.opt.Brands().Room(view.Platform, at.Space, at.Channel); !ok {
		return act.Receipt{}, bot.Errorf(bot.NotFound, "console.room_gone", "Room", at.Channel)
	}
	m, err := storage.Do(ctx, c.store, func(tx *storage.Tx) (room.Message, error) {
		switch a := a.(type) {
		case act.Send:
			return c.send(tx, key, a, at)
		case act.Edit:
			return c.edit(tx, key, a, at)
		}
		return room.Message{}, bot.Errorf(bot.Invalid, "console.cannot")
	})
	if err != nil {
		return act.Receipt{}, refusal(err)
	}
	return receipt(m), nil
}

func (c *Console) send(tx *storage.Tx, key string, a act.Send, at act.Place) (room.Message, error) {
	if a.Thread != "" {
		if _, err := in(tx, at, a.Thread); err != nil {
			return room.Message{}, err
		}
	}
	return c.hub.Add(tx, room.Message{
		Brand: bot.BrandID(at.Space), Room: at.Channel, Thread: bot.ID(a.Thread), Key: "act/" + key, Card: &a.Card, Mention: a.Mention,
	}, c.opt.Now())
}

func (c *Console) edit(tx *storage.Tx, key string, a act.Edit, at act.Place) (room.Message, error) {
	m, err := in(tx, at, a.Ref)
	if err != nil {
		return m, err
	}
	if m.Card == nil {
		return m, bot.Errorf(bot.Invalid, "console.cannot")
	}
	return c.hub.Change(tx, m.Brand, m.ID, func(m *room.Message) error {
		m.Card, m.EditKey = &a.Card, key
		return nil
	})
}

// Settle tells whether an act under the key happened; the console always knows.
func (c *Console) Settle(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, act.Finding, error) {
	m, err := storage.Do(ctx, c.store, func(tx *storage.Tx) (room.Message, error) {
		e, ok := a.(act.Edit)
		if !ok {
			return room.ByKey(tx, bot.BrandID(at.Space), "act/"+key)
		}
		m, err := room.In(tx, bot.BrandID(at.Space), at.Channel, bot.ID(e.Ref))
		if err == nil && m.EditKey != key {
			err = storage.ErrNotFound
		}
		return m, err
	})
	switch {
	case room.Missing(err):
		return act.Receipt{}, act.Absent, nil
	case err != nil:
		return act.Receipt{}, act.Unsure, err
	}
	return receipt(m), act.Found, nil
}

// in returns a message of a room, or a NotFound for people.
func in(tx *storage.Tx, at act.Place, ref string) (room.Message, error) {
	m, err := room.In(tx, bot.BrandID(at.Space), at.Channel, bot.ID(ref))
	if room.Missing(err) {
		return m, bot.Errorf(bot.NotFound, "console.message_gone")
	}
	return m, err
}

// refusal leaves a person's error as it is. Of any other it is not known
// whether the change is on disk, unless the store took nothing in.
func refusal(err error) error {
	if e, ok := errors.AsType[*bot.Error](err); ok {
		return e
	}
	if errors.Is(err, storage.ErrFull) || errors.Is(err, storage.ErrClosed) {
		return bot.Errorf(bot.Unavailable, "console.busy").Because(err)
	}
	return bot.Errorf(bot.Ambiguous, "console.busy").Because(err)
}

func receipt(m room.Message) act.Receipt {
	top := m.ID
	if m.Thread != "" {
		top = m.Thread
	}
	return act.Receipt{Ref: string(m.ID), URL: view.Link(m.Brand, m.Room, string(top))}
}
