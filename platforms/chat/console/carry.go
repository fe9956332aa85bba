package console

import (
	"context"
	"errors"
	"net/url"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
)

func missing(err error) bool { return errors.Is(err, storage.ErrNotFound) }

// Carry shows a card in a room or a thread, or shows one anew. The same key is
// one message, however often it is carried. An unknown room or message is
// NotFound, and anything that is not of team chat Invalid.
func (c *Console) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	brand := bot.BrandID(at.Space)
	if _, _, ok := c.opt.Brands().Room(platform, at.Space, at.Channel); !ok {
		return act.Receipt{}, bot.Errorf(bot.NotFound, "console.room_gone", "Room", at.Channel)
	}
	m, err := storage.Do(ctx, c.store, func(tx *storage.Tx) (message, error) {
		switch a := a.(type) {
		case act.Send:
			if a.Thread != "" {
				if _, err := c.standing(tx, brand, at.Channel, a.Thread); err != nil {
					return message{}, err
				}
			}
			return c.insert(tx, message{
				Brand: brand, Room: at.Channel, Thread: bot.ID(a.Thread), Key: "act/" + key, Card: &a.Card, Mention: a.Mention,
			})
		case act.Edit:
			if m, err := c.standing(tx, brand, at.Channel, a.Ref); err != nil || m.Card == nil {
				return m, errors.Join(err, noCard(m))
			}
			return c.change(tx, brand, bot.ID(a.Ref), func(m *message) error {
				m.Card, m.EditKey = &a.Card, key
				return nil
			})
		}
		return message{}, bot.Errorf(bot.Invalid, "console.cannot")
	})
	if err != nil {
		return act.Receipt{}, refusal(err)
	}
	return receipt(m), nil
}

// Settle tells whether an act under the key happened; the console always knows.
func (c *Console) Settle(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, act.Finding, error) {
	m, err := storage.Do(ctx, c.store, func(tx *storage.Tx) (message, error) {
		if e, ok := a.(act.Edit); ok {
			m, err := messages.Get(tx, storage.K(at.Space, e.Ref))
			if err == nil && m.EditKey != key {
				err = storage.ErrNotFound
			}
			return m, err
		}
		return byKey.First(tx, storage.K(at.Space, "act/"+key))
	})
	switch {
	case missing(err):
		return act.Receipt{}, act.Absent, nil
	case err != nil:
		return act.Receipt{}, act.Unsure, err
	}
	return receipt(m), act.Found, nil
}

// standing returns the message of a room, or a NotFound for people.
func (c *Console) standing(tx *storage.Tx, brand bot.BrandID, room, ref string) (message, error) {
	m, err := messages.Get(tx, storage.K(brand, ref))
	if missing(err) || err == nil && m.Room != room {
		return message{}, bot.Errorf(bot.NotFound, "console.message_gone")
	}
	return m, err
}

func noCard(m message) error {
	if m.ID != "" && m.Card == nil {
		return bot.Errorf(bot.Invalid, "console.cannot")
	}
	return nil
}

// refusal leaves a person's error as it is. Any other comes from a transaction
// that was rolled back, unless its commit was left open.
func refusal(err error) error {
	if e, ok := errors.AsType[*bot.Error](err); ok {
		return e
	}
	if errors.Is(err, storage.ErrFull) || errors.Is(err, storage.ErrClosed) {
		return bot.Errorf(bot.Unavailable, "console.busy").Because(err)
	}
	return bot.Errorf(bot.Ambiguous, "console.busy").Because(err)
}

func receipt(m message) act.Receipt {
	top := m.ID
	if m.Thread != "" {
		top = m.Thread
	}
	return act.Receipt{Ref: string(m.ID), URL: linkTo(m.Brand, m.Room, string(top))}
}

// linkTo is the page's address of a room, or of a thread in it.
func linkTo(brand bot.BrandID, room, ref string) string {
	link := "/c/" + url.PathEscape(string(brand)) + "/" + url.PathEscape(room)
	if ref != "" {
		link += "/" + url.PathEscape(ref)
	}
	return link
}
