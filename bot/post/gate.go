package post

import (
	"slices"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/pause"
	"ponte/bot/records"
	"ponte/storage"
)

// publication is what goes out on an account for the content.
func (s *sheet) publication(a bot.AccountID) (out act.Publish, err error) {
	out.Text = s.draft.Content.For(a)
	if all := s.draft.Content.Pictures; len(all) > 0 {
		out.Pictures, err = s.desk.media.Given(s.tx, s.b.ID, all)
	}
	return out, err
}

// shows reports whether exactly the content's pictures go out, as they are described.
func shows(said []act.Picture, c *bot.Content) bool {
	return slices.EqualFunc(said, c.Pictures, func(a act.Picture, p bot.Picture) bool { return a.Hash == p.Hash && a.Alt == p.Alt })
}

// place is where an account is.
func place(b *bot.Brand, a bot.AccountID) act.Place {
	account, _ := b.Account(a)
	return act.Place{Platform: account.Platform, Space: string(a)}
}

// send puts a post into the outbox that may go out now, and only once.
func (s *sheet) send(p *bot.Post) error {
	p.Hash = s.draft.Content.Hash()
	if err := s.may(p); err != nil {
		return err
	}
	said, err := s.publication(p.Account)
	if err != nil {
		return err
	}
	e, err := s.desk.out.Say(s.tx, act.Effect{
		Brand: s.b.ID, Subject: act.Subject{Kind: act.OnPost, ID: p.ID}, Slot: "out/" + string(p.ID), At: place(s.b, p.Account),
		Lane: "post/" + string(p.Account), Class: act.ItemClass, By: string(s.draft.By),
		Act: act.Seal(said), Due: p.Due, Until: s.until(p),
	})
	if err != nil {
		return err
	}
	p.Effect, p.Fault = e.ID, nil
	return s.move(p, ponte, bot.Publishing)
}

// gate lets nothing be said by itself on any account but a post as it was agreed
// on, for as long as that stands. It believes nothing that was true before, and
// gives pictures addresses that are good from now on.
func (d *Desk) gate(tx *storage.Tx, e *act.Effect) error {
	if e.Act.Kind() != "publish" {
		return nil
	}
	unapproved := bot.Errorf(bot.Conflict, "error.draft_unapproved")
	if e.Subject.Kind != act.OnPost {
		return unapproved
	}
	row, ok, err := records.Found(records.Posts.Get(tx, storage.K(e.Brand, e.Subject.ID)))
	if err != nil {
		return err
	}
	if !ok || row.State != bot.Publishing || row.Effect != e.ID {
		return unapproved
	}
	s, err := d.of(tx, e.Brand, row.Draft)
	if err != nil {
		return err
	}
	said, err := e.Act.Open()
	if err != nil {
		return err
	}
	p, text := s.post(row.ID), said.(act.Publish)
	if text.Text != s.draft.Content.For(p.Account) || !shows(text.Pictures, &s.draft.Content) || e.At != place(s.b, p.Account) {
		return unapproved
	}
	if err := s.may(p); err != nil {
		return err
	}
	now, err := s.publication(p.Account)
	if err == nil {
		e.Act = act.Seal(now)
	}
	return err
}

// may refuses a post that may not go out as things stand in this transaction: by
// its content, its time, the decision on it, and whether it or its brand is held.
func (s *sheet) may(p *bot.Post) error {
	if s.late(p) {
		return bot.Errorf(bot.Conflict, "error.grace")
	}
	if err := pause.Free(s.tx, s.b.ID); err != nil {
		return err
	}
	if p.Held != nil {
		return bot.Errorf(bot.Conflict, "error.draft_held")
	}
	c := &s.draft.Content
	if c.Hash() != p.Hash || !slices.Contains(c.Accounts, p.Account) {
		return bot.Errorf(bot.Conflict, "error.draft_unapproved")
	}
	if s.desk.cannot(s.b, p.Account) {
		return bot.Errorf(bot.Denied, "error.draft_account", "Account", string(p.Account))
	}
	stands, err := s.stands()
	if err == nil && !stands {
		err = bot.Errorf(bot.Conflict, "error.draft_unapproved")
	}
	return err
}
