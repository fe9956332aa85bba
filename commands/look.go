package commands

import (
	"slices"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/inbox"
	"ponte/bot/records"
	"ponte/commands/line"
	"ponte/storage"
)

const shownAtMost = 20

var filters = []string{string(inbox.AllOpen), string(inbox.Mine), string(inbox.Unowned), string(inbox.Overdue)}

func (b *Book) inbox() Spec {
	filter := OneOf(Option("filter", act.ChoiceOption), filters...)
	filter.Flagged = true
	return Spec{
		Name: "inbox", Roles: bot.Anyone, Reads: true, Options: line.Judged(filter),
		Examples: []string{"inbox", "inbox mine", "inbox overdue", "inbox unowned --intent complaint"}, Run: b.runInbox,
	}
}

func (b *Book) runInbox(tx *storage.Tx, req *Request) (act.Answer, error) {
	f := strings.ToLower(req.Values["filter"])
	if f == "" {
		f = string(inbox.AllOpen)
	}
	if !slices.Contains(filters, f) {
		return act.Answer{}, bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(f, 30), "Choices", strings.Join(filters, ", "))
	}
	wants, err := line.Wants(req.Values)
	if err != nil {
		return act.Answer{}, err
	}
	convs, n, err := b.seen.List(tx, req.Brand, req.Person, inbox.Filter(f), wants, shownAtMost)
	switch {
	case err != nil:
		return act.Answer{}, err
	case n == 0 && wants.Any():
		return Say("inbox.none_such"), nil
	case n == 0:
		return Say("inbox.none." + f), nil
	}
	lines, err := b.lines(tx, req, convs)
	if err != nil {
		return act.Answer{}, err
	}
	c := card.Card{Mark: card.MarkNote, Title: card.W("inbox.title."+f, card.Count("N", n)), Blocks: []card.Block{{List: lines}}}
	if n > len(convs) {
		c.Foot = card.W("inbox.more", card.Count("N", n-len(convs)))
	}
	return act.Answer{Notice: &c}, nil
}

func (b *Book) find() Spec {
	return Spec{
		Name: "find", Roles: bot.Anyone, Reads: true, Asks: true, Options: line.Judged(
			Option("author", act.WordOption), Option("label", act.LabelOption), OneOf(Option("status", act.ChoiceOption), "open", "pending", "snoozed", "resolved"),
			Option("from", act.WordOption), Option("to", act.WordOption), Required(Rest(Option("words", act.TextOption))),
		),
		Examples: []string{"find cold coffee", "find --intent complaint --language es pedido", "find --author maria --status open refund", "find --from 2026-11-01 --to 2026-11-15 allergy"}, Run: b.runFind,
	}
}

func (b *Book) runFind(tx *storage.Tx, req *Request) (act.Answer, error) {
	v := req.Values
	wants, err := line.Wants(v)
	if err != nil {
		return act.Answer{}, err
	}
	if !req.Submitted && strings.TrimSpace(v["words"]+v["author"]+v["label"]+v["status"]+v["from"]+v["to"]) == "" && !wants.Any() {
		f := b.ask(tx, b.find(), req, Option("words", act.TextOption))
		return act.Answer{Form: &f}, nil
	}
	q := inbox.Query{Words: strings.Fields(v["words"]), Author: v["author"], Label: strings.ToLower(v["label"]), Status: bot.Status(strings.ToLower(v["status"])), Verdict: wants}
	if q.Status != "" && !slices.Contains(bot.Statuses, q.Status) {
		return act.Answer{}, bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(v["status"], 30), "Choices", "open, pending, snoozed, resolved")
	}
	if q.From, err = line.Day(v["from"], req.Brand.Location(), 0); err != nil {
		return act.Answer{}, err
	}
	if q.To, err = line.Day(v["to"], req.Brand.Location(), 1); err != nil {
		return act.Answer{}, err
	}
	found, until, err := b.seen.Find(tx, req.Brand, req.Person, q, shownAtMost)
	if err != nil {
		return act.Answer{}, err
	}
	c := card.Card{Mark: card.MarkNote, Title: card.W("find.title", card.Count("N", len(found)), card.Text("Words", bot.Short(v["words"], 60)))}
	if len(found) == 0 {
		c.Title = card.W("find.none", card.Text("Words", bot.Short(v["words"], 60)))
	}
	if !until.IsZero() {
		c.Foot = card.W("find.until", card.At("At", until))
	}
	lines, err := b.lines(tx, req, found)
	if err != nil {
		return act.Answer{}, err
	}
	if len(lines) > 0 {
		c.Blocks = []card.Block{{List: lines}}
	}
	return act.Answer{Notice: &c}, nil
}

