package approval

import (
	"strconv"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/postcard"
	"ponte/bot/records"
	"ponte/storage"
)

var (
	approvers = []bot.Role{bot.Approver}
	writers   = []bot.Role{bot.Manager, bot.Strategist}
)

// look is how each state of a request is marked and called, and the foot of those
// that nobody's word made.
var look = map[bot.RequestState]struct {
	mark  card.Mark
	title card.Words
	foot  card.Words
}{
	bot.Awaiting:   {card.MarkPending, card.Words{Key: "approval.title.asked"}, card.Words{}},
	bot.Agreed:     {card.MarkApproved, card.Words{Key: "approval.title.approved"}, card.Words{}},
	bot.Refused:    {card.MarkFailed, card.Words{Key: "approval.title.rejected"}, card.Words{}},
	bot.Returned:   {card.MarkOpen, card.Words{Key: "approval.title.returned"}, card.Words{}},
	bot.Superseded: {card.MarkNote, card.Words{Key: "approval.title.superseded"}, card.W("approval.foot.superseded")},
	bot.Lapsed:     {card.MarkOverdue, card.Words{Key: "approval.title.lapsed"}, card.W("approval.foot.lapsed")},
	bot.Void:       {card.MarkNote, card.Words{Key: "approval.title.void"}, card.W("approval.foot.void")},
}

// draw shows a request: what it asks about, as it was asked, and where it stands.
func (d *Desk) draw(tx *storage.Tx, slot act.Slot) (outbox.Drawing, error) {
	r, err := records.Requests.Get(tx, storage.K(slot.Brand, slot.Subject.ID))
	if err != nil {
		return outbox.Drawing{}, err
	}
	if slot.ID != Slot(r.ID) {
		return outbox.Drawing{Nothing: true}, nil
	}
	b, ok := d.brands().Brand(r.Brand)
	if !ok {
		b = &bot.Brand{ID: r.Brand}
	}
	state := look[r.State]
	state.title.Args = []card.Arg{card.In("What", what(b, &r))}
	out := card.Card{
		Mark: state.mark, Title: state.title,
		Blocks: d.content(b, &r), Foot: foot(b, &r), Subject: slot.Subject.String(), Revision: r.Revision, Opens: true,
	}
	if r.State == bot.Awaiting {
		out.Actions = []card.Action{
			{Verb: "approve", Label: card.W("action.approve"), Style: card.Primary, Needs: approvers},
			{Verb: "return", Label: card.W("action.return"), Needs: approvers},
			{Verb: "reject", Label: card.W("action.reject"), Style: card.Danger, Needs: approvers},
		}
		if r.Matter == bot.PostMatter {
			out.Actions = append(out.Actions,
				card.Action{Verb: "edit", Label: card.W("action.edit"), Needs: writers},
				card.Action{Verb: "cancel", Label: card.W("action.cancel"), Needs: writers, Confirm: card.W("approval.cancel_confirm")},
			)
		}
	}
	if r.Matter == bot.SeriesMatter && !r.Over() {
		series := act.Subject{Kind: act.OnSeries, ID: r.Subject}.String()
		out.Actions = append(out.Actions,
			card.Action{Verb: "series", Label: card.W("series.action.show"), Subject: series},
			card.Action{Verb: "stop-series", Label: card.W("series.action.stop"), Needs: writers, Style: card.Danger, Confirm: card.W("series.stop_confirm"), Subject: series},
		)
	}
	return outbox.Drawing{Card: out}, nil
}

func what(b *bot.Brand, r *bot.Request) card.Words {
	name := card.Text("Name", person(b, r.By).Name)
	if r.Matter == bot.ReplyMatter {
		return card.W("approval.reply_by", name)
	}
	if r.Matter == bot.SeriesMatter {
		return card.W("approval.series_by", name, card.Text("Number", strconv.Itoa(r.Number)))
	}
	return card.W("approval.post_by", name, card.Text("Number", strconv.Itoa(r.Number)))
}

// content is what a decision is about. It is drawn from the request alone, and
// stays as it is whatever becomes of it.
func (d *Desk) content(b *bot.Brand, r *bot.Request) []card.Block {
	var out []card.Block
	if r.Content == nil {
		as := []card.Words{card.W("approval.to", card.Text("Name", r.To))}
		if r.Account != "" {
			as = append(as, account(b, r.Account))
		}
		out = append(out, card.Block{Facts: as}, public(r.Text))
	} else {
		out = append(d.texts(b, r.Content), postcard.Pictures(r.Content)...)
	}
	if len(r.Warnings) > 0 {
		out = append(out, card.Block{List: warnings(b, r.Warnings)})
	}
	return append(out, card.Block{Facts: times(b, r)})
}

func public(text string) card.Block {
	return card.Block{Quote: &card.Quote{Text: card.Outside(text), Public: true}}
}

