// Package pause keeps everything that a brand has planned from going out, until a
// person lifts it. It knows of posts only that they are held, and no platform.
package pause

import (
	"context"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/clock"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	mostReason = 500            // characters
	mostHeld   = 1000           // posts that one word releases, or that one answer lists
	tellUntil  = 24 * time.Hour // a word that comes later would be stale
)

// Posts is what a pause needs of those who keep posts.
type Posts interface {
	// Release lets go of a post that is held.
	Release(tx *storage.Tx, b *bot.Brand, by bot.PersonID, post bot.Post) error
	// KeepBack holds what came due in a pause and the clock has not come to.
	KeepBack(tx *storage.Tx, b *bot.Brand, h bot.Hold) error
}

// Brake pauses brands.
type Brake struct {
	store  storage.Store
	out    *outbox.Outbox
	brands func() *bot.Brands
	posts  Posts
	clock  *clock.Clock
}

// New makes the brake; the clock is the one that calls Reminds.
func New(store storage.Store, out *outbox.Outbox, brands func() *bot.Brands, posts Posts, c *clock.Clock) *Brake {
	return &Brake{store: store, out: out, brands: brands, posts: posts, clock: c}
}

// ReleaseAll releases what a brand holds, at most a thousand posts, and returns how many.
func (k *Brake) ReleaseAll(tx *storage.Tx, b *bot.Brand, by bot.PersonID) (int, error) {
	held, err := holds(tx, b.ID)
	if err != nil {
		return 0, err
	}
	for _, p := range held {
		if err := k.posts.Release(tx, b, by, p); err != nil {
			return 0, err
		}
	}
	return len(held), nil
}

func holds(tx *storage.Tx, brand bot.BrandID) (out []bot.Post, err error) {
	for p, err := range records.PostsByState.Under(tx, storage.K(brand, bot.Held), storage.Limit(mostHeld)) {
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// Pause keeps everything that the brand has planned from going out, until somebody
// resumes. What comes due meanwhile is held.
func (k *Brake) Pause(tx *storage.Tx, b *bot.Brand, by bot.PersonID, why string, until time.Time) error {
	h := records.BrandHold{Brand: b.ID, Hold: bot.Hold{Why: bot.Short(why, mostReason), By: by, At: tx.Now(), Until: until}}
	if err := records.BrandHolds.Put(tx, h); err != nil {
		return err
	}
	if !until.IsZero() {
		k.clock.Expects(tx, until)
	}
	return logged(tx, b.ID, by, "brand.paused")
}

// Resume lifts the pause, and returns what is held back, at most a thousand posts,
// the earliest first: none of it goes out before somebody releases it. The error
// is a Conflict when there is no pause.
func (k *Brake) Resume(tx *storage.Tx, b *bot.Brand, by bot.PersonID) (waiting []bot.Post, err error) {
	pause, ok, err := records.Found(records.BrandHolds.Get(tx, storage.K(b.ID)))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, bot.Errorf(bot.Conflict, "error.brand_not_paused")
	}
	if err := k.posts.KeepBack(tx, b, pause.Hold); err != nil {
		return nil, err
	}
	held, err := holds(tx, b.ID)
	if err != nil {
		return nil, err
	}
	if err := records.BrandHolds.Delete(tx, storage.K(b.ID)); err != nil {
		return nil, err
	}
	k.clock.Expects(tx, tx.Now())
	return held, logged(tx, b.ID, by, "brand.resumed")
}

// Free refuses what cannot be while a brand is paused.
func Free(tx *storage.Tx, brand bot.BrandID) error {
	paused, err := records.BrandHolds.Has(tx, storage.K(brand))
	if err == nil && paused {
		err = bot.Errorf(bot.Conflict, "error.brand_paused")
	}
	return err
}

func logged(tx *storage.Tx, brand bot.BrandID, by bot.PersonID, what string) error {
	return records.Log(tx, bot.Record{Brand: brand, Who: string(by), What: what, Subject: "brand/" + string(brand)})
}

// Reminds says, once, where the brand decides, that a pause was meant to end now: it
// ends by a person's word. It returns when the next one is meant to end.
func (k *Brake) Reminds(ctx context.Context) (next time.Time, err error) {
	var over []records.BrandHold
	err = k.store.View(ctx, func(tx *storage.Tx) error {
		over, next = nil, time.Time{}
		for h, err := range records.BrandHolds.Under(tx, nil) {
			if err != nil {
				return err
			}
			switch {
			case h.Until.IsZero() || h.Reminded:
			case h.Until.After(tx.Now()):
				next = clock.Sooner(next, h.Until)
			default:
				over = append(over, h)
			}
		}
		return nil
	})
	for _, h := range over {
		if err == nil {
			err = k.store.Update(ctx, func(tx *storage.Tx) error { return k.overdue(tx, h) })
		}
	}
	return next, err
}

// overdue says it of one brand, unless the pause is another by now.
func (k *Brake) overdue(tx *storage.Tx, was records.BrandHold) error {
	h, ok, err := records.Found(records.BrandHolds.Get(tx, storage.K(was.Brand)))
	if err != nil || !ok || h.Reminded || !h.Until.Equal(was.Until) {
		return err
	}
	h.Reminded = true
	if err := records.BrandHolds.Put(tx, h); err != nil {
		return err
	}
	b, ok := k.brands().Brand(h.Brand)
	if !ok {
		return nil
	}
	ch := b.DecidesIn()
	at := act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote}
	if at.Platform == "" {
		return nil
	}
	words := card.W("post.pause_over", card.At("Until", h.Until))
	said := card.Card{Mark: card.MarkSnoozed, Blocks: []card.Block{card.Say(words)}, Actions: []card.Action{
		{Verb: "resume", Label: card.W("post.action.resume"), Needs: []bot.Role{bot.Manager, bot.Strategist}},
	}}
	_, err = k.out.Say(tx, act.Effect{
		Brand: b.ID, Subject: act.Subject{Kind: "brand", ID: bot.ID(b.ID)}, At: at, Lane: "brand/" + string(b.ID), Class: act.RoutineClass,
		Act: act.Seal(act.Send{Card: said, Mention: b.Users(h.By, at.Platform, at.Space)}), Until: tx.Now().Add(tellUntil),
	})
	return err
}
