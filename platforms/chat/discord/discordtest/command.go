package discordtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
)

// Types of option.
const (
	group      = 2
	optInteger = 4
	optBool    = 5
	optUser    = 6
	optChannel = 7
	optRole    = 8
	optMention = 9
	optNumber  = 10
)

// Choice is something that autocomplete offers.
type Choice struct {
	Name  string
	Value any
}

// Commands runs a slash command in the channel of In, or else in the first: the
// command and its subcommands, then its options as "name:value", or without
// their names in the order in which they are declared. The last of these takes
// all that is left. "@Ana" is a person or a role by name.
func (p *Person) Commands(line string) Heard {
	p.s.t.Helper()
	room := p.front()
	command, options := p.typed(line)
	return p.heard(p.s.World.Command(p.ID, room, command, options, false), nil)
}

// Types begins to write an option of a command, such as "/ponte reply", and
// returns what is offered for it; nil when nothing came in time.
func (p *Person) Types(command, option, prefix string) []Choice {
	p.s.t.Helper()
	_, all := p.Typing(command, option, prefix)
	return all
}

// Typing is Types, with what the client shows of it.
func (p *Person) Typing(command, option, prefix string) (Heard, []Choice) {
	p.s.t.Helper()
	root, path, rest, declared := p.found(command)
	i := slices.IndexFunc(declared, func(o shape.Obj) bool { return shape.Str(o, "name") == option })
	if i < 0 || !shape.Yes(declared[i], "autocomplete") {
		p.s.t.Fatalf("discord: %s completes no option %q", command, option)
	}
	options := p.values(rest, declared, true)
	options = append(options, shape.Obj{"name": option, "type": shape.Num(declared[i], "type"), "value": prefix, "focused": true})
	heard, reply := p.hear(p.s.World.Command(p.ID, p.front(), root, wrapped(path, options), true), nil)
	var all []Choice
	for _, o := range reply.Choices {
		all = append(all, Choice{shape.Str(o, "name"), o["value"]})
	}
	return heard, all
}

// front is the channel in front of the person.
func (p *Person) front() string {
	p.s.t.Helper()
	if p.room != "" {
		return p.room
	}
	for _, c := range p.s.World.Channels(p.place.ID) {
		if c.Type == guild.Text {
			return c.ID
		}
	}
	p.s.t.Fatalf("discord: %s is in no channel", p.Name)
	return ""
}

// typed reads a line as a client does.
func (p *Person) typed(line string) (shape.Obj, []any) {
	p.s.t.Helper()
	root, path, rest, declared := p.found(line)
	return root, wrapped(path, p.values(rest, declared, false))
}

// step is a group or a subcommand on the way to the options.
type step struct {
	name string
	kind int
}

func wrapped(path []step, options []any) []any {
	for _, s := range slices.Backward(path) {
		if options == nil {
			options = []any{}
		}
		options = []any{shape.Obj{"name": s.name, "type": s.kind, "options": options}}
	}
	return options
}

// found finds the command of a line, the way to its options, and what is left.
func (p *Person) found(line string) (root shape.Obj, path []step, rest string, declared []shape.Obj) {
	p.s.t.Helper()
	name, rest, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	front, _ := p.s.World.Channel(p.front())
	root, there := p.s.World.Offered(front.Guild, name, 1)
	if !there {
		p.s.t.Fatalf("discord: there is no command /%s", name)
	}
	at := root
	for {
		declared = shape.List(at, "options")
		if len(declared) == 0 || shape.Num(declared[0], "type") > group {
			return root, path, rest, declared
		}
		word, left, _ := strings.Cut(strings.TrimSpace(rest), " ")
		i := slices.IndexFunc(declared, func(o shape.Obj) bool { return shape.Str(o, "name") == word })
		if i < 0 {
			p.s.t.Fatalf("discord: /%s has no %q", name, word)
		}
		at, rest = declared[i], left
		path = append(path, step{word, shape.Num(at, "type")})
	}
}

// values reads the options of a line; partly: some that are required may be
// missing.
func (p *Person) values(rest string, declared []shape.Obj, partly bool) []any {
	p.s.t.Helper()
	given := map[string]string{}
	last := ""
	var loose []string
	for _, word := range strings.Fields(rest) {
		name, value, named := strings.Cut(word, ":")
		if named && slices.ContainsFunc(declared, func(o shape.Obj) bool { return shape.Str(o, "name") == name }) {
			last = name
			given[name] = value
			continue
		}
		if last != "" {
			given[last] = strings.TrimSpace(given[last] + " " + word)
			continue
		}
		loose = append(loose, word)
	}
	for i, o := range declared {
		name := shape.Str(o, "name")
		if _, there := given[name]; there || len(loose) == 0 {
			continue
		}
		n := 1
		if i == len(declared)-1 {
			n = len(loose)
		}
		given[name] = strings.Join(loose[:n], " ")
		loose = loose[n:]
	}
	if len(loose) > 0 {
		p.s.t.Fatalf("discord: nothing takes %q", loose)
	}
	var all []any
	for _, o := range declared {
		name := shape.Str(o, "name")
		value, there := given[name]
		if !there {
			if shape.Yes(o, "required") && !partly {
				p.s.t.Fatalf("discord: the option %q is required", name)
			}
			continue
		}
		all = append(all, shape.Obj{"name": name, "type": shape.Num(o, "type"), "value": p.value(o, value)})
	}
	return all
}

// value is what an option is sent with.
func (p *Person) value(o shape.Obj, text string) any {
	p.s.t.Helper()
	offered := shape.List(o, "choices")
	for _, c := range offered {
		if shape.Str(c, "name") == text || fmt.Sprint(c["value"]) == text {
			return c["value"]
		}
	}
	if len(offered) > 0 {
		p.s.t.Fatalf("discord: %q is no choice of %q", text, shape.Str(o, "name"))
	}
	switch shape.Num(o, "type") {
	case optUser, optRole, optMention, optChannel:
		return p.meant(shape.Num(o, "type"), text)
	case optInteger:
		n, err := strconv.Atoi(text)
		p.s.must(err)
		return n
	case optNumber:
		n, err := strconv.ParseFloat(text, 64)
		p.s.must(err)
		return n
	case optBool:
		return text == "true"
	}
	n, least, most := len([]rune(text)), shape.Num(o, "min_length"), shape.Num(o, "max_length")
	if n < least || most > 0 && n > most || n > 6000 {
		p.s.t.Fatalf("discord: the option %q takes %d to %d characters", shape.Str(o, "name"), least, most)
	}
	return text
}

// meant is the id of who or what is called so.
func (p *Person) meant(kind int, text string) string {
	p.s.t.Helper()
	name := strings.TrimLeft(text, "@#")
	if kind == optChannel {
		return p.place.Channel(name).ID
	}
	for _, g := range p.s.World.Guilds() {
		if g.ID != p.place.ID {
			continue
		}
		for _, m := range g.Members {
			if kind != optRole && (p.s.World.Called(m.User) == name || m.User == name) {
				return m.User
			}
		}
		for _, r := range g.Roles {
			if kind != optUser && (r.Name == name || r.ID == name) {
				return r.ID
			}
		}
	}
	p.s.t.Fatalf("discord: nobody is called %q", text)
	return ""
}
