package discordtest

import (
	"slices"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
	"ponte/platforms/chat/discord/discordtest/show"
	"ponte/platforms/chat/discord/discordtest/world"
)

// Person is somebody who does things in one of Discord's servers.
type Person struct {
	s        *Server
	place    *Place
	ID, Name string
	room     string
}

// Uploaded is a file that somebody gives.
type Uploaded = guild.Upload

// User finds somebody by name, or lets them into the server. Somebody of that
// name in another server is the same person.
func (p *Place) User(name string) *Person {
	for _, g := range p.s.World.Guilds() {
		for _, m := range g.Members {
			if p.s.World.Called(m.User) == name {
				p.s.World.Joins(p.ID, m.User)
				return &Person{s: p.s, place: p, ID: m.User, Name: name}
			}
		}
	}
	return &Person{s: p.s, place: p, ID: p.s.World.AddUser(p.ID, name), Name: name}
}

// Leaves takes the person out of the server.
func (p *Person) Leaves() { p.s.World.Leaves(p.place.ID, p.ID) }

// Speaks sets the language of the person's client, such as es-ES.
func (p *Person) Speaks(locale string) {
	p.s.World.ChangeUser(p.ID, func(u *guild.User) { u.Locale = locale })
}

// Nick calls the person by another name in the server.
func (p *Person) Nick(name string) { p.s.World.Nick(p.place.ID, p.ID, name) }

// In is the person with another channel in front of them.
func (p *Person) In(channel string) *Person { return p.at(p.place.Channel(channel)) }

func (p *Person) at(r *Room) *Person {
	in := *p
	in.room = r.ID
	return &in
}

// InRoom is the person with this channel or thread in front of them.
func (p *Person) InRoom(r *Room) *Person { return p.at(r) }

// InDirect is the person with the direct messages to the app in front of them.
func (p *Person) InDirect() *Person {
	in := *p
	in.room = p.s.World.OpenDirect(p.ID)
	return &in
}

// Heard is what the client shows the one who did something.
type Heard struct {
	OK   bool
	Took time.Duration
	Why  string // what went wrong, as the client has it
}

// FailedText is what the client says when the app did not answer in time.
const FailedText = "This interaction failed"

// hear waits for what comes of a deed.
func (p *Person) hear(came <-chan world.Reply, err error) (Heard, world.Reply) {
	p.s.t.Helper()
	p.s.must(err)
	timer := time.NewTimer(world.Patience)
	defer timer.Stop()
	select {
	case r := <-came:
		return Heard{r.OK, r.Took, r.Why}, r
	case <-timer.C:
		p.s.World.GiveUp(came)
		return Heard{Why: FailedText, Took: world.Patience}, world.Reply{}
	}
}

func (p *Person) heard(came <-chan world.Reply, err error) Heard {
	p.s.t.Helper()
	h, _ := p.hear(came, err)
	return h
}

// Says writes in a channel.
func (p *Person) Says(channel, text string) Message {
	p.s.t.Helper()
	return p.says(p.place.Channel(channel).ID, world.Post{Text: text})
}

func (p *Person) says(channel string, post world.Post) Message {
	p.s.t.Helper()
	m, err := p.s.World.Says(p.ID, channel, post)
	p.s.must(err)
	return p.s.look(m)
}

// Replies answers a message, which calls its author.
func (p *Person) Replies(m Message, text string) Message {
	p.s.t.Helper()
	return p.says(m.Channel, world.Post{Text: text, ReplyTo: m.ID})
}

// Uploads shares files in a channel, with a word or without.
func (p *Person) Uploads(channel, text string, files ...Uploaded) Message {
	p.s.t.Helper()
	return p.says(p.place.Channel(channel).ID, world.Post{Text: text, Files: files})
}

// Tells writes to the app alone.
func (p *Person) Tells(text string) Message {
	p.s.t.Helper()
	m, err := p.s.World.Tells(p.ID, text)
	p.s.must(err)
	return p.s.look(m)
}

// Thread is a person with a thread in front of them.
type Thread struct {
	p    *Person
	Room *Room
}

// InThread opens the thread of a message, or the one that the message stands in.
// It ends the test when there is none; Starts makes one.
func (p *Person) InThread(m Message) Thread {
	p.s.t.Helper()
	for _, id := range []string{m.ID, m.Channel} {
		if c, there := p.s.World.Channel(id); there && c.Thread() {
			return Thread{p, &Room{p.s, id}}
		}
	}
	p.s.t.Fatalf("discord: no thread stands on:\n%s", m.Text())
	return Thread{}
}

// Starts begins a thread on a message.
func (p *Person) Starts(m Message, name string) Thread {
	p.s.t.Helper()
	id, err := p.s.World.Threads(p.ID, m.Channel, m.ID, name, "")
	p.s.must(err)
	return Thread{p, &Room{p.s, id}}
}

// Posts begins a post in a forum.
func (p *Person) Posts(forum, name, text string) Thread {
	p.s.t.Helper()
	id, err := p.s.World.Threads(p.ID, p.place.Forum(forum).ID, "", name, text)
	p.s.must(err)
	return Thread{p, &Room{p.s, id}}
}

// Says writes in the thread.
func (t Thread) Says(text string) Message {
	t.p.s.t.Helper()
	return t.p.says(t.Room.ID, world.Post{Text: text})
}

// Uploads shares files in the thread.
func (t Thread) Uploads(text string, files ...Uploaded) Message {
	t.p.s.t.Helper()
	return t.p.says(t.Room.ID, world.Post{Text: text, Files: files})
}

