package guild

import (
	"slices"
	"strings"
	"time"

	"ponte/platforms/chat/discord/discordtest/shape"
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
	byID     map[string]*Message
	Pins     []string
	renames  []time.Time
}

// Thread tells whether it is a thread, or a post of a forum.
func (c *Channel) Thread() bool { return c.Type == PublicThread || c.Type == PrivateThread }

// archived tells whether a thread is archived, and archives one that was quiet
// for too long.
func (w *World) archived(c *Channel) bool {
	if c.Thread() && !c.Archived && w.now().Sub(c.Since) > time.Duration(c.AutoArchive)*time.Minute {
		c.Archived, c.Stamp = true, w.now()
		w.tell(Event{Type: "THREAD_UPDATE", Data: w.channelJSON(c), Intent: IntentGuilds})
	}
	return c.Archived
}

func (w *World) channelJSON(c *Channel) Obj {
	o := Obj{"id": c.ID, "type": c.Type, "flags": 0, "last_message_id": nil}
	if n := len(c.Messages); n > 0 {
		o["last_message_id"] = c.Messages[n-1].ID
	}
	if c.Type == DM {
		var all []any
		for _, id := range c.Recipients {
			all = append(all, w.userJSON(id))
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
		o["available_tags"], o["default_forum_layout"] = orNone(tags), 0
		if c.RequireTag {
			o["flags"] = flagRequireTag
		}
	}
	o["permission_overwrites"] = orNone(overs)
	return o
}

func (w *World) threadJSON(c *Channel, o Obj) {
	o["parent_id"], o["owner_id"] = c.Parent, c.Owner
	o["message_count"], o["total_message_sent"], o["member_count"] = len(c.Messages), len(c.Messages), min(len(c.Members), 50)
	o["thread_metadata"] = Obj{
		"archived": c.Archived, "locked": c.Locked, "auto_archive_duration": c.AutoArchive, "archive_timestamp": w.stamp(c.Stamp),
		"create_timestamp": w.stamp(c.Stamp),
	}
	if parent := w.channels[c.Parent]; parent != nil && parent.Type == Forum {
		o["applied_tags"] = anys(c.Applied)
	}
	if slices.Contains(c.Members, w.app.User) {
		o["member"] = Obj{"id": c.ID, "user_id": w.app.User, "flags": 0, "join_timestamp": w.stamp(c.Stamp)}
	}
}

// AddChannel opens a channel.
func (w *World) AddChannel(guild, name string, kind int, tags ...string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := &Channel{ID: w.id(), Guild: guild, Name: name, Type: kind}
	for _, t := range tags {
		c.Tags = append(c.Tags, Tag{ID: w.id(), Name: t})
	}
	w.put(c)
	w.tell(Event{Type: "CHANNEL_CREATE", Data: w.channelJSON(c), Intent: IntentGuilds})
	return c.ID
}

func (w *World) put(c *Channel) {
	w.channels[c.ID] = c
	w.order = append(w.order, c.ID)
}

// ChangeChannel changes a channel as somebody of the server does, and tells of it.
func (w *World) ChangeChannel(id string, change func(*Channel)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channels[id]
	was := c.Archived
	change(c)
	event := "CHANNEL_UPDATE"
	if c.Thread() {
		event = "THREAD_UPDATE"
		if was != c.Archived {
			c.Stamp, c.Since = w.now(), w.now()
			w.live(c)
		}
	}
	if w.sees(w.app.User, c) == nil {
		w.tell(Event{Type: event, Data: w.channelJSON(c), Intent: IntentGuilds})
	}
}

// DropChannel deletes a channel or a thread, with its threads.
func (w *World) DropChannel(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(w.channels[id])
}

func (w *World) drop(c *Channel) {
	for _, id := range w.order {
		if t := w.channels[id]; t.Parent == c.ID && t.Thread() {
			t.Gone = true
		}
	}
	seen := w.sees(w.app.User, c) == nil
	c.Gone = true
	if !seen {
		return
	}
	if c.Thread() {
		w.tell(Event{Type: "THREAD_DELETE", Data: Obj{"id": c.ID, "guild_id": c.Guild, "parent_id": c.Parent, "type": c.Type}, Intent: IntentGuilds})
		return
	}
	w.tell(Event{Type: "CHANNEL_DELETE", Data: w.channelJSON(c), Intent: IntentGuilds})
}

// Channel is a channel as it is; false: there is none.
func (w *World) Channel(id string) (Channel, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channels[id]
	if c == nil || c.Gone {
		return Channel{}, false
	}
	w.archived(c)
	seen := *c
	seen.Messages = slices.Clone(c.Messages)
	return seen, true
}

// Channels lists the channels and threads of a server, the oldest first.
func (w *World) Channels(guild string) []Channel {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Channel
	for _, id := range w.order {
		if c := w.channels[id]; c.Guild == guild && !c.Gone {
			w.archived(c)
			all = append(all, *c)
		}
	}
	return all
}

// channel finds one that the app sees.
func (w *World) channel(id string) (*Channel, error) {
	if err := whole("channel_id", id); err != nil {
		return nil, err
	}
	c := w.channels[id]
	if c == nil || c.Gone {
		return nil, unknownChannel
	}
	if c.Guild != "" && w.member(w.guild(c.Guild), w.app.User) == nil {
		return nil, missingAccess
	}
	if err := w.sees(w.app.User, c); err != nil {
		return nil, err
	}
	w.archived(c)
	return c, nil
}

// GetChannel is a channel as the app gets it.
func (w *World) GetChannel(id string) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.channel(id)
	if err != nil {
		return nil, err
	}
	return w.channelJSON(c), nil
}

