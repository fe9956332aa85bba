package reply

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

var managers = []bot.Role{bot.Manager}

// draw shows a reply in its thread: what goes out, where it stands, and what can be done.
func (d *Desk) draw(tx *storage.Tx, slot act.Slot) (outbox.Drawing, error) {
	rep, err := records.Replies.Get(tx, storage.K(slot.Brand, slot.Subject.ID))
	if err != nil {
		return outbox.Drawing{}, err
	}
	account := bot.Account{}
	if b, ok := d.brands().Brand(rep.Brand); ok {
		account, _ = b.Account(rep.Account)
	}
	out := card.Card{
		Mark: card.MarkPublic, Title: card.W("reply.title", card.Text("Name", d.writer(&rep)), card.Text("Account", account.Name), card.Text("Network", account.Network)),
		Blocks: []card.Block{{Quote: &card.Quote{
			Text: card.Outside(rep.Text), Public: true, By: card.Outside(account.Name), Struck: rep.State == bot.Cancelled || !rep.RemovedAt.IsZero(),
		}}},
		Subject: slot.Subject.String(), Revision: rep.Revision,
	}
	to, ok, err := records.Found(records.ItemByRemote.First(tx, storage.K(rep.Account, rep.To)))
	if err != nil {
		return outbox.Drawing{}, err
	}
	if ok {
		out.Blocks = append(out.Blocks, card.Block{Facts: []card.Words{card.W("reply.to", card.Text("Name", to.Author.Name))}})
	}
	d.stands(&out, rep)
	return outbox.Drawing{Card: out}, nil
}

// writer is what the person who sent a reply off is called.
func (d *Desk) writer(rep *bot.Reply) string {
	if b, ok := d.brands().Brand(rep.Brand); ok {
		if p, ok := b.Person(rep.By); ok {
			return p.Name
		}
	}
	return string(rep.By)
}

// stands says where a reply stands, and offers what can be done about it.
func (d *Desk) stands(out *card.Card, rep bot.Reply) {
	verb := func(verb string, style card.Style) {
		out.Actions = append(out.Actions, card.Action{Verb: verb, Label: card.W("action." + verb), Style: style, Needs: managers})
	}
	switch rep.State {
	case bot.Scheduled:
		due := card.At("Due", rep.Due)
		due.Exact = rep.Due.Sub(rep.At) < 5*time.Minute // whoever may undo must see for how long
		out.Foot = card.W("reply.goes_out", due)
		if rep.Fault != nil {
			out.Foot = card.W("reply.tries_again", card.In("Why", why(rep.Fault)), card.At("Due", rep.Due))
		}
		if rep.Fault == nil || rep.Fault.Kind != bot.Ambiguous { // what may be out cannot be taken back
			verb("undo", card.Primary)
		}
		if rep.Fault == nil { // what the network turned away keeps its wait
			verb("now", card.Plain)
		}
	case bot.InReview:
		out.Foot = card.W("reply.in_review")
		verb("undo", card.Plain)
	case bot.Rejected:
		out.Mark, out.Foot = card.MarkNote, card.W("reply.rejected")
		verb("reply", card.Plain)
	case bot.Drafted:
		out.Mark, out.Foot = card.MarkNote, card.W("reply.returned")
		verb("reply", card.Primary)
	case bot.Expired:
		out.Mark, out.Foot = card.MarkNote, card.W("reply.lapsed")
		verb("reply", card.Plain)
	case bot.Publishing:
		out.Foot = card.W("reply.going")
	case bot.Published:
		d.isOut(out, rep)
	case bot.Cancelled:
		out.Mark, out.Foot = card.MarkNote, card.W("reply.undone")
		verb("reply", card.Plain)
	case bot.Uncertain:
		out.Mark, out.Foot = card.MarkUnknown, card.W("reply.unknown")
		verb("is-out", card.Plain)
		verb("send-again", card.Danger)
		out.Actions[1].Confirm = card.W("reply.send_again_confirm")
	default:
		out.Mark, out.Foot = card.MarkFailed, card.W("reply.failed", card.In("Why", why(rep.Fault)))
		verb("reply", card.Primary)
	}
}

func (d *Desk) isOut(out *card.Card, rep bot.Reply) {
	t := d.traits(rep.Account)
	switch {
	case !rep.RemovedAt.IsZero():
		out.Mark, out.Foot = card.MarkNote, card.W("reply.removed", card.At("At", rep.RemovedAt))
		return
	case rep.Change != "":
		out.Foot = card.W("reply." + rep.Change + "_under_way")
	case rep.Fault != nil:
		out.Foot = card.W("reply.change_failed", card.In("Why", why(rep.Fault)))
	default:
		out.Mark, out.Foot = card.MarkOut, card.W("reply.out", card.At("At", rep.OutAt))
	}
	if rep.URL != "" {
		out.Actions = append(out.Actions, card.Action{Verb: "open", Label: card.W("action.open"), Link: rep.URL})
	}
	if rep.Remote == "" || rep.Change != "" {
		return
	}
	if t.CanChange {
		out.Actions = append(out.Actions, card.Action{Verb: "edit", Label: card.W("action.edit"), Needs: managers})
	}
	if t.CanRemove {
		out.Actions = append(out.Actions, card.Action{
			Verb: "delete", Label: card.W("action.delete"), Style: card.Danger, Needs: managers, Confirm: card.W("reply.delete_confirm"),
		})
	}
}

// why says in words what went wrong.
func why(e *bot.Error) card.Words {
	if e == nil || e.Kind == bot.Internal {
		return card.W("error.internal_short")
	}
	return card.Fault(e)
}
