package guild

import (
	"slices"
	"time"
)

// Types of channel.
const (
	Text          = 0
	DM            = 1
	News          = 5
	PublicThread  = 11
	PrivateThread = 12
	Forum         = 15
)

// flagRequireTag asks for a tag on every post of a forum.
const flagRequireTag = 1 << 4

// Tag is what posts of a forum can carry.
type Tag struct {
	ID, Name  string
	Moderated bool
}

// Channel is a channel or a thread.
type Channel struct {
	ID, Guild, Parent, Name, Topic string
	Type                           int
	Overwrites                     []Overwrite
	Recipients                     []string
	Gone                           bool

	Tags       []Tag // of a forum
	RequireTag bool

	Owner            string // of a thread
	Archived, Locked bool
	AutoArchive      int // minutes
	Applied          []string
	Members          []string
	Since            time.Time // when something last happened
	Stamp            time.Time // when it was archived or opened

	Messages []*Message
	ByID     map[string]*Message
	Pins     []string
	Renames  []time.Time
}

// Thread tells whether it is a thread, or a post of a forum.
func (c *Channel) Thread() bool { return c.Type == PublicThread || c.Type == PrivateThread }

// Archives tells whether a thread is archived, and archives one that was quiet
// for too long.
func (w *Ground) Archives(c *Channel) bool {
	if c.Thread() && !c.Archived && w.Now().Sub(c.Since) > time.Duration(c.AutoArchive)*time.Minute {
		c.Archived, c.Stamp = true, c.Since.Add(time.Duration(c.AutoArchive)*time.Minute)
		w.Tell(Event{Type: "THREAD_UPDATE", Data: w.ChannelJSON(c), Intent: IntentGuilds})
	}
	return c.Archived
}

// ChannelJSON is a channel or a thread as Discord sends it.
func (w *Ground) ChannelJSON(c *Channel) Obj {
	o := Obj{"id": c.ID, "type": c.Type, "flags": 0, "last_message_id": nil}
	if n := len(c.Messages); n > 0 {
		o["last_message_id"] = c.Messages[n-1].ID
	}
	if c.Type == DM {
		var all []any
		for _, id := range c.Recipients {
			all = append(all, w.UserJSON(id))
		}
		o["recipients"] = all
		return o
	}
	var overs []any
	for _, over := range c.Overwrites {
		overs = append(overs, over.json())
	}
	o["guild_id"], o["name"], o["topic"], o["position"], o["nsfw"], o["parent_id"] = c.Guild, c.Name, nil, 0, false, nil
	if c.Topic != "" {
		o["topic"] = c.Topic
	}
	o["rate_limit_per_user"] = 0
	switch {
	case c.Thread():
		w.threadJSON(c, o)
		return o
	case c.Type == Forum:
		var tags []any
		for _, t := range c.Tags {
			tags = append(tags, Obj{"id": t.ID, "name": t.Name, "moderated": t.Moderated, "emoji_id": nil, "emoji_name": nil})
		}
		o["available_tags"], o["default_forum_layout"] = OrNone(tags), 0
		if c.RequireTag {
			o["flags"] = flagRequireTag
		}
	}
	o["permission_overwrites"] = OrNone(overs)
	return o
}

func (w *Ground) threadJSON(c *Channel, o Obj) {
	o["parent_id"], o["owner_id"] = c.Parent, c.Owner
	o["message_count"], o["total_message_sent"], o["member_count"] = len(c.Messages), len(c.Messages), min(len(c.Members), 50)
	o["thread_metadata"] = Obj{
		"archived": c.Archived, "locked": c.Locked, "auto_archive_duration": c.AutoArchive, "archive_timestamp": w.Stamp(c.Stamp),
		"create_timestamp": w.Stamp(c.Stamp),
	}
	if parent := w.Rooms[c.Parent]; parent != nil && parent.Type == Forum {
		o["applied_tags"] = Anys(c.Applied)
	}
	if slices.Contains(c.Members, w.Self.User) {
		o["member"] = Obj{"id": c.ID, "user_id": w.Self.User, "flags": 0, "join_timestamp": w.Stamp(c.Stamp)}
	}
}

