package lost

import (
	"slices"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// lookBack is how many of a conversation's last deeds are looked through for news.
const lookBack = 200

// newsIs what brings back a message that stays away.
var newsIs = []string{"item.came", "conversation.reopened", "conversation.overdue"}

// news reports whether, since a message was last shown anew, somebody wrote in the
// conversation that it belongs to, or that was reopened or is overdue.
func news(tx *storage.Tx, slot act.Slot, conversation bot.ID) (bool, error) {
	on := storage.K(act.OnConversation + "/" + string(conversation))
	for r, err := range records.AuditOn.Under(tx, on, storage.Reverse(), storage.Limit(lookBack)) {
		if err != nil || !r.At.After(slot.AgainAt) {
			return false, err
		}
		if slices.Contains(newsIs, r.What) {
			return true, nil
		}
	}
	return false, nil
}

// returns brings a message back that stays away, when there is news, and what stayed
// away with it.
func (d *Desk) returns(tx *storage.Tx, slot act.Slot) (act.Slot, error) {
	e, ok, err := records.Found(records.Effects.Get(tx, storage.K("show/"+slot.ID)))
	if err != nil || !ok {
		return slot, err
	}
	if is, err := news(tx, slot, e.Trace); err != nil || !is {
		return slot, err
	}
	if slot, err = renewed(tx, slot); err != nil {
		return slot, err
	}
	all, err := standing(tx, slot.ID)
	if err != nil {
		return slot, err
	}
	for _, s := range all {
		if !s.Away {
			continue
		}
		if s, err = renewed(tx, s); err != nil {
			return slot, err
		}
		if err := d.out.Touch(tx, outbox.Shown{Slot: s, Lane: e.Lane, Class: e.Class, Trace: e.Trace}); err != nil {
			return slot, err
		}
	}
	return slot, nil
}

// standing is what stands in a message's thread.
func standing(tx *storage.Tx, parent string) (all []act.Slot, err error) {
	for slot, err := range records.SlotsUnder.Under(tx, storage.K(parent)) {
		if err != nil {
			return nil, err
		}
		all = append(all, slot)
	}
	return all, nil
}

// renewed keeps a message as one that is to stand there anew.
func renewed(tx *storage.Tx, slot act.Slot) (act.Slot, error) {
	slot.Ref, slot.URL, slot.Shown = "", "", 0
	slot.Again, slot.AgainAt, slot.Away = true, tx.Now(), false
	return slot, records.Slots.Put(tx, slot)
}

// stays keeps a message as one that is away until there is news. What was said once
// does not come back.
func stays(tx *storage.Tx, slot act.Slot) error {
	if drawn, err := records.Effects.Has(tx, storage.K("show/"+slot.ID)); err != nil || !drawn {
		return err
	}
	slot.Away = true
	return records.Slots.Put(tx, slot)
}
