package app

import (
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	maxVisitors = 2048            // connections to the public side at once
	answerTime  = 2 * time.Minute // for an answer to be taken; a stream gives itself more
)

// timely gives every answer an end, so that nobody holds one by not reading it.
func timely(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime))
		h.ServeHTTP(w, r)
	})
}

// limit returns l with so many connections at once; further ones are closed.
func limit(l net.Listener, most int) net.Listener {
	return &limited{l, make(chan struct{}, most)}
}

type limited struct {
	net.Listener
	places chan struct{}
}

// Accept waits for a connection that finds a place.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.places <- struct{}{}:
			return &visitor{c, sync.OnceFunc(func() { <-l.places })}, nil
		default:
			_ = c.Close()
		}
	}
}

// A visitor is a connection that gives its place back when it closes.
type visitor struct {
	net.Conn
	leave func()
}

func (v *visitor) Close() error {
	defer v.leave()
	return v.Conn.Close()
}
