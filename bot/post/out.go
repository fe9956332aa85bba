package post

import (
	"cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
)

// Out hears of every post that went out, in the transaction that writes it down.
type Out interface {
	Published(tx *storage.Tx, post bot.Post) error
}

// Tells sets who hears of what went out.
func (d *Desk) Tells(out Out) { d.public = out }

// Thread is where people talk about a draft: the message that it opens under, by the
// name of its slot. Where the draft is shown nowhere yet, it is false.
func (d *Desk) Thread(tx *storage.Tx, brand bot.BrandID, draft bot.ID) (at act.Place, parent string, ok bool, err error) {
	s, err := d.of(tx, brand, draft)
	if err != nil {
		return at, "", false, err
	}
	home, ok, err := s.home()
	return home.At, cmp.Or(home.Parent, home.ID), ok, err
}

// published tells those who follow what went out.
func (s *sheet) published(p *bot.Post) error {
	if s.desk.public == nil {
		return nil
	}
	return s.desk.public.Published(s.tx, *p)
}
