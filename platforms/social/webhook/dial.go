package webhook

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"ponte/internal/guard"
)

const (
	sendTime   = 20 * time.Second // for the whole of an attempt
	maxAnswer  = 64 << 10         // bytes of an answer, and of its headers
	maxRetryIn = 24 * time.Hour
)

// newClient makes a client of one connection an attempt, so that a failure
// before the connection stands proves that nothing was sent. It follows no
// redirect and asks no proxy. A guarded one reaches public addresses only.
func newClient(guarded bool) *http.Client {
	way := guard.Transport(!guarded)
	way.MaxResponseHeaderBytes = maxAnswer
	return &http.Client{
		Timeout: sendTime, Transport: way,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
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
	conn, err := guard.Dialer(a.AllowPrivate).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err == nil {
		return conn.Close()
	}
	if errors.Is(err, guard.ErrPrivate) {
		return guard.ErrPrivate
	}
	if _, unknown := errors.AsType[*net.DNSError](err); unknown {
		return errors.New("its name leads nowhere")
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Err
	}
	return errors.New("it cannot be reached")
}
