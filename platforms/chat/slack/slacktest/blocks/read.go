package blocks

import (
	"encoding/json"
	"slices"
	"strings"
)

// Shown is what people see of blocks or of a text.
type Shown struct {
	Lines    []string // top to bottom
	Facts    []string // those of the lines that are fields of a section or stand in a context
	Pings    []string // ids of people and groups that are called, or here, channel, everyone
	Links    []string // addresses that can be followed, without those of buttons
	Marked   []string // pieces of mrkdwn that were drawn as markup rather than as they stand
	Images   []Image
	Controls []Control
}

// Text is the lines as one text.
func (s Shown) Text() string { return strings.Join(s.Lines, "\n") }

// Image is a picture and what is said in its place.
type Image struct{ URL, File, Alt string }

// Control is something to press, to pick from or to write into.
type Control struct {
	Block, Action, Kind string
	Label               string // its text, that of its field, or its placeholder
	Hint                string
	Value, URL          string
	Options             []Option
	Chosen              []string // labels of what is chosen from the start
	Confirm             string   // the question before it acts; empty: none
	Optional            bool     // a field that may stay empty
	Least, Most         int      // how long what is written may be; 0: no limit
	Multiline           bool
	Field               bool // it is part of a form and acts with it
	Element             map[string]any
}

// Option is one choice.
type Option struct {
	Label, Value, URL string
	Sends             map[string]any
}

// Names turns the id of a person, a channel or a group into what is shown.
type Names func(id string) string

// Read shows blocks, a JSON array.
func Read(raw []byte, names Names) Shown {
	var list []any
	if json.Unmarshal(raw, &list) != nil {
		return Shown{}
	}
	r := &reader{names: names}
	for _, b := range list {
		if o, ok := b.(map[string]any); ok {
			r.block(o)
		}
	}
	return r.Shown
}

// ReadText shows a text in mrkdwn.
func ReadText(text string, names Names) Shown {
	r := &reader{names: names}
	r.line(r.mrkdwn(text, false))
	return r.Shown
}

type reader struct {
	Shown
	names Names
}

// line adds a text, one line for each of its own.
func (r *reader) line(text string) {
	if text != "" {
		r.Lines = append(r.Lines, strings.Split(text, "\n")...)
	}
}

func (r *reader) fact(text string) {
	r.line(text)
	r.Facts = append(r.Facts, text)
}

func (r *reader) block(o map[string]any) {
	id := get(o, "block_id")
	switch get(o, "type") {
	case "header", "section":
		r.line(r.text(o["text"]))
		for _, f := range items(o["fields"]) {
			r.fact(r.text(f))
		}
		r.element(id, o["accessory"])
	case "context":
		for _, e := range items(o["elements"]) {
			if part, _ := e.(map[string]any); get(part, "type") == "image" {
				r.image(part)
				continue
			}
			r.fact(r.text(e))
		}
	case "actions":
		for _, e := range items(o["elements"]) {
			r.element(id, e)
		}
	case "image":
		r.line(r.text(o["title"]))
		r.image(o)
	case "markdown":
		r.line(get(o, "text"))
	case "divider":
		r.line("———")
	case "input":
		r.field(o)
	case "rich_text":
		for _, e := range items(o["elements"]) {
			r.rich(e.(map[string]any))
		}
	}
}

// text reads a text object of either kind.
func (r *reader) text(v any) string {
	o, _ := v.(map[string]any)
	if get(o, "type") == "mrkdwn" {
		return r.mrkdwn(get(o, "text"), o["verbatim"] == true)
	}
	return get(o, "text")
}

func (r *reader) image(o map[string]any) {
	file, _ := o["slack_file"].(map[string]any)
	r.Images = append(r.Images, Image{URL: get(o, "image_url"), File: get(file, "id"), Alt: get(o, "alt_text")})
	r.line("[picture: " + get(o, "alt_text") + "]")
}

// element reads something to press or to pick from, or an image beside a text.
func (r *reader) element(block string, v any) {
	o, _ := v.(map[string]any)
	kind := get(o, "type")
	switch {
	case kind == "image":
		r.image(o)
	case acting[kind]:
		r.Controls = append(r.Controls, r.control(block, o))
	}
}

func (r *reader) control(block string, o map[string]any) Control {
	c := Control{
		Block: block, Action: get(o, "action_id"), Kind: get(o, "type"), Value: get(o, "value"), URL: get(o, "url"),
		Label: r.text(o["text"]), Multiline: o["multiline"] == true, Element: o,
	}
	if c.Label == "" {
		c.Label = r.text(o["placeholder"])
	}
	if ask, ok := o["confirm"].(map[string]any); ok {
		c.Confirm = r.text(ask["title"]) + ": " + r.text(ask["text"])
	}
	c.Least, c.Most = whole(o["min_length"]), whole(o["max_length"])
	if text := get(o, "initial_value"); text != "" {
		c.Value = text
	}
	for _, v := range options(o) {
		sends := v.(map[string]any)
		c.Options = append(c.Options, Option{Label: r.text(sends["text"]), Value: get(sends, "value"), URL: get(sends, "url"), Sends: sends})
	}
	for _, v := range append(slices.Clone(items(o["initial_options"])), o["initial_option"]) {
		if chosen, ok := v.(map[string]any); ok {
			c.Chosen = append(c.Chosen, r.text(chosen["text"]))
		}
	}
	return c
}

// field reads one question of a form.
func (r *reader) field(o map[string]any) {
	element, _ := o["element"].(map[string]any)
	c := r.control(get(o, "block_id"), element)
	c.Label, c.Hint, c.Field, c.Optional = r.text(o["label"]), r.text(o["hint"]), true, o["optional"] == true
	r.Controls = append(r.Controls, c)
	r.line(c.Label + ":")
	r.line(c.Hint)
}

func get(o map[string]any, key string) string {
	s, _ := o[key].(string)
	return s
}

func whole(v any) int {
	n, _ := v.(float64)
	return int(n)
}
