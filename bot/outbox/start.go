package outbox

import (
	"errors"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox/rate"
	"ponte/bot/records"
	"ponte/storage"
)

// closedFor is how long an effect waits before a gate that does not say, or a
// card that cannot be drawn.
const closedFor = 5 * time.Second

// start writes started for an effect whose turn it is, unless something speaks
// against it: then it waits, for a time or a message, or it is over.
func (r *run) start(tx *storage.Tx, p *plan, e *act.Effect) error {
	if !e.Until.IsZero() && p.now.After(e.Until) {
		return r.over(tx, p, e, bot.Errorf(bot.Conflict, "error.grace"))
	}
	if e.Maybe && !r.remembered(e, p.now) {
		return r.over(tx, p, e, e.Fault)
	}
	if r.adapters[e.At.Platform] == nil {
		return r.postpone(tx, e, bot.Errorf(bot.Unavailable, "error.unavailable"))
	}
	slot, thread, err := r.slot(tx, e)
	if err == nil && slot.Away && e.Act.Empty() && r.returns != nil {
		slot, err = r.returns(tx, slot)
	}
	if err != nil {
		return err
	}
	if ready, err := r.address(tx, p, e, slot, thread); !ready {
		return err
	}
	for _, gate := range r.gates {
		if err := gate(tx, e); err != nil {
			return r.against(tx, p, e, err)
		}
	}
	if e.Act.Empty() {
		if drawn, err := r.draw(tx, p, e, slot, thread); !drawn {
			return err
		}
	}
	e.Attempt++
	e.Tries++
	e.Asked, e.StartedAt = 0, p.now
	if !e.Maybe {
		e.FirstAt = p.now
	}
	if err := r.move(tx, e, act.Started, ponte); err != nil {
		return err
	}
	p.starts = append(p.starts, *e)
	return nil
}

// over ends an effect that may not start.
func (r *run) over(tx *storage.Tx, p *plan, e *act.Effect, fault *bot.Error) error {
	p.more = true // the next of its lane may go
	e.Awaits = ""
	return r.lost(tx, p, e, fault)
}

// against is an error that keeps an effect from starting: a final one ends it.
func (r *run) against(tx *storage.Tx, p *plan, e *act.Effect, err error) error {
	fault, ok := errors.AsType[*bot.Error](err)
	if !ok {
		r.log.Error("an effect cannot start", "effect", e.ID, "trace", e.Trace, "error", err)
		fault = bot.Errorf(bot.Internal, "error.internal", "Ref", string(e.ID))
	}
	if fault.Kind.Final() {
		return r.over(tx, p, e, fault)
	}
	return r.postpone(tx, e, fault)
}

// postpone lets an effect wait that was not tried.
func (r *run) postpone(tx *storage.Tx, e *act.Effect, fault *bot.Error) error {
	wait := rate.Asked(fault)
	if wait <= 0 {
		wait = closedFor
	}
	e.Fault, e.Due = fault, tx.Now().Add(wait)
	return records.Effects.Put(tx, *e)
}

// slot returns the effect's slot, and the message in whose thread it stands: an
// empty parent when it stands in none.
func (r *run) slot(tx *storage.Tx, e *act.Effect) (slot, parent act.Slot, err error) {
	if e.Slot == "" {
		return slot, parent, nil
	}
	slot, _, err = records.Found(records.Slots.Get(tx, storage.K(e.Slot)))
	slot.ID = e.Slot
	if err == nil && slot.Parent != "" {
		parent, _, err = records.Found(records.Slots.Get(tx, storage.K(slot.Parent)))
		parent.ID = slot.Parent
	}
	return slot, parent, err
}

// address puts the platform's names of messages into the act. It reports false
// when one of them is not there yet, and the effect waits for it, or when
// another rate than it waited for is the right one.
func (r *run) address(tx *storage.Tx, p *plan, e *act.Effect, slot, thread act.Slot) (bool, error) {
	needs := act.Slot{}
	ref := func(ref string) string {
		if ref != "" {
			return ref
		}
		needs = slot
		return slot.Ref
	}
	said, err := e.Act.Open()
	if err != nil {
		return false, r.against(tx, p, e, err)
	}
	switch a := said.(type) {
	case nil:
		if slot.Ref == "" {
			needs = thread
		}
		if budget := rate.Name(e.At, slot.Ref != ""); budget != e.Budget {
			e.Budget, p.more = budget, true
			return false, records.Effects.Put(tx, *e)
		}
	case act.Send:
		if a.Thread == "" || thread.ID != "" && !e.Maybe { // its thread may be another than when it was tried before
			needs, a.Thread = thread, thread.Ref
		}
		said = a
	case act.Edit:
		a.Ref = ref(a.Ref)
		said = a
	case act.Change:
		a.Ref = ref(a.Ref)
		said = a
	case act.Remove:
		a.Ref = ref(a.Ref)
		said = a
	}
	if said != nil {
		e.Act = act.Seal(said)
	}
	if needs.ID != "" && needs.Ref == "" {
		e.Awaits, p.more = needs.ID, true
		return false, errors.Join(records.Effects.Put(tx, *e), records.Overtake(tx, e, needs.ID))
	}
	return true, nil
}

// draw makes the act of a Show from the state it shows. It reports false when
// there is nothing to carry.
func (r *run) draw(tx *storage.Tx, p *plan, e *act.Effect, slot, thread act.Slot) (bool, error) {
	f := r.draws[e.Subject.Kind]
	if f == nil {
		return false, r.against(tx, p, e, errors.New("nobody draws "+e.Subject.Kind))
	}
	d, err := f(tx, slot)
	if err != nil {
		return false, r.against(tx, p, e, err)
	}
	if d.Nothing {
		return false, r.nothing(tx, p, e)
	}
	e.Key = "show/" + slot.ID
	if slot.Again {
		e.Key += "/again"
		if !slot.AgainAt.IsZero() {
			e.Key += "/" + strconv.FormatInt(slot.AgainAt.UnixMilli(), 10)
		}
	}
	if slot.Ref == "" {
		e.Act = act.Seal(act.Send{Thread: thread.Ref, Card: d.Card, Mention: merged(e.Mention, d.Mention)})
		return true, nil
	}
	// Each drawing is an act of its own, which a key must not take for the last one.
	e.Key += "/" + strconv.Itoa(e.Attempt+1)
	e.Act = act.Seal(act.Edit{Ref: slot.Ref, Thread: thread.Ref, Card: d.Card})
	return true, nil
}

// nothing ends a Show of what is not there any more, without an act.
func (r *run) nothing(tx *storage.Tx, p *plan, e *act.Effect) error {
	p.more = true
	e.Fault, e.Again, e.Mention = nil, false, nil
	if err := e.Move(act.Started); err != nil {
		return err
	}
	return r.move(tx, e, act.Done, ponte)
}
