package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox/rate"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	leaseName = "outbox"
	leaseFor  = 30 * time.Second
	renewAt   = 20 * time.Second // of it left
	pause     = time.Second      // before another turn after one that failed
	grace     = 10 * time.Second // for what is under way when Run is asked to end
	asideFor  = 5 * time.Second  // an effect that broke a turn
	asideMost = 16               // then it is not the effects
)

// memory is what the pump knows and the store need not. It changes only after
// the commit of the turn that says so.
type memory struct {
	lease  storage.Lease
	begun  time.Time           // rates count from here
	under  map[bot.ID]int      // the attempt of what is being carried, or asked after
	asks   map[bot.ID]question // to be asked after, and when
	rates  map[string]rate.Budget
	parked rate.Parked
	aside  map[bot.ID]time.Time // effects that broke a turn, until when
	last   string               // the budget that was served last
}

type question struct {
	effect act.Effect
	at     time.Time
}

// plan is what one run of a turn's closure came to.
type plan struct {
	now    time.Time
	lease  storage.Lease
	starts []act.Effect
	asks   map[bot.ID]question
	rates  map[string]rate.Budget
	parked rate.Parked
	last   string
	done   int
	due    bool      // something is due that has not started
	more   bool      // another turn would start something at once
	paused bool      // nothing goes out
	next   time.Time // when the clock alone makes another turn worth while
}

// by notes that another turn is wanted at t.
func (p *plan) by(t time.Time) {
	if p.next.IsZero() || t.Before(p.next) {
		p.next = t
	}
}

var (
	errFenced = errors.New("outbox: another process has taken over")
	errFound  = errors.New("outbox: found started")
)

// broken is an error that one effect brought into a turn.
type broken struct {
	id bot.ID
	error
}

// run is one Run.
type run struct {
	*Outbox
	ctx     context.Context // of the turns; it does not end
	work    context.Context // of what is carried; it outlives Run's by the grace
	pending []outcome       // come back and not recorded
	most    int             // how much a turn records, and starts; less where the store is full
	idle    []chan struct{}
	ending  bool
}

