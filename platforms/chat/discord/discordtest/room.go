package discordtest

import (
	"slices"
	"strings"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/show"
)

// Place is one of Discord's servers as its people have it.
type Place struct {
	s  *Server
	ID string
}

// Guild finds one of Discord's servers by its name, or opens it with the app in it.
func (s *Server) Guild(name string) *Place {
	for _, g := range s.World.Guilds() {
		if g.Name == name {
			return &Place{s, g.ID}
		}
	}
	return &Place{s, s.World.AddGuild(name)}
}

// KickApp puts the app out of the server.
func (p *Place) KickApp() { p.s.World.Leaves(p.ID, p.s.World.App().User) }

// InviteApp brings the app back into the server.
func (p *Place) InviteApp() { p.s.World.Invites(p.ID) }

// Bot lets another app into the server; it writes as people do.
func (p *Place) Bot(name string) *Person {
	who := p.User(name)
	p.s.World.ChangeUser(who.ID, func(u *guild.User) { u.Bot = true })
	return who
}

// Outage makes the server unavailable, or available again.
func (p *Place) Outage(on bool) { p.s.World.Outage(p.ID, on) }

// AppMay says what the app may by its own role, by bit; everybody's role gives
// it the rest.
func (p *Place) AppMay(perms uint64) {
	var role string
	p.s.World.ChangeGuild(p.ID, func(g *guild.Guild) { role = g.BotRole })
	p.s.World.ChangeRole(p.ID, role, func(r *guild.Role) { r.Perms = perms })
}

// EverybodyMay says what everybody may, by bit.
func (p *Place) EverybodyMay(perms uint64) {
	p.s.World.ChangeRole(p.ID, p.ID, func(r *guild.Role) { r.Perms = perms })
}

// ThreadCap says how many threads may be active.
func (p *Place) ThreadCap(n int) {
	p.s.World.ChangeGuild(p.ID, func(g *guild.Guild) { g.ThreadCap = n })
}

// Emoji gives the server an emoji of its own, and returns it as Reacts takes it.
func (p *Place) Emoji(name string) string {
	id := p.s.World.AddRole(p.ID, "emoji "+name)
	p.s.World.DropRole(p.ID, id)
	p.s.World.ChangeGuild(p.ID, func(g *guild.Guild) { g.Emojis[id] = name })
	return name + ":" + id
}

// Role is a role of a server.
type Role struct {
	p        *Place
	ID, Name string
}

// Role finds a role by its name, or makes one that may nothing.
func (p *Place) Role(name string) *Role {
	for _, g := range p.s.World.Guilds() {
		for _, r := range g.Roles {
			if g.ID == p.ID && r.Name == name {
				return &Role{p, r.ID, name}
			}
		}
	}
	return &Role{p, p.s.World.AddRole(p.ID, name), name}
}

// Gives gives people the role.
func (r *Role) Gives(people ...*Person) {
	for _, who := range people {
		r.p.s.World.Gives(r.p.ID, who.ID, r.ID, true)
	}
}

// Takes takes the role from people.
func (r *Role) Takes(people ...*Person) {
	for _, who := range people {
		r.p.s.World.Gives(r.p.ID, who.ID, r.ID, false)
	}
}

// Delete deletes the role.
func (r *Role) Delete() { r.p.s.World.DropRole(r.p.ID, r.ID) }

// Room is a channel or a thread as its people have it.
type Room struct {
	s  *Server
	ID string
}

// Channel finds a channel by its name, with or without a # before it, or opens
// a text channel that everybody sees.
func (p *Place) Channel(name string) *Room {
	if id := p.named(name); id != "" {
		return &Room{p.s, id}
	}
	return &Room{p.s, p.s.World.AddChannel(p.ID, plain(name), guild.Text)}
}

func plain(name string) string { return strings.TrimPrefix(name, "#") }

func (p *Place) named(name string) string {
	for _, c := range p.s.World.Channels(p.ID) {
		if c.Name == plain(name) && !c.Thread() {
			return c.ID
		}
	}
	return ""
}

