package commands

import (
	"slices"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/storage"
)

// ask makes the form for a command that was not told all it needs.
func (b *Book) ask(tx *storage.Tx, s Spec, req *Request, first act.Option) card.Form {
	seen := req.Seen
	if seen < 0 && req.Conversation != nil {
		seen = req.Conversation.Revision
	}
	f := card.Form{
		Verb: s.Name, Subject: subjectOf(req), Revision: max(seen, 0), Token: string(bot.NewID(tx.Now())),
		Title: card.W("command." + s.Name), Submit: card.W("form.submit"),
	}
	for _, o := range s.Options {
		if !o.Required && o.Name != first.Name && req.Values[o.Name] == "" && o.Kind != act.TextOption {
			continue
		}
		f.Fields = append(f.Fields, b.fieldFor(req, o))
	}
	return f
}

func (b *Book) fieldFor(req *Request, o act.Option) card.Field {
	d := card.Field{Name: o.Name, Label: o.Summary, Kind: card.LineField, Value: req.Values[o.Name], Required: o.Required, Max: 500, Count: string(act.Runes)}
	switch o.Kind {
	case act.TextOption:
		d.Kind, d.Max = card.TextField, 5000
	case act.TimeOption:
		d.Kind, d.Hint = card.TimeField, card.W("form.time_hint")
	case act.ChoiceOption:
		d.Kind = card.ChoiceField
		for _, c := range o.Choices {
			d.Choices = append(d.Choices, card.Choice{Value: c, Label: act.Chosen(c)})
		}
	case act.PersonOption:
		d.Kind = card.ChoiceField
		for _, p := range b.managersOf(req) {
			d.Choices = append(d.Choices, card.Choice{Value: string(p.ID), Label: card.Literal(p.Name)})
		}
	case act.LabelOption:
		d.Hint = card.W("form.label_hint")
	}
	return d
}

// managersOf lists who a conversation can be given to: managers who may see it.
func (b *Book) managersOf(req *Request) []bot.Person {
	var out []bot.Person
	for _, p := range req.Brand.People {
		if !p.Has(bot.Manager) {
			continue
		}
		if req.Conversation != nil && !b.seen.Sees(req.Brand, p, req.Conversation) {
			continue
		}
		out = append(out, p)
	}
	return out
}

// lines lists conversations, each opening its thread.
func (b *Book) lines(tx *storage.Tx, req *Request, convs []bot.Conversation) ([]card.Line, error) {
	var out []card.Line
	for _, c := range convs {
		first, err := itemOf(tx, &c)
		if err != nil {
			return nil, err
		}
		l := card.Line{Mark: statusMark(&c, tx), Text: card.Outside(c.Author.Name + ": " + bot.Short(first.Reads(), 100))}
		if first.Deleted() {
			l.Text = card.Outside(c.Author.Name)
		}
		switch {
		case !c.WaitingSince.IsZero():
			l.Words = card.W("line.waits", card.For("For", tx.Now().Sub(c.WaitingSince)))
		case c.Status == bot.Snoozed:
			l.Words = card.W("line.snoozed", card.At("Until", c.SnoozedUntil))
		default:
			l.Words = card.W("status." + string(c.Status))
		}
		if c.Assignee != "" {
			if p, ok := req.Brand.Person(c.Assignee); ok {
				l.Words = card.W("line.with", card.In("What", l.Words), card.Text("Name", p.Name))
			}
		}
		if channel, message, ok, err := b.seen.Thread(tx, &c); err != nil {
			return nil, err
		} else if ok {
			l.Thread = &card.Ref{Channel: channel, Message: message}
		}
		out = append(out, l)
	}
	return out, nil
}

func statusMark(c *bot.Conversation, tx *storage.Tx) card.Mark {
	if !c.DueAt.IsZero() && !tx.Now().Before(c.DueAt) {
		return card.MarkOverdue
	}
	i := slices.Index(bot.Statuses, c.Status)
	return []card.Mark{card.MarkOpen, card.MarkPending, card.MarkSnoozed, card.MarkResolved}[max(i, 0)]
}
