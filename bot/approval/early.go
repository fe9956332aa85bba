package approval

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// earlyFor is how long a word waits for the name of the message it was said on.
const earlyFor = 24 * time.Hour

// early keeps a word on a message that nobody knows while one that asks for a
// decision there has no name yet: people may see it before its name is recorded,
// also long before, when Ponte ended in between. On any other message it is talk.
func (d *Desk) early(tx *storage.Tx, b *bot.Brand, p bot.Person, on act.Slot, emoji string, removed bool) (bool, *card.Card, error) {
	for r, err := range records.RequestsOpen.Under(tx, storage.K(b.ID)) {
		if err != nil {
			return false, nil, err
		}
		asks, ok, err := records.Found(records.Slots.Get(tx, storage.K(Slot(r.ID))))
		if err != nil {
			return false, nil, err
		}
		if ok && asks.Ref == "" && asks.At == on.At {
			return true, nil, records.EarlyWords.Insert(tx, records.EarlyWord{
				ID: bot.NewID(tx.Now()), At: on.At.String(), Ref: on.Ref, Brand: b.ID, Person: p.ID, Emoji: emoji, Removed: removed, SaidAt: tx.Now(),
			})
		}
	}
	return false, nil, nil
}

// named hears the words that waited for a message's name, in their order. They
// count as if they came now; what does not count is let go. Those that waited too
// long were said on something else.
func (d *Desk) named(tx *storage.Tx, slot act.Slot) error {
	for w, err := range records.EarlyWords.Under(tx, storage.K(slot.At.String())) {
		if err != nil {
			return err
		}
		if w.Ref != slot.Ref && tx.Now().Sub(w.SaidAt) < earlyFor {
			continue
		}
		if err := records.EarlyWords.Delete(tx, storage.K(w.At, w.Ref, w.ID)); err != nil {
			return err
		}
		if w.Ref != slot.Ref || w.Brand != slot.Brand {
			continue
		}
		if err := d.heardEarly(tx, slot, w); err != nil {
			return err
		}
	}
	return nil
}

// heardEarly hears one word that waited, of whoever may still say it there. The log
// tells of one that does not count: nobody is there any more to be told.
func (d *Desk) heardEarly(tx *storage.Tx, slot act.Slot, w records.EarlyWord) error {
	b, ch, ok := d.brands().Room(slot.At.Platform, slot.At.Space, slot.At.Channel)
	if !ok || b.ID != w.Brand {
		d.unheard(slot, w, "error.brand")
		return nil
	}
	p, ok := b.Person(w.Person)
	if !ok || !ch.Sees(p) {
		d.unheard(slot, w, "error.gone")
		return nil
	}
	_, notice, err := d.React(tx, b, p, slot, w.Emoji, w.Removed)
	if err == nil && notice != nil {
		d.unheard(slot, w, notice.Blocks[0].Words.Key)
	}
	return err
}

func (d *Desk) unheard(slot act.Slot, w records.EarlyWord, why string) {
	d.log.Warn("a reaction that came before its message was known does not count", "request", slot.Subject.ID, "person", w.Person, "emoji", w.Emoji, "removed", w.Removed, "why", why)
}
