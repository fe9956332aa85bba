package bot

import (
	"strings"
	"unicode"
)

// Words returns the text in lower case with every run of anything but letters
// and digits as one space, and a space at both ends: the form in which whole
// words are looked for.
func Words(text string) string {
	var b strings.Builder
	b.Grow(len(text) + 2)
	b.WriteByte(' ')
	space := true
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			b.WriteRune(unicode.ToLower(r))
			space = false
		} else if !space {
			b.WriteByte(' ')
			space = true
		}
	}
	if !space {
		b.WriteByte(' ')
	}
	return b.String()
}

// Short returns at most n runes of the text on one line, with "…" where it was
// cut, as valid UTF-8.
func Short(text string, n int) string {
	if n <= 0 {
		return ""
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " ")
	count := 0
	for i := range text {
		if count == n-1 && len([]rune(text[i:])) > 1 {
			return strings.TrimRight(text[:i], " ") + "…"
		}
		count++
	}
	return text
}
