package draw

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ponte/bot"
	"ponte/bot/card"
)

// Part is what of a form was used.
type Part string

// The parts of a form.
const (
	InWindow Part = "f" // a window was sent: N is the page
	Opens    Part = "o" // the button that opens window N
	Sends    Part = "s" // the button that sends the form
	Closes   Part = "q" // the button that closes it unsent
	Chooses  Part = "v" // the menu of a choice field: N is 100 times the field and which of its menus
	Checks   Part = "k" // the menu of all boxes
	Keeps    Part = "p" // the menu of pictures that stay: N is the field
	Finds    Part = "z" // the button that opens the window in which choices are looked for, and that window
)

// At is a part of a form, as its id says. Where the rest did not fit into the id,
// there is no Verb, and only the Token says which form it is.
type At struct {
	Part     Part
	N        int
	Token    string
	Verb     string
	Subject  string
	Revision int
}

const formID = "w"

// of is the id of a part of a form.
func (a At) of(f card.Form) string {
	short := strings.Join([]string{formID, string(a.Part), strconv.Itoa(a.N), f.Token}, "|")
	full := strings.Join([]string{short, f.Verb, f.Subject, strconv.Itoa(f.Revision)}, "|")
	if strings.Count(full, "|") == 6 && size(full) <= maxID && !strings.ContainsFunc(full, unseen) && strings.ToValidUTF8(full, "") == full {
		return full
	}
	return short
}

// Locate reads the id of a part of a form; ok is false for what is none.
func Locate(id string) (a At, ok bool) {
	parts := strings.Split(id, "|")
	if len(parts) != 4 && len(parts) != 7 || parts[0] != formID {
		return a, false
	}
	n, err := strconv.Atoi(parts[2])
	a = At{Part: Part(parts[1]), N: n, Token: parts[3]}
	if err == nil && len(parts) == 7 {
		a.Verb, a.Subject = parts[4], parts[5]
		a.Revision, err = strconv.Atoi(parts[6])
	}
	return a, err == nil
}

// Step draws a form as a message for one person: what is wrong with it, what it is
// about, what is filled in so far, its menus, and its buttons. The error is Invalid
// where it is too much.
func (p Pen) Step(f card.Form) (Message, error) {
	pages, err := p.Pages(f)
	if err != nil {
		return Message{}, err
	}
	menus, of := p.menus(f, maxRows-rows(len(pages)+2))
	finds := p.hides(of)
	if finds {
		if some, shown := p.menus(f, maxRows-rows(len(pages)+3)); some != nil {
			menus, of = some, shown
		} else { // there is no room for one more button
			finds, of = false, nil
		}
	}
	s := &sheet{Pen: p, room: maxDescription - reserved}
	m := s.message(nil)
	m.Embeds[0].Title = escaped(p.title(f, maxTitle), maxTitle)
	m.Embeds[0].Color = colours[card.MarkNote]
	s.faults(f.Fields)
	if f.Public {
		m.Embeds[0].Color = colours[card.MarkPublic]
		s.words(p.say("discord.will_be_public"), "", "**")
	}
	s.body(f.Blocks, false)
	s.written(f.Fields)
	if slices.ContainsFunc(f.Fields, func(d card.Field) bool { return d.Kind == card.PicturesField }) {
		s.muted(escaped(p.say("discord.pictures_how"), maxSay))
	}
	s.hidden(of)
	s.finish(&m)
	buttons := p.buttons(f, len(pages), finds)
	if menus == nil || rows(len(buttons))+len(menus) > maxRows {
		return m, bot.Errorf(bot.Invalid, "discord.form_too_big")
	}
	for _, e := range menus {
		m.Components = append(m.Components, discordgo.ActionsRow{Components: []discordgo.MessageComponent{e}})
	}
	for len(buttons) > 0 {
		take := min(len(buttons), inRow)
		m.Components = append(m.Components, discordgo.ActionsRow{Components: buttons[:take]})
		buttons = buttons[take:]
	}
	return m, nil
}

// rows is how many rows so many buttons take.
func rows(buttons int) int { return (buttons + inRow - 1) / inRow }

// faults says why the last submission was refused.
func (s *sheet) faults(fields []card.Field) {
	for _, d := range fields {
		if fault := d.Fault.String(); fault != "" {
			s.words(card.Glyphs[card.MarkOverdue]+" "+line(d.Label.String(), maxLabel)+": "+line(fault, maxLine), "", "")
		}
	}
}

// written shows the texts of a form as they are so far.
func (s *sheet) written(fields []card.Field) {
	for _, d := range fields {
		if text := strings.TrimSpace(plain(d.Value)); typed(d) && text != "" {
			s.put("**" + escaped(label(d.Label.String(), maxLabel), 2*maxLabel) + "**")
			kept, left := split(text, maxLine)
			if left != "" {
				kept += "…"
			}
			s.words(kept, "> ", "")
		}
	}
}

