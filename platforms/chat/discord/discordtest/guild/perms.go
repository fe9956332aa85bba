package guild

import (
	"slices"
	"strconv"

	"ponte/platforms/chat/discord/discordtest/shape"
)

// Permissions, by bit.
const (
	Administrator   uint64 = 1 << 3
	ManageChannels  uint64 = 1 << 4
	AddReactions    uint64 = 1 << 6
	ViewChannel     uint64 = 1 << 10
	SendMessages    uint64 = 1 << 11
	ManageMessages  uint64 = 1 << 13
	EmbedLinks      uint64 = 1 << 14
	AttachFiles     uint64 = 1 << 15
	ReadHistory     uint64 = 1 << 16
	MentionEveryone uint64 = 1 << 17
	ExternalEmojis  uint64 = 1 << 18
	UseCommands     uint64 = 1 << 31
	ManageThreads   uint64 = 1 << 34
	PublicThreads   uint64 = 1 << 35
	PrivateThreads  uint64 = 1 << 36
	SendInThreads   uint64 = 1 << 38
	PinMessages     uint64 = 1 << 51
	BypassSlowmode  uint64 = 1 << 52

	// Everyone is what everybody may in a new server.
	Everyone = AddReactions | ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadHistory | ExternalEmojis | UseCommands | PublicThreads | SendInThreads
	// Invited is what the app may besides, when it is invited with all that it asks for.
	Invited = AddReactions | ViewChannel | SendMessages | ManageMessages | EmbedLinks | AttachFiles | ReadHistory | MentionEveryone |
		ManageThreads | PublicThreads | SendInThreads | PinMessages | BypassSlowmode
	all = ^uint64(0)
)

// Overwrite allows and denies in one channel, to a role or to a person.
type Overwrite struct {
	ID          string
	Person      bool
	Allow, Deny uint64
}

func (o Overwrite) json() Obj {
	kind := 0
	if o.Person {
		kind = 1
	}
	return Obj{"id": o.ID, "type": kind, "allow": strconv.FormatUint(o.Allow, 10), "deny": strconv.FormatUint(o.Deny, 10)}
}

// Perms is what somebody may in a channel.
func (w *Ground) Perms(user string, c *Channel) uint64 {
	if c.Guild == "" {
		if slices.Contains(c.Recipients, user) || user == w.Self.User {
			return all &^ (ManageMessages | ManageThreads | Administrator)
		}
		return 0
	}
	g := w.Server(c.Guild)
	m := w.Member(g, user)
	switch {
	case m == nil:
		return 0
	case g.Owner == user:
		return all
	}
	p := g.Role(g.ID).Perms
	for _, id := range m.Roles {
		if r := g.Role(id); r != nil {
			p |= r.Perms
		}
	}
	if p&Administrator != 0 {
		return all
	}
	at := c
	if c.Thread() {
		if parent := w.Rooms[c.Parent]; parent != nil {
			at = parent
		}
	}
	return over(p, at.Overwrites, g.ID, m)
}

// over applies a channel's overwrites: everybody's, then those of the roles
// together, then the person's.
func over(p uint64, list []Overwrite, everyone string, m *Member) uint64 {
	var allow, deny uint64
	for _, o := range list {
		if o.ID == everyone {
			p = p&^o.Deny | o.Allow
		} else if !o.Person && slices.Contains(m.Roles, o.ID) {
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	p = p&^deny | allow
	for _, o := range list {
		if o.Person && o.ID == m.User {
			p = p&^o.Deny | o.Allow
		}
	}
	return p
}

// Refusals that many share.
var (
	UnknownChannel = shape.No(404, 10003, "Unknown Channel")
	UnknownGuild   = shape.No(404, 10004, "Unknown Guild")
	UnknownMember  = shape.No(404, 10007, "Unknown Member")
	UnknownMessage = shape.No(404, 10008, "Unknown Message")
	UnknownEmoji   = shape.No(400, 10014, "Unknown Emoji")
	UnknownUser    = shape.No(404, 10013, "Unknown User")
	MissingAccess  = shape.No(403, 50001, "Missing Access")
	MissingPerms   = shape.No(403, 50013, "Missing Permissions")
	ThreadArchived = shape.No(400, 50083, "Thread is archived")
	ThreadLocked   = shape.No(400, 160005, "Thread is locked")
	WrongType      = shape.No(400, 50024, "Cannot execute action on this channel type")
)

// Sees says whether somebody sees a channel.
func (w *Ground) Sees(user string, c *Channel) error {
	if w.Perms(user, c)&ViewChannel == 0 {
		return MissingAccess
	}
	if c.Type == PrivateThread && !slices.Contains(c.Members, user) && w.Perms(user, c)&ManageThreads == 0 {
		return MissingAccess
	}
	return nil
}

// May says whether somebody sees a channel and has all of these permissions in it.
func (w *Ground) May(user string, c *Channel, need uint64) error {
	if err := w.Sees(user, c); err != nil {
		return err
	}
	if w.Perms(user, c)&need != need {
		return MissingPerms
	}
	return nil
}

// Overwrites changes what a role or a person may in a channel, and tells of it.
func (w *Ground) Overwrites(channel string, o Overwrite) {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[channel]
	saw := w.Sees(w.Self.User, c) == nil
	c.Overwrites = slices.DeleteFunc(c.Overwrites, func(p Overwrite) bool { return p.ID == o.ID })
	if o.Allow|o.Deny != 0 {
		c.Overwrites = append(c.Overwrites, o)
	}
	if saw || w.Sees(w.Self.User, c) == nil {
		w.Tell(Event{Type: "CHANNEL_UPDATE", Data: w.ChannelJSON(c), Intent: IntentGuilds})
	}
}
