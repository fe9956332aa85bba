// Package guard reaches addresses that somebody gave us: over http and https only,
// through no proxy, within bounds of time, size and redirects, and never into a
// private network unless who runs Ponte allows it. It knows neither what is
// fetched nor why.
package guard

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// The errors that callers tell apart with errors.Is.
var (
	ErrPrivate = errors.New("the address lies in a private network")
	errScheme  = errors.New("only http and https addresses are reached")
	ErrLarge   = errors.New("there is more than is taken")
	errAround  = errors.New("it leads on and on")
)

const (
	maxRedirects = 5
	maxHeaders   = 64 << 10
	dialTime     = 10 * time.Second
)

// Dialer connects to public addresses only, unless it is open. The check is made
// on the address that is dialled, whatever its name led to before.
func Dialer(open bool) *net.Dialer {
	d := &net.Dialer{Timeout: dialTime}
	if !open {
		d.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			if at, err := netip.ParseAddrPort(address); err != nil || !Public(at.Addr()) {
				return ErrPrivate
			}
			return nil
		}
	}
	return d
}

// Transport makes one connection for each request, over a Dialer, and asks no proxy.
func Transport(open bool) *http.Transport {
	return transport(Dialer(open))
}

func transport(d *net.Dialer) *http.Transport {
	return &http.Transport{
		DialContext: d.DialContext, DisableKeepAlives: true, DisableCompression: true,
		TLSHandshakeTimeout: dialTime, MaxResponseHeaderBytes: maxHeaders,
	}
}

// Client looks at addresses and fetches what is there.
type Client struct {
	http  *http.Client
	agent string
}

// New makes a client that names itself so. Way is what carries its requests: nil
// is the guarded way to public addresses.
func New(agent string, way http.RoundTripper) *Client {
	if way == nil {
		way = Transport(false)
	}
	return &Client{agent: agent, http: &http.Client{Transport: way, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return errAround
		}
		return web(r.URL)
	}}}
}

func web(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return errScheme
	}
	return nil
}

// Look asks what is at an address, without reading it: the code of the answer, or
// why there is none. Where it is not told without, it is asked for the whole.
func (c *Client) Look(ctx context.Context, address string) (code int, fault string) {
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		r, err := c.ask(ctx, method, address)
		if err != nil {
			code, fault = 0, Fault(err)
			if fault != "unreachable" { // who hangs up on the one may answer the other
				break
			}
			continue
		}
		code, fault = r.StatusCode, ""
		if err := r.Body.Close(); err != nil || code < http.StatusBadRequest {
			break
		}
	}
	return code, fault
}

// Fetch reads what is at an address, at most so many bytes: the code of the answer
// and what it holds, or why there is none.
func (c *Client) Fetch(ctx context.Context, address string, most int64) (data []byte, code int, fault string) {
	r, err := c.ask(ctx, http.MethodGet, address)
	if err != nil {
		return nil, 0, Fault(err)
	}
	defer r.Body.Close() //nolint:errcheck // it was read as far as it is wanted
	if r.StatusCode != http.StatusOK {
		return nil, r.StatusCode, ""
	}
	data, err = io.ReadAll(io.LimitReader(r.Body, most+1))
	if err == nil && int64(len(data)) > most {
		err = ErrLarge
	}
	if err != nil {
		return nil, r.StatusCode, Fault(err)
	}
	return data, r.StatusCode, ""
}

func (c *Client) ask(ctx context.Context, method, address string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	if err := web(r.URL); err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", c.agent)
	r.Header.Set("Accept", "*/*")
	return c.http.Do(r)
}

// Fault is an error in one word: "private", "slow", "name", "tls", "large" or
// "unreachable".
func Fault(err error) string {
	if _, unknown := errors.AsType[*net.DNSError](err); unknown && !timedOut(err) {
		return "name"
	}
	_, unverified := errors.AsType[*tls.CertificateVerificationError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	_, wrongName := errors.AsType[x509.HostnameError](err)
	switch {
	case errors.Is(err, ErrPrivate):
		return "private"
	case errors.Is(err, ErrLarge):
		return "large"
	case timedOut(err):
		return "slow"
	case unverified, noTLS, alert, wrongName:
		return "tls"
	}
	return "unreachable"
}

func timedOut(err error) bool {
	var late interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &late) && late.Timeout()
}
