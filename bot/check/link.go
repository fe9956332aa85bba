package check

import (
	"net/netip"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"ponte/bot"
	"ponte/bot/near"
)

// span is a part of a text, in bytes.
type span struct{ from, to int }

// within reports whether the part of the text touches one of the spans, which are in order.
func within(spans []span, from, to int) bool {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].to > from })
	return i < len(spans) && spans[i].from < to
}

var (
	scheme   = regexp.MustCompile(`(?i)^https?://`)
	bareHost = regexp.MustCompile(`(?i)^(?:[a-z0-9][a-z0-9-]*\.)+([a-z]{2,24})\b`)
)

// links returns the links of a text, in order. Bare ones, as "example.com/page",
// are links only where asked for.
func links(text string, alsoBare bool) []span {
	var found []span
	for _, s := range started(text) {
		link := ending(text[s.from:s.to])
		if hostOf(link) != "" {
			found = append(found, span{s.from, s.from + len(link)})
		}
	}
	if alsoBare {
		found = append(found, bare(text, found)...)
		slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	}
	return found
}

// started returns what begins with the scheme of a link, up to where no link goes on.
func started(text string) []span {
	var found []span
	for at := 0; ; {
		n := strings.Index(text[at:], "://")
		if n < 0 {
			return found
		}
		sign := at + n
		at = sign + len("://")
		for _, name := range []string{"http", "https"} {
			from := sign - len(name)
			if from < 0 || !strings.EqualFold(text[from:sign], name) || from > 0 && kindOf(text[from-1]) != other {
				continue
			}
			at += goesOn(text[at:])
			found = append(found, span{from, at})
			break
		}
	}
}

// goesOn returns how many bytes of the text may belong to a link that came before.
func goesOn(text string) int {
	n := strings.IndexFunc(text, func(r rune) bool { return strings.ContainsRune("<>\"`", r) || unicode.IsSpace(r) })
	if n < 0 {
		return len(text)
	}
	return n
}

// bare returns the links without a scheme, apart from what is one already.
func bare(text string, taken []span) []span {
	var found []span
	for at := 0; ; {
		n := strings.IndexByte(text[at:], '.')
		if n < 0 {
			return found
		}
		from, dot := at+n, at+n
		for from > at && (kindOf(text[from-1]) != other || text[from-1] == '-') {
			from--
		}
		at = dot + 1
		m := bareHost.FindStringSubmatchIndex(text[from:min(len(text), from+256)])
		if m == nil {
			continue
		}
		at = from + m[1]
		before, _ := utf8.DecodeLastRuneInString(text[:from])
		after, _ := utf8.DecodeRuneInString(text[at:])
		if within(taken, from, at) || strings.ContainsRune("@#$./-_", before) || after == '@' ||
			unicode.Is(unicode.Latin, before) || unicode.Is(unicode.Latin, after) || !topLevel(strings.ToLower(text[from+m[2]:from+m[3]])) {
			continue
		}
		if after == '/' || after == '?' || after == '#' {
			at += goesOn(text[at:])
		}
		at = from + len(ending("http://"+text[from:at])) - len("http://")
		found = append(found, span{from, at})
	}
}

// ending cuts off what stands behind a link without belonging to it: marks of
// punctuation, a bracket that closes nothing in it, and the writing of languages
// that put no space there.
func ending(link string) string {
	path := false
	for n, r := range link[len("http://"):] {
		path = path || r == '/' && n > 0 || r == '?' || r == '#'
		foreign := r > 0x7f && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
		if foreign || path && unspaced(r) {
			link = link[:len("http://")+n]
			break
		}
	}
	for {
		last := link[len(link)-1]
		switch {
		case strings.IndexByte(".,;:!?'*", last) >= 0:
		case last == ')' && strings.Count(link, "(") < strings.Count(link, ")"):
		case last == ']' && strings.Count(link, "[") < strings.Count(link, "]"):
		case last == '}' && strings.Count(link, "{") < strings.Count(link, "}"):
		default:
			return link
		}
		link = link[:len(link)-1]
	}
}

