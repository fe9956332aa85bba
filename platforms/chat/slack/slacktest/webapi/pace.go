package webapi

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Tiers, in calls a minute.
const (
	tier1   = 1
	tier2   = 20
	tier3   = 50
	tier4   = 100
	special = 600
)

// Burst is how many messages a channel takes at once; then it takes one a second.
const Burst = 5

// pace counts calls, each kind in a bucket that fills again with time.
type pace struct {
	now     func() time.Time
	mu      sync.Mutex
	buckets map[string]*bucket
	off     bool
}

type bucket struct {
	left float64
	at   time.Time
}

func newPace(now func() time.Time) *pace { return &pace{now: now, buckets: map[string]*bucket{}} }

// take returns how long to wait when the bucket is empty, and takes one when it
// is not.
func (p *pace) take(name string, most int, each time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.off {
		return 0
	}
	now := p.now()
	b := p.buckets[name]
	if b == nil {
		b = &bucket{left: float64(most), at: now}
		p.buckets[name] = b
	}
	b.left = min(float64(most), b.left+now.Sub(b.at).Seconds()/each.Seconds())
	b.at = now
	if b.left < 1 {
		return time.Duration((1 - b.left) * float64(each))
	}
	b.left--
	return 0
}

// Unlimited turns the paces off, or on again.
func (a *API) Unlimited(off bool) {
	a.pace.mu.Lock()
	defer a.pace.mu.Unlock()
	a.pace.off = off
}

// tooFast returns how long the caller has to wait.
func (c *call) tooFast() time.Duration {
	m, known := c.api.methods[c.request.Method]
	if !known {
		return 0
	}
	if wait := c.api.pace.take(c.request.Method, m.tier, time.Minute/time.Duration(m.tier)); wait > 0 {
		return wait
	}
	if c.request.Method == "chat.postMessage" {
		return c.api.pace.take("channel "+c.str("channel"), Burst, time.Second)
	}
	return 0
}

// limited says to come again later.
func (c *call) limited(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(max(1, wait.Seconds())))))
	c.finish(w, http.StatusTooManyRequests, nil, refuse("ratelimited"))
}
