// Package room keeps what is said in the console's rooms: messages, reactions,
// how far people have read, and who is to be told when something changes. It
// knows nothing of pages, requests or people's rights.
package room

import (
	"errors"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/storage"
)

// Message is one message of a room: a card of Ponte's, or a note of somebody's.
type Message struct {
	ID        bot.ID      `json:"id"`
	Brand     bot.BrandID `json:"brand"`
	Room      string      `json:"room"`
	Thread    bot.ID      `json:"thread,omitempty"` // the message it stands under
	Key       string      `json:"key"`              // what makes a message carried twice one message
	At        time.Time   `json:"at"`
	Card      *card.Card  `json:"card,omitempty"`
	EditKey   string      `json:"edit_key,omitempty"` // of the last edit
	Mention   []string    `json:"mention,omitempty"`  // users
	By        string      `json:"by,omitempty"`       // the user who wrote a note
	Name      string      `json:"name,omitempty"`     // their name when they wrote it
	Text      string      `json:"text,omitempty"`     // of a note
	Pictures  []string    `json:"pictures,omitempty"` // of a note, by hash
	Reactions []Reaction  `json:"reactions,omitempty"`
}

// Reaction is an emoji and the users who put it.
type Reaction struct {
	Emoji string   `json:"emoji"`
	By    []string `json:"by"`
}

// Mark is how far somebody has read a room, or one thread of it.
type Mark struct {
	Brand  bot.BrandID `json:"brand"`
	User   string      `json:"user"`
	Room   string      `json:"room"`
	Thread bot.ID      `json:"thread,omitempty"`
	ID     bot.ID      `json:"id"`
}

var (
	messages = storage.Define("console_messages", func(m *Message) storage.Key { return storage.K(m.Brand, m.ID) })
	byKey    = messages.Unique("key.1", func(m *Message) storage.Key { return storage.K(m.Brand, m.Key) })
	// inRoom holds what stands in a room itself, inThread what stands under a
	// message, inAll both.
	inRoom = messages.Index("room.1", func(m *Message) storage.Key {
		if m.Thread != "" {
			return nil
		}
		return storage.K(m.Brand, m.Room, m.ID)
	})
	inThread = messages.Index("thread.1", func(m *Message) storage.Key {
		if m.Thread == "" {
			return nil
		}
		return storage.K(m.Brand, m.Thread, m.ID)
	})
	inAll = messages.Index("all.1", func(m *Message) storage.Key { return storage.K(m.Brand, m.Room, m.ID) })
	marks = storage.Define("console_marks", func(m *Mark) storage.Key { return storage.K(m.Brand, m.User, m.Room, m.Thread) })
)

// Collections lists what the store must be opened with.
func Collections() []storage.Definition { return []storage.Definition{messages, marks} }

// Missing reports whether err says that there is no such message.
func Missing(err error) bool { return errors.Is(err, storage.ErrNotFound) }

// Get returns a message of a brand, or an error that is Missing.
func Get(tx *storage.Tx, brand bot.BrandID, id bot.ID) (Message, error) {
	return messages.Get(tx, storage.K(brand, id))
}

// ByKey returns the message that was carried under a key, or an error that is Missing.
func ByKey(tx *storage.Tx, brand bot.BrandID, key string) (Message, error) {
	return byKey.First(tx, storage.K(brand, key))
}

// Add keeps the message and shows it to everybody who looks at its room. One
// that was carried under its key before stands as it is, and is returned.
func (h *Hub) Add(tx *storage.Tx, m Message, now time.Time) (Message, error) {
	was, err := ByKey(tx, m.Brand, m.Key)
	if err == nil || !Missing(err) {
		return was, err
	}
	m.At = now.UTC()
	m.ID = bot.NewID(m.At)
	if err := messages.Insert(tx, m); err != nil {
		return m, err
	}
	tx.OnCommit(func() {
		h.Touch(m.Brand, m.Room, m.ID)
		if m.Thread != "" {
			h.Touch(m.Brand, m.Room, m.Thread)
		}
	})
	return m, nil
}

