package app

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestAddress(t *testing.T) {
	for at, want := range map[*net.TCPAddr]string{
		{IP: net.IPv4zero, Port: 8481}:          "http://localhost:8481",
		{IP: net.IPv6unspecified, Port: 8481}:   "http://localhost:8481",
		{IP: net.IPv4(127, 0, 0, 1), Port: 80}:  "http://127.0.0.1:80",
		{IP: net.IPv6loopback, Port: 8480}:      "http://[::1]:8480",
		{IP: net.IPv4(192, 0, 2, 7), Port: 443}: "http://192.0.2.7:443",
	} {
		if got := address(listener{at: at}); got != want {
			t.Errorf("%v: %s, want %s", at, got, want)
		}
	}
	if got := address(nil); got != "" {
		t.Errorf("of nothing: %s", got)
	}
}

// A listener hands out what is in its line.
type listener struct {
	at   net.Addr
	line chan net.Conn
}

func (l listener) Accept() (net.Conn, error) {
	c, ok := <-l.line
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (l listener) Close() error   { return nil }
func (l listener) Addr() net.Addr { return l.at }

// A conn counts how often it was closed.
type conn struct {
	net.Conn
	closed *int
}

func (c conn) Close() error { *c.closed++; return nil }

func TestLimit(t *testing.T) {
	line, closed := make(chan net.Conn, 5), make([]int, 5)
	for i := range closed {
		line <- conn{closed: &closed[i]}
	}
	close(line)
	l := limit(listener{line: line}, 2)
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Accept(); err != nil {
		t.Fatal(err)
	}
	_, _ = first.Close(), first.Close() // gives one place back, not two
	if _, err := l.Accept(); err != nil {
		t.Fatal(err)
	}
	if c, err := l.Accept(); err == nil {
		t.Errorf("one too many came in: %v", c)
	}
	for i, want := range []int{2, 0, 0, 1, 1} {
		if closed[i] != want {
			t.Errorf("connection %d was closed %d times, want %d", i, closed[i], want)
		}
	}
}

// A writer notes until when it may be written to.
type writer struct {
	http.ResponseWriter
	until time.Time
}

func (w *writer) SetWriteDeadline(t time.Time) error { w.until = t; return nil }

func TestTimely(t *testing.T) {
	w := &writer{ResponseWriter: httptest.NewRecorder()}
	began := time.Now()
	timely(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if w.until.Before(began.Add(answerTime)) {
		t.Errorf("it may be written to until %v", w.until)
	}
}
