package view

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How much of a text is shown, in runes.
const (
	maxShown = 20_000 // more is cut off
	maxLead  = 600    // shown of a long one before it is opened
	long     = 1_200  // longer ones are folded
	tall     = 16     // so are those with more lines
	maxMarks = 6      // on one letter
)

// prose is text made fit to be shown.
type prose struct {
	V     *Viewer
	Parts []span
	Lead  string // set: folded, and this stands for it
	Cut   int    // runes that are not shown
}

// span is text, linked where URL is set.
type span struct{ Text, URL string }

// outside makes text of strangers fit to be shown: it stays text.
func (v *Viewer) outside(text string) prose { return v.prose(text, false) }

// inside makes text of the team fit to be shown; addresses in it become links.
func (v *Viewer) inside(text string) prose { return v.prose(text, true) }

func (v *Viewer) prose(text string, linked bool) prose {
	kept, cut := clip(text, maxShown)
	clean := strings.TrimSpace(plain(kept))
	p := prose{V: v, Cut: cut, Parts: []span{{Text: clean}}}
	if linked {
		p.Parts = spans(clean)
	}
	if utf8.RuneCountInString(clean) > long || strings.Count(clean, "\n") > tall {
		lead, _ := clip(clean, maxLead)
		if lines := strings.SplitN(lead, "\n", tall/2+1); len(lines) > tall/2 {
			lead = strings.Join(lines[:tall/2], "\n")
		}
		p.Lead = strings.TrimSpace(lead) + " …"
	}
	return p
}

// line makes text fit to be shown on one line of at most n runes.
func line(text string, n int) string {
	kept, cut := clip(text, n)
	if cut > 0 {
		kept += "…"
	}
	return strings.Join(strings.Fields(plain(kept)), " ")
}

// clip returns at most the first n runes of the text, and how many were left out.
func clip(text string, n int) (kept string, cut int) {
	if len(text) <= n {
		return text, 0
	}
	count, end := 0, len(text)
	for i := range text {
		if count == n {
			end = i
			break
		}
		count++
	}
	return text[:end], utf8.RuneCountInString(text[end:])
}

// plain makes what cannot be seen visible, so that text cannot pass for
// something else: control characters and what turns the direction of reading
// around are written out, and a flood of marks on one letter is cut.
func plain(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	marks := 0
	for _, r := range strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n") {
		if unicode.Is(unicode.M, r) {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
		}
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			b.WriteByte('\n')
		case r < ' ':
			b.WriteRune(r + '\u2400')
		case r == '\u007f':
			b.WriteRune('\u2421')
		case r > '\u007f' && r < '\u00a0', turns(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// turns reports whether the rune changes the direction of the text after it,
// beyond where it belongs.
func turns(r rune) bool { return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' }

var address = regexp.MustCompile(`https?://[^\s<>"'` + "`" + `]+`)

// spans finds the addresses in a text.
func spans(text string) (list []span) {
	from := 0
	for _, at := range address.FindAllStringIndex(text, 200) {
		end := at[0] + len(strings.TrimRight(text[at[0]:at[1]], ".,;:!?)]}"))
		link := web(text[at[0]:end])
		if link == "" {
			continue
		}
		list = append(list, span{Text: text[from:at[0]]}, span{Text: text[at[0]:end], URL: link})
		from = end
	}
	return append(list, span{Text: text[from:]})
}

// web returns an address that may be linked, or nothing: http and https only.
func web(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" || u.User != nil || len(link) > 2048 || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// initials are the first letters of a name's first and last word.
func initials(name string) string {
	words := strings.Fields(plain(name))
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])[:1]
	if len(words) > 1 {
		first = append(first, []rune(words[len(words)-1])[0])
	}
	return strings.ToUpper(string(first))
}
