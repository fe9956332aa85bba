// Package said reads what people write in Slack: it turns Slack's markup of a
// message into the text that they see. It is pure.
package said

import (
	"cmp"
	"strings"
)

// Names says what a person is called, by id; empty for a stranger.
type Names func(user string) string

// unnamed stands for what Slack names by an id only, which is nobody else's to read.
const unnamed = "…"

// Plain returns a message's text as people see it: people as "@name", channels as
// "#name", links as they were typed, and the three escaped characters as themselves.
// Who has no name stands there by their id.
func Plain(text string, names Names) string {
	return read(text, func(user, label string) string {
		if name := names(user); name != "" {
			label = name
		}
		return "@" + strings.TrimPrefix(cmp.Or(label, user), "@")
	})
}

// Spelt returns a message's text as it could become public: people by their names alone,
// as an "@" would call somebody else elsewhere, and nobody by an id.
func Spelt(text string, names Names) string {
	return read(text, func(user, label string) string {
		return cmp.Or(names(user), strings.TrimPrefix(label, "@"), unnamed)
	})
}

func read(text string, person func(user, label string) string) string {
	var b strings.Builder
	b.Grow(len(text))
	for text != "" {
		at := strings.IndexByte(text, '<')
		if at < 0 {
			b.WriteString(unescape(text))
			break
		}
		b.WriteString(unescape(text[:at]))
		end := strings.IndexByte(text[at:], '>')
		if end < 0 {
			b.WriteString(unescape(text[at:]))
			break
		}
		b.WriteString(token(text[at+1:at+end], person))
		text = text[at+end+1:]
	}
	return b.String()
}

// token reads what stands between angle brackets.
func token(inner string, person func(user, label string) string) string {
	target, label, labelled := strings.Cut(inner, "|")
	label, shown := unescape(label), unescape(target)
	switch {
	case target == "":
		return label
	case target[0] == '@':
		return person(shown[1:], label)
	case target[0] == '#':
		return "#" + cmp.Or(strings.TrimPrefix(label, "#"), unnamed)
	case target[0] == '!':
		return special(target[1:], label)
	case !labelled || same(shown, label):
		if labelled {
			return label
		}
		return shown
	case label == "":
		return shown
	}
	return label + " (" + shown + ")"
}

// special reads a command of Slack's, such as a call to everybody.
func special(name, label string) string {
	if label != "" {
		return label
	}
	name, _, _ = strings.Cut(name, "^")
	return "@" + unescape(name)
}

// same reports whether a label is the address itself, as when it was typed without its scheme.
func same(address, label string) bool {
	for _, scheme := range []string{"", "http://", "https://", "mailto:", "tel:"} {
		if strings.TrimSuffix(address, "/") == scheme+strings.TrimSuffix(label, "/") {
			return true
		}
	}
	return false
}

var escapes = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

func unescape(s string) string { return escapes.Replace(s) }

// Command returns what follows the bot's mention, or "@ponte", at the beginning of
// a message's text, still in Slack's markup.
func Command(text, self string) (rest string, ok bool) {
	text = strings.TrimSpace(text)
	if inner, found := strings.CutPrefix(text, "<@"+self); found && self != "" {
		head, rest, closed := strings.Cut(inner, ">")
		if closed && (head == "" || head[0] == '|') {
			return strings.TrimSpace(strings.TrimLeft(rest, ":,")), true
		}
		return "", false
	}
	const typed = "@ponte"
	if len(text) < len(typed) || !strings.EqualFold(text[:len(typed)], typed) {
		return "", false
	}
	rest = text[len(typed):]
	if rest != "" && !strings.ContainsAny(rest[:1], " \n\t") {
		return "", false
	}
	return strings.TrimSpace(rest), true
}
