package check

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ponte/bot"
)

// keys are the forms of keys and tokens that say by themselves what they are,
// each with what stands in all of that form.
var keys = []struct {
	sign string
	form *regexp.Regexp
}{
	{"-----BEGIN ", regexp.MustCompile(`-----BEGIN [A-Z0-9 ]{0,40}`)},
	{"AKIA", regexp.MustCompile(`\bAKIA[A-Z0-9]{16}\b`)},
	{"ASIA", regexp.MustCompile(`\bASIA[A-Z0-9]{16}\b`)},
	{"k_live_", regexp.MustCompile(`\b[sr]k_live_[A-Za-z0-9]{10,}`)},
	{"k_test_", regexp.MustCompile(`\b[sr]k_test_[A-Za-z0-9]{10,}`)},
	{"whsec_", regexp.MustCompile(`\bwhsec_[A-Za-z0-9+/=]{16,}`)},
	{"gh", regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{20,}`)},
	{"github_pat_", regexp.MustCompile(`\bgithub_pat_[A-Za-z0-9_]{20,}`)},
	{"glpat-", regexp.MustCompile(`\bglpat-[A-Za-z0-9_\-]{16,}`)},
	{"xox", regexp.MustCompile(`\bxox[abeoprs]-[A-Za-z0-9\-]{8,}`)},
	{"xapp-", regexp.MustCompile(`\bxapp-[A-Za-z0-9\-]{8,}`)},
	{"sk-", regexp.MustCompile(`\bsk-[A-Za-z0-9_\-]{20,}`)},
	{"hf_", regexp.MustCompile(`\bhf_[A-Za-z0-9]{30,}`)},
	{"npm_", regexp.MustCompile(`\bnpm_[A-Za-z0-9]{30,}`)},
	{"AIza", regexp.MustCompile(`\bAIza[A-Za-z0-9_\-]{30,}`)},
	{"ya29.", regexp.MustCompile(`\bya29\.[A-Za-z0-9_\-]{20,}`)},
	{"SG.", regexp.MustCompile(`\bSG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}`)},
	{"eyJ", regexp.MustCompile(`\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*`)},
	{"@", regexp.MustCompile(`(?i:https?://)[^\s/:@<>]+:[^\s/@<>]+@`)},
}

// secrets finds what looks like a key, a token or a password. It shows no more of
// one than how it begins.
func secrets(_ *Input, t reading) []bot.Finding {
	var found []bot.Finding
	var known []span
	for _, k := range keys {
		if !strings.Contains(t.text, k.sign) {
			continue
		}
		for _, m := range k.form.FindAllStringIndex(t.text, most) {
			known = append(known, span{m[0], m[1]})
		}
	}
	slices.SortFunc(known, func(a, b span) int { return a.from - b.from })
	for _, k := range known {
		found = append(found, stops("secret", "Begins", masked(t.text[k.from:k.to])))
	}
	for from, to := 0, 0; from < len(t.text) && len(found) < most; from = to + 1 {
		for to = from; to < len(t.text) && inKey(t.text[to]); to++ {
		}
		if to-from < opaque || within(known, from, to) || within(t.links, from, to) {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(t.text[:from])
		word := t.text[from:to]
		switch {
		case before == '#' || before == '@' || unicode.IsLetter(before):
		case random(word):
			found = append(found, stops("secret", "Begins", masked(word)))
		case hexadecimal(word):
			found = append(found, warns("secret_maybe", "Begins", masked(word)))
		}
	}
	return found[:min(len(found), most)]
}

// opaque is how many signs in a row may be a key without a form of its own.
const opaque = 32

func inKey(c byte) bool { return kindOf(c) != other || strings.IndexByte("+/_=-", c) >= 0 }

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
	other = iota
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
	return other
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
