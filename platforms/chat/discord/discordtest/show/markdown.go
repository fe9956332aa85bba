package show

import (
	"regexp"
	"strings"
)

// hidden is where characters stand that are not to be read as markup: what was
// escaped, what is code, what is an address.
const hidden = '\uE000'

func hide(text string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return hidden + r
		}
		return r
	}, text)
}

func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= hidden && r < hidden+0x80 {
			return r - hidden
		}
		return r
	}, text)
}

func punctuation(b byte) bool {
	return b > ' ' && b < 0x7f && (b < '0' || b > '9') && (b < 'A' || b > 'Z') && (b < 'a' || b > 'z')
}

var (
	angled  = regexp.MustCompile(`<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|t:-?\d+(?::[tTdDfFR])?|/[^<>:]+:\d+|id:\w+|https?://[^\s<>]+)>`)
	masked  = regexp.MustCompile(`\[([^\[\]]+)\]\(<?(https?://[^\s()<>]+(?:\([^\s()<>]*\))?)>?(?: +"[^"]*")?\)`)
	address = regexp.MustCompile(`https?://[^\s<>]+`)
	heads   = regexp.MustCompile(`(?m)^(?:#{1,3} |-# |>>> |> ?|\s*[-*] |\s*\d+\. )`)
	marks   = []*regexp.Regexp{
		regexp.MustCompile(`(?s)\*\*\*(.+?)\*\*\*`),
		regexp.MustCompile(`(?s)\*\*(.+?)\*\*`),
		regexp.MustCompile(`(?s)__(.+?)__`),
		regexp.MustCompile(`(?s)~~(.+?)~~`),
		regexp.MustCompile(`(?s)\|\|(.+?)\|\|`),
		regexp.MustCompile(`(?s)\*([^\s*](?:[^*]*[^\s*])?)\*`),
		regexp.MustCompile(`(?s)\b_([^_]+)_\b`),
	}
)

// markdown shows a text as Discord draws it and notes what it drew.
func (r *reader) markdown(text string) string {
	text = r.code(text)
	text = angled.ReplaceAllStringFunc(text, func(span string) string { return hide(r.reference(span[1 : len(span)-1])) })
	text = masked.ReplaceAllStringFunc(text, func(span string) string {
		m := masked.FindStringSubmatch(span)
		r.follow(m[2], bare(span))
		return m[1]
	})
	text = address.ReplaceAllStringFunc(text, func(span string) string {
		r.follow(span, span)
		return hide(span)
	})
	text = heads.ReplaceAllStringFunc(text, func(span string) string {
		r.Marked = append(r.Marked, span)
		return ""
	})
	for _, mark := range marks {
		text = mark.ReplaceAllStringFunc(text, func(span string) string {
			inside := mark.FindStringSubmatch(span)[1]
			r.Marked = append(r.Marked, bare(inside))
			return inside
		})
	}
	return bare(text)
}

func (r *reader) follow(link, span string) {
	r.Links = append(r.Links, bare(link))
	r.Marked = append(r.Marked, span)
}

// code hides what is escaped and what is code.
func (r *reader) code(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		switch {
		case text[i] == '\\' && i+1 < len(text) && punctuation(text[i+1]):
			b.WriteString(hide(text[i+1 : i+2]))
			i += 2
		case text[i] == '`':
			n := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
			fence := strings.Repeat("`", n)
			end := strings.Index(text[i+n:], fence)
			if end <= 0 {
				b.WriteString(hide(fence))
				i += n
				continue
			}
			inside := text[i+n : i+n+end]
			r.Marked = append(r.Marked, inside)
			b.WriteString(hide(inside))
			i += 2*n + end
		default:
			b.WriteByte(text[i])
			i++
		}
	}
	return b.String()
}

// reference shows what stands in angle brackets.
func (r *reader) reference(inside string) string {
	r.Marked = append(r.Marked, inside)
	switch {
	case strings.HasPrefix(inside, "@"):
		return "@" + r.names(strings.TrimLeft(inside, "@!&"))
	case strings.HasPrefix(inside, "#"):
		return "#" + r.names(inside[1:])
	case strings.HasPrefix(inside, "http"):
		r.Links = append(r.Links, inside)
		return inside
	case strings.HasPrefix(inside, "t:"):
		return "{" + inside + "}"
	case strings.HasPrefix(inside, "/"):
		name, _, _ := strings.Cut(inside, ":")
		return name
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(inside, "a:"), ":"), ":")
	return ":" + name + ":"
}
