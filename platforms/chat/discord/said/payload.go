package said

import (
	"cmp"
	"encoding/json"
	"strings"
)

// User is a person's or a bot's account.
type User struct {
	ID     string `json:"id"`
	Name   string `json:"username"`
	Global string `json:"global_name"`
	Bot    bool   `json:"bot"`
}

// Member is somebody as a server knows them.
type Member struct {
	User  *User    `json:"user"` // not told where it stands beside the member
	Nick  string   `json:"nick"`
	Roles []string `json:"roles"`
}

// Called is what people see as somebody's name.
func Called(u User, m *Member) string {
	nick := ""
	if m != nil {
		nick = m.Nick
	}
	return cmp.Or(nick, u.Global, u.Name)
}

// Message is a message that somebody sent, or, of a deletion, its ids only.
type Message struct {
	ID          string          `json:"id"`
	Channel     string          `json:"channel_id"`
	Guild       string          `json:"guild_id"`
	Type        int             `json:"type"`
	Author      User            `json:"author"`
	Member      *Member         `json:"member"`
	Webhook     string          `json:"webhook_id"`
	Content     string          `json:"content"`
	Nonce       json.RawMessage `json:"nonce"`
	Flags       int             `json:"flags"`
	Attachments []Attachment    `json:"attachments"`
	Components  []component     `json:"components"`
	Mentions    []Mention       `json:"mentions"`
}

// Mention is somebody whom a message mentions.
type Mention struct {
	User
	Member *Member `json:"member"`
}

// Key is the nonce that the message was sent with.
func (m *Message) Key() string { return strings.Trim(string(m.Nonce), `"`) }

// Talk reports whether the message is something that a person said.
func (m *Message) Talk() bool {
	return (m.Type == 0 || m.Type == 19) && m.Webhook == "" && !m.Author.Bot && m.Author.ID != ""
}

// Ephemeral reports whether only one person sees the message.
func (m *Message) Ephemeral() bool { return m.Flags&(1<<6) != 0 }

// Attachment is a file that goes with a message.
type Attachment struct {
	ID   string `json:"id"`
	Name string `json:"filename"`
	Type string `json:"content_type"`
	URL  string `json:"url"`
	Size int64  `json:"size"`
}

// Images are the pictures among files.
func Images(all []Attachment) (out []Attachment) {
	for _, a := range all {
		if strings.HasPrefix(a.Type, "image/") && a.URL != "" {
			out = append(out, a)
		}
	}
	return out
}

// Deleted is one message that is gone, or many of one channel.
type Deleted struct {
	ID      string   `json:"id"`
	IDs     []string `json:"ids"`
	Channel string   `json:"channel_id"`
	Guild   string   `json:"guild_id"`
}

// All are the ids of what is gone.
func (d *Deleted) All() []string {
	if d.ID != "" {
		return []string{d.ID}
	}
	return d.IDs
}

// Reaction is an emoji that was put on a message, or taken off it. Without a User all
// were taken off.
type Reaction struct {
	User    string  `json:"user_id"`
	Channel string  `json:"channel_id"`
	Message string  `json:"message_id"`
	Guild   string  `json:"guild_id"`
	Member  *Member `json:"member"` // not told when it is taken off
	Emoji   Emoji   `json:"emoji"`
}

// Emoji is an emoji of Unicode's, without an ID, or one of the server's.
type Emoji struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Sign is the emoji as text: itself, or ":name:".
func (e Emoji) Sign() string {
	if e.ID == "" {
		return e.Name
	}
	return ":" + e.Name + ":"
}

// Channel is a channel or a thread.
type Channel struct {
	ID     string `json:"id"`
	Guild  string `json:"guild_id"`
	Parent string `json:"parent_id"`
	Name   string `json:"name"`
	Type   int    `json:"type"`
	Owner  string `json:"owner_id"`
	Last   string `json:"last_message_id"`
	Thread *struct {
		Archived bool `json:"archived"`
		Locked   bool `json:"locked"`
	} `json:"thread_metadata"`
}

// IsThread reports whether it is a thread, in a forum as well.
func (c *Channel) IsThread() bool { return c.Type >= 10 && c.Type <= 12 }

// Guild is a server that the bot left, or that came to be unavailable for a while.
type Guild struct {
	ID          string `json:"id"`
	Unavailable bool   `json:"unavailable"`
}

// Role is a role of a server.
type Role struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Tags struct {
		Bot string `json:"bot_id"`
	} `json:"tags"`
}
