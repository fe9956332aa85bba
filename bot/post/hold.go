package post

import (
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/pause"
	"ponte/bot/records"
	"ponte/storage"
)

const mostReason = 500 // characters

// Cancel takes back all posts of a draft that are not out, and what was asked
// about it. What is on its way beyond recall, is out or may be, stays as it is;
// where that is all, the error is a Conflict that says so.
func (d *Desk) Cancel(tx *storage.Tx, b *bot.Brand, by bot.PersonID, draft bot.Draft) error {
	s, err := d.open(tx, b, draft.ID)
	if err != nil {
		return err
	}
	n := 0
	for i := range s.posts {
		p := &s.posts[i]
		if p.Over() || p.State == bot.Uncertain || !s.pulled(p) {
			continue
		}
		if err := s.move(p, string(by), bot.Cancelled); err != nil {
			return err
		}
		n++
	}
	switch {
	case n > 0:
	case s.all(bot.Cancelled):
		return bot.Errorf(bot.Conflict, "error.draft_cancelled")
	case s.all(bot.Published, bot.Cancelled):
		return bot.Errorf(bot.Conflict, "error.draft_is_out")
	case s.any(bot.Uncertain) && !s.any(bot.Publishing):
		return bot.Errorf(bot.Conflict, "error.draft_unsettled")
	default:
		return bot.Errorf(bot.Conflict, "error.draft_going")
	}
	if !s.any(bot.Publishing) { // that one still needs the word it goes by
		if err := d.approvals.Void(tx, b.ID, s.draft.ID, bot.Void); err != nil {
			return err
		}
	}
	if err := s.logged(string(by), "draft.cancelled"); err != nil {
		return err
	}
	return s.keep()
}

// pulled takes a post that is going out back from the outbox. It reports false
// when it may have started.
func (s *sheet) pulled(p *bot.Post) bool {
	if p.State != bot.Publishing {
		return true
	}
	if s.desk.out.Cancel(s.tx, p.Effect) != nil {
		return false
	}
	p.Effect, p.Fault = "", nil
	return p.Move(bot.Scheduled) == nil
}

// Hold keeps a post from going out until somebody releases it. The reason is cut
// at 500 characters; until is what people are told, and releases nothing. The
// error is a Conflict where the post may have started, or cannot be held.
func (d *Desk) Hold(tx *storage.Tx, b *bot.Brand, by bot.PersonID, post bot.Post, why string, until time.Time) error {
	s, p, err := d.row(tx, b, post)
	if err != nil {
		return err
	}
	if !s.pulled(p) {
		return bot.Errorf(bot.Conflict, "error.draft_going")
	}
	if !slices.Contains(bot.PostMoves[p.State], bot.Held) {
		return bot.Errorf(bot.Conflict, "error.draft_no_hold")
	}
	p.Held = &bot.Hold{Why: bot.Short(why, mostReason), By: by, At: tx.Now(), Until: until}
	if err := s.move(p, string(by), bot.Held); err != nil {
		return err
	}
	return s.keep()
}

// Release lets go of a post that is held: it goes where the decision on its
// content leaves it. One whose time is over by more than the brand's grace is
// expired, and asks for a new time. The error is a Conflict while the brand is
// paused, and where the post is not held.
func (d *Desk) Release(tx *storage.Tx, b *bot.Brand, by bot.PersonID, post bot.Post) error {
	s, p, err := d.row(tx, b, post)
	if err != nil {
		return err
	}
	if err := pause.Free(tx, b.ID); err != nil {
		return err
	}
	if p.State != bot.Held {
		return bot.Errorf(bot.Conflict, "error.draft_not_held")
	}
	to, err := s.standing()
	if err != nil {
		return err
	}
	if to == bot.Approved {
		err = s.plan(p, string(by))
	} else {
		p.Held, p.Due = nil, s.draft.Content.When
		err = s.move(p, string(by), to)
	}
	if err != nil {
		return err
	}
	return s.keep()
}

// KeepBack holds what came due in a pause and the clock has not come to.
func (d *Desk) KeepBack(tx *storage.Tx, b *bot.Brand, h bot.Hold) error {
	var due []bot.Post
	until := storage.Until(storage.K(b.ID, bot.Scheduled, tx.Now().Add(1)))
	for p, err := range records.PostsByState.Under(tx, storage.K(b.ID, bot.Scheduled), until) {
		if err != nil {
			return err
		}
		due = append(due, p)
	}
	for _, p := range due {
		s, p, err := d.row(tx, b, p)
		if err != nil {
			return err
		}
		p.Held = &h
		if err := s.move(p, ponte, bot.Held); err != nil {
			return err
		}
		if err := s.keep(); err != nil {
			return err
		}
	}
	return nil
}

// Settle is a person's word on a post that may be out: it is, or it goes out
// again. Where it may not any more it has failed, which says why. The error is a
// Conflict where it is settled, and while the brand is paused.
func (d *Desk) Settle(tx *storage.Tx, b *bot.Brand, by bot.PersonID, post bot.Post, happened bool) error {
	s, p, err := d.row(tx, b, post)
	if err != nil {
		return err
	}
	if p.State != bot.Uncertain {
		return bot.Errorf(bot.Conflict, "error.draft_settled")
	}
	if !happened {
		if err := pause.Free(tx, b.ID); err != nil {
			return err
		}
		p.Due = tx.Now()
		if err := s.move(p, string(by)); err != nil {
			return err
		}
	}
	if err := records.Log(tx, bot.Record{
		Brand: b.ID, Who: string(by), What: "post.settled", Subject: act.OnPost + "/" + string(p.ID), Details: map[string]string{"happened": yesNo(happened)},
	}); err != nil {
		return err
	}
	return d.out.Settle(tx, p.Effect, happened, by, act.Receipt{})
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
