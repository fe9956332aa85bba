// Package reply answers in public: the form, the undo window, what becomes of a
// reply on its way out, and its edit or deletion later. It publishes only what a
// person sent off by an explicit act, and only through the outbox. It knows no
// platform and reads no note.
package reply

import (
	"cmp"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// Conversations is what replying needs of the inbox.
type Conversations interface {
	SentOff(tx *storage.Tx, rep bot.Reply) error
	Replied(tx *storage.Tx, rep bot.Reply) error
	Writes(tx *storage.Tx, p bot.PersonID, c bot.Conversation, writing bool) error
}

// Desk is where replies are written and followed.
type Desk struct {
	out     *outbox.Outbox
	brands  func() *bot.Brands
	traits  func(bot.AccountID) act.Traits
	inbox   Conversations
	measure func(act.Counting, string) int

	approvals Approvals // of the replies of brands that want them approved
}

// New makes the desk, and tells the outbox what may go out and who wants to hear of it.
// Measure counts text in graphemes; every other way of counting is the desk's own.
func New(out *outbox.Outbox, brands func() *bot.Brands, traits func(bot.AccountID) act.Traits, inbox Conversations, graphemes func(string) int) *Desk {
	d := &Desk{out: out, brands: brands, traits: traits, inbox: inbox}
	d.measure = func(c act.Counting, s string) int {
		switch c {
		case act.Graphemes:
			return graphemes(s)
		case act.Bytes:
			return len(s)
		case act.UTF16:
			return len(utf16.Encode([]rune(s)))
		default:
			return utf8.RuneCountInString(s)
		}
	}
	out.Draws(act.OnReply, d.draw)
	out.Gates(d.gate)
	out.Watches(act.OnReply, d.heard)
	return d
}

// Order is a reply that a person sends off.
type Order struct {
	Conversation bot.Conversation
	By           bot.PersonID
	Text         string
	Token        string // the same token twice is the same reply; empty: a reply of its own
	Seen         int    // the conversation's Moves that the writer saw; negative: not known
}

// Send takes an order in: it goes out when the undo window is over. It returns a
// Conflict with the key "error.moved" when the conversation moved since the
// writer looked.
func (d *Desk) Send(tx *storage.Tx, o Order) (bot.Reply, error) {
	c := o.Conversation
	o.Token = cmp.Or(o.Token, string(bot.NewID(tx.Now())))
	text := strings.TrimSpace(strings.ToValidUTF8(o.Text, "�"))
	if done, err := records.ReplyByToken.First(tx, storage.K(c.Brand, o.Token)); err == nil {
		return done, nil
	} else if !errors.Is(err, storage.ErrNotFound) {
		return bot.Reply{}, err
	}
	b, ok := d.brands().Brand(c.Brand)
	if !ok {
		return bot.Reply{}, bot.Errorf(bot.NotFound, "error.brand")
	}
	if err := d.fits(c.Account, text); err != nil {
		return bot.Reply{}, err
	}
	if o.Seen >= 0 && o.Seen != c.Moves {
		return bot.Reply{}, bot.Errorf(bot.Conflict, "error.moved")
	}
	to, err := d.Target(tx, &c)
	if err != nil {
		return bot.Reply{}, err
	}
	rep := bot.Reply{
		ID: bot.NewID(tx.Now()), Brand: c.Brand, Account: c.Account, Conversation: c.ID, To: to.Remote, Text: text, By: o.By,
		Token: o.Token, At: tx.Now(), Revision: 1,
	}
	if d.approvals != nil && b.Approvals.Needs(bot.ReplyMatter) > 0 {
		err = d.ask(tx, &rep)
	} else {
		err = d.sendOff(tx, b, &rep, tx.Now().Add(b.Undo))
	}
	if err != nil {
		return bot.Reply{}, err
	}
	if err := records.Replies.Insert(tx, rep); err != nil {
		return bot.Reply{}, err
	}
	if err := d.inbox.SentOff(tx, rep); err != nil {
		return bot.Reply{}, err
	}
	if err := d.show(tx, rep); err != nil {
		return bot.Reply{}, err
	}
	return rep, d.logged(tx, string(o.By), rep, "reply.sent_off")
}

// fits refuses text that the network would refuse.
func (d *Desk) fits(account bot.AccountID, text string) error {
	t := d.traits(account)
	n := d.measure(t.Count, text)
	switch {
	case !t.CanReply:
		return bot.Errorf(bot.Denied, "error.cannot_reply")
	case text == "":
		return field(bot.Errorf(bot.Invalid, "error.empty"), "text")
	case len(text) > bot.MaxItemText:
		return field(bot.Errorf(bot.Invalid, "error.too_long", "Max", itoa(bot.MaxItemText), "Over", itoa(len(text)-bot.MaxItemText)), "text")
	case t.MaxText > 0 && n > t.MaxText:
		return field(bot.Errorf(bot.Invalid, "error.too_long", "Max", itoa(t.MaxText), "Over", itoa(n-t.MaxText)), "text")
	}
	return nil
}

func field(e *bot.Error, name string) *bot.Error { e.Field = name; return e }

// Target returns the item that a reply in the conversation answers: the newest
// that is still there. When all are gone nobody can be answered.
func (d *Desk) Target(tx *storage.Tx, c *bot.Conversation) (bot.Item, error) {
	for it, err := range records.ItemsOf.Under(tx, storage.K(c.ID), storage.Reverse()) {
		if err != nil || !it.Deleted() {
			return it, err
		}
	}
	return bot.Item{}, bot.Errorf(bot.Conflict, "error.comment_deleted")
}

// Undo takes a reply back that has not gone out. Its text stays in the thread.
func (d *Desk) Undo(tx *storage.Tx, by bot.PersonID, rep bot.Reply) error {
	switch {
	case rep.State == bot.InReview:
		if err := d.approvals.Void(tx, rep.Brand, rep.ID, bot.Void); err != nil {
			return err
		}
	case rep.State != bot.Scheduled:
		return bot.Errorf(bot.Conflict, "error.too_late")
	default:
		if err := d.out.Cancel(tx, rep.Effect); err != nil {
			return err
		}
		if rep.Request != "" {
			if err := d.approvals.Void(tx, rep.Brand, rep.ID, bot.Void); err != nil {
				return err
			}
		}
	}
	return d.change(tx, rep, string(by), "reply.undone", func(r *bot.Reply) error { return r.Move(bot.Cancelled) })
}

// Now sends a reply out without waiting for the undo window to end.
func (d *Desk) Now(tx *storage.Tx, by bot.PersonID, rep bot.Reply) error {
	if rep.State == bot.InReview {
		return bot.Errorf(bot.Conflict, "error.waits_for_approval")
	}
	if rep.State != bot.Scheduled {
		return bot.Errorf(bot.Conflict, "error.too_late")
	}
	if err := d.out.Hurry(tx, rep.Effect); err != nil {
		return err
	}
	e, err := records.Effects.Get(tx, storage.K(rep.Effect))
	if err != nil {
		return err
	}
	return d.change(tx, rep, string(by), "reply.hurried", func(r *bot.Reply) error {
		r.Due = e.Due // not now where the network asked to wait
		r.Revision++
		return nil
	})
}

// Settle lets a person say whether a reply of unknown outcome is out. When it is
// not, it is sent again.
func (d *Desk) Settle(tx *storage.Tx, by bot.PersonID, rep bot.Reply, happened bool) error {
	if rep.State != bot.Uncertain {
		return bot.Errorf(bot.Conflict, "error.settled")
	}
	return d.out.Settle(tx, rep.Effect, happened, by, act.Receipt{})
}

// Rewrite asks the network to change a reply that is out.
func (d *Desk) Rewrite(tx *storage.Tx, by bot.PersonID, rep bot.Reply, text string) error {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "�"))
	if err := d.fits(rep.Account, text); err != nil {
		return err
	}
	if b, ok := d.brands().Brand(rep.Brand); ok && d.approvals != nil && b.Approvals.Needs(bot.ReplyMatter) > 0 {
		return bot.Errorf(bot.Denied, "error.edit_unapproved")
	}
	if text == rep.Text {
		return nil
	}
	return d.alter(tx, by, rep, "edit", text)
}