// What a card names; the rest is counted. Every text is shown: nobody approves
// what they did not see.
const (
	maxAccounts = 8 // under one text
	maxWarnings = 10
)

// texts shows every text of a content once, under the accounts it goes out on.
func (d *Desk) texts(b *bot.Brand, c *bot.Content) (out []card.Block) {
	var groups []string
	under := map[string][]bot.AccountID{}
	for _, a := range c.Accounts {
		text := c.For(a)
		if under[text] == nil {
			groups = append(groups, text)
		}
		under[text] = append(under[text], a)
	}
	for _, text := range groups {
		var on []card.Words
		for _, a := range under[text][:min(len(under[text]), maxAccounts)] {
			on = append(on, d.fits(a, text, account(b, a)))
		}
		if more := len(under[text]) - maxAccounts; more > 0 {
			on = append(on, card.W("approval.more_accounts", card.Count("N", more)))
		}
		if text != c.Text {
			on = append(on, card.W("approval.own_text"))
		}
		out = append(out, card.Block{Facts: on})
		if text != "" || len(c.Pictures) == 0 {
			out = append(out, public(text))
		}
	}
	return out
}

// fits adds to an account how many characters are left there, where they are few: at
// most a quarter of what it takes.
func (d *Desk) fits(a bot.AccountID, text string, as card.Words) card.Words {
	if d.room == nil {
		return as
	}
	left, most := d.room(a, text)
	if most == 0 || left < 0 || left > most/4 {
		return as
	}
	return card.W("approval.left", card.In("As", as), card.Count("N", left))
}

func account(b *bot.Brand, id bot.AccountID) card.Words {
	a, ok := b.Account(id)
	if !ok {
		return card.Literal(string(id))
	}
	return card.W("approval.as", card.Text("Account", a.Name), card.Text("Network", a.Network))
}

// warnings are the sentences of the checks, with the account where it is one's.
func warnings(b *bot.Brand, found []bot.Finding) (out []card.Line) {
	for i, f := range found {
		if i == maxWarnings {
			return append(out, card.Line{Mark: card.MarkOverdue, Words: card.W("approval.more_warnings", card.Count("N", len(found)-i))})
		}
		l := card.Line{Mark: card.MarkOverdue, Words: card.Found(f)}
		if a, ok := b.Account(f.Account); ok && f.Args["Account"] == "" { // the sentence does not say it
			l.Text = card.Outside(a.Name)
		}
		out = append(out, l)
	}
	return out
}

func times(b *bot.Brand, r *bot.Request) (out []card.Words) {
	switch {
	case r.Content == nil:
	case r.Content.Repeat != nil:
		out = append(out, postcard.Span(b, r.Content.Repeat)...)
	case r.Content.When.IsZero():
		out = append(out, card.W("approval.soon"))
	default:
		out = append(out, card.W("approval.when", card.At("When", r.Content.When), card.Text("Zone", b.Zone)))
	}
	return append(out, card.W("approval.until", card.At("Until", r.Until)))
}

// foot says where a request stands, and by whose word.
func foot(b *bot.Brand, r *bot.Request) card.Words {
	needs := card.Count("Of", max(b.Approvals.Needs(r.Matter), 1))
	names := agreeing(b, r)
	switch r.State {
	case bot.Awaiting:
		if len(names) == 0 {
			yes, no := b.Approvals.Signs()
			return card.W("approval.needs", needs, card.Text("Yes", yes[0]), card.Text("No", no[0]))
		}
		return card.W("approval.has", card.Count("N", len(names)), needs, card.Text("Names", strings.Join(names, ", ")))
	case bot.Agreed:
		return card.W("approval.by", card.Text("Names", strings.Join(names, ", ")))
	case bot.Refused, bot.Returned:
		return refusal(b, r)
	}
	return look[r.State].foot
}

// refusal is the last no, with its reason.
func refusal(b *bot.Brand, r *bot.Request) card.Words {
	var last bot.Decision
	for _, d := range r.Decisions {
		if !d.Yes && !d.Off {
			last = d
		}
	}
	name := card.Text("Name", person(b, last.Who).Name)
	switch {
	case r.State == bot.Returned:
		return card.W("approval.returns", name, card.Text("Reason", last.Reason))
	case last.Reason != "":
		return card.W("approval.rejects_why", name, card.Text("Reason", last.Reason))
	}
	return card.W("approval.rejects", name)
}

// agreeing names those whose yes counts, in the order they said it.
func agreeing(b *bot.Brand, r *bot.Request) (names []string) {
	for _, d := range r.Decisions {
		last, _ := r.Word(b, d.Who)
		if p, ok := b.Person(d.Who); ok && d == last && d.Yes && !d.Off && b.Approvals.MayDecide(p, r.Writers()...) {
			names = append(names, p.Name)
		}
	}
	return names
}
