// Package post is what the brand says by itself: drafts are written, checked, sent
// to be decided about, wait for their time, and go out on each account once. It
// publishes nothing but a content that was agreed on exactly as it is, and only
// through the outbox. It knows no platform, and of those who decide only whether
// their word stands.
package post

import (
	"cmp"
	"log/slog"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/clock"
	"ponte/bot/outbox"
	"ponte/bot/pause"
	"ponte/bot/records"
	"ponte/storage"
)

// Approvals is what posting needs of those who decide.
type Approvals interface {
	// Ask asks for a decision in the place of all earlier ones on the subject.
	Ask(tx *storage.Tx, r bot.Request) (bot.Request, error)
	// Void ends what was asked about a subject: earlier decisions count no more.
	Void(tx *storage.Tx, brand bot.BrandID, subject bot.ID, as bot.RequestState) error
	// Stands reports whether exactly this content has its quorum now.
	Stands(tx *storage.Tx, b *bot.Brand, subject bot.ID, hash string) (bool, error)
}

// Checks looks a draft over before anybody is asked about it.
type Checks interface {
	Findings(tx *storage.Tx, b *bot.Brand, d *bot.Draft) ([]bot.Finding, error)
}

// Desk is where posts are written and followed.
type Desk struct {
	*pause.Brake // of brands

	store     storage.Store
	out       *outbox.Outbox
	brands    func() *bot.Brands
	traits    func(bot.AccountID) act.Traits
	approvals Approvals
	checks    Checks
	series    Series // nil: nothing is said again
	log       *slog.Logger
	media     Media // nil: no pictures, and links are not looked at
	public    Out
	clock     *clock.Clock
}

// New makes the desk, and tells the outbox what may go out and who wants to hear
// of it. Checks may be nil: then nothing is looked over.
func New(store storage.Store, out *outbox.Outbox, brands func() *bot.Brands, traits func(bot.AccountID) act.Traits, approvals Approvals, checks Checks, log *slog.Logger) *Desk {
	d := &Desk{store: store, out: out, brands: brands, traits: traits, approvals: approvals, checks: checks, log: log, clock: clock.New("posts", log)}
	d.Brake = pause.New(store, out, brands, d, d.clock)
	out.Draws(act.OnDraft, d.draw)
	out.Gates(d.gate)
	out.Watches(act.OnPost, d.heard)
	return d
}

// Order is what a person wants the brand to say.
type Order struct {
	By       bot.PersonID
	Token    string // the same token twice is the same draft; empty: a draft of its own
	Content  bot.Content
	Fetch    []bot.Fetch // further pictures, by their addresses
	Campaign string      // a tag of the team's, cut at 60 characters
}

// Write takes an order in: one post for each account. Where a check stops it, it
// stays a draft; else a decision is asked for, and with a quorum of nobody it goes
// its way at once. The errors are Invalid with the field: "text", "to", "at" or
// "pictures".
func (d *Desk) Write(tx *storage.Tx, b *bot.Brand, o Order) (bot.Draft, []bot.Finding, error) {
	s, had, err := d.written(tx, b, o)
	if err != nil {
		return bot.Draft{}, nil, err
	}
	if had {
		found, err := s.findings()
		return s.draft, found, err
	}
	s.draft.Fetch = o.Fetch
	found, err := s.handIn(o.By)
	return s.draft, found, err
}

// written keeps an order as a draft, or finds the one that was made of it.
func (d *Desk) written(tx *storage.Tx, b *bot.Brand, o Order) (s *sheet, had bool, err error) {
	o.Token = cmp.Or(o.Token, string(bot.NewID(tx.Now())))
	old, had, err := records.Found(records.DraftByToken.First(tx, storage.K(b.ID, o.Token)))
	if had {
		s, err = d.open(tx, b, old.ID)
	}
	if had || err != nil {
		return s, had, err
	}
	content, err := d.valid(tx, b, o.Content, o.Fetch)
	if err != nil {
		return nil, false, err
	}
	s, err = d.keeps(tx, b, bot.Draft{By: o.By, Token: o.Token, Content: content, Campaign: bot.Short(o.Campaign, 60)})
	return s, false, err
}

// keeps writes a new draft, with a post for each account.
func (d *Desk) keeps(tx *storage.Tx, b *bot.Brand, draft bot.Draft) (*sheet, error) {
	last, _, err := records.Found(records.DraftByNumber.First(tx, storage.K(b.ID), storage.Reverse()))
	if err != nil {
		return nil, err
	}
	draft.ID, draft.Number, draft.Brand, draft.At, draft.Revision = bot.NewID(tx.Now()), last.Number+1, b.ID, tx.Now(), 1
	if err := records.Drafts.Insert(tx, draft); err != nil {
		return nil, err
	}
	s := &sheet{desk: d, tx: tx, b: b, draft: draft}
	for _, a := range draft.Content.Accounts {
		if err := s.add(a); err != nil {
			return nil, err
		}
	}
	return s, s.logged(string(draft.By), "draft.written")
}

