package talk

import (
	"slices"
	"strings"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
)

// BeginThread opens a thread, of which nobody is told yet.
func (w *Talk) BeginThread(id string, parent *guild.Channel, owner string, body guild.Obj) *guild.Channel {
	t := &guild.Channel{
		ID: id, Guild: parent.Guild, Parent: parent.ID, Name: strings.TrimSpace(shape.Str(body, "name")), Type: guild.PublicThread, Owner: owner,
		AutoArchive: shape.Num(body, "auto_archive_duration"), Applied: shape.Strings(body, "applied_tags"), Members: []string{owner},
		Since: w.Now(), Stamp: w.Now(),
	}
	if t.AutoArchive == 0 {
		t.AutoArchive = 4320
	}
	if shape.Num(body, "type") == guild.PrivateThread {
		t.Type = guild.PrivateThread
	}
	w.Put(t)
	w.Live(t)
	return t
}

// Began tells of a thread that was opened.
func (w *Talk) Began(t *guild.Channel) {
	if w.Sees(w.Self.User, t) == nil {
		data := w.ChannelJSON(t)
		data["newly_created"] = true
		w.Tell(guild.Event{Type: "THREAD_CREATE", Data: data, Intent: guild.IntentGuilds})
	}
}

// FromMessage opens the thread of a message for the app. Its id is the message's.
func (w *Talk) FromMessage(channel, id string, body guild.Obj) (guild.Obj, error) {
	w.Lock()
	defer w.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return nil, err
	}
	if err := shape.Thread(body, true); err != nil {
		return nil, err
	}
	t, err := w.ThreadFrom(c, m, w.Self.User, body)
	if err != nil {
		return nil, err
	}
	return w.ChannelJSON(t), nil
}

// ThreadFrom opens the thread of a message.
func (w *Talk) ThreadFrom(c *guild.Channel, m *guild.Message, by string, body guild.Obj) (*guild.Channel, error) {
	if c.Type != guild.Text && c.Type != guild.News {
		return nil, guild.WrongType
	}
	if err := w.May(by, c, guild.PublicThreads); err != nil {
		return nil, err
	}
	if t := w.Rooms[m.ID]; t != nil {
		return nil, shape.No(400, 160004, "A thread has already been created for this message")
	}
	if w.Full(c.Guild) {
		return nil, shape.No(400, 160006, "Maximum number of active threads reached")
	}
	m.Flags |= 1 << 5
	t := w.BeginThread(m.ID, c, by, body)
	w.Began(t)
	w.Add(t, &guild.Message{Author: m.Author, Type: 21, ReplyTo: m.ID, ReplyIn: c.ID})
	w.Told("MESSAGE_UPDATE", m)
	return t, nil
}

// StartThread opens a post of a forum with its first message, or a thread
// without a message, for the app.
func (w *Talk) StartThread(channel string, body guild.Obj, uploads []guild.Upload) (guild.Obj, error) {
	w.Lock()
	defer w.Unlock()
	c, err := w.Seen(channel)
	if err != nil {
		return nil, err
	}
	if err := shape.Thread(body, true); err != nil {
		return nil, err
	}
	switch {
	case c.Type == guild.Forum:
		return w.startPost(c, body, uploads)
	case c.Type != guild.Text && c.Type != guild.News:
		return nil, guild.WrongType
	}
	need := guild.PublicThreads
	if shape.Num(body, "type") == guild.PrivateThread {
		need = guild.PrivateThreads
	}
	if err := w.May(w.Self.User, c, need); err != nil {
		return nil, err
	}
	if w.Full(c.Guild) {
		return nil, shape.No(400, 160006, "Maximum number of active threads reached")
	}
	t := w.BeginThread(w.NewID(), c, w.Self.User, body)
	w.Began(t)
	if t.Type == guild.PublicThread {
		w.system(c, 18, t.Name)
	}
	return w.ChannelJSON(t), nil
}

func (w *Talk) startPost(c *guild.Channel, body guild.Obj, uploads []guild.Upload) (guild.Obj, error) {
	if err := shape.Post(body); err != nil {
		return nil, err
	}
	message := body["message"].(guild.Obj)
	if err := w.writableIn(c, message, len(uploads)); err != nil {
		return nil, err
	}
	if shape.Empty(message, len(uploads)) {
		return nil, shape.No(400, 50006, "Cannot send an empty message")
	}
	if err := w.tagged(c, shape.Strings(body, "applied_tags"), w.Perms(w.Self.User, c)&guild.ManageThreads != 0); err != nil {
		return nil, err
	}
	if w.Full(c.Guild) {
		return nil, shape.No(400, 160006, "Maximum number of active threads reached")
	}
	m, err := w.Compose(c, message, uploads, false)
	if err != nil {
		return nil, err
	}
	m.Nonce = message["nonce"]
	t := w.BeginThread(w.NewID(), c, w.Self.User, body)
	w.Began(t)
	m.ID, m.Channel, m.At = t.ID, t.ID, w.Now()
	w.Lay(t, m)
	answer := w.ChannelJSON(t)
	answer["message"] = w.MessageJSON(m)
	return answer, nil
}

