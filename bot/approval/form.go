package approval

import (
	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/storage"
)

// Form asks a person why they reject (the verb "reject") or which changes they
// want ("return", which needs a reason). Whoever may not decide, and what is not to
// be decided, is refused here, before anyone writes.
func (d *Desk) Form(tx *storage.Tx, b *bot.Brand, p bot.Person, request bot.ID, verb string) (card.Form, error) {
	r, _, err := d.weigh(tx, b, p, request, Word{})
	if err != nil {
		return card.Form{}, err
	}
	f := card.Form{
		Verb: verb, Subject: act.OnRequest + "/" + string(r.ID), Revision: r.Revision, Token: string(bot.NewID(tx.Now())),
		Title: card.W("approval.reject_form"), Submit: card.W("action.reject"), Blocks: []card.Block{card.Say(what(b, &r))},
		Fields: []card.Field{{
			Name: "reason", Label: card.W("approval.reason"), Hint: card.W("approval.reason_hint"), Kind: card.TextField, Max: MaxReason, Count: string(act.Runes),
		}},
	}
	if verb == "return" {
		f.Title, f.Submit, f.Fields[0].Required = card.W("approval.return_form"), card.W("action.return"), true
	}
	return f, nil
}
