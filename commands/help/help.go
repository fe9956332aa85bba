// Package help draws what there is to ask for: the list of commands, and what is to
// be known of one. It knows commands as adapters do, and not how they are done.
package help

import (
	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/commands/line"
)

// List shows the commands that a person is offered, each in a line.
func List(all []act.Command, p bot.Person) *card.Card {
	c := card.Card{Mark: card.MarkNote, Title: card.W("help.title"), Blocks: []card.Block{card.Say(card.W("help.intro"))}, Foot: card.W("help.foot")}
	var list []card.Line
	for _, k := range all {
		if p.Has(k.Roles...) {
			list = append(list, usage(line.Usage(k.Name, k.Options), k.Summary))
		}
	}
	c.Blocks = append(c.Blocks, card.Block{List: list})
	return &c
}

// Page shows one command, with its options and examples.
func Page(k act.Command) *card.Card {
	c := card.Card{Mark: card.MarkNote, Title: card.Literal("/ponte " + line.Usage(k.Name, k.Options)), Blocks: []card.Block{card.Say(k.Summary)}}
	var list []card.Line
	for _, o := range k.Options {
		list = append(list, usage(o.Name, o.Summary))
	}
	for _, e := range k.Examples {
		list = append(list, card.Line{Words: card.W("help.example", card.Text("Example", "/ponte "+e))})
	}
	c.Blocks = append(c.Blocks, card.Block{List: list})
	return &c
}

func usage(how string, what card.Words) card.Line {
	return card.Line{Words: card.W("help.line", card.Text("Usage", how), card.In("Summary", what))}
}