// Edit gives a draft another content. All decisions on the old one are void, also
// after scheduling, and new ones are asked for. What is out already stays as it
// is, and what is held stays held. The error is a Conflict where the draft moved
// since the writer looked (seen is its Revision then; negative: not known), where
// one of its posts is going out or may be out, and where nothing is left to change.
func (d *Desk) Edit(tx *storage.Tx, b *bot.Brand, draft bot.Draft, o Order, seen int) (bot.Draft, []bot.Finding, error) {
	s, err := d.open(tx, b, draft.ID)
	if err != nil {
		return draft, nil, err
	}
	switch {
	case seen >= 0 && seen != s.draft.Revision:
		return draft, nil, bot.Errorf(bot.Conflict, "error.draft_moved")
	case s.any(bot.Publishing):
		return draft, nil, bot.Errorf(bot.Conflict, "error.draft_going")
	case s.any(bot.Uncertain):
		return draft, nil, bot.Errorf(bot.Conflict, "error.draft_unsettled")
	case s.all(bot.Cancelled):
		return draft, nil, bot.Errorf(bot.Conflict, "error.draft_cancelled")
	case s.all(bot.Published, bot.Cancelled):
		return draft, nil, bot.Errorf(bot.Conflict, "error.draft_is_out")
	case !s.live():
		return draft, nil, bot.Errorf(bot.Conflict, "error.draft_over")
	}
	out := s.accounts(bot.Published)
	o.Content.Accounts = slices.DeleteFunc(slices.Clone(o.Content.Accounts), func(a bot.AccountID) bool { return slices.Contains(out, a) })
	if len(out) > 0 && len(o.Content.Accounts) == 0 {
		return draft, nil, bot.Errorf(bot.Conflict, "error.draft_out")
	}
	content, err := d.valid(tx, b, o.Content, o.Fetch)
	if err != nil {
		return draft, nil, err
	}
	same := content.Hash() == s.draft.Content.Hash() && len(o.Fetch)+len(s.draft.Fetch) == 0 && !s.any(bot.Drafted, bot.Rejected, bot.Expired, bot.Failed)
	s.draft.Content, s.draft.Campaign, s.draft.Fetch = content, bot.Short(o.Campaign, 60), o.Fetch
	if same {
		if err := s.keep(); err != nil {
			return draft, nil, err
		}
		found, err := s.findings()
		return s.draft, found, err
	}
	s.draft.Edited, s.draft.EditedAt = o.By, tx.Now()
	s.hand(o.By)
	if err := s.begins(o.By); err != nil {
		return draft, nil, err
	}
	if err := s.logged(string(o.By), "draft.edited"); err != nil {
		return draft, nil, err
	}
	found, err := s.handIn(o.By)
	return s.draft, found, err
}

// Retry asks anew about what failed, expired, was rejected or never asked, with
// its content as it is. A time that has passed is dropped: it goes out once it is
// agreed on.
func (d *Desk) Retry(tx *storage.Tx, b *bot.Brand, by bot.PersonID, draft bot.Draft) (bot.Draft, []bot.Finding, error) {
	s, err := d.open(tx, b, draft.ID)
	if err != nil {
		return draft, nil, err
	}
	if !s.any(bot.Drafted, bot.Rejected, bot.Expired, bot.Failed) {
		return draft, nil, bot.Errorf(bot.Conflict, "error.draft_no_retry")
	}
	o := Order{By: by, Content: s.draft.Content, Fetch: s.draft.Fetch, Campaign: s.draft.Campaign}
	if o.Content.When.Before(tx.Now()) {
		o.Content.When = time.Time{}
	}
	return d.Edit(tx, b, s.draft, o, -1)
}

// Duplicate makes a draft with the content of another, without its time. Nobody is
// asked about it before it is edited or handed in by Retry.
func (d *Desk) Duplicate(tx *storage.Tx, b *bot.Brand, by bot.PersonID, token string, draft bot.Draft) (bot.Draft, error) {
	from, err := d.open(tx, b, draft.ID)
	if err != nil {
		return draft, err
	}
	c := from.draft.Content
	c.When = time.Time{}
	c.Accounts = slices.Concat(c.Accounts, from.accounts(bot.Published, bot.Uncertain))
	c.Accounts = slices.DeleteFunc(c.Accounts, func(a bot.AccountID) bool { return d.cannot(b, a) })
	s, had, err := d.written(tx, b, Order{By: by, Token: token, Content: c, Fetch: from.draft.Fetch, Campaign: from.draft.Campaign})
	if err != nil {
		return draft, err
	}
	if had {
		return s.draft, nil
	}
	s.draft.Fetch = from.draft.Fetch
	s.hand(append([]bot.PersonID{from.draft.By}, from.draft.Wrote...)...)
	return s.draft, s.keep()
}
