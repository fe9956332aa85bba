package gate

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxAddresses is how many addresses are remembered at once.
const maxAddresses = 10_000

// A limiter lets each address write so many times a minute.
type limiter struct {
	perMinute float64

	mu   sync.Mutex
	seen map[netip.Addr]*rate.Limiter
}

func newLimiter(perMinute float64) *limiter {
	return &limiter{perMinute: perMinute, seen: map[netip.Addr]*rate.Limiter{}}
}

// allow counts a write, or returns how long the address has to wait.
func (l *limiter) allow(address string, now time.Time) (wait time.Duration) {
	if l.perMinute <= 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := Household(address)
	one := l.seen[key]
	if one == nil {
		if len(l.seen) >= maxAddresses {
			l.forget(now)
		}
		one = rate.NewLimiter(rate.Limit(l.perMinute/60), max(int(l.perMinute), 1))
		l.seen[key] = one
	}
	r := one.ReserveN(now, 1)
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// forget drops the addresses that have been quiet, and all of them when none has.
func (l *limiter) forget(now time.Time) {
	for a, one := range l.seen {
		if one.TokensAt(now) >= float64(one.Burst()) {
			delete(l.seen, a)
		}
	}
	if len(l.seen) >= maxAddresses {
		clear(l.seen)
	}
}

// Household is what counts as one address: in IPv6 a network of 64 bits, which
// is what one house gets.
func Household(address string) netip.Addr {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	a = a.Unmap().WithZone("")
	if a.Is6() && !a.IsLoopback() {
		if p, err := a.Prefix(64); err == nil {
			return p.Masked().Addr()
		}
	}
	return a
}
