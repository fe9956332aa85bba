package results

import (
	"context"
	"errors"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/postcard"
	"ponte/bot/records"
	"ponte/storage"
)

const tellUntil = 24 * time.Hour // a word that comes later would be stale

// read asks for the numbers of one post and keeps what came of it. Where the
// network did not answer it says until when the account is left alone.
func (d *Desk) read(ctx context.Context, r bot.Readings) (alone time.Time, err error) {
	post, ok, err := d.post(ctx, r)
	if err != nil {
		return alone, err
	}
	t := try{at: time.Now().UTC()}
	if !ok {
		t.fault = bot.Errorf(bot.NotFound, "error.not_found")
	} else {
		t.numbers, t.fault = d.measure(ctx, post)
	}
	if ctx.Err() != nil {
		return alone, ctx.Err()
	}
	if t.fault != nil && t.fault.Kind != bot.NotFound {
		d.Log.Warn("the numbers of a post could not be read", "post", r.Post, "account", r.Account, "kind", t.fault.Kind, "err", t.fault)
	}
	err = d.store.Update(ctx, func(tx *storage.Tx) error {
		alone = time.Time{}
		still, ok, err := records.Found(records.ToRead.Get(tx, storage.K(r.Post)))
		if err != nil || !ok || still.Step != r.Step || still.Tries != r.Tries {
			return err
		}
		next, kept := follows(still, moments(d.brand(r.Brand)), t)
		if t.fault != nil && (t.fault.Kind == bot.RateLimited || t.fault.Kind == bot.Unavailable) {
			alone = t.at.Add(max(firstWait, min(t.fault.RetryAfter, farthest)))
		}
		if err := records.ToRead.Put(tx, next); err != nil {
			return err
		}
		return d.keep(tx, &post, kept)
	})
	return alone, err
}

// post is what a plan is about.
func (d *Desk) post(ctx context.Context, r bot.Readings) (p bot.Post, ok bool, err error) {
	err = d.store.View(ctx, func(tx *storage.Tx) (err error) {
		p, ok, err = records.Found(records.Posts.Get(tx, storage.K(r.Brand, r.Post)))
		return err
	})
	return p, ok, err
}

// measure asks the network of a post. Whatever is not said plainly is taken for a
// network that does not answer.
func (d *Desk) measure(ctx context.Context, p bot.Post) (bot.Numbers, *bot.Error) {
	b := d.brand(p.Brand)
	from := d.Source(p.Account)
	if _, ours := b.Account(p.Account); !ours || from.Measurer == nil {
		return bot.Numbers{}, bot.Errorf(bot.Unavailable, "error.not_found")
	}
	ctx, cancel := context.WithTimeout(ctx, measureFor)
	defer cancel()
	n, err := from.Measure(ctx, from.At, p.Remote)
	if err == nil {
		return n, nil
	}
	fault, ok := errors.AsType[*bot.Error](err)
	if !ok || fault.Kind == bot.Ambiguous {
		fault = bot.Errorf(bot.Unavailable, "error.not_found").Because(err)
	}
	return bot.Numbers{}, fault
}

// keep writes readings down, says what people must know of them, and has the card
// drawn anew.
func (d *Desk) keep(tx *storage.Tx, p *bot.Post, kept []bot.Reading) error {
	for _, r := range kept {
		if err := records.Readings.Put(tx, r); err != nil {
			return err
		}
		if gone(&r) && p.ID != "" {
			if err := d.tellGone(tx, p); err != nil {
				return err
			}
		}
	}
	if len(kept) == 0 || p.ID == "" {
		return nil
	}
	shown, _, err := records.Found(records.Results.Get(tx, storage.K(p.Draft)))
	if err != nil {
		return err
	}
	shown.Draft, shown.Brand, shown.Behind = p.Draft, p.Brand, tx.Now()
	return records.Results.Put(tx, shown)
}

// tellGone says in the draft's thread that a post is not there any more. It pings nobody.
func (d *Desk) tellGone(tx *storage.Tx, p *bot.Post) error {
	draft, ok, err := records.Found(records.Drafts.Get(tx, storage.K(p.Brand, p.Draft)))
	if err != nil || !ok {
		return err
	}
	at, parent, ok, err := d.Threads.Thread(tx, p.Brand, p.Draft)
	if err != nil || !ok {
		return err
	}
	told := act.Slot{
		ID: "told/" + string(bot.NewID(tx.Now())), Brand: p.Brand, Subject: act.Subject{Kind: act.OnResults, ID: p.Draft}, At: at, Parent: parent,
	}
	if err := records.Slots.Insert(tx, told); err != nil {
		return err
	}
	w := card.W("results.gone_told", card.Text("Number", strconv.Itoa(draft.Number)), card.Text("Account", postcard.Account(d.brand(p.Brand), p.Account)))
	_, err = d.out.Say(tx, act.Effect{
		Brand: p.Brand, Subject: told.Subject, Slot: told.ID, At: at, Lane: lane(p.Draft), Class: act.RoutineClass,
		Act: act.Seal(act.Send{Card: card.Notice(w)}), Until: tx.Now().Add(tellUntil),
	})
	return err
}
