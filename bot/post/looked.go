package post

import (
	"slices"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/storage"
)

// Media is what posting needs of the room that keeps pictures and follows links.
type Media interface {
	// Described returns pictures as they are kept, with the descriptions given. The error
	// is Invalid where one is not, or where one of those to be fetched has no address.
	Described(tx *storage.Tx, brand bot.BrandID, all []bot.Picture, more []bot.Fetch) ([]bot.Picture, error)
	// Given returns pictures as a network gets them.
	Given(tx *storage.Tx, brand bot.BrandID, all []bot.Picture) ([]act.Picture, error)
	// Wants reports whether a draft must be looked at before anybody is asked; Looked follows then.
	Wants(tx *storage.Tx, d *bot.Draft) (bool, error)
}

// Pictures sets who keeps pictures and follows links. Until then drafts with
// pictures are refused, and links are not looked at.
func (d *Desk) Pictures(m Media) { d.media = m }

// handIn submits the draft, or has its links and pictures looked at before that.
func (s *sheet) handIn(by bot.PersonID) ([]bot.Finding, error) {
	s.draft.LooksAt, s.draft.LooksBy = time.Time{}, ""
	if s.desk.media == nil {
		return s.submit(by)
	}
	if wants, err := s.desk.media.Wants(s.tx, &s.draft); err != nil || !wants {
		if err != nil {
			return nil, err
		}
		return s.submit(by)
	}
	if err := s.desk.approvals.Void(s.tx, s.b.ID, s.draft.ID, bot.Superseded); err != nil {
		return nil, err
	}
	s.draft.Request, s.draft.LooksAt, s.draft.LooksBy = "", s.tx.Now(), by
	return nil, s.keep()
}

// unfinished reports whether the draft is not yet what it is meant to be: somebody
// looks at it, or a picture of it is missing.
func (s *sheet) unfinished() bool { return !s.draft.LooksAt.IsZero() || len(s.draft.Fetch) > 0 }

// Looked takes a draft on whose links and pictures were looked at, as it was seen:
// with the pictures that were fetched for it, each once, and without those
// that are left. One that changed since is looked at again as it is.
func (d *Desk) Looked(tx *storage.Tx, seen bot.Draft, fetched []bot.Picture, left []bot.Fetch) error {
	s, err := d.of(tx, seen.Brand, seen.ID)
	if err != nil || s.draft.LooksAt.IsZero() || s.draft.Revision != seen.Revision {
		return err
	}
	by := s.draft.LooksBy
	s.draft.LooksAt, s.draft.LooksBy = time.Time{}, ""
	if !s.any(bot.Drafted, bot.Held) {
		return s.keep()
	}
	s.draft.Fetch = left
	for _, p := range fetched {
		if all := s.draft.Content.Pictures; !slices.ContainsFunc(all, func(had bot.Picture) bool { return had.Hash == p.Hash }) {
			s.draft.Content.Pictures = append(slices.Clip(all), p)
		}
	}
	if _, there := d.brands().Brand(s.b.ID); !there {
		return s.keep()
	}
	found, err := s.submit(by)
	if err != nil || !slices.ContainsFunc(found, func(f bot.Finding) bool { return f.Stops }) {
		return err
	}
	ch := s.b.DecidesIn()
	home := act.Slot{ID: slot(s.draft.ID, ""), Brand: s.b.ID, Subject: s.subject(), At: act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote}}
	if err := d.out.Touch(tx, outbox.Shown{Slot: home, Lane: s.lane(), Class: act.PersonClass}); err != nil {
		return err
	}
	return s.say(home.At, home.ID, card.W("post.looked_stopped", card.Text("Number", strconv.Itoa(s.draft.Number))))
}
