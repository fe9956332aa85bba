// Package register offers Ponte's commands in Discord: it writes the table of
// commands as Discord has them, and registers them where they changed. It knows no
// command's meaning, and asks Discord through whoever gives it a way to.
//
// Everything stands under "/ponte", as everywhere else that Ponte is spoken to: a
// name such as "/queue" or "/pause" would stand beside those of other bots. Discord
// takes 25 under one name and 8,000 characters in all, so what is about the brand's
// own posts stands one step further in, as "/ponte posts queue"; who types "/queue"
// is offered it all the same. What the table has beyond that is put under "more",
// so that a table that grows is never refused.
package register

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
)

// Name is the command under which all others stand.
const Name = "ponte"

// Discord's limits of a command.
const (
	maxUnder = 25
	maxAbout = 100
	maxName  = 32
	maxAll   = 8_000
)

// posts are the commands about what the brand says by itself.
var posts = []string{
	"duplicate", "cancel", "drafts", "approvals", "show", "approve", "reject", "return", "schedule", "pause", "resume", "hold", "release", "series", "queue",
	"move", "results", "calendar", "picture",
}

// The groups that commands stand in; the others stand under "/ponte" itself.
const (
	groupPosts = "posts"
	groupMore  = "more"
)

// Printer writes words in a language.
type Printer func(lang bot.Lang, zone *time.Location, w card.Words) string

// locales are Discord's names of the languages that Ponte speaks besides English.
var locales = map[discordgo.Locale]bot.Lang{
	discordgo.EnglishUS: bot.English, discordgo.EnglishGB: bot.English,
	discordgo.SpanishES: bot.Spanish, discordgo.SpanishLATAM: bot.Spanish, discordgo.Italian: bot.Italian,
}

// Commands writes the table as Discord has it.
func Commands(table []act.Command, print Printer) []*discordgo.ApplicationCommand {
	pen := pen(print)
	root := &discordgo.ApplicationCommand{Type: discordgo.ChatApplicationCommand, Name: Name, Description: pen.about(card.W("discord.command_about")),
		DescriptionLocalizations: pen.everywhere(card.W("discord.command_about")), Contexts: &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild}}
	groups := map[string]*discordgo.ApplicationCommandOption{}
	direct := direct(table)
	for _, c := range table {
		one := pen.command(c)
		name := placed(c.Name, direct)
		if name == "" {
			root.Options = append(root.Options, one)
			continue
		}
		g := groups[name]
		if g == nil {
			about := card.W("discord.group_" + name)
			g = &discordgo.ApplicationCommandOption{
				Type: discordgo.ApplicationCommandOptionSubCommandGroup, Name: name, NameLocalizations: pen.localised(known, "command", name),
				Description: pen.about(about), DescriptionLocalizations: pen.all(about),
			}
			groups[name] = g
			root.Options = append(root.Options, g)
		}
		if len(g.Options) < maxUnder {
			g.Options = append(g.Options, one)
		}
	}
	distinct(root.Options)
	for _, g := range groups {
		distinct(g.Options)
	}
	shorten(root)
	return append([]*discordgo.ApplicationCommand{root}, pen.shortcuts(table)...)
}

// shortcuts are what can be done with any message: commands that open a form, into
// which the message's text goes, or that keep the message.
var shortcuts = []struct{ name, command, of string }{
	{"Reply with this", "reply", "reply"}, {"Draft from this", "post", "post"}, {"Add to the timeline", "timeline add", "timeline"},
}

// Shortcut is the command that is run with a message; empty for none of ours.
func Shortcut(name string) string {
	for _, s := range shortcuts {
		if s.name == name {
			return s.command
		}
	}
	return ""
}

func (p pen) shortcuts(table []act.Command) (out []*discordgo.ApplicationCommand) {
	for _, s := range shortcuts {
		if slices.ContainsFunc(table, func(c act.Command) bool { return c.Name == s.of }) {
			names := map[discordgo.Locale]string{}
			for locale, lang := range locales {
				names[locale] = cut(p(lang, time.UTC, card.W("discord.shortcut_"+s.of)), maxName)
			}
			out = append(out, &discordgo.ApplicationCommand{
				Type: discordgo.MessageApplicationCommand, Name: s.name, NameLocalizations: &names, Contexts: &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild},
			})
		}
	}
	return out
}

