package draw

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
)

// A form in Discord is asked for in windows (modals) of up to five texts. One window
// cannot open another, and none has menus: a form that is more than one window of
// texts is a step, a message that only one person sees, with the form's menus, a
// button that opens each window, and one that sends it all.

// Modal is a window as Discord takes it.
type Modal struct {
	CustomID   string                       `json:"custom_id"`
	Title      string                       `json:"title"`
	Components []discordgo.MessageComponent `json:"components"`
}

// Page is one window of a form.
type Page struct {
	Modal  Modal
	Fields []string // names of the fields it asks for
}

// maxPages is how many windows a form may have.
const maxPages = 8

// Direct reports whether a form is asked for at once in its only window. Else it is
// a step: there is something to choose, to read or to mend before.
func (p Pen) Direct(f card.Form) bool {
	for _, d := range f.Fields {
		if !typed(d) || !d.Fault.Zero() {
			return false
		}
	}
	for _, b := range f.Blocks {
		if b.Words != nil {
			return false
		}
	}
	pages, err := p.Pages(f)
	return err == nil && len(pages) == 1
}

// typed reports whether a field is a text.
func typed(d card.Field) bool {
	return d.Kind != card.CheckField && d.Kind != card.PicturesField && !(d.Kind == card.ChoiceField && len(d.Choices) > 0)
}

// input is one text of a window.
type input struct {
	field string
	discordgo.TextInput
}

// Pages draws the windows of a form: those that few fill in come last. Where there is
// one only, what is sent from it is the whole form. The error is Invalid where it is
// too much.
func (p Pen) Pages(f card.Form) ([]Page, error) {
	var first, last []input
	for _, d := range f.Fields {
		if d.Folded && d.Value == "" {
			last = append(last, p.inputs(f, d)...)
		} else {
			first = append(first, p.inputs(f, d)...)
		}
	}
	all := slices.Concat(first, last)
	var pages []Page
	for len(all) > 0 {
		take := min(len(all), maxInputs)
		m := Modal{CustomID: At{Part: InWindow, N: len(pages)}.of(f), Title: p.title(f, maxModal)}
		page := Page{}
		for _, in := range all[:take] {
			if size(in.CustomID) > maxID {
				return nil, bot.Errorf(bot.Invalid, "discord.form_too_big")
			}
			m.Components = append(m.Components, discordgo.ActionsRow{Components: []discordgo.MessageComponent{in.TextInput}})
			page.Fields = append(page.Fields, in.field)
		}
		page.Modal = m
		pages, all = append(pages, page), all[take:]
	}
	if len(pages) > maxPages || size(f.Token) > maxID/2 {
		return nil, bot.Errorf(bot.Invalid, "discord.form_too_big")
	}
	return pages, nil
}

// title says what the form is for, and whether it is public.
func (p Pen) title(f card.Form, n int) string {
	title := f.Title.String()
	if f.Public {
		title = card.Glyphs[card.MarkPublic] + " " + title
	}
	return label(title, n)
}

// inputs draws a field: one text, or as many as a long one needs.
func (p Pen) inputs(f card.Form, d card.Field) (out []input) {
	if d.Kind == card.PicturesField {
		for i, picture := range d.Pictures {
			words := p.say("discord.picture_alt", card.Count("Count", i+1))
			out = append(out, input{d.Name, discordgo.TextInput{
				CustomID: "0." + alt + picture.Hash, Label: label(words, maxModal), Style: discordgo.TextInputParagraph,
				Value: cut(plain(string(picture.Alt)), maxInput), MaxLength: maxInput,
			}})
		}
		return out
	}
	if !typed(d) {
		return nil
	}
	parts := inParts(plain(d.Value))
	for i, part := range parts {
		words := d.Label.String()
		if len(parts) > 1 {
			words = fmt.Sprintf("%s (%d/%d)", line(words, maxModal-8), i+1, len(parts))
		}
		in := discordgo.TextInput{
			CustomID: strconv.Itoa(i) + "." + d.Name, Label: label(words, maxModal), Style: discordgo.TextInputShort, Value: part,
			Required: d.Required && i == 0, MaxLength: maxInput, Placeholder: p.placeholder(f, d),
		}
		if d.Kind == card.TextField || strings.Contains(part, "\n") {
			in.Style = discordgo.TextInputParagraph
		}
		if d.Max > 0 && d.Max < maxInput && counted(d) && len(parts) == 1 && size(part) <= d.Max {
			in.MaxLength = d.Max
		}
		out = append(out, input{d.Name, in})
	}
	return out
}

// inParts cuts a text into as many as its windows need, the last with room to write.
func inParts(text string) (parts []string) {
	for text != "" || len(parts) == 0 {
		most := maxInput
		if len(parts) > 0 || size(text) > maxInput {
			most = maxInput - 200
		}
		var part string
		part, text = split(text, most)
		parts = append(parts, part)
	}
	return parts
}

// counted reports whether a field's length is counted as Discord counts it.
func counted(d card.Field) bool { return d.Count == "" || d.Count == string(act.Runes) }

// about says in one line what stands above the fields of a form: as whom it goes out,
// and who sees it. A window has no room for more.
func about(f card.Form) string {
	var all []string
	for _, b := range f.Blocks {
		for _, w := range b.Facts {
			all = append(all, w.String())
		}
	}
	return line(strings.Join(all, " · "), maxHint)
}

func (p Pen) placeholder(f card.Form, d card.Field) string {
	var all []string
	if hint := line(d.Hint.String(), maxHint); hint != "" {
		all = append(all, hint)
	}
	if f.Public && d.Kind == card.TextField {
		as, public := about(f), p.say("discord.will_be_public")
		if both := strings.Trim(as+" · "+public, " ·"); size(both) <= maxHint {
			as = both
		}
		all = append(all, cmp.Or(as, public))
	}
	if d.Max > 0 && (d.Max > maxInput || !counted(d)) {
		all = append(all, p.say("discord.most", card.Count("Count", d.Max)))
	}
	return line(strings.Join(all, " "), maxHint)
}
