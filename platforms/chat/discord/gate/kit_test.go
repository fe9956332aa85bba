package gate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// notebook is notes in memory.
type notebook struct {
	mu  sync.Mutex
	all map[string][]byte
}

func (n *notebook) Read(_ context.Context, name string) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[name], nil
}

func (n *notebook) Write(_ context.Context, name string, value []byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.all == nil {
		n.all = map[string][]byte{}
	}
	n.all[name] = value
	return nil
}

// far is the other end: a Discord that does what a test tells it.
type far struct {
	t     *testing.T
	conns chan net.Conn
	play  func(n int, p *peer) // what it does with each connection

	mu     sync.Mutex
	opened int
	greets []string // how each connection began: "identify" or "resume SESSION SEQ"
	at     []time.Time
}

type peer struct {
	*far
	*websocket.Conn
	path string
}

func (f *far) Accept() (net.Conn, error) {
	c, ok := <-f.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (f *far) Close() error   { return nil }
func (f *far) Addr() net.Addr { return &net.TCPAddr{} }

func (f *far) dial(context.Context, string, string) (net.Conn, error) {
	near, other := net.Pipe()
	f.conns <- other
	return near, nil
}

func (f *far) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		f.t.Error(err)
		return
	}
	defer conn.Close()
	f.mu.Lock()
	f.opened++
	n := f.opened
	f.mu.Unlock()
	if q := r.URL.Query(); q.Get("v") != "10" || q.Get("encoding") != "json" {
		f.t.Errorf("it asks for %s", r.URL)
	}
	f.play(n, &peer{f, conn, r.URL.Path})
}

func (f *far) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.opened
}

// hello says hello and notes how the other end begins.
func (p *peer) hello(every time.Duration) {
	p.send(opHello, 0, "", map[string]any{"heartbeat_interval": every.Milliseconds()})
	_, raw, err := p.ReadMessage()
	if err != nil {
		return
	}
	var f struct {
		Op int
		D  struct {
			Token   string
			Intents int
			ID      string `json:"session_id"`
			Seq     int64
		}
	}
	_ = json.Unmarshal(raw, &f)
	if f.D.Token != "token" {
		p.t.Errorf("it begins with %s", raw)
	}
	greet := fmt.Sprintf("op %d", f.Op)
	switch f.Op {
	case opIdentify:
		greet = fmt.Sprintf("identify %d", f.D.Intents)
	case opResume:
		greet = fmt.Sprintf("resume %s %d", f.D.ID, f.D.Seq)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.greets, p.at = append(p.greets, greet+" "+p.path), append(p.at, time.Now())
}

func (p *peer) send(op int, seq int64, kind string, data any) {
	body, _ := json.Marshal(map[string]any{"op": op, "s": seq, "t": kind, "d": data})
	_ = p.WriteMessage(websocket.TextMessage, body)
}

func (p *peer) event(seq int64, kind string) {
	data := map[string]any{}
	if kind == "READY" {
		data = map[string]any{"session_id": "S1", "resume_gateway_url": "ws://discord.test/resume"}
	}
	p.send(opDispatch, seq, kind, data)
}

// live answers heartbeats until the connection ends, and returns the code of its end.
func (p *peer) live() int {
	for {
		_, raw, err := p.ReadMessage()
		if err != nil {
			if e, ok := errors.AsType[*websocket.CloseError](err); ok {
				return e.Code
			}
			return 0
		}
		var f frame
		if _ = json.Unmarshal(raw, &f); f.Op == opHeartbeat {
			p.send(opAck, 0, "", nil)
		}
	}
}

// shut closes the connection with a code.
func (p *peer) shut(code int) {
	_ = p.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	_ = p.live()
}

// heard is what a handler was given.
type heard struct {
	mu  sync.Mutex
	all []string
}

func (h *heard) take(e Event, done func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, fmt.Sprintf("%s %s", e.Type, e.ID()))
	done()
	return true
}

func (h *heard) list() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.all...)
}

// with runs a test in a bubble, against a Discord that plays.
func with(t *testing.T, play func(n int, p *peer), test func(t *testing.T, f *far, opt Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &far{t: t, conns: make(chan net.Conn), play: play}
		server := &http.Server{Handler: f}
		var serving sync.WaitGroup
		serving.Go(func() { _ = server.Serve(f) })
		defer serving.Wait()
		defer close(f.conns)
		opt := Options{
			Token: "token", Intents: 7, Dial: f.dial, Notes: &notebook{}, Log: slog.New(slog.DiscardHandler),
			Ask:    func(context.Context) (Info, error) { return Info{URL: "ws://discord.test/first"}, nil },
			Handle: func(_ Event, done func()) bool { done(); return true },
		}
		test(t, f, opt)
	})
}

// run runs a gate for a while and returns how it ended.
func run(t *testing.T, opt Options, long time.Duration) (g *Gate, err error) {
	t.Helper()
	g = New(opt)
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	err = g.Run(ctx)
	return g, err
}
