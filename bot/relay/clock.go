package relay

import (
	"context"
	"errors"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// settle sets what follows from a conversation's state: how long it waits, by
// when it is due, and when the clock must look at it again.
func (r *Relay) settle(tx *storage.Tx, c *bot.Conversation) error {
	b, ok := r.brands().Brand(c.Brand)
	if !ok {
		return bot.Errorf(bot.NotFound, "error.brand")
	}
	c.MovedAt = tx.Now()
	c.WaitingSince, c.DueAt, c.WakeAt, c.Overdue = time.Time{}, time.Time{}, time.Time{}, false
	if c.MergedInto != "" {
		return nil
	}
	switch c.Status {
	case bot.Resolved:
	case bot.Snoozed:
		c.WakeAt = c.SnoozedUntil
	default:
		t, err := r.times(tx, b, c)
		if err != nil {
			return err
		}
		c.WaitingSince, c.DueAt = t.since, t.due
		c.Overdue = !t.due.IsZero() && !tx.Now().Before(t.due)
		switch {
		case c.Overdue:
		case t.told:
			c.WakeAt = t.due
		default:
			c.WakeAt = t.nudge
		}
	}
	for _, w := range c.Writing {
		if c.WakeAt.IsZero() || w.Until.Before(c.WakeAt) {
			c.WakeAt = w.Until
		}
	}
	r.clock.Expects(tx, c.WakeAt)
	return nil
}

// times is what the service clock says of a conversation; zero times where it says nothing.
type times struct {
	since, nudge, due time.Time
	told              bool // it was nudged already
}

// oldestOf is how many waiting items are looked at for the oldest.
const oldestOf = 100

// times reads the clock of a conversation. People wait since they wrote, not
// since we heard of it.
func (r *Relay) times(tx *storage.Tx, b *bot.Brand, c *bot.Conversation) (t times, err error) {
	var heard time.Time
	for it, err := range records.ItemsUnanswered.Under(tx, storage.K(c.ID), storage.Limit(oldestOf)) {
		if err != nil {
			return t, err
		}
		if heard.IsZero() {
			heard = it.ReceivedAt
		}
		if t.since.IsZero() || it.CreatedAt.Before(t.since) {
			t.since = it.CreatedAt
		}
	}
	target := r.target(b, c)
	if t.since.IsZero() || target <= 0 {
		return t, nil
	}
	t.nudge = b.Hours.Add(t.since, target*3/4) // three quarters of the time are over
	t.due = b.Hours.Add(t.since, target)
	t.told = !c.NudgedAt.Before(heard)
	return t, nil
}

func (r *Relay) target(b *bot.Brand, c *bot.Conversation) time.Duration {
	t, ok := b.Targets[c.Priority]
	if !ok {
		t = b.Targets[bot.Normal]
	}
	if c.Replies > 0 {
		return t.Next
	}
	return t.First
}

// Tick does what is due by the clock and returns when it must be called again;
// the zero time when nothing is planned.
func (r *Relay) Tick(ctx context.Context) (time.Time, error) {
	for {
		due, next, err := r.due(ctx)
		if err != nil || len(due) == 0 {
			return next, err
		}
		for _, c := range due {
			if err := r.wakeUp(ctx, c); err != nil {
				return next, err
			}
		}
	}
}

// due returns conversations for which something is due, or when the next one is.
func (r *Relay) due(ctx context.Context) (due []bot.Conversation, next time.Time, err error) {
	err = r.store.View(ctx, func(tx *storage.Tx) error {
		due, next = nil, time.Time{}
		for c, err := range records.ConversationsToWake.Under(tx, nil, storage.Limit(100)) {
			if err != nil {
				return err
			}
			if c.WakeAt.After(tx.Now()) {
				next = c.WakeAt
				return nil
			}
			due = append(due, c)
		}
		return nil
	})
	return due, next, err
}

// putOff is when a conversation is looked at again that could not be woken.
const putOff = 10 * time.Minute

// wakeUp does what is due for one conversation. One that cannot be woken, since
// its brand is configured no more say, is put off and holds up no other.
func (r *Relay) wakeUp(ctx context.Context, c bot.Conversation) error {
	var still bot.Conversation
	get := func(tx *storage.Tx) (err error) {
		still, err = records.Conversations.Get(tx, storage.K(c.Brand, c.ID))
		return err
	}
	isDue := func(tx *storage.Tx) bool { return !still.WakeAt.IsZero() && !still.WakeAt.After(tx.Now()) }
	err := r.store.Update(ctx, func(tx *storage.Tx) error {
		if err := get(tx); err != nil || !isDue(tx) {
			return err
		}
		if err := r.wakes(tx, still); err != nil {
			return err
		}
		if err := get(tx); err == nil && isDue(tx) {
			return errors.New("it is still due")
		}
		return nil
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	r.log.Error("a conversation could not be woken; it is put off", "conversation", c.ID, "err", err)
	return r.store.Update(ctx, func(tx *storage.Tx) error {
		if err := get(tx); err != nil || !isDue(tx) {
			return err
		}
		still.WakeAt = tx.Now().Add(putOff)
		return records.Conversations.Put(tx, still)
	})
}

// wakes ends a snooze, nudges whoever should answer, shows that the time is
// over, and forgets who left a form open.
func (r *Relay) wakes(tx *storage.Tx, c bot.Conversation) error {
	b, ok := r.brands().Brand(c.Brand)
	if !ok {
		return bot.Errorf(bot.NotFound, "error.brand")
	}
	now, ends, nudges, was := tx.Now(), c.Status == bot.Snoozed && !c.SnoozedUntil.After(tx.Now()), false, c.Overdue
	if c.Status == bot.Open || c.Status == bot.Pending {
		t, err := r.times(tx, b, &c)
		if err != nil {
			return err
		}
		nudges = !t.told && !t.due.IsZero() && !now.Before(t.nudge) && now.Before(t.due)
	}
	c, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		c.Stops("", now)
		if nudges {
			c.NudgedAt = now
		}
		if ends {
			return c.Move(bot.SnoozeEnd)
		}
		return nil
	})
	if err == nil && ends {
		err = r.logged(tx, "", &c, "conversation.woke", nil)
	}
	if err == nil && c.Overdue && !was {
		err = r.logged(tx, "", &c, "conversation.overdue", nil)
	}
	switch {
	case err != nil || c.Storm != "":
		return err
	case ends:
		return r.tell(tx, &c, card.W("relay.snooze_over"), c.Assignee)
	case nudges:
		return r.tell(tx, &c, card.W("relay.nudge", card.At("Due", c.DueAt)), c.Assignee)
	}
	return nil // the card tells the channel when it is overdue
}

// tellUntil is how late a word may come; later it would be stale.
const tellUntil = time.Hour

// tell says something in a conversation's thread and pings the person; where
// nobody has the conversation it stands in the channel itself, once.
func (r *Relay) tell(tx *storage.Tx, c *bot.Conversation, w card.Words, to bot.PersonID) error {
	slot, err := records.Slots.Get(tx, storage.K(records.CardSlot(c.ID)))
	if errors.Is(err, storage.ErrNotFound) || err == nil && slot.Ref == "" {
		return nil // the card itself is still to come, and will say it
	}
	if err != nil {
		return err
	}
	say := act.Send{Card: card.Notice(w)}
	if to != "" {
		say.Thread, say.Mention = slot.Ref, r.users(c.Brand, to, slot.At)
	} else {
		say.Card.Blocks = []card.Block{{List: []card.Line{{
			Mark: card.MarkOpen, Words: w, Text: card.Outside(c.Author.Name), Thread: &card.Ref{Channel: slot.At.Channel, Message: slot.Ref},
		}}}}
	}
	_, err = r.out.Say(tx, act.Effect{
		Brand: c.Brand, Subject: act.Subject{Kind: act.OnConversation, ID: c.ID}, Trace: c.ID, At: slot.At,
		Lane: records.Lane(c.ID), Class: act.RoutineClass, Act: act.Seal(say), Until: tx.Now().Add(tellUntil),
	})
	return err
}

// users returns the ids under which a person is known where a place is.
func (r *Relay) users(brand bot.BrandID, id bot.PersonID, at act.Place) []string {
	b, ok := r.brands().Brand(brand)
	if !ok {
		return nil
	}
	p, _ := b.Person(id)
	var out []string
	prefix := at.Platform + "/" + at.Space + "/"
	for _, u := range p.Users {
		if len(u) > len(prefix) && u[:len(prefix)] == prefix {
			out = append(out, u[len(prefix):])
		}
	}
	return out
}

// Run does what the clock and the storms ask for, until ctx ends.
func (r *Relay) Run(ctx context.Context) error {
	return r.clock.Run(ctx, func(ctx context.Context) (time.Time, error) {
		next, err := r.Tick(ctx)
		if err == nil {
			err = r.work(ctx)
		}
		return next, err
	})
}
