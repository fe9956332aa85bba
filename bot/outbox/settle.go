package outbox

import (
	"errors"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox/rate"
	"ponte/bot/records"
	"ponte/storage"
)

// asksMost is how many questions after one attempt are answered by nothing, before a
// person is asked.
const asksMost = 5

// answersIn is how long after an attempt, or after a start, a platform that asks for time
// to answer is given it, before that counts as nothing.
const answersIn = time.Hour

// record takes in what came back, if it is about the attempt that is under way.
func (r *run) record(tx *storage.Tx, p *plan, out outcome) error {
	e, ok, err := records.Found(records.Effects.Get(tx, storage.K(out.id)))
	if !ok || e.State != act.Started || e.Attempt != out.attempt {
		return err
	}
	if out.act != nil {
		e.Act = act.Seal(out.act) // as it was started: there is no need to read it again
	}
	if out.err == nil && (!out.asked || out.finding == act.Found) {
		taken, err := r.taken(tx, &e, out.receipt)
		if err != nil {
			return err
		}
		if taken { // it is another one: of this one nothing is known
			out.err = bot.Errorf(bot.Ambiguous, "error.unknown_outcome")
		}
	}
	if out.asked {
		return r.answered(tx, p, &e, out)
	}
	if out.err == nil {
		p.done++
		return r.done(tx, &e, out.receipt, ponte)
	}
	return r.refused(tx, p, &e, out.err)
}

// refused takes in an attempt's error, by what its kind proves.
func (r *run) refused(tx *storage.Tx, p *plan, e *act.Effect, err error) error {
	fault, ok := errors.AsType[*bot.Error](err)
	if !ok {
		fault = bot.Errorf(bot.Ambiguous, "error.unknown_outcome")
	}
	if errors.Is(err, errUnprinted) {
		fault = bot.Errorf(bot.Internal, "error.internal", "Ref", string(e.ID))
	}
	r.log.Warn("an attempt failed", "effect", e.ID, "trace", e.Trace, "attempt", e.Attempt, "kind", fault.Kind, "error", err)
	switch {
	case fault.Kind == bot.RateLimited || fault.Kind == bot.Unavailable:
		return r.wait(tx, e, fault, p.parked.Park(e, fault, p.now, r.delay(e, fault)))
	case fault.Kind.Final() && e.Show && e.Act.New() && !e.Maybe:
		// nobody else would tell that it is missing, and what is in its way may be mended
		return errors.Join(records.StepAside(tx, e), r.wait(tx, e, fault, p.now.Add(min(time.Minute<<min(e.Tries, 6), time.Hour))))
	case fault.Kind.Final() || errors.Is(err, errUnprinted):
		return r.lost(tx, p, e, fault)
	default:
		return r.ambiguous(tx, p, e, fault)
	}
}

// ambiguous handles a started effect that may have happened: what can be
// repeated is, under a key the platform still remembers too; else the platform is
// asked, else a person.
func (r *run) ambiguous(tx *storage.Tx, p *plan, e *act.Effect, fault *bot.Error) error {
	due := p.now.Add(r.delay(e, nil))
	if e.Show && !e.Act.New() {
		return r.wait(tx, e, fault, due)
	}
	e.Maybe = true
	if r.remembered(e, due) {
		return r.wait(tx, e, fault, due)
	}
	return r.inquire(tx, p, e, fault)
}

// remembered reports whether an attempt that starts at t ends while the platform
// still does nothing twice under the effect's key.
func (r *run) remembered(e *act.Effect, t time.Time) bool {
	return !t.Add(r.timeout).After(e.FirstAt.Add(r.traits(e).Honours))
}

// inquire has the platform asked what became of a started effect, or leaves it
// to a person where it cannot be asked.
func (r *run) inquire(tx *storage.Tx, p *plan, e *act.Effect, fault *bot.Error) error {
	if _, ok := r.adapters[e.At.Platform].(act.Settler); !ok || e.Asked >= asksMost {
		return r.unknown(tx, e, fault)
	}
	e.Maybe, e.Fault = true, fault
	p.asks[e.ID] = question{effect: *e, at: p.now}
	return records.Effects.Put(tx, *e)
}

// lost ends an effect that cannot go out any more: it failed, unless an earlier
// attempt may have happened.
func (r *run) lost(tx *storage.Tx, p *plan, e *act.Effect, fault *bot.Error) error {
	if !e.Maybe {
		return r.fail(tx, e, fault)
	}
	if e.State == act.Waiting {
		if err := e.Move(act.Started); err != nil {
			return err
		}
	}
	return r.inquire(tx, p, e, fault)
}

// answered takes in what a platform said when it was asked.
func (r *run) answered(tx *storage.Tx, p *plan, e *act.Effect, out outcome) error {
	switch {
	case out.err == nil && out.finding == act.Found:
		p.done++
		return r.done(tx, e, out.receipt, ponte)
	case out.err == nil && out.finding == act.Absent:
		e.Maybe = false
		return r.wait(tx, e, e.Fault, p.now.Add(r.delay(e, nil)))
	}
	fault, _ := errors.AsType[*bot.Error](out.err)
	wait := max(rate.Backoff(e.Asked+1), rate.Asked(fault))
	if !r.later(p, e, fault) {
		e.Asked++
	}
	if e.Asked >= asksMost {
		return r.unknown(tx, e, e.Fault)
	}
	p.asks[e.ID] = question{effect: *e, at: p.now.Add(wait)}
	return records.Effects.Put(tx, *e)
}

// later reports whether a platform cannot answer yet, and says when it can.
func (r *run) later(p *plan, e *act.Effect, fault *bot.Error) bool {
	if rate.Asked(fault) == 0 || fault.Kind != bot.RateLimited && fault.Kind != bot.Unavailable {
		return false
	}
	return p.now.Before(e.StartedAt.Add(answersIn)) || p.now.Before(r.mem.begun.Add(answersIn))
}

// delay is how long an effect waits before its next attempt.
func (r *run) delay(e *act.Effect, fault *bot.Error) time.Duration {
	if d := rate.Asked(fault); d > 0 {
		return d
	}
	if s := r.traits(e).Schedule; len(s) > 0 {
		return s[min(max(e.Tries, 1), len(s))-1]
	}
	return rate.Backoff(e.Tries)
}

func (r *run) traits(e *act.Effect) act.Traits {
	if a := r.adapters[e.At.Platform]; a != nil {
		return a.Traits(e.At)
	}
	return act.Traits{}
}
