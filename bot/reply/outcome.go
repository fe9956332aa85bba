package reply

import (
	"errors"
	"strconv"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// gate lets a reply out only as it was sent off, and only while there is
// somebody to answer.
func (d *Desk) gate(tx *storage.Tx, e *act.Effect) error {
	if e.Subject.Kind != act.OnReply || e.Act.Kind() != "reply" {
		return nil
	}
	said, err := e.Act.Open()
	if err != nil {
		return err
	}
	rep, err := records.Replies.Get(tx, storage.K(e.Brand, e.Subject.ID))
	if err != nil {
		return err
	}
	if rep.State != bot.Scheduled || rep.Effect != e.ID || rep.Text != said.(act.Reply).Text {
		return bot.Errorf(bot.Conflict, "error.not_sent_off")
	}
	if rep.Request != "" {
		b, ok := d.brands().Brand(rep.Brand)
		if !ok {
			return bot.Errorf(bot.NotFound, "error.brand")
		}
		stands, err := d.approvals.Stands(tx, b, rep.ID, hash(&rep))
		if err != nil {
			return err
		}
		if !stands {
			return bot.Errorf(bot.Conflict, "error.not_sent_off")
		}
	}
	it, err := records.ItemByRemote.First(tx, storage.K(rep.Account, rep.To))
	if err != nil {
		return err
	}
	if it.Deleted() {
		return bot.Errorf(bot.Conflict, "error.comment_deleted")
	}
	return nil
}

// heard follows a reply, or a change of one, through the outbox.
func (d *Desk) heard(tx *storage.Tx, e act.Effect) error {
	rep, err := records.Replies.Get(tx, storage.K(e.Brand, e.Subject.ID))
	if err != nil {
		return err
	}
	if e.Act.Kind() != "reply" {
		return d.altered(tx, rep, e)
	}
	to, ok := map[act.State]bot.PostState{
		act.Started: bot.Publishing, act.Done: bot.Published, act.Failed: bot.Failed, act.Unknown: bot.Uncertain, act.Waiting: bot.Scheduled,
	}[e.State]
	if !ok || to == rep.State {
		return nil
	}
	err = d.change(tx, rep, "ponte", "reply."+string(to), func(r *bot.Reply) error {
		if e.State == act.Done {
			r.Remote, r.URL, r.OutAt = e.Receipt.Ref, e.Receipt.URL, tx.Now()
		}
		r.Fault = e.Fault
		if e.State == act.Done {
			r.Fault = nil
		}
		if e.State == act.Waiting {
			r.Due = e.Due
		}
		if r.State == bot.Scheduled && (to == bot.Published || to == bot.Uncertain) { // known of an earlier attempt
			if err := r.Move(bot.Publishing); err != nil {
				return err
			}
		}
		return r.Move(to)
	})
	if err != nil || e.State != act.Done {
		return err
	}
	rep, err = records.Replies.Get(tx, storage.K(e.Brand, e.Subject.ID))
	if err != nil {
		return err
	}
	return d.inbox.Replied(tx, rep)
}

// altered records what came of an edit or a deletion of ours in public.
func (d *Desk) altered(tx *storage.Tx, rep bot.Reply, e act.Effect) error {
	if e.State == act.Started || e.State == act.Waiting {
		return nil
	}
	what := rep.Change
	return d.change(tx, rep, "ponte", "reply."+what+"_"+string(e.State), func(r *bot.Reply) error {
		r.Revision++
		r.Change = ""
		r.Fault = e.Fault
		if e.State == act.Done {
			r.Fault = nil
			if what == "edit" {
				r.Text = r.Wants
			} else {
				r.RemovedAt = tx.Now()
			}
		}
		if e.State == act.Unknown && r.Fault == nil {
			r.Fault = bot.Errorf(bot.Ambiguous, "error.change_unknown")
		}
		r.Wants = ""
		return nil
	})
}

// change alters a reply, shows it anew in its thread, and writes it into the audit log.
func (d *Desk) change(tx *storage.Tx, rep bot.Reply, who, what string, fn func(*bot.Reply) error) error {
	rep, err := records.Replies.Change(tx, storage.K(rep.Brand, rep.ID), fn)
	if err != nil {
		return err
	}
	if err := d.show(tx, rep); err != nil {
		return err
	}
	return d.logged(tx, who, rep, what)
}

// show mirrors a reply in its conversation's thread, and anew wherever else it stands.
func (d *Desk) show(tx *storage.Tx, rep bot.Reply) error {
	slot := act.Slot{
		ID: records.ReplySlot(rep.Conversation, rep.ID), Brand: rep.Brand, Subject: act.Subject{Kind: act.OnReply, ID: rep.ID},
		Parent: records.CardSlot(rep.Conversation),
	}
	slots, err := records.ShownElsewhere(tx, slot.Subject, slot.ID)
	if err != nil {
		return err
	}
	card, err := records.Slots.Get(tx, storage.K(slot.Parent))
	if err == nil {
		slot.At = card.At
		slots = append(slots, slot)
	} else if !errors.Is(err, storage.ErrNotFound) { // one of a storm has no thread
		return err
	}
	for _, s := range slots {
		if err := d.out.Touch(tx, outbox.Shown{Slot: s, Lane: records.Lane(rep.Conversation), Class: act.PersonClass, Trace: rep.Conversation}); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) logged(tx *storage.Tx, who string, rep bot.Reply, what string) error {
	details := map[string]string{"state": string(rep.State), "effect": string(rep.Effect)}
	if rep.Fault != nil {
		details["fault"] = rep.Fault.Key
	}
	return records.Log(tx, bot.Record{
		Brand: rep.Brand, Who: who, What: what, Subject: act.OnReply + "/" + string(rep.ID), Trace: rep.Conversation, Details: details,
	})
}

func itoa(n int) string { return strconv.Itoa(n) }
