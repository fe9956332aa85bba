package slacktest

import (
	"slices"
	"strings"

	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/ground"
)

// Room is a channel as its people have it.
type Room struct {
	s  *Server
	ID string
}

// Channel finds a channel by its name, or opens a public one with the app and
// everybody in it.
func (s *Server) Channel(name string) *Room {
	if id := s.Workspace.ChannelNamed(name); id != "" {
		return &Room{s, id}
	}
	members := []string{}
	for _, u := range s.Workspace.Users() {
		if !u.Guest {
			members = append(members, u.ID)
		}
	}
	return &Room{s, s.Workspace.AddChannel(name, false, members...)}
}

// Private opens a private channel with the app and these people in it.
func (s *Server) Private(name string, people ...*Person) *Room {
	members := []string{s.Workspace.App.UserID}
	for _, p := range people {
		members = append(members, p.ID)
	}
	return &Room{s, s.Workspace.AddChannel(name, true, members...)}
}

// Message is a message as people see it, at the moment they looked.
type Message struct {
	ground.Message
	blocks.Shown              // its blocks, or its text where it has none
	Fallback     blocks.Shown // its text, as notifications and screen readers have it
	From         string       // who wrote it
	Unfurls      bool         // a link in it is shown with a preview
}

// Buttons lists what can be pressed, by label.
func (m Message) Buttons() []string {
	var labels []string
	for _, c := range m.Controls {
		if c.Kind == "button" {
			labels = append(labels, c.Label)
		}
	}
	return labels
}

// Text is all that can be read on it. As it went over the wire it is in
// Message.Text.
func (m Message) Text() string { return m.Shown.Text() }

// Says tells whether the text is somewhere on the message.
func (m Message) Says(text string) bool { return strings.Contains(m.Shown.Text(), text) }

// look shows a message as people see it.
func (s *Server) look(m ground.Message) Message {
	seen := Message{Message: m, Fallback: blocks.ReadText(m.Text, s.Workspace.Called), From: s.Workspace.Called(m.User)}
	seen.Shown = seen.Fallback
	if len(m.Blocks) > 0 {
		seen.Shown = blocks.Read(m.Blocks, s.Workspace.Called)
	}
	links := len(seen.Links) > 0 || len(seen.Fallback.Links) > 0
	seen.Unfurls = links && (m.UnfurlsLinks || m.UnfurlsMedia)
	return seen
}

// Messages lists what stands in the channel itself, the oldest first.
func (r *Room) Messages() []Message {
	return slices.DeleteFunc(r.All(), func(m Message) bool { return m.ThreadTS != "" && m.ThreadTS != m.TS && !m.Broadcast })
}

// All lists what stands in the channel and its threads, the oldest first.
func (r *Room) All() []Message { return r.seen("") }

// Thread lists the replies under a message, the oldest first.
func (r *Room) Thread(parent Message) []Message {
	return slices.DeleteFunc(r.All(), func(m Message) bool { return m.ThreadTS != parent.TS || m.TS == parent.TS })
}

// Find is a message as it is now. It ends the test when there is none.
func (r *Room) Find(ts string) Message {
	r.s.t.Helper()
	all := r.All()
	i := slices.IndexFunc(all, func(m Message) bool { return m.TS == ts })
	if i < 0 {
		r.s.t.Fatalf("slack: nobody sees a message %s", ts)
	}
	return all[i]
}

// seen lists what stands there, with what only this person sees.
func (r *Room) seen(person string) []Message {
	var all []Message
	for _, m := range r.s.Workspace.Log(r.ID, person) {
		all = append(all, r.s.look(m))
	}
	return all
}

// Archive closes the channel.
func (r *Room) Archive() { r.s.must(r.s.Workspace.Archive(r.ID, true)) }

// Unarchive opens it again.
func (r *Room) Unarchive() { r.s.must(r.s.Workspace.Archive(r.ID, false)) }

// ChangeID has Slack give it another id.
func (r *Room) ChangeID() {
	id, err := r.s.Workspace.ChangeID(r.ID)
	r.s.must(err)
	r.ID = id
}

// Rename calls it by another name.
func (r *Room) Rename(name string) { r.s.must(r.s.Workspace.Rename(r.ID, name)) }

// KickApp puts the app out of the channel.
func (r *Room) KickApp() { r.s.must(r.s.Workspace.Kick(r.ID, r.s.Workspace.App.UserID)) }

// InviteApp brings the app into the channel.
func (r *Room) InviteApp() { r.s.must(r.s.Workspace.Invite(r.ID, r.s.Workspace.App.UserID)) }

// Invite brings a person into the channel.
func (r *Room) Invite(p *Person) { r.s.must(r.s.Workspace.Invite(r.ID, p.ID)) }

// Kick puts a person out of the channel.
func (r *Room) Kick(p *Person) { r.s.must(r.s.Workspace.Kick(r.ID, p.ID)) }

// Webhook writes a message that no user stands behind.
func (r *Room) Webhook(text string) Message {
	m, err := r.s.Workspace.Webhook(r.ID, text)
	r.s.must(err)
	return r.s.look(m)
}

// CloseEdits lets the app edit a message no more.
func (r *Room) CloseEdits(m Message) { r.s.Workspace.CloseEdits(r.ID, m.TS) }
