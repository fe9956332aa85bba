package square

import (
	"context"
	"errors"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/social/square/gallery"
	"ponte/platforms/social/square/gate"
	"ponte/storage"
)

// Carry does what the brand wants done, once for each key. A refusal is a
// bot.Error; what an error of the store means, Settle can tell.
func (s *Square) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	if at.Space != string(s.opt.Account) {
		return act.Receipt{}, bot.Errorf(bot.Denied, "square.other_account")
	}
	said, _ := a.(act.Publish)
	pieces, missing := gallery.Fetch(ctx, s.opt.Media, said.Pictures)
	got, err := storage.Do(storage.Urgent(ctx), s.store, func(tx *storage.Tx) (act.Receipt, error) {
		d, err := deeds.Get(tx, storage.K(key))
		if err == nil {
			return act.Receipt{Ref: d.Ref, URL: d.URL}, nil
		}
		if !errors.Is(err, storage.ErrNotFound) {
			return act.Receipt{}, err
		}
		if missing != nil {
			return act.Receipt{}, missing
		}
		done, err := s.do(tx, a, pieces)
		if err != nil {
			return act.Receipt{}, err
		}
		return done, deeds.Insert(tx, deed{Key: key, Ref: done.Ref, URL: done.URL})
	})
	if _, typed := errors.AsType[*bot.Error](err); err != nil && !typed {
		return got, bot.Errorf(bot.Ambiguous, "square.unsure").Because(err)
	}
	return got, err
}

// do is the act itself; it returns the name and address of what it is about.
func (s *Square) do(tx *storage.Tx, a act.Act, pieces map[string]gallery.Piece) (act.Receipt, error) {
	var c comment
	var err error
	switch a := a.(type) {
	case act.Publish:
		p, err := s.publish(tx, a, pieces)
		return act.Receipt{Ref: p.ID, URL: s.page(p.ID)}, err
	case act.Reply:
		c, err = s.reply(tx, a)
	case act.Change:
		c, err = s.reword(tx, a)
	case act.Remove:
		c, err = s.ours(tx, a.Ref, (*comment).wipe)
	default:
		err = bot.Errorf(bot.Invalid, "square.not_here")
	}
	return act.Receipt{Ref: c.ID, URL: s.address(&c)}, err
}

func (s *Square) reply(tx *storage.Tx, a act.Reply) (comment, error) {
	text, err := gate.Text(a.Text, maxText)
	if err != nil {
		return comment{}, err
	}
	if a.Private || a.To == "" {
		return comment{}, bot.Errorf(bot.Invalid, "square.not_here")
	}
	c := comment{InReplyTo: a.To, Author: s.opt.Brand(), Text: text, Brand: true}
	return c, s.insert(tx, &c)
}

func (s *Square) reword(tx *storage.Tx, a act.Change) (comment, error) {
	text, err := gate.Text(a.Text, maxText)
	if err != nil {
		return comment{}, err
	}
	return s.ours(tx, a.Ref, func(c *comment) { c.Text, c.EditedAt = text, s.opt.Now().UTC() })
}

// ours changes a comment of the brand that stands.
func (s *Square) ours(tx *storage.Tx, id string, fn func(*comment)) (comment, error) {
	return s.change(tx, id, func(c *comment) error {
		if !c.Brand {
			return bot.Errorf(bot.Denied, "square.not_ours")
		}
		fn(c)
		return nil
	})
}

// Settle tells whether the act under a key was carried out. It waits its turn
// behind whatever is being written, so that Absent is a proof.
func (s *Square) Settle(ctx context.Context, key string, _ act.Act, _ act.Place) (act.Receipt, act.Finding, error) {
	d, err := storage.Do(ctx, s.store, func(tx *storage.Tx) (deed, error) { return deeds.Get(tx, storage.K(key)) })
	switch {
	case err == nil:
		return act.Receipt{Ref: d.Ref, URL: d.URL}, act.Found, nil
	case errors.Is(err, storage.ErrNotFound):
		return act.Receipt{}, act.Absent, nil
	}
	return act.Receipt{}, act.Unsure, err
}
