package calendar

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxAddresses is how many addresses are remembered at once.
const maxAddresses = 10_000

// limiter lets each address ask so many times a minute.
type limiter struct {
	perMinute int

	mu   sync.Mutex
	seen map[netip.Prefix]*rate.Limiter
}

func newLimiter(perMinute int) *limiter {
	return &limiter{perMinute: perMinute, seen: map[netip.Prefix]*rate.Limiter{}}
}

// allow counts a request, and reports whether it may be answered.
func (l *limiter) allow(remote string, now time.Time) bool {
	from := network(remote)
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.seen[from]
	if one == nil {
		if len(l.seen) >= maxAddresses {
			clear(l.seen)
		}
		one = rate.NewLimiter(rate.Limit(float64(l.perMinute)/60), l.perMinute)
		l.seen[from] = one
	}
	return one.AllowN(now, 1)
}

// network is what counts as one address: in IPv6 the 64 bits that one house gets.
func network(remote string) netip.Prefix {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr, bits := at.Addr().Unmap().WithZone(""), 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits)
	return p
}
