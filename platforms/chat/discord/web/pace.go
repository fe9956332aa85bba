package web

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Discord takes fifty requests a second of one bot, whatever they are. Some are left
// for what answers people and is made elsewhere.
const (
	perSecond  = 45
	maxBuckets = 5_000
)

// routed is where a request is counted.
type routed struct {
	template string // the method and the path, with "0" for every id but the first
	major    string // the channel, server or webhook that it is about
	hooked   bool   // it answers an interaction: outside of the global limit, and without the token
}

// route finds out where a request is counted.
func route(method, path string) routed {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	r := routed{hooked: parts[0] == "webhooks" || parts[0] == "interactions"}
	for i, p := range parts {
		switch {
		case i == 1:
			r.major, parts[i] = p, "0"
		case i == 2 && r.hooked: // the webhook's token
			r.major, parts[i] = r.major+"/"+p, "0"
		case isID(p), i > 0 && parts[i-1] == "reactions":
			parts[i] = "0"
		}
	}
	r.template = method + " " + strings.Join(parts, "/")
	return r
}

func isID(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

// bucket is what is left of something, until when.
type bucket struct {
	left  int
	until time.Time
	out   int // requests that are under way
}

// pace knows what Discord said of how often it may be asked. Nothing of it is known
// beforehand: Discord changes its limits as it likes.
type pace struct {
	global *rate.Limiter // nil: there is none

	mu      sync.Mutex
	names   map[string]string  // of buckets, by route
	buckets map[string]*bucket // by name and what the request is about
	rest    time.Time          // until when nothing is asked but what answers people
	shut    time.Time          // until when nothing is asked at all
}

func newPace(limited bool) *pace {
	p := &pace{names: map[string]string{}, buckets: map[string]*bucket{}}
	if limited {
		p.global = rate.NewLimiter(perSecond, perSecond)
	}
	return p
}

func (p *pace) bucket(r routed) *bucket {
	name := p.names[r.template]
	if name == "" {
		name = r.template
	}
	key := name + " " + r.major
	b := p.buckets[key]
	if b == nil {
		if len(p.buckets) >= maxBuckets {
			clear(p.buckets)
		}
		b = &bucket{left: -1}
		p.buckets[key] = b
	}
	return b
}

// take asks whether a request may go out now, and counts it as under way. Else it
// says for how long to wait, and for what.
func (p *pace) take(r routed, now time.Time) (wait time.Duration, scope string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.shut) {
		return p.shut.Sub(now), "cloudflare"
	}
	if !r.hooked && now.Before(p.rest) {
		return p.rest.Sub(now), "global"
	}
	b := p.bucket(r)
	if b.left == 0 && now.Before(b.until) {
		return b.until.Sub(now), "user"
	}
	if !r.hooked && p.global != nil {
		g := p.global.ReserveN(now, 1)
		if wait := g.DelayFrom(now); wait > 0 {
			g.CancelAt(now)
			return wait, "global"
		}
	}
	if b.left > 0 {
		b.left--
	}
	b.out++
	return 0, ""
}

// lost counts a request as over of which nothing came back.
func (p *pace) lost(r routed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.bucket(r)
	b.out = max(b.out-1, 0)
}

// told learns from what Discord said with an answer.
func (p *pace) told(r routed, h http.Header, f *Fault, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.bucket(r)
	was.out = max(was.out-1, 0)
	if name := h.Get("X-RateLimit-Bucket"); name != "" && p.names[r.template] != name {
		if len(p.names) >= maxBuckets {
			clear(p.names)
		}
		p.names[r.template] = name
	}
	b := p.bucket(r)
	if left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining")); err == nil {
		if after, ok := seconds(h.Get("X-RateLimit-Reset-After")); ok {
			b.left, b.until = max(left-b.out, 0), now.Add(after)
		}
	}
	if f == nil || f.Status != http.StatusTooManyRequests {
		return
	}
	switch f.Scope {
	case "cloudflare":
		p.shut = now.Add(f.RetryAfter)
	case "global":
		p.rest = now.Add(f.RetryAfter)
	default:
		b.left, b.until = 0, now.Add(f.RetryAfter)
	}
}

// seconds reads a number of seconds as Discord writes it: "0.75".
func seconds(s string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0) || f > 86_400 {
		return 0, false
	}
	return time.Duration(f * float64(time.Second)), true
}