// buttons open the windows, send the form, or close it.
func (p Pen) buttons(f card.Form, pages int, finds bool) (out []discordgo.MessageComponent) {
	for n := range pages {
		words := p.say("discord.write")
		if pages > 1 {
			words = fmt.Sprintf("%s (%d/%d)", words, n+1, pages)
		}
		b := discordgo.Button{Label: label(words, maxLabel), Style: discordgo.SecondaryButton, CustomID: At{Part: Opens, N: n}.of(f)}
		if pages == 1 {
			b.Style = discordgo.PrimaryButton
		}
		out = append(out, b)
	}
	if finds {
		out = append(out, discordgo.Button{Label: label(p.say("discord.find"), maxLabel), Style: discordgo.SecondaryButton, CustomID: At{Part: Finds}.of(f)})
	}
	if pages != 1 || !opensOnly(f) {
		out = append(out, discordgo.Button{Label: label(f.Submit.String(), maxLabel), Style: discordgo.PrimaryButton, CustomID: At{Part: Sends}.of(f)})
	}
	return append(out, p.cancel(At{Part: Closes}.of(f)))
}

// opensOnly reports whether a form has nothing to send before its window was open:
// a text that has to be written is not there.
func opensOnly(f card.Form) bool {
	for _, d := range f.Fields {
		if typed(d) && d.Required && strings.TrimSpace(d.Value) == "" {
			return true
		}
	}
	return false
}

// menus draws what there is to choose, in at most so many menus; nil where they are
// too many. A field with more than 25 choices has as many menus as there is room for.
func (p Pen) menus(f card.Form, room int) (out []discordgo.MessageComponent, of []shown) {
	none := 0
	out = []discordgo.MessageComponent{}
	var boxes []discordgo.SelectMenuOption
	fields, spare := 0, room
	for _, d := range f.Fields {
		if d.Kind == card.CheckField {
			boxes = append(boxes, discordgo.SelectMenuOption{Label: label(d.Label.String(), maxOption), Value: "=" + d.Name, Default: d.Value == "true"})
		} else if !typed(d) {
			fields++
		}
	}
	spare -= fields + (len(boxes)+maxOptions-1)/maxOptions
	if spare < 0 {
		return nil, nil
	}
	for i, d := range f.Fields {
		switch {
		case d.Kind == card.PicturesField:
			if options := p.kept(d); len(options) > 0 {
				out = append(out, discordgo.SelectMenu{
					CustomID: At{Part: Keeps, N: i}.of(f), Placeholder: label(d.Label.String(), maxPlaceholder), MinValues: &none, MaxValues: len(options), Options: options,
				})
			}
		case d.Kind == card.ChoiceField && !typed(d):
			menus, s := p.choose(f, i, &spare)
			out, of = append(out, menus...), append(of, s)
		}
	}
	for n := 0; len(boxes) > 0; n++ {
		take := min(len(boxes), maxOptions)
		out = append(out, discordgo.SelectMenu{
			CustomID: At{Part: Checks, N: n}.of(f), Placeholder: label(p.say("discord.boxes"), maxPlaceholder), MinValues: &none, MaxValues: take, Options: boxes[:take],
		})
		boxes = boxes[take:]
	}
	return out, of
}

// choose draws a field's choices in one menu, or in more where there is room to spare.
func (p Pen) choose(f card.Form, field int, spare *int) (out []discordgo.MessageComponent, of shown) {
	d := f.Fields[field]
	left := p.matching(d)
	of = shown{field: d, all: len(left)}
	for n := 0; len(left) > 0 && (n == 0 || *spare > 0); n++ {
		if n > 0 {
			*spare--
		}
		take := min(len(left), maxOptions)
		least := 0
		m := discordgo.SelectMenu{CustomID: At{Part: Chooses, N: 100*field + n}.of(f), Placeholder: label(d.Label.String(), maxPlaceholder), MinValues: &least}
		if m.Options = choices(left[:take], "="+d.Value); len(m.Options) > 0 {
			out = append(out, m)
		}
		of.here += take
		left = left[take:]
	}
	return out, of
}

func (p Pen) kept(d card.Field) (out []discordgo.SelectMenuOption) {
	for i, picture := range d.Pictures {
		if picture.Hash != "" && len(out) < maxOptions && size(picture.Hash) < maxOption {
			words := p.say("discord.picture", card.Count("Count", i+1)) + " · " + string(picture.Alt)
			out = append(out, discordgo.SelectMenuOption{Label: label(words, maxOption), Value: "=" + picture.Hash, Default: true})
		}
	}
	return out
}
