package commands

import (
	"slices"
	"strings"
	"unicode"

	"ponte/bot"
	"ponte/bot/act"
)

// maxCommand is how long a command may be, in bytes.
const maxCommand = 16 << 10

// split takes the name of the command off the text.
func split(text string) (name, rest string) {
	name, rest = cut(strings.ToValidUTF8(text, "�"))
	if name == "/ponte" {
		name, rest = cut(rest)
	}
	return strings.ToLower(name), rest
}

// cut takes the first word off the text.
func cut(text string) (first, rest string) {
	text = strings.TrimSpace(text)
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i], strings.TrimSpace(text[i:])
	}
	return text, ""
}

// values reads the options of a command: "--name value" anywhere before the last
// option, the others in order; quotes hold words together; an option that takes
// the rest of the line takes it as it stands. An option that can be left out
// before one that cannot is given by its name only.
func values(s Spec, text string) (map[string]string, error) {
	out := map[string]string{}
	if len(text) > maxCommand {
		return nil, bot.Errorf(bot.Invalid, "error.too_long_command")
	}
	positional := inOrder(s)
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if name, ok := flag(s, text); ok {
			text = strings.TrimSpace(text[len("--")+len(name):])
			word, left, err := word(text)
			if err != nil || text == "" {
				return nil, bot.Errorf(bot.Invalid, "error.option_value", "Option", name)
			}
			out[name], text = word, left
			positional = drop(positional, name)
			continue
		}
		if len(positional) == 0 {
			w, _, _ := word(text)
			return nil, bot.Errorf(bot.Invalid, "error.too_many", "Word", bot.Short(w, 40), "Command", s.Name)
		}
		o := positional[0]
		positional = positional[1:]
		if o.Rest {
			out[o.Name] = text
			return out, nil
		}
		word, left, err := word(text)
		if err != nil {
			return nil, err
		}
		out[o.Name], text = word, left
	}
	return out, nil
}

func inOrder(s Spec) []act.Option {
	var out []act.Option
	for i, o := range s.Options {
		if o.Required || !slices.ContainsFunc(s.Options[i:], func(o act.Option) bool { return o.Required }) {
			out = append(out, o)
		}
	}
	return out
}

func drop(options []act.Option, name string) []act.Option {
	var out []act.Option
	for _, o := range options {
		if o.Name != name {
			out = append(out, o)
		}
	}
	return out
}

// flag reports the option that the text begins with as "--name".
func flag(s Spec, text string) (string, bool) {
	after, ok := strings.CutPrefix(text, "--")
	if !ok {
		return "", false
	}
	for _, o := range s.Options {
		if left, ok := strings.CutPrefix(after, o.Name); ok && (left == "" || unicode.IsSpace(rune(left[0]))) {
			return o.Name, true
		}
	}
	return "", false
}

// word takes one word off the text, or what stands between quotes.
func word(text string) (word, rest string, err error) {
	for _, q := range []struct{ open, close string }{{`"`, `"`}, {"“", "”"}, {"«", "»"}} {
		if after, ok := strings.CutPrefix(text, q.open); ok {
			inner, rest, ok := strings.Cut(after, q.close)
			if !ok {
				return "", "", bot.Errorf(bot.Invalid, "error.quote")
			}
			return inner, rest, nil
		}
	}
	i := strings.IndexFunc(text, unicode.IsSpace)
	if i < 0 {
		return text, "", nil
	}
	return text[:i], text[i:], nil
}
