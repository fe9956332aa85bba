// Package commandlist writes the one table of commands down for people who read
// before they try. It knows the table and the catalogues, and nothing of how a
// command is done.
package commandlist

import (
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
)

// Markdown writes the commands as a page, in the printer's language.
func Markdown(list []act.Command, p card.Printer) string {
	var b strings.Builder
	b.WriteString("# Commands\n\nWritten by `go generate ./commands` from the table in `commands/`.\n\n")
	b.WriteString("Write `/ponte` and a command, or mention the bot and write the command behind its name. Commands marked with ¶ are about a conversation: write them in its thread, or press the button on its card.\n\n")
	b.WriteString("| command | what it does | who |\n|---|---|---|\n")
	for _, c := range list {
		thread := ""
		if c.InThread {
			thread = " ¶"
		}
		b.WriteString("| `" + c.Name + "`" + thread + " | " + escaped(c.Summary.Print(p).Text) + " | " + roles(c.Roles) + " |\n")
	}
	for _, c := range list {
		b.WriteString("\n## " + c.Name + "\n\n" + c.Summary.Print(p).Text + ".\n\n")
		for _, o := range c.Options {
			b.WriteString("- `" + o.Name + "`: " + option(o, p) + "\n")
		}
		if len(c.Options) > 0 {
			b.WriteString("\n")
		}
		b.WriteString("```\n")
		for _, e := range c.Examples {
			b.WriteString("/ponte " + e + "\n")
		}
		b.WriteString("```\n")
	}
	return b.String()
}

func option(o act.Option, p card.Printer) string {
	out := strings.ToLower(o.Summary.Print(p).Text[:1]) + o.Summary.Print(p).Text[1:]
	if len(o.Choices) > 0 {
		out += " (" + strings.Join(o.Choices, ", ") + ")"
	}
	if !o.Required {
		out += "; can be left out"
	}
	return out
}

func roles(list []bot.Role) string {
	if len(list) == len(bot.Anyone) {
		return "everybody in the brand"
	}
	var out []string
	for _, r := range list {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

func escaped(cell string) string { return strings.ReplaceAll(cell, "|", `\|`) }
