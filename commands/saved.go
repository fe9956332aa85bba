package commands

import (
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/storage"
)

func (b *Book) saved() Spec {
	return Spec{
		Name: "saved", Roles: bot.Anyone, Options: []act.Option{
			OneOf(Option("action", act.ChoiceOption), "list", "add", "remove"), Option("name", act.SavedOption), Rest(Option("text", act.TextOption)),
		},
		Examples: []string{"saved", "saved add thanks Thank you, {name}. Love, {brand}", "saved remove thanks"}, Run: b.runSaved,
	}
}

func (b *Book) runSaved(tx *storage.Tx, req *Request) (act.Answer, error) {
	action, name, text := strings.ToLower(req.Values["action"]), req.Values["name"], req.Values["text"]
	if action != "" && action != "list" && !req.Person.Has(bot.Manager) {
		return act.Answer{}, bot.Errorf(bot.Denied, "error.role", "Command", "saved "+action)
	}
	switch action {
	case "", "list":
		return b.listSaved(tx, req)
	case "add":
		if (name == "" || text == "") && !req.Submitted {
			f := b.ask(tx, b.saved(), req, Option("name", act.SavedOption))
			f.Fields[0].Value = "add"
			return act.Answer{Form: &f}, nil
		}
		if err := b.desk.Save(tx, req.Brand.ID, req.Person.ID, name, text); err != nil {
			return act.Answer{}, err
		}
		return Say("saved.added", card.Text("Name", strings.ToLower(name))), nil
	case "remove":
		if err := b.desk.Forget(tx, req.Brand.ID, req.Person.ID, name); err != nil {
			return act.Answer{}, err
		}
		return Say("saved.removed", card.Text("Name", strings.ToLower(name))), nil
	default:
		return act.Answer{}, bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(action, 30), "Choices", "list, add, remove")
	}
}

func (b *Book) listSaved(tx *storage.Tx, req *Request) (act.Answer, error) {
	all, err := b.desk.AllSaved(tx, req.Brand.ID)
	if err != nil {
		return act.Answer{}, err
	}
	if len(all) == 0 {
		return Say("saved.none"), nil
	}
	c := card.Card{Mark: card.MarkNote, Title: card.W("saved.title", card.Count("N", len(all))), Foot: card.W("saved.foot")}
	var list []card.Line
	for _, s := range all {
		list = append(list, card.Line{Words: card.Literal(s.Name), Text: card.Outside(bot.Short(s.Text, 200))})
	}
	c.Blocks = []card.Block{{List: list}}
	return act.Answer{Notice: &c}, nil
}
