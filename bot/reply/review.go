package reply

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// Approvals is what replying needs where a brand wants replies approved.
type Approvals interface {
	Ask(tx *storage.Tx, r bot.Request) (bot.Request, error)
	Void(tx *storage.Tx, brand bot.BrandID, subject bot.ID, as bot.RequestState) error
	Stands(tx *storage.Tx, b *bot.Brand, subject bot.ID, hash string) (bool, error)
}

// Review says who decides about replies. It is called before anything else.
func (d *Desk) Review(a Approvals) { d.approvals = a }

// hash is of all that a decision about the reply is bound to.
func hash(r *bot.Reply) string {
	b, err := json.Marshal([]string{string(r.Account), string(r.Conversation), r.To, r.Text})
	if err != nil {
		panic(err) // no part of it can fail
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// sendOff has a reply go out from a moment on.
func (d *Desk) sendOff(tx *storage.Tx, b *bot.Brand, rep *bot.Reply, due time.Time) error {
	to, err := records.ItemByRemote.First(tx, storage.K(rep.Account, rep.To))
	if err != nil {
		return err
	}
	c, err := records.ConversationOf(tx, rep.Brand, rep.Conversation)
	if err != nil {
		return err
	}
	e, err := d.out.Say(tx, act.Effect{
		Brand: rep.Brand, Subject: act.Subject{Kind: act.OnReply, ID: rep.ID}, Trace: c.ID, Slot: "out/" + string(rep.ID),
		At: d.place(rep.Account), Lane: "public/" + string(c.ID), Class: act.PersonClass, By: string(rep.By),
		Act: act.Seal(act.Reply{To: to.Remote, Post: to.Post, Text: rep.Text, Private: c.Private || to.Kind == bot.Direct, Author: to.Author.ID}),
		Due: due, Until: due.Add(b.Late()),
	})
	rep.State, rep.Due, rep.Effect = bot.Scheduled, due, e.ID
	return err
}

// ask asks the approvers about a reply that is written.
func (d *Desk) ask(tx *storage.Tx, rep *bot.Reply) error {
	rep.State = bot.InReview
	r, err := d.approvals.Ask(tx, bot.Request{
		Brand: rep.Brand, Matter: bot.ReplyMatter, Subject: rep.ID, Hash: hash(rep), By: rep.By, Text: rep.Text, Trace: rep.Conversation,
	})
	rep.Request = r.ID
	return err
}

// Hash is of the reply as it is now; empty when it is off.
func (d *Desk) Hash(tx *storage.Tx, brand bot.BrandID, id bot.ID) (string, error) {
	rep, err := records.Replies.Get(tx, storage.K(brand, id))
	if err != nil || rep.State != bot.InReview && rep.State != bot.Scheduled && rep.State != bot.Publishing {
		return "", err
	}
	return hash(&rep), nil
}

// Out reports whether a reply is on its way, so that nothing can be withdrawn.
func (d *Desk) Out(tx *storage.Tx, brand bot.BrandID, id bot.ID) (bool, error) {
	rep, err := records.Replies.Get(tx, storage.K(brand, id))
	return rep.State != bot.InReview && rep.State != bot.Scheduled, err
}

// Decided follows what the approvers say of a reply.
func (d *Desk) Decided(tx *storage.Tx, r bot.Request) error {
	rep, err := records.Replies.Get(tx, storage.K(r.Brand, r.Subject))
	if err != nil || rep.Request != r.ID {
		return err
	}
	b, ok := d.brands().Brand(r.Brand)
	if !ok {
		return bot.Errorf(bot.NotFound, "error.brand")
	}
	if r.State == bot.Awaiting && rep.State == bot.Scheduled {
		if err := d.out.Cancel(tx, rep.Effect); err != nil {
			return err
		}
	}
	return d.change(tx, rep, "ponte", "reply."+string(r.State), func(rep *bot.Reply) error {
		switch r.State {
		case bot.Agreed:
			if err := rep.Move(bot.Approved); err != nil {
				return err
			}
			rep.Revision++
			return d.sendOff(tx, b, rep, tx.Now())
		case bot.Awaiting:
			if err := rep.Move(bot.Drafted); err != nil {
				return err
			}
			return rep.Move(bot.InReview)
		case bot.Refused:
			return rep.Move(bot.Rejected)
		case bot.Returned:
			return rep.Move(bot.Drafted)
		case bot.Lapsed:
			return rep.Move(bot.Expired)
		default:
			return nil
		}
	})
}
