package commands

import (
	"context"
	"errors"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// fetchDraft looks up a draft, by itself, one of its posts, or a decision about it.
func (b *Book) fetchDraft(tx *storage.Tx, req *Request, kind string, id bot.ID) error {
	brand := req.Brand.ID
	switch kind {
	case act.OnPost:
		p, err := records.Posts.Get(tx, storage.K(brand, id))
		if err != nil {
			return err
		}
		req.Post, id = &p, p.Draft
	case act.OnRequest:
		r, err := records.Requests.Get(tx, storage.K(brand, id))
		if err != nil {
			return err
		}
		req.Asked, id = &r, r.Subject
		switch r.Matter {
		case bot.ReplyMatter:
			return b.fetch(tx, req, act.OnReply, id)
		case bot.SeriesMatter:
			return b.fetch(tx, req, act.OnSeries, id)
		}
	}
	d, err := records.Drafts.Get(tx, storage.K(brand, id))
	req.Draft = &d
	return err
}

// reacted hears of an emoji on a message of Ponte's, once. On any other message it
// is talk among people.
func (b *Book) reacted(ctx context.Context, e act.Reacted) (act.Answer, error) {
	ans, err := storage.Do(ctx, b.store, func(tx *storage.Tx) (act.Answer, error) {
		brand, person, err := b.Asker(e.Scene)
		if err != nil {
			return act.Answer{}, nil //nolint:nilerr // whom Ponte does not know it leaves in peace
		}
		slot, err := records.SlotByRef.First(tx, storage.K(e.At.String(), e.Ref))
		if errors.Is(err, storage.ErrNotFound) && brand.Approvals.Emoji(e.Emoji) != 0 { // it may have no name yet
			slot, err = act.Slot{Brand: brand.ID, At: e.At, Ref: e.Ref}, nil
		}
		if errors.Is(err, storage.ErrNotFound) || b.reacts == nil || slot.Brand != brand.ID && err == nil {
			return act.Answer{}, nil
		}
		if err != nil {
			return act.Answer{}, err
		}
		sum := e.Ref + e.Emoji
		if e.Removed {
			sum += " off"
		}
		if fresh, err := records.Once(tx, e.Who.String()+"/deed", e.ID, sum); err != nil || !fresh {
			return act.Answer{}, err
		}
		_, notice, err := b.reacts(tx, brand, person, slot, e.Emoji, e.Removed)
		return act.Answer{Notice: notice}, err
	})
	switch bot.KindOf(err) {
	case bot.Invalid, bot.Denied, bot.NotFound, bot.Conflict:
		return b.Refused(ctx, err)
	}
	return ans, err // what failed comes again
}

// subjectOf is what a request is about, as cards name it.
func subjectOf(req *Request) string {
	switch {
	case req.Asked != nil:
		return act.OnRequest + "/" + string(req.Asked.ID)
	case req.Post != nil:
		return act.OnPost + "/" + string(req.Post.ID)
	case req.Draft != nil:
		return act.OnDraft + "/" + string(req.Draft.ID)
	case req.Reply != nil:
		return act.OnReply + "/" + string(req.Reply.ID)
	case req.Series != nil:
		return act.OnSeries + "/" + string(req.Series.ID)
	case req.Conversation != nil:
		return act.OnConversation + "/" + string(req.Conversation.ID)
	case req.Storm != nil:
		return act.OnStorm + "/" + string(req.Storm.ID)
	default:
		return ""
	}
}
