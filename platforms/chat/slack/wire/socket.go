package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// connections is how many are open at once: Slack may drop any of them with
// little warning, and what people press is not delivered twice.
const connections = 2

const (
	silence   = 30 * time.Second // Slack pings more often than that
	farewell  = 30 * time.Second // how long an announced end is waited for
	slow      = 10 * time.Second // for one write
	maxFrame  = 8 << 20          // bytes
	hasty     = 2 * time.Second
	firstWait = time.Second
	longest   = 30 * time.Second
	crowded   = 5 * time.Minute // when others use all the connections there are
	// MaxAck is the most bytes an acknowledgement may have: Slack drops longer ones silently.
	MaxAck = 20 << 10
)

// ErrEnded means that Slack takes no connection for this app any more, until a
// person changes something: nothing is gained by trying again.
var ErrEnded = errors.New("slack: no connection is to be had")

// Socket is Slack's way to an app that has no address: WebSockets which the app opens.
type Socket struct {
	App   string                                       // put into each delivery
	Ask   func(context.Context) (string, error)        // for an address to connect to; it serves once
	Retry func(error) (wait time.Duration, again bool) // what follows from an error of Ask
	Dial  func(context.Context, string) (*websocket.Conn, error)
	Log   *slog.Logger

	mu    sync.Mutex
	open  int
	since time.Time // there is a connection, or none
}

// Open reports whether there is a connection, and since when it is so.
func (s *Socket) Open() (since time.Time, open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.since, s.open > 0
}

// count notes that connections came or went.
func (s *Socket) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.open > 0
	if s.open += n; was != (s.open > 0) || s.since.IsZero() {
		s.since = time.Now()
	}
}

// Run keeps two connections until ctx ends. The error wraps ErrEnded when Slack
// has none to give.
func (s *Socket) Run(ctx context.Context, d *Desk) error {
	s.count(0)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			if err := s.keep(ctx, d, &all); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	if err := context.Cause(ctx); errors.Is(err, ErrEnded) {
		return err
	}
	return nil
}

// keep has one connection open at any time. When its end is announced, the next one
// is opened before it is gone, and it is listened to until then.
func (s *Socket) keep(ctx context.Context, d *Desk, all *sync.WaitGroup) error {
	wait := firstWait
	for ctx.Err() == nil {
		began := time.Now()
		l, err := s.dial(ctx)
		if err == nil {
			warned := make(chan string, 1)
			ended := make(chan error, 1)
			s.count(1)
			all.Go(func() {
				defer s.count(-1)
				ended <- l.listen(ctx, d, warned)
			})
			select {
			case why := <-warned:
				err = s.warned(why)
			case err = <-ended:
			}
		}
		if errors.Is(err, ErrEnded) || ctx.Err() != nil {
			return err
		}
		pause := s.pause(err, wait)
		if l != nil && time.Since(began) > hasty && pause < crowded { // it was well: the next one is wanted at once
			pause, wait = 0, firstWait
		} else {
			wait = min(2*wait, longest)
		}
		s.Log.Info("slack: a connection ended", "app", s.App, "next_in", pause, "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return nil
}

// crowdedError is too many connections of one app.
type crowdedError struct{}

func (crowdedError) Error() string {
	return "slack: too many connections; another Ponte may use the same app"
}

// warned is what follows from an announced end.
func (s *Socket) warned(why string) error {
	switch why {
	case "link_disabled":
		return fmt.Errorf("%w: Socket Mode is switched off in the app's settings", ErrEnded)
	case "too_many_websockets":
		return crowdedError{}
	}
	return nil // the next one is opened at once
}

func (s *Socket) pause(err error, wait time.Duration) time.Duration {
	var asked askError
	switch {
	case errors.As(err, &crowdedError{}):
		return crowded
	case errors.As(err, &asked) && asked.wait > 0:
		return asked.wait
	}
	return wait/2 + rand.N(wait/2+1)
}

type askError struct {
	error
	wait time.Duration
}

func (e askError) Unwrap() error { return e.error }

// link is one open connection.
type link struct {
	*Socket
	conn *websocket.Conn
	mu   sync.Mutex // one write at a time
}

func (s *Socket) dial(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	address, err := s.Ask(ctx)
	if err != nil {
		wait, again := s.Retry(err)
		if !again {
			return nil, fmt.Errorf("%w: %w", ErrEnded, err)
		}
		return nil, askError{err, wait}
	}
	conn, err := s.Dial(ctx, address)
	if err != nil {
		return nil, errors.New("slack: the WebSocket cannot be opened") // the cause has the address, which is a key
	}
	return &link{Socket: s, conn: conn}, nil
}

// listen reads until the connection ends. It never waits for what it read to be
// handled: who does not read does not answer Slack's pings. The reason of an
// announced end goes to warned, once.
func (l *link) listen(ctx context.Context, d *Desk, warned chan<- string) error {
	defer l.conn.Close()
	stop := context.AfterFunc(ctx, func() { l.conn.Close() })
	defer stop()
	alive := func() { _ = l.conn.SetReadDeadline(time.Now().Add(silence)) } // fails on a closed one, whose next read fails as well
	alive()
	l.conn.SetReadLimit(maxFrame)
	l.conn.SetPingHandler(func(data string) error {
		alive()
		return l.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(slow))
	})
	var work sync.WaitGroup
	defer work.Wait()
	for leaving := false; ; {
		_, frame, err := l.conn.ReadMessage()
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return fmt.Errorf("slack: the connection broke: %w", err)
		}
		if !leaving {
			alive()
		}
		e := open(frame)
		if e.Count > 2*connections { // ours, and as many that are on their way out
			l.Log.Warn("slack: another Ponte uses the same app, and hears part of what is meant for this one", "app", l.App, "connections", e.Count)
		}
		if e.Type == "disconnect" && !leaving {
			leaving = true
			_ = l.conn.SetReadDeadline(time.Now().Add(farewell))
			l.conn.SetPingHandler(nil)
			warned <- e.Reason
		}
		if e.EnvelopeID != "" {
			work.Go(func() { l.take(d, e) })
		}
	}
}

