package records

import (
	"errors"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
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

// LogEffect writes what became of an effect, and never what it says.
func LogEffect(tx *storage.Tx, e *act.Effect, who string) error {
	details := map[string]string{"key": e.Key, "attempt": strconv.Itoa(e.Attempt)}
	if e.Attempt > 0 && !e.StartedAt.IsZero() {
		details["started"] = e.StartedAt.Format(time.RFC3339Nano)
	}
	if e.Fault != nil && e.State != act.Done {
		details["fault"] = string(e.Fault.Kind)
	}
	return Log(tx, bot.Record{
		Brand: e.Brand, Who: who, What: "effect." + string(e.State), Subject: "effect/" + string(e.ID), Trace: e.Trace, Details: details,
	})
}

// Once reports whether the event with this id is seen for the first time, and remembers it.
// An event without an id is always new. One that was seen and asked for something
// else, as its sum tells, is a Conflict.
func Once(tx *storage.Tx, source, id, sum string) (bool, error) {
	if id == "" {
		return true, nil
	}
	had, seen, err := Found(Deeds.Get(tx, storage.K(source, id)))
	switch {
	case err != nil:
		return false, err
	case seen && had.Sum != sum:
		return false, bot.Errorf(bot.Conflict, "error.sent_before")
	case seen:
		return false, nil
	}
	return true, Deeds.Insert(tx, Seen{Source: source, ID: id, Sum: sum, At: tx.Now()})
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

// CardSlot names the message that shows a conversation and opens its thread.
func CardSlot(conversation bot.ID) string { return "card/" + string(conversation) }

// ItemSlot names the message that mirrors a further item in a conversation's thread.
func ItemSlot(conversation, item bot.ID) string {
	return "item/" + string(conversation) + "/" + string(item)
}

// ReplySlot names the message that shows a reply in a conversation's thread.
func ReplySlot(conversation, reply bot.ID) string {
	return "reply/" + string(conversation) + "/" + string(reply)
}

// StormSlot names the one message that shows a storm.
func StormSlot(storm bot.ID) string { return "storm/" + string(storm) }

// Lane names the order in which a conversation's thread is written.
func Lane(conversation bot.ID) string { return "conversation/" + string(conversation) }

// ShownElsewhere returns the messages of team chat that show a subject, other
// than the one with the name given.
func ShownElsewhere(tx *storage.Tx, subject act.Subject, but string) ([]act.Slot, error) {
	var out []act.Slot
	for s, err := range SlotsOn.Under(tx, storage.K(subject.Kind, subject.ID)) {
		if err != nil {
			return nil, err
		}
		if s.ID != but && s.Ref != "" && s.Parent != "" {
			out = append(out, s)
		}
	}
	return out, nil
}

// Paused returns the pause, if there is one: nothing goes out and nobody is asked
// what became of an attempt, while all that comes in is taken.
func Paused(tx *storage.Tx) (Pause, bool, error) { return Found(Pauses.Get(tx, thePause)) }

// Hold lets nothing more start, for a reason. What is under way ends.
func Hold(tx *storage.Tx, why Why) error {
	return Pauses.Put(tx, Pause{Why: why, At: tx.Now()})
}

// Unhold lifts the pause, and reports whether there was one.
func Unhold(tx *storage.Tx) (bool, error) {
	_, paused, err := Paused(tx)
	if !paused || err != nil {
		return false, err
	}
	return true, Pauses.Delete(tx, thePause)
}

// Doubt marks those of the effects that wait as perhaps done by somebody else
// since a moment at the earliest; a zero moment means that nobody knows. Each is
// asked after when its turn comes, unless its platform certainly still does
// nothing twice under its key.
func Doubt(tx *storage.Tx, effects []act.Effect, since time.Time) error {
	for _, e := range effects {
		if e.Show || e.Maybe || e.State != act.Waiting {
			continue
		}
		e.Maybe, e.FirstAt = true, since
		if e.Fault == nil {
			e.Fault = bot.Errorf(bot.Ambiguous, "error.unknown_outcome")
		}
		if err := Effects.Put(tx, e); err != nil {
			return err
		}
	}
	return nil
}

// DraftsDue returns a post of each draft of which one waits for its time, or for a
// decision, no longer, but those to skip; and when the next one is due. There are so
// many at most.
func DraftsDue(tx *storage.Tx, skip map[bot.ID]bool, most int) (list []bot.Post, next time.Time, err error) {
	listed := map[bot.ID]bool{}
	for _, state := range []bot.PostState{bot.Scheduled, bot.InReview} {
		for p, err := range PostsDue.Under(tx, storage.K(state)) {
			if err != nil {
				return nil, next, err
			}
			if p.Due.After(tx.Now()) {
				if next.IsZero() || p.Due.Before(next) {
					next = p.Due
				}
				break
			}
			if !skip[p.Draft] && !listed[p.Draft] {
				list, listed[p.Draft] = append(list, p), true
			}
			if len(list) >= most {
				return list, next, nil
			}
		}
	}
	return list, next, nil
}
