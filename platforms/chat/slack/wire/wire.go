// Package wire is how Slack reaches Ponte: over WebSockets that Ponte opens, or
// over HTTP requests that Slack signs. Either brings deliveries to one handler
// and acknowledges them by what it returns. The room knows envelopes, ids and
// signatures, and nothing of what is inside.
package wire

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"
)

// Kind is what a delivery brings.
type Kind string

// The kinds of delivery.
const (
	Event       Kind = "events_api"
	Command     Kind = "slash_commands"
	Interaction Kind = "interactive"
)

// Delivery is one thing that Slack delivered, as JSON.
type Delivery struct {
	Kind    Kind
	Payload []byte
	App     string // which app it came to: what the transport was given to tell it by
}

// Ack is what a delivery is answered with.
type Ack struct {
	Payload any                   // of a submitted form: what becomes of its window
	Then    func(context.Context) // what is done once it is acknowledged; nil: nothing
}

// Handler takes a delivery in. It has at most Patience. An error means that it
// was not taken: Slack brings an event again then, and nothing else.
type Handler func(ctx context.Context, d Delivery) (Ack, error)

// Patience is how long a delivery may take until it is acknowledged; Slack waits 3 s.
const Patience = 2500 * time.Millisecond

const (
	maxUnder = 256             // deliveries under way at a time; more are not taken
	maxAfter = 8 * time.Second // for what is done after the acknowledgement, also while Ponte ends
)

// Desk takes deliveries of all transports in, each once. It is made by NewDesk.
type Desk struct {
	handle Handler
	now    func() time.Time
	log    *slog.Logger
	seen   *Memory
	under  chan struct{}

	mu   sync.Mutex
	ctx  context.Context // of Run; nil: nothing is taken
	busy int             // deliveries that are under way
	idle *sync.Cond
}

// NewDesk makes a desk in front of a handler.
func NewDesk(handle Handler, now func() time.Time, log *slog.Logger) *Desk {
	d := &Desk{handle: handle, now: now, log: log, seen: NewMemory(), under: make(chan struct{}, maxUnder)}
	d.idle = sync.NewCond(&d.mu)
	return d
}

// Open takes deliveries until ctx ends; close then waits for what is under way.
func (d *Desk) Open(ctx context.Context) (closed func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ctx = ctx
	return func() {
		d.mu.Lock()
		d.ctx = nil
		d.mu.Unlock()
		d.Quiet()
	}
}

// enter counts a delivery in; ok is false when none is taken now.
func (d *Desk) enter() (ctx context.Context, leave func(), ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx == nil || d.ctx.Err() != nil {
		return nil, nil, false
	}
	select {
	case d.under <- struct{}{}:
	default:
		d.log.Warn("slack: too much at once; a delivery was not taken")
		return nil, nil, false
	}
	d.busy++
	return d.ctx, d.leave, true
}

func (d *Desk) leave() {
	<-d.under
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy--; d.busy == 0 {
		d.idle.Broadcast()
	}
}

// take hands a delivery to the handler and acknowledges it, once for each id of an app:
// those of another app may be the same. ack is not called for what was not taken; it is
// told what to answer otherwise.
func (d *Desk) take(id string, in Delivery, ack func(payload any)) bool {
	ctx, leave, ok := d.enter()
	if !ok {
		return false
	}
	defer leave()
	var done Ack
	fresh, err := d.seen.Once(ctx, in.App+" "+id, d.now(), func() (err error) {
		ctx, cancel := context.WithTimeout(ctx, Patience)
		defer cancel()
		done, err = d.safely(ctx, in)
		return err
	})
	switch {
	case err != nil:
		d.log.Warn("slack: a delivery was not taken", "kind", in.Kind, "id", id, "err", err)
		return false
	case !fresh:
		ack(nil)
		return true
	}
	ack(done.Payload)
	if done.Then != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxAfter)
		defer cancel()
		d.guard(in, func() { done.Then(ctx) })
	}
	return true
}

// safely runs the handler; a panic is an error.
func (d *Desk) safely(ctx context.Context, in Delivery) (ack Ack, err error) {
	err = errPanic
	d.guard(in, func() { ack, err = d.handle(ctx, in) })
	return ack, err
}

func (d *Desk) guard(in Delivery, f func()) {
	defer func() {
		if v := recover(); v != nil {
			d.log.Error("slack: a delivery broke its handler", "kind", in.Kind, "panic", v)
		}
	}()
	f()
}

// eventID is the id that an event has in every delivery of it.
func eventID(payload []byte) string {
	var outer struct {
		EventID string `json:"event_id"`
	}
	_ = json.Unmarshal(payload, &outer) // what cannot be read has none
	return outer.EventID
}

// Quiet waits until nothing that was delivered is under way.
func (d *Desk) Quiet() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.busy > 0 {
		d.idle.Wait()
	}
}
