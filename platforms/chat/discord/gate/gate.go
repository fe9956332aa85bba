// Package gate is how Discord tells Ponte what happens there: one WebSocket that
// Ponte opens, and opens anew whenever it breaks, so that nothing is missed. It
// knows sessions, heartbeats and the numbers of events, and nothing of what they say.
//
// A session is kept in the notes, with the number up to which all events were
// dealt with. Whoever starts again goes on with it, and Discord tells what came
// since; what was heard twice has the same ID twice.
package gate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"ponte/bot"
)

// Options is what a gate needs to know.
type Options struct {
	Token   string
	Intents int
	URL     string                                                               // to connect to, also when a session goes on; empty: what Discord says
	Ask     func(context.Context) (Info, error)                                  // for where to connect; Denied means that nothing is gained by asking again
	Dial    func(ctx context.Context, network, address string) (net.Conn, error) // nil: the network's
	Notes   Notes
	Handle  Handler
	Now     func() time.Time
	Log     *slog.Logger
}

// Info is what Discord says of how to connect.
type Info struct {
	URL   string `json:"url"`
	Limit struct {
		Total      int   `json:"total"`
		Remaining  int   `json:"remaining"`
		ResetAfter int64 `json:"reset_after"` // in milliseconds
	} `json:"session_start_limit"`
}

// Notes keeps small values across restarts.
type Notes interface {
	Read(ctx context.Context, name string) ([]byte, error)
	Write(ctx context.Context, name string, value []byte) error
}

// Handler takes an event at once, and calls done when it was dealt with for good.
// False means that there is no room for it now: Discord tells it again later. There is
// always room for READY, which Discord does not tell again.
type Handler func(e Event, done func()) bool

// Event is one thing that happened. READY begins a new session: what happened
// before it, and after the session before it, was not told.
type Event struct {
	Session string
	Seq     int64
	Type    string
	Data    json.RawMessage
	Missed  bool // it happened while nobody heard, and is told now
}

// ID is the same each time that Discord tells of the same event.
func (e Event) ID() string { return fmt.Sprintf("%s/%d", e.Session, e.Seq) }

// State is how a gate is.
type State string

// The states.
const (
	Closed State = "closed" // it is tried again
	Open   State = "open"
	Spent  State = "spent" // it was opened so often today that it waits
)

const (
	firstWait = time.Second
	longest   = time.Minute
	stable    = time.Minute // a connection that lasts so long was well
	patience  = 15 * time.Second
	vainly    = 5 // times that a session did not go on, after which it is given up
)

// Gate is one connection after the other. It is made by New.
type Gate struct {
	opt    Options
	budget budget
	marks  marks
	vain   int

	mu    sync.Mutex
	sess  session
	kept  session // as the notes have it
	state State
	since time.Time
}

// New makes a gate. It opens nothing.
func New(opt Options) *Gate {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	g := &Gate{opt: opt, budget: budget{notes: opt.Notes, now: opt.Now}, marks: marks{open: map[int64]bool{}}}
	g.is(Closed)
	return g
}

// State is how the gate is, and since when.
func (g *Gate) State() (State, time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.state, g.since
}

func (g *Gate) is(s State) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state != s {
		g.state, g.since = s, g.opt.Now()
	}
}

// Run hears what happens until ctx ends. The error is an *Ended, or what Ask was
// denied with: nothing is gained by running again before somebody mends it.
func (g *Gate) Run(ctx context.Context) error {
	g.restore(ctx)
	under, cancel := context.WithCancel(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { g.keep(under) })
	defer func() {
		cancel()
		keeping.Wait()
		g.Keep(ctx)
		g.is(Closed)
	}()
	wait := firstWait
	for misses := 0; ctx.Err() == nil; {
		began := time.Now()
		err := g.once(ctx, misses)
		g.is(Closed)
		if _, over := errors.AsType[*Ended](err); over || bot.KindOf(err) == bot.Denied {
			return err
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was asked to end
		}
		misses++
		if time.Since(began) > stable {
			misses, wait = 0, firstWait
		}
		pause := wait/2 + rand.N(wait/2+1)
		switch {
		case errors.Is(err, errMoved) && misses <= 1:
			pause = 0
		case errors.Is(err, errInvalid):
			pause = time.Second + rand.N(4*time.Second) // as Discord wants it
		}
		if e, ok := errors.AsType[*bot.Error](err); ok {
			pause = max(pause, e.RetryAfter)
		}
		wait = min(2*wait, longest)
		g.opt.Log.Info("discord: the connection ended", "next_in", pause, "err", err)
		rest(ctx, pause)
	}
	return nil
}

// once opens one connection and listens until it ends, which always has a reason.
func (g *Gate) once(ctx context.Context, misses int) error {
	s := g.session()
	address := s.URL
	if s.ID == "" || s.URL == "" || g.opt.URL != "" || misses >= 3 { // where a session goes on may be out of reach
		info, err := g.where(ctx)
		if err != nil {
			return err
		}
		address = info.URL
		if s.ID == "" {
			if err := g.start(ctx, info); err != nil {
				return err
			}
		}
	}
	err := g.listen(ctx, address, s)
	if now, _ := g.State(); s.ID == "" || now == Open || errors.Is(err, errUnreached) || errors.Is(err, errFull) {
		g.vain = 0
	} else if g.vain++; g.vain >= vainly {
		g.drop(ctx)
	}
	return err
}

// where finds out where to connect.
func (g *Gate) where(ctx context.Context) (Info, error) {
	asked, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	info, err := g.opt.Ask(asked)
	if g.opt.URL != "" {
		info.URL = g.opt.URL
	}
	return info, err
}

// start waits until a new session may be begun: Discord takes a thousand a day, and
// then makes the token void.
func (g *Gate) start(ctx context.Context, info Info) error {
	until := g.budget.until(ctx)
	if info.Limit.Remaining < min(reserve, info.Limit.Total/10) && info.Limit.ResetAfter > 0 {
		until = later(until, g.opt.Now().Add(time.Duration(info.Limit.ResetAfter)*time.Millisecond))
	}
	if left := until.Sub(g.opt.Now()); left > 0 {
		if left > slowest+apart {
			g.is(Spent)
			g.opt.Log.Error("discord: too many sessions were begun today; Ponte waits before it begins another", "wait", left)
		}
		rest(ctx, left)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return g.budget.spend(ctx) // before it is spent: who dies in between has not forgotten it
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func rest(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
