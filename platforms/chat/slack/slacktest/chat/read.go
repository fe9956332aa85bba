package chat

import (
	"slices"
	"strings"

	"ponte/platforms/chat/slack/slacktest/ground"
)

// Page asks for a part of a list of messages. Zero values ask for all.
type Page struct {
	Oldest, Latest, Cursor string
	Inclusive              bool
	Limit                  int
}

// within tells whether a time stamp is asked for.
func (p Page) within(ts string) bool {
	after := p.Oldest == "" || p.Oldest == "0" || later(ts, p.Oldest) || p.Inclusive && ts == p.Oldest
	before := p.Latest == "" || later(p.Latest, ts) || p.Inclusive && ts == p.Latest
	return after && before
}

// later compares time stamps, which may lack digits.
func later(a, b string) bool { return padded(a) > padded(b) }

func padded(ts string) string {
	seconds, micro, _ := strings.Cut(ts, ".")
	return strings.Repeat("0", max(0, 12-len(seconds))) + seconds + "." + (micro + "000000")[:6]
}

// readable finds a channel whose history the app may read.
func (w *Chat) readable(id string) (*ground.Channel, error) {
	c := w.FindChannel(id)
	in := c != nil && c.Holds(w.App.UserID)
	switch {
	case c == nil, c.Private && !in:
		return nil, ground.Refuse("channel_not_found")
	case !in:
		return nil, ground.Refuse("not_in_channel")
	}
	return c, nil
}

// History is conversations.history: the newest first, without the replies. Next
// is empty at the end.
func (w *Chat) History(channel string, p Page) (page []ground.Message, next string, err error) {
	w.Lock()
	defer w.Unlock()
	c, err := w.readable(channel)
	if err != nil {
		return nil, "", err
	}
	var all []*ground.Message
	for _, m := range slices.Backward(c.Log) {
		if (!m.IsReply() || m.Broadcast) && p.within(m.TS) && (p.Cursor == "" || later(p.Cursor, m.TS)) {
			all = append(all, m)
		}
	}
	page, next = cut(all, p.Limit, 100)
	return page, next, nil
}

// Replies is conversations.replies: the parent, then its replies as they came.
func (w *Chat) Replies(channel, ts string, p Page) (page []ground.Message, next string, err error) {
	w.Lock()
	defer w.Unlock()
	c, err := w.readable(channel)
	if err != nil {
		return nil, "", err
	}
	parent := c.Message(ts)
	if parent == nil {
		return nil, "", ground.Refuse("thread_not_found")
	}
	var all []*ground.Message
	for _, m := range c.Replies(ts) {
		if p.within(m.TS) && (p.Cursor == "" || later(m.TS, p.Cursor)) {
			all = append(all, m)
		}
	}
	page, next = cut(all, p.Limit, 1000)
	if p.Cursor == "" {
		page = append([]ground.Message{parent.Copied()}, page...)
	}
	return page, next, nil
}

// cut takes the first page. The cursor of the next is the last time stamp.
func cut(all []*ground.Message, limit, usual int) (page []ground.Message, next string) {
	if limit <= 0 {
		limit = usual
	}
	for i, m := range all {
		if i == limit {
			return page, page[i-1].TS
		}
		page = append(page, m.Copied())
	}
	return page, ""
}

// Sight is a channel as the app sees it.
type Sight struct {
	ground.Channel
	Member  bool
	Members []string
}

// Channels lists the channels and direct messages that the app may know of.
func (w *Chat) Channels() []Sight {
	w.Lock()
	defer w.Unlock()
	var all []Sight
	for _, c := range w.Rooms {
		if in := c.Holds(w.App.UserID); in || !c.Private {
			all = append(all, Sight{*c, in, slices.Clone(c.Members)})
		}
	}
	return all
}

// Conversation is one channel as the app sees it.
func (w *Chat) Conversation(id string) (Sight, error) {
	for _, c := range w.Channels() {
		if c.ID == id {
			return c, nil
		}
	}
	return Sight{}, ground.Refuse("channel_not_found")
}

// Users lists who is in the workspace, bots and guests included.
func (w *Chat) Users() []ground.User {
	w.Lock()
	defer w.Unlock()
	var all []ground.User
	for _, u := range w.People {
		all = append(all, *u)
	}
	return all
}

// Groups lists the user groups.
func (w *Chat) Groups() []ground.Group {
	w.Lock()
	defer w.Unlock()
	var all []ground.Group
	for _, g := range w.Teams {
		all = append(all, ground.Group{ID: g.ID, Handle: g.Handle, Users: slices.Clone(g.Users)})
	}
	return all
}

// Log lists all that stands in a channel, replies too, and what only this
// person sees there, in the order of time. It asks for no right: it is what
// people see, not what the app may read.
func (w *Chat) Log(channel, person string) []ground.Message {
	w.Lock()
	defer w.Unlock()
	var all []ground.Message
	if c := w.FindChannel(channel); c != nil {
		for _, m := range c.Log {
			all = append(all, m.Copied())
		}
	}
	for _, m := range w.Whispers {
		if m.Channel == channel && m.To == person {
			all = append(all, m.Copied())
		}
	}
	slices.SortStableFunc(all, func(a, b ground.Message) int { return strings.Compare(padded(a.TS), padded(b.TS)) })
	return all
}

// Permalink is chat.getPermalink.
func (w *Chat) Permalink(channel, ts string) (string, error) {
	w.Lock()
	defer w.Unlock()
	c := w.FindChannel(channel)
	if c == nil || c.Private && !c.Holds(w.App.UserID) {
		return "", ground.Refuse("channel_not_found")
	}
	m := c.Message(ts)
	if m == nil {
		return "", ground.Refuse("message_not_found")
	}
	link := "https://" + w.Domain + ".slack.com/archives/" + c.ID + "/p" + strings.Replace(ts, ".", "", 1)
	if m.IsReply() {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + c.ID
	}
	return link, nil
}

// Open is conversations.open with one person.
func (w *Chat) Open(user string) (Sight, error) {
	w.Lock()
	defer w.Unlock()
	u := w.FindUser(user)
	if u == nil || u.Gone {
		return Sight{}, ground.Refuse("user_not_found")
	}
	c := w.Direct(u)
	return Sight{*c, true, slices.Clone(c.Members)}, nil
}

// Join is conversations.join.
func (w *Chat) Join(channel string) error {
	w.Lock()
	c := w.FindChannel(channel)
	w.Unlock()
	switch {
	case c == nil, c.Private:
		return ground.Refuse("channel_not_found")
	case c.Archived:
		return ground.Refuse("is_archived")
	}
	return w.Invite(channel, w.App.UserID)
}
