// Package approval asks a brand's approvers for their word on what wants to go
// out, hears it by reaction, button or command, and says whether it stands. What
// a message asks about never changes; a changed content is asked about anew. The
// room publishes nothing, and knows neither what it asks about nor any platform:
// it is told by whoever asks.
package approval

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/clock"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// Matters is what approval asks of the room that asked it.
type Matters interface {
	// Hash is of the content as it is now; empty when it is off.
	Hash(tx *storage.Tx, brand bot.BrandID, subject bot.ID) (string, error)
	// Out reports whether publishing has begun, and no word counts any more.
	Out(tx *storage.Tx, brand bot.BrandID, subject bot.ID) (bool, error)
	// Decided is told of every move of a request that a person's word or the clock
	// makes. What was approved is asked again before it is anything else: a no that
	// comes late is told of as two moves.
	Decided(tx *storage.Tx, r bot.Request) error
}

// Desk is where decisions are asked for and heard.
type Desk struct {
	store   storage.Store
	out     *outbox.Outbox
	brands  func() *bot.Brands
	log     *slog.Logger
	matters map[bot.Matter]Matters
	clock   *clock.Clock
	room    func(bot.AccountID, string) (left, most int)
}

// New makes the desk, and tells the outbox how a request is drawn and who hears of its name.
func New(store storage.Store, out *outbox.Outbox, brands func() *bot.Brands, log *slog.Logger) *Desk {
	d := &Desk{store: store, out: out, brands: brands, log: log, matters: map[bot.Matter]Matters{}, clock: clock.New("decisions", log)}
	out.Draws(act.OnRequest, d.draw)
	out.Names(act.OnRequest, d.named)
	return d
}

// For sets who asks for decisions about a matter. It is called before anything else.
func (d *Desk) For(m bot.Matter, f Matters) { d.matters[m] = f }

// Slot names the message that asks for a decision and opens its thread.
func Slot(request bot.ID) string { return "ask/" + string(request) }

func lane(request bot.ID) string { return "request/" + string(request) }

// Room sets how many characters are left of a text on an account, and how many it
// takes; 0: no limit.
func (d *Desk) Room(left func(a bot.AccountID, text string) (left, most int)) { d.room = left }

// Ask asks for a decision about a content: Brand, Matter, Subject, Hash, By and
// the content itself are the caller's, everything else is filled in. Whatever was
// asked about the subject before is superseded. Where the brand needs nobody's
// word the request is approved at once, and nobody is asked.
func (d *Desk) Ask(tx *storage.Tx, r bot.Request) (bot.Request, error) {
	b, ok := d.brands().Brand(r.Brand)
	if !ok {
		return r, bot.Errorf(bot.NotFound, "error.brand")
	}
	if r.Hash == "" || r.Content != nil && r.Content.Hash() != r.Hash {
		return r, fmt.Errorf("approval: the hash %q is not of what is asked about %s", r.Hash, r.Subject)
	}
	if err := d.addressed(tx, &r); err != nil {
		return r, err
	}
	r.ID, r.At, r.State, r.Revision = bot.NewID(tx.Now()), tx.Now(), bot.Awaiting, 1
	r.Decisions, r.Next = nil, ""
	waits(&r, b, tx.Now())
	if b.Approvals.Needs(r.Matter) <= 0 {
		r.State = bot.Agreed
	}
	if err := d.end(tx, r.Brand, r.Subject, bot.Superseded, r.ID); err != nil {
		return r, err
	}
	if err := records.Requests.Insert(tx, r); err != nil {
		return r, err
	}
	d.clock.Expects(tx, when(&r))
	if err := logged(tx, string(r.By), "request.asked", &r, nil); err != nil || r.State == bot.Agreed {
		return r, err
	}
	return r, d.opens(tx, b, &r)
}

// waits sets until when a request waits from now on, and when approvers are
// reminded: what has a time waits for it, and a series no longer than it lasts.
func waits(r *bot.Request, b *bot.Brand, now time.Time) {
	r.Until = now.Add(cmp.Or(b.Approvals.Lapse, 72*time.Hour))
	switch c := r.Content; {
	case c == nil:
	case c.Repeat != nil && c.Repeat.Until.Before(r.Until):
		r.Until = c.Repeat.Until
	case !c.When.IsZero():
		r.Until = c.When
	}
	r.RemindAt = time.Time{}
	if at := r.Until.Add(-cmp.Or(b.Approvals.Remind, time.Hour)); at.After(now) {
		r.RemindAt = at
	}
}

