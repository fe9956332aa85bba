package transcript

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ponte/bot"
	"ponte/bot/verdict"
	"ponte/internal/commandlist"
	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
	"ponte/platforms/chat/discord/discordtest/show"
)

// card reads a message of Ponte's as the lines of a story.
func (s *server) card(m guild.Message) (out message) {
	for i, e := range m.Embeds {
		o, _ := e.(guild.Obj)
		if i > 0 { // a further picture
			continue
		}
		author, _ := o["author"].(guild.Obj)
		mark, head := marked(unescaped(shape.Str(o, "title")))
		if shape.Str(o, "title") == "" {
			mark, head = nil, nil
		}
		if name := shape.Str(author, "name"); name != "" {
			head = append(s.author(name), head...)
		}
		if len(head) > 0 {
			out.lines = append(out.lines, strings.TrimSpace(strings.Join(append(mark, plain(strings.Join(head, " · "))), " ")))
		}
		out.lines = append(out.lines, s.body(shape.Str(o, "description"))...)
		footer, _ := o["footer"].(guild.Obj)
		if foot := shape.Str(footer, "text"); foot != "" {
			out.lines = append(out.lines, "  "+plain(foot))
		}
	}
	for _, user := range m.Pings.Users {
		out.lines = append(out.lines, "  pings "+s.fake.World.Called(user))
	}
	out.buttons = s.buttons(m)
	return out
}

// author reads who said it and where: "name · handle · network · when".
func (s *server) author(text string) []string {
	parts := strings.Split(text, " · ")
	networks := s.networks()
	for _, part := range slices.Backward(parts) {
		if slices.Contains(networks, part) {
			return []string{parts[0], part}
		}
	}
	return parts[:1]
}

var (
	escape   = regexp.MustCompile(`\\([[:punct:]])`)
	linked   = regexp.MustCompile(`\[((?:\\.|[^\]\\])*)\]\((https?://[^)]*)\)`)
	toThread = regexp.MustCompile(` · <#\d+>$`)
	bold     = regexp.MustCompile(`^\*\*(.*)\*\*$`)
	command  = regexp.MustCompile(`</ponte (?:posts |more )?([^<>:]+):\d+>`)
)

// unescaped is a text as people read it, with the commands that can be pressed in it.
func unescaped(text string) string {
	return escape.ReplaceAllString(command.ReplaceAllString(text, "/ponte $1"), "$1")
}

// body reads what stands between the title and the buttons, line by line.
func (s *server) body(text string) (lines []string) {
	all := strings.Split(text, "\n")
	public := ""
	for i := 0; i < len(all); i++ {
		l := all[i]
		isQuote := strings.HasPrefix(l, "> ")
		small, isSmall := strings.CutPrefix(l, "-# ")
		switch {
		case l == "":
		case isQuote:
			said := []string{strings.TrimPrefix(l, "> ")}
			for ; i+1 < len(all) && strings.HasPrefix(all[i+1], "> ") && !strings.HasPrefix(all[i+1], "> **"); i++ {
				said = append(said, strings.TrimPrefix(all[i+1], "> "))
			}
			lines = append(lines, "  "+public+quoteOf(said))
			public = ""
		case s.public(l):
			public = "↗ "
		case isSmall:
			lines = append(lines, "  "+s.line(small))
		default:
			lines = append(lines, "  "+s.line(l))
		}
	}
	return lines
}

// public tells whether the quote below this line is what everybody reads.
func (s *server) public(l string) bool {
	b := bold.FindStringSubmatch(l)
	return b != nil && slices.Contains(s.says("discord.public"), strings.TrimPrefix(unescaped(b[1]), "↗ "))
}

// quoteOf reads what somebody said.
func quoteOf(said []string) string {
	by, struck := "", false
	if b := bold.FindStringSubmatch(said[0]); b != nil && len(said) > 1 {
		by, said = plain(unescaped(b[1]))+": ", said[1:]
	}
	for i, l := range said {
		if strings.HasPrefix(l, "~~") && strings.HasSuffix(l, "~~") && len(l) > 4 {
			struck, l = true, l[2:len(l)-2]
		}
		said[i] = unescaped(l)
	}
	out := "“" + plain(strings.Join(said, "\n")) + "”"
	if struck {
		out = "~" + out + "~"
	}
	return by + out
}

// line reads a line of words, of a list, or the one of a picture.
func (s *server) line(l string) string {
	arrow := ""
	if toThread.MatchString(l) {
		l, arrow = toThread.ReplaceAllString(l, ""), " →"
	}
	l = linked.ReplaceAllStringFunc(l, func(span string) string {
		words := linked.FindStringSubmatch(span)[1]
		if slices.Contains(s.says("discord.open_picture"), unescaped(words)) {
			return ""
		}
		arrow = " →"
		return words
	})
	return strings.TrimSuffix(plain(unescaped(l)), " · ") + arrow
}

