package console

import (
	"cmp"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/storage"
)

// message is one message of a room: a card of Ponte's, or a note of somebody's.
type message struct {
	ID        bot.ID       `json:"id"`
	Brand     bot.BrandID  `json:"brand"`
	Room      string       `json:"room"`
	Thread    bot.ID       `json:"thread,omitempty"` // the message it stands under
	Key       string       `json:"key"`              // what makes a message carried twice one message
	At        time.Time    `json:"at"`
	Card      *card.Card   `json:"card,omitempty"`
	EditKey   string       `json:"edit_key,omitempty"` // of the last edit
	Mention   []string     `json:"mention,omitempty"`  // users
	By        string       `json:"by,omitempty"`       // the user who wrote a note
	Name      string       `json:"name,omitempty"`     // their name when they wrote it
	Text      string       `json:"text,omitempty"`     // of a note
	Reactions []reactionBy `json:"reactions,omitempty"`
}

// reactionBy is an emoji and the users who put it.
type reactionBy struct {
	Emoji string   `json:"emoji"`
	By    []string `json:"by"`
}

// mark is how far somebody has read a room, or one thread of it.
type mark struct {
	Brand  bot.BrandID `json:"brand"`
	User   string      `json:"user"`
	Room   string      `json:"room"`
	Thread bot.ID      `json:"thread,omitempty"`
	ID     bot.ID      `json:"id"`
}

var (
	messages = storage.Define("console_messages", func(m *message) storage.Key { return storage.K(m.Brand, m.ID) })
	byKey    = messages.Unique("key.1", func(m *message) storage.Key { return storage.K(m.Brand, m.Key) })
	// inRoom holds what stands in a room itself, inThread what stands under a
	// message, inAll both.
	inRoom = messages.Index("room.1", func(m *message) storage.Key {
		if m.Thread != "" {
			return nil
		}
		return storage.K(m.Brand, m.Room, m.ID)
	})
	inThread = messages.Index("thread.1", func(m *message) storage.Key {
		if m.Thread == "" {
			return nil
		}
		return storage.K(m.Brand, m.Thread, m.ID)
	})
	inAll = messages.Index("all.1", func(m *message) storage.Key { return storage.K(m.Brand, m.Room, m.ID) })
	marks = storage.Define("console_marks", func(m *mark) storage.Key { return storage.K(m.Brand, m.User, m.Room, m.Thread) })
)

// Collections lists what the store must be opened with.
func Collections() []storage.Definition { return []storage.Definition{messages, marks} }

// insert adds the message unless one was carried under its key already, and
// returns the one that stands. It may be run twice.
func (c *Console) insert(tx *storage.Tx, m message) (message, error) {
	was, err := byKey.First(tx, storage.K(m.Brand, m.Key))
	if err == nil || !missing(err) {
		return was, err
	}
	m.At = c.opt.Now().UTC()
	m.ID = bot.NewID(m.At)
	if err := messages.Insert(tx, m); err != nil {
		return m, err
	}
	c.tell(tx, m)
	return m, nil
}

// change alters a message and shows it to everybody who looks at it.
func (c *Console) change(tx *storage.Tx, brand bot.BrandID, id bot.ID, fn func(*message) error) (message, error) {
	m, err := messages.Change(tx, storage.K(brand, id), fn)
	if err == nil {
		tx.OnCommit(func() { c.hub.touch(brand, m.Room, m.ID) })
	}
	return m, err
}

// tell shows a new message, and anew the one it stands under.
func (c *Console) tell(tx *storage.Tx, m message) {
	tx.OnCommit(func() {
		c.hub.touch(m.Brand, m.Room, m.ID)
		if m.Thread != "" {
			c.hub.touch(m.Brand, m.Room, m.Thread)
		}
	})
}

// pageSize is how many messages a pane shows at once.
const pageSize = 50

// latest returns the newest messages of a room or a thread in the order they
// came, those before the given id if any, and whether there are earlier ones.
func latest(tx *storage.Tx, brand bot.BrandID, room string, thread, before bot.ID) (list []message, more bool, err error) {
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

// standing is what a room or thread holds for one person.
type standing struct {
	Count  int    // messages, at most maxCount
	Unread int    // of them unread, at most maxCount
	Read   bot.ID // read up to there
	Last   bot.ID
}

// maxCount is as far as messages are counted; what is more shows as "99+".
const maxCount = 100

// stand counts a room, or one thread of it, for a person.
func stand(tx *storage.Tx, brand bot.BrandID, user, room string, thread bot.ID) (s standing, err error) {
	read, err := marks.Get(tx, storage.K(brand, user, room, thread))
	if err != nil && !missing(err) {
		return s, err
	}
	s.Read = read.ID
	index, under := inAll, storage.K(brand, room)
	if thread != "" {
		index, under = inThread, storage.K(brand, thread)
		if s.Count, err = index.Count(tx, under, storage.Limit(maxCount)); err != nil {
			return s, err
		}
	}
	after := storage.After(slices.Concat(under, storage.K(s.Read)))
	if s.Unread, err = index.Count(tx, under, after, storage.Limit(maxCount)); err != nil {
		return s, err
	}
	last, err := index.First(tx, under, storage.Reverse())
	if missing(err) {
		return s, nil
	}
	s.Last = last.ID
	return s, err
}

// readUpTo moves a read mark forward, never back. It reports whether it moved.
func readUpTo(tx *storage.Tx, m mark) (bool, error) {
	was, err := marks.Get(tx, storage.K(m.Brand, m.User, m.Room, m.Thread))
	if err != nil && !missing(err) || cmp.Compare(was.ID, m.ID) >= 0 {
		return false, err
	}
	return true, marks.Put(tx, m)
}

// toggle puts a user's emoji on the message, or takes it off. It reports
// whether anything changed.
func (m *message) toggle(emoji, user string, off bool) bool {
	i := slices.IndexFunc(m.Reactions, func(r reactionBy) bool { return r.Emoji == emoji })
	if i < 0 {
		if off {
			return false
		}
		m.Reactions = append(m.Reactions, reactionBy{Emoji: emoji, By: []string{user}})
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

// wears reports whether somebody put the emoji on the message.
func (m *message) wears(emoji string) bool {
	return slices.ContainsFunc(m.Reactions, func(r reactionBy) bool { return r.Emoji == emoji })
}