// direct are the commands that stand under "/ponte" itself: as many as there is room
// for beside the groups.
func direct(table []act.Command) (out []string) {
	room := maxUnder
	for _, c := range table {
		if !slices.Contains(posts, c.Name) {
			out = append(out, c.Name)
		}
	}
	if len(out) < len(table) {
		room--
	}
	if len(out) > room {
		out = out[:room-1]
	}
	return out
}

// placed is the group that a command stands in; empty for none.
func placed(name string, direct []string) string {
	switch {
	case slices.Contains(direct, name):
		return ""
	case slices.Contains(posts, name):
		return groupPosts
	}
	return groupMore
}

// Path is a command as Discord knows it, "ponte posts queue"; empty for one that is not
// in the table.
func Path(table []act.Command, name string) string {
	if !slices.ContainsFunc(table, func(c act.Command) bool { return c.Name == name }) {
		return ""
	}
	if in := placed(name, direct(table)); in != "" {
		return Name + " " + in + " " + named(name)
	}
	return Name + " " + named(name)
}

// pen writes in all languages.
type pen Printer

func (p pen) about(w card.Words) string { return cut(p(bot.English, time.UTC, w), maxAbout) }

func (p pen) all(w card.Words) map[discordgo.Locale]string {
	out := map[discordgo.Locale]string{}
	for locale, lang := range locales {
		out[locale] = cut(p(lang, time.UTC, w), maxAbout)
	}
	return out
}

func (p pen) everywhere(w card.Words) *map[discordgo.Locale]string { all := p.all(w); return &all }

func (p pen) command(c act.Command) *discordgo.ApplicationCommandOption {
	one := &discordgo.ApplicationCommandOption{
		Type: discordgo.ApplicationCommandOptionSubCommand, Name: named(c.Name), NameLocalizations: p.localised(known, "command", c.Name),
		Description: p.about(c.Summary), DescriptionLocalizations: p.all(c.Summary),
	}
	for _, o := range c.Options[:min(len(c.Options), maxUnder)] {
		one.Options = append(one.Options, p.option(o))
	}
	distinct(one.Options)
	slices.SortStableFunc(one.Options, func(a, b *discordgo.ApplicationCommandOption) int { // as Discord wants it
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return one
}

// known are the commands and groups that have a name in each language, and called the
// options that do.
var (
	known = append([]string{
		"help", "reply", "saved", "take", "assign", "unassign", "resolve", "reopen", "snooze", "label", "priority", "spam", "find", "who", "inbox", "status",
		"undo", "now", "edit", "delete", "timeline", "post", "role", groupPosts, groupMore,
	}, posts...)
	called = []string{
		"action", "at", "author", "campaign", "command", "date", "draft", "every", "filter", "from", "intent", "label", "labels", "language", "member", "name",
		"person", "picture", "priority", "reason", "remove", "role", "sentiment", "series", "span", "status", "text", "times", "to", "until", "urgent", "way",
		"what", "words",
	}
)

// Named lists the commands that have a name in each language.
func Named() []string {
	return slices.DeleteFunc(slices.Clone(known), func(name string) bool { return name == groupPosts || name == groupMore })
}

// localised is what something of a kind, option or command, is called in each language;
// nothing where Discord would not take it.
func (p pen) localised(which []string, kind, name string) map[discordgo.Locale]string {
	if !slices.Contains(which, name) {
		return nil
	}
	out := p.all(card.W("discord." + kind + "." + name))
	for locale, s := range out {
		if !names.MatchString(s) || strings.ToLower(s) != s {
			delete(out, locale)
		}
	}
	return out
}

// distinct takes away names that Discord would refuse, as another beside them has the
// same in that language or by itself.
func distinct(beside []*discordgo.ApplicationCommandOption) {
	for locale := range locales {
		taken := map[string]*discordgo.ApplicationCommandOption{}
		for _, o := range beside {
			taken[o.Name] = o
		}
		for _, o := range beside {
			name := o.NameLocalizations[locale]
			if other := taken[name]; name != "" && other != nil && other != o {
				delete(o.NameLocalizations, locale)
				continue
			}
			taken[name] = o
		}
	}
}

// option writes an option. Only what is short is asked for before the command is sent:
// for a text Ponte opens a form, and a draft need not be named in its own thread.
func (p pen) option(o act.Option) *discordgo.ApplicationCommandOption {
	out := &discordgo.ApplicationCommandOption{
		Type: discordgo.ApplicationCommandOptionString, Name: named(o.Name), Description: p.about(o.Summary), DescriptionLocalizations: p.all(o.Summary),
		NameLocalizations: p.localised(called, "option", o.Name), Required: o.Required && o.Kind != act.TextOption && o.Kind != act.WordOption,
	}
	switch {
	case o.Anybody:
		out.Type = discordgo.ApplicationCommandOptionUser
	case len(o.Choices) > 0 && len(o.Choices) <= maxUnder:
		for _, c := range o.Choices {
			w := act.Chosen(c)
			out.Choices = append(out.Choices, &discordgo.ApplicationCommandOptionChoice{Name: p.about(w), NameLocalizations: p.all(w), Value: c})
		}
	default:
		out.Autocomplete = o.Kind != act.TextOption
	}
	return out
}

// names are as Discord takes them.
var names = regexp.MustCompile(`^[-_\pL\pN]{1,32}$`)

// named is a name as Discord takes it.
func named(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, " ", "-"))
	if !names.MatchString(name) {
		return "x"
	}
	return name
}