// Forum finds a forum by its name, or opens one with these tags.
func (p *Place) Forum(name string, tags ...string) *Room {
	if id := p.named(name); id != "" {
		return &Room{p.s, id}
	}
	return &Room{p.s, p.s.World.AddChannel(p.ID, plain(name), guild.Forum, tags...)}
}

// Private opens a channel that the app and these people see.
func (p *Place) Private(name string, people ...*Person) *Room {
	r := p.Channel(name)
	r.Deny(p.ID, guild.ViewChannel)
	r.Allow(p.s.World.App().User, guild.ViewChannel)
	for _, who := range people {
		r.Allow(who.ID, guild.ViewChannel)
	}
	return r
}

// Allow lets a role or a person do something in the channel, by bit.
func (r *Room) Allow(who string, bits uint64) { r.over(who, bits, 0) }

// Deny keeps a role or a person from something in the channel, by bit.
func (r *Room) Deny(who string, bits uint64) { r.over(who, 0, bits) }

func (r *Room) over(who string, allow, deny uint64) {
	c, _ := r.s.World.Channel(r.ID)
	o := guild.Overwrite{ID: who}
	for _, had := range c.Overwrites {
		if had.ID == who {
			o = had
		}
	}
	o.Allow, o.Deny = (o.Allow|allow)&^deny, (o.Deny|deny)&^allow
	o.Person = true
	for _, g := range r.s.World.Guilds() {
		for _, role := range g.Roles {
			if role.ID == who {
				o.Person = false
			}
		}
	}
	r.s.World.Overwrites(r.ID, o)
}

// DenyApp keeps the app from something in the channel, by bit.
func (r *Room) DenyApp(bits uint64) { r.Deny(r.s.World.App().User, bits) }

// AllowApp lets the app do something in the channel, by bit.
func (r *Room) AllowApp(bits uint64) { r.Allow(r.s.World.App().User, bits) }

// KickApp hides the channel from the app.
func (r *Room) KickApp() { r.DenyApp(guild.ViewChannel) }

// InviteApp lets the app see the channel again.
func (r *Room) InviteApp() { r.AllowApp(guild.ViewChannel) }

// Invite lets a person see the channel.
func (r *Room) Invite(p *Person) { r.Allow(p.ID, guild.ViewChannel) }

// Kick hides the channel from a person.
func (r *Room) Kick(p *Person) { r.Deny(p.ID, guild.ViewChannel) }

// Webhook writes a message that no user stands behind.
func (r *Room) Webhook(text string) Message {
	return r.s.look(r.s.World.Hook(r.ID, "A webhook", text))
}

// Unfurl adds the preview of a link to what somebody wrote.
func (r *Room) Unfurl(m Message, title string) {
	r.s.t.Helper()
	r.s.must(r.s.World.Unfurl(r.ID, m.ID, guild.Obj{"type": "link", "title": title}))
}