func (b *Book) who() Spec {
	return Spec{
		Name: "who", Roles: bot.Anyone, Reads: true, About: onConversation, Maybe: true, Options: []act.Option{Rest(Option("member", act.WordOption))},
		Examples: []string{"who @maria"}, Run: b.runWho,
	}
}

func (b *Book) runWho(tx *storage.Tx, req *Request) (act.Answer, error) {
	name := strings.Trim(req.Values["member"], "\"“”«» ")
	if name == "" && req.Conversation != nil {
		name = req.Conversation.Author.ID
	}
	if name == "" {
		return act.Answer{}, bot.Errorf(bot.Invalid, "error.who")
	}
	m, err := b.seen.Who(tx, req.Brand, req.Person, name)
	if err != nil {
		return act.Answer{}, err
	}
	lines, err := b.lines(tx, req, m.Convs[:min(10, len(m.Convs))])
	if err != nil {
		return act.Answer{}, err
	}
	c := card.Card{Mark: card.MarkNote, Title: card.Literal(m.Author.Name), Blocks: []card.Block{
		{Facts: []card.Words{
			card.W("who.contacts", card.Count("N", len(m.Convs))), card.W("who.open", card.Count("N", m.Open)), card.W("who.since", card.At("At", m.Since)),
		}},
		{List: lines},
	}}
	return act.Answer{Notice: &c}, nil
}

func (b *Book) status() Spec {
	return Spec{Name: "status", Roles: bot.Anyone, Reads: true, Examples: []string{"status"}, Run: b.runStatus}
}

func (b *Book) runStatus(tx *storage.Tx, req *Request) (act.Answer, error) {
	n, err := b.seen.Count(tx, req.Brand, req.Person)
	if err != nil {
		return act.Answer{}, err
	}
	out, err := inbox.CountOut(tx, req.Brand.ID)
	if err != nil {
		return act.Answer{}, err
	}
	c := card.Card{Mark: card.MarkNote, Title: card.W("status.title", card.Text("Brand", req.Brand.Name)), Blocks: []card.Block{
		{Facts: []card.Words{
			card.W("status.open_n", card.Count("N", n.Open)), card.W("status.unowned_n", card.Count("N", n.Unowned)), card.W("status.overdue_n", card.Count("N", n.Overdue)),
			card.W("status.pending_n", card.Count("N", n.Pending)), card.W("status.snoozed_n", card.Count("N", n.Snoozed)),
		}},
		{Facts: []card.Words{card.W("status.queue", card.Count("N", out.Waiting)), card.W("status.unknown_n", card.Count("N", out.Unknown)), card.W("status.failed_n", card.Count("N", out.Failed))}},
	}}
	list, err := paused(tx)
	if err != nil {
		return act.Answer{}, err
	}
	for _, h := range b.health() {
		if h.Brand != "" && h.Brand != req.Brand.ID {
			continue
		}
		if h.Key != "" {
			list = append(list, card.Line{Mark: card.MarkFailed, Words: card.W(h.Key, h.Args...)})
			continue
		}
		l := card.Line{Mark: card.MarkResolved, Words: card.W("status.well", card.Text("Name", h.Name))}
		if h.Fault != "" {
			l = card.Line{Mark: card.MarkFailed, Words: card.W("status.unwell", card.Text("Name", h.Name)), Text: card.Outside(h.Fault)}
		}
		list = append(list, l)
	}
	if len(list) > 0 {
		c.Blocks = append(c.Blocks, card.Block{List: list})
	}
	return act.Answer{Notice: &c}, nil
}

// paused says that nothing goes out, and why.
func paused(tx *storage.Tx) ([]card.Line, error) {
	p, is, err := records.Paused(tx)
	if !is || err != nil {
		return nil, err
	}
	key := "status.paused"
	if p.Why == records.Copied {
		key = "status.paused_copied"
	}
	return []card.Line{{Mark: card.MarkFailed, Words: card.W(key, card.At("At", p.At))}}, nil
}
