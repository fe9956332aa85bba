package relay

import (
	"errors"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// Assign gives a conversation to a person, or to nobody when to is empty. Whoever
// gets it from somebody else is told in the thread.
func (r *Relay) Assign(tx *storage.Tx, by bot.PersonID, c bot.Conversation, to bot.PersonID) error {
	if c.Assignee == to {
		return nil
	}
	c, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		c.Assignee = to
		return nil
	})
	if err != nil {
		return err
	}
	if to != "" && to != by {
		if err := r.tell(tx, &c, card.W("relay.assigned", card.Text("By", r.person(c.Brand, by)), card.Text("To", r.person(c.Brand, to))), to); err != nil {
			return err
		}
	}
	return r.logged(tx, by, &c, "conversation.assigned", map[string]string{"to": string(to)})
}

// Resolve closes a conversation; nothing in it waits any more.
func (r *Relay) Resolve(tx *storage.Tx, by bot.PersonID, c bot.Conversation) error {
	if err := r.close(tx, c, false); err != nil {
		return err
	}
	return r.logged(tx, by, &c, "conversation.resolved", nil)
}

// Spam marks everything in a conversation as spam and closes it.
func (r *Relay) Spam(tx *storage.Tx, by bot.PersonID, c bot.Conversation) error {
	if err := r.close(tx, c, true); err != nil {
		return err
	}
	return r.logged(tx, by, &c, "conversation.spam", nil)
}

// close ends the waiting of every item of a conversation without a reply, and resolves it.
func (r *Relay) close(tx *storage.Tx, c bot.Conversation, spam bool) error {
	mark := r.answered
	if spam {
		mark = r.unwanted
	}
	if err := mark(tx, c.ID, tx.Now()); err != nil {
		return err
	}
	_, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		if spam {
			c.Label("spam", true)
		}
		return c.Move(bot.ByResolve)
	})
	return err
}

// answered marks the items of a conversation that came until a moment and wait.
func (r *Relay) answered(tx *storage.Tx, conversation bot.ID, until time.Time) error {
	for it, err := range records.ItemsUnanswered.Under(tx, storage.K(conversation)) {
		if err != nil || it.ReceivedAt.After(until) {
			return err
		}
		it.Answered = true
		if err := records.Items.Put(tx, it); err != nil {
			return err
		}
	}
	return nil
}

// unwanted marks the items of a conversation that came until a moment as spam.
func (r *Relay) unwanted(tx *storage.Tx, conversation bot.ID, until time.Time) error {
	for it, err := range records.ItemsOf.Under(tx, storage.K(conversation)) {
		if err != nil || it.ReceivedAt.After(until) {
			return err
		}
		it.Spam = true
		if err := records.Items.Put(tx, it); err != nil {
			return err
		}
	}
	return nil
}

// Reopen opens a conversation again. What was marked as spam in it is so no more.
func (r *Relay) Reopen(tx *storage.Tx, by bot.PersonID, c bot.Conversation) error {
	if c.Status == bot.Open {
		return bot.Errorf(bot.Conflict, "error.already_open")
	}
	for it, err := range records.ItemsOf.Under(tx, storage.K(c.ID)) {
		if err != nil {
			return err
		}
		if last := it.ID == c.Last && c.Status == bot.Resolved; it.Spam || last {
			it.Spam, it.Answered = false, it.Answered && !last
			if err := records.Items.Put(tx, it); err != nil {
				return err
			}
		}
	}
	c, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		c.Label("spam", false)
		return c.Move(bot.ByReopen)
	})
	if err != nil {
		return err
	}
	return r.logged(tx, by, &c, "conversation.reopened", nil)
}

// Snooze puts a conversation away until a moment or the next item.
func (r *Relay) Snooze(tx *storage.Tx, by bot.PersonID, c bot.Conversation, until time.Time) error {
	if !until.After(tx.Now()) {
		return bot.Errorf(bot.Invalid, "error.past")
	}
	c, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		c.SnoozedUntil = until
		return c.Move(bot.BySnooze)
	})
	if err != nil {
		return err
	}
	return r.logged(tx, by, &c, "conversation.snoozed", map[string]string{"until": until.UTC().Format(time.RFC3339)})
}

