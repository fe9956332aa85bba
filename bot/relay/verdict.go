package relay

import (
	"cmp"
	"context"
	"slices"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/verdict"
	"ponte/storage"
)

// unjudged is the judge where there is none: nothing has a verdict.
func unjudged(_ context.Context, _ bot.AccountID, in []act.Incoming) []*verdict.Verdict {
	return make([]*verdict.Verdict, len(in))
}

// rejudge gives an item that changed at the source the verdict on how it reads now.
// What people decided stays.
func rejudge(it *bot.Item, v *verdict.Verdict) {
	if it.Deleted() {
		return
	}
	if v != nil {
		v.Keep(it.Verdict)
	}
	it.Verdict = v
}

// weigh has a conversation stand on the verdict on its newest item, while that is
// there, and raises its priority where it is urgent and nobody has set it.
func weigh(c *bot.Conversation, it *bot.Item) {
	if c.Last != it.ID {
		return
	}
	if c.Verdict = it.Verdict; it.Deleted() {
		c.Verdict = nil
	}
	v := c.Verdict
	if c.Pinned || v.Surely(verdict.Urgency) != verdict.High {
		return
	}
	if level := bot.Priority(v.Level); slices.Index(priorities, level) < slices.Index(priorities, c.Priority) {
		c.Priority, c.Raised, c.RaisedBy = level, cmp.Or(v.Rule, verdict.Tone), it.ID
	}
}

// Corrected shows what a person decided of an item, and takes a priority back that
// was raised for it and is not so.
func (r *Relay) Corrected(tx *storage.Tx, c bot.Conversation, it bot.Item) error {
	c, err := r.Change(tx, c.Brand, c.ID, func(c *bot.Conversation) error {
		calm := it.Verdict.Urgency.By != "" && it.Verdict.Surely(verdict.Urgency) == verdict.Normal
		if calm && c.Raised != "" && cmp.Or(c.RaisedBy, it.ID) == it.ID {
			c.Priority, c.Raised, c.RaisedBy = bot.Normal, "", ""
		}
		weigh(c, &it)
		return nil
	})
	if err != nil || c.First == it.ID {
		return err
	}
	return r.showItem(tx, &c, it.ID, act.PersonClass)
}
