package draw

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ponte/bot/card"
)

// Press is what a button carries. It says nothing of whether who presses it may.
type Press struct {
	Verb     string
	Subject  string
	Revision int
	Asks     bool // the person is asked first, see Pen.Sure
	Menu     bool // what was chosen in it is the value of the click
}

// How an id begins: what kind of thing was pressed.
const (
	doID     = "d" // a button, or a choice under More
	askID    = "a" // the same, but the person is asked first
	menuID   = "c" // a menu of choices
	heldID   = "h" // any of them, too long for an id: Keep has the rest
	moreID   = "m" // the menu More, whose values are ids
	cancelID = "n" // what was asked is not done
)

// pack writes a press into an id that no other of the message has.
func (p Pen) pack(press Press, n int) string {
	kind := doID
	switch {
	case press.Asks:
		kind = askID
	case press.Menu:
		kind = menuID
	}
	end := strconv.Itoa(n) + p.Mark
	full := strings.Join([]string{kind, press.Verb, press.Subject, strconv.Itoa(press.Revision), end}, "|")
	if strings.Count(full, "|") == 4 && size(full) <= maxID && strings.ToValidUTF8(full, "") == full && !strings.ContainsFunc(full, unseen) {
		return full
	}
	sum := sha256.Sum256([]byte(press.Verb + "\x00" + press.Subject + "\x00" + kind + strconv.Itoa(press.Revision)))
	short := strings.Join([]string{heldID, base64.RawURLEncoding.EncodeToString(sum[:15]), end}, "|")
	p.keep(short, strings.Join([]string{kind, strconv.Itoa(press.Revision), press.Verb, press.Subject}, "\x00"))
	return short
}

func (p Pen) keep(id, value string) {
	if p.Keep != nil {
		p.Keep(stem(id), value)
	}
}

// Unpack reads the id of a button, or the value of a choice under More. Held gives
// back what Keep took. ok is false for what none of ours carries.
func Unpack(id string, held func(id string) (string, bool)) (p Press, ok bool) {
	kind, rest, _ := strings.Cut(id, "|")
	if kind == heldID && held != nil {
		value, known := held(stem(id))
		parts := strings.SplitN(value, "\x00", 4)
		if !known || len(parts) != 4 {
			return p, false
		}
		n, err := strconv.Atoi(parts[1])
		return press(parts[0], parts[2], parts[3], n), err == nil
	}
	parts := strings.Split(rest, "|")
	if len(parts) != 4 || kind != doID && kind != askID && kind != menuID || parts[0] == "" {
		return p, false
	}
	n, err := strconv.Atoi(parts[2])
	return press(kind, parts[0], parts[1], n), err == nil
}

func press(kind, verb, subject string, revision int) Press {
	return Press{Verb: verb, Subject: subject, Revision: revision, Asks: kind == askID, Menu: kind == menuID}
}

// IsMore reports whether an id is that of the menu More, whose values are ids.
func IsMore(id string) bool { return strings.HasPrefix(id, moreID+"|") }

// IsCancel reports whether an id is that of the button that has nothing done.
func IsCancel(id string) bool { return id == cancelID }

// actions draws the buttons: the first five, the rest under More, each menu in a row
// of its own. Whatever leads to an address stays a button: More takes none.
func (s *sheet) actions(c card.Card) []discordgo.MessageComponent {
	var buttons, menus []discordgo.MessageComponent
	var rest []discordgo.SelectMenuOption
	plainly := 0
	for _, a := range c.Actions {
		if a.Link == "" && len(a.Choices) == 0 {
			plainly++
		}
	}
	for i, a := range c.Actions {
		press := Press{Verb: a.Verb, Subject: a.Subject, Revision: c.Revision, Asks: !a.Confirm.Zero(), Menu: len(a.Choices) > 0}
		if press.Subject == "" {
			press.Subject = c.Subject
		}
		switch {
		case a.Link != "":
			if link := web(a.Link, maxButtonURL); link != "" {
				buttons = append(buttons, discordgo.Button{Label: label(a.Label.String(), maxLabel), Style: discordgo.LinkButton, URL: link})
			}
		case a.Verb == "":
		case press.Menu:
			if m := s.menu(a, s.pack(press, i)); m != nil {
				menus = append(menus, m)
			}
		case len(buttons) >= inRow && plainly > inRow+1:
			rest = append(rest, discordgo.SelectMenuOption{Label: label(a.Label.String(), maxOption), Value: s.asked(a, s.pack(press, i))})
		default:
			buttons = append(buttons, discordgo.Button{Label: label(a.Label.String(), maxLabel), Style: style(a.Style), CustomID: s.asked(a, s.pack(press, i))})
		}
	}
	return s.rows(buttons, menus, rest)
}

