package records

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
)

// Moment is something that the team wants to find again of what happened to a
// subject: a message of its thread, or words of their own. It stays when the message
// is deleted in team chat.
type Moment struct {
	ID      bot.ID         `json:"id"`
	Brand   bot.BrandID    `json:"brand"`
	Subject act.Subject    `json:"subject,omitzero"` // whose timeline it stands on; not known of a message that was not read yet
	At      time.Time      `json:"at"`               // when it was said
	By      []bot.PersonID `json:"by"`               // who marked it, the first one first; never nobody
	Pinned  []bot.PersonID `json:"pinned,omitempty"` // who of them did so by the reaction
	Who     string         `json:"who,omitempty"`    // who said the message, as the team calls them; empty: Ponte
	Text    string         `json:"text,omitempty"`
	About   act.Subject    `json:"about,omitzero"` // what the message shows, where Ponte has the record of it: an item or a reply
	Place   act.Place      `json:"place,omitzero"` // of the message; none of words of their own
	Ref     string         `json:"ref,omitempty"`

	Tries  int       `json:"tries,omitempty"`  // at reading the message
	ReadAt time.Time `json:"read_at,omitzero"` // when it is read next; zero: it was read, or need not be
}

// The moments.
var (
	Moments = storage.Define("moments", func(m *Moment) storage.Key { return storage.K(m.Brand, m.ID) })
	// MomentsOn are those of a subject, the earliest first.
	MomentsOn = Moments.Index("subject.1", func(m *Moment) storage.Key {
		if m.Subject.ID == "" {
			return nil
		}
		return storage.K(m.Brand, m.Subject.Kind, m.Subject.ID, m.At)
	})
	// MomentByRef makes one moment of a message, whoever marks it.
	MomentByRef = Moments.Unique("ref.1", func(m *Moment) storage.Key {
		if m.Ref == "" {
			return nil
		}
		return storage.K(m.Place.String(), m.Ref)
	})
	// MomentsToRead are those whose message is still to be read.
	MomentsToRead = Moments.Index("read.1", func(m *Moment) storage.Key {
		if m.ReadAt.IsZero() {
			return nil
		}
		return storage.K(m.ReadAt)
	})
)