// Remove asks the network to delete a reply that is out.
func (d *Desk) Remove(tx *storage.Tx, by bot.PersonID, rep bot.Reply) error {
	return d.alter(tx, by, rep, "delete", "")
}

func (d *Desk) alter(tx *storage.Tx, by bot.PersonID, rep bot.Reply, change, wants string) error {
	t := d.traits(rep.Account)
	switch {
	case rep.State != bot.Published || !rep.RemovedAt.IsZero():
		return bot.Errorf(bot.Conflict, "error.not_out")
	case rep.Change != "":
		return bot.Errorf(bot.Conflict, "error.change_under_way")
	case change == "edit" && !t.CanChange, change == "delete" && !t.CanRemove, rep.Remote == "":
		return bot.Errorf(bot.Denied, "error.cannot_"+change)
	}
	b, ok := d.brands().Brand(rep.Brand)
	if !ok {
		return bot.Errorf(bot.NotFound, "error.brand")
	}
	c, err := records.ConversationOf(tx, rep.Brand, rep.Conversation)
	if err != nil {
		return err
	}
	var a act.Act = act.Remove{Ref: rep.Remote, Private: c.Private}
	if change == "edit" {
		a = act.Change{Ref: rep.Remote, Text: wants, Private: c.Private}
	}
	if _, err := d.out.Say(tx, act.Effect{
		Brand: rep.Brand, Subject: act.Subject{Kind: act.OnReply, ID: rep.ID}, Trace: rep.Conversation, At: d.place(rep.Account),
		Lane: "public/" + string(rep.Conversation), Class: act.PersonClass, By: string(by), Act: act.Seal(a),
		Until: tx.Now().Add(b.Late()),
	}); err != nil {
		return err
	}
	return d.change(tx, rep, string(by), "reply."+change, func(r *bot.Reply) error {
		r.Change, r.Wants, r.Fault = change, wants, nil
		r.Revision++
		return nil
	})
}

