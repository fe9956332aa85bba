package commands

import (
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/commands/line"
	"ponte/storage"
)

func (b *Book) help() Spec {
	return Spec{
		Name: "help", Options: []act.Option{Option("command", act.WordOption)}, Roles: bot.Anyone, Reads: true,
		Examples: []string{"help", "help reply"}, Run: b.runHelp,
	}
}

func (b *Book) runHelp(_ *storage.Tx, req *Request) (act.Answer, error) {
	if name := strings.ToLower(req.Values["command"]); name != "" {
		s, ok := b.spec(name)
		if !ok || s.Inner {
			return act.Answer{}, bot.Errorf(bot.NotFound, "error.command", "Name", bot.Short(name, 30))
		}
		return act.Answer{Notice: explain(s)}, nil
	}
	c := card.Card{Mark: card.MarkNote, Title: card.W("help.title"), Blocks: []card.Block{card.Say(card.W("help.intro"))}, Foot: card.W("help.foot")}
	var list []card.Line
	for _, s := range b.table {
		if s.Inner || !req.Person.Has(s.Roles...) {
			continue
		}
		list = append(list, card.Line{Words: card.W("help.line", card.Text("Usage", line.Usage(s.Name, s.Options)), card.In("Summary", card.W("command."+s.Name)))})
	}
	c.Blocks = append(c.Blocks, card.Block{List: list})
	return act.Answer{Notice: &c}, nil
}

func explain(s Spec) *card.Card {
	c := card.Card{Mark: card.MarkNote, Title: card.Literal("/ponte " + line.Usage(s.Name, s.Options)), Blocks: []card.Block{card.Say(card.W("command." + s.Name))}}
	var list []card.Line
	for _, o := range s.Options {
		list = append(list, card.Line{Words: card.W("help.line", card.Text("Usage", o.Name), card.In("Summary", o.Summary))})
	}
	for _, e := range s.Examples {
		list = append(list, card.Line{Words: card.W("help.example", card.Text("Example", "/ponte "+e))})
	}
	c.Blocks = append(c.Blocks, card.Block{List: list})
	return &c
}