// writableIn says whether the app may open a post of a forum.
func (w *Talk) writableIn(c *guild.Channel, body guild.Obj, files int) error {
	need := guild.SendMessages
	if len(shape.List(body, "embeds")) > 0 {
		need |= guild.EmbedLinks
	}
	if files > 0 {
		need |= guild.AttachFiles
	}
	return w.May(w.Self.User, c, need)
}

// ActiveThreads lists the threads of a server that are not archived, the newest first.
func (w *Talk) ActiveThreads(server string) (guild.Obj, error) {
	w.Lock()
	defer w.Unlock()
	g, err := w.Inside(server)
	if err != nil {
		return nil, err
	}
	return w.threads(func(c *guild.Channel) bool { return c.Guild == g.ID && !c.Archived }), nil
}

// ArchivedThreads lists so many of the archived public threads of a channel, the one
// that was archived last first, from before a moment; "" is now.
func (w *Talk) ArchivedThreads(channel, before string, limit int) (guild.Obj, error) {
	w.Lock()
	defer w.Unlock()
	c, err := w.Seen(channel)
	if err != nil {
		return nil, err
	}
	if err := w.May(w.Self.User, c, guild.ReadHistory); err != nil {
		return nil, err
	}
	until, err := time.Parse(time.RFC3339, before)
	if err != nil && before != "" {
		return nil, shape.Form(shape.Field{Path: "before", Code: "DATE_TIME_TYPE_PARSE", Message: "Value \"" + before + "\" is not ISO8601."})
	}
	all := w.threads(func(t *guild.Channel) bool {
		return t.Parent == c.ID && t.Archived && (before == "" || t.Stamp.Truncate(time.Microsecond).Before(until))
	})
	list := all["threads"].([]any)
	stamp := func(o any) time.Time { return w.Rooms[o.(guild.Obj)["id"].(string)].Stamp }
	slices.SortStableFunc(list, func(a, b any) int { return stamp(b).Compare(stamp(a)) })
	all["has_more"], all["threads"] = len(list) > limit, list[:min(limit, len(list))]
	return all, nil
}

func (w *Talk) threads(which func(*guild.Channel) bool) guild.Obj {
	threads, members := []any{}, []any{}
	for _, id := range slices.Backward(w.Order) {
		c := w.Rooms[id]
		if !c.Thread() || c.Gone || w.Sees(w.Self.User, c) != nil {
			continue
		}
		w.Archives(c)
		if which(c) {
			o := w.ChannelJSON(c)
			threads = append(threads, o)
			if mine, is := o["member"]; is {
				members = append(members, mine)
			}
		}
	}
	return guild.Obj{"threads": threads, "members": members}
}

// JoinThread brings somebody into a thread for the app, or takes them out.
func (w *Talk) JoinThread(channel, user string, on bool) error {
	w.Lock()
	defer w.Unlock()
	c, err := w.Seen(channel)
	switch {
	case err != nil:
		return err
	case !c.Thread():
		return guild.WrongType
	case c.Archived:
		return guild.ThreadArchived
	case w.Member(w.Server(c.Guild), user) == nil:
		return guild.UnknownMember
	case on && user != w.Self.User && w.Perms(w.Self.User, c)&guild.SendInThreads == 0,
		!on && user != w.Self.User && w.Perms(w.Self.User, c)&guild.ManageThreads == 0:
		return guild.MissingPerms
	}
	c.Members = slices.DeleteFunc(c.Members, func(id string) bool { return id == user })
	if on {
		c.Members = append(c.Members, user)
	}
	return nil
}

// ThreadMembers lists who is in a thread.
func (w *Talk) ThreadMembers(channel string) ([]any, error) {
	w.Lock()
	defer w.Unlock()
	c, err := w.Seen(channel)
	if err != nil {
		return nil, err
	}
	if !c.Thread() {
		return nil, guild.WrongType
	}
	all := []any{}
	for _, id := range c.Members {
		all = append(all, guild.Obj{"id": c.ID, "user_id": id, "flags": 0, "join_timestamp": w.Stamp(c.Stamp)})
	}
	return all, nil
}
