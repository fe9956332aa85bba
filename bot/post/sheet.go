package post

import (
	"cmp"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/postcard"
	"ponte/bot/records"
	"ponte/storage"
)

// ponte is who acts when nobody does.
const ponte = "ponte"

// sheet is a draft with its posts, as one transaction sees and changes them.
type sheet struct {
	desk  *Desk
	tx    *storage.Tx
	b     *bot.Brand
	draft bot.Draft
	posts []bot.Post
	news  []bot.ID // posts whose author must hear of them
}

// open reads a draft and its posts as they are now.
func (d *Desk) open(tx *storage.Tx, b *bot.Brand, draft bot.ID) (*sheet, error) {
	s := &sheet{desk: d, tx: tx, b: b}
	var ok bool
	var err error
	if s.draft, ok, err = records.Found(records.Drafts.Get(tx, storage.K(b.ID, draft))); err != nil || !ok {
		return nil, cmp.Or[error](err, bot.Errorf(bot.NotFound, "error.not_found"))
	}
	for p, err := range records.PostsOf.Under(tx, storage.K(draft)) {
		if err != nil {
			return nil, err
		}
		s.posts = append(s.posts, p)
	}
	return s, nil
}

// row opens the draft of a post, and finds the post in it.
func (d *Desk) row(tx *storage.Tx, b *bot.Brand, post bot.Post) (*sheet, *bot.Post, error) {
	s, err := d.open(tx, b, post.Draft)
	if err != nil {
		return nil, nil, err
	}
	if p := s.post(post.ID); p != nil {
		return s, p, nil
	}
	return nil, nil, bot.Errorf(bot.NotFound, "error.not_found")
}

func (s *sheet) post(id bot.ID) *bot.Post {
	if i := slices.IndexFunc(s.posts, func(p bot.Post) bool { return p.ID == id }); i >= 0 {
		return &s.posts[i]
	}
	return nil
}

// in returns the posts that are in one of the states.
func (s *sheet) in(states ...bot.PostState) (out []*bot.Post) {
	for i := range s.posts {
		if slices.Contains(states, s.posts[i].State) {
			out = append(out, &s.posts[i])
		}
	}
	return out
}

func (s *sheet) any(states ...bot.PostState) bool { return len(s.in(states...)) > 0 }

// all reports whether every post is in one of the states.
func (s *sheet) all(states ...bot.PostState) bool { return len(s.in(states...)) == len(s.posts) }

// live reports whether something may still become of a post.
func (s *sheet) live() bool {
	return slices.ContainsFunc(s.posts, func(p bot.Post) bool { return !p.Over() })
}

func (s *sheet) accounts(states ...bot.PostState) (out []bot.AccountID) {
	for _, p := range s.in(states...) {
		out = append(out, p.Account)
	}
	return out
}

// add makes a post for an account.
func (s *sheet) add(a bot.AccountID) error {
	p := bot.Post{ID: bot.NewID(s.tx.Now()), Brand: s.b.ID, Draft: s.draft.ID, Account: a, State: bot.Drafted, Revision: 1}
	s.posts = append(s.posts, p)
	return records.Posts.Insert(s.tx, p)
}

// move takes a post through states, of which the last counts, writes it with
// whatever else was changed of it, and logs where it is now.
func (s *sheet) move(p *bot.Post, who string, to ...bot.PostState) error {
	for _, state := range to {
		if err := p.Move(state); err != nil {
			return err
		}
	}
	if err := records.Posts.Put(s.tx, *p); err != nil || len(to) == 0 {
		return err
	}
	details := map[string]string{"draft": string(s.draft.ID), "account": string(p.Account), "hash": p.Hash, "effect": string(p.Effect)}
	if p.Fault != nil {
		details["fault"] = p.Fault.Key
	}
	return records.Log(s.tx, bot.Record{
		Brand: s.b.ID, Who: who, What: "post." + postcard.Word(p.State), Subject: act.OnPost + "/" + string(p.ID), Details: details,
	})
}

func (s *sheet) logged(who, what string) error {
	return records.Log(s.tx, bot.Record{
		Brand: s.b.ID, Who: who, What: what, Subject: act.OnDraft + "/" + string(s.draft.ID),
		Details: map[string]string{"hash": s.draft.Content.Hash(), "request": string(s.draft.Request)},
	})
}

// keep writes the draft after a change, shows it anew, and tells its author what
// there is to be told.
func (s *sheet) keep() error {
	s.draft.Revision++
	if err := records.Drafts.Put(s.tx, s.draft); err != nil {
		return err
	}
	if err := s.show(); err != nil {
		return err
	}
	return s.tell()
}

