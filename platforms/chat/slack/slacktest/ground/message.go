package ground

import (
	"encoding/json"
	"slices"
	"strings"
)

// Message is one message as the Web API shows it.
type Message struct {
	Type         string          `json:"type"`
	Subtype      string          `json:"subtype,omitempty"`
	User         string          `json:"user,omitempty"`
	Text         string          `json:"text"`
	TS           string          `json:"ts"`
	ThreadTS     string          `json:"thread_ts,omitempty"`
	ParentUser   string          `json:"parent_user_id,omitempty"`
	BotID        string          `json:"bot_id,omitempty"`
	AppID        string          `json:"app_id,omitempty"`
	Team         string          `json:"team,omitempty"`
	ClientID     string          `json:"client_msg_id,omitempty"`
	Blocks       json.RawMessage `json:"blocks,omitempty"`
	Attachments  json.RawMessage `json:"attachments,omitempty"`
	Metadata     json.RawMessage `json:"metadata,omitempty"`
	Edited       *Edited         `json:"edited,omitempty"`
	Reactions    []Reaction      `json:"reactions,omitempty"`
	Files        []File          `json:"files,omitempty"`
	Pinned       []string        `json:"pinned_to,omitempty"`
	ReplyCount   int             `json:"reply_count,omitempty"`
	ReplyUsers   []string        `json:"reply_users,omitempty"`
	LatestReply  string          `json:"latest_reply,omitempty"`
	IsLocked     bool            `json:"is_locked,omitempty"`
	Hidden       bool            `json:"hidden,omitempty"`
	Channel      string          `json:"-"`
	To           string          `json:"-"` // only this person sees it
	Broadcast    bool            `json:"-"` // a reply that the channel shows too
	UnfurlsLinks bool            `json:"-"`
	UnfurlsMedia bool            `json:"-"`
	Closed       bool            `json:"-"` // it cannot be edited any more
}

// Edited is who changed a message last.
type Edited struct {
	User string `json:"user"`
	TS   string `json:"ts"`
}

// Reaction is an emoji and who put it there.
type Reaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
	Count int      `json:"count"`
}

// Object is the message as a free JSON object, a copy.
func (m *Message) Object() map[string]any {
	raw, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	var o map[string]any
	if err := json.Unmarshal(raw, &o); err != nil {
		panic(err)
	}
	return o
}

// Copied is the message as it is now.
func (m *Message) Copied() Message {
	c := *m
	c.Reactions = nil
	for _, r := range m.Reactions {
		r.Users = slices.Clone(r.Users)
		c.Reactions = append(c.Reactions, r)
	}
	c.Files, c.Pinned, c.ReplyUsers = slices.Clone(m.Files), slices.Clone(m.Pinned), slices.Clone(m.ReplyUsers)
	return c
}

// Mentions tells whether its text calls somebody.
func (m *Message) Mentions(user string) bool { return strings.Contains(m.Text, "<@"+user) }

// IsReply tells whether it stands under another message.
func (m *Message) IsReply() bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

// Message finds a message by its time stamp; nil: there is none.
func (c *Channel) Message(ts string) *Message {
	return First(c.Log, func(m *Message) bool { return m.TS == ts })
}

// Replies lists the replies under a message.
func (c *Channel) Replies(ts string) []*Message {
	var replies []*Message
	for _, m := range c.Log {
		if m.ThreadTS == ts && m.TS != ts {
			replies = append(replies, m)
		}
	}
	return replies
}

// Count tells a message how many replies stand under it.
func (c *Channel) Count(ts string) {
	parent := c.Message(ts)
	if parent == nil {
		return
	}
	replies := c.Replies(ts)
	parent.ReplyCount, parent.ReplyUsers, parent.LatestReply = len(replies), nil, ""
	for _, r := range replies {
		if !slices.Contains(parent.ReplyUsers, r.User) {
			parent.ReplyUsers = append(parent.ReplyUsers, r.User)
		}
		parent.LatestReply = r.TS
	}
	if len(replies) > 0 {
		parent.ThreadTS = ts
	} else {
		parent.ThreadTS = ""
	}
}

// Write adds a message to its channel and lets the app hear of it.
func (w *Ground) Write(c *Channel, m *Message) {
	m.Type, m.TS, m.Channel, m.Team = "message", w.Stamp(), c.ID, w.ID
	if m.ThreadTS != "" {
		if parent := c.Message(m.ThreadTS); parent != nil {
			m.ParentUser = parent.User
		}
		if m.Broadcast {
			m.Subtype = "thread_broadcast"
		}
	}
	c.Log = append(c.Log, m)
	if m.ThreadTS != "" {
		c.Count(m.ThreadTS)
	}
	w.tellMessage(c, m)
}

// Remove takes a message away. One with replies leaves a mark in its place, so
// that the thread stays, and is told of as changed into that.
func (w *Ground) Remove(c *Channel, m *Message) {
	was := m.Object()
	if len(c.Replies(m.TS)) > 0 {
		m.Subtype, m.Hidden, m.Text = "tombstone", true, "This message was deleted."
		m.Blocks, m.Attachments, m.Metadata, m.Files, m.Reactions, m.User, m.BotID = nil, nil, nil, nil, nil, "USLACKBOT", ""
		w.TellChange(c, "message_changed", was, m.Object())
		return
	}
	c.Log = slices.DeleteFunc(c.Log, func(other *Message) bool { return other == m })
	if m.ThreadTS != "" {
		c.Count(m.ThreadTS)
	}
	w.TellChange(c, "message_deleted", was, nil)
}
