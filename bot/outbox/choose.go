package outbox

import (
	"slices"
	"time"

	"ponte/bot/records"
	"ponte/storage"
)

// spare is how many more effects than may start are looked at in a turn, for
// those that turn out not to be ready.
const spare = 8

// choose starts what may go now. It begins behind the budget that was served
// last, so that a full house does not always serve the same ones.
func (r *run) choose(tx *storage.Tx, p *plan) error {
	var budgets []storage.Key
	for b, err := range records.EffectsDue.Groups(tx, nil) {
		if err != nil {
			return err
		}
		budgets = append(budgets, b)
	}
	after := slices.IndexFunc(budgets, func(b storage.Key) bool { return b.String() > r.mem.last })
	if after > 0 {
		budgets = slices.Concat(budgets[after:], budgets[:after])
	}
	for _, b := range budgets {
		if err := r.serve(tx, p, b); err != nil {
			return err
		}
	}
	return nil
}

// serve starts what may go now of one budget, the best class first.
func (r *run) serve(tx *storage.Tx, p *plan, budget storage.Key) error {
	name, had := budget.String(), p.due
	room, free, err := r.room(tx, p, budget, name)
	if err != nil {
		return err
	}
	p.due = false
	for class, err := range records.EffectsDue.Groups(tx, budget) {
		if err != nil {
			return err
		}
		if room, err = r.serveClass(tx, p, class, name, room); err != nil {
			return err
		}
	}
	if p.due && free.After(p.now) {
		p.by(free)
	}
	p.due = p.due || had
	return nil
}

// serveClass starts up to room effects of one class, and returns what room is left.
func (r *run) serveClass(tx *storage.Tx, p *plan, class storage.Key, name string, room int) (int, error) {
	now := slices.Concat(class, storage.K(p.now.Add(time.Nanosecond)))
	limit := 1
	if room > 0 {
		limit = room + spare + len(r.mem.aside)
	}
	seen := 0
	for e, err := range records.EffectsDue.Under(tx, class, storage.Until(now), storage.Limit(limit)) {
		if err != nil {
			return 0, err
		}
		seen++
		if room == 0 {
			p.due = true
			break
		}
		if !r.mem.aside[e.ID].IsZero() {
			p.due = true
			continue
		}
		started := len(p.starts)
		if err := apart(e.ID, func() error { return r.start(tx, p, &e) }); err != nil {
			return 0, err
		}
		if len(p.starts) > started {
			room--
			p.last, p.rates[name] = name, rate{at: e.At, last: p.now}
		}
	}
	p.more = p.more || seen == limit && room > 0
	later, ok, err := records.Found(records.EffectsDue.First(tx, class, storage.From(now)))
	if ok && later.Awaits == "" {
		p.by(later.Due)
	} else if ok {
		p.by(later.Until.Add(time.Nanosecond))
	}
	return room, err
}