// renameWindow holds two renames of a channel.
const renameWindow = 10 * time.Minute

// TooSoon is a pace of Discord's that a change did not keep to.
type TooSoon struct {
	Wait   time.Duration
	Shared bool
	Code   int
	Text   string
}

func (t *TooSoon) Error() string { return "429 " + t.Text }

// renaming counts a rename; the third in ten minutes is too soon.
func (w *World) renaming(c *Channel) error {
	now := w.now()
	c.renames = slices.DeleteFunc(c.renames, func(at time.Time) bool { return now.Sub(at) >= renameWindow })
	if len(c.renames) >= 2 {
		return &TooSoon{Wait: renameWindow - now.Sub(c.renames[0]), Shared: true, Text: "The resource is being rate limited."}
	}
	c.renames = append(c.renames, now)
	return nil
}

// PatchChannel changes a channel or a thread for the app.
func (w *World) PatchChannel(id string, body Obj) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.channel(id)
	if err != nil {
		return nil, err
	}
	if err := shape.Thread(body, false); err != nil {
		return nil, err
	}
	if !c.Thread() {
		return w.patchRoom(c, body)
	}
	if err := w.patchable(c, body); err != nil {
		return nil, err
	}
	if name := strings.TrimSpace(shape.Str(body, "name")); name != "" && name != c.Name {
		if err := w.renaming(c); err != nil {
			return nil, err
		}
		c.Name = name
		w.system(c, 4, name)
	}
	if tags, there := body["applied_tags"]; there && tags != nil {
		c.Applied = shape.Strings(body, "applied_tags")
	}
	if n := shape.Num(body, "auto_archive_duration"); n > 0 {
		c.AutoArchive = n
	}
	if v, there := body["locked"].(bool); there {
		c.Locked = v
	}
	if v, there := body["archived"].(bool); there && v != c.Archived {
		c.Archived, c.Stamp, c.Since = v, w.now(), w.now()
		w.live(c)
	}
	data := w.channelJSON(c)
	w.tell(Event{Type: "THREAD_UPDATE", Data: data, Intent: IntentGuilds})
	return data, nil
}

// patchable says whether the app may change a thread so.
func (w *World) patchable(c *Channel, body Obj) error {
	manages := w.perms(w.app.User, c)&ManageThreads != 0
	opens, closes := body["archived"] == false, body["archived"] == true
	if c.Archived && !opens {
		return threadArchived
	}
	if _, there := body["locked"]; there && !manages {
		return missingPerms
	}
	if opens && c.Locked && !manages {
		return missingPerms
	}
	if opens && c.Archived && w.full(c.Guild) {
		return shape.No(400, 160006, "Maximum number of active threads reached")
	}
	rest := len(body)
	if opens {
		rest--
		if err := w.may(w.app.User, c, SendInThreads); err != nil && !manages {
			return err
		}
	}
	if (closes || rest > 0) && !manages && c.Owner != w.app.User {
		return missingPerms
	}
	if tags, there := body["applied_tags"]; there && tags != nil {
		return w.tagged(w.channels[c.Parent], shape.Strings(body, "applied_tags"), manages)
	}
	return nil
}

// tagged says whether a post may carry these tags.
func (w *World) tagged(forum *Channel, ids []string, manages bool) error {
	if forum == nil || forum.Type != Forum {
		return nil
	}
	for _, id := range ids {
		i := slices.IndexFunc(forum.Tags, func(t Tag) bool { return t.ID == id })
		if i < 0 {
			return shape.No(404, 10087, "Unknown Tag")
		}
		if forum.Tags[i].Moderated && !manages {
			return missingPerms
		}
	}
	if forum.RequireTag && len(ids) == 0 {
		return shape.No(400, 40067, "A tag is required to create a forum post in this channel")
	}
	return nil
}

func (w *World) patchRoom(c *Channel, body Obj) (Obj, error) {
	if err := w.may(w.app.User, c, ManageChannels); err != nil {
		return nil, err
	}
	if name := strings.TrimSpace(shape.Str(body, "name")); name != "" && name != c.Name {
		if err := w.renaming(c); err != nil {
			return nil, err
		}
		c.Name = name
	}
	if topic, there := body["topic"].(string); there {
		c.Topic = topic
	}
	data := w.channelJSON(c)
	w.tell(Event{Type: "CHANNEL_UPDATE", Data: data, Intent: IntentGuilds})
	return data, nil
}

// full tells whether a server has as many active threads as it may.
func (w *World) full(guild string) bool {
	for id, c := range w.active[guild] {
		if c.Gone || w.archived(c) {
			delete(w.active[guild], id)
		}
	}
	return len(w.active[guild]) >= w.guild(guild).ThreadCap
}

// live counts a thread among the active ones of its server.
func (w *World) live(c *Channel) {
	if w.active[c.Guild] == nil {
		w.active[c.Guild] = map[string]*Channel{}
	}
	w.active[c.Guild][c.ID] = c
}
