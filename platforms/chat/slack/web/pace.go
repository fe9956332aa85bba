package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ponte/bot"
)

// maxPaced is how many names a pace knows.
const maxPaced = 5_000

// Pace is how often something may be asked of Slack, in a channel or a workspace each.
type Pace struct {
	every time.Duration
	burst int

	mu  sync.Mutex
	all map[string]*rate.Limiter
}

// NewPace makes one that lets through one each time, and so many at once.
func NewPace(every time.Duration, burst int) *Pace {
	return &Pace{every: every, burst: burst, all: map[string]*rate.Limiter{}}
}

// Take asks whether something may go out under a name now. Whoever may not is told
// for how long to wait, before Slack is asked.
func (p *Pace) Take(name string, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.all[name]
	if l == nil {
		if len(p.all) >= maxPaced {
			clear(p.all)
		}
		l = rate.NewLimiter(rate.Every(p.every), p.burst)
		p.all[name] = l
	}
	r := l.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait <= 0 {
		return nil
	}
	r.CancelAt(now)
	return &bot.Error{Kind: bot.RateLimited, Key: "slack.busy_slack", RetryAfter: wait, Parks: bot.ParksBudget}
}