// rows lays out what there is in five rows: buttons, menus, and what is under More.
func (s *sheet) rows(buttons, menus []discordgo.MessageComponent, rest []discordgo.SelectMenuOption) []discordgo.MessageComponent {
	rows := []discordgo.MessageComponent{}
	var more []discordgo.MessageComponent
	for n := 0; len(rest) > 0; n++ {
		take := min(len(rest), maxOptions)
		more = append(more, discordgo.SelectMenu{
			CustomID: fmt.Sprint(moreID, "|", n), Placeholder: label(s.say("discord.more"), maxPlaceholder), Options: rest[:take],
		})
		rest = rest[take:]
	}
	room := max(maxRows-min(len(more), 2)-min(len(menus), 2), 1)
	for len(buttons) > 0 && len(rows) < room {
		take := min(len(buttons), inRow)
		rows = append(rows, discordgo.ActionsRow{Components: buttons[:take]})
		buttons = buttons[take:]
	}
	for _, e := range slices.Concat(more, menus) {
		if len(rows) < maxRows {
			rows = append(rows, discordgo.ActionsRow{Components: []discordgo.MessageComponent{e}})
		}
	}
	return rows
}

// asked notes what is asked before a button acts.
func (s *sheet) asked(a card.Action, id string) string {
	if !a.Confirm.Zero() && s.Keep != nil {
		s.Keep(askedOf(id), a.Confirm.String())
	}
	return id
}

// askedOf is the name under which is kept what is asked before a button acts.
func askedOf(id string) string { return "?" + stem(id) }

// stem is the part of an id that does not change with the message it stands in.
func stem(id string) string {
	if i := strings.LastIndex(id, "|"); i >= 0 {
		return id[:i]
	}
	return id
}

func (s *sheet) menu(a card.Action, id string) discordgo.MessageComponent {
	options := choices(a.Choices, "")
	if len(options) == 0 {
		return nil
	}
	return discordgo.SelectMenu{CustomID: id, Placeholder: label(a.Label.String(), maxPlaceholder), Options: options}
}

// choices are at most 25 options, each value once. A value begins with "=", as it
// may not be empty.
func choices(all []card.Choice, chosen string) (out []discordgo.SelectMenuOption) {
	seen := map[string]bool{}
	for _, c := range all {
		value := "=" + c.Value
		if len(out) == maxOptions || seen[value] || size(value) > maxOption || strings.TrimSpace(value) != value {
			continue
		}
		seen[value] = true
		out = append(out, discordgo.SelectMenuOption{Label: label(c.Label.String(), maxOption), Value: value, Default: chosen == value})
	}
	return out
}

// Option returns the value of a choice as the card or the form has it.
func Option(value string) string { return strings.TrimPrefix(value, "=") }

func style(s card.Style) discordgo.ButtonStyle {
	switch s {
	case card.Primary:
		return discordgo.PrimaryButton
	case card.Danger:
		return discordgo.DangerButton
	}
	return discordgo.SecondaryButton
}

// Sure asks the person who pressed a button that asks first. The button's own words
// are on its message; what it asks is lost with a restart, and then asked more plainly.
func (p Pen) Sure(id, words string, held func(id string) (string, bool)) (m Message, ok bool) {
	press, ok := Unpack(id, held)
	if !ok || !press.Asks {
		return m, false
	}
	press.Asks = false
	sentence := ""
	if held != nil {
		sentence, _ = held(askedOf(id))
	}
	words = label(words, maxLabel)
	if sentence == "" {
		sentence = p.say("discord.sure", card.Text("Label", words))
	}
	m = p.Card(card.Notice(card.Literal(sentence)))
	m.Components = []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
		discordgo.Button{Label: words, Style: discordgo.DangerButton, CustomID: p.pack(press, 0)},
		p.cancel(cancelID),
	}}}
	return m, true
}

func (p Pen) cancel(id string) discordgo.Button {
	return discordgo.Button{Label: label(p.say("discord.cancel"), maxLabel), Style: discordgo.SecondaryButton, CustomID: id}
}
