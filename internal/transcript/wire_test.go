package transcript

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// A line is a listener that needs no network. What waits on it rests in the
// bubble, so that the clock can move, which a socket would hold up.
type line struct {
	addr  *net.TCPAddr
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newLine(port int) *line {
	return &line{addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}, conns: make(chan net.Conn), done: make(chan struct{})}
}

// end is one end of a connection, with an address as on this machine.
type end struct {
	net.Conn
	local, remote net.Addr
}

func (e end) LocalAddr() net.Addr  { return e.local }
func (e end) RemoteAddr() net.Addr { return e.remote }

func (l *line) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	caller := &net.TCPAddr{IP: l.addr.IP, Port: 50_000}
	select {
	case l.conns <- end{far, l.addr, caller}:
		return end{near, caller, l.addr}, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// client speaks to whatever listens on the line.
func (l *line) client() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DialContext: l.dial, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Accept waits for a caller.
func (l *line) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close hangs up.
func (l *line) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr is where it pretends to listen.
func (l *line) Addr() net.Addr { return l.addr }
