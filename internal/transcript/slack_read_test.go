package transcript

import (
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ponte/bot/card"
	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// sheet reads what Slack shows as the lines of a story.
type sheet struct {
	*away
	called blocks.Names
}

func (w *workplace) sheet() sheet { return sheet{away: &w.away, called: w.fake.Workspace.Called} }

// piece is a block, or a part of one.
type piece struct {
	Type, URL string
	Text      json.RawMessage // a text object, or the text itself
	UserID    string          `json:"user_id"`
	Elements  []piece
	Style     json.RawMessage
	BlockID   string `json:"block_id"`
	style     struct{ Bold, Strike bool }
	text      string
}

func pieces(raw []byte) (all []piece) {
	if err := json.Unmarshal(raw, &all); err != nil && len(raw) > 0 {
		panic(err)
	}
	for i := range all {
		all[i].ready()
	}
	return all
}

func (p *piece) ready() {
	var o struct{ Text string }
	if json.Unmarshal(p.Text, &p.text) != nil && json.Unmarshal(p.Text, &o) == nil {
		p.text = o.Text
	}
	_ = json.Unmarshal(p.Style, &p.style) // a button's is a word
	for i := range p.Elements {
		p.Elements[i].ready()
	}
}

// message reads a message's blocks.
func (s sheet) message(raw []byte) (m message) {
	all := pieces(raw)
	var head, mark, pings []string
	for i := 0; i < len(all); i++ {
		b := all[i]
		switch {
		case b.Type == "header":
			mark, head = marked(b.text)
		case b.Type == "rich_text" && s.pinged(b) != nil:
			pings = s.pinged(b)
		case b.Type == "rich_text" && len(m.lines) == 0 && s.author(b) != nil:
			head = append(s.author(b), head...)
		case s.public(b) && i+1 < len(all):
			i++
			m.lines = append(m.lines, "  ↗ "+s.quote(all[i].Elements[0]))
		default:
			m.lines = append(m.lines, s.block(b)...)
		}
	}
	if len(head) > 0 {
		first := strings.TrimSpace(strings.Join(append(mark, plain(strings.Join(head, " · "))), " "))
		m.lines = append([]string{first}, m.lines...)
	}
	for _, p := range pings {
		m.lines = append(m.lines, "  pings "+p)
	}
	m.buttons = s.buttons(blocks.Read(raw, s.called))
	return m
}

// marked cuts the mark off a title.
func marked(title string) (mark, head []string) {
	first, rest, _ := strings.Cut(title, " ")
	for _, glyph := range card.Glyphs {
		if first == glyph {
			return []string{first}, []string{rest}
		}
	}
	return nil, []string{title}
}

// pinged lists who a block calls; nil for one that says something else.
func (s sheet) pinged(b piece) (names []string) {
	for _, e := range b.Elements[0].Elements {
		switch {
		case e.Type == "user":
			names = append(names, s.called(e.UserID))
		case e.text != " ":
			return nil
		}
	}
	return names
}

// author reads who said it and where: "name · handle · network · when".
func (s sheet) author(b piece) []string {
	line := b.Elements[0].Elements
	if b.Elements[0].Type != "rich_text_section" || len(line) != 2 || !line[0].style.Bold {
		return nil
	}
	parts := strings.Split(strings.TrimPrefix(line[1].text, " · "), " · ")
	for _, part := range slices.Backward(parts) {
		if slices.Contains(s.networks(), part) {
			return []string{line[0].text, part}
		}
	}
	return nil
}

// public tells whether the quote below this block is what everybody reads.
func (s sheet) public(b piece) bool {
	return b.Type == "context" && slices.Contains(s.says("slack.public"), strings.TrimPrefix(b.Elements[0].text, "↗ "))
}

// block reads what is neither a title nor a button.
func (s sheet) block(b piece) (lines []string) {
	switch {
	case b.Type == "context":
		return []string{"  " + plain(b.Elements[0].text)}
	case b.Type != "rich_text":
		return nil
	case b.Elements[0].Type == "rich_text_quote":
		return []string{"  " + s.quote(b.Elements[0])}
	}
	var line []piece
	for _, e := range append(b.Elements[0].Elements, piece{text: "\n"}) {
		if e.text != "\n" || e.Type == "text" && len(line) == 0 {
			line = append(line, e)
			continue
		}
		lines = append(lines, "  "+s.line(line))
		line = nil
	}
	return lines
}

// line reads a line of words, of a list, or the one of a picture.
func (s sheet) line(all []piece) string {
	var b strings.Builder
	arrow := ""
	for i, e := range all {
		switch {
		case e.Type == "link" && slices.Contains(s.says("slack.open_picture"), e.text):
			return "▣ " + plain(strings.TrimSuffix(b.String(), " · "))
		case e.Type == "channel":
			text := strings.TrimSuffix(b.String(), " · ")
			b.Reset()
			b.WriteString(text)
			arrow = " →"
		case e.Type == "link":
			arrow = " →"
			b.WriteString(e.text)
		case e.text == ": " && i > 0:
			b.WriteString(" ")
		default:
			b.WriteString(e.text)
		}
	}
	return plain(b.String()) + arrow
}

func (s sheet) quote(b piece) string {
	by, text, struck := "", "", false
	for i, e := range b.Elements {
		switch {
		case i == 0 && e.style.Bold:
			by = plain(e.text) + ": "
		case i == 1 && by != "" && e.text == "\n":
		default:
			text += e.text
			struck = struck || e.style.Strike
		}
	}
	text = "“" + plain(text) + "”"
	if struck {
		text = "~" + text + "~"
	}
	return by + text
}

func (s sheet) buttons(shown blocks.Shown) (all []button) {
	for _, c := range shown.Controls {
		if c.Kind == "button" {
			all = append(all, button{label: c.Label, link: c.URL != "", sends: sending(c, "")})
		}
		if c.Kind == "static_select" {
			all = append(all, button{label: c.Label + " ▾", more: true, link: true, sends: url.Values{}})
		}
		for _, o := range c.Options {
			switch c.Kind {
			case "overflow":
				all = append(all, button{label: o.Label, more: true, sends: sending(c, o.Value)})
			case "static_select":
				all = append(all, button{label: c.Label + ": " + o.Label, more: true, of: true, sends: sending(c, o.Value)})
			}
		}
	}
	return all
}

// window reads a form.
func (s sheet) window(v workspace.View) *form {
	out := &form{sends: url.Values{"view": {v.ID}}, closed: url.Values{}, lines: []string{plain(v.Title())}}
	raw, err := json.Marshal(v.Body["blocks"])
	if err != nil {
		panic(err)
	}
	controls := map[string]blocks.Control{}
	for _, c := range v.Shown(s.called).Controls {
		controls[c.Block] = c
	}
	all, public, fault := pieces(raw), "", ""
	for i := 0; i < len(all); i++ {
		b := all[i]
		switch {
		case b.Type == "header":
			out.lines[0] = plain(b.text)
		case b.Type == "rich_text" && slices.Contains(s.says("slack.will_be_public"), strings.TrimPrefix(s.line(b.Elements[0].Elements), "↗ ")):
			public = " ↗"
		case b.Type == "context" && i+1 < len(all) && all[i+1].Type == "input" && strings.HasPrefix(b.Elements[0].text, "⚠ "):
			fault = strings.TrimPrefix(b.Elements[0].text, "⚠ ")
		case b.Type == "context" && slices.Contains(s.says("slack.pictures_how"), b.Elements[0].text):
			if !slices.ContainsFunc(out.fields, func(f field) bool { return strings.HasPrefix(f.name, "alt:") }) {
				out.lines = append(out.lines, noPictures)
			}
		case s.public(b) && i+1 < len(all):
			i++
			out.lines = append(out.lines, "  ↗ "+s.quote(all[i].Elements[0]))
		case b.Type == "input":
			c := controls[b.BlockID]
			s.field(out, c, v, cmp.Or(v.Errors[b.BlockID], fault))
			fault = ""
		default:
			out.lines = append(out.lines, s.block(b)...)
		}
	}
	submit, _ := v.Body["submit"].(map[string]any)
	label, _ := submit["text"].(string)
	out.lines = append(out.lines, "  ["+label+"]"+public)
	return out
}

var part = regexp.MustCompile(` \((\d+)/\d+\)$`)

// field reads one question, or what a further part of a long one holds.
func (s sheet) field(out *form, c blocks.Control, v workspace.View, fault string) {
	name := fieldName(c.Block)
	value := held(v, c)
	if at := part.FindStringSubmatch(c.Label); at != nil && at[1] != "1" {
		last := len(out.fields) - 1
		out.fields[last].value += value
		out.lines[len(out.lines)-1] += plain(value)
		return
	}
	in := field{name: name, value: value}
	line := "  " + part.ReplaceAllString(c.Label, "") + ": " + plain(value)
	if n := s.most(c); n != "" {
		line += " (" + n + ")"
	}
	var labels []string
	for _, o := range c.Options {
		if c.Kind == "checkboxes" {
			continue
		}
		in.choices = append(in.choices, choice{value: strings.TrimPrefix(o.Value, "="), label: o.Label})
		labels = append(labels, plain(o.Label))
	}
	line = strings.TrimRight(line+strings.Join(labels, ", "), " ")
	if fault != "" {
		line += " ✕ " + plain(fault)
		out.faults = append(out.faults, plain(fault))
	}
	out.fields = append(out.fields, in)
	if !strings.HasPrefix(name, "alt:") { // it stands beside the picture
		out.lines = append(out.lines, line)
	}
}

// most is how long a text may be, by the field itself or by what stands below it.
func (s sheet) most(c blocks.Control) string {
	if c.Most > 0 && c.Most != 3000 {
		return strconv.Itoa(c.Most)
	}
	return s.away.most("slack.most", c.Hint)
}

// fieldName is what the form calls what a block asks for.
func fieldName(block string) string {
	if p := strings.SplitN(block, ".", 3); len(p) == 3 {
		return p[2]
	}
	return block
}

func picked(in map[string]any) []map[string]any {
	all, _ := in["selected_options"].([]map[string]any)
	return all
}

// held is what stands in a field now.
func held(v workspace.View, c blocks.Control) string {
	in, _ := v.State[c.Block][c.Action].(map[string]any)
	switch {
	case c.Action == "kept":
		var all []string
		for _, o := range c.Options {
			if slices.ContainsFunc(picked(in), func(p map[string]any) bool { return p["value"] == o.Value }) {
				all = append(all, o.Value)
			}
		}
		return strings.Join(all, " ")
	case c.Kind == "checkboxes":
		if len(picked(in)) > 0 {
			return "true"
		}
		return ""
	case in["selected_option"] != nil:
		o, _ := in["selected_option"].(map[string]any)
		value, _ := o["value"].(string)
		return strings.TrimPrefix(value, "=")
	}
	value, _ := in["value"].(string)
	return value
}
