// Package picture is what people do with pictures in team chat: giving them to
// Ponte, and putting them to what the brand says. Its commands are part of the one
// table. What comes along with talk stays talk until somebody says otherwise.
package picture

import (
	"context"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/media"
	"ponte/bot/post"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/storage"
)

// Commands hear of pictures, with what they work with.
type Commands struct {
	store storage.Store
	book  *commands.Book
	kept  *media.Desk
	desk  *post.Desk
}

// New makes them.
func New(store storage.Store, book *commands.Book, kept *media.Desk, desk *post.Desk) *Commands {
	return &Commands{store: store, book: book, kept: kept, desk: desk}
}

var managers = []bot.Role{bot.Manager, bot.Strategist}

// Uploaded keeps a picture for the brand of the room, from those who may write for
// it. It belongs to nothing yet.
func (c *Commands) Uploaded(ctx context.Context, e act.Uploaded) (act.Answer, error) {
	b, p, err := c.book.Asker(e.Scene)
	if err == nil && !p.Has(managers...) {
		err = bot.Errorf(bot.Denied, "error.picture_role")
	}
	if err != nil {
		return c.book.Refused(ctx, err)
	}
	kept, err := c.kept.Keep(ctx, b.ID, p.ID, e.Data)
	if err != nil {
		return c.book.Refused(ctx, err)
	}
	return act.Answer{Picture: &kept}, nil
}

const (
	begins  = 12 // characters that name a picture in the subject of a button
	offered = 4  // pictures of one note
)

// Noted offers to put pictures that came along with talk about a draft to that draft,
// to whoever may: talk is internal, and nothing of it goes out by itself.
func (c *Commands) Noted(ctx context.Context, e act.Noted) (act.Answer, error) {
	if len(e.Pictures) == 0 || e.Thread == "" {
		return act.Answer{}, nil
	}
	return storage.Look(ctx, c.store, func(tx *storage.Tx) (act.Answer, error) {
		b, p, err := c.book.Asker(e.Scene)
		if err != nil || !p.Has(managers...) {
			return act.Answer{}, nil //nolint:nilerr // whoever may not is left in peace
		}
		d, ok, err := about(tx, b, e)
		if err != nil || !ok {
			return act.Answer{}, err
		}
		var hashes []string
		n := card.Notice(card.W("pictures.noted", number(&d)))
		for _, hash := range e.Pictures[:min(len(e.Pictures), offered)] {
			if _, ok, err := c.kept.Kept(tx, b.ID, hash); err != nil || !ok {
				return act.Answer{}, err
			}
			hashes = append(hashes, hash[:min(len(hash), begins)])
		}
		n.Actions = []card.Action{{
			Verb: "add-picture", Label: card.W("pictures.add"), Style: card.Primary, Needs: managers,
			Subject: act.OnDraft + "/" + string(d.ID) + "?" + strings.Join(hashes, ","),
		}}
		return act.Answer{Notice: &n}, nil
	})
}

// about is the draft that a thread is about, while something may still go out of it.
func about(tx *storage.Tx, b *bot.Brand, e act.Noted) (d bot.Draft, ok bool, err error) {
	slot, ok, err := records.Found(records.SlotByRef.First(tx, storage.K(e.At.String(), e.Thread)))
	if err != nil || !ok || slot.Brand != b.ID {
		return d, false, err
	}
	id := slot.Subject.ID
	switch slot.Subject.Kind {
	case act.OnRequest:
		r, ok, err := records.Found(records.Requests.Get(tx, storage.K(b.ID, id)))
		if err != nil || !ok || r.Matter != bot.PostMatter {
			return d, false, err
		}
		id = r.Subject
	case act.OnDraft:
	default:
		return d, false, nil
	}
	d, ok, err = records.Found(records.Drafts.Get(tx, storage.K(b.ID, id)))
	if err != nil || !ok {
		return d, false, err
	}
	for p, err := range records.PostsOf.Under(tx, storage.K(d.ID)) {
		if err != nil || !p.Over() {
			return d, err == nil, err
		}
	}
	return d, false, nil
}
