// Package gate stands before the public square: it keeps out what a page
// elsewhere sends, lets each address write only so often and so much, tidies what is
// written and what is shown of it, and tells browsers to trust nothing but the
// square's own files. It knows nothing of what is said there.
package gate

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"ponte/bot"
)

// MaxBody is how much one request may bring, in bytes.
const MaxBody = 64 << 10

// Policy is what the page's own files may do, and nobody else's.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Gate is the gate of one page.
type Gate struct {
	limit *limiter
	base  func() string
	now   func() time.Time
	cross *http.CrossOriginProtection
}

// New makes a gate through which an address may write so many times a minute;
// below 0 there is no limit. Base is the address of the page as people reach it.
func New(writes float64, base func() string, now func() time.Time) *Gate {
	return &Gate{limit: newLimiter(writes), base: base, now: now, cross: http.NewCrossOriginProtection()}
}

// Guard puts the gate before a handler. What it keeps out is answered by refuse.
func (g *Gate) Guard(next http.Handler, refuse func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if err := g.admit(r); err != nil {
			refuse(w, r, err)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
		next.ServeHTTP(w, r)
	})
}

func (g *Gate) admit(r *http.Request) error {
	if !g.named(r) || g.cross.Check(r) != nil {
		return bot.Errorf(bot.Denied, "square.foreign")
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return nil
	}
	if wait := g.limit.allow(r.RemoteAddr, g.now()); wait > 0 {
		e := bot.Errorf(bot.RateLimited, "square.too_fast")
		e.RetryAfter = wait
		return e
	}
	return nil
}

// named tells whether the request names this server. On loopback a name that
// only leads here is refused, so that no page elsewhere can read or write as if
// it were this one (DNS rebinding).
func (g *Gate) named(r *http.Request) bool {
	at, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return true
	}
	if local, err := netip.ParseAddrPort(at.String()); err != nil || !local.Addr().Unmap().IsLoopback() {
		return true
	}
	host := (&url.URL{Host: r.Host}).Hostname()
	if base, err := url.Parse(g.base()); err == nil && base.Host != "" && strings.EqualFold(base.Hostname(), host) {
		return true
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}
