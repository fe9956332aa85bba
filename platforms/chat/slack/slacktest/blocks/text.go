package blocks

import (
	"fmt"
	"regexp"
	"strings"
)

// entities are what the three escapes stand for.
var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// Escape makes a text plain in mrkdwn as far as Slack's clients do it.
func Escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

var (
	angled = regexp.MustCompile(`<[^<>]*>`)
	marks  = []*regexp.Regexp{
		regexp.MustCompile("(?s)()```(.+?)```()"),
		regexp.MustCompile("(^|[^\\w`])`([^`\n]+)`($|[^\\w`])"),
		regexp.MustCompile(`(^|[^\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*($|[^\w*])`),
		regexp.MustCompile(`(^|[^\w_])_([^\s_](?:[^_\n]*[^\s_])?)_($|[^\w_])`),
		regexp.MustCompile(`(^|[^\w~])~([^\s~](?:[^~\n]*[^\s~])?)~($|[^\w~])`),
		regexp.MustCompile(`(?m)()^&gt; ?(.*)$()`),
	}
	address = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s<>|]+`)
	emoji   = regexp.MustCompile(`:[a-z0-9_+-]+(?:::skin-tone-\d)?:`)
)

// mrkdwn shows a text as Slack draws it and notes what it drew.
func (r *reader) mrkdwn(text string, verbatim bool) string {
	var b strings.Builder
	at := 0
	for _, span := range angled.FindAllStringIndex(text, -1) {
		b.WriteString(r.flow(text[at:span[0]], verbatim))
		b.WriteString(r.reference(text[span[0]+1 : span[1]-1]))
		at = span[1]
	}
	b.WriteString(r.flow(text[at:], verbatim))
	return b.String()
}

// flow shows the text between references.
func (r *reader) flow(text string, verbatim bool) string {
	for _, mark := range marks {
		for _, m := range mark.FindAllStringSubmatch(text, -1) {
			r.Marked = append(r.Marked, entities.Replace(m[2]))
		}
		text = mark.ReplaceAllString(text, "$1$2$3")
	}
	if !verbatim {
		for _, link := range address.FindAllString(text, -1) {
			r.Links = append(r.Links, entities.Replace(link))
			r.Marked = append(r.Marked, entities.Replace(link))
		}
	}
	r.Marked = append(r.Marked, emoji.FindAllString(text, -1)...)
	return entities.Replace(text)
}

// reference shows what stands in angle brackets.
func (r *reader) reference(inside string) string {
	target, label, labelled := strings.Cut(inside, "|")
	target, label = entities.Replace(target), entities.Replace(label)
	if target == "" {
		return "<" + entities.Replace(inside) + ">"
	}
	r.Marked = append(r.Marked, entities.Replace(inside))
	switch {
	case target[0] == '@':
		return r.ping(target[1:])
	case target[0] == '#':
		return "#" + r.names(target[1:])
	case strings.HasPrefix(target, "!subteam^"):
		return r.ping(strings.TrimPrefix(target, "!subteam^"))
	case target == "!here", target == "!channel", target == "!everyone":
		return r.ping(target[1:])
	case target[0] == '!':
		return label
	}
	r.Links = append(r.Links, target)
	if labelled {
		return label
	}
	return target
}

func (r *reader) ping(id string) string {
	r.Pings = append(r.Pings, id)
	switch id {
	case "here", "channel", "everyone":
		return "@" + id
	}
	return "@" + r.names(id)
}

// rich shows one part of a rich text.
func (r *reader) rich(o map[string]any) {
	switch get(o, "type") {
	case "rich_text_list":
		for i, e := range items(o["elements"]) {
			mark := "• "
			if get(o, "style") == "ordered" {
				mark = fmt.Sprintf("%d. ", i+1+whole(o["offset"]))
			}
			r.line(mark + r.leaves(e))
		}
	case "rich_text_quote":
		r.line("> " + strings.ReplaceAll(r.leaves(o), "\n", "\n> "))
	default:
		r.line(strings.TrimSuffix(r.leaves(o), "\n"))
	}
}

func (r *reader) leaves(v any) string {
	o, _ := v.(map[string]any)
	var b strings.Builder
	for _, e := range items(o["elements"]) {
		leaf, _ := e.(map[string]any)
		b.WriteString(r.leaf(leaf))
	}
	return b.String()
}

func (r *reader) leaf(o map[string]any) string {
	switch get(o, "type") {
	case "text":
		return get(o, "text")
	case "link":
		r.Links = append(r.Links, get(o, "url"))
		if text := get(o, "text"); text != "" {
			return text
		}
		return get(o, "url")
	case "user":
		return r.ping(get(o, "user_id"))
	case "usergroup":
		return r.ping(get(o, "usergroup_id"))
	case "broadcast":
		return r.ping(get(o, "range"))
	case "channel":
		return "#" + r.names(get(o, "channel_id"))
	case "emoji":
		return ":" + get(o, "name") + ":"
	case "date":
		return get(o, "fallback")
	}
	return get(o, "value")
}
