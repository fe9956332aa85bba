// Package postcard is how a draft looks in team chat: what goes out, how it stands
// on each account, and what can be done. It draws what it is given, and knows
// neither where that is kept nor any platform.
package postcard

import (
	"slices"
	"strconv"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
)

var managers = []bot.Role{bot.Manager, bot.Strategist}

const (
	mostQuotes  = 4  // texts of one card
	mostButtons = 20 // of one card, about single accounts
)

// Sheet is a draft with its posts, as it is drawn.
type Sheet struct {
	Brand *bot.Brand
	Draft *bot.Draft
	Posts []bot.Post
	Found []bot.Finding // what the checks say of it

	Series int // the number of the series that it is a time of; 0: none
}

// Draw is what a draft looks like now: what goes out, how it stands on each
// account, and what can be done.
func (s Sheet) Draw() card.Card {
	d, whole := s.Draft, bot.Whole(s.Posts)
	out := card.Card{
		Mark:    Marks[whole],
		Title:   card.W("post.title", card.Text("Number", strconv.Itoa(d.Number)), card.Text("Name", s.person(d.By))),
		Subject: act.OnDraft + "/" + string(d.ID), Revision: d.Revision,
	}
	out.Blocks = append(out.Blocks, s.quotes(whole == bot.Cancelled)...)
	out.Blocks = append(out.Blocks, Pictures(&d.Content)...)
	if facts := s.facts(); len(facts) > 0 {
		out.Blocks = append(out.Blocks, card.Block{Facts: facts})
	}
	var list []card.Line
	for _, p := range s.shown() {
		list = append(list, card.Line{Mark: Marks[p.State], Words: card.W("post.line", card.Text("Account", Account(s.Brand, p.Account)), card.In("What", s.stands(&p)))})
	}
	out.Blocks = append(out.Blocks, card.Block{List: list})
	if len(s.Found) > 0 {
		out.Blocks = append(out.Blocks, card.Block{List: s.findings()})
	}
	out.Actions = s.actions()
	return out
}

func (s Sheet) any(states ...bot.PostState) bool {
	return slices.ContainsFunc(s.Posts, func(p bot.Post) bool { return slices.Contains(states, p.State) })
}

// shown are the posts that a card tells of: those taken back only where there is no other.
func (s Sheet) shown() []bot.Post {
	rest := slices.DeleteFunc(slices.Clone(s.Posts), func(p bot.Post) bool { return p.State == bot.Cancelled })
	if len(rest) == 0 {
		return s.Posts
	}
	return rest
}

// quotes are the texts of a draft as the public gets them, each once.
func (s Sheet) quotes(struck bool) (out []card.Block) {
	type quote struct {
		text string
		by   []string
	}
	var texts []quote
	c := &s.Draft.Content
	for _, a := range c.Accounts {
		text := c.For(a)
		if text == "" && len(c.Pictures) > 0 {
			continue
		}
		i := slices.IndexFunc(texts, func(q quote) bool { return q.text == text })
		if i < 0 {
			texts, i = append(texts, quote{text: text}), len(texts)
		}
		texts[i].by = append(texts[i].by, Account(s.Brand, a))
	}
	for _, q := range texts[:min(len(texts), mostQuotes)] {
		out = append(out, card.Block{Quote: &card.Quote{Text: card.Outside(q.text), Public: true, By: card.Outside(strings.Join(q.by, ", ")), Struck: struck}})
	}
	if more := len(texts) - mostQuotes; more > 0 {
		out = append(out, card.Say(card.W("post.more_texts", card.Count("N", more))))
	}
	return out
}

// facts is the muted line of a card.
func (s Sheet) facts() (out []card.Words) {
	d := s.Draft
	if !d.Content.When.IsZero() {
		out = append(out, card.W("post.when", card.At("At", d.Content.When), card.Text("Zone", s.Brand.Zone)))
	}
	out = append(out, s.again()...)
	if d.Campaign != "" {
		out = append(out, card.W("post.campaign", card.Text("Name", d.Campaign)))
	}
	if d.Edited != "" {
		out = append(out, card.W("post.edited", card.Text("Name", s.person(d.Edited)), card.At("At", d.EditedAt)))
	}
	return out
}

func (s Sheet) findings() (out []card.Line) {
	for _, f := range s.Found {
		l := card.Line{Mark: card.MarkOverdue, Words: card.Found(f)}
		if f.Stops {
			l.Mark = card.MarkFailed
		}
		if f.Account != "" && f.Args["Account"] == "" { // else the sentence says it
			l.Words = card.W("post.line", card.Text("Account", Account(s.Brand, f.Account)), card.In("What", l.Words))
		}
		out = append(out, l)
	}
	return out
}

