package aparttest

import (
	"slices"
	"testing/synctest"

	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/ground"
	slackws "ponte/platforms/chat/slack/slacktest/workspace"
)

// workspace is one of Slack's.
type workspace struct {
	*slacktest.Server
	w    *world
	seen int // calls that were searched
}

func (s *workspace) space() space { return space{"slack", s.Workspace.ID} }

var signs = map[string]string{"✅": "white_check_mark", "❌": "x", "📌": "pushpin", "👍": "+1"}

// act has somebody do something in a channel.
func (s *workspace) act(p *person, in room) {
	w, user := s.w, p.users[in.space()]
	if err := s.Workspace.Seat(in.Remote, user); err != nil {
		w.t.Fatal(err)
	}
	log := slices.DeleteFunc(s.Workspace.Log(in.Remote, user), func(m ground.Message) bool { return m.BotID == "" && m.To == "" && w.r.IntN(4) > 0 })
	var m ground.Message
	if len(log) > 0 {
		m = log[w.r.IntN(len(log))]
	}
	thread := ""
	if w.r.IntN(3) > 0 && m.To == "" {
		if thread = m.TS; m.ThreadTS != "" {
			thread = m.ThreadTS
		}
	}
	switch n := w.r.IntN(14); {
	case n < 5 && m.TS != "":
		s.presses(p, in, user, m)
	case n < 6 && m.TS != "":
		emoji := w.emoji()
		w.does("%s reacts %s in Slack", user, emoji)
		_ = s.Workspace.React(user, in.Remote, m.TS, signs[emoji])
	case n < 7:
		w.does("%s notes in Slack", user)
		_, _ = s.Workspace.Says(user, in.Remote, thread, w.neutral(p, in, "note"))
	case n < 8:
		w.acting = w.every(s.space(), user)
		w.does("%s opens their home", user)
		_ = s.Workspace.OpensHome(user)
		s.atHome(user)
	case n < 9 && m.TS != "":
		w.does("%s uses a shortcut in Slack", user)
		s.heard(s.Workspace.Shortcut(user, []string{"reply_with", "timeline", "note", "reply"}[w.r.IntN(4)], in.Remote, m.TS))
	case n < 12:
		line := w.line(p)
		w.does("%s asks in Slack: /ponte %s", user, line)
		s.heard(s.Workspace.Commands(user, in.Remote, "/ponte "+line))
	default:
		line := w.line(p)
		w.does("%s says in Slack: @ponte %s", user, line)
		_, _ = s.Workspace.Says(user, in.Remote, thread, "@ponte "+line)
	}
	synctest.Wait()
	s.fills(p, user)
}

// neutral is a text with the mark of somebody's own brand, and without in a room of another.
func (w *world) neutral(p *person, in room, text string) string {
	if in.brand != p.brand {
		return text
	}
	return marks[p.brand].of(text)
}

func (s *workspace) heard(came <-chan ground.Reply, err error) {
	if err == nil {
		<-came
	}
}

// presses presses something on a message; now and then what stands on another one.
func (s *workspace) presses(p *person, in room, user string, m ground.Message) {
	w := s.w
	controls := blocks.Read(m.Blocks, s.Workspace.Called).Controls
	if w.r.IntN(6) == 0 {
		if other := w.rooms[w.r.IntN(len(w.rooms))]; other.space() == s.space() {
			for _, far := range s.Workspace.Log(other.Remote, "") {
				controls = append(controls, blocks.Read(far.Blocks, s.Workspace.Called).Controls...)
			}
		}
	}
	if len(controls) == 0 {
		return
	}
	c := controls[w.r.IntN(len(controls))]
	press := slackws.Press{User: user, Channel: in.Remote, TS: m.TS, Control: c}
	if len(c.Options) > 0 {
		press.Picks = []map[string]any{c.Options[w.r.IntN(len(c.Options))].Sends}
	}
	w.does("%s presses %q in Slack (%s)", user, c.Label, c.Action)
	s.heard(s.Workspace.Presses(press))
}

// atHome presses something on somebody's home.
func (s *workspace) atHome(user string) {
	synctest.Wait()
	v, there := s.Workspace.Home(user)
	if !there {
		return
	}
	if all := v.Shown(s.Workspace.Called).Controls; len(all) > 0 {
		c := all[s.w.r.IntN(len(all))]
		press := slackws.Press{User: user, View: v.ID, Control: c}
		if len(c.Options) > 0 {
			press.Picks = []map[string]any{c.Options[s.w.r.IntN(len(c.Options))].Sends}
		}
		s.w.does("%s presses %q at home", user, c.Label)
		s.heard(s.Workspace.Presses(press))
	}
}

// fills fills in the form in front of somebody, and sends it or leaves it.
func (s *workspace) fills(p *person, user string) {
	w := s.w
	v, open := s.Workspace.Modal(user)
	if !open {
		return
	}
	w.sees(w.acting, "a form", v.Body)
	for _, c := range v.Shown(s.Workspace.Called).Controls {
		switch {
		case !c.Field:
		case c.Kind == "plain_text_input":
			_ = s.Workspace.Fills(v.ID, c, nil, w.text(p))
		case len(c.Options) > 0 && w.r.IntN(2) == 0:
			_ = s.Workspace.Fills(v.ID, c, []map[string]any{c.Options[w.r.IntN(len(c.Options))].Sends}, nil)
		}
	}
	w.does("%s submits a form in Slack: %s", user, v.Title())
	if w.r.IntN(5) > 0 {
		if came, err := s.Workspace.Submits(user); err == nil {
			<-came
			synctest.Wait()
		}
	}
	if v, open = s.Workspace.Modal(user); open {
		w.sees(w.acting, "a form", []any{v.Body, v.Errors})
		_ = s.Workspace.Closes(user)
	}
}

// shown searches what Ponte wrote.
func (s *workspace) shown(w *world) {
	all := s.API.Requests()
	for _, q := range all[s.seen:] {
		a := w.acting
		if in, ours := w.of(s.space(), q.Args["channel"]); ours {
			a = audience{who: q.Method + " in " + in.Remote, brand: in.brand}
			if user := q.Args["user"]; q.Method == "chat.postEphemeral" {
				a = w.looker(s.space(), user, in)
			}
		} else if channel := q.Args["channel"]; channel != "" {
			a = audience{who: "a message in " + channel, brand: -1}
			for _, c := range s.Workspace.Channels() {
				if c.ID == channel && c.User != "" { // alone with Ponte
					a = w.alone(s.space(), c.User)
				}
			}
		}
		if q.Method == "views.publish" {
			a = w.every(s.space(), q.Args["user_id"])
		}
		w.sees(a, q.Method, []any{q.Args, string(q.Body)})
		if a.brand >= 0 {
			w.finds(a.brand, string(q.Body))
		}
	}
	s.seen = len(all)
}

func (s *workspace) gives(*person, room) {}
