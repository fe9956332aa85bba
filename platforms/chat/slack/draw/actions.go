package draw

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"ponte/bot/card"
)

// Press is what a button carries. It says nothing of whether who presses it may.
type Press struct {
	Verb     string
	Subject  string
	Revision int
	Channel  string // where it belongs, when its message stands in no channel
	Value    string // of the choice, where it is a menu
}

// What an action_id begins with: what kind of thing was pressed.
const (
	ByPress = "do:"   // a button, or a choice of a menu: its value is a packed Press
	ByRun   = "run:"  // a button whose value is a command's text
	ByFill  = "fill:" // a choice in a form that writes into another field
	byLink  = "link:" // opens an address, and means nothing to us
)

// pack writes a press into the value of a button; ok is false where it does not fit.
func (p Press) pack(most int) (string, bool) {
	if strings.Contains(p.Verb+p.Subject+p.Channel+p.Value, "\n") || p.Verb == "" {
		return "", false
	}
	parts := []string{p.Verb, p.Subject, strconv.Itoa(p.Revision), p.Channel}
	if p.Value != "" {
		parts = append(parts, p.Value)
	}
	v := strings.Join(parts, "\n")
	return v, size(v) <= most
}

// Unpack reads the value of a button; ok is false for what none of ours carries.
func Unpack(value string) (p Press, ok bool) {
	parts := strings.Split(value, "\n")
	if len(parts) < 4 || len(parts) > 5 || parts[0] == "" {
		return p, false
	}
	n, err := strconv.Atoi(parts[2])
	p = Press{Verb: parts[0], Subject: parts[1], Revision: n, Channel: parts[3]}
	if len(parts) == 5 {
		p.Value = parts[4]
	}
	return p, err == nil
}

// actions draws the buttons: the first five, then the rest under More. One that
// asks before it acts stays a button, as More would ask before everything in it.
// Menus have a row of their own.
func (s *sheet) actions(c card.Card) {
	var shown, menus []slack.BlockElement
	var rest []*slack.OptionBlockObject
	buttons := len(c.Actions) - len(slices.DeleteFunc(slices.Clone(c.Actions), func(a card.Action) bool { return len(a.Choices) == 0 }))
	for i, a := range c.Actions {
		press := Press{Verb: a.Verb, Subject: a.Subject, Revision: c.Revision, Channel: s.Channel}
		if press.Subject == "" {
			press.Subject = c.Subject
		}
		if len(a.Choices) > 0 {
			if m := menu(a, press, i); m != nil {
				menus = append(menus, m)
			}
			continue
		}
		value, fits := press.pack(maxOption)
		if buttons > shownButtons+1 && i >= shownButtons && a.Confirm.Zero() && a.Link == "" && fits {
			rest = append(rest, slack.NewOptionBlockObject(value, label(a.Label.String(), maxLabel), nil))
			continue
		}
		if b := s.button(a, press, i); b != nil {
			shown = append(shown, b)
		}
	}
	for n := 0; len(rest) > 0; n++ {
		take := min(len(rest), maxOverflow)
		if len(rest)-take == 1 {
			take--
		}
		shown = append(shown, s.overflow(rest[:take], n))
		rest = rest[take:]
	}
	for len(shown) > 0 {
		take := min(len(shown), maxActions)
		s.put(slack.NewActionBlock("", shown[:take]...))
		shown = shown[take:]
	}
	if len(menus) > 0 {
		s.put(slack.NewActionBlock("", menus[:min(len(menus), maxActions)]...))
	}
}

// menu is a menu of its own; nil where none of its choices fits.
func menu(a card.Action, press Press, i int) slack.BlockElement {
	var options []*slack.OptionBlockObject
	for _, c := range a.Choices[:min(len(a.Choices), maxOptions)] {
		press.Value = c.Value
		if value, fits := press.pack(maxOption); fits {
			options = append(options, slack.NewOptionBlockObject(value, label(c.Label.String(), maxLabel), nil))
		}
	}
	if len(options) == 0 {
		return nil
	}
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, label(a.Label.String(), maxHolder), fmt.Sprint(ByPress, i), options...)
}

// overflow is a menu of at least two; one alone is a button.
func (s *sheet) overflow(options []*slack.OptionBlockObject, n int) slack.BlockElement {
	id := fmt.Sprintf("%smore:%d", ByPress, n)
	if len(options) == 1 {
		b := slack.NewButtonBlockElement(id, options[0].Value, options[0].Text)
		return b
	}
	return slack.NewOverflowBlockElement(id, options...)
}

func (s *sheet) button(a card.Action, press Press, i int) slack.BlockElement {
	words := label(a.Label.String(), maxLabel)
	if a.Link != "" {
		link := web(a.Link)
		if link == "" {
			return nil
		}
		b := slack.NewButtonBlockElement(fmt.Sprint(byLink, i), "", words)
		b.URL = link
		return b
	}
	value, fits := press.pack(maxValue)
	if !fits {
		return nil
	}
	b := slack.NewButtonBlockElement(fmt.Sprint(ByPress, i), value, words)
	b.Style = slack.Style(a.Style)
	if !a.Confirm.Zero() {
		b.Confirm = slack.NewConfirmationBlockObject(
			label(a.Label.String(), maxLabel), label(a.Confirm.String(), maxConfirm),
			label(a.Label.String(), maxYes), label(s.say("slack.cancel"), maxYes),
		)
		if a.Style == card.Danger {
			b.Confirm.Style = slack.StyleDanger
		}
	}
	return b
}

// Offer draws a sentence with a button that runs a command again, for what only
// a press can open. ok is false where the command is too long for a button.
func (p Pen) Offer(sentence, button, command string) (m Message, ok bool) {
	if command = plain(command); command == "" || size(command) > maxValue {
		return m, false
	}
	s := &sheet{Pen: p, room: maxBlocks}
	s.words(sentence)
	b := slack.NewButtonBlockElement(ByRun+"0", command, label(button, maxLabel))
	b.Style = slack.StylePrimary
	s.put(slack.NewActionBlock("", b))
	return Message{Text: escaped(sentence, maxFallback), Blocks: s.blocks}, true
}
