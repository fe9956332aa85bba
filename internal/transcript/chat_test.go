package transcript

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// A chat is a team chat as its people meet it, each under their own name. What
// they see comes as lines of text with buttons; how it was drawn is the chat's.
type chat interface {
	rooms(who string) ([]string, error)              // that they can open
	see(who string, at place) ([]message, error)     // a room, or a thread with what it stands under first
	page(who string, at place) (string, error)       // the same as the chat itself draws it
	do(who string, at place, d deed) (answer, error) // the same deed twice is one that was sent again
}

// place is a room, or a thread in it.
type place struct{ room, thread string }

// message is what somebody reads in a room or a thread.
type message struct {
	ref     string
	lines   []string
	buttons []button
}

// button is what can be pressed on a message. What it sends is the chat's affair.
type button struct {
	label string
	more  bool // among those that are not shown at once
	link  bool // leads out, and does nothing here
	of    bool // a choice of a menu: "Menu: choice"
	sends url.Values
}

// form is a question to one person.
type form struct {
	lines  []string
	fields []field
	sends  url.Values
	closed url.Values // sent when it is left; nil: nothing
	faults []string   // of what was filled in
}

type field struct {
	name, value string
	fills       string // the field that a choice is written into
	choices     []choice
}

type choice struct{ value, label, text string }

// deed is one thing that somebody does; one of its kinds is set.
type deed struct {
	id       string
	text     string   // typed
	pictures []string // that go along with it
	press    *button
	form     *form
	values   map[string]string
	leave    bool // the form is closed
	emoji    string
	on       string // the ref of the message that it is put on
	off      bool   // or taken off
}

// answer is what only the one who did it sees.
type answer struct {
	notice  []string
	buttons []button
	refused bool
	either  bool // the chat does not tell a refusal from another answer
	maybe   bool // it stands in the form as well
	form    *form
}

// show draws a message: its lines, and one of the labels.
func (m message) show() []string {
	lines := slices.Clone(m.lines)
	labels := ""
	for i, b := range m.buttons {
		if b.of {
			continue
		}
		if b.more && (i == 0 || !m.buttons[i-1].more) {
			labels += " |"
		}
		labels += " [" + b.label + "]"
	}
	if labels != "" {
		lines = append(lines, " "+labels)
	}
	return lines
}

// button finds what can be pressed under a label.
func (m message) button(label string) (button, bool) {
	i := slices.IndexFunc(m.buttons, func(b button) bool { return b.label == label })
	if i < 0 {
		return button{}, false
	}
	return m.buttons[i], true
}

// text is all there is to read.
func text(list []message) string {
	var b strings.Builder
	for _, m := range list {
		for _, l := range m.show() {
			b.WriteString(l + "\n")
		}
	}
	return b.String()
}

// plain keeps a text on one line, and shows what cannot be seen in it.
func plain(text string) string {
	var b strings.Builder
	marks := 0
	for _, r := range text {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteString(more(&marks))
		}
		switch {
		case r == '\n':
			b.WriteString(" / ")
		case unicode.Is(unicode.Mn, r):
			if marks++; marks <= 3 {
				b.WriteRune(r)
			}
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteString(more(&marks))
	return b.String()
}

// more tells of the marks above a letter that were left out, and counts anew.
func more(marks *int) string {
	n := *marks - 3
	if *marks = 0; n <= 0 {
		return ""
	}
	return fmt.Sprintf("(%d more marks)", n)
}
