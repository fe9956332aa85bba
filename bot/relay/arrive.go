package relay

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
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
	if errors.Is(err, storage.ErrNotFound) {
		if _, err := records.ReplyByRemote.First(tx, storage.K(account, in.Remote)); !errors.Is(err, storage.ErrNotFound) {
			return act.Duplicate, err // our own words come back to us
		}
	}
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
		heard(c)
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
	in.Post, in.InReplyTo = identity(in.Post), identity(in.InReplyTo)
	if in.Remote = identity(in.Remote); in.Remote == "" { // nothing that comes in is lost for want of a name
		in.Remote = digest(in.Author.ID, in.Author.Name, in.CreatedAt.UTC().Format(time.RFC3339Nano), in.Text)
	}
	in.URL, in.Author.URL = bounded(in.URL, 2048), bounded(in.Author.URL, 2048)
	in.Author.Name, in.Author.Handle = bounded(in.Author.Name, 512), bounded(in.Author.Handle, 512)
	in.Author.ID = identity(cmp.Or(in.Author.ID, in.Author.Handle))
	if in.Author.ID == "" && in.Kind != bot.Direct { // two of one name do not read each other's messages
		in.Author.ID = identity(in.Author.Name)
	}
	in.Media = slices.Clone(in.Media[:min(len(in.Media), 20)])
	for i, m := range in.Media {
		in.Media[i] = bot.Media{URL: bounded(m.URL, 2048), Type: bounded(m.Type, 100), Alt: bounded(m.Alt, 2048)}
	}
	if in.Rating < 0 || in.Rating > 5 {
		in.Rating = 0
	}
	if in.InReplyTo == in.Remote {
		in.InReplyTo = ""
	}
	if !slices.Contains(bot.ItemKinds, in.Kind) {
		in.Kind = bot.Comment
	}
	if in.CreatedAt.IsZero() || in.CreatedAt.After(now) {
		in.CreatedAt = now
	}
	in.CreatedAt = in.CreatedAt.UTC()
	return in
}

// identity bounds a platform's id; two that differ stay different.
func identity(id string) string {
	const most = 512
	if id = plain(id); len(id) <= most {
		return id
	}
	return bounded(id, most-70) + digest(id)
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "#" + hex.EncodeToString(sum[:])
}

// plain returns the text as valid UTF-8 without NUL.
func plain(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "") }

// bounded returns the plain text in at most n bytes, "…" where it was cut.
func bounded(s string, n int) string {
	if s = plain(s); len(s) <= n {
		return s
	}
	cut := n - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
