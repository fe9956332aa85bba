package guild

import (
	"slices"
	"time"
)

// FlagLoading stands on an answer that is still to come.
const FlagLoading = 1 << 7

// Message is one message.
type Message struct {
	ID, Channel, Author string
	Type                int
	Content             string
	Embeds, Components  []any
	Files               []*File
	Flags               int
	At, Edited          time.Time
	Nonce               any
	Pings               Pings // who was called when it was written
	ReplyTo, ReplyIn    string
	Reactions           []Reaction
	Pinned              bool
	Webhook             string // an interaction's answer, or of a webhook
	To                  string // who alone sees it
	Gone                bool
	Begun               *Begun // the interaction that it answers
}

// Begun is what a message says of the interaction that it answers.
type Begun struct {
	ID, User string
	Type     int
}

// Pings is who a message called.
type Pings struct {
	Users, Roles []string
	Everyone     bool // or here
	Unsaid       bool // allowed_mentions was missing, so the default held
}

// All lists who was called, by id, and everyone.
func (p Pings) All() []string {
	all := append(slices.Clone(p.Users), p.Roles...)
	if p.Everyone {
		all = append(all, "everyone")
	}
	return all
}

// Loading tells whether the message says only that an answer is to come.
func (m *Message) Loading() bool { return m.Flags&FlagLoading != 0 }

// System tells whether Discord wrote it by itself.
func (m *Message) System() bool { return m.Type != 0 && m.Type != 19 && m.Type != 20 && m.Type != 23 }

// Reaction is one emoji on a message and who put it there, the first one first.
type Reaction struct {
	Emoji string // as in an address: 👍, or name:id
	Users []string
}

// Upload is a file as it is sent.
type Upload struct {
	Key, Name, Type, Alt string // the key is that of the form's part, such as files[0]
	Data                 []byte
}

// File is a file as it is kept.
type File struct {
	ID, Name, Type, Alt, Channel, URL string
	Data                              []byte
	Width, Height                     int
}

// TooSoon is a pace of Discord's that a change did not keep to.
type TooSoon struct {
	Wait   time.Duration
	Shared bool
	Code   int
	Text   string
}

// Error says which pace it was.
func (t *TooSoon) Error() string { return "429 " + t.Text }

// Blank takes out of a message what only the intent for content shows.
func Blank(o Obj) {
	o["content"], o["embeds"], o["attachments"], o["components"] = "", []any{}, []any{}, []any{}
}

// Find is a message of the channel; nil: there is none.
func (c *Channel) Find(id string) *Message {
	if m := c.ByID[id]; m != nil && !m.Gone {
		return m
	}
	return nil
}

// Reacted is the place of an emoji among the reactions; -1: it is not there.
func (m *Message) Reacted(emoji string) int {
	return slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == emoji })
}