// buttons reads what can be pressed: buttons, what stands under More, and menus.
func (s *server) buttons(m guild.Message) (all []button) {
	for _, c := range s.controls(m) {
		id := url.Values{"id": {c.Action}}
		more := strings.HasPrefix(c.Action, "m|")
		switch {
		case c.Kind == "button":
			all = append(all, button{label: c.Label, link: c.URL != "", sends: id})
		case !more:
			all = append(all, button{label: c.Label + " ▾", more: true, link: true, sends: url.Values{}})
		}
		for _, o := range c.Options {
			b := button{label: o.Label, more: true, sends: url.Values{"id": id["id"], "value": {o.Value}}}
			if !more {
				b.label, b.of = c.Label+": "+o.Label, true
			}
			all = append(all, b)
		}
	}
	return all
}

// inMessage marks the title of a form that stands in a message, and in windows besides.
const inMessage = "\x00message "

// asked reads a form that stands in a message, and opens its windows to read them too.
func (s *server) asked(user string, m guild.Message) (*form, error) {
	embed, _ := m.Embeds[0].(guild.Obj)
	out := &form{sends: url.Values{"step": {m.ID}}, closed: url.Values{}}
	title, public := strings.CutPrefix(unescaped(shape.Str(embed, "title")), "↗ ")
	out.lines = []string{inMessage + plain(title)}
	faults, submit := s.stands(out, shape.Str(embed, "description")), "  []"
	for _, c := range s.controls(m) {
		switch kind, n := formPart(c.Action); kind {
		case "o":
			if err := s.opened(user, m, c, func(body shape.Obj) error { s.inputs(out, body, faults); return nil }); err != nil {
				return nil, err
			}
		case "s":
			submit = "  [" + c.Label + "]"
		case "k", "p", "v":
			s.menu(out, c, kind, n)
		}
	}
	if public {
		submit += " ↗"
	}
	out.lines = append(out.lines, submit)
	return out, nil
}

// stands reads what a form's message says besides what is filled in so far, and what
// is wrong with that.
func (s *server) stands(out *form, text string) (faults []string) {
	var kept []string
	all := strings.Split(text, "\n")
	for i := 0; i < len(all); i++ {
		l := all[i]
		switch {
		case strings.HasPrefix(l, "⚠ "):
			faults = append(faults, unescaped(strings.TrimPrefix(l, "⚠ ")))
		case bold.MatchString(l) && s.public(l):
			kept = append(kept, l)
		case bold.MatchString(l):
			for i+1 < len(all) && strings.HasPrefix(all[i+1], "> ") && !slices.Contains(s.says("discord.will_be_public"), unescaped(bold.FindStringSubmatch(l)[1])) {
				i++
			}
		case slices.Contains(s.says("discord.pictures_how"), unescaped(strings.TrimPrefix(l, "-# "))):
			out.lines = append(out.lines, noPictures)
		default:
			kept = append(kept, l)
		}
	}
	out.lines = append(out.lines[:1], append(s.body(strings.Join(kept, "\n")), out.lines[1:]...)...)
	return faults
}

// menu reads a menu of a form: boxes, pictures that stay, or a choice.
func (s *server) menu(out *form, c show.Control, kind string, n int) {
	f := field{name: map[string]string{"p": "pictures"}[kind]}
	var labels []string
	for _, o := range c.Options {
		value := strings.TrimPrefix(o.Value, "=")
		chosen := slices.Contains(c.Chosen, o.Label)
		switch {
		case kind == "k":
			box := field{name: value}
			if chosen {
				box.value = "true"
			}
			out.fields = append(out.fields, box)
			out.lines = append(out.lines, strings.TrimRight("  "+plain(o.Label)+": "+box.value, " "))
		case kind == "p":
			f.value = strings.TrimSpace(f.value + " " + value)
		case kind == "v":
			f.choices = append(f.choices, choice{value: value, label: o.Label})
			labels = append(labels, plain(o.Label))
			if chosen {
				f.value = value
			}
		}
	}
	if f.name = cmp.Or(f.name, s.choiceName(c.Label)); kind == "k" {
		return
	}
	if last := len(out.fields) - 1; n%100 > 0 { // what did not fit into the menu before
		out.fields[last].choices = append(out.fields[last].choices, f.choices...)
		out.lines[len(out.lines)-1] += ", " + strings.Join(labels, ", ")
		return
	}
	out.fields = append(out.fields, f)
	if out.lines = slices.DeleteFunc(out.lines, func(l string) bool { return kind == "p" && l == noPictures }); f.value != "" || labels != nil {
		out.lines = append(out.lines, strings.TrimRight("  "+plain(c.Label)+": "+f.value+strings.Join(labels, ", "), " "))
	}
}