// unspaced reports whether the rune is of a script that puts no spaces between words.
func unspaced(r rune) bool {
	return r > 0xe00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// hostOf returns the host of a link with a scheme; empty when it has none that could be reached.
func hostOf(link string) string {
	rest := scheme.ReplaceAllString(link, "")
	if at := strings.IndexAny(rest, "/?#"); at >= 0 {
		rest = rest[:at]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	if at := strings.LastIndexByte(rest, ':'); at >= 0 && strings.Trim(rest[at+1:], "0123456789") == "" {
		rest = rest[:at]
	}
	if a, err := netip.ParseAddr(strings.Trim(rest, "[]")); err == nil && (a.Is4() || strings.HasPrefix(rest, "[")) {
		return rest
	}
	labels := strings.Split(rest, ".")
	if len(labels) < 2 || !slices.ContainsFunc([]rune(labels[len(labels)-1]), unicode.IsLetter) || utf8.RuneCountInString(labels[len(labels)-1]) < 2 {
		return ""
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, notInHost) {
			return ""
		}
	}
	return rest
}

func notInHost(r rune) bool {
	return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// brokenLinks finds what was meant to be a link and leads nowhere by the look of it.
func brokenLinks(_ *Input, t reading) []bot.Finding {
	var found []bot.Finding
	seen := map[string]bool{}
	add := func(link string) {
		link = quote(strings.TrimRight(link, ".,;:!?)]}\"'»”’"))
		if len(found) < most && !seen[link] {
			seen[link] = true
			found = append(found, warns("link", "Link", link))
		}
	}
	for _, s := range started(t.text) {
		link := t.text[s.from:s.to]
		if strings.HasSuffix(link, "://") {
			rest := strings.TrimLeft(t.text[s.to:], " ")
			link += " " + rest[:goesOn(rest)]
		}
		if !sound(link) {
			add(link)
		}
	}
	words := strings.Fields(t.text)
	for i, w := range words {
		if len(found) == most {
			break
		}
		w = strings.TrimLeft(w, "([{<\"'«“‘")
		if !mistyped(w) {
			continue
		}
		if strings.EqualFold(w, "www.") && i+1 < len(words) {
			w += " " + words[i+1]
		}
		add(w)
	}
	return found
}

// sound reports whether a link with a scheme is written as links are.
func sound(link string) bool {
	link = ending(link)
	rest := scheme.ReplaceAllString(link, "")
	return hostOf(link) != "" && !scheme.MatchString(rest) && !badEscape.MatchString(rest)
}

var badEscape = regexp.MustCompile(`%(?:[^0-9a-fA-F]|$|[0-9a-fA-F](?:[^0-9a-fA-F]|$))`)

// mistyped reports whether a word begins nearly as links do. What begins as they
// do is not its matter.
func mistyped(word string) bool {
	if scheme.MatchString(word) {
		return false
	}
	at := strings.IndexFunc(word, func(r rune) bool { return r < 'A' || 'z' < r || 'Z' < r && r < 'a' })
	if at < 3 || at > 7 {
		return false
	}
	head, rest := strings.ToLower(word[:at]), word[at:]
	if head == "www" {
		if rest[0] == '.' {
			return strings.Count(hostOf(ending("http://"+word)), ".") < 2
		}
		return (rest[0] == ',' || rest[0] == ';') && len(rest) > 1
	}
	if min(near.Distance(head, "http"), near.Distance(head, "https")) > 1 {
		return false
	}
	for _, sign := range []string{"://", "//", ":/", `:\\`, ";//", ".//", ",//", "::/"} {
		if strings.HasPrefix(rest, sign) {
			return true
		}
	}
	return rest[0] == ':' && strings.Contains(strings.TrimRight(rest, "."), ".")
}
