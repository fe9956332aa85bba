package post

import (
	"slices"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

// Hash is of a draft's content as it is now; empty when it is off.
func (d *Desk) Hash(tx *storage.Tx, brand bot.BrandID, subject bot.ID) (string, error) {
	s, err := d.of(tx, brand, subject)
	if err != nil || !s.live() {
		return "", err
	}
	return s.draft.Content.Hash(), nil
}

// Out reports whether a post of the content is going out, is out or may be: no
// word on it can be taken back any more.
func (d *Desk) Out(tx *storage.Tx, brand bot.BrandID, subject bot.ID) (bool, error) {
	s, err := d.of(tx, brand, subject)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(s.in(bot.Publishing, bot.Published, bot.Uncertain), func(p *bot.Post) bool {
		return slices.Contains(s.draft.Content.Accounts, p.Account)
	}), nil
}

// Decided takes in what became of a request: approved posts get their time, those
// whose approval was taken back wait again, and so on. What is held stays held,
// and is told apart when somebody releases it.
func (d *Desk) Decided(tx *storage.Tx, r bot.Request) error {
	s, err := d.of(tx, r.Brand, r.Subject)
	if err != nil || s.draft.Request != r.ID {
		return err
	}
	if r.State != bot.Agreed {
		for _, p := range s.in(bot.Approved, bot.Scheduled) {
			p.Due = s.draft.Content.When
			if err := s.move(p, ponte, bot.InReview); err != nil {
				return err
			}
		}
	}
	to, ends := map[bot.RequestState]bot.PostState{bot.Refused: bot.Rejected, bot.Returned: bot.Drafted, bot.Lapsed: bot.Expired}[r.State]
	switch {
	case r.State == bot.Agreed:
		if err := s.agreed(ponte, bot.InReview); err != nil {
			return err
		}
	case ends:
		for _, p := range s.in(bot.InReview) {
			if err := s.move(p, ponte, to); err != nil {
				return err
			}
		}
	}
	return s.keep()
}

// of opens a draft for those who know it by its ids only. A brand that is
// configured no more has no accounts, and lets nothing out.
func (d *Desk) of(tx *storage.Tx, brand bot.BrandID, draft bot.ID) (*sheet, error) {
	b, ok := d.brands().Brand(brand)
	if !ok {
		b = &bot.Brand{ID: brand}
	}
	return d.open(tx, b, draft)
}

// standing is where a decision on the draft's content as it is leaves a post.
func (s *sheet) standing() (bot.PostState, error) {
	if s.unfinished() {
		return bot.Drafted, nil
	}
	if stands, err := s.stands(); err != nil || stands {
		return bot.Approved, err
	}
	if s.draft.Request == "" {
		return s.unasked()
	}
	r, ok, err := records.Found(records.Requests.Get(s.tx, storage.K(s.b.ID, s.draft.Request)))
	switch {
	case err != nil || !ok:
		return bot.Drafted, err
	case r.State == bot.Awaiting && (r.Content == nil || r.Content.When.IsZero() || s.tx.Now().Before(r.Content.When)):
		return bot.InReview, nil
	case r.State == bot.Awaiting, r.State == bot.Lapsed:
		return bot.Expired, nil
	case r.State == bot.Refused:
		return bot.Rejected, nil
	}
	return bot.Drafted, nil
}

// stands reports whether the content as it is may go out, by the word of those who decide.
func (s *sheet) stands() (bool, error) {
	if s.unfinished() {
		return false, nil
	}
	if covered, err := s.covered(); err != nil || covered {
		return covered, err
	}
	if s.free() {
		found, err := s.findings()
		return !slices.ContainsFunc(found, func(f bot.Finding) bool { return f.Stops }), err
	}
	return s.desk.approvals.Stands(s.tx, s.b, s.draft.ID, s.draft.Content.Hash())
}
