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

// line says in words what a person said to a request.
func line(b *bot.Brand, r *bot.Request, w said) card.Words {
	name := card.Text("Name", w.who.Name)
	yes, _ := r.Agreeing(b)
	needs := max(b.Approvals.Needs(r.Matter), 1)
	switch {
	case w.returns:
		return card.W("approval.returns", name, card.Text("Reason", w.word.Reason))
	case w.word.Off:
		return card.W("approval.takes_back", name, card.Count("N", yes), card.Count("Of", needs))
	case w.word.Yes && yes > needs:
		return card.W("approval.approves_too", name)
	case w.word.Yes:
		return card.W("approval.approves", name, card.Count("N", yes), card.Count("Of", needs))
	case w.word.Reason != "":
		return card.W("approval.rejects_why", name, card.Text("Reason", w.word.Reason))
	}
	return card.W("approval.rejects", name)
}

// tells is to whom a line in a thread speaks, and how long it is worth saying;
// zero: a day.
type tells struct {
	to    []bot.PersonID
	until time.Time
}

// tell says something in the thread under a request, once its message is there.
// Where nobody was asked there is no thread.
func (d *Desk) tell(tx *storage.Tx, b *bot.Brand, r *bot.Request, w card.Words, t tells) error {
	ask, ok, err := records.Found(records.Slots.Get(tx, storage.K(Slot(r.ID))))
	if err != nil || !ok {
		return err
	}
	slot := act.Slot{
		ID: "told/" + string(bot.NewID(tx.Now())), Brand: r.Brand, Subject: act.Subject{Kind: act.OnRequest, ID: r.ID}, At: ask.At, Parent: ask.ID,
	}
	if err := records.Slots.Insert(tx, slot); err != nil {
		return err
	}
	if t.until.IsZero() {
		t.until = tx.Now().Add(24 * time.Hour)
	}
	var mention []string
	for _, id := range t.to {
		for _, u := range b.Users(id, ask.At.Platform, ask.At.Space) {
			if !slices.Contains(mention, u) {
				mention = append(mention, u)
			}
		}
	}
	_, err = d.out.Say(tx, act.Effect{
		Brand: r.Brand, Subject: slot.Subject, Trace: r.Trace, Slot: slot.ID, At: ask.At, Lane: lane(r.ID), Class: act.RoutineClass,
		Act: act.Seal(act.Send{Card: card.Notice(w), Mention: mention}), Until: t.until,
	})
	return err
}

// person is somebody of the brand's, or who they were.
func person(b *bot.Brand, id bot.PersonID) bot.Person {
	if p, ok := b.Person(id); ok {
		return p
	}
	return bot.Person{ID: id, Name: string(id)}
}
