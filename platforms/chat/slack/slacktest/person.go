package slacktest

import (
	"slices"
	"time"

	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/chat"
	"ponte/platforms/chat/slack/slacktest/deliver"
	"ponte/platforms/chat/slack/slacktest/ground"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// Person is somebody who does things in the workspace.
type Person struct {
	s        *Server
	ID, Name string
	room     string
}

// User finds somebody by name, or lets them into the workspace and into every
// public channel.
func (s *Server) User(name string) *Person {
	if id := s.Workspace.UserNamed(name); id != "" {
		return &Person{s: s, ID: id, Name: name}
	}
	u := s.Workspace.AddUser(ground.User{Name: name})
	for _, c := range s.Workspace.Channels() {
		if !c.Private && !c.Archived {
			s.must(s.Workspace.Seat(c.ID, u.ID))
		}
	}
	return &Person{s: s, ID: u.ID, Name: name}
}

// Guest lets somebody of another organisation into one channel, by Slack
// Connect.
func (s *Server) Guest(name string, in *Room) *Person {
	u := s.Workspace.AddUser(ground.User{Name: name, Guest: true})
	s.must(s.Workspace.Share(in.ID))
	s.must(s.Workspace.Seat(in.ID, u.ID))
	return &Person{s: s, ID: u.ID, Name: name}
}

// Leaves closes the person's account.
func (p *Person) Leaves() {
	p.s.must(p.s.Workspace.ChangeUser(p.ID, func(u *ground.User) { u.Gone = true }))
}

// In is the person with another channel in front of them.
func (p *Person) In(channel string) *Person {
	in := *p
	in.room = p.s.Channel(channel).ID
	return &in
}

// Heard is what the client shows the one who did something.
type Heard struct {
	OK   bool
	Took time.Duration
	Why  string // what went wrong, as the client has it
}

// hear waits for what comes of a deed.
func (p *Person) hear(came <-chan ground.Reply, err error) Heard {
	p.s.t.Helper()
	p.s.must(err)
	timer := time.NewTimer(2 * deliver.Patience)
	defer timer.Stop()
	select {
	case r := <-came:
		return Heard{r.OK, r.Took, r.Why}
	case <-timer.C:
		return Heard{Why: "timeout"}
	}
}

// Says writes in a channel.
func (p *Person) Says(channel, text string) Message {
	p.s.t.Helper()
	m, err := p.s.Workspace.Says(p.ID, p.s.Channel(channel).ID, "", text)
	p.s.must(err)
	return p.s.look(m)
}

// Uploads shares files in a channel, with a word or without.
func (p *Person) Uploads(channel, text string, files ...chat.Uploaded) Message {
	p.s.t.Helper()
	m, err := p.s.Workspace.Uploads(p.ID, p.s.Channel(channel).ID, "", text, files...)
	p.s.must(err)
	return p.s.look(m)
}

// Thread is a person with a thread in front of them.
type Thread struct {
	p  *Person
	at Message
}

// InThread opens the thread under a message, or the one that a reply stands in.
func (p *Person) InThread(m Message) Thread { return Thread{p, m} }

func (t Thread) parent() string {
	if t.at.ThreadTS != "" {
		return t.at.ThreadTS
	}
	return t.at.TS
}

// Says writes in the thread.
func (t Thread) Says(text string) Message {
	t.p.s.t.Helper()
	m, err := t.p.s.Workspace.Says(t.p.ID, t.at.Channel, t.parent(), text)
	t.p.s.must(err)
	return t.p.s.look(m)
}

// Uploads shares files in the thread.
func (t Thread) Uploads(text string, files ...chat.Uploaded) Message {
	t.p.s.t.Helper()
	m, err := t.p.s.Workspace.Uploads(t.p.ID, t.at.Channel, t.parent(), text, files...)
	t.p.s.must(err)
	return t.p.s.look(m)
}

// Commands types a slash command, in the channel of In or else in the first.
func (p *Person) Commands(line string) Heard {
	p.s.t.Helper()
	room := p.room
	if room == "" {
		i := slices.IndexFunc(p.s.Workspace.Channels(), func(c chat.Sight) bool { return slices.Contains(c.Members, p.ID) })
		if i < 0 {
			p.s.t.Fatalf("slack: %s is in no channel", p.Name)
		}
		room = p.s.Workspace.Channels()[i].ID
	}
	return p.hear(p.s.Workspace.Commands(p.ID, room, line))
}

// Presses presses a button, or picks what an overflow menu has under this label.
func (p *Person) Presses(m Message, label string) Heard {
	p.s.t.Helper()
	for _, c := range p.sees(m).Controls {
		if c.Kind == "button" && c.Label == label {
			return p.press(m, c, nil, nil)
		}
		for _, o := range c.Options {
			if c.Kind == "overflow" && o.Label == label {
				return p.press(m, c, []map[string]any{o.Sends}, nil)
			}
		}
	}
	p.s.t.Fatalf("slack: nothing to press under %q on:\n%s", label, p.sees(m).Shown.Text())
	return Heard{}
}

// Picks picks options from the control with this label or action_id.
func (p *Person) Picks(m Message, control string, options ...string) Heard {
	p.s.t.Helper()
	c := p.s.control(p.sees(m).Shown, control)
	return p.press(m, c, p.s.options(c, options), nil)
}

// Chooses chooses a person, a channel or a date in the control with this label
// or action_id.
func (p *Person) Chooses(m Message, control string, value any) Heard {
	p.s.t.Helper()
	return p.press(m, p.s.control(p.sees(m).Shown, control), nil, value)
}

func (p *Person) press(m Message, c blocks.Control, picks []map[string]any, value any) Heard {
	p.s.t.Helper()
	return p.hear(p.s.Workspace.Presses(workspace.Press{
		User: p.ID, Channel: m.Channel, TS: m.TS, Control: c, Picks: picks, Value: value,
	}))
}

// sees is a message as the person sees it now. One that is gone is as it was:
// a client that has not heard of it yet still shows it.
func (p *Person) sees(m Message) Message {
	for _, now := range (&Room{p.s, m.Channel}).seen(p.ID) {
		if now.TS == m.TS {
			return now
		}
	}
	return m
}

// Sees lists what stands in a channel and its threads, with what only this
// person sees.
func (p *Person) Sees(channel string) []Message { return p.s.Channel(channel).seen(p.ID) }

// Whispers lists what only this person sees in a channel.
func (p *Person) Whispers(channel string) []Message {
	return slices.DeleteFunc(p.Sees(channel), func(m Message) bool { return m.To == "" })
}

// Direct lists what the app wrote to this person alone.
func (p *Person) Direct() []Message {
	for _, c := range p.s.Workspace.Channels() {
		if c.User == p.ID {
			return (&Room{p.s, c.ID}).seen(p.ID)
		}
	}
	return nil
}

// Reacts puts an emoji on a message, by its name without colons.
func (p *Person) Reacts(m Message, emoji string) {
	p.s.t.Helper()
	p.s.must(p.s.Workspace.React(p.ID, m.Channel, m.TS, emoji))
}

// Unreacts takes the emoji off again.
func (p *Person) Unreacts(m Message, emoji string) {
	p.s.t.Helper()
	p.s.must(p.s.Workspace.Unreact(p.ID, m.Channel, m.TS, emoji))
}

// Edits changes what the person wrote.
func (p *Person) Edits(m Message, text string) {
	p.s.t.Helper()
	p.s.must(p.s.Workspace.Edits(p.ID, m.Channel, m.TS, text))
}

// Deletes takes a message away.
func (p *Person) Deletes(m Message) {
	p.s.t.Helper()
	p.s.must(p.s.Workspace.Deletes(p.ID, m.Channel, m.TS))
}

// Shortcut uses a shortcut on a message.
func (p *Person) Shortcut(callback string, m Message) Heard {
	p.s.t.Helper()
	return p.hear(p.s.Workspace.Shortcut(p.ID, callback, m.Channel, m.TS))
}

// GlobalShortcut uses a shortcut that stands on no message.
func (p *Person) GlobalShortcut(callback string) Heard {
	p.s.t.Helper()
	return p.hear(p.s.Workspace.Shortcut(p.ID, callback, "", ""))
}

// OpensHome opens the app's home tab.
func (p *Person) OpensHome() {
	p.s.t.Helper()
	p.s.must(p.s.Workspace.OpensHome(p.ID))
}
