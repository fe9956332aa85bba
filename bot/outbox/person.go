package outbox

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// Cancel takes an effect back. The error is a Conflict unless it waits and has
// certainly not happened yet.
func (o *Outbox) Cancel(tx *storage.Tx, id bot.ID) error {
	e, err := records.Effect(tx, id)
	if err != nil {
		return err
	}
	if e.State != act.Waiting || e.Maybe {
		return bot.Errorf(bot.Conflict, "error.too_late")
	}
	tx.OnCommit(o.Wake)
	return o.move(tx, &e, act.Undone, ponte)
}

// Hurry makes a waiting effect due now. One that the platform turned away keeps
// the wait it was given.
func (o *Outbox) Hurry(tx *storage.Tx, id bot.ID) error {
	e, err := records.Effect(tx, id)
	if err != nil || e.State != act.Waiting || e.Tries > 0 || !e.Due.After(tx.Now()) {
		return err
	}
	e.Due = tx.Now()
	tx.OnCommit(o.Wake)
	return records.Effects.Put(tx, e)
}

// Settle is a person's word on an unknown effect: it happened, with what the person knows of the receipt, or
// it waits again, at the end of its lane and for half an hour. A Conflict says that it is not unknown any more.
func (o *Outbox) Settle(tx *storage.Tx, id bot.ID, happened bool, by bot.PersonID, r act.Receipt) error {
	e, err := records.Effect(tx, id)
	if err != nil {
		return err
	}
	if e.State != act.Unknown {
		return bot.Errorf(bot.Conflict, "error.too_late")
	}
	tx.OnCommit(o.Wake)
	if happened {
		return o.done(tx, &e, r, string(by))
	}
	e.Maybe, e.FirstAt, e.EndedAt, e.Tries, e.Asked = false, time.Time{}, time.Time{}, 0, 0
	e.Due, e.Until = tx.Now(), tx.Now().Add(30*time.Minute)
	if e.Show {
		e.Act, e.Again, e.Until = act.Envelope{}, false, time.Time{}
	}
	if err := records.EnterLane(tx, &e); err != nil {
		return err
	}
	return o.move(tx, &e, act.Waiting, string(by))
}
