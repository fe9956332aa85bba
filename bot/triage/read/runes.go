package read

import (
	"unicode"
	"unicode/utf8"
)

func first(in []byte) rune {
	c, _ := utf8.DecodeRune(in)
	return c
}

// run is how many bytes from the start are of the kind.
func run(in []byte, is func(rune) bool) int {
	at := 0
	for at < len(in) {
		c, size := utf8.DecodeRune(in[at:])
		if !is(c) {
			break
		}
		at += size
	}
	return at
}

func isName(c rune) bool {
	return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.Is(unicode.Mn, c)
}

func isDigit(c rune) bool { return unicode.IsDigit(c) || c == '.' || c == ',' || c == ':' }

func isLatin(c rune) bool { return c < 0x250 || c >= 0x1e00 && c < 0x1f00 }

func isFlag(c rune) bool { return c >= 0x1f1e6 && c <= 0x1f1ff }

// hidden runes have no width and say nothing: joiners, marks of direction, soft
// hyphens, variation selectors.
func hidden(c rune) bool {
	return c == '\u00ad' || c == '\u034f' || c >= '\u200b' && c <= '\u200f' || c >= '\u202a' && c <= '\u202e' ||
		c >= '\u2060' && c <= '\u2064' || c == '\ufeff' || c >= '\ufe00' && c <= '\ufe0f'
}

func isEmoji(c rune) bool {
	return c >= 0x1f000 && c <= 0x1faff || c >= 0x2600 && c <= 0x27bf || c >= 0x2b00 && c <= 0x2bff || c == 0x203c || c == 0x2049
}

// handleAt tells whether a handle begins with the @ here; in the middle of a
// word it begins none.
func handleAt(in []byte, at int) bool {
	if at+1 >= len(in) || !isName(first(in[at+1:])) {
		return false
	}
	before, _ := utf8.DecodeLastRune(in[:at])
	return at == 0 || !isName(before)
}

// wordAt is how long the word is that begins here; an apostrophe within belongs to it.
func wordAt(in []byte) int {
	at := 0
	for at < len(in) {
		c, size := utf8.DecodeRune(in[at:])
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
		case unicode.IsLetter(c), c > 0x80 && (unicode.Is(unicode.Mn, c) || hidden(c)):
		case (c == '\'' || c == '’') && unicode.IsLetter(first(in[at+size:])):
		default:
			return at
		}
		at += size
	}
	return at
}

// emoticonAt is how long the emoticon is that begins here, ":-)" say.
func emoticonAt(in []byte, at int) int {
	if at > 0 {
		if c, _ := utf8.DecodeLastRune(in[:at]); unicode.IsLetter(c) || unicode.IsDigit(c) {
			return 0
		}
	}
	rest := in[at:]
	if rest[0] == '<' && len(rest) > 1 && rest[1] == '3' {
		return 2
	}
	if rest[0] != ':' && rest[0] != ';' && rest[0] != '=' {
		return 0
	}
	n := 1
	if n < len(rest) && (rest[n] == '\'' || rest[n] == '-' || rest[n] == '^') {
		n++
	}
	if n == len(rest) {
		return 0
	}
	switch rest[n] {
	case ')', '(', 'D', 'P', 'p', '|', '*', 'O', 'o', '3', '\\', ']', '[', '/':
		if n+1 < len(rest) && (unicode.IsLetter(rune(rest[n+1])) || rest[n] == '/' && rest[n+1] == '/') {
			return 0
		}
		return n + 1
	}
	return 0
}
