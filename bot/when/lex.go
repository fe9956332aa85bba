package when

import (
	"strings"
	"unicode"
)

// A token is a run of letters or a number with what stands inside it (18:30,
// 27/11), or any other sign.
type token struct {
	text string // in lower case, without accents
	word string // what it is part of, as it was written
}

// numeric reports whether the token is a number, a clock's time or a date.
func (t token) numeric() bool { return isDigit(rune(t.text[0])) }

// lex splits a text. Spaces and commas, apostrophes, and hyphens and points next
// to letters only separate; points within abbreviations (p.m.) vanish.
func lex(text string) []token {
	var tokens []token
	for _, word := range words(strings.ToValidUTF8(text, "\uFFFD")) {
		for _, part := range parts([]rune(word)) {
			tokens = append(tokens, token{part, word})
		}
	}
	return tokens
}

// words splits at spaces, and at commas but those of decimals.
func words(text string) []string {
	runes := []rune(text)
	for i, r := range runes {
		if r == ',' && (i == 0 || i+1 == len(runes) || !isDigit(runes[i-1]) || !isDigit(runes[i+1])) {
			runes[i] = ' '
		}
	}
	return strings.Fields(string(runes))
}

func parts(word []rune) []string {
	var list []string
	for i := 0; i < len(word); {
		from := i
		switch r := word[i]; {
		case isDigit(r):
			i = endOfNumber(word, i)
			list = append(list, string(word[from:i]))
		case isLetter(r):
			for i < len(word) && (isLetter(word[i]) || word[i] == '.') {
				i++
			}
			if text := fold(word[from:i]); text != "t" || !dated(list) || i == len(word) {
				list = append(list, text)
			}
		case i > 0 && separates(r, word[i-1], i+1 < len(word)):
			i++
		default:
			i++
			list = append(list, string(r))
		}
	}
	return list
}

// separates reports whether a sign behind a letter or digit has no meaning.
func separates(sign, before rune, more bool) bool {
	if !isLetter(before) && !isDigit(before) {
		return false
	}
	switch sign {
	case '.', '\'', '’':
		return true
	case '-':
		return more
	}
	return false
}

// dated reports whether the last part is an ISO date, which a T may follow.
func dated(list []string) bool {
	return len(list) > 0 && isoDate.MatchString(list[len(list)-1])
}

func endOfNumber(word []rune, i int) int {
	for i < len(word) {
		inside := strings.ContainsRune(":./-,", word[i]) && i+1 < len(word) && isDigit(word[i+1])
		if !isDigit(word[i]) && !inside {
			break
		}
		i++
	}
	return i
}

func isDigit(r rune) bool  { return '0' <= r && r <= '9' }
func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) || r == '°' }

var plain = strings.NewReplacer("á", "a", "à", "a", "é", "e", "è", "e", "í", "i", "ì", "i",
	"ó", "o", "ò", "o", "ú", "u", "ù", "u", "ü", "u", "ñ", "n", "°", "º")

// fold lowers letters and takes away accents, also those written on their own.
func fold(letters []rune) string {
	var b strings.Builder
	for _, r := range letters {
		if r != '.' && !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	if b.Len() == 0 {
		return string(letters)
	}
	return plain.Replace(b.String())
}
