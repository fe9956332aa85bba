// Package show reads messages and modals as Discord's clients show them: the
// lines from top to bottom, what is drawn as markup, what can be followed, and
// what can be pressed, picked from or written into.
package show

import (
	"strings"

	"ponte/platforms/chat/discord/discordtest/shape"
)

// Shown is what people see of a message or a modal.
type Shown struct {
	Lines    []string // top to bottom
	Facts    []string // those of the lines that are fields or a footer
	Pings    []string // ids of people and roles that were called, or everyone
	Links    []string // addresses that can be followed, without those of buttons
	Marked   []string // pieces of text that were drawn as markup rather than as they stand
	Images   []Image
	Controls []Control
}

// Text is the lines as one text.
func (s Shown) Text() string { return strings.Join(s.Lines, "\n") }

// Image is a picture and what is said in its place.
type Image struct{ URL, File, Alt string }

// Control is something to press, to pick from or to write into.
type Control struct {
	Action      string // its custom_id
	Kind        string // button, select, user_select, role_select, mentionable_select, channel_select or text
	Type        int    // as Discord numbers it
	Label       string // its text, that of its field, or its placeholder
	Hint        string
	Value, URL  string
	Emoji       string
	Options     []Option
	Chosen      []string // labels of what is chosen from the start
	Optional    bool     // a field that may stay empty
	Disabled    bool
	Least, Most int // how long what is written may be, or how many are picked; 0: no limit
	Multiline   bool
	Field       bool // it is part of a form and acts with it
	Element     shape.Obj
}

// Option is one choice.
type Option struct{ Label, Value, Description string }

// Names turns the id of a person, a channel or a role into what is shown.
type Names func(id string) string

type reader struct {
	Shown
	names Names
}

// Message shows a message: its text, its embeds, its components.
func Message(content string, embeds, components []any, names Names) Shown {
	r := &reader{names: names}
	r.line(r.markdown(content))
	for _, v := range embeds {
		if o, is := v.(shape.Obj); is {
			r.embed(o)
		}
	}
	for _, v := range components {
		r.component(v, "")
	}
	return r.Shown
}

// Modal shows a modal.
func Modal(body shape.Obj, names Names) Shown {
	r := &reader{names: names}
	list, _ := body["components"].([]any)
	for _, v := range list {
		o, _ := v.(shape.Obj)
		if shape.Num(o, "type") == 10 {
			r.line(r.markdown(shape.Str(o, "content")))
			continue
		}
		before := len(r.Controls)
		r.component(o, shape.Str(o, "label"))
		for i := before; i < len(r.Controls); i++ {
			c := &r.Controls[i]
			c.Field, c.Optional = true, c.Element["required"] == false
			if c.Hint == "" {
				c.Hint = shape.Str(o, "description")
			}
			r.line(c.Label + ":")
			r.line(c.Hint)
		}
	}
	return r.Shown
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

func (r *reader) embed(o shape.Obj) {
	author, _ := o["author"].(shape.Obj)
	footer, _ := o["footer"].(shape.Obj)
	r.line(shape.Str(author, "name"))
	r.line(r.markdown(shape.Str(o, "title")))
	for _, link := range []string{shape.Str(author, "url"), shape.Str(o, "url")} {
		if link != "" {
			r.Links = append(r.Links, link)
		}
	}
	r.line(r.markdown(shape.Str(o, "description")))
	for _, f := range shape.List(o, "fields") {
		r.fact(r.markdown(shape.Str(f, "name")) + ": " + r.markdown(shape.Str(f, "value")))
	}
	for _, key := range []string{"image", "thumbnail"} {
		if p, is := o[key].(shape.Obj); is {
			r.Images = append(r.Images, Image{URL: shape.Str(p, "url"), Alt: shape.Str(p, "description")})
			r.line("[picture]")
		}
	}
	if text := shape.Str(footer, "text"); text != "" {
		r.fact(text)
	}
}

// kinds are what components are called here.
var kinds = map[int]string{
	shape.Button: "button", shape.Select: "select", shape.TextInput: "text", shape.UserSelect: "user_select", shape.RoleSelect: "role_select",
	shape.Mentionable: "mentionable_select", shape.ChanSelect: "channel_select",
}

func (r *reader) component(v any, label string) {
	o, _ := v.(shape.Obj)
	switch kind := shape.Num(o, "type"); {
	case kind == shape.Label:
		r.component(o["component"], label)
	case kinds[kind] != "":
		r.Controls = append(r.Controls, control(o, label))
	case kind == 10:
		r.line(r.markdown(shape.Str(o, "content")))
	case kind == 14:
		r.line("———")
	}
	list, _ := o["components"].([]any)
	for _, inner := range list {
		r.component(inner, label)
	}
}

func control(o shape.Obj, label string) Control {
	c := Control{
		Action: shape.Str(o, "custom_id"), Type: shape.Num(o, "type"), Kind: kinds[shape.Num(o, "type")], Value: shape.Str(o, "value"), URL: shape.Str(o, "url"),
		Label: shape.Str(o, "label"), Disabled: shape.Yes(o, "disabled"), Element: o,
	}
	if emoji, is := o["emoji"].(shape.Obj); is {
		c.Emoji = shape.Str(emoji, "name")
	}
	for _, other := range []string{label, shape.Str(o, "placeholder"), c.Emoji} {
		if c.Label == "" {
			c.Label = other
		}
	}
	if c.Kind == "text" {
		c.Hint, c.Multiline = shape.Str(o, "placeholder"), shape.Num(o, "style") == 2
		c.Least, c.Most = shape.Num(o, "min_length"), shape.Num(o, "max_length")
	}
	for _, e := range shape.List(o, "options") {
		c.Options = append(c.Options, Option{shape.Str(e, "label"), shape.Str(e, "value"), shape.Str(e, "description")})
		if shape.Yes(e, "default") {
			c.Chosen = append(c.Chosen, shape.Str(e, "label"))
		}
	}
	if c.Kind != "text" && c.Kind != "button" {
		c.Least, c.Most = 1, 1
		if _, there := o["min_values"]; there {
			c.Least = shape.Num(o, "min_values")
		}
		if n := shape.Num(o, "max_values"); n > 0 {
			c.Most = n
		}
	}
	return c
}
