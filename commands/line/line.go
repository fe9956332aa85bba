// Package line reads what people write behind "/ponte": the command's name, and
// the values of its options. It knows no command.
package line

import (
	"slices"
	"strings"
	"unicode"

	"ponte/bot"
	"ponte/bot/act"
)

// Max is how long a command may be, in bytes.
const Max = 16 << 10

// Split takes the name of the command off the text.
func Split(text string) (name, rest string) {
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

// Values reads the options of a command: "--name value" anywhere before the last
// option, the others in order; quotes hold words together; an option that takes
// the rest of the line takes it as it stands. An option that can be left out
// before one that cannot, or before a rest that is Flagged, is given by its name
// only. Behind such a rest "--name value" may stand as well.
func Values(command string, options []act.Option, text string) (map[string]string, error) {
	out := map[string]string{}
	if len(text) > Max {
		return nil, bot.Errorf(bot.Invalid, "error.too_long_command")
	}
	positional := InOrder(options)
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if name, ok := flag(options, text); ok {
			text = strings.TrimSpace(text[len("--")+len(name):])
			word, left, err := word(text)
			if err != nil || text == "" {
				return nil, bot.Errorf(bot.Invalid, "error.option_value", "Option", name)
			}
			put(options, out, name, word, out[name]+" "+word)
			text, positional = left, drop(positional, name)
			continue
		}
		if len(positional) == 0 {
			w, _, _ := word(text)
			return nil, bot.Errorf(bot.Invalid, "error.too_many", "Word", bot.Short(w, 40), "Command", command)
		}
		o := positional[0]
		positional = positional[1:]
		if o.Flagged {
			text = tail(options, text, out)
		}
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

// InOrder are the options that need not be named, in their order.
func InOrder(options []act.Option) []act.Option {
	var out []act.Option
	for i, o := range options {
		if o.Required || !slices.ContainsFunc(options[i+1:], func(o act.Option) bool { return o.Required || o.Flagged }) {
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
func flag(options []act.Option, text string) (string, bool) {
	after, ok := strings.CutPrefix(text, "--")
	if !ok {
		return "", false
	}
	for _, o := range options {
		if left, ok := strings.CutPrefix(after, o.Name); ok && (left == "" || unicode.IsSpace(rune(left[0]))) {
			return o.Name, true
		}
	}
	return "", false
}

// tail takes "--name value" off the end of the text, as often as it stands there;
// a value goes to the end, or to the next of them.
func tail(options []act.Option, text string, out map[string]string) string {
	text = " " + text
	for {
		at, name := -1, ""
		for _, o := range options {
			if i := strings.LastIndex(text, " --"+o.Name+" "); !o.Rest && i > at {
				at, name = i, o.Name
			}
		}
		if at < 0 {
			return strings.TrimSpace(text)
		}
		value := strings.TrimSpace(text[at+len(" --"+name):])
		if inner, rest, err := word(value); err == nil && strings.TrimSpace(rest) == "" {
			value = inner
		}
		put(options, out, name, value, value+" "+out[name])
		text = text[:at]
	}
}

// put keeps a value; of an option that may stand several times all, in their order.
func put(options []act.Option, out map[string]string, name, value, all string) {
	if i := slices.IndexFunc(options, func(o act.Option) bool { return o.Name == name }); options[i].Many {
		value = strings.TrimSpace(all)
	}
	out[name] = value
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

// Usage writes a command with its options: "snooze <until>", "inbox [filter]",
// "find [--author …] <words>".
func Usage(command string, options []act.Option) string {
	inOrder := InOrder(options)
	for _, o := range options {
		switch {
		case o.Required:
			command += " <" + o.Name + ">"
		case slices.ContainsFunc(inOrder, func(p act.Option) bool { return p.Name == o.Name }):
			command += " [" + o.Name + "]"
		default:
			command += " [--" + o.Name + " …]"
		}
	}
	return command
}
