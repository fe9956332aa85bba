package gate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many marks are shown on one letter; no script stacks more.
const maxMarks = 4

// Shown makes a text safe to look at: controls show as what they are, what turns
// the direction of other people's text is left out (the page sets each text
// apart), marks pile up no higher than writing needs, and no more than one line
// stays empty.
func Shown(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	marks, lines := 0, 0
	for _, r := range text {
		if r == '\n' {
			marks = 0
			if lines++; lines > 2 {
				continue
			}
			b.WriteRune(r)
			continue
		}
		if !unicode.IsSpace(r) {
			lines = 0
		}
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			continue
		case r == '\t':
			r = ' '
		case r < ' ':
			r += 0x2400
		case r == 0x7F, r >= 0x80 && r <= 0x9F:
			r = utf8.RuneError
		}
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			marks = 0
		}
		b.WriteRune(r)
	}
	return b.String()
}
