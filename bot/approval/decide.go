package approval

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// MaxReason is how long a reason may be, in code points. It is a note: the public never reads it.
const MaxReason = 500

// How a word was given.
const (
	ByReaction = "reaction"
	ByButton   = "button"
	ByCommand  = "command"
)

// Word is what a person says to a request.
type Word struct {
	Yes    bool
	Reason string // of a no; may be empty
	How    string // ByReaction, ByButton or ByCommand
	On     string // of a reaction: the platform's id of the message that it was put on
	Seen   int    // the request's revision that the person had before them; negative: not known
}

// Decide takes a person's yes or no: their last word counts. A no rejects at
// once; with enough of yes it is approved. The error is Denied where the person
// may not decide, and a Conflict where it is not to be decided any more: the
// content moved, it is over, or it is going out.
func (d *Desk) Decide(tx *storage.Tx, b *bot.Brand, p bot.Person, request bot.ID, o Word) (bot.Request, error) {
	r, w, err := d.weigh(tx, b, p, request, o)
	if err != nil {
		return r, err
	}
	return d.hear(tx, b, r, w)
}

// Withdraw takes back a person's own yes or no. What was approved and lacks it now
// is asked again. The error is a Conflict where they said nothing, and where
// Decide's is.
func (d *Desk) Withdraw(tx *storage.Tx, b *bot.Brand, p bot.Person, request bot.ID) (bot.Request, error) {
	r, w, err := d.taken(tx, b, p, request, ByCommand)
	if err != nil {
		return r, err
	}
	return d.hear(tx, b, r, w)
}

// Return asks the author for changes; it needs a reason. It is Decide's no in
// everything else.
func (d *Desk) Return(tx *storage.Tx, b *bot.Brand, p bot.Person, request bot.ID, reason string) (bot.Request, error) {
	r, w, err := d.weigh(tx, b, p, request, Word{Reason: reason, How: ByCommand, Seen: -1})
	if err != nil {
		return r, err
	}
	if w.word.Reason == "" {
		return r, field(bot.Errorf(bot.Invalid, "error.request_why"))
	}
	w.returns = true
	return d.hear(tx, b, r, w)
}

// said is a word that may count.
type said struct {
	who     bot.Person
	word    bot.Decision
	returns bool // a no that asks for changes
	seen    int
}

// weigh says whether a word may count, and changes nothing.
func (d *Desk) weigh(tx *storage.Tx, b *bot.Brand, p bot.Person, request bot.ID, o Word) (bot.Request, said, error) {
	r, err := d.Request(tx, b.ID, request)
	if err != nil {
		return r, said{}, err
	}
	if err := may(tx, b, p.ID, &r); err != nil {
		return r, said{}, err
	}
	if err := d.counts(tx, &r); err != nil {
		return r, said{}, err
	}
	reason := strings.TrimSpace(strings.ToValidUTF8(o.Reason, "�"))
	if utf8.RuneCountInString(reason) > MaxReason {
		return r, said{}, field(bot.Errorf(bot.Invalid, "error.request_why_long", "Max", strconv.Itoa(MaxReason)))
	}
	if o.Yes {
		reason = ""
	}
	return r, said{who: person(b, p.ID), word: bot.Decision{Who: p.ID, Yes: o.Yes, Reason: reason, How: o.How, On: o.On, At: tx.Now()}, seen: o.Seen}, nil
}

// taken says whether a person can take their word back, and changes nothing.
func (d *Desk) taken(tx *storage.Tx, b *bot.Brand, p bot.Person, request bot.ID, how string) (bot.Request, said, error) {
	r, err := d.Request(tx, b.ID, request)
	if err != nil {
		return r, said{}, err
	}
	if err := d.counts(tx, &r); err != nil {
		return r, said{}, err
	}
	last, ok := r.Word(b, p.ID)
	if !ok || last.Off {
		return r, said{}, bot.Errorf(bot.Conflict, "error.request_no_word")
	}
	return r, off(tx, b, last, how), nil
}

func off(tx *storage.Tx, b *bot.Brand, last bot.Decision, how string) said {
	who := person(b, last.Who)
	return said{who: who, word: bot.Decision{Who: who.ID, Yes: last.Yes, Off: true, How: how, On: last.On, At: tx.Now()}, seen: -1}
}

func field(e *bot.Error) *bot.Error { e.Field = "reason"; return e }

// may refuses whoever may not decide, by the brand's people as they are now. About
// a reply nobody decides who may not read what it answers.
func may(tx *storage.Tx, b *bot.Brand, id bot.PersonID, r *bot.Request) error {
	p, ok := b.Person(id)
	reads, err := sees(tx, b, p, r)
	switch {
	case err != nil:
		return err
	case !reads:
		return bot.Errorf(bot.NotFound, "error.gone")
	case !ok || !p.Has(bot.Approver):
		return bot.Errorf(bot.Denied, "error.request_not_approver")
	case !b.Approvals.MayDecide(p, r.Writers()...):
		return bot.Errorf(bot.Denied, "error.request_own")
	}
	return nil
}

