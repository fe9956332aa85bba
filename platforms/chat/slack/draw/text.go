package draw

import (
	"cmp"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"ponte/bot/card"
)

const maxMarks = 6 // combining marks on one letter

// plain makes text fit to be shown: valid, without what cannot be seen, and
// without what turns the direction of reading around. A flood of marks on one
// letter is cut.
func plain(text string) string {
	marks := 0
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if !unicode.Is(unicode.M, r) {
			marks = 0
		} else if marks++; marks > maxMarks {
			return -1
		}
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '\n'
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return '\uFFFD'
		}
		return r
	}, text)
}

// size is the length of a text in UTF-16 code units, which is never less than
// what Slack counts.
func size(s string) (n int) {
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// split returns the longest beginning of a text that has at most n units, and the rest.
func split(s string, n int) (string, string) {
	for i, r := range s {
		if n -= max(utf16.RuneLen(r), 1); n < 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// cut returns at most n units of a text, with "…" where it was cut.
func cut(s string, n int) string {
	if size(s) <= n {
		return s
	}
	s, _ = split(s, n-1)
	return s + "…"
}

// line returns at most n units of a text on one line.
func line(s string, n int) string { return cut(strings.Join(strings.Fields(plain(s)), " "), n) }

// label is a plain_text object of at most n units; it is never empty.
func label(s string, n int) *slack.TextBlockObject {
	if s = line(s, n); s == "" {
		s = "…"
	}
	return text(s)
}

// text is a plain_text object in which ":smile:" stays as it is.
func text(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// Escape disarms what Slack would read in a text as a mention, a link or a command.
func Escape(s string) string { return slackutilsx.EscapeMessage(plain(s)) }

// escaped returns at most n units of a text once it is escaped.
func escaped(s string, n int) string {
	out := Escape(s)
	for size(out) > n {
		s, _ = split(plain(s), max(size(plain(s))-max(size(out)-n, 16)/5-1, 0))
		out = Escape(s) + "…"
	}
	return out
}

// web returns an address that may be linked, or nothing: http and https only.
func web(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || size(u.String()) > maxURL {
		return ""
	}
	return u.String()
}

// maxReason is how much is said beside a field.
const maxReason = 500

// Sentence is what the words of a card say, as one line.
func Sentence(c card.Card) string {
	var all []string
	for _, b := range c.Blocks {
		if b.Words != nil {
			all = append(all, b.Words.String())
		}
	}
	return cmp.Or(line(strings.Join(all, " "), maxReason), line(c.Title.String(), maxReason), "…")
}
