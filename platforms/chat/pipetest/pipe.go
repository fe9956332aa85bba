// Package pipetest is a network that lives in memory: a listener and buffered
// connections with deadlines. What waits on one of them rests inside a bubble
// of testing/synctest, so that the bubble's clock can move, which a socket
// would hold up. It knows nothing of what is spoken over it.
package pipetest

import (
	"context"
	"net"
	"os"
	"sync"
	"time"
)

// room is how many bytes a direction holds before its writer waits.
const room = 256 << 10

// A Listener accepts what Dial opens.
type Listener struct {
	addr  net.Addr
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// Listen returns a listener with an address of this machine that nothing real
// is bound to.
func Listen() *Listener {
	return &Listener{
		addr:  &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80},
		conns: make(chan net.Conn),
		done:  make(chan struct{}),
	}
}

// Dial opens a connection to the listener, whatever address is asked for. Its
// shape is that of http.Transport's DialContext.
func (l *Listener) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := Pair(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 50_000}, l.addr)
	select {
	case l.conns <- far:
		return near, nil
	case <-l.done:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: l.addr, Err: os.NewSyscallError("connect", net.ErrClosed)}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for a caller.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close lets nobody in any more. Open connections stay.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr is where it pretends to listen.
func (l *Listener) Addr() net.Addr { return l.addr }

// Pair returns the two ends of one connection.
func Pair(near, far net.Addr) (net.Conn, net.Conn) {
	out, back := newWay(), newWay()
	return &conn{in: back, out: out, local: near, remote: far}, &conn{in: out, out: back, local: far, remote: near}
}

// conn is one end.
type conn struct {
	in, out       *way
	local, remote net.Addr
}

func (c *conn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *conn) Write(p []byte) (int, error) { return c.out.write(p) }
func (c *conn) LocalAddr() net.Addr         { return c.local }
func (c *conn) RemoteAddr() net.Addr        { return c.remote }

// Close ends both directions; the other end reads what was written before.
func (c *conn) Close() error {
	c.in.close(true)
	c.out.close(false)
	return nil
}

func (c *conn) SetDeadline(at time.Time) error {
	c.in.until(&c.in.reader, at)
	c.out.until(&c.out.writer, at)
	return nil
}

func (c *conn) SetReadDeadline(at time.Time) error {
	c.in.until(&c.in.reader, at)
	return nil
}

func (c *conn) SetWriteDeadline(at time.Time) error {
	c.out.until(&c.out.writer, at)
	return nil
}
