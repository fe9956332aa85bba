package rest

import (
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
)

// What REST holds to.
const (
	Global      = 50 // requests a second
	Invalid     = 10_000
	InvalidSpan = 10 * time.Minute
)

// rate is how many requests of a bucket are taken in a window.
type rate struct {
	bucket string
	most   int
	window time.Duration
}

// rates are the buckets of routes; a route that is not here has one of its own.
var rates = map[string]rate{
	"POST /channels/{channel}/messages":                                   {"say", 5, 5 * time.Second},
	"PATCH /channels/{channel}/messages/{message}":                        {"edit", 5, 5 * time.Second},
	"DELETE /channels/{channel}/messages/{message}":                       {"delete", 5, time.Second},
	"PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me":    {"react", 1, 250 * time.Millisecond},
	"DELETE /channels/{channel}/messages/{message}/reactions/{emoji}/@me": {"react", 1, 250 * time.Millisecond},
	"POST /channels/{channel}/messages/{message}/threads":                 {"thread", 10, 10 * time.Second},
	"POST /channels/{channel}/threads":                                    {"thread", 10, 10 * time.Second},
	"PATCH /channels/{channel}":                                           {"channel", 10, 10 * time.Second},
	"POST /webhooks/{app}/{token}":                                        {"hook", 5, 2 * time.Second},
	"PATCH /webhooks/{app}/{token}/messages/{message}":                    {"hook", 5, 2 * time.Second},
}

// pace counts requests, each kind in a window of its own.
type pace struct {
	now     func() time.Time
	mu      sync.Mutex
	windows map[string]*window
	second  window
	off     bool
	wrong   []time.Time
	until   time.Time
}

type window struct {
	used int
	ends time.Time
}

func newPace(now func() time.Time) *pace { return &pace{now: now, windows: map[string]*window{}} }

// Unlimited turns the paces off, or on again. What is counted as invalid is not
// a pace.
func (a *API) Unlimited(off bool) {
	a.pace.mu.Lock()
	defer a.pace.mu.Unlock()
	a.pace.off = off
}

// Ban has Cloudflare refuse everything for so long.
func (a *API) Ban(wait time.Duration) {
	a.pace.mu.Lock()
	defer a.pace.mu.Unlock()
	a.pace.until = a.now().Add(wait)
}

// Wrong counts the invalid requests of the last ten minutes: those answered with
// 401, 403, or 429 unless others share the pace.
func (a *API) Wrong() int {
	a.pace.mu.Lock()
	defer a.pace.mu.Unlock()
	a.pace.trim()
	return len(a.pace.wrong)
}

func (p *pace) trim() {
	now := p.now()
	p.wrong = slices.DeleteFunc(p.wrong, func(at time.Time) bool { return now.Sub(at) >= InvalidSpan })
}

// invalid counts one, and bans the caller for too many.
func (p *pace) invalid() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wrong = append(p.wrong, p.now())
	if len(p.wrong) > Invalid {
		if p.trim(); len(p.wrong) > Invalid {
			p.until = p.now().Add(InvalidSpan)
		}
	}
}

func (p *pace) banned() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now().Before(p.until)
}

// take counts a request, says in the headers how its bucket stands, and returns
// a refusal when that is empty.
func (p *pace) take(c *call, h http.Header) *guild.TooSoon {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.off || c.route == "" {
		return nil
	}
	if !c.hook() {
		if wait := p.second.take(now, Global, time.Second); wait > 0 {
			h.Set("X-RateLimit-Global", "true")
			return &guild.TooSoon{Wait: wait, Text: global}
		}
	}
	if strings.Contains(c.route, " /interactions/") {
		return nil
	}
	r, named := rates[c.route]
	if !named {
		r = rate{c.route, 50, time.Second}
	}
	key := r.bucket + " " + major(c)
	w := p.windows[key]
	if w == nil {
		w = &window{}
		p.windows[key] = w
	}
	wait := w.take(now, r.most, r.window)
	sum := fnv.New64a()
	_, _ = io.WriteString(sum, r.bucket)
	h.Set("X-RateLimit-Bucket", fmt.Sprintf("%016x", sum.Sum64()))
	h.Set("X-RateLimit-Limit", strconv.Itoa(r.most))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, r.most-w.used)))
	h.Set("X-RateLimit-Reset", seconds(time.Duration(w.ends.UnixNano())))
	h.Set("X-RateLimit-Reset-After", seconds(w.ends.Sub(now)))
	if wait > 0 {
		return &guild.TooSoon{Wait: wait, Text: user}
	}
	return nil
}

// Words of a refusal for pace.
const (
	user   = "You are being rate limited."
	global = "You are being rate limited globally."
	shared = "The resource is being rate limited."
)

// take counts one; without room it returns how long there is none.
func (w *window) take(now time.Time, most int, span time.Duration) time.Duration {
	if !now.Before(w.ends) {
		w.used, w.ends = 0, now.Add(span)
	}
	if w.used >= most {
		return w.ends.Sub(now)
	}
	w.used++
	return 0
}

// major is what buckets are kept apart by: the channel, the server or the token.
func major(c *call) string {
	for _, name := range []string{"channel", "guild", "token"} {
		if id := c.at(name); id != "" {
			return id
		}
	}
	return ""
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// limited says to come again later.
func (c *call) limited(w http.ResponseWriter, t *guild.TooSoon) {
	scope, whole := "user", t.Text == global
	switch {
	case t.Shared:
		scope, c.shared = "shared", true
	case whole:
		scope = "global"
		w.Header().Set("X-RateLimit-Global", "true")
	}
	w.Header().Set("X-RateLimit-Scope", scope)
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(t.Wait.Seconds()))))
	w.Header().Set("Via", "1.1 google")
	body := Obj{"message": t.Text, "retry_after": math.Ceil(t.Wait.Seconds()*1000) / 1000, "global": whole}
	if t.Code > 0 {
		body["code"] = t.Code
	}
	c.write(w, http.StatusTooManyRequests, t.Code, body)
}

// cloudflare refuses before Discord hears of it: in HTML, without its headers.
func (c *call) cloudflare(w http.ResponseWriter) {
	c.shared = true // what Cloudflare refuses is not counted by Discord
	for name := range w.Header() {
		if strings.HasPrefix(name, "X-Ratelimit") {
			w.Header().Del(name)
		}
	}
	c.page(w, http.StatusTooManyRequests, "<html><head><title>Error 1015</title></head><body>You are being rate limited</body></html>")
}

func (c *call) page(w http.ResponseWriter, status int, html string) {
	c.end(status, 0)
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, html)
}

// Spoil counts n invalid requests more, as if they had been made just now.
func (a *API) Spoil(n int) {
	for range n {
		a.pace.invalid()
	}
}
