package guild

import (
	"slices"
	"strings"

	"ponte/platforms/chat/discord/discordtest/shape"
)

// begin opens a thread.
func (w *World) begin(id string, parent *Channel, owner string, body Obj) *Channel {
	t := &Channel{
		ID: id, Guild: parent.Guild, Parent: parent.ID, Name: strings.TrimSpace(shape.Str(body, "name")), Type: PublicThread, Owner: owner,
		AutoArchive: shape.Num(body, "auto_archive_duration"), Applied: shape.Strings(body, "applied_tags"), Members: []string{owner},
		Since: w.now(), Stamp: w.now(),
	}
	if t.AutoArchive == 0 {
		t.AutoArchive = 4320
	}
	if shape.Num(body, "type") == PrivateThread {
		t.Type = PrivateThread
	}
	w.put(t)
	w.live(t)
	return t
}

func (w *World) began(t *Channel) {
	if w.sees(w.app.User, t) == nil {
		data := w.channelJSON(t)
		data["newly_created"] = true
		w.tell(Event{Type: "THREAD_CREATE", Data: data, Intent: IntentGuilds})
	}
}

// FromMessage opens the thread of a message for the app. Its id is the message's.
func (w *World) FromMessage(channel, id string, body Obj) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return nil, err
	}
	if err := shape.Thread(body, true); err != nil {
		return nil, err
	}
	t, err := w.fromMessage(c, m, w.app.User, body)
	if err != nil {
		return nil, err
	}
	return w.channelJSON(t), nil
}

func (w *World) fromMessage(c *Channel, m *Message, by string, body Obj) (*Channel, error) {
	if c.Type != Text && c.Type != News {
		return nil, wrongType
	}
	if err := w.may(by, c, PublicThreads); err != nil {
		return nil, err
	}
	if t := w.channels[m.ID]; t != nil {
		return nil, shape.No(400, 160004, "A thread has already been created for this message")
	}
	if w.full(c.Guild) {
		return nil, shape.No(400, 160006, "Maximum number of active threads reached")
	}
	m.Flags |= 1 << 5
	t := w.begin(m.ID, c, by, body)
	w.began(t)
	w.add(t, &Message{Author: m.Author, Type: 21, ReplyTo: m.ID, ReplyIn: c.ID})
	w.told("MESSAGE_UPDATE", m)
	return t, nil
}

// StartThread opens a post of a forum with its first message, or a thread
// without a message, for the app.
func (w *World) StartThread(channel string, body Obj, uploads []Upload) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.channel(channel)
	if err != nil {
		return nil, err
	}
	if err := shape.Thread(body, true); err != nil {
		return nil, err
	}
	switch {
	case c.Type == Forum:
		return w.startPost(c, body, uploads)
	case c.Type != Text && c.Type != News:
		return nil, wrongType
	}
	need := PublicThreads
	if shape.Num(body, "type") == PrivateThread {
		need = PrivateThreads
	}
	if err := w.may(w.app.User, c, need); err != nil {
		return nil, err
	}
	if w.full(c.Guild) {
		return nil, shape.No(400, 160006, "Maximum number of active threads reached")
	}
	t := w.begin(w.id(), c, w.app.User, body)
	w.began(t)
	if t.Type == PublicThread {
		w.system(c, 18, t.Name)
	}
	return w.channelJSON(t), nil
}

func (w *World) startPost(c *Channel, body Obj, uploads []Upload) (Obj, error) {
	if err := shape.Post(body); err != nil {
		return nil, err
	}
	message := body["message"].(Obj)
	if err := w.writableIn(c, message, len(uploads)); err != nil {
		return nil, err
	}
	if shape.Empty(message, len(uploads)) {
		return nil, shape.No(400, 50006, "Cannot send an empty message")
	}
	if err := w.tagged(c, shape.Strings(body, "applied_tags"), w.perms(w.app.User, c)&ManageThreads != 0); err != nil {
		return nil, err
	}
	if w.full(c.Guild) {
		return nil, shape.No(400, 160006, "Maximum number of active threads reached")
	}
	m, err := w.compose(c, message, uploads, false)
	if err != nil {
		return nil, err
	}
	m.Nonce = message["nonce"]
	t := w.begin(w.id(), c, w.app.User, body)
	w.began(t)
	m.ID, m.Channel, m.At = t.ID, t.ID, w.now()
	w.lay(t, m)
	answer := w.channelJSON(t)
	answer["message"] = w.messageJSON(m)
	return answer, nil
}

// writableIn says whether the app may open a post of a forum.
func (w *World) writableIn(c *Channel, body Obj, files int) error {
	need := SendMessages
	if len(shape.List(body, "embeds")) > 0 {
		need |= EmbedLinks
	}
	if files > 0 {
		need |= AttachFiles
	}
	return w.may(w.app.User, c, need)
}

// ActiveThreads lists the threads of a server that are not archived, the newest first.
func (w *World) ActiveThreads(guild string) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.inside(guild)
	if err != nil {
		return nil, err
	}
	return w.threads(func(c *Channel) bool { return c.Guild == g.ID && !c.Archived }), nil
}

// ArchivedThreads lists the archived public threads of a channel, the newest first.
func (w *World) ArchivedThreads(channel string) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.channel(channel)
	if err != nil {
		return nil, err
	}
	if err := w.may(w.app.User, c, ReadHistory); err != nil {
		return nil, err
	}
	all := w.threads(func(t *Channel) bool { return t.Parent == c.ID && t.Archived })
	all["has_more"] = false
	return all, nil
}

func (w *World) threads(which func(*Channel) bool) Obj {
	threads, members := []any{}, []any{}
	for _, id := range slices.Backward(w.order) {
		c := w.channels[id]
		if !c.Thread() || c.Gone || w.sees(w.app.User, c) != nil {
			continue
		}
		w.archived(c)
		if which(c) {
			o := w.channelJSON(c)
			threads = append(threads, o)
			if mine, is := o["member"]; is {
				members = append(members, mine)
			}
		}
	}
	return Obj{"threads": threads, "members": members}
}

// JoinThread brings somebody into a thread for the app, or takes them out.
func (w *World) JoinThread(channel, user string, on bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.channel(channel)
	switch {
	case err != nil:
		return err
	case !c.Thread():
		return wrongType
	case c.Archived:
		return threadArchived
	case w.member(w.guild(c.Guild), user) == nil:
		return unknownMember
	case on && user != w.app.User && w.perms(w.app.User, c)&SendInThreads == 0,
		!on && user != w.app.User && w.perms(w.app.User, c)&ManageThreads == 0:
		return missingPerms
	}
	c.Members = slices.DeleteFunc(c.Members, func(id string) bool { return id == user })
	if on {
		c.Members = append(c.Members, user)
	}
	return nil
}

// ThreadMembers lists who is in a thread.
func (w *World) ThreadMembers(channel string) ([]any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.channel(channel)
	if err != nil {
		return nil, err
	}
	if !c.Thread() {
		return nil, wrongType
	}
	all := []any{}
	for _, id := range c.Members {
		all = append(all, Obj{"id": c.ID, "user_id": id, "flags": 0, "join_timestamp": w.stamp(c.Stamp)})
	}
	return all, nil
}
