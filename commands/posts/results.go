package posts

import (
	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/results"
	"ponte/commands"
	"ponte/commands/draft"
	"ponte/storage"
)

// Results is the command that shows what became of a draft's posts, and has their
// numbers read. What it reads comes to the card in the draft's thread; the answer
// says what is known already.
func Results(desk *results.Desk) commands.Spec {
	return commands.Spec{
		Name: "results", Roles: bot.Anyone, About: onDraft, Maybe: true, Options: []act.Option{draftOption()}, Examples: []string{"results 12"},
		Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			d, err := draft.The(tx, req)
			if err != nil {
				return act.Answer{}, err
			}
			known, err := desk.Card(tx, req.Brand, d.ID, true)
			if err != nil {
				return act.Answer{}, err
			}
			asked, fresh, err := desk.Ask(tx, req.Brand, d.ID)
			switch {
			case asked > 0:
				known.Foot, known.Actions = card.W("results.reading", card.Count("N", asked)), nil
			case fresh > 0:
				known.Foot, known.Actions = card.W("results.fresh"), nil
			}
			return act.Answer{Notice: &known}, err
		},
	}
}
