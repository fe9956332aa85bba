package draw

import (
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ponte/bot/card"
)

// Where there is more to choose than Discord's menus take, a window asks for a part of
// the name, and the menus offer what has it.

// Finder is the window that asks for it, for each field with that much to choose.
func (p Pen) Finder(f card.Form) Modal {
	m := Modal{CustomID: At{Part: Finds}.of(f), Title: label(p.say("discord.find"), maxModal)}
	for _, d := range f.Fields {
		if crowded(d) && len(m.Components) < maxInputs {
			m.Components = append(m.Components, discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.TextInput{
				CustomID: "0." + d.Name, Label: label(d.Label.String(), maxModal), Style: discordgo.TextInputShort, Value: line(p.Find[d.Name], maxHint), MaxLength: maxHint,
			}}})
		}
	}
	return m
}

func crowded(d card.Field) bool { return d.Kind == card.ChoiceField && len(d.Choices) > maxOptions }

// matching are the choices of a field that have what is looked for in their names; the
// one that is chosen stays.
func (p Pen) matching(d card.Field) (out []card.Choice) {
	words := strings.Fields(strings.ToLower(p.Find[d.Name]))
	if len(words) == 0 || !crowded(d) {
		return d.Choices
	}
	for _, c := range d.Choices {
		name := strings.ToLower(c.Label.String() + " " + c.Value)
		fits := true
		for _, w := range words {
			fits = fits && strings.Contains(name, w)
		}
		if fits || d.Value != "" && c.Value == d.Value {
			out = append(out, c)
		}
	}
	return out
}

// shown is how much of what a field has to choose stands in its menus.
type shown struct {
	field     card.Field
	here, all int
}

// hides reports whether something is not there, or was looked for.
func (p Pen) hides(all []shown) bool {
	for _, s := range all {
		if s.here < s.all || p.Find[s.field.Name] != "" && crowded(s.field) {
			return true
		}
	}
	return false
}

// hidden says of which fields there is more to choose, and how it is found.
func (s *sheet) hidden(all []shown) {
	for _, h := range all {
		name := card.Text("Label", line(h.field.Label.String(), maxLabel))
		switch {
		case h.all == 0:
			s.muted(escaped(line(s.say("discord.no_choices", name, card.Text("Text", line(s.Find[h.field.Name], maxLabel))), maxLine), 2*maxLine))
		case h.here < h.all:
			s.muted(escaped(line(s.say("discord.more_choices", name, card.Text("Here", strconv.Itoa(h.here)), card.Text("All", strconv.Itoa(h.all))), maxLine), 2*maxLine))
		}
	}
}