// Waiting returns the newest reply of a conversation that can still be undone.
func (d *Desk) Waiting(tx *storage.Tx, c *bot.Conversation) (bot.Reply, error) {
	return d.newest(tx, c, func(r *bot.Reply) bool { return r.State == bot.Scheduled || r.State == bot.InReview })
}

// Newest returns the newest reply of a conversation that is out or may still go out.
func (d *Desk) Newest(tx *storage.Tx, c *bot.Conversation) (bot.Reply, error) {
	return d.newest(tx, c, func(r *bot.Reply) bool {
		return r.RemovedAt.IsZero() && (r.State == bot.InReview || r.State == bot.Scheduled || r.State == bot.Publishing || r.State == bot.Published || r.State == bot.Uncertain)
	})
}

// Standing returns the newest reply of a conversation that stands in public.
func (d *Desk) Standing(tx *storage.Tx, c *bot.Conversation) (bot.Reply, error) {
	return d.newest(tx, c, func(r *bot.Reply) bool { return r.State == bot.Published && r.RemovedAt.IsZero() })
}

// Uncertain returns the newest reply of a conversation of which nobody knows whether it is out.
func (d *Desk) Uncertain(tx *storage.Tx, c *bot.Conversation) (bot.Reply, error) {
	return d.newest(tx, c, func(r *bot.Reply) bool { return r.State == bot.Uncertain })
}

func (d *Desk) newest(tx *storage.Tx, c *bot.Conversation, ok func(*bot.Reply) bool) (bot.Reply, error) {
	for rep, err := range records.RepliesOf.Under(tx, storage.K(c.ID), storage.Reverse()) {
		if err != nil || ok(&rep) {
			return rep, err
		}
	}
	return bot.Reply{}, bot.Errorf(bot.NotFound, "error.no_reply")
}

func (d *Desk) place(account bot.AccountID) act.Place {
	_, a, _ := d.brands().Owning(account)
	return act.Place{Platform: a.Platform, Space: string(account)}
}