// MaxLabels is how many labels a conversation can carry.
const MaxLabels = 20

// Label puts labels on a conversation, or takes those off that begin with "-".
func (r *Relay) Label(tx *storage.Tx, by bot.PersonID, c bot.Conversation, labels []string) error {
	c, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		for _, l := range labels {
			name, off := strings.CutPrefix(strings.ToLower(l), "-")
			if name == "" || len([]rune(name)) > 40 || strings.ContainsAny(name, "<>@#\x00") {
				return bot.Errorf(bot.Invalid, "error.label", "Label", bot.Short(l, 40))
			}
			c.Label(name, !off)
		}
		if len(c.Labels) > MaxLabels {
			return bot.Errorf(bot.Invalid, "error.labels")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.logged(tx, by, &c, "conversation.labelled", map[string]string{"labels": strings.Join(c.Labels, " ")})
}

// Prioritise sets how pressing a conversation is.
func (r *Relay) Prioritise(tx *storage.Tx, by bot.PersonID, c bot.Conversation, p bot.Priority) error {
	c, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		c.Priority, c.Pinned, c.Raised, c.RaisedBy = p, true, "", ""
		return nil
	})
	if err != nil {
		return err
	}
	return r.logged(tx, by, &c, "conversation.priority", map[string]string{"priority": string(p)})
}

// writingFor is how long somebody who opened the form is believed to write.
const writingFor = 10 * time.Minute

// Writes records who has the reply form open; writing false when it was closed.
func (r *Relay) Writes(tx *storage.Tx, p bot.PersonID, c bot.Conversation, writing bool) error {
	_, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		if writing {
			c.Starts(p, tx.Now(), tx.Now().Add(writingFor))
		} else {
			c.Stops(p, tx.Now())
		}
		return nil
	})
	return err
}

// SentOff records that a person sent a reply off: whoever writes at the same time must know.
func (r *Relay) SentOff(tx *storage.Tx, rep bot.Reply) error {
	_, err := r.Change(tx, rep.Brand, rep.Conversation, func(c *bot.Conversation) error {
		c.Moves++
		c.Stops(rep.By, tx.Now())
		return nil
	})
	return err
}

// Replied records that a reply is out: what came before it was written is
// answered. A conversation that was put away meanwhile stays so.
func (r *Relay) Replied(tx *storage.Tx, rep bot.Reply) error {
	c, err := records.ConversationOf(tx, rep.Brand, rep.Conversation)
	if err != nil {
		return err
	}
	if err := r.answers(tx, &c, rep); err != nil {
		return err
	}
	_, err = records.ItemsUnanswered.First(tx, storage.K(c.ID))
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	waits := err == nil
	if _, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		c.Replies++
		if c.Assignee == "" {
			c.Assignee = rep.By
		}
		if waits && c.Status == bot.Open || c.Status == bot.Snoozed {
			return nil
		}
		return c.Move(bot.WeReplied)
	}); err != nil {
		return err
	}
	return r.Published(tx, rep.Account, rep.Remote, c.ID)
}

// answers marks what a reply answers: all that its writer can have seen. What
// joined the conversation later is not known to be among that.
func (r *Relay) answers(tx *storage.Tx, c *bot.Conversation, rep bot.Reply) error {
	if c.JoinedAt.IsZero() || c.JoinedAt.Before(rep.At) {
		return r.answered(tx, c.ID, rep.At)
	}
	it, err := records.ItemByRemote.First(tx, storage.K(rep.Account, rep.To))
	if err != nil {
		return err
	}
	it.Answered = true
	return records.Items.Put(tx, it)
}

func (r *Relay) logged(tx *storage.Tx, by bot.PersonID, c *bot.Conversation, what string, details map[string]string) error {
	return records.Log(tx, bot.Record{
		Brand: c.Brand, Who: string(by), What: what, Subject: act.OnConversation + "/" + string(c.ID), Trace: c.ID, Details: details,
	})
}