// cut shortens what is longer than Discord takes, in characters.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// Size is how many characters a command counts: its names, descriptions and values,
// each in the language in which it is longest.
func Size(c *discordgo.ApplicationCommand) int {
	n := utf8.RuneCountInString(c.Name)
	if c.DescriptionLocalizations != nil {
		n += longest(c.Description, *c.DescriptionLocalizations)
	}
	return n + sizes(c.Options)
}

func sizes(options []*discordgo.ApplicationCommandOption) (n int) {
	for _, o := range options {
		n += longest(o.Name, o.NameLocalizations) + longest(o.Description, o.DescriptionLocalizations) + sizes(o.Options)
		for _, c := range o.Choices {
			value, _ := c.Value.(string)
			n += longest(c.Name, c.NameLocalizations) + utf8.RuneCountInString(value)
		}
	}
	return n
}

func longest(s string, all map[discordgo.Locale]string) int {
	n := utf8.RuneCountInString(s)
	for _, other := range all {
		n = max(n, utf8.RuneCountInString(other))
	}
	return n
}

// shorten takes as much off the descriptions of options, and then of commands, as is
// needed for all to fit.
func shorten(c *discordgo.ApplicationCommand) {
	for most := maxAbout; Size(c) > maxAll && most > 10; most -= 10 {
		for _, leaf := range leaves(c.Options) {
			for _, o := range leaf.Options {
				trim(o, most)
			}
		}
	}
	for most := maxAbout; Size(c) > maxAll && most > 10; most -= 10 {
		for _, leaf := range leaves(c.Options) {
			trim(leaf, most)
		}
	}
}

func trim(o *discordgo.ApplicationCommandOption, most int) {
	o.Description = cut(o.Description, most)
	for locale, s := range o.DescriptionLocalizations {
		o.DescriptionLocalizations[locale] = cut(s, most)
	}
}

// leaves are the commands themselves, in their groups or not.
func leaves(all []*discordgo.ApplicationCommandOption) (out []*discordgo.ApplicationCommandOption) {
	for _, o := range all {
		if o.Type == discordgo.ApplicationCommandOptionSubCommandGroup {
			out = append(out, leaves(o.Options)...)
			continue
		}
		out = append(out, o)
	}
	return out
}