// Void ends what is asked about a subject, or was approved: Superseded, Lapsed or
// Void. No word on it counts any more. Of what lapsed who wrote it is told.
func (d *Desk) Void(tx *storage.Tx, brand bot.BrandID, subject bot.ID, as bot.RequestState) error {
	if !slices.Contains([]bot.RequestState{bot.Superseded, bot.Lapsed, bot.Void}, as) {
		return fmt.Errorf("approval: nothing is voided by making it %q", as)
	}
	return d.end(tx, brand, subject, as, "")
}

// Stands reports whether exactly this content of a subject has its quorum now, by
// the brand's people and rules as they are. Of all requests on a subject at most
// one is not over.
func (d *Desk) Stands(tx *storage.Tx, b *bot.Brand, subject bot.ID, hash string) (bool, error) {
	for r, err := range records.RequestsOn.Under(tx, storage.K(b.ID, subject), storage.Reverse()) {
		if err != nil {
			return false, err
		}
		if !r.Over() {
			return hash != "" && r.Hash == hash && r.Has(b), nil
		}
	}
	return false, nil
}

// Request returns a request of the brand. The error is a NotFound when there is none.
func (d *Desk) Request(tx *storage.Tx, brand bot.BrandID, id bot.ID) (bot.Request, error) {
	r, ok, err := records.Found(records.Requests.Get(tx, storage.K(brand, id)))
	if err == nil && !ok {
		err = bot.Errorf(bot.NotFound, "error.request_gone")
	}
	return r, err
}

// end takes every request on a subject that is not over to its end.
func (d *Desk) end(tx *storage.Tx, brand bot.BrandID, subject bot.ID, as bot.RequestState, next bot.ID) error {
	for r, err := range records.RequestsOn.Under(tx, storage.K(brand, subject)) {
		if err != nil {
			return err
		}
		if r.Over() {
			continue
		}
		if err := r.Move(as); err != nil {
			return err
		}
		r.Next = next
		if err := d.keep(tx, &r); err != nil {
			return err
		}
		if err := logged(tx, "", "request."+string(as), &r, nil); err != nil {
			return err
		}
		if as != bot.Lapsed {
			continue
		}
		if err := d.lapses(tx, &r); err != nil {
			return err
		}
	}
	return nil
}

// keep writes a request that was changed, and shows it anew.
func (d *Desk) keep(tx *storage.Tx, r *bot.Request) error {
	r.Revision++
	if err := records.Requests.Put(tx, *r); err != nil {
		return err
	}
	slot, ok, err := records.Found(records.Slots.Get(tx, storage.K(Slot(r.ID))))
	if err != nil || !ok {
		return err
	}
	return d.show(tx, r, slot.At)
}

func (d *Desk) show(tx *storage.Tx, r *bot.Request, at act.Place) error {
	slot := act.Slot{ID: Slot(r.ID), Brand: r.Brand, Subject: act.Subject{Kind: act.OnRequest, ID: r.ID}, At: at}
	return d.out.Touch(tx, outbox.Shown{Slot: slot, Lane: lane(r.ID), Class: act.PersonClass, Trace: r.Trace})
}

// opens shows a new request in the room where its brand decides. What answers
// somebody whom not all read there is asked about where they are read.
func (d *Desk) opens(tx *storage.Tx, b *bot.Brand, r *bot.Request) error {
	ch := b.DecidesIn()
	if r.Trace != "" {
		c, found, err := records.Found(records.ConversationOf(tx, r.Brand, r.Trace))
		if err != nil {
			return err
		}
		if found {
			ch = b.AsksIn(&c)
		}
	}
	if ch.ID == "" {
		return bot.Errorf(bot.Conflict, "error.request_nowhere")
	}
	return d.show(tx, r, act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote})
}

// addressed keeps with the request whom a reply answers, and as whom.
func (d *Desk) addressed(tx *storage.Tx, r *bot.Request) error {
	if r.Trace == "" || r.To != "" && r.Account != "" {
		return nil
	}
	c, err := records.ConversationOf(tx, r.Brand, r.Trace)
	if err != nil {
		return err
	}
	r.To, r.Account = cmp.Or(r.To, c.Author.Name), cmp.Or(r.Account, c.Account)
	return nil
}

func logged(tx *storage.Tx, who, what string, r *bot.Request, details map[string]string) error {
	all := map[string]string{"state": string(r.State), "hash": r.Hash, "about": string(r.Matter) + "/" + string(r.Subject)}
	maps.Copy(all, details)
	return records.Log(tx, bot.Record{
		Brand: r.Brand, Who: who, What: what, Subject: act.OnRequest + "/" + string(r.ID), Trace: r.Trace, Details: all,
	})
}