// Change alters a message and shows it anew.
func (h *Hub) Change(tx *storage.Tx, brand bot.BrandID, id bot.ID, fn func(*Message) error) (Message, error) {
	m, err := messages.Change(tx, storage.K(brand, id), fn)
	if err == nil {
		tx.OnCommit(func() { h.Touch(brand, m.Room, m.ID) })
	}
	return m, err
}

// pageSize is how many messages a pane shows at once.
const pageSize = 50

// Latest returns the newest messages of a room or a thread in the order they
// came, those before the given id if any, and whether there are earlier ones.
func Latest(tx *storage.Tx, brand bot.BrandID, room string, thread, before bot.ID) (list []Message, more bool, err error) {
	index, under := inRoom, storage.K(brand, room)
	if thread != "" {
		index, under = inThread, storage.K(brand, thread)
	}
	opts := []storage.Option{storage.Reverse(), storage.Limit(pageSize + 1)}
	if before != "" {
		opts = append(opts, storage.Until(slices.Concat(under, storage.K(before))))
	}
	for m, err := range index.Under(tx, under, opts...) {
		if err != nil {
			return nil, false, err
		}
		list = append(list, m)
	}
	if more = len(list) > pageSize; more {
		list = list[:pageSize]
	}
	slices.Reverse(list)
	return list, more, nil
}

// Standing is what a room or thread holds for one person.
type Standing struct {
	Count  int    // messages, at most MaxCount
	Unread int    // of them unread, at most MaxCount
	Read   bot.ID // read up to there
	Last   bot.ID
}

// MaxCount is as far as messages are counted; what is more shows as "99+".
const MaxCount = 100

// Stand counts a room, or one thread of it, for a person.
func Stand(tx *storage.Tx, brand bot.BrandID, user, room string, thread bot.ID) (s Standing, err error) {
	read, err := marks.Get(tx, storage.K(brand, user, room, thread))
	if err != nil && !Missing(err) {
		return s, err
	}
	s.Read = read.ID
	index, under := inAll, storage.K(brand, room)
	if thread != "" {
		index, under = inThread, storage.K(brand, thread)
		if s.Count, err = index.Count(tx, under, storage.Limit(MaxCount)); err != nil {
			return s, err
		}
	}
	after := storage.After(slices.Concat(under, storage.K(s.Read)))
	if s.Unread, err = index.Count(tx, under, after, storage.Limit(MaxCount)); err != nil {
		return s, err
	}
	last, err := index.First(tx, under, storage.Reverse())
	if Missing(err) {
		return s, nil
	}
	s.Last = last.ID
	return s, err
}

// ReadUpTo moves a read mark forward, never back. It reports whether it moved.
func ReadUpTo(tx *storage.Tx, m Mark) (bool, error) {
	was, err := marks.Get(tx, storage.K(m.Brand, m.User, m.Room, m.Thread))
	if err != nil && !Missing(err) || was.ID >= m.ID {
		return false, err
	}
	return true, marks.Put(tx, m)
}

// Toggle puts a user's emoji on the message, or takes it off. It reports
// whether anything changed.
func (m *Message) Toggle(emoji, user string, off bool) bool {
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == emoji })
	if i < 0 {
		if off {
			return false
		}
		m.Reactions = append(m.Reactions, Reaction{Emoji: emoji, By: []string{user}})
		return true
	}
	r := &m.Reactions[i]
	at := slices.Index(r.By, user)
	if at >= 0 != off {
		return false
	}
	if !off {
		r.By = append(r.By, user)
		return true
	}
	if r.By = slices.Delete(r.By, at, at+1); len(r.By) == 0 {
		m.Reactions = slices.Delete(m.Reactions, i, i+1)
	}
	return true
}

// Wears reports whether somebody put the emoji on the message.
func (m *Message) Wears(emoji string) bool {
	return slices.ContainsFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == emoji })
}

// In returns a message that stands in the room, or an error that is Missing.
func In(tx *storage.Tx, brand bot.BrandID, room string, id bot.ID) (Message, error) {
	m, err := Get(tx, brand, id)
	if err == nil && m.Room != room {
		return Message{}, storage.ErrNotFound
	}
	return m, err
}
