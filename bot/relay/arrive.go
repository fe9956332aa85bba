package relay

import (
	"cmp"
	"errors"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/bot/verdict"
	"ponte/storage"
)

// TakeIn takes one item in, or an edit or a deletion of one, with the verdict on its
// text where there is one. The same item twice is one item.
func (r *Relay) TakeIn(tx *storage.Tx, account bot.AccountID, in act.Incoming, v *verdict.Verdict) (act.Result, error) {
	b, _, ok := r.brands().Owning(account)
	if !ok {
		return "", bot.Errorf(bot.NotFound, "error.account")
	}
	in = in.Clean(tx.Now())
	known, err := records.ItemByRemote.First(tx, storage.K(account, in.Remote))
	if errors.Is(err, storage.ErrNotFound) {
		if _, err := records.ReplyByRemote.First(tx, storage.K(account, in.Remote)); !errors.Is(err, storage.ErrNotFound) {
			return act.Duplicate, err // our own words come back to us
		}
	}
	switch {
	case err == nil && (in.Edited || in.Deleted):
		return r.altered(tx, known, in, v)
	case err == nil:
		return act.Duplicate, nil
	case !errors.Is(err, storage.ErrNotFound):
		return "", err
	case in.Deleted:
		return r.goneEarly(tx, account, in)
	}
	return act.Accepted, r.arrived(tx, b, account, in, v)
}

func (r *Relay) arrived(tx *storage.Tx, b *bot.Brand, account bot.AccountID, in act.Incoming, v *verdict.Verdict) error {
	it := bot.Item{
		ID: bot.NewID(tx.Now()), Brand: b.ID, Account: account, Remote: in.Remote, Kind: in.Kind, Author: in.Author,
		Text: in.Text, URL: in.URL, Post: in.Post, InReplyTo: in.InReplyTo, Media: in.Media, Rating: in.Rating,
		CreatedAt: in.CreatedAt, ReceivedAt: tx.Now(), Verdict: v,
	}
	gone, err := records.Gones.Get(tx, storage.K(account, in.Remote))
	if err == nil { // its deletion came before it did
		it.Happened(bot.ItemEvent{At: gone.At, Deleted: true})
		if err := records.Gones.Delete(tx, storage.K(account, in.Remote)); err != nil {
			return err
		}
	} else if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	c, isNew, err := r.conversationFor(tx, b, &it)
	if err != nil {
		return err
	}
	it.Conversation = c.ID
	if err := records.Items.Insert(tx, it); err != nil {
		return err
	}
	if err := r.joined(tx, &c, &it, isNew); err != nil {
		return err
	}
	tx.OnCommit(func() {
		r.log.Debug("an item came", "trace", c.ID, "item", it.ID, "account", account, "remote", it.Remote)
	})
	return records.Log(tx, bot.Record{
		Brand: b.ID, What: "item.came", Subject: act.OnConversation + "/" + string(c.ID), Trace: c.ID,
		Details: map[string]string{"item": string(it.ID), "account": string(account), "remote": it.Remote},
	})
}

// joined brings a conversation and what shows it up to date with an item that is new in it.
func (r *Relay) joined(tx *storage.Tx, c *bot.Conversation, it *bot.Item, isNew bool) error {
	var err error
	if isNew {
		if err = r.fold(tx, c); err != nil {
			return err
		}
		c.Moves, c.Items, c.First, c.Last, c.Said = 1, 1, it.ID, it.ID, c.Revision
		weigh(c, it)
		if err = r.settle(tx, c); err != nil {
			return err
		}
		if err = records.Conversations.Insert(tx, *c); err != nil {
			return err
		}
		return r.Show(tx, c, act.ItemClass)
	}
	demoted, freed := bot.ID(""), false // the item that gives its place on the card to the root; whether it leaves its storm
	*c, err = records.Conversations.Change(tx, storage.K(c.Brand, c.ID), func(c *bot.Conversation) error {
		if it.Remote == c.Root && c.First != it.ID {
			demoted, c.First, c.Author = c.First, it.ID, it.Author
		}
		c.Last, c.Post = it.ID, cmp.Or(c.Post, it.Post)
		c.Items++
		heard(c)
		weigh(c, it)
		if it.Deleted() {
			return r.settle(tx, c)
		}
		if freed = c.Storm != "" && c.Status == bot.Resolved; freed {
			c.Storm = "" // what comes after the team was done with it is nobody's sample
		}
		if err := c.Move(bot.ItemCame); err != nil {
			return err
		}
		return r.settle(tx, c)
	})
	if err != nil {
		return err
	}
	if err := r.Show(tx, c, act.ItemClass); err != nil {
		return err
	}
	if freed {
		return r.showThread(tx, c, act.ItemClass)
	}
	return r.showItem(tx, c, cmp.Or(demoted, it.ID), act.ItemClass)
}

// heard counts that something was said, edited or deleted in a conversation.
func heard(c *bot.Conversation) {
	c.Moves++
	c.Revision++
	c.Said = c.Revision
}

// altered records an edit or a deletion at the source.
func (r *Relay) altered(tx *storage.Tx, it bot.Item, in act.Incoming, v *verdict.Verdict) (act.Result, error) {
	e := bot.ItemEvent{At: tx.Now(), Text: in.Text, Deleted: in.Deleted}
	if !it.Happened(e) {
		return act.Duplicate, nil
	}
	rejudge(&it, v)
	if err := records.Items.Put(tx, it); err != nil {
		return "", err
	}
	what := "item.edited"
	if in.Deleted {
		what = "item.deleted"
	}
	c, err := records.ConversationOf(tx, it.Brand, it.Conversation)
	if err != nil {
		return "", err
	}
	if c, err = records.Conversations.Change(tx, storage.K(c.Brand, c.ID), func(c *bot.Conversation) error {
		heard(c)
		weigh(c, &it)
		return r.settle(tx, c)
	}); err != nil {
		return "", err
	}
	if err := r.Show(tx, &c, act.ItemClass); err != nil {
		return "", err
	}
	if c.First != it.ID {
		if err := r.showItem(tx, &c, it.ID, act.ItemClass); err != nil {
			return "", err
		}
	}
	return act.Accepted, records.Log(tx, bot.Record{
		Brand: it.Brand, What: what, Subject: act.OnConversation + "/" + string(c.ID), Trace: c.ID,
		Details: map[string]string{"item": string(it.ID)},
	})
}

// goneEarly remembers the deletion of an item that has not come yet, so that it never shows as alive.
func (r *Relay) goneEarly(tx *storage.Tx, account bot.AccountID, in act.Incoming) (act.Result, error) {
	err := records.Gones.Insert(tx, records.Gone{Account: account, Remote: in.Remote, At: tx.Now()})
	if errors.Is(err, storage.ErrConflict) {
		return act.Duplicate, nil
	}
	return act.Accepted, err
}