// sees reports whether a person may read what a request is about.
func sees(tx *storage.Tx, b *bot.Brand, p bot.Person, r *bot.Request) (bool, error) {
	if r.Trace == "" {
		return true, nil
	}
	c, found, err := records.Found(records.ConversationOf(tx, r.Brand, r.Trace))
	return !found || b.ChannelFor(&c).Sees(p), err
}

// counts refuses any word on a request whose content is not the one that stands
// now, that is over, or that is going out.
func (d *Desk) counts(tx *storage.Tx, r *bot.Request) error {
	switch {
	case r.State == bot.Superseded:
		return bot.Errorf(bot.Conflict, "error.request_superseded")
	case r.State == bot.Lapsed, r.State == bot.Awaiting && !tx.Now().Before(r.Until):
		return bot.Errorf(bot.Conflict, "error.request_lapsed")
	case r.State == bot.Void:
		return bot.Errorf(bot.Conflict, "error.request_void")
	case r.Over():
		return bot.Errorf(bot.Conflict, "error.request_decided")
	}
	m, err := d.asks(r)
	if err != nil {
		return err
	}
	out, err := m.Out(tx, r.Brand, r.Subject)
	if err != nil {
		return err
	}
	if out {
		return bot.Errorf(bot.Conflict, "error.request_out")
	}
	hash, err := m.Hash(tx, r.Brand, r.Subject)
	if err == nil && hash != r.Hash {
		err = bot.Errorf(bot.Conflict, "error.request_superseded")
	}
	return err
}

// asks is the room that asked.
func (d *Desk) asks(r *bot.Request) (Matters, error) {
	if m := d.matters[r.Matter]; m != nil {
		return m, nil
	}
	return nil, fmt.Errorf("approval: nobody asks about a %s", r.Matter)
}

// hear puts words on a request that may count, moves it where they take it, and
// tells of them in its thread. A word that was given before changes nothing.
func (d *Desk) hear(tx *storage.Tx, b *bot.Brand, r bot.Request, words ...said) (bot.Request, error) {
	was, to, heard := r.State, r.State, false
	var lines []card.Words
	for _, w := range words {
		last, ok := r.Word(b, w.who.ID)
		same := ok && last.Off == w.word.Off && last.Yes == w.word.Yes && !w.returns
		if heard = heard || !same || last.How != w.word.How || last.On != w.word.On; same {
			w.word.Reason = last.Reason
		}
		before := to
		r.Hear(b, w.word)
		if to = stands(b, &r); w.returns {
			to = bot.Returned
		}
		if same && to == before {
			continue
		}
		lines = append(lines, line(b, &r, w))
		if err := logged(tx, string(w.who.ID), w.what(), &r, w.details(to)); err != nil {
			return r, err
		}
	}
	if !heard && to == was {
		return r, nil
	}
	if err := d.moves(tx, &r, to); err != nil {
		return r, err
	}
	for i, l := range lines {
		told := tells{}
		if i == len(lines)-1 && to != was && b.Whose(r.By) != words[len(words)-1].who.ID {
			told.to = r.Writers()
		}
		if err := d.tell(tx, b, &r, l, told); err != nil {
			return r, err
		}
	}
	return r, nil
}

// stands is where the words on a request take it.
func stands(b *bot.Brand, r *bot.Request) bot.RequestState {
	switch yes, no := r.Agreeing(b); {
	case no > 0:
		return bot.Refused
	case yes >= b.Approvals.Needs(r.Matter):
		return bot.Agreed
	}
	return bot.Awaiting
}

// moves takes a request to a state and tells whoever asked of each move.
func (d *Desk) moves(tx *storage.Tx, r *bot.Request, to bot.RequestState) error {
	if r.State == to {
		return d.keep(tx, r)
	}
	m, err := d.asks(r)
	if err != nil {
		return err
	}
	steps := []bot.RequestState{to}
	if r.State == bot.Agreed && to != bot.Awaiting {
		steps = []bot.RequestState{bot.Awaiting, to}
	}
	for _, step := range steps {
		if err := r.Move(step); err != nil {
			return err
		}
		if b, ok := d.brands().Brand(r.Brand); ok && step == bot.Awaiting && r.Matter == bot.SeriesMatter {
			waits(r, b, tx.Now()) // it was asked long ago
		}
		if err := d.keep(tx, r); err != nil {
			return err
		}
		if err := m.Decided(tx, *r); err != nil {
			return err
		}
	}
	return nil
}

func (w *said) what() string {
	switch {
	case w.returns:
		return "request.returned"
	case w.word.Off:
		return "request.withdrawn"
	}
	return "request.decided"
}

func (w *said) details(to bot.RequestState) map[string]string {
	all := map[string]string{"yes": strconv.FormatBool(w.word.Yes), "how": w.word.How, "state": string(to)}
	if w.seen >= 0 {
		all["seen"] = strconv.Itoa(w.seen)
	}
	return all
}
