package judge

import (
	"cmp"
	"errors"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/bot/verdict"
	"ponte/storage"
)

// Correct takes a person's word on one head of an item's verdict: from now on the
// item is that, and what is like it leans there. The same word again changes nothing.
func Correct(tx *storage.Tx, by bot.PersonID, it bot.Item, h verdict.Head, right string) (bot.Item, error) {
	if it.Deleted() || it.Verdict == nil {
		return it, bot.Errorf(bot.NotFound, "error.no_verdict")
	}
	if !h.Knows(right) {
		return it, bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(right, 30), "Choices", strings.Join(h.Labels(), ", "))
	}
	v := *it.Verdict
	a := v.Of(h)
	if a.By != "" && a.Is == right {
		return it, nil
	}
	c, err := kept(tx, &it, h)
	if err != nil {
		return it, err
	}
	t, err := tallyOf(tx, it.Brand)
	if err != nil {
		return it, err
	}
	if c.Right != "" {
		t.Count(&c, -1)
	}
	c.Right, c.By, c.At = right, string(by), tx.Now()
	t.Count(&c, 1)
	if err := records.Tallies.Put(tx, t); err != nil {
		return it, err
	}
	if err := records.Corrections.Put(tx, c); err != nil {
		return it, err
	}
	*a = verdict.Answer{Is: right, Sure: true, By: string(by)}
	if h == verdict.Urgency {
		v.Rule, v.Level = "", ""
		if right == verdict.High { // for the reason that was found, where one was
			v.Rule, v.Level = c.Rule, cmp.Or(c.Level, verdict.High)
		}
	}
	it.Verdict = &v
	if err := records.Items.Put(tx, it); err != nil {
		return it, err
	}
	return it, records.Log(tx, bot.Record{
		Brand: it.Brand, Who: string(by), What: "verdict.corrected", Subject: act.OnConversation + "/" + string(it.Conversation), Trace: it.Conversation,
		Details: map[string]string{"item": string(it.ID), string(h): right, "was": c.Was.Is},
	})
}

// kept is the correction of an item's head that is there already, or a new one of
// what was found.
func kept(tx *storage.Tx, it *bot.Item, h verdict.Head) (verdict.Correction, error) {
	c, err := records.Corrections.Get(tx, storage.K(string(it.Brand), string(it.ID), string(h)))
	if !errors.Is(err, storage.ErrNotFound) {
		return c, err
	}
	c = verdict.Correction{
		Brand: string(it.Brand), Item: string(it.ID), Conversation: string(it.Conversation), Head: h, Was: *it.Verdict.Of(h),
	}
	if h == verdict.Urgency {
		c.Rule, c.Level = it.Verdict.Rule, it.Verdict.Level
	}
	return c, nil
}