// envelope is one frame.
type envelope struct {
	Type       string          `json:"type"`
	Reason     string          `json:"reason"`
	EnvelopeID string          `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload"`
	Count      int             `json:"num_connections"` // of hello
}

var looksLikeID = regexp.MustCompile(`"envelope_id"\s*:\s*"([A-Za-z0-9_.:-]{1,200})"`)

// open reads a frame. Of one that cannot be read the id is looked for in its
// bytes, so that it can be acknowledged: it would only come again.
func open(frame []byte) envelope {
	var e envelope
	if err := json.Unmarshal(frame, &e); err != nil {
		e = envelope{}
		if found := looksLikeID.FindSubmatch(frame); found != nil {
			e.EnvelopeID = string(found[1])
		}
	}
	return e
}

func (l *link) take(d *Desk, e envelope) {
	kind := Kind(e.Type)
	id := "envelope/" + e.EnvelopeID
	switch kind {
	case Event:
		if known := eventID(e.Payload); known != "" {
			id = "event/" + known
		}
	case Command, Interaction:
	default:
		l.Log.Warn("slack: an envelope that cannot be read", "type", e.Type)
		l.ack(e.EnvelopeID, nil)
		return
	}
	d.take(id, Delivery{Kind: kind, Payload: e.Payload, App: l.App}, func(payload any) { l.ack(e.EnvelopeID, payload) })
}

// ack acknowledges an envelope on the connection that brought it. What fails is
// delivered again, or was lost with the connection.
func (l *link) ack(id string, payload any) {
	body, err := json.Marshal(struct {
		EnvelopeID string `json:"envelope_id"`
		Payload    any    `json:"payload,omitempty"`
	}{id, payload})
	if err == nil && len(body) >= MaxAck {
		err = errors.New("too long")
	}
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		if err = l.conn.SetWriteDeadline(time.Now().Add(slow)); err == nil {
			err = l.conn.WriteMessage(websocket.TextMessage, body)
		}
	}
	if err != nil {
		l.Log.Warn("slack: an acknowledgement was not sent", "envelope", id, "err", err)
	}
}