// Message is a message as people see it, at the moment they looked.
type Message struct {
	guild.Message
	show.Shown
	From string // who wrote it
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

// Text is all that can be read on it.
func (m Message) Text() string { return m.Shown.Text() }

// Says tells whether the text is somewhere on the message.
func (m Message) Says(text string) bool { return strings.Contains(m.Shown.Text(), text) }

// Pinged lists who the message called when it was written, by id, and everyone.
func (m Message) Pinged() []string { return m.Message.Pings.All() }

// look shows a message as people see it.
func (s *Server) look(m guild.Message) Message {
	seen := Message{Message: m, From: s.World.Called(m.Author)}
	seen.Shown = show.Message(m.Content, m.Embeds, m.Components, s.World.Called)
	seen.Shown.Pings = m.Pings.All()
	if m.Loading() {
		seen.Lines = append(seen.Lines, "…")
	}
	for _, f := range m.Files {
		seen.Images = append(seen.Images, show.Image{File: f.Name, Alt: f.Alt})
		seen.Lines = append(seen.Lines, strings.TrimSpace("["+f.Name+"] "+f.Alt))
	}
	return seen
}

// Name is what the channel or thread is called.
func (r *Room) Name() string { return r.s.World.Called(r.ID) }

// Now is the channel or thread as it is.
func (r *Room) Now() guild.Channel {
	r.s.t.Helper()
	c, there := r.s.World.Channel(r.ID)
	if !there {
		r.s.t.Fatalf("discord: there is no channel %s", r.ID)
	}
	return c
}

// Messages lists what people and the app wrote in the channel, the oldest first.
func (r *Room) Messages() []Message {
	return slices.DeleteFunc(r.All(), func(m Message) bool { return m.System() })
}

// All lists what stands in the channel, with what Discord itself wrote.
func (r *Room) All() []Message { return r.seen("") }

// Threads lists the threads of a channel, or the posts of a forum, the oldest first.
func (r *Room) Threads() []*Room {
	var all []*Room
	c, _ := r.s.World.Channel(r.ID)
	for _, t := range r.s.World.Channels(c.Guild) {
		if t.Parent == r.ID && t.Thread() {
			all = append(all, &Room{r.s, t.ID})
		}
	}
	return all
}

// ThreadOf is the thread of a message; nil: it has none.
func (r *Room) ThreadOf(m Message) *Room {
	if c, there := r.s.World.Channel(m.ID); there && c.Thread() {
		return &Room{r.s, c.ID}
	}
	return nil
}

// Thread lists what is written in the thread of a message, the oldest first.
func (r *Room) Thread(parent Message) []Message {
	t := r.ThreadOf(parent)
	if t == nil {
		return nil
	}
	return slices.DeleteFunc(t.Messages(), func(m Message) bool { return m.ID == parent.ID })
}

// Find is a message as it is now. It ends the test when there is none.
func (r *Room) Find(id string) Message {
	r.s.t.Helper()
	all := r.All()
	i := slices.IndexFunc(all, func(m Message) bool { return m.ID == id })
	if i < 0 {
		r.s.t.Fatalf("discord: nobody sees a message %s", id)
	}
	return all[i]
}

// Tags lists the tags that a post of a forum carries, or that a forum offers.
func (r *Room) Tags() []string {
	c, _ := r.s.World.Channel(r.ID)
	var names []string
	if !c.Thread() {
		for _, t := range c.Tags {
			names = append(names, t.Name)
		}
		return names
	}
	forum, _ := r.s.World.Channel(c.Parent)
	for _, id := range c.Applied {
		for _, t := range forum.Tags {
			if t.ID == id {
				names = append(names, t.Name)
			}
		}
	}
	return names
}

// seen lists what stands there, with what only this person sees.
func (r *Room) seen(person string) []Message {
	var all []Message
	for _, m := range r.s.World.Log(r.ID, person) {
		all = append(all, r.s.look(m))
	}
	return all
}

// Archive archives a thread.
func (r *Room) Archive() { r.change(func(c *guild.Channel) { c.Archived = true }) }

// Unarchive opens it again.
func (r *Room) Unarchive() { r.change(func(c *guild.Channel) { c.Archived = false }) }

// Lock locks a thread.
func (r *Room) Lock() { r.change(func(c *guild.Channel) { c.Locked = true }) }

// Unlock unlocks it.
func (r *Room) Unlock() { r.change(func(c *guild.Channel) { c.Locked = false }) }

// Rename calls a channel or a thread by another name.
func (r *Room) Rename(name string) { r.change(func(c *guild.Channel) { c.Name = plain(name) }) }

// RequireTag lets no post into a forum without a tag.
func (r *Room) RequireTag() { r.change(func(c *guild.Channel) { c.RequireTag = true }) }

// Delete deletes a channel or a thread.
func (r *Room) Delete() { r.s.World.DropChannel(r.ID) }

func (r *Room) change(change func(*guild.Channel)) { r.s.World.ChangeChannel(r.ID, change) }
