package approval

import (
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// React takes a reaction on the message of a request as a word, and its removal
// as taking exactly that word back. Handled is false where the message asks for
// nothing or the emoji says nothing. Where it does not count nothing changes, and
// the notice says why to the person alone.
func (d *Desk) React(tx *storage.Tx, b *bot.Brand, p bot.Person, slot act.Slot, emoji string, removed bool) (handled bool, notice *card.Card, err error) {
	says := b.Approvals.Emoji(emoji)
	if says != 0 && slot.ID == "" {
		return d.early(tx, b, p, slot, emoji, removed)
	}
	if says == 0 || slot.Brand != b.ID || slot.Subject.Kind != act.OnRequest || slot.ID != Slot(slot.Subject.ID) {
		return false, nil, nil
	}
	var r bot.Request
	var w said
	if removed {
		r, err = d.Request(tx, b.ID, slot.Subject.ID)
		if last, ok := r.Word(b, p.ID); err == nil && (!ok || last.Off || last.Yes != (says > 0)) {
			return true, nil, nil
		}
		r, w, err = d.taken(tx, b, p, slot.Subject.ID, ByReaction)
	} else {
		r, w, err = d.weigh(tx, b, p, slot.Subject.ID, Word{Yes: says > 0, How: ByReaction, On: slot.Ref, Seen: slot.Shown})
	}
	if why, ok := bot.Asked(err); ok {
		said := card.Notice(card.Fault(why))
		return true, &said, nil
	}
	if err != nil {
		return true, nil, err
	}
	_, err = d.hear(tx, b, r, w)
	return true, nil, err
}

// Seen is a reaction that a request's message shows.
type Seen struct {
	Who   bot.Actor
	Emoji string
}

// Reconcile brings the words on a request to what its message shows after a time
// in which reactions were not heard: the words of those who reacted count, and
// those that were given by a reaction that is gone do not. Who shows both yes and
// no says no. A word that was taken back in another way stays so, and what was
// said or taken back since the moment of the look is newer than it. What was said
// on an earlier message of the request, which is gone, stays. The same reactions
// twice change nothing more, and none counts where Decide refuses it.
func (d *Desk) Reconcile(tx *storage.Tx, b *bot.Brand, on act.Slot, looked time.Time, seen []Seen) error {
	now, _, err := records.Found(records.Slots.Get(tx, storage.K(on.ID)))
	if err != nil || now.Ref != on.Ref {
		return err // it is another message by now
	}
	r, err := d.Request(tx, b.ID, on.Subject.ID)
	if err != nil {
		return err
	}
	if err := d.counts(tx, &r); err != nil {
		if _, asked := bot.Asked(err); asked {
			return nil
		}
		return err
	}
	yes, no := shown(b, seen)
	var words []said
	for _, last := range r.Decisions {
		who := b.Whose(last.Who)
		there := last.Yes && yes[who] || !last.Yes && no[who]
		if last.How == ByReaction && !last.Off && !there && saidOn(last, on) && last.At.Before(looked) {
			words = append(words, off(tx, b, last, ByReaction))
		}
	}
	for _, p := range b.People {
		last, ok := r.Word(b, p.ID)
		refused := may(tx, b, p.ID, &r)
		if _, asked := bot.Asked(refused); refused != nil && !asked {
			return refused
		}
		switch {
		case refused != nil || !yes[p.ID] && !no[p.ID]:
		case ok && !last.At.Before(looked):
		case ok && last.Off && last.How != ByReaction && last.Yes == !no[p.ID] && saidOn(last, on): // taken back under the reaction
		case ok && !last.Off && last.How == ByReaction && last.Yes == !no[p.ID] && last.On == on.Ref: // known
		default:
			words = append(words, said{who: p, seen: -1, word: bot.Decision{Who: p.ID, Yes: !no[p.ID], How: ByReaction, On: on.Ref, At: tx.Now()}})
		}
	}
	slices.SortStableFunc(words, func(a, b said) int { return rank(a) - rank(b) })
	if i := slices.IndexFunc(words, func(w said) bool { return rank(w) == 2 }); i >= 0 {
		words = words[:i+1] // one no decides
	}
	_, err = d.hear(tx, b, r, words...)
	return err
}

// saidOn reports whether a word was said on a message, as far as is known.
func saidOn(last bot.Decision, on act.Slot) bool { return last.On == "" || last.On == on.Ref }

// rank orders words found together: what counts no more, then yes, then no.
func rank(w said) int {
	switch {
	case w.word.Off:
		return 0
	case w.word.Yes:
		return 1
	}
	return 2
}

// shown is who says yes, and who no, by the reactions on a message.
func shown(b *bot.Brand, seen []Seen) (yes, no map[bot.PersonID]bool) {
	yes, no = map[bot.PersonID]bool{}, map[bot.PersonID]bool{}
	for _, s := range seen {
		if p, ok := b.PersonFor(s.Who); ok {
			switch b.Approvals.Emoji(s.Emoji) {
			case 1:
				yes[p.ID] = true
			case -1:
				no[p.ID] = true
			}
		}
	}
	return yes, no
}

// Close reports whether what a request asks about is out, so that no reaction
// matters any more, and remembers it.
func (d *Desk) Close(tx *storage.Tx, brand bot.BrandID, request bot.ID) (bool, error) {
	r, err := d.Request(tx, brand, request)
	if err != nil || r.State != bot.Agreed || r.Closed {
		return r.Closed, err
	}
	m, err := d.asks(&r)
	if err != nil {
		return false, err
	}
	if r.Closed, err = m.Out(tx, brand, r.Subject); err != nil || !r.Closed {
		return false, err
	}
	return true, records.Requests.Put(tx, r)
}
