package check

import (
	"math"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"ponte/bot"
)

// keys are the forms of keys and tokens that say by themselves what they are.
var keys = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]{0,40}|` +
	`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|` +
	`\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9+/=]{16,}|` +
	`\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_\-]{16,}|` +
	`\bxox[abeoprs]-[A-Za-z0-9\-]{8,}|\bxapp-[A-Za-z0-9\-]{8,}|` +
	`\bsk-[A-Za-z0-9_\-]{20,}|\bhf_[A-Za-z0-9]{30,}|\bnpm_[A-Za-z0-9]{30,}|\bAIza[A-Za-z0-9_\-]{30,}|\bya29\.[A-Za-z0-9_\-]{20,}|` +
	`\bSG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}|\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*|` +
	`(?i:https?://)[^\s/:@<>]+:[^\s/@<>]+@`)

// opaque are runs long enough to be a key without a form of its own.
var opaque = regexp.MustCompile(`[A-Za-z0-9+/_=\-]{32,}`)

// secrets finds what looks like a key, a token or a password. It shows no more of
// one than how it begins.
func secrets(_ *Input, t reading) []bot.Finding {
	var found []bot.Finding
	var taken []span
	add := func(s span, f bot.Finding) {
		for _, o := range taken {
			if s.from < o.to && o.from < s.to {
				return
			}
		}
		taken = append(taken, s)
		if len(found) < most {
			found = append(found, f)
		}
	}
	for _, m := range keys.FindAllStringIndex(t.text, -1) {
		add(span{m[0], m[1]}, stops("secret", "Begins", masked(t.text[m[0]:m[1]])))
	}
	for _, l := range links(t.text, false) {
		taken = append(taken, l) // pages have long names without being secret
	}
	for _, m := range opaque.FindAllStringIndex(t.text, -1) {
		word := t.text[m[0]:m[1]]
		before, _ := utf8.DecodeLastRuneInString(t.text[:m[0]])
		if strings.ContainsRune("#@", before) || unicode.IsLetter(before) {
			continue
		}
		switch {
		case random(word):
			add(span{m[0], m[1]}, stops("secret", "Begins", masked(word)))
		case hexadecimal(word):
			add(span{m[0], m[1]}, warns("secret_maybe", "Begins", masked(word)))
		}
	}
	return found
}

// masked shows how a secret begins.
func masked(secret string) string { return secret[:4] + "…" }

// random reports whether a word has letters of both cases and digits, mixed as
// chance mixes them and no language does.
func random(word string) bool {
	var counts [128]int
	var kinds [4]int
	changes, last := 0, -1
	for i := range len(word) {
		counts[word[i]]++
		kind := kindOf(word[i])
		kinds[kind]++
		if kind != last {
			changes, last = changes+1, kind
		}
	}
	if kinds[upper] < 3 || kinds[lower] < 3 || kinds[digit] < 2 || 5*changes < 2*len(word) {
		return false
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(word))
			bits -= p * math.Log2(p)
		}
	}
	return bits > 3.8
}

// The kinds of signs in a key.
const (
	sign = iota
	upper
	lower
	digit
)

func kindOf(c byte) int {
	switch {
	case 'A' <= c && c <= 'Z':
		return upper
	case 'a' <= c && c <= 'z':
		return lower
	case '0' <= c && c <= '9':
		return digit
	}
	return sign
}

// hexadecimal reports whether a word is a long number to the base of 16.
func hexadecimal(word string) bool {
	digits, letters := 0, 0
	for _, r := range word {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case 'a' <= r && r <= 'f' || 'A' <= r && r <= 'F':
			letters++
		default:
			return false
		}
	}
	return digits > 3 && letters > 3
}
