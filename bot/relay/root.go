package relay

import (
	"errors"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// conversationFor finds the conversation an item belongs in, or makes one that
// is not stored yet. Items may come in any order: where an item turns out to
// join two conversations, they become one.
func (r *Relay) conversationFor(tx *storage.Tx, b *bot.Brand, it *bot.Item) (bot.Conversation, bool, error) {
	root, err := rootOf(tx, it)
	if err != nil {
		return bot.Conversation{}, false, err
	}
	c, err := records.ConversationByRoot.First(tx, storage.K(it.Account, root))
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return c, false, err
	}
	found := err == nil
	if it.Kind == bot.Direct || root == it.Remote {
		return r.orNew(b, it, root, c, found)
	}
	// What came before this item and answers it stands under it as a root: it belongs further up.
	early, err := records.ConversationByRoot.First(tx, storage.K(it.Account, it.Remote))
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return r.orNew(b, it, root, c, found)
	case err != nil:
		return c, false, err
	case !found:
		c, err = records.Conversations.Change(tx, storage.K(early.Brand, early.ID), func(c *bot.Conversation) error {
			c.Root = root
			return nil
		})
		return c, false, err
	}
	c, err = r.merge(tx, early, c)
	return c, false, err
}

func (r *Relay) orNew(b *bot.Brand, it *bot.Item, root string, c bot.Conversation, found bool) (bot.Conversation, bool, error) {
	if found {
		return c, false, nil
	}
	return bot.Conversation{
		ID: bot.NewID(it.ReceivedAt), Brand: b.ID, Account: it.Account, Root: root, Post: it.Post,
		Private: it.Kind == bot.Direct, Channel: b.RouteFor(it).ID, Status: bot.Open, Priority: bot.Normal,
		Author: it.Author, OpenedAt: it.ReceivedAt, MovedAt: it.ReceivedAt, Revision: 1,
	}, true, nil
}

// rootOf says what the item hangs on: its author for direct messages, else the
// root of what it answers, as far up as is known.
func rootOf(tx *storage.Tx, it *bot.Item) (string, error) {
	if it.Kind == bot.Direct {
		who := "\x00@" + it.Author.ID // no platform's id holds a NUL
		if it.Author.ID == "" {
			who += "\x00" + it.Remote // two that nobody can name are not one
		}
		return who, nil
	}
	if it.InReplyTo == "" || it.InReplyTo == it.Post {
		return it.Remote, nil
	}
	above, err := records.ItemByRemote.First(tx, storage.K(it.Account, it.InReplyTo))
	if errors.Is(err, storage.ErrNotFound) {
		ours, err := records.ReplyByRemote.First(tx, storage.K(it.Account, it.InReplyTo))
		if errors.Is(err, storage.ErrNotFound) {
			return it.InReplyTo, nil
		}
		if err != nil {
			return "", err
		}
		above.Brand, above.Conversation = ours.Brand, ours.Conversation
	} else if err != nil {
		return "", err
	}
	c, err := records.ConversationOf(tx, above.Brand, above.Conversation)
	if c.Private { // what is public never joins what is not; what answers the same is together
		return it.InReplyTo, err
	}
	return c.Root, err
}

// merge moves everything of one conversation into another: its items, replies and
// place on the inbox. Its card stays and says where the conversation goes on.
func (r *Relay) merge(tx *storage.Tx, from, into bot.Conversation) (bot.Conversation, error) {
	if from.ID == into.ID {
		return into, nil
	}
	items, replies, err := r.move(tx, from.ID, into.ID)
	if err != nil {
		return into, err
	}
	gone, err := records.Conversations.Change(tx, storage.K(from.Brand, from.ID), func(c *bot.Conversation) error {
		c.MergedInto, c.Status, c.Writing = into.ID, bot.Resolved, nil
		c.Revision++
		return r.settle(tx, c)
	})
	if err != nil {
		return into, err
	}
	freed := into.Storm != "" && from.Storm == "" // what the team talks about stays out of a storm
	into, err = records.Conversations.Change(tx, storage.K(into.Brand, into.ID), func(c *bot.Conversation) error {
		absorb(c, from)
		c.JoinedAt = tx.Now()
		if freed {
			c.Storm = ""
		}
		return r.settle(tx, c)
	})
	if err != nil {
		return into, err
	}
	if err := r.Show(tx, &gone, act.ItemClass); err != nil {
		return into, err
	}
	if err := r.Show(tx, &into, act.ItemClass); err != nil {
		return into, err
	}
	if err := r.moveThread(tx, from.ID, &into, items, replies, freed); err != nil {
		return into, err
	}
	return into, records.Log(tx, bot.Record{
		Brand: into.Brand, What: "conversation.merged", Subject: act.OnConversation + "/" + string(from.ID), Trace: into.ID,
		Details: map[string]string{"into": string(into.ID)},
	})
}

