package relay

import (
	"cmp"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// TakeIn takes one item in, or an edit or a deletion of one. The same item twice is one item.
func (r *Relay) TakeIn(tx *storage.Tx, account bot.AccountID, in act.Incoming) (act.Result, error) {
	b, _, ok := r.brands().Owning(account)
	if !ok {
		return "", bot.Errorf(bot.NotFound, "error.account")
	}
	in = clean(in, tx.Now())
	known, err := records.ItemByRemote.First(tx, storage.K(account, in.Remote))
	switch {
	case err == nil && (in.Edited || in.Deleted):
		return r.altered(tx, known, in)
	case err == nil:
		return act.Duplicate, nil
	case !errors.Is(err, storage.ErrNotFound):
		return "", err
	case in.Deleted:
		return r.goneEarly(tx, account, in)
	}
	return act.Accepted, r.arrived(tx, b, account, in)
}

func (r *Relay) arrived(tx *storage.Tx, b *bot.Brand, account bot.AccountID, in act.Incoming) error {
	it := bot.Item{
		ID: bot.NewID(tx.Now()), Brand: b.ID, Account: account, Remote: in.Remote, Kind: in.Kind, Author: in.Author,
		Text: in.Text, URL: in.URL, Post: in.Post, InReplyTo: in.InReplyTo, Media: in.Media, Rating: in.Rating,
		CreatedAt: in.CreatedAt, ReceivedAt: tx.Now(),
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
		c.Moves, c.Items, c.First, c.Last = 1, 1, it.ID, it.ID
		if err = r.settle(tx, c); err != nil {
			return err
		}
		if err = records.Conversations.Insert(tx, *c); err != nil {
			return err
		}
		return r.Show(tx, c, act.ItemClass)
	}
	demoted := bot.ID("") // the item that gives its place on the card to the root
	*c, err = records.Conversations.Change(tx, storage.K(c.Brand, c.ID), func(c *bot.Conversation) error {
		if it.Remote == c.Root && c.First != it.ID {
			demoted, c.First, c.Author = c.First, it.ID, it.Author
		}
		c.Last = it.ID
		c.Items++
		c.Moves++
		c.Revision++
		c.Post = cmp.Or(c.Post, it.Post)
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
	mirrored := it.ID
	if demoted != "" {
		mirrored = demoted
	}
	return r.showItem(tx, c, mirrored, act.ItemClass)
}

// altered records an edit or a deletion at the source.
func (r *Relay) altered(tx *storage.Tx, it bot.Item, in act.Incoming) (act.Result, error) {
	e := bot.ItemEvent{At: tx.Now(), Text: in.Text, Deleted: in.Deleted}
	if !it.Happened(e) {
		return act.Duplicate, nil
	}
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
		c.Moves++
		c.Revision++
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

// clean bounds and repairs what came from outside; it never refuses.
func clean(in act.Incoming, now time.Time) act.Incoming {
	in.Text = bounded(in.Text, bot.MaxItemText)
	in.Remote, in.Post, in.InReplyTo = bounded(in.Remote, 512), bounded(in.Post, 512), bounded(in.InReplyTo, 512)
	in.URL, in.Author.URL = bounded(in.URL, 2048), bounded(in.Author.URL, 2048)
	in.Author.Name, in.Author.Handle = bounded(in.Author.Name, 512), bounded(in.Author.Handle, 512)
	in.Author.ID = bounded(cmp.Or(in.Author.ID, in.Author.Handle, in.Author.Name), 512)
	if len(in.Media) > 20 {
		in.Media = in.Media[:20]
	}
	if in.Rating < 0 || in.Rating > 5 {
		in.Rating = 0
	}
	if in.InReplyTo == in.Remote {
		in.InReplyTo = ""
	}
	if in.Kind == "" {
		in.Kind = bot.Comment
	}
	if in.CreatedAt.IsZero() || in.CreatedAt.After(now) {
		in.CreatedAt = now
	}
	in.CreatedAt = in.CreatedAt.UTC()
	return in
}

// bounded returns the text as valid UTF-8 without NUL, of at most n bytes, "…" where it was cut.
func bounded(s string, n int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "")
	if len(s) <= n {
		return s
	}
	cut := n - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
