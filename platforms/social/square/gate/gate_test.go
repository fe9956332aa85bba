package gate

import (
	"strconv"
	"testing"
	"time"
)

func TestHouseholds(t *testing.T) {
	l, now := newLimiter(1), time.Unix(1_800_000_000, 0)
	for i, c := range []struct {
		address string
		waits   bool
	}{
		{"192.0.2.1:1000", false}, {"192.0.2.1:2000", true}, {"192.0.2.2:1000", false}, {"[::ffff:192.0.2.2]:1", true},
		{"[2001:db8::1]:1", false}, {"[2001:db8::2]:1", true}, {"[2001:db8:0:1::1]:1", false},
	} {
		if wait := l.allow(c.address, now); (wait > 0) != c.waits {
			t.Errorf("%d: %s waits %v", i, c.address, wait)
		}
	}
	for i := range maxAddresses + 10 {
		l.allow("10."+strconv.Itoa(i>>16)+"."+strconv.Itoa(i>>8&255)+"."+strconv.Itoa(i&255)+":1", now)
	}
	if len(l.seen) > maxAddresses {
		t.Errorf("%d addresses are remembered", len(l.seen))
	}
}
