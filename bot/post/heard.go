package post

import (
	"cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// heard follows a post through the outbox.
func (d *Desk) heard(tx *storage.Tx, e act.Effect) error {
	row, ok, err := records.Found(records.Posts.Get(tx, storage.K(e.Brand, e.Subject.ID)))
	if err != nil || !ok || row.Effect != e.ID {
		return err
	}
	s, err := d.of(tx, e.Brand, row.Draft)
	if err != nil {
		return err
	}
	p := s.post(row.ID)
	p.Fault = e.Fault
	switch e.State {
	case act.Started:
		return nil
	case act.Waiting:
		err = s.waits(p)
	case act.Done:
		err = s.isOut(p, e.Receipt)
	case act.Failed:
		err = s.failed(p)
	case act.Unknown:
		err = s.ends(p, bot.Uncertain)
	}
	if err != nil {
		return err
	}
	return s.keep()
}

// waits is a post that the outbox tries again, also after somebody's word that it is not out.
func (s *sheet) waits(p *bot.Post) error {
	if p.State == bot.Uncertain {
		p.Fault = nil
		return s.move(p, ponte, bot.Scheduled, bot.Publishing)
	}
	return s.move(p, ponte)
}

func (s *sheet) isOut(p *bot.Post, r act.Receipt) error {
	p.URL, p.OutAt, p.Fault = r.URL, s.tx.Now(), nil
	other, taken, err := records.Found(records.PostByRemote.First(s.tx, storage.K(p.Account, r.Ref)))
	if err != nil {
		return err
	}
	if taken && other.ID != p.ID {
		s.desk.log.Error("two posts have one name", "post", p.ID, "other", other.ID, "ref", r.Ref)
	} else {
		p.Remote = r.Ref
	}
	if err := s.move(p, ponte, bot.Published); err != nil {
		return err
	}
	return s.published(p)
}

// failed is a post that is certainly not out. What only a hold or the time kept
// from starting is held or expired, and no failure.
func (s *sheet) failed(p *bot.Post) error {
	key := ""
	if p.Fault != nil {
		key = p.Fault.Key
	}
	switch key {
	case "error.brand_paused":
		pause, ok, err := records.Found(records.BrandHolds.Get(s.tx, storage.K(s.b.ID)))
		if err != nil || !ok {
			return s.ends(p, bot.Failed)
		}
		p.Held, p.Fault = &pause.Hold, nil
		return s.ends(p, bot.Held)
	case "error.grace":
		p.Fault = nil
		return s.ends(p, bot.Expired)
	}
	return s.ends(p, bot.Failed)
}

// ends takes a post where somebody must look at it; its author is told with the
// change that keep writes.
func (s *sheet) ends(p *bot.Post, to bot.PostState) error {
	states := []bot.PostState{to}
	if p.State == bot.Publishing && to == bot.Held {
		states = []bot.PostState{bot.Scheduled, bot.Held}
	}
	s.news = append(s.news, p.ID)
	return s.move(p, ponte, states...)
}

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
