package aparttest

import (
	"fmt"
	"slices"
	"strings"
	"testing/synctest"

	"ponte/platforms/chat/discord/discordtest"
	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
	"ponte/platforms/chat/discord/discordtest/show"
	dc "ponte/platforms/chat/discord/discordtest/world"
)

// discord is all of Discord, and server one of its servers.
type discord struct {
	*discordtest.Server
	w    *world
	seen int // requests that were searched
}

type server struct {
	*discord
	*discordtest.Place
	name string
}

func (s *server) space() space { return space{"discord", s.Place.ID} }

// group is a role of the server that a brand's people may have.
func (s *server) group(brand int) string {
	return s.Role("team-" + strings.ToLower(string(marks[brand]))).ID
}

// gives gives somebody a brand's role of the server, or takes it away.
func (s *server) gives(p *person, in room) {
	role, on := s.Role("team-"+strings.ToLower(string(marks[in.brand]))), s.w.r.IntN(2) == 0
	user := p.users[in.space()]
	if on {
		s.w.given[fmt.Sprint(in.brand, " ", in.space(), "/", user)] = true
	}
	s.w.does("%s gets the role of %s: %t", user, marks[in.brand], on)
	s.World.Gives(s.Place.ID, user, role.ID, on)
}

// below lists a channel and its threads.
func (s *server) below(in room) (list []guild.Channel) {
	for _, c := range s.World.Channels(s.Place.ID) {
		if c.ID == in.Remote || c.Parent == in.Remote {
			list = append(list, c)
		}
	}
	return list
}

// act has somebody do something in a channel, or in a thread of it.
func (s *server) act(p *person, in room) {
	w, user := s.w, p.users[in.space()]
	places := s.below(in)
	at := places[w.r.IntN(len(places))]
	log := slices.DeleteFunc(s.World.Log(at.ID, user), func(m guild.Message) bool { return m.Author != s.World.App().User && w.r.IntN(4) > 0 })
	var m guild.Message
	if len(log) > 0 {
		m = log[w.r.IntN(len(log))]
	}
	switch n := w.r.IntN(14); {
	case n < 5 && m.ID != "":
		s.presses(user, at.ID, m)
	case n < 6 && m.ID != "":
		emoji := w.emoji()
		w.does("%s reacts %s in Discord", user, emoji)
		_ = s.World.Reacts(user, at.ID, m.ID, emoji, w.r.IntN(4) > 0)
	case n < 7:
		w.does("%s notes in Discord", user)
		_, _ = s.World.Says(user, at.ID, dc.Post{Text: w.neutral(p, in, "note")})
	case n < 8 && m.ID != "":
		if command, there := s.World.Offered(s.Place.ID, []string{"Reply with this", "Add to timeline", "Add to the timeline"}[w.r.IntN(3)], 3); there {
			w.does("%s uses a shortcut in Discord", user)
			s.heard(s.World.Menu(user, at.ID, m.ID, command))
		}
	case n < 11 && at.Type != guild.Forum:
		s.commands(p, user, at.ID)
	default:
		line := w.line(p)
		w.does("%s says in Discord: @ponte %s", user, line)
		_, _ = s.World.Says(user, at.ID, dc.Post{Text: "<@" + s.World.App().User + "> " + line})
	}
	synctest.Wait()
	s.fills(p, user)
}

func (s *server) heard(came <-chan dc.Reply, err error) (r dc.Reply) {
	if err == nil {
		synctest.Wait()
		select {
		case r = <-came:
		default:
			s.World.GiveUp(came)
		}
	}
	return r
}

// presses presses something on a message; now and then what stands on another one.
func (s *server) presses(user, at string, m guild.Message) {
	w := s.w
	controls := show.Message(m.Content, m.Embeds, m.Components, s.World.Called).Controls
	if w.r.IntN(6) == 0 {
		for _, c := range s.World.Channels(s.Place.ID) {
			for _, far := range s.World.Log(c.ID, "") {
				controls = append(controls, show.Message(far.Content, far.Embeds, far.Components, s.World.Called).Controls...)
			}
		}
	}
	controls = slices.DeleteFunc(controls, func(c show.Control) bool { return c.URL != "" || c.Disabled })
	if len(controls) == 0 {
		return
	}
	c := controls[w.r.IntN(len(controls))]
	var values []string
	if len(c.Options) > 0 {
		values = []string{c.Options[w.r.IntN(len(c.Options))].Value}
	}
	w.does("%s presses %q in Discord (%s)", user, c.Label, c.Action)
	s.heard(s.World.Presses(user, at, m.ID, c.Action, c.Type, values))
}