// Run carries effects out until ctx ends, and returns when what was under way
// has come back and is recorded, at most about 10 s later. Only one process of a
// store pumps: Run waits for its turn, and returns an error when another process
// takes over. It is called once.
func (o *Outbox) Run(ctx context.Context) error {
	lasting := storage.Urgent(context.WithoutCancel(ctx))
	work, cancel := context.WithCancel(lasting)
	defer cancel()
	r := &run{Outbox: o, ctx: lasting, work: work, most: o.parallel}
	if err := r.acquire(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	for ctx.Err() == nil {
		wait, err := r.turn()
		if errors.Is(err, errFenced) {
			return err
		}
		if err != nil {
			o.log.Error("a turn of the outbox failed", "error", err)
			wait = pause
		}
		r.sleep(ctx, wait)
	}
	return r.end(cancel)
}

// acquire waits until this process may pump, and takes over what a former run
// left started: to this one it is an attempt without an answer.
func (r *run) acquire(ctx context.Context) error {
	for ctx.Err() == nil {
		var left []outcome
		lease, err := storage.Do(r.ctx, r.store, func(tx *storage.Tx) (l storage.Lease, err error) {
			left = nil
			for e, err := range records.EffectsByState.Under(tx, storage.K(act.Started)) {
				if err != nil {
					return l, err
				}
				left = append(left, outcome{id: e.ID, attempt: e.Attempt, err: errFound})
			}
			return storage.Acquire(tx, leaseName, r.holder, leaseFor)
		})
		if err == nil {
			r.mem.lease, r.mem.begun, r.pending = lease, lease.Expires.Add(-leaseFor), left
			return nil
		}
		if !errors.Is(err, storage.ErrConflict) {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	return nil
}

// sleep waits until a turn is worth while: something came back or was enqueued,
// or the time is over.
func (r *run) sleep(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-r.wake:
	case w := <-r.waiters:
		r.idle = append(r.idle, w)
	case out := <-r.outcomes:
		r.pending = append(r.pending, out)
	}
}

// turn is one transaction: it records what came back and starts what may go
// next. It returns how long nothing is to be done unless something happens. An
// effect that breaks it is put aside, and the turn made again without it.
func (r *run) turn() (time.Duration, error) {
	for len(r.outcomes) > 0 {
		r.pending = append(r.pending, <-r.outcomes)
	}
	maps.DeleteFunc(r.mem.aside, func(_ bot.ID, until time.Time) bool { return !time.Now().Before(until) })
	var p *plan
	err := r.store.Update(r.ctx, func(tx *storage.Tx) error {
		p = &plan{now: tx.Now(), asks: map[bot.ID]question{}, rates: map[string]rate.Budget{}, parked: rate.Parked{}}
		maps.Copy(p.parked, r.mem.parked)
		return r.all(tx, p)
	})
	if b, ok := errors.AsType[*broken](err); ok && len(r.mem.aside) < asideMost {
		r.log.Error("an effect is put aside", "effect", b.id, "error", b.error)
		r.mem.aside[b.id] = time.Now().Add(asideFor)
		return 0, nil
	}
	if errors.Is(err, storage.ErrFull) && r.most > 1 {
		r.most /= 2 // there may be room for so much
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	wait := r.apply(p)
	r.most = min(r.most+1, r.parallel)
	return wait, nil
}

// all is the body of a turn.
func (r *run) all(tx *storage.Tx, p *plan) error {
	if err := r.guard(tx, p); err != nil {
		return err
	}
	alone := r.most == 1 && len(r.pending) > 0
	p.more = alone || len(r.pending) > r.most
	for _, out := range r.pending[:min(len(r.pending), r.most)] {
		if !r.mem.aside[out.id].IsZero() {
			continue
		}
		if err := apart(out.id, func() error { return r.record(tx, p, out) }); err != nil {
			return err
		}
	}
	if r.ending || alone {
		return nil
	}
	var err error
	if _, p.paused, err = records.Paused(tx); p.paused || err != nil {
		return err
	}
	err = r.choose(tx, p)
	if len(p.starts) > 0 {
		r.at(StepClaimed)
	}
	return err
}

// guard makes sure that this process still is the one that pumps.
func (r *run) guard(tx *storage.Tx, p *plan) (err error) {
	p.lease = r.mem.lease
	if p.lease.Expires.Sub(tx.Now()) <= renewAt {
		p.lease, err = p.lease.Renew(tx, leaseFor)
	} else {
		err = p.lease.Check(tx)
	}
	if errors.Is(err, storage.ErrConflict) {
		return fmt.Errorf("%w: %w", errFenced, err)
	}
	p.by(p.lease.Expires.Add(-renewAt))
	return err
}

// apart says which effect an error is about, and makes one of a panic.
func apart(id bot.ID, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &broken{id, fmt.Errorf("panic: %v", v)}
		}
	}()
	if err = f(); err != nil {
		err = &broken{id, err}
	}
	return err
}

// apply takes over what a committed turn came to, and carries what it started.
func (r *run) apply(p *plan) time.Duration {
	r.take(p)
	for range p.done {
		r.at(StepDone)
	}
	for _, e := range p.starts {
		go r.carry(e)
	}
	r.ask(p)
	if len(r.mem.under) == 0 && (len(r.mem.asks) == 0 || p.paused) && !p.due && len(r.pending) == 0 {
		for _, w := range r.idle {
			close(w)
		}
		r.idle = nil
	}
	if p.more {
		return 0
	}
	return max(p.next.Sub(p.now), time.Millisecond)
}

// take is the part of apply that changes memory.
func (r *run) take(p *plan) {
	m := &r.mem
	m.lease = p.lease
	late := r.pending[:0]
	for i, out := range r.pending {
		if i >= r.most || !r.mem.aside[out.id].IsZero() {
			late = append(late, out)
		} else {
			delete(m.under, out.id)
		}
	}
	r.pending = late
	maps.Copy(m.asks, p.asks)
	maps.Copy(m.rates, p.rates)
	for _, e := range p.starts {
		m.under[e.ID] = e.Attempt
	}
	m.last = cmp.Or(p.last, m.last)
	for _, until := range m.aside {
		p.by(p.now.Add(time.Until(until)))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(p.parked, func(_ string, until time.Time) bool { return !until.After(p.now) })
	m.parked = p.parked
}

// ask asks the platforms about what is to be settled now; not in a pause, in
// which another process may be at work and absent proves nothing.
func (r *run) ask(p *plan) {
	for id, q := range r.mem.asks {
		if q.at.After(p.now) {
			p.by(q.at)
			continue
		}
		if r.ending || p.paused || len(r.mem.under) >= r.parallel {
			continue // what comes back makes room
		}
		delete(r.mem.asks, id)
		r.mem.under[id] = q.effect.Attempt
		go r.settle(q.effect)
	}
}

// end waits for what is under way, records it, and gives the lease back.
func (r *run) end(cancel context.CancelFunc) error {
	r.ending = true
	soft, hard := time.After(grace), time.After(grace+pause)
	for {
		wait, err := r.turn()
		if err != nil {
			return err
		}
		if wait == 0 {
			continue
		}
		if len(r.mem.under) == 0 {
			break
		}
		select {
		case out := <-r.outcomes:
			r.pending = append(r.pending, out)
		case <-soft:
			cancel()
		case <-hard:
			return errors.New("outbox: what is under way does not end; the next run settles it")
		}
	}
	return r.store.Update(r.ctx, r.mem.lease.Release)
}