// choiceName is what a form calls what a menu asks for.
func (s *server) choiceName(label string) string {
	for key, name := range map[string]string{"reply.saved": "saved", "storm.pull_which": "conversation"} {
		if slices.Contains(s.says(key), label) {
			return name
		}
	}
	for _, h := range verdict.Heads {
		if slices.Contains(s.says("verdict.head."+string(h)), label) {
			return string(h)
		}
	}
	for _, c := range commandlist.All() {
		for _, o := range c.Options {
			if slices.ContainsFunc(bot.Langs, func(l bot.Lang) bool { return s.words.Print(l, madrid, o.Summary) == label }) {
				return o.Name
			}
		}
	}
	return label
}

// inputs reads the fields of a window, and what is wrong with them.
func (s *server) inputs(out *form, body shape.Obj, faults []string) {
	for _, c := range show.Modal(body, s.fake.World.Called).Controls {
		_, name, _ := strings.Cut(c.Action, ".")
		if strings.HasPrefix(name, "alt:") { // it stands beside the picture
			out.fields = append(out.fields, field{name: name, value: c.Value})
			continue
		}
		last := len(out.fields) - 1
		if at := part.FindStringSubmatch(c.Label); at != nil && at[1] != "1" {
			out.fields[last].value += c.Value
			out.lines[len(out.lines)-1] += plain(c.Value)
			continue
		}
		words := part.ReplaceAllString(c.Label, "")
		line := "  " + plain(words) + ": " + plain(c.Value)
		if n := s.longest(c); n != "" {
			line += " (" + n + ")"
		}
		line = strings.TrimRight(line, " ")
		for _, f := range faults {
			if fault, of := strings.CutPrefix(f, strings.TrimSuffix(words, "…")); of {
				_, fault, _ = strings.Cut(fault, ": ")
				line += " ✕ " + plain(fault)
				out.faults = append(out.faults, plain(fault))
			}
		}
		out.fields = append(out.fields, field{name: name, value: c.Value})
		out.lines = append(out.lines, line)
	}
}

// longest is how long a text may be, by the field itself or by what stands in it.
func (s *server) longest(c show.Control) string {
	if c.Most > 0 && c.Most != 4000 {
		return strconv.Itoa(c.Most)
	}
	return s.most("discord.most", c.Hint)
}

// alike makes what a story says and what Discord shows comparable. What was written to
// somebody directly has no buttons. A list says "words: text".
func (s *server) alike(want, shown []string, alone bool) (said, seen []string) {
	shown = slices.Clone(shown)
	if title, is := strings.CutPrefix(shown[0], windowed); is {
		shown[0] = title
		return s.sameForm(want, shown, true)
	}
	if title, is := strings.CutPrefix(shown[0], inMessage); is {
		shown[0] = title
		return s.sameForm(want, shown, false)
	}
	first, directly := strings.CutPrefix(shown[0], direct)
	if shown[0] = first; directly {
		want = slices.DeleteFunc(slices.Clone(want), labels.MatchString)
	}
	said, seen = s.away.alike(want, shown, alone)
	for i, l := range seen {
		if i < len(said) && strings.ReplaceAll(l, ": ", " ") == strings.ReplaceAll(said[i], ": ", " ") {
			seen[i] = said[i]
		}
	}
	return said, seen
}

// sameForm makes what a story says of a form and what Discord shows comparable. The
// fields stand in windows and menus, and not in the form's order; names are cut; a
// window has a title and fields only, and its button is the client's own.
func (s *server) sameForm(want, shown []string, window bool) (said, seen []string) {
	for _, l := range want {
		said = append(said, strings.TrimRight(plainer(l), " "))
	}
	end := len(said) - 1
	if last := shown[len(shown)-1]; strings.HasPrefix(last, "  []") && strings.HasSuffix(said[end], "↗") == strings.HasSuffix(last, "↗") {
		shown[len(shown)-1] = said[end]
	}
	var left []string
	for _, l := range shown {
		left = append(left, strings.TrimRight(plainer(l), " "))
	}
	field := !window
	said = slices.DeleteFunc(said, func(l string) bool {
		name, _, named := strings.Cut(l, ":")
		field = field || named && slices.ContainsFunc(left[1:], func(o string) bool { is, _, _ := strings.Cut(o, ":"); return similar(name, is) })
		return !field && l != said[0] || window && l == noPictures
	})
	for _, l := range said {
		if i := slices.IndexFunc(left, func(o string) bool { return similar(l, o) }); i >= 0 {
			seen, left = append(seen, l), slices.Delete(left, i, i+1)
		}
	}
	return said, append(seen, left...)
}

var longest = regexp.MustCompile(` \(\d+\)$`)

// similar tells whether a line is what a story says, but for what was cut off its
// label, or how long it may be.
func similar(said, seen string) bool {
	short := strings.TrimRight(longest.ReplaceAllString(said, ""), " ")
	if said == seen || short == seen {
		return true
	}
	before, after, cut := strings.Cut(seen, "…")
	return cut && strings.HasPrefix(said, before) && (strings.HasSuffix(said, after) || strings.HasSuffix(short, after))
}
