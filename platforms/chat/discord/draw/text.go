package draw

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const maxMarks = 6 // combining marks on one letter

// plain makes text fit to be shown: valid, without what cannot be seen, and
// without what turns the direction of reading around.
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
		case r == '\n':
			return r
		case r == '\r' || r == '\v' || r == '\f' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '\n'
		case r == '\t':
			return ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return '\uFFFD'
		}
		return r
	}, text)
}

// size is the length of a text in UTF-16 code units, which is never less than
// what Discord counts.
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

// label is a line that is never empty: Discord takes no empty one.
func label(s string, n int) string {
	if s = line(s, n); strings.TrimFunc(s, unseen) == "" {
		return "…"
	}
	return s
}

func unseen(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// escape disarms what Discord would read as markdown in one line: the longest
// beginning of it that has at most n units when it is escaped, and the rest. A
// backslash before a sign has it stand as it is, also where it would begin a mention
// ("<@1>", "@everyone"), a link ("https:"), an emoji (":smile:") or a spoiler.
func escape(text string, n int) (out, rest string) {
	var b strings.Builder
	begins, digits := true, false // nothing but space so far, or nothing but a number
	for i, r := range text {
		next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		e := string(r)
		switch {
		case strings.ContainsRune("\\*_~`|<>@[]", r), begins && strings.ContainsRune("#-+", r), digits && (r == '.' || r == ')'),
			r == ':' && next != utf8.RuneError && !unicode.IsSpace(next):
			e = "\\" + e
		}
		if n -= size(e); n < 0 {
			return b.String(), text[i:]
		}
		b.WriteString(e)
		digits = (begins || digits) && unicode.IsDigit(r)
		begins = begins && unseen(r)
	}
	return b.String(), ""
}

// escaped returns at most n units of a line, escaped, with "…" where it was cut.
func escaped(s string, n int) string {
	out, rest := escape(s, n)
	if rest != "" {
		out, _ = escape(s, n-1)
		out += "…"
	}
	return out
}

// Escape disarms all that Discord reads as markdown in a text.
func Escape(s string) string {
	lines := strings.Split(plain(s), "\n")
	for i, l := range lines {
		lines[i], _ = escape(l, 2*size(l))
	}
	return strings.Join(lines, "\n")
}

// web returns an address of at most n units that may be linked, or nothing: http and
// https only, and nothing in it that would end the link.
func web(link string, n int) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || !host(u.Hostname()) {
		return ""
	}
	out := safe.Replace(u.String())
	if size(out) > n {
		return ""
	}
	return out
}

// host reports whether Discord takes a host's name: it has a dot in it.
func host(name string) bool {
	return strings.Contains(name, ".") && !strings.ContainsFunc(name, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '-' && r != '_'
	})
}

var safe = strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\"", "%22", "\\", "%5C", "`", "%60", "|", "%7C", "[", "%5B", "]", "%5D", "*", "%2A", " ", "%20")

// masked is a link under our own words.
func masked(words, link string) string { return "[" + words + "](" + link + ")" }
