package commands

import (
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/commands/help"
	"ponte/storage"
)

func (b *Book) help() Spec {
	return Spec{
		Name: "help", Options: []act.Option{Option("command", act.WordOption)}, Roles: bot.Anyone, Reads: true,
		Examples: []string{"help", "help reply"}, Run: b.runHelp,
	}
}

func (b *Book) runHelp(_ *storage.Tx, req *Request) (act.Answer, error) {
	name := strings.ToLower(req.Values["command"])
	if name == "" {
		return act.Answer{Notice: help.List(b.List(), req.Person)}, nil
	}
	for _, c := range b.List() {
		if c.Name == name {
			return act.Answer{Notice: help.Page(c)}, nil
		}
	}
	return act.Answer{}, bot.Errorf(bot.NotFound, "error.command", "Name", bot.Short(name, 30))
}
