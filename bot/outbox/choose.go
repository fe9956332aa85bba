package outbox

import (
	"slices"
	"time"

	"ponte/bot/outbox/rate"
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

// serve starts what may go now of one budget, the best class first, unless another
// has let it go first for too long.
func (r *run) serve(tx *storage.Tx, p *plan, budget storage.Key) error {
	b, err := r.budget(tx, budget)
	if err != nil {
		return err
	}
	if until := p.parked.Held(&b); until.After(p.now) {
		p.by(until)
		return nil
	}
	var classes []storage.Key
	var turns []rate.Turn
	for class, err := range records.EffectsDue.Groups(tx, budget) {
		if err != nil {
			return err
		}
		classes, turns = append(classes, class), append(turns, rate.Turn{Class: class.String()})
	}
	room, free := r.room(p, &b)
	if i, ok := b.Passed.Over(turns); ok && room > 0 {
		left, err := r.serveClass(tx, p, classes[i], &turns[i], 1)
		if err != nil {
			return err
		}
		room += left - 1
	}
	for i, class := range classes {
		if room, err = r.serveClass(tx, p, class, &turns[i], room); err != nil {
			return err
		}
	}
	for _, t := range turns {
		if t.Waits && free.After(p.now) {
			p.by(free)
		}
		if t.Went {
			b.Last, p.last = p.now, b.Name
		}
		p.due = p.due || t.Waits
	}
	b.Passed = b.Passed.After(turns)
	p.rates[b.Name] = b
	return nil
}

// budget is how things stand with a rate.
func (r *run) budget(tx *storage.Tx, key storage.Key) (rate.Budget, error) {
	name := key.String()
	if b, ok := r.mem.rates[name]; ok {
		return b, nil
	}
	first, _, err := records.Found(records.EffectsDue.First(tx, key))
	return rate.Budget{Name: name, At: first.At}, err
}

// room returns how many effects of a budget may start now, and from when on the next
// may, when one has or when there is none.
func (r *run) room(p *plan, b *rate.Budget) (int, time.Time) {
	free := max(min(r.parallel-len(r.mem.under), r.most)-len(p.starts), 0)
	if r.pace == nil {
		return free, p.now
	}
	next, every := b.Next(r.pace(b.At), r.mem.begun)
	switch {
	case every == 0:
		return free, p.now
	case next.After(p.now):
		return 0, next
	}
	return min(free, 1), p.now.Add(every)
}

// serveClass starts up to room effects of one class, and returns what room is left.
func (r *run) serveClass(tx *storage.Tx, p *plan, class storage.Key, turn *rate.Turn, room int) (int, error) {
	now := slices.Concat(class, storage.K(p.now.Add(time.Nanosecond)))
	limit := 1
	if room > 0 {
		limit = room + spare + len(r.mem.aside)
	}
	seen := 0
	turn.Waits = false
	for e, err := range records.EffectsDue.Under(tx, class, storage.Until(now), storage.Limit(limit)) {
		if err != nil {
			return 0, err
		}
		seen++
		if room == 0 {
			turn.Waits = true
			break
		}
		if !r.mem.aside[e.ID].IsZero() {
			turn.Waits = true
			continue
		}
		started := len(p.starts)
		if err := apart(e.ID, func() error { return r.start(tx, p, &e) }); err != nil {
			return 0, err
		}
		if len(p.starts) > started {
			room--
			turn.Went = true
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