// AddChannel opens a channel.
func (w *Ground) AddChannel(guild, name string, kind int, tags ...string) string {
	w.Lock()
	defer w.Unlock()
	c := &Channel{ID: w.NewID(), Guild: guild, Name: name, Type: kind}
	for _, t := range tags {
		c.Tags = append(c.Tags, Tag{ID: w.NewID(), Name: t})
	}
	w.Put(c)
	w.Tell(Event{Type: "CHANNEL_CREATE", Data: w.ChannelJSON(c), Intent: IntentGuilds})
	return c.ID
}

// Put adds a channel.
func (w *Ground) Put(c *Channel) {
	w.Rooms[c.ID] = c
	w.Order = append(w.Order, c.ID)
}

// ChangeChannel changes a channel as somebody of the server does, and tells of it.
func (w *Ground) ChangeChannel(id string, change func(*Channel)) {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[id]
	was := c.Archived
	change(c)
	event := "CHANNEL_UPDATE"
	if c.Thread() {
		event = "THREAD_UPDATE"
		if was != c.Archived {
			c.Stamp, c.Since = w.Now(), w.Now()
			w.Live(c)
		}
	}
	if w.Sees(w.Self.User, c) == nil {
		w.Tell(Event{Type: event, Data: w.ChannelJSON(c), Intent: IntentGuilds})
	}
}

// DropChannel deletes a channel or a thread, with its threads.
func (w *Ground) DropChannel(id string) {
	w.Lock()
	defer w.Unlock()
	w.drop(w.Rooms[id])
}

func (w *Ground) drop(c *Channel) {
	for _, id := range w.Order {
		if t := w.Rooms[id]; t.Parent == c.ID && t.Thread() {
			t.Gone = true
		}
	}
	seen := w.Sees(w.Self.User, c) == nil
	c.Gone = true
	if !seen {
		return
	}
	if c.Thread() {
		w.Tell(Event{Type: "THREAD_DELETE", Data: Obj{"id": c.ID, "guild_id": c.Guild, "parent_id": c.Parent, "type": c.Type}, Intent: IntentGuilds})
		return
	}
	w.Tell(Event{Type: "CHANNEL_DELETE", Data: w.ChannelJSON(c), Intent: IntentGuilds})
}

// Channel is a channel as it is; false: there is none.
func (w *Ground) Channel(id string) (Channel, bool) {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[id]
	if c == nil || c.Gone {
		return Channel{}, false
	}
	w.Archives(c)
	seen := *c
	seen.Messages = slices.Clone(c.Messages)
	return seen, true
}

// Channels lists the channels and threads of a server, the oldest first.
func (w *Ground) Channels(guild string) []Channel {
	w.Lock()
	defer w.Unlock()
	var all []Channel
	for _, id := range w.Order {
		if c := w.Rooms[id]; c.Guild == guild && !c.Gone {
			w.Archives(c)
			all = append(all, *c)
		}
	}
	return all
}

// Seen finds a channel that the app sees.
func (w *Ground) Seen(id string) (*Channel, error) {
	if err := Whole("channel_id", id); err != nil {
		return nil, err
	}
	c := w.Rooms[id]
	if c == nil || c.Gone {
		return nil, UnknownChannel
	}
	if c.Guild != "" && w.Member(w.Server(c.Guild), w.Self.User) == nil {
		return nil, MissingAccess
	}
	if err := w.Sees(w.Self.User, c); err != nil {
		return nil, err
	}
	w.Archives(c)
	return c, nil
}

// GetChannel is a channel as the app gets it.
func (w *Ground) GetChannel(id string) (Obj, error) {
	w.Lock()
	defer w.Unlock()
	c, err := w.Seen(id)
	if err != nil {
		return nil, err
	}
	return w.ChannelJSON(c), nil
}

// Full tells whether a server has as many active threads as it may.
func (w *Ground) Full(guild string) bool {
	most := w.Server(guild).ThreadCap
	if len(w.active[guild]) < most {
		return false // as many as were ever active are no more
	}
	for id, c := range w.active[guild] {
		if c.Gone || w.Archives(c) {
			delete(w.active[guild], id)
		}
	}
	return len(w.active[guild]) >= most
}

// Live counts a thread among the active ones of its server.
func (w *Ground) Live(c *Channel) {
	if w.active[c.Guild] == nil {
		w.active[c.Guild] = map[string]*Channel{}
	}
	w.active[c.Guild][c.ID] = c
}