// move puts the items and replies of one conversation into another.
func (r *Relay) move(tx *storage.Tx, from, into bot.ID) (items, replies []bot.ID, err error) {
	for it, err := range records.ItemsOf.Under(tx, storage.K(from)) {
		if err != nil {
			return nil, nil, err
		}
		it.Conversation = into
		if err := records.Items.Put(tx, it); err != nil {
			return nil, nil, err
		}
		items = append(items, it.ID)
	}
	for rep, err := range records.RepliesOf.Under(tx, storage.K(from)) {
		if err != nil {
			return nil, nil, err
		}
		rep.Conversation = into
		if err := records.Replies.Put(tx, rep); err != nil {
			return nil, nil, err
		}
		replies = append(replies, rep.ID)
	}
	return items, replies, nil
}

// moveThread shows what moved in its new thread, and takes back what was still to
// be shown in the old one.
func (r *Relay) moveThread(tx *storage.Tx, from bot.ID, into *bot.Conversation, items, replies []bot.ID, freed bool) error {
	for _, id := range items {
		if err := r.withdraw(tx, records.ItemSlot(from, id), act.Subject{Kind: act.OnItem, ID: id}); err != nil {
			return err
		}
		if err := r.showItem(tx, into, id, act.ItemClass); err != nil {
			return err
		}
	}
	for _, id := range replies {
		on := act.Subject{Kind: act.OnReply, ID: id}
		if err := r.withdraw(tx, records.ReplySlot(from, id), on); err != nil {
			return err
		}
		if err := r.mirror(tx, into, records.ReplySlot(into.ID, id), on, act.ItemClass); err != nil {
			return err
		}
	}
	if freed {
		return r.showThread(tx, into, act.ItemClass)
	}
	return nil
}

// withdraw takes back a message that is not there yet.
func (r *Relay) withdraw(tx *storage.Tx, slot string, on act.Subject) error {
	for e, err := range records.EffectsOn.Under(tx, storage.K(on.Kind, on.ID)) {
		if err != nil {
			return err
		}
		if e.Slot != slot || e.State != act.Waiting {
			continue
		}
		s, err := records.Slots.Get(tx, storage.K(slot))
		if err != nil {
			return err
		}
		if s.Ref == "" && !e.Maybe {
			return r.out.Cancel(tx, e.ID)
		}
	}
	return nil
}

// absorb takes over what a merged conversation carried.
func absorb(c *bot.Conversation, from bot.Conversation) {
	c.Items += from.Items
	c.Replies += from.Replies
	c.Moves += from.Moves
	c.Revision++
	c.Said = c.Revision
	if from.Last > c.Last {
		c.Last, c.Verdict = from.Last, from.Verdict
	}
	if c.Assignee == "" {
		c.Assignee = from.Assignee
	}
	for _, l := range from.Labels {
		c.Label(l, true)
	}
	if slices.Index(priorities, from.Priority) < slices.Index(priorities, c.Priority) {
		c.Priority, c.Pinned, c.Raised, c.RaisedBy = from.Priority, from.Pinned, from.Raised, from.RaisedBy
	}
	if from.Status != bot.Resolved && c.Status != bot.Open {
		c.Status, c.SnoozedUntil = bot.Open, time.Time{}
	}
}

var priorities = []bot.Priority{bot.Urgent, bot.High, bot.Normal, bot.Low}

// Published tells the relay under which id a reply of ours stands in public. An
// answer to it that was quicker than the receipt comes home to its conversation.
func (r *Relay) Published(tx *storage.Tx, account bot.AccountID, remote string, conversation bot.ID) error {
	if remote == "" {
		return nil // a person's word that it is out names nothing
	}
	early, err := records.ConversationByRoot.First(tx, storage.K(account, remote))
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	home, err := records.ConversationOf(tx, early.Brand, conversation)
	if err != nil || home.ID == early.ID || home.Private {
		return err
	}
	_, err = r.merge(tx, early, home)
	return err
}
