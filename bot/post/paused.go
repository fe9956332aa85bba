package post

import (
	"context"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// reminds says, once, where the brand decides, that a pause was meant to end now: it
// ends by a person's word. It returns when the next one is meant to end.
func (d *Desk) reminds(ctx context.Context) (next time.Time, err error) {
	var over []records.BrandHold
	err = d.store.View(ctx, func(tx *storage.Tx) error {
		over, next = nil, time.Time{}
		for h, err := range records.BrandHolds.Under(tx, nil) {
			if err != nil {
				return err
			}
			switch {
			case h.Until.IsZero() || h.Reminded:
			case h.Until.After(tx.Now()):
				next = sooner(next, h.Until)
			default:
				over = append(over, h)
			}
		}
		return nil
	})
	for _, h := range over {
		if err == nil {
			err = d.store.Update(ctx, func(tx *storage.Tx) error { return d.overdue(tx, h) })
		}
	}
	return next, err
}

// overdue says it of one brand, unless the pause is another by now.
func (d *Desk) overdue(tx *storage.Tx, was records.BrandHold) error {
	h, ok, err := records.Found(records.BrandHolds.Get(tx, storage.K(was.Brand)))
	if err != nil || !ok || h.Reminded || !h.Until.Equal(was.Until) {
		return err
	}
	h.Reminded = true
	if err := records.BrandHolds.Put(tx, h); err != nil {
		return err
	}
	b, ok := d.brands().Brand(h.Brand)
	if !ok {
		return nil
	}
	ch := b.DecidesIn()
	at := act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote}
	if at.Platform == "" {
		return nil
	}
	words := card.W("post.pause_over", card.At("Until", h.Until))
	k := card.Card{Mark: card.MarkSnoozed, Blocks: []card.Block{card.Say(words)}, Actions: []card.Action{
		{Verb: "resume", Label: card.W("post.action.resume"), Needs: []bot.Role{bot.Manager, bot.Strategist}},
	}}
	_, err = d.out.Say(tx, act.Effect{
		Brand: b.ID, Subject: act.Subject{Kind: "brand", ID: bot.ID(b.ID)}, At: at, Lane: "brand/" + string(b.ID), Class: act.RoutineClass,
		Act: act.Seal(act.Send{Card: k, Mention: userOf(b, h.By, at)}), Until: tx.Now().Add(tellUntil),
	})
	return err
}

// userOf is who a person is where a place is, to be pinged there.
func userOf(b *bot.Brand, id bot.PersonID, at act.Place) (out []string) {
	p, _ := b.Person(id)
	for _, u := range p.Users {
		if user, ok := strings.CutPrefix(u, at.Platform+"/"+at.Space+"/"); ok && user != "" {
			out = append(out, user)
		}
	}
	return out
}
