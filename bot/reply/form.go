package reply

import (
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// Form asks for a reply in a conversation, with text already in it where there
// is some, and shows on the card who is writing. What can no longer be answered
// is refused here, before anyone writes.
func (d *Desk) Form(tx *storage.Tx, p bot.Person, c bot.Conversation, text string) (card.Form, error) {
	f, err := d.form(tx, p, c, text)
	if err != nil {
		return f, err
	}
	return f, d.inbox.Writes(tx, p.ID, c, true)
}

// Moved asks again, with the text kept, after the conversation moved under the
// writer: it shows what is new since.
func (d *Desk) Moved(tx *storage.Tx, p bot.Person, c bot.Conversation, text string, seen int) (card.Form, error) {
	f, err := d.Form(tx, p, c, text)
	if err != nil {
		return f, err
	}
	news := []card.Block{card.Say(card.W("reply.moved"))}
	for it, err := range records.ItemsOf.Under(tx, storage.K(c.ID), storage.Reverse(), storage.Limit(min(max(c.Moves-seen, 1), 3))) {
		if err != nil {
			return f, err
		}
		if it.Deleted() {
			news = append(news, card.Block{List: []card.Line{{Words: card.W("relay.deleted", card.At("At", it.Events[len(it.Events)-1].At)), Text: card.Outside(it.Author.Name)}}})
			continue
		}
		news = append(news, card.Block{Quote: &card.Quote{Text: card.Outside(bot.Short(it.Reads(), 280)), By: card.Outside(it.Author.Name)}})
	}
	if rep, err := d.Newest(tx, &c); err == nil {
		news = append(news, card.Block{Quote: &card.Quote{Text: card.Outside(bot.Short(rep.Text, 280)), Public: true, By: card.Outside(d.writer(&rep))}})
	}
	f.Blocks = append(news, f.Blocks[1:]...)
	return f, nil
}

func (d *Desk) form(tx *storage.Tx, p bot.Person, c bot.Conversation, text string) (card.Form, error) {
	t := d.traits(c.Account)
	if !t.CanReply {
		return card.Form{}, bot.Errorf(bot.Denied, "error.cannot_reply")
	}
	to, err := d.Target(tx, &c)
	if err != nil {
		return card.Form{}, err
	}
	b, ok := d.brands().Brand(c.Brand)
	if !ok {
		return card.Form{}, bot.Errorf(bot.NotFound, "error.brand")
	}
	account, _ := b.Account(c.Account)
	seen := "reply.seen_by_all"
	if to.Kind == bot.Direct {
		seen = "reply.seen_by_one"
	}
	f := card.Form{
		Verb: "reply", Subject: act.OnConversation + "/" + string(c.ID), Revision: c.Moves, Token: string(bot.NewID(tx.Now())),
		Title: card.W("reply.form", card.Text("Name", to.Author.Name)), Submit: card.W("reply.submit"), Public: true, Closed: "leave",
		Blocks: []card.Block{
			{Quote: &card.Quote{Text: card.Outside(bot.Short(to.Reads(), 500)), By: card.Outside(to.Author.Name)}},
			{Facts: []card.Words{card.W("reply.as", card.Text("Account", account.Name), card.Text("Network", account.Network)), card.W(seen)}},
		},
	}
	for _, w := range c.Writing {
		if other, ok := b.Person(w.Person); ok && w.Person != p.ID && w.Until.After(tx.Now()) {
			f.Blocks = append(f.Blocks, card.Say(card.W("relay.writing", card.Text("Name", other.Name))))
		}
	}
	saved, err := d.choices(tx, b, to.Author.Name)
	if err != nil {
		return f, err
	}
	if len(saved) > 0 {
		f.Fields = append(f.Fields, card.Field{Name: "saved", Label: card.W("reply.saved"), Kind: card.ChoiceField, Choices: saved, Fills: "text"})
	}
	f.Fields = append(f.Fields, card.Field{
		Name: "text", Label: card.W("reply.text"), Kind: card.TextField, Value: text, Required: true, Max: t.MaxText, Count: string(t.Count),
	})
	return f, nil
}

// EditForm asks for the new text of a reply that is out.
func (d *Desk) EditForm(tx *storage.Tx, rep bot.Reply) (card.Form, error) {
	t := d.traits(rep.Account)
	if rep.State != bot.Published || !rep.RemovedAt.IsZero() {
		return card.Form{}, bot.Errorf(bot.Conflict, "error.not_out")
	}
	if !t.CanChange || rep.Remote == "" {
		return card.Form{}, bot.Errorf(bot.Denied, "error.cannot_edit")
	}
	return card.Form{
		Verb: "edit", Subject: act.OnReply + "/" + string(rep.ID), Revision: rep.Revision, Token: string(bot.NewID(tx.Now())),
		Title: card.W("reply.edit_form"), Submit: card.W("reply.edit_submit"), Public: true,
		Fields: []card.Field{{
			Name: "text", Label: card.W("reply.text"), Kind: card.TextField, Value: rep.Text, Required: true, Max: t.MaxText, Count: string(t.Count),
		}},
	}, nil
}

// DeleteForm asks whether a reply that is out is to be deleted.
func (d *Desk) DeleteForm(tx *storage.Tx, rep bot.Reply) (card.Form, error) {
	switch {
	case rep.State != bot.Published || !rep.RemovedAt.IsZero():
		return card.Form{}, bot.Errorf(bot.Conflict, "error.not_out")
	case !d.traits(rep.Account).CanRemove || rep.Remote == "":
		return card.Form{}, bot.Errorf(bot.Denied, "error.cannot_delete")
	}
	return card.Form{
		Verb: "delete", Subject: act.OnReply + "/" + string(rep.ID), Revision: rep.Revision, Token: string(bot.NewID(tx.Now())),
		Title: card.W("reply.delete_form"), Submit: card.W("reply.delete_submit"), Public: true,
		Blocks: []card.Block{
			{Quote: &card.Quote{Text: card.Outside(bot.Short(rep.Text, 500)), Public: true}}, card.Say(card.W("reply.delete_confirm")),
		},
	}, nil
}

func (d *Desk) choices(tx *storage.Tx, b *bot.Brand, name string) ([]card.Choice, error) {
	var out []card.Choice
	for s, err := range records.SavedReplies.Under(tx, storage.K(b.ID), storage.Limit(MaxSaved)) {
		if err != nil {
			return nil, err
		}
		out = append(out, card.Choice{Value: s.Name, Label: card.Literal(s.Name), Text: Fill(s.Text, name, b.Name)})
	}
	return out, nil
}

// Fill puts the customer's and the brand's name into a saved reply, for {name} and {brand}.
func Fill(text, name, brand string) string {
	return strings.NewReplacer("{name}", name, "{brand}", brand).Replace(text)
}
