// Package relay brings what is said in public into team chat: items into
// conversations, conversations onto cards, and the team's care of them (take,
// assign, resolve, snooze, label, spam) back into the record. It knows no
// platform, publishes nothing, and never shows a note outside team chat.
package relay

import (
	"context"
	"errors"
	"log/slog"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/clock"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/bot/verdict"
	"ponte/storage"
)

// Relay is the inbox of every brand.
type Relay struct {
	store  storage.Store
	out    *outbox.Outbox
	brands func() *bot.Brands
	log    *slog.Logger
	clock  *clock.Clock
	judge  Judge
}

// Judge says what that is which came to an account, in its order; nil where it cannot.
type Judge func(context.Context, bot.AccountID, []act.Incoming) []*verdict.Verdict

// Judged has every item judged before it is taken in.
func (r *Relay) Judged(by Judge) { r.judge = by }

// New makes the relay, and has the outbox carry nothing of one brand to a place
// of another.
func New(store storage.Store, out *outbox.Outbox, brands func() *bot.Brands, log *slog.Logger) *Relay {
	r := &Relay{store: store, out: out, brands: brands, log: log, clock: clock.New("inbox", log), judge: unjudged}
	out.Gates(r.keepsApart)
	return r
}

// keepsApart is the gate between brands.
func (r *Relay) keepsApart(_ *storage.Tx, e *act.Effect) error {
	owner, _, ok := r.brands().Room(e.At.Platform, e.At.Space, e.At.Channel)
	if !ok {
		var a bot.Account
		owner, a, ok = r.brands().Owning(bot.AccountID(e.At.Space))
		ok = ok && a.Platform == e.At.Platform
	}
	if ok && owner.ID != e.Brand {
		return bot.Errorf(bot.Denied, "error.other_brand")
	}
	return nil
}

// Hear takes in what a social platform brings, in order, in transactions of at
// most a hundred items. It returns when all of it is durable.
func (r *Relay) Hear(ctx context.Context, e act.Arrived) (act.Answer, error) {
	var ans act.Answer
	for rest := e.Items; len(rest) > 0; {
		n := min(len(rest), 100)
		verdicts := r.judge(ctx, e.Account, rest[:n])
		got, err := storage.Do(ctx, r.store, func(tx *storage.Tx) ([]act.Result, error) {
			var out []act.Result
			for i, in := range rest[:n] {
				res, err := r.TakeIn(tx, e.Account, in, verdicts[i])
				if err != nil {
					return nil, err
				}
				out = append(out, res)
			}
			return out, nil
		})
		if err != nil {
			return act.Answer{}, err
		}
		ans.Results = append(ans.Results, got...)
		rest = rest[n:]
	}
	return ans, nil
}

// Show draws a conversation's card anew, or its storm's where it has none of its own.
func (r *Relay) Show(tx *storage.Tx, c *bot.Conversation, class act.Class) error {
	if c.Storm != "" {
		return r.showStorm(tx, c.Brand, c.Storm, class)
	}
	return r.shown(tx, c, class, act.Slot{ID: records.CardSlot(c.ID), Subject: act.Subject{Kind: act.OnConversation, ID: c.ID}})
}

// shown touches a message of a conversation's thread, or the card that opens it.
func (r *Relay) shown(tx *storage.Tx, c *bot.Conversation, class act.Class, slot act.Slot) error {
	at, ok, err := r.home(tx, c)
	if err != nil || !ok {
		return err
	}
	slot.Brand, slot.At = c.Brand, at
	return r.out.Touch(tx, outbox.Shown{Slot: slot, Lane: records.Lane(c.ID), Class: class, Trace: c.ID})
}

// home is where a conversation's thread is, or will be; ok is false when its
// brand has no channel.
func (r *Relay) home(tx *storage.Tx, c *bot.Conversation) (at act.Place, ok bool, err error) {
	slot, err := records.Slots.Get(tx, storage.K(records.CardSlot(c.ID)))
	if err == nil {
		return slot.At, true, nil
	}
	if !errors.Is(err, storage.ErrNotFound) {
		return at, false, err
	}
	b, ok := r.brands().Brand(c.Brand)
	if !ok {
		return at, false, nil
	}
	ch := b.ChannelFor(c)
	return act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote}, ch.ID != "", nil
}

// mirror shows something of a conversation in its thread, and anew wherever else
// it stands already: where threads were joined, that is in both.
func (r *Relay) mirror(tx *storage.Tx, c *bot.Conversation, slot string, subject act.Subject, class act.Class) error {
	if c.Storm == "" {
		s := act.Slot{ID: slot, Subject: subject, Parent: records.CardSlot(c.ID)}
		if err := r.shown(tx, c, class, s); err != nil {
			return err
		}
	}
	others, err := records.ShownElsewhere(tx, subject, slot)
	if err != nil {
		return err
	}
	for _, s := range others {
		if err := r.out.Touch(tx, outbox.Shown{Slot: s, Lane: records.Lane(c.ID), Class: class, Trace: c.ID}); err != nil {
			return err
		}
	}
	return nil
}

func (r *Relay) showItem(tx *storage.Tx, c *bot.Conversation, item bot.ID, class act.Class) error {
	return r.mirror(tx, c, records.ItemSlot(c.ID, item), act.Subject{Kind: act.OnItem, ID: item}, class)
}

// showThread shows every item of a conversation that its card does not.
func (r *Relay) showThread(tx *storage.Tx, c *bot.Conversation, class act.Class) error {
	for it, err := range records.ItemsOf.Under(tx, storage.K(c.ID)) {
		if err != nil {
			return err
		}
		if it.ID == c.First {
			continue
		}
		if err := r.showItem(tx, c, it.ID, class); err != nil {
			return err
		}
	}
	return nil
}

// Change alters a conversation: fn says what, its clock is set anew, and its card follows.
func (r *Relay) Change(tx *storage.Tx, brand bot.BrandID, id bot.ID, fn func(*bot.Conversation) error) (bot.Conversation, error) {
	c, err := records.ConversationOf(tx, brand, id)
	if err != nil {
		return c, err
	}
	c, err = records.Conversations.Change(tx, storage.K(brand, c.ID), func(c *bot.Conversation) error {
		if err := fn(c); err != nil {
			return err
		}
		c.Revision++
		return r.settle(tx, c)
	})
	if err != nil {
		return c, err
	}
	return c, r.Show(tx, &c, act.PersonClass)
}

func (r *Relay) person(brand bot.BrandID, id bot.PersonID) string {
	if b, ok := r.brands().Brand(brand); ok {
		if p, ok := b.Person(id); ok {
			return p.Name
		}
	}
	return string(id)
}
