package read

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// linkAt is how long a link or an address of a mailbox is that begins here, at the
// beginning of a word; 0 when none does. Besides the usual beginnings it knows
// names with a well known ending, written bare.
func linkAt(in []byte, at int) int {
	c := in[at]
	if c|0x20 < 'a' || c|0x20 > 'z' {
		return 0
	}
	if at > 0 {
		if before, _ := utf8.DecodeLastRune(in[:at]); isName(before) {
			return 0
		}
	}
	rest := in[at:]
	if n := wordRun(rest); c|0x20 != 'h' && (n == len(rest) || rest[n] != '.' && rest[n] != '@') {
		return 0
	}
	for _, start := range [...]string{"http", "https"} {
		if len(rest) >= len(start) && equalFold(rest[:len(start)], start) {
			end := rest[len(start):]
			if bytes.HasPrefix(end, []byte("://")) {
				return untilSpace(rest)
			}
			if len(end) == 0 || !isName(first(end)) {
				return len(start) // what is left where addresses were taken out
			}
		}
	}
	if len(rest) > 4 && equalFold(rest[:4], "www.") {
		return untilSpace(rest)
	}
	return bareAt(rest)
}

// wordRun is how many bytes from the start may be part of a name.
func wordRun(in []byte) int {
	n := 0
	for n < len(in) && (in[n]|0x20 >= 'a' && in[n]|0x20 <= 'z' || in[n] >= '0' && in[n] <= '9' || in[n] == '-' || in[n] == '_') {
		n++
	}
	return n
}

func untilSpace(in []byte) int {
	return run(in, func(c rune) bool { return !unicode.IsSpace(c) && c != '<' && c != '>' && c != '"' })
}

// endings are those that stand for an address also without what comes before it.
// Endings of countries count only before a path: a full stop without its space
// is common.
var endings = []string{"com", "net", "org", "info", "example", "shop", "online", "xyz", "site", "store", "click", "app", "biz"}

// countries are the shortest endings.
var countries = []string{"es", "it", "pt", "fr", "de", "io", "ly", "me", "uk", "br", "mx", "ar", "ch", "at", "be", "tv", "cc", "co", "to", "gl", "eu", "ru"}

// bareAt is how long an address is that begins here without its http.
func bareAt(in []byte) int {
	end, dot, at := 0, -1, -1
	for end < len(in) && end < 80 {
		c := in[end]
		switch {
		case c == '.':
			dot = end
		case c == '@':
			at = end
		case c >= '0' && c <= '9', c == '-', c == '_', c|0x20 >= 'a' && c|0x20 <= 'z':
		default:
			goto named
		}
		end++
	}
named:
	if dot <= 0 || end-dot < 3 || in[dot-1] == '.' {
		if dot == end-1 && dot > 0 { // the full stop that ends a sentence
			return bareAt(in[:dot])
		}
		return 0
	}
	last := in[dot+1 : end]
	if end < len(in) && in[end] == '/' && (among(endings, last) || among(countries, last)) {
		return untilSpace(in)
	}
	if among(endings, last) || at > 0 && dot > at {
		return end
	}
	return 0
}

func among(names []string, b []byte) bool {
	for _, name := range names {
		if len(name) == len(b) && equalFold(b, name) {
			return true
		}
	}
	return false
}

// equalFold compares letters whatever their case; s is in lower case.
func equalFold(b []byte, s string) bool {
	for i := range len(s) {
		if b[i] != s[i] && b[i]|0x20 != s[i] {
			return false
		}
	}
	return true
}
