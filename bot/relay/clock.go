package relay

import (
	"context"
	"errors"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/hours"
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
	c.WaitingSince, c.DueAt, c.WakeAt = time.Time{}, time.Time{}, time.Time{}
	switch {
	case c.MergedInto != "" || c.Status == bot.Resolved:
		c.Overdue = false
		return nil
	case c.Status == bot.Snoozed:
		c.WakeAt, c.Overdue = c.SnoozedUntil, false
		return nil
	}
	oldest, err := records.ItemsUnanswered.First(tx, storage.K(c.ID))
	if errors.Is(err, storage.ErrNotFound) {
		c.Overdue = false
		return nil
	}
	if err != nil {
		return err
	}
	c.WaitingSince = oldest.CreatedAt // people wait since they wrote, not since we heard
	target := r.target(b, c)
	if target <= 0 {
		c.Overdue = false
		return nil
	}
	c.DueAt = b.Hours.Add(c.WaitingSince, target)
	c.Overdue = !tx.Now().Before(c.DueAt)
	nudge := nudgeAt(b.Hours, c, target)
	switch {
	case c.NudgedAt.Before(c.WaitingSince) && !c.Overdue:
		c.WakeAt = nudge
	case !c.Overdue:
		c.WakeAt = c.DueAt
	}
	return nil
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

// nudgeAt is when three quarters of the time to answer are over.
func nudgeAt(h hours.Calendar, c *bot.Conversation, target time.Duration) time.Time {
	return h.Add(c.WaitingSince, target*3/4)
}

// Tick does what is due by the clock and returns when it must be called again;
// the zero time when nothing is planned.
func (r *Relay) Tick(ctx context.Context) (time.Time, error) {
	for {
		next, more, err := r.tick(ctx)
		if err != nil || !more {
			return next, err
		}
	}
}

func (r *Relay) tick(ctx context.Context) (next time.Time, more bool, err error) {
	err = r.store.Update(ctx, func(tx *storage.Tx) error {
		next, more = time.Time{}, false
		var due []bot.Conversation
		for c, err := range records.ConversationsToWake.Under(tx, nil, storage.Limit(100)) {
			if err != nil {
				return err
			}
			if c.WakeAt.After(tx.Now()) {
				next = c.WakeAt
				break
			}
			due = append(due, c)
		}
		more = len(due) == 100
		for _, c := range due {
			if err := r.wakes(tx, c); err != nil {
				return err
			}
		}
		return nil
	})
	return next, more, err
}

// wakes ends a snooze, nudges whoever should answer, or shows that the time is over.
func (r *Relay) wakes(tx *storage.Tx, c bot.Conversation) error {
	if c.Status == bot.Snoozed {
		if _, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error { return c.Move(bot.SnoozeEnd) }); err != nil {
			return err
		}
		return r.tell(tx, &c, card.W("relay.snooze_over"), c.Assignee)
	}
	late := !tx.Now().Before(c.DueAt)
	if _, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		c.NudgedAt = tx.Now()
		return nil
	}); err != nil || late || c.Storm != "" {
		return err // the card tells the channel that it is overdue
	}
	return r.tell(tx, &c, card.W("relay.nudge", card.At("Due", c.DueAt)), c.Assignee)
}

// tell says something in a conversation's thread and pings the person; where
// nobody has the conversation it stands in the channel itself, once.
func (r *Relay) tell(tx *storage.Tx, c *bot.Conversation, w card.Words, to bot.PersonID) error {
	place, ok := r.place(c.Brand, c.Channel)
	if !ok {
		return nil
	}
	slot, err := records.Slots.Get(tx, storage.K(CardSlot(c.ID)))
	if errors.Is(err, storage.ErrNotFound) || err == nil && slot.Ref == "" {
		return nil // the card itself is still to come, and will say it
	}
	if err != nil {
		return err
	}
	say := act.Send{Card: card.Notice(w)}
	if to != "" {
		say.Thread, say.Mention = slot.Ref, r.users(c.Brand, to, place)
	} else {
		say.Card.Blocks = []card.Block{{List: []card.Line{{
			Mark: card.MarkOpen, Words: w, Text: card.Outside(c.Author.Name), Thread: &card.Ref{Channel: place.Channel, Message: slot.Ref},
		}}}}
	}
	_, err = r.out.Say(tx, act.Effect{
		Brand: c.Brand, Subject: act.Subject{Kind: act.OnConversation, ID: c.ID}, Trace: c.ID, At: place,
		Lane: lane(c.ID), Class: act.RoutineClass, Act: act.Envelope{Act: say},
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
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		next, err := r.Tick(ctx)
		if err == nil {
			err = r.work(ctx)
		}
		if ctx.Err() != nil {
			return nil
		}
		wait := 15 * time.Second // a conversation that opens meanwhile is due no sooner than its target, and is looked at again by then
		if err != nil {
			r.log.Error("the inbox clock stumbled; it tries again", "err", err)
			wait = time.Second
		} else if d := time.Until(next); !next.IsZero() && d < wait {
			wait = max(d, 10*time.Millisecond)
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-r.wake:
		}
	}
}
