package outbox

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// park holds back what a platform's Retry-After names. The effect itself waits
// by its due time, which is all that a lane needs.
func (p *plan) park(e *act.Effect, fault *bot.Error) {
	if fault.Parks == bot.ParksLane {
		return
	}
	name := e.Budget
	if fault.Parks == bot.ParksAccount {
		name = account(e.At)
	}
	if until := p.now.Add(retryAfter(fault)); until.After(p.parked[name]) {
		p.parked[name] = until
	}
}

// account names all that goes through one account or workspace.
func account(at act.Place) string { return at.Platform + "/" + at.Space }

// room returns how many effects of a budget may start now, and, when there are
// none, from when on.
func (r *run) room(tx *storage.Tx, p *plan, group storage.Key, name string) (int, time.Time, error) {
	b, ok := r.mem.rates[name]
	if !ok {
		first, there, err := records.Found(records.EffectsDue.First(tx, group))
		if !there {
			return 0, time.Time{}, err
		}
		b.at = first.At
		p.rates[name] = b
	}
	for _, n := range []string{name, account(b.at)} {
		if until := p.parked[n]; until.After(p.now) {
			return 0, until, nil
		}
	}
	free := max(r.parallel-len(r.mem.under)-len(p.starts), 0)
	every := r.every(b.at, name)
	if every <= 0 {
		return free, p.now, nil
	}
	last := b.last
	if last.IsZero() {
		last = r.mem.begun
	}
	if ready := last.Add(every); ready.After(p.now) {
		return 0, ready, nil
	}
	return min(free, 1), p.now.Add(every), nil
}

// every is the time between two acts of a budget; 0 when there is no limit.
func (r *run) every(at act.Place, budget string) time.Duration {
	if r.pace == nil {
		return 0
	}
	pace := r.pace(at)
	rate := pace.Messages
	if isEdits(budget) {
		rate = pace.Edits
	}
	if rate <= 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / rate)
}