// commands runs a command with a slash, and has its options completed.
func (s *server) commands(p *person, user, at string) {
	w := s.w
	root, there := s.World.Offered(s.Place.ID, "ponte", 1)
	if !there {
		w.t.Fatal("no command is registered")
	}
	var path []shape.Obj
	leaf := root
	for {
		list := shape.List(leaf, "options")
		if len(list) == 0 || shape.Num(list[0], "type") > 2 {
			break
		}
		leaf = list[w.r.IntN(len(list))]
		path = append(path, leaf)
	}
	wrap := func(options []any) []any {
		for _, o := range slices.Backward(path) {
			options = []any{shape.Obj{"name": shape.Str(o, "name"), "type": shape.Num(o, "type"), "options": options}}
		}
		return options
	}
	given := []any{}
	for _, o := range shape.List(leaf, "options") {
		if !shape.Yes(o, "required") && w.r.IntN(3) > 0 {
			continue
		}
		one := shape.Obj{"name": shape.Str(o, "name"), "type": shape.Num(o, "type")}
		switch offered := shape.List(o, "choices"); {
		case len(offered) > 0:
			one["value"] = offered[w.r.IntN(len(offered))]["value"]
		case shape.Num(o, "type") == 6:
			one["value"] = w.people[w.r.IntN(len(w.people))].users[s.space()]
		case shape.Num(o, "type") == 4:
			one["value"] = 1 + w.r.IntN(6)
		default:
			one["value"] = w.text(p)
		}
		if shape.Yes(o, "autocomplete") {
			typed := shape.Obj{"name": one["name"], "type": one["type"], "value": []string{"", "", "t", "1", "a", "c"}[w.r.IntN(6)], "focused": true}
			w.does("%s types %v in Discord", user, wrap([]any{typed}))
			r := s.heard(s.World.Command(user, at, root, wrap(append(slices.Clone(given), typed)), true), nil)
			w.sees(w.acting, "completion", r.Choices)
			if len(r.Choices) > 0 && w.r.IntN(3) > 0 {
				one["value"] = r.Choices[w.r.IntN(len(r.Choices))]["value"]
			}
		}
		given = append(given, one)
	}
	w.does("%s commands in Discord: %v", user, wrap(given))
	s.heard(s.World.Command(user, at, root, wrap(given), false), nil)
}

// fills fills in the form in front of somebody, and sends it or leaves it.
func (s *server) fills(p *person, user string) {
	w := s.w
	form, open := s.World.Modal(user)
	if !open {
		return
	}
	w.sees(w.acting, "a form", form.Body)
	for _, c := range show.Modal(form.Body, s.World.Called).Controls {
		switch {
		case c.Kind == "text":
			_ = s.World.Fills(user, c.Action, w.text(p))
		case len(c.Options) > 0:
			_ = s.World.Fills(user, c.Action, []string{c.Options[w.r.IntN(len(c.Options))].Value})
		}
	}
	if w.r.IntN(5) > 0 {
		w.does("%s submits a form in Discord", user)
		s.heard(s.World.Submits(user))
	}
	s.World.Closes(user)
}

// shown searches what Ponte wrote, in all servers.
func (d *discord) shown(w *world) {
	all := d.API.Requests()
	for _, q := range all[d.seen:] {
		a := w.acting
		if channel, ok := strings.CutPrefix(q.Path, "/channels/"); ok {
			channel, _, _ = strings.Cut(channel, "/")
			a = d.audience(channel)
		}
		body := []any{q.Path, q.Query, q.Body}
		for _, f := range q.Files {
			body = append(body, f.Name, f.Alt)
		}
		w.sees(a, q.Route, body)
		if a.brand >= 0 {
			w.finds(a.brand, fmt.Sprint(q.Body))
		}
	}
	d.seen = len(all)
}

// audience is who reads a channel, or the thread in one.
func (d *discord) audience(id string) audience {
	c, _ := d.World.Channel(id)
	for _, at := range []string{id, c.Parent} {
		if in, ours := d.w.of(space{"discord", c.Guild}, at); ours {
			return audience{who: "a message in " + c.Name, brand: in.brand}
		}
	}
	for _, p := range d.w.people { // alone with Ponte
		for at, user := range p.users {
			if at.platform == "discord" && d.World.Direct(user) == id {
				return d.w.alone(at, user)
			}
		}
	}
	return audience{who: "a message in " + c.Name, brand: -1}
}