func (s *sheet) findings() ([]bot.Finding, error) {
	if s.desk.checks == nil {
		return nil, nil
	}
	return s.desk.checks.Findings(s.tx, s.b, &s.draft)
}

// begins takes every post of a content that changed back to draft, makes those
// that are missing, and takes those back whose account is not meant any more.
// What is held stays held.
func (s *sheet) begins(by bot.PersonID) error {
	has := map[bot.AccountID]bool{}
	for i := range s.posts {
		p := &s.posts[i]
		if p.Over() {
			continue
		}
		has[p.Account] = true
		p.Due, p.Hash, p.Effect, p.Fault = time.Time{}, "", "", nil
		to := []bot.PostState{bot.Drafted}
		switch {
		case !slices.Contains(s.draft.Content.Accounts, p.Account):
			to = []bot.PostState{bot.Cancelled}
		case p.State == bot.Drafted, p.State == bot.Held:
			to, p.Revision = nil, p.Revision+1
		}
		if p.State == bot.Held {
			p.Due = s.draft.Content.When
		}
		if err := s.move(p, string(by), to...); err != nil {
			return err
		}
	}
	for _, a := range s.draft.Content.Accounts {
		if !has[a] {
			if err := s.add(a); err != nil {
				return err
			}
		}
	}
	return nil
}

// submit has the draft looked over, and a decision asked for about its content.
func (s *sheet) submit(by bot.PersonID) ([]bot.Finding, error) {
	found, err := s.findings()
	if err != nil {
		return nil, err
	}
	covered, err := s.covered()
	if err != nil {
		return found, err
	}
	stops := slices.ContainsFunc(found, func(f bot.Finding) bool { return f.Stops })
	if stops || covered || s.free() {
		if err := s.desk.approvals.Void(s.tx, s.b.ID, s.draft.ID, bot.Superseded); err != nil {
			return found, err
		}
		s.draft.Request = ""
		if !stops {
			err = s.agreed(string(by), bot.Drafted)
		}
		return found, cmp.Or(err, s.keep())
	}
	content := s.draft.Content
	r, err := s.desk.approvals.Ask(s.tx, bot.Request{
		Brand: s.b.ID, Matter: bot.PostMatter, Subject: s.draft.ID, Number: s.draft.Number, Hash: content.Hash(), By: by, Wrote: s.wrote(by), Content: &content, Warnings: found,
	})
	if err != nil {
		return found, err
	}
	s.draft.Request = r.ID
	for _, p := range s.in(bot.Drafted) {
		p.Due = content.When
		if err := s.move(p, string(by), bot.InReview); err != nil {
			return found, err
		}
	}
	return found, s.keep()
}

// free reports whether the brand needs nobody's word for a post.
func (s *sheet) free() bool { return s.b.Approvals.Needs(bot.PostMatter) <= 0 }

// agreed gives the posts in a state their time, unless it has passed.
func (s *sheet) agreed(who string, from bot.PostState) error {
	for _, p := range s.in(from) {
		if err := s.plan(p, who); err != nil {
			return err
		}
	}
	return nil
}

// plan gives a post that was agreed on its time: the content's, or now. Where that
// is over it is too late.
func (s *sheet) plan(p *bot.Post, who string) error {
	p.Due, p.Held, p.Fault = s.draft.Content.When, nil, nil
	if p.Due.IsZero() {
		p.Due = s.tx.Now()
	}
	late := s.tx.Now().After(p.Due)
	if p.State == bot.Held { // the word on it came in time
		late = s.late(p)
	}
	switch {
	case late && p.State == bot.Drafted: // nobody was asked, and nothing else tells of it
		s.news = append(s.news, p.ID)
		return s.move(p, who, bot.InReview, bot.Expired)
	case late:
		return s.move(p, who, bot.Expired)
	}
	s.desk.clock.Expects(s.tx, p.Due)
	return s.move(p, who, bot.Approved, bot.Scheduled)
}

// late reports whether a post may not go out any more.
func (s *sheet) late(p *bot.Post) bool { return s.tx.Now().After(s.until(p)) }

func (s *sheet) until(p *bot.Post) time.Time { return p.Due.Add(s.b.Late()) }

// wrote is who had a hand in the draft besides the one who asks.
func (s *sheet) wrote(by bot.PersonID) (others []bot.PersonID) {
	for _, p := range append([]bot.PersonID{s.draft.By}, s.draft.Wrote...) {
		if p != by && !slices.Contains(others, p) {
			others = append(others, p)
		}
	}
	return others
}

// hand notes that somebody had a hand in the content.
func (s *sheet) hand(people ...bot.PersonID) {
	for _, p := range people {
		if p != s.draft.By && !slices.Contains(s.draft.Wrote, p) {
			s.draft.Wrote = append(s.draft.Wrote, p)
		}
	}
}
