package records

import (
	"errors"
	"time"

	"ponte/bot"
	"ponte/storage"
)

// Log writes a line of the audit log; it fills in the id and the time.
func Log(tx *storage.Tx, r bot.Record) error {
	r.ID, r.At = bot.NewID(tx.Now()), tx.Now()
	if r.Who == "" {
		r.Who = "ponte"
	}
	return Audit.Insert(tx, r)
}

// Once reports whether the event with this id is seen for the first time, and remembers it.
// An event without an id is always new.
func Once(tx *storage.Tx, source, id string) (bool, error) {
	if id == "" {
		return true, nil
	}
	err := Deeds.Insert(tx, Seen{Source: source, ID: id, At: tx.Now()})
	if errors.Is(err, storage.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

// TellOnce reports whether the person was not told this yet, and remembers that they are now.
func TellOnce(tx *storage.Tx, person, what string) (bool, error) {
	err := Tolds.Insert(tx, Told{Person: person, What: what, At: tx.Now()})
	if errors.Is(err, storage.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

// ConversationOf returns a conversation of the brand, following it where it was merged into another.
func ConversationOf(tx *storage.Tx, brand bot.BrandID, id bot.ID) (bot.Conversation, error) {
	for {
		c, err := Conversations.Get(tx, storage.K(brand, id))
		if err != nil || c.MergedInto == "" {
			return c, err
		}
		id = c.MergedInto
	}
}

// Item returns an item of the brand.
func Item(tx *storage.Tx, brand bot.BrandID, id bot.ID) (bot.Item, error) {
	return Items.Get(tx, storage.K(brand, id))
}

// Forget removes what was seen before a moment, at most n of it, and reports whether there is more.
func Forget(tx *storage.Tx, before time.Time, n int) (bool, error) {
	var old []Seen
	for s, err := range DeedsAt.Under(tx, nil, storage.Until(storage.K(before)), storage.Limit(n)) {
		if err != nil {
			return false, err
		}
		old = append(old, s)
	}
	for _, s := range old {
		if err := Deeds.Delete(tx, storage.K(s.Source, s.ID)); err != nil {
			return false, err
		}
	}
	return len(old) == n, nil
}
