package said

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"ponte/bot/act"
)

// The kinds of interaction.
const (
	Slash    = 2
	Press    = 3
	Typing   = 4
	Filled   = 5
	maxDepth = 4 // of components in components
)

// Interaction is something that a person did with what Ponte offers.
type Interaction struct {
	ID      string   `json:"id"`
	App     string   `json:"application_id"`
	Type    int      `json:"type"`
	Token   string   `json:"token"`
	Guild   string   `json:"guild_id"`
	Room    string   `json:"channel_id"`
	Channel *Channel `json:"channel"`
	Member  *Member  `json:"member"` // of a server
	User    *User    `json:"user"`   // elsewhere
	Message *Message `json:"message"`
	Locale  string   `json:"locale"`
	Data    struct {
		Name       string      `json:"name"`
		Options    []Given     `json:"options"`
		CustomID   string      `json:"custom_id"`
		Values     []string    `json:"values"`
		Components []component `json:"components"`
		Target     string      `json:"target_id"` // the message that it was done with
		Resolved   struct {
			Users    map[string]User    `json:"users"`
			Messages map[string]Message `json:"messages"`
		} `json:"resolved"`
	} `json:"data"`
}

// By is who did it, and as the server knows them.
func (i *Interaction) By() (User, *Member) {
	if i.Member != nil && i.Member.User != nil {
		return *i.Member.User, i.Member
	}
	if i.User != nil {
		return *i.User, nil
	}
	return User{}, nil
}

// Given is one option of a command as it was given; of a subcommand, or a group of
// them, what stands under it.
type Given struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Focused bool            `json:"focused"`
	Options []Given         `json:"options"`
}

// Text is the value as text.
func (g Given) Text() string {
	var s string
	if json.Unmarshal(g.Value, &s) == nil {
		return s
	}
	return string(g.Value)
}

// The types of option that are more than text: those that hold others, and people.
const (
	sub    = 1
	group  = 2
	person = 6
)

// Leaf finds the command that was chosen: the innermost subcommand and its options.
func (i *Interaction) Leaf() (name string, options []Given) {
	name, options = i.Data.Name, i.Data.Options
	for depth := 0; depth < 2 && len(options) == 1 && (options[0].Type == sub || options[0].Type == group); depth++ {
		name, options = options[0].Name, options[0].Options
	}
	return name, options
}

// Typed is the option that somebody types into, and what is there so far.
func (i *Interaction) Typed() (command, option, prefix string) {
	command, options := i.Leaf()
	for _, o := range options {
		if o.Focused {
			return command, o.Name, o.Text()
		}
	}
	return command, "", ""
}

var plainWord = regexp.MustCompile(`^[\pL\pN@#:._/+][\pL\pN@#:._/+-]*$`)

// Line writes a command as it would be typed behind "/ponte": every option by its
// name, and at the end the text of the one that takes the rest of the line. That text
// stands by its name as well where something in it looks like an option, or could be
// taken for one that was left out. Plain writes what was given as people see it, before
// it is put between quotes.
func Line(name string, given []Given, options []act.Option, plain func(string) string) string {
	line, rest, left := name, "", false
	for _, o := range options {
		left = left || !o.Rest && !slices.ContainsFunc(given, func(g Given) bool { return g.Name == o.Name })
		for _, g := range given {
			value := strings.TrimSpace(g.Text())
			if g.Type == person && value != "" {
				value = "<@" + value + ">"
			}
			if g.Name != o.Name || value == "" {
				continue
			}
			if value = plain(value); o.Rest && (o.Flagged || !left) && !strings.Contains(" "+value, " --") {
				rest = " " + value
				continue
			}
			line += " --" + o.Name + " " + quoted(value)
		}
	}
	return line + rest
}

// quoted puts what is not one plain word between quotes that it does not have itself.
func quoted(value string) string {
	switch {
	case plainWord.MatchString(value):
		return value
	case !strings.Contains(value, `"`):
		return `"` + value + `"`
	case !strings.Contains(value, "”"):
		return "“" + value + "”"
	case !strings.Contains(value, "»"):
		return "«" + value + "»"
	}
	return `"` + strings.ReplaceAll(value, `"`, "”") + `"`
}

// component is a part of a form that was filled in, whatever it stands in.
type component struct {
	Type     int    `json:"type"`
	CustomID string `json:"custom_id"`
	Label    any    `json:"label"`
	Options  []struct {
		Label string `json:"label"`
		Value string `json:"value"`
	} `json:"options"` // of a menu
	Value      string      `json:"value"`
	Values     []string    `json:"values"`
	Components []component `json:"components"`
	Component  *component  `json:"component"` // of a label
}

// Inputs are the values of a form that was filled in, by the inputs' ids.
func (i *Interaction) Inputs() map[string]string {
	out := map[string]string{}
	collect(i.Data.Components, out, 0)
	return out
}

func collect(all []component, out map[string]string, depth int) {
	if depth > maxDepth {
		return
	}
	for _, c := range all {
		if c.CustomID != "" {
			out[c.CustomID] = c.Value
			if len(c.Values) > 0 {
				out[c.CustomID] = strings.Join(c.Values, " ")
			}
		}
		collect(c.Components, out, depth+1)
		if c.Component != nil {
			collect([]component{*c.Component}, out, depth+1)
		}
	}
}

// Label is what stands on a button of the message, or on a choice under one of its menus.
func (m *Message) Label(id string) string {
	if m == nil {
		return ""
	}
	return label(m.Components, id, 0)
}

func label(all []component, id string, depth int) string {
	if depth > maxDepth {
		return ""
	}
	for _, c := range all {
		if text, ok := c.Label.(string); ok && c.CustomID == id {
			return text
		}
		for _, o := range c.Options {
			if o.Value == id {
				return o.Label
			}
		}
		if text := label(c.Components, id, depth+1); text != "" {
			return text
		}
	}
	return ""
}
