package webhook

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

const (
	sendTime   = 20 * time.Second // for the whole of an attempt
	maxAnswer  = 64 << 10         // bytes of an answer, and of its headers
	maxRetryIn = 24 * time.Hour
)

var errPrivate = errors.New("webhook: the address lies in a private network")

// newClient makes a client of one connection an attempt, so that a failure
// before the connection stands proves that nothing was sent. It follows no
// redirect and asks no proxy. A guarded one reaches public addresses only: the
// check is made on the address that is dialled, whatever its name led to.
func newClient(guarded bool) *http.Client {
	return &http.Client{
		Timeout: sendTime,
		Transport: &http.Transport{
			DialContext: newDialer(guarded).DialContext, DisableKeepAlives: true, DisableCompression: true,
			TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: maxAnswer,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func newDialer(guarded bool) *net.Dialer {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if guarded {
		dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			if at, err := netip.ParseAddrPort(address); err != nil || !public(at.Addr()) {
				return errPrivate
			}
			return nil
		}
	}
	return dialer
}

// Reach tells whether a connection to the address that gets the account's
// answers can be made, by the rules that they are sent by. It sends nothing. The
// error does not quote the address, which may carry a secret.
func Reach(ctx context.Context, a Account) error {
	u, err := url.Parse(a.Out)
	if err != nil {
		return errors.New("it is no address")
	}
	port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	conn, err := newDialer(!a.AllowPrivate).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err == nil {
		return conn.Close()
	}
	if errors.Is(err, errPrivate) {
		return errPrivate
	}
	if _, unknown := errors.AsType[*net.DNSError](err); unknown {
		return errors.New("its name leads nowhere")
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Err
	}
	return errors.New("it cannot be reached")
}

// notPublic lists what of the unicast space no stranger's address lies in, by
// the registries of special-purpose addresses (RFC 6890), with the ranges that
// carry an IPv4 address inside.
var notPublic = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

var globalUnicast = netip.MustParsePrefix("2000::/3")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// public tells whether an address belongs to the internet at large.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.Is6() && !globalUnicast.Contains(a) {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
