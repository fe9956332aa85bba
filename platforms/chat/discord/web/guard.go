package web

import (
	"net/http"
	"sync"
	"time"
)

// Discord shuts an address out after 10,000 refused requests in ten minutes. Ponte
// stops asking long before.
const (
	mostRefused = 1_000
	slot        = 30 * time.Second
	slots       = 20 // ten minutes
)

// guard counts requests that were refused with 401, 403 or 429 in the last ten minutes.
type guard struct {
	mu      sync.Mutex
	at      [slots]int64 // which half minute each counts, since 1970
	refused [slots]int
	shut    time.Time // since when Discord refuses the token; zero: it does not
}

// told counts what came of a request.
func (g *guard) told(f *Fault, now time.Time, hooked bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case f == nil && !hooked:
		g.shut = time.Time{}
	case f == nil || f.strange && f.Status != http.StatusTooManyRequests:
	case f.Status == http.StatusUnauthorized && !hooked && g.shut.IsZero():
		g.shut = now
	}
	if f == nil || f.Scope == "shared" {
		return
	}
	switch f.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		n := now.Unix() / int64(slot/time.Second)
		i := n % slots
		if g.at[i] != n {
			g.at[i], g.refused[i] = n, 0
		}
		g.refused[i]++
	}
}

// wait says for how long nothing may be asked, 0 when something may.
func (g *guard) wait(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := now.Unix() / int64(slot/time.Second)
	sum, oldest := 0, n
	for i, at := range g.at {
		if n-at < slots && g.refused[i] > 0 {
			sum += g.refused[i]
			oldest = min(oldest, at)
		}
	}
	if sum < mostRefused {
		return 0
	}
	return max(time.Unix((oldest+slots)*int64(slot/time.Second), 0).Sub(now), time.Second)
}

// Shut returns since when Discord refuses the bot's token; ok is false when it does not.
func (c *Client) Shut() (since time.Time, ok bool) {
	c.guard.mu.Lock()
	defer c.guard.mu.Unlock()
	return c.guard.shut, !c.guard.shut.IsZero()
}
