package check

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ponte/bot"
)

// server is what stands behind the @ of an e-mail address.
var server = regexp.MustCompile(`^(?:[\pL\pN][\pL\pN\-]{0,62}\.)+\pL{2,24}`)

// addresses finds e-mail addresses. A handle with its server has an @ before it.
func addresses(_ *Input, t reading) []bot.Finding {
	var found []bot.Finding
	seen := map[string]bool{}
	for at := 0; len(found) < most; {
		n := strings.IndexByte(t.text[at:], '@')
		if n < 0 {
			break
		}
		sign := at + n
		begin := strings.TrimRightFunc(t.text[at:sign], inName)
		from := at + len(begin)
		name := strings.TrimLeft(t.text[from:sign], "._%+-")
		at = sign + 1
		host := server.FindString(t.text[at:min(len(t.text), at+256)])
		mail := name + "@" + host
		if name == "" || host == "" || strings.HasSuffix(t.text[:from], "@") || within(t.links, from, at) || seen[mail] {
			continue
		}
		seen[mail] = true
		found = append(found, warns("email", "Address", quote(mail)))
	}
	return found
}

func inName(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._%+-", r)
}

// run is a number as it is written: groups of digits with one sign between each two.
type run struct {
	span
	text   string
	digits string
	groups []int // digits in each
}

var digitRun = regexp.MustCompile(`\+?\(?\d+(?:\)?[ \x{a0}\x{202f}.\-]?\(?\d+)*`)

// runs returns the numbers of a text that stand by themselves: not in links, nor
// in words, hashtags and handles, nor behind a sign of money or before a per cent.
func runs(text string, links []span) []run {
	var found []run
	for _, m := range digitRun.FindAllStringIndex(text, -1) {
		if within(links, m[0], m[1]) {
			continue
		}
		before := strings.TrimRight(text[:m[0]], spaces)
		last, _ := utf8.DecodeLastRuneInString(before)
		next, _ := utf8.DecodeRuneInString(strings.TrimLeft(text[m[1]:], spaces))
		touching, _ := utf8.DecodeLastRuneInString(text[:m[0]])
		behind, _ := utf8.DecodeRuneInString(text[m[1]:])
		if inWord(touching) || inWord(behind) || strings.ContainsRune("#@_/", touching) || last == '#' || money(last) || money(next) || next == '%' {
			continue
		}
		r := run{span: span{m[0], m[1]}, text: text[m[0]:m[1]]}
		for _, g := range strings.FieldsFunc(r.text, func(c rune) bool { return c < '0' || '9' < c }) {
			r.groups = append(r.groups, len(g))
			r.digits += g
		}
		found = append(found, r)
	}
	return found
}

const spaces = " \u00a0\u202f"

func inWord(r rune) bool { return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unspaced(r) }

func money(r rune) bool { return unicode.Is(unicode.Sc, r) }

// cards finds numbers of payment cards: those that the makers of cards give out,
// with the right last digit. One may stand among other numbers.
func cards(_ *Input, t reading) []bot.Finding {
	var found []bot.Finding
	for _, r := range t.runs {
		if number := cardIn(r); number != "" && len(found) < most {
			found = append(found, stops("card", "Begins", masked(number)))
		}
	}
	return found
}

// printed are the groups in which cards show their numbers.
var printed = [][]int{{14}, {15}, {16}, {17}, {18}, {19}, {4, 6, 4}, {4, 6, 5}, {4, 4, 4, 4}, {4, 4, 4, 4, 3}, {6, 13}, {8, 8}}

// cardIn returns the digits of the card's number in a run, or nothing.
func cardIn(r run) string {
	at := 0
	for i, size := range r.groups {
		for _, form := range printed {
			if !slices.Equal(form, r.groups[i:min(i+len(form), len(r.groups))]) {
				continue
			}
			n := 0
			for _, g := range form {
				n += g
			}
			if number := r.digits[at : at+n]; isCard(number) {
				return number
			}
		}
		at += size
	}
	return ""
}

// makers are the beginnings of cards' numbers, by how many digits those have.
var makers = []struct {
	from, to    string
	least, most int
}{
	{"4", "4", 16, 16}, {"4", "4", 19, 19}, {"51", "55", 16, 16}, {"2221", "2720", 16, 16}, {"34", "34", 15, 15}, {"37", "37", 15, 15},
	{"300", "305", 14, 14}, {"36", "36", 14, 14}, {"38", "39", 14, 14}, {"3528", "3589", 16, 19},
	{"6011", "6011", 16, 19}, {"62", "62", 16, 19}, {"644", "659", 16, 19}, {"6304", "6304", 16, 19}, {"67", "67", 16, 19},
}

func isCard(digits string) bool {
	for _, m := range makers {
		begins := digits[:len(m.from)]
		if m.from <= begins && begins <= m.to && m.least <= len(digits) && len(digits) <= m.most {
			return luhn(digits)
		}
	}
	return false
}

// luhn reports whether the last digit is the one that the others ask for.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// dialled are the groups in which people write phone numbers.
var dialled = [][]int{
	{3, 3, 3}, {3, 2, 2, 2}, {2, 3, 2, 2}, {3, 3, 2, 2}, {2, 2, 2, 2, 2}, {3, 3, 4}, {3, 4, 3}, {3, 4, 4}, {2, 4, 4}, {4, 3, 3}, {5, 6},
	{3, 6}, {3, 7}, {2, 7}, {2, 8}, {4, 6}, {3, 8},
}

// called are the beginnings of words before which, or behind which, a number is one to call.
var called = []string{"tel", "tfno", "tlf", "phone", "call", "llam", "móvil", "movil", "mobile", "cell", "chiama", "ring", "fax", "text", "☎", "📞", "📱"}

// phones finds phone numbers.
func phones(_ *Input, t reading) []bot.Finding {
	var found []bot.Finding
	seen := map[string]bool{}
	for _, r := range t.runs {
		if isPhone(r, t.text[:r.from]) && cardIn(r) == "" && !seen[r.digits] && len(found) < most {
			seen[r.digits] = true
			found = append(found, warns("phone", "Number", quote(r.text)))
		}
	}
	return found
}

func isPhone(r run, before string) bool {
	n := len(r.digits)
	if n < 8 || n > 15 {
		return false
	}
	if r.text[0] == '+' || strings.HasPrefix(r.digits, "00") && n > 10 {
		return true
	}
	if n > 11 {
		return false
	}
	words := strings.Fields(strings.ToLower(before[max(0, len(before)-60):]))
	for _, w := range words[max(0, len(words)-3):] {
		if slices.ContainsFunc(called, func(c string) bool { return strings.HasPrefix(strings.TrimLeft(w, "(¡¿«“\""), c) }) {
			return true
		}
	}
	thousands := slices.Equal(r.groups, []int{3, 3, 3}) && (strings.Contains(r.text, ".") || strings.HasSuffix(r.digits, "000"))
	return !thousands && slices.ContainsFunc(dialled, func(g []int) bool { return slices.Equal(g, r.groups) })
}
