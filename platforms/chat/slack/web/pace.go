package web

import (
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ponte/bot"
)

// maxPaced is how many names a pace knows.
const maxPaced = 5_000

// Pace is how often something may be asked of Slack, by all who share in it. Who has
// to wait is given a turn, so that nobody waits for good where many ask.
type Pace struct {
	every time.Duration
	burst int

	mu    sync.Mutex
	all   map[string]*rate.Limiter
	turns map[string]time.Time // by who waits
}

// NewPace makes one that lets through one each time, and so many at once.
func NewPace(every time.Duration, burst int) *Pace {
	return &Pace{every: every, burst: burst, all: map[string]*rate.Limiter{}, turns: map[string]time.Time{}}
}

// Take asks whether who may go now, of those who share in a name. Whoever may not is
// told for how long to wait, before Slack is asked, and may go then.
func (p *Pace) Take(name, who string, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	turn, waits := p.turns[who]
	if !waits {
		turn = now.Add(p.of(name).ReserveN(now, 1).DelayFrom(now))
	}
	if turn.After(now) {
		if len(p.turns) >= maxPaced {
			clear(p.turns)
		}
		p.turns[who] = turn
		return hold(turn.Sub(now))
	}
	delete(p.turns, who)
	return nil
}

func (p *Pace) of(name string) *rate.Limiter {
	l := p.all[name]
	if l == nil {
		if len(p.all) >= maxPaced {
			clear(p.all)
		}
		l = rate.NewLimiter(rate.Every(p.every), p.burst)
		p.all[name] = l
	}
	return l
}

func hold(wait time.Duration) error {
	return &bot.Error{Kind: bot.RateLimited, Key: "slack.busy_slack", RetryAfter: wait, Parks: bot.ParksBudget}
}

// What Slack takes: a message a second in a channel, with short bursts; several
// hundred messages a minute in a workspace, and fifty edits.
const (
	messageEvery = time.Second
	MessageBurst = 3 // in one channel
	spaceEvery   = 200 * time.Millisecond
	spaceBurst   = 20
	editEvery    = 1200 * time.Millisecond
	editBurst    = 10
)

// Guard keeps Ponte's messages and edits to what Slack takes. After Slack asked to
// wait, nothing of that kind goes to that workspace until then, whatever the channel.
type Guard struct {
	channels, messages, edits *Pace

	mu    sync.Mutex
	rests map[string]time.Time // by kind and workspace: until when
}

// NewGuard makes one; a nil Guard lets everything through.
func NewGuard() *Guard {
	return &Guard{
		channels: NewPace(messageEvery, MessageBurst), messages: NewPace(spaceEvery, spaceBurst), edits: NewPace(editEvery, editBurst),
		rests: map[string]time.Time{},
	}
}

// Message carries a message into a channel of a workspace, when it may go.
func (g *Guard) Message(space, channel string, now func() time.Time, carry func() error) error {
	return g.carry("message/"+space, now, carry, func(at time.Time) error {
		if err := g.channels.Take(space+"/"+channel, space+"/"+channel, at); err != nil {
			return err
		}
		return g.messages.Take(space, space+"/"+channel, at)
	})
}

// Edit carries an edit of a message in a channel of a workspace, when it may go.
func (g *Guard) Edit(space, channel string, now func() time.Time, carry func() error) error {
	return g.carry("edit/"+space, now, carry, func(at time.Time) error { return g.edits.Take(space, space+"/"+channel, at) })
}

func (g *Guard) carry(kind string, now func() time.Time, carry func() error, may func(time.Time) error) error {
	if g == nil {
		return carry()
	}
	at := now()
	g.mu.Lock()
	rest := g.rests[kind].Sub(at)
	g.mu.Unlock()
	if rest > 0 {
		return hold(rest)
	}
	if err := may(at); err != nil {
		return err
	}
	err := carry()
	if e, ok := errors.AsType[*bot.Error](err); ok && e.Kind == bot.RateLimited {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.rests[kind] = now().Add(e.RetryAfter)
	}
	return err
}