// Marks is the glyph of each state.
var Marks = map[bot.PostState]card.Mark{
	bot.Drafted: card.MarkNote, bot.InReview: card.MarkPending, bot.Approved: card.MarkApproved, bot.Scheduled: card.MarkPublic,
	bot.Publishing: card.MarkPublic, bot.Published: card.MarkOut, bot.Rejected: card.MarkFailed, bot.Expired: card.MarkOverdue,
	bot.Held: card.MarkSnoozed, bot.Failed: card.MarkFailed, bot.Uncertain: card.MarkUnknown, bot.Cancelled: card.MarkNote,
}

// Stands is how a post stands, in words, and what somebody can do about it.
func Stands(p *bot.Post) card.Words {
	why := card.W("error.internal_short")
	if p.Fault != nil && p.Fault.Kind != bot.Internal {
		why = card.Fault(p.Fault)
	}
	switch p.State {
	case bot.InReview, bot.Held, bot.Expired:
		key := "post.stands." + Word(p.State)
		if p.State == bot.Held && p.Held != nil && p.Held.Why != "" {
			return card.W("post.held_why", card.Text("Why", p.Held.Why))
		}
		if p.State == bot.Held || p.Due.IsZero() {
			return card.W(key)
		}
		return card.W(key+"_at", card.At("At", p.Due))
	case bot.Scheduled:
		return card.W("post.stands.scheduled", card.At("At", p.Due))
	case bot.Publishing:
		if p.Fault != nil {
			return card.W("post.tries_again", card.In("Why", why))
		}
	case bot.Published:
		return card.W("post.stands.published", card.At("At", p.OutAt))
	case bot.Failed:
		return card.W("post.stands.failed", card.In("Why", why))
	}
	return card.W("post.stands." + Word(p.State))
}

// actions are what can be done about a draft, and about each of its posts.
func (s Sheet) actions() (out []card.Action) {
	verb := func(verb string) card.Action {
		return card.Action{Verb: verb, Label: card.W("post.action." + strings.ReplaceAll(verb, "-", "_")), Needs: managers}
	}
	for i := range s.Posts {
		if len(out) < mostButtons {
			out = append(out, s.about(&s.Posts[i], verb)...)
		}
	}
	if s.any(bot.Drafted, bot.Rejected, bot.Expired, bot.Failed) && !s.any(bot.Publishing, bot.Uncertain) {
		out = append(out, verb("retry"))
	}
	if slices.ContainsFunc(s.Posts, func(p bot.Post) bool { return !p.Over() }) && !s.any(bot.Publishing, bot.Uncertain) {
		out = append(out, verb("edit"))
	}
	if s.any(bot.Published) {
		how := verb("results")
		how.Needs = nil
		out = append(out, how)
	}
	out = append(out, verb("duplicate"))
	if s.any(bot.Scheduled) {
		out = append(out, verb("hold"))
	}
	if !s.any(bot.Uncertain) && slices.ContainsFunc(s.Posts, func(p bot.Post) bool { return !p.Over() }) {
		cancel := verb("cancel")
		cancel.Style, cancel.Confirm = card.Danger, card.W("post.cancel_confirm")
		out = append(out, cancel)
	}
	return out
}

// about is what can be done about one post.
func (s Sheet) about(p *bot.Post, verb func(string) card.Action) (out []card.Action) {
	switch p.State {
	case bot.Uncertain:
		again := verb("post-again")
		again.Style, again.Confirm = card.Danger, card.W("post.again_confirm")
		out = []card.Action{verb("post-is-out"), again}
	case bot.Held:
		out = []card.Action{verb("release")}
	case bot.Published:
		if p.URL != "" {
			out = []card.Action{{Verb: "open", Label: card.W("post.action.open"), Link: p.URL}}
		}
	}
	for i := range out {
		out[i].Subject = act.OnPost + "/" + string(p.ID)
		if len(s.Posts) > 1 {
			out[i].Label = card.W("post.action_on", card.In("Action", out[i].Label), card.Text("Account", Account(s.Brand, p.Account)))
		}
	}
	return out
}

func (s Sheet) person(id bot.PersonID) string {
	if p, ok := s.Brand.Person(id); ok {
		return p.Name
	}
	return string(id)
}

// Account is what people call an account.
func Account(b *bot.Brand, id bot.AccountID) string {
	if a, ok := b.Account(id); ok {
		return a.Network + " · " + a.Name
	}
	return string(id)
}

// Word is a state as keys and the audit log name it.
func Word(s bot.PostState) string { return strings.ReplaceAll(string(s), " ", "_") }