// Commands runs a command in the thread.
func (t Thread) Commands(line string) Heard {
	t.p.s.t.Helper()
	return t.p.at(t.Room).Commands(line)
}

// Types begins to write an option of a command in the thread.
func (t Thread) Types(command, option, prefix string) []Choice {
	t.p.s.t.Helper()
	return t.p.at(t.Room).Types(command, option, prefix)
}

// Presses presses the button with this label.
func (p *Person) Presses(m Message, label string) Heard {
	p.s.t.Helper()
	now := p.sees(m)
	for _, c := range now.Controls {
		if c.Kind == "button" && (c.Label == label || c.Action == label) {
			if c.Disabled || c.URL != "" {
				p.s.t.Fatalf("discord: %q cannot be pressed", label)
			}
			return p.press(m, c, nil)
		}
	}
	p.s.t.Fatalf("discord: nothing to press under %q on:\n%s\n%q", label, now.Text(), now.Buttons())
	return Heard{}
}

// Picks picks options, by their labels, from the menu with this placeholder or
// custom_id.
func (p *Person) Picks(m Message, control string, options ...string) Heard {
	p.s.t.Helper()
	c := p.s.control(p.sees(m).Shown, control)
	return p.press(m, c, p.s.options(c, options))
}

// Chooses chooses people, roles or channels, by id, in the menu with this
// placeholder or custom_id.
func (p *Person) Chooses(m Message, control string, ids ...string) Heard {
	p.s.t.Helper()
	return p.press(m, p.s.control(p.sees(m).Shown, control), ids)
}

func (p *Person) press(m Message, c show.Control, values []string) Heard {
	p.s.t.Helper()
	if c.Type != shape.Button && (len(values) < c.Least || len(values) > c.Most) {
		p.s.t.Fatalf("discord: %q takes %d to %d choices", c.Label, c.Least, c.Most)
	}
	return p.heard(p.s.World.Presses(p.ID, m.Channel, m.ID, c.Action, c.Type, values))
}

// sees is a message as the person sees it now. One that is gone is as it was:
// a client that has not heard of it yet still shows it.
func (p *Person) sees(m Message) Message {
	for _, now := range (&Room{p.s, m.Channel}).seen(p.ID) {
		if now.ID == m.ID {
			return now
		}
	}
	return m
}

// Sees lists what stands in a channel, with what only this person sees.
func (p *Person) Sees(channel string) []Message { return p.place.Channel(channel).seen(p.ID) }

// Whispers lists what only this person sees in a channel.
func (p *Person) Whispers(channel string) []Message {
	return slices.DeleteFunc(p.Sees(channel), func(m Message) bool { return m.To == "" })
}

// SeesIn lists what stands in this channel or thread, with what only this person
// sees.
func (p *Person) SeesIn(r *Room) []Message { return r.seen(p.ID) }

// Ephemerals lists what only this person sees, in all channels and threads of
// the server, channel by channel.
func (p *Person) Ephemerals() []Message {
	var all []Message
	for _, c := range p.s.World.Channels(p.place.ID) {
		all = append(all, slices.DeleteFunc((&Room{p.s, c.ID}).seen(p.ID), func(m Message) bool { return m.To == "" })...)
	}
	return all
}

// Direct lists what is written between this person and the app.
func (p *Person) Direct() []Message {
	if id := p.s.World.Direct(p.ID); id != "" {
		return (&Room{p.s, id}).seen(p.ID)
	}
	return nil
}

// Reacts puts an emoji on a message: 👍, or what Place.Emoji returned.
func (p *Person) Reacts(m Message, emoji string) {
	p.s.t.Helper()
	p.s.must(p.s.World.Reacts(p.ID, m.Channel, m.ID, emoji, true))
}

// Unreacts takes the emoji off again.
func (p *Person) Unreacts(m Message, emoji string) {
	p.s.t.Helper()
	p.s.must(p.s.World.Reacts(p.ID, m.Channel, m.ID, emoji, false))
}

// Clears takes one emoji off a message, whoever put it there; empty: all.
func (p *Person) Clears(m Message, emoji string) {
	p.s.t.Helper()
	p.s.must(p.s.World.Clears(m.Channel, m.ID, emoji))
}

// Purges takes messages of a channel away at once.
func (p *Person) Purges(all ...Message) {
	p.s.t.Helper()
	var ids []string
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	p.s.must(p.s.World.Purge(all[0].Channel, ids...))
}

// Edits changes what the person wrote.
func (p *Person) Edits(m Message, text string) {
	p.s.t.Helper()
	p.s.must(p.s.World.Edits(p.ID, m.Channel, m.ID, text))
}

// Deletes takes a message away.
func (p *Person) Deletes(m Message) {
	p.s.t.Helper()
	p.s.must(p.s.World.Deletes(m.Channel, m.ID))
}

// Shortcut uses the app's command of this name on a message.
func (p *Person) Shortcut(name string, m Message) Heard {
	p.s.t.Helper()
	command, there := p.s.World.Offered(p.place.ID, name, 3)
	if !there {
		p.s.t.Fatalf("discord: no command %q on messages", name)
	}
	return p.heard(p.s.World.Menu(p.ID, m.Channel, m.ID, command))
}

// Failed counts the interactions that the app did not answer in time.
func (s *Server) Failed() int {
	n := 0
	for _, a := range s.World.Interactions() {
		if a.Late {
			n++
		}
	}
	return n
}
