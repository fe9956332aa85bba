package workspace

import (
	"slices"
	"strings"
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
func (w *Workspace) readable(id string) (*Channel, error) {
	c := w.channel(id)
	in := c != nil && c.holds(w.App.UserID)
	switch {
	case c == nil, c.Private && !in:
		return nil, refuse("channel_not_found")
	case !in:
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// History is conversations.history: the newest first, without the replies. Next
// is empty at the end.
func (w *Workspace) History(channel string, p Page) (page []Message, next string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.readable(channel)
	if err != nil {
		return nil, "", err
	}
	var all []*Message
	for _, m := range slices.Backward(c.log) {
		if (!m.reply() || m.Broadcast) && p.within(m.TS) && (p.Cursor == "" || later(p.Cursor, m.TS)) {
			all = append(all, m)
		}
	}
	page, next = cut(all, p.Limit, 100)
	return page, next, nil
}

// Replies is conversations.replies: the parent, then its replies as they came.
func (w *Workspace) Replies(channel, ts string, p Page) (page []Message, next string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.readable(channel)
	if err != nil {
		return nil, "", err
	}
	parent := c.message(ts)
	if parent == nil {
		return nil, "", refuse("thread_not_found")
	}
	var all []*Message
	for _, m := range c.thread(ts) {
		if p.within(m.TS) && (p.Cursor == "" || later(m.TS, p.Cursor)) {
			all = append(all, m)
		}
	}
	page, next = cut(all, p.Limit, 1000)
	if p.Cursor == "" {
		page = append([]Message{parent.copied()}, page...)
	}
	return page, next, nil
}

// cut takes the first page. The cursor of the next is the last time stamp.
func cut(all []*Message, limit, usual int) (page []Message, next string) {
	if limit <= 0 {
		limit = usual
	}
	for i, m := range all {
		if i == limit {
			return page, page[i-1].TS
		}
		page = append(page, m.copied())
	}
	return page, ""
}

// Sight is a channel as the app sees it.
type Sight struct {
	Channel
	Member  bool
	Members []string
}

// Channels lists the channels and direct messages that the app may know of.
func (w *Workspace) Channels() []Sight {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Sight
	for _, c := range w.channels {
		if in := c.holds(w.App.UserID); in || !c.Private {
			all = append(all, Sight{*c, in, slices.Clone(c.members)})
		}
	}
	return all
}

// Conversation is one channel as the app sees it.
func (w *Workspace) Conversation(id string) (Sight, error) {
	for _, c := range w.Channels() {
		if c.ID == id {
			return c, nil
		}
	}
	return Sight{}, refuse("channel_not_found")
}

// Users lists who is in the workspace, bots and guests included.
func (w *Workspace) Users() []User {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []User
	for _, u := range w.users {
		all = append(all, *u)
	}
	return all
}

// Groups lists the user groups.
func (w *Workspace) Groups() []Group {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Group
	for _, g := range w.groups {
		all = append(all, Group{g.ID, g.Handle, slices.Clone(g.Users)})
	}
	return all
}

// Log lists all that stands in a channel, replies too, and what only this
// person sees there, in the order of time. It asks for no right: it is what
// people see, not what the app may read.
func (w *Workspace) Log(channel, person string) []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Message
	if c := w.channel(channel); c != nil {
		for _, m := range c.log {
			all = append(all, m.copied())
		}
	}
	for _, m := range w.whispers {
		if m.Channel == channel && m.To == person {
			all = append(all, m.copied())
		}
	}
	slices.SortStableFunc(all, func(a, b Message) int { return strings.Compare(padded(a.TS), padded(b.TS)) })
	return all
}

// Permalink is chat.getPermalink.
func (w *Workspace) Permalink(channel, ts string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channel(channel)
	if c == nil || c.Private && !c.holds(w.App.UserID) {
		return "", refuse("channel_not_found")
	}
	m := c.message(ts)
	if m == nil {
		return "", refuse("message_not_found")
	}
	link := "https://" + w.Domain + ".slack.com/archives/" + c.ID + "/p" + strings.Replace(ts, ".", "", 1)
	if m.reply() {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + c.ID
	}
	return link, nil
}

// Open is conversations.open with one person.
func (w *Workspace) Open(user string) (Sight, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.user(user)
	if u == nil || u.Gone {
		return Sight{}, refuse("user_not_found")
	}
	c := w.direct(u)
	return Sight{*c, true, slices.Clone(c.members)}, nil
}

// Join is conversations.join.
func (w *Workspace) Join(channel string) error {
	w.mu.Lock()
	c := w.channel(channel)
	w.mu.Unlock()
	switch {
	case c == nil, c.Private:
		return refuse("channel_not_found")
	case c.Archived:
		return refuse("is_archived")
	}
	return w.Invite(channel, w.App.UserID)
}
