// Package approvals lists what waits for somebody's own decision. Its command is part
// of the one table.
package approvals

import (
	"slices"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/approval"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/storage"
)

const (
	shown   = 20
	counted = 1000 // open requests of a brand that are looked at
)

// Spec is the command for the table.
func Spec() commands.Spec {
	return commands.Spec{Name: "approvals", Roles: []bot.Role{bot.Approver}, Reads: true, Examples: []string{"approvals"}, Run: run}
}

func run(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	all, err := waiting(tx, req)
	if err != nil {
		return act.Answer{}, err
	}
	if len(all) == 0 {
		return commands.Say("approvals.none"), nil
	}
	var list []card.Line
	for _, r := range all[:min(len(all), shown)] {
		text, err := says(tx, &r)
		if err != nil {
			return act.Answer{}, err
		}
		l := card.Line{Mark: card.MarkPublic, Words: card.W("approvals.line", card.Text("Name", name(req.Brand, r.By)), card.At("Until", r.Until)), Text: card.Outside(bot.Short(text, 100))}
		slot, ok, err := records.Found(records.Slots.Get(tx, storage.K(approval.Slot(r.ID))))
		if err != nil {
			return act.Answer{}, err
		}
		if ok && slot.Ref != "" {
			l.Thread = &card.Ref{Channel: slot.At.Channel, Message: slot.Ref}
		}
		list = append(list, l)
	}
	c := card.Card{Mark: card.MarkNote, Title: card.W("approvals.title", card.Count("N", len(all))), Blocks: []card.Block{{List: list}}}
	if more := len(all) - len(list); more > 0 {
		c.Foot = card.W("approvals.more", card.Count("N", more))
	}
	return act.Answer{Notice: &c}, nil
}

// waiting are the requests on which the person may decide and has not, those that
// lapse first before the others.
func waiting(tx *storage.Tx, req *commands.Request) (out []bot.Request, err error) {
	for r, err := range records.RequestsOpen.Under(tx, storage.K(req.Brand.ID), storage.Limit(counted)) {
		if err != nil {
			return nil, err
		}
		word, said := r.Word(req.Brand, req.Person.ID)
		if r.State != bot.Awaiting || said && !word.Off || !r.Until.After(tx.Now()) || !req.Brand.Approvals.MayDecide(req.Person, r.Writers()...) {
			continue
		}
		sees, err := reads(tx, req, &r)
		if err != nil {
			return nil, err
		}
		if sees {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b bot.Request) int { return a.Until.Compare(b.Until) })
	return out, nil
}

// reads reports whether the person may read what a request is about.
func reads(tx *storage.Tx, req *commands.Request, r *bot.Request) (bool, error) {
	if r.Trace == "" {
		return req.Brand.DecidesIn().Sees(req.Person), nil
	}
	c, ok, err := records.Found(records.ConversationOf(tx, r.Brand, r.Trace))
	return ok && req.Brand.ChannelFor(&c).Sees(req.Person), err
}

// says is what would go out.
func says(tx *storage.Tx, r *bot.Request) (string, error) {
	switch r.Matter {
	case bot.PostMatter:
		d, _, err := records.Found(records.Drafts.Get(tx, storage.K(r.Brand, r.Subject)))
		return d.Content.Text, err
	case bot.SeriesMatter:
		s, _, err := records.Found(records.Series.Get(tx, storage.K(r.Brand, r.Subject)))
		return s.Content.Text, err
	}
	return r.Text, nil
}

func name(b *bot.Brand, id bot.PersonID) string {
	if p, ok := b.Person(id); ok {
		return p.Name
	}
	return string(id)
}
