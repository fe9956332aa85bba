package gate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	slow     = 10 * time.Second // for one write
	maxFrame = 32 << 20         // bytes: a server with all its channels comes in one
	spare    = 50               // frames in a minute, while nothing urgent waits: Discord takes 120, and our own heartbeats are 60 at most
	leaving  = 4000             // the code that leaves the session to be gone on with: 1000 and 1001 end it
	shortest = time.Second      // between heartbeats, whatever Discord asks for
	longBeat = 5 * time.Minute
)

// The kinds of frame, by Discord's numbers.
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

var (
	errMoved     = errors.New("discord: Discord asks to connect anew")
	errInvalid   = errors.New("discord: the session is gone")
	errZombie    = errors.New("discord: heartbeats are not acknowledged")
	errUnreached = errors.New("discord: the WebSocket cannot be opened")
	errFull      = errors.New("discord: more came in than is dealt with")
)

// Ended means that Discord lets nobody in with these settings.
type Ended struct{ Code int }

// The codes with which Discord lets nobody in.
const (
	BadToken    = 4004
	BadShard    = 4010
	TooBig      = 4011 // more servers than one connection serves
	BadVersion  = 4012
	BadIntents  = 4013
	NotIntended = 4014 // an intent is not switched on for the app
)

func (e *Ended) Error() string {
	return fmt.Sprintf("discord: the connection is refused with %d", e.Code)
}

var final = []int{BadToken, BadShard, TooBig, BadVersion, BadIntents, NotIntended}

// forgets are codes after which the session cannot go on.
var forgets = []int{4003, 4007, 4009}

type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  int64           `json:"s"`
	Type string          `json:"t"`
}

// link is one open connection.
type link struct {
	*Gate
	conn *websocket.Conn

	again   bool       // Discord tells what was missed
	writing sync.Mutex // one write at a time

	state  sync.Mutex
	sent   []time.Time // of the last minute
	silent int         // heartbeats since the last acknowledgement
	cause  error
}

// listen opens a connection and reads until it ends. Nothing in it waits without a
// deadline: neither for the first frame, nor for any other, nor to write or to close.
func (g *Gate) listen(ctx context.Context, address string, s session) error {
	l, err := g.open(ctx, address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var beating sync.WaitGroup
	defer beating.Wait()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { l.close(ctx.Err()) })
	defer stop()
	every, err := l.hello()
	if err == nil {
		err = l.greet(s)
	}
	if err != nil {
		return l.end(ctx, err)
	}
	beating.Go(func() { l.beat(ctx, every) })
	for {
		_ = l.conn.SetReadDeadline(time.Now().Add(2*every + patience)) // fails on a closed one, whose next read fails as well
		f, err := l.read()
		if err == nil {
			err = l.take(ctx, f)
		}
		if err != nil {
			return l.end(ctx, err)
		}
	}
}

func (g *Gate) open(ctx context.Context, address string) (*link, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "wss" && u.Scheme != "ws" || u.Host == "" {
		return nil, errors.New("discord: there is no address to connect to")
	}
	u.RawQuery = url.Values{"v": {"10"}, "encoding": {"json"}}.Encode()
	if u.Path == "" {
		u.Path = "/"
	}
	dialer := &websocket.Dialer{NetDialContext: g.opt.Dial, HandshakeTimeout: patience}
	if g.opt.Dial == nil {
		dialer.Proxy = http.ProxyFromEnvironment
	}
	dialling, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, answer, err := dialer.DialContext(dialling, u.String(), nil)
	if answer != nil && answer.Body != nil {
		answer.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnreached, err)
	}
	conn.SetReadLimit(maxFrame)
	return &link{Gate: g, conn: conn}, nil
}

// hello waits for the first frame, which says how often a heartbeat is wanted.
func (l *link) hello() (every time.Duration, err error) {
	_ = l.conn.SetReadDeadline(time.Now().Add(patience))
	f, err := l.read()
	var d struct {
		Interval int64 `json:"heartbeat_interval"` // in milliseconds
	}
	if err == nil && f.Op != opHello {
		err = fmt.Errorf("discord: the first frame is a %d", f.Op)
	}
	if err == nil {
		err = json.Unmarshal(f.Data, &d)
	}
	return min(max(time.Duration(d.Interval)*time.Millisecond, shortest), longBeat), err
}

// greet goes on with a session, or begins one.
func (l *link) greet(s session) error {
	if l.again = s.ID != ""; l.again {
		return l.write(opResume, map[string]any{"token": l.opt.Token, "session_id": s.ID, "seq": s.Seq})
	}
	return l.write(opIdentify, map[string]any{
		"token": l.opt.Token, "intents": l.opt.Intents, "large_threshold": 50,
		"properties": map[string]string{"os": runtime.GOOS, "browser": "ponte", "device": "ponte"},
	})
}

// read returns the next frame; one that cannot be read is an empty acknowledgement,
// for it would be the same the next time.
func (l *link) read() (frame, error) {
	_, raw, err := l.conn.ReadMessage()
	if err != nil {
		return frame{}, err
	}
	var f frame
	if err := json.Unmarshal(raw, &f); err != nil {
		l.opt.Log.Warn("discord: a frame that cannot be read", "bytes", len(raw), "err", err)
		return frame{Op: -1}, nil
	}
	return f, nil
}

func (l *link) take(ctx context.Context, f frame) error {
	switch f.Op {
	case opDispatch:
		return l.dispatch(ctx, f)
	case opHeartbeat:
		if l.mayWrite() {
			return l.write(opHeartbeat, l.session().Seq)
		}
	case opAck:
		l.state.Lock()
		l.silent = 0
		l.state.Unlock()
	case opReconnect:
		return errMoved
	case opInvalid:
		if string(f.Data) != "true" {
			l.drop(ctx)
		}
		return errInvalid
	}
	return nil
}

// dispatch hands an event over. One that comes twice on its way is taken once.
func (l *link) dispatch(ctx context.Context, f frame) error {
	switch f.Type {
	case "READY":
		var d struct {
			Session string `json:"session_id"`
			Resume  string `json:"resume_gateway_url"`
		}
		if err := json.Unmarshal(f.Data, &d); err != nil || d.Session == "" {
			return fmt.Errorf("discord: the session has no name: %w", err)
		}
		if !strings.HasPrefix(d.Resume, "ws") {
			d.Resume = ""
		}
		l.again = false
		l.begin(ctx, d.Session, d.Resume, f.Seq-1)
		l.is(Open)
	case "RESUMED":
		l.again = false
		l.is(Open)
		l.taken(f.Seq)
		return nil
	}
	s := l.session()
	if f.Seq <= s.Seq || s.ID == "" {
		return nil
	}
	done := l.marks.mark(f.Seq)
	if f.Type == "READY" { // from now on another Ponte can go on with the session
		settle := done
		done = func() { settle(); l.Keep(ctx) }
		defer l.Keep(ctx)
	}
	if !l.opt.Handle(Event{Session: s.ID, Seq: f.Seq, Type: f.Type, Data: f.Data, Missed: l.again}, done) {
		done()
		return errFull
	}
	l.taken(f.Seq)
	return nil
}

// beat sends heartbeats, the first after a part of the time, so that not all who
// came at once send theirs together. Two that are not acknowledged end the connection.
func (l *link) beat(ctx context.Context, every time.Duration) {
	for wait := rand.N(every); ; wait = every {
		rest(ctx, wait)
		if ctx.Err() != nil {
			return
		}
		l.state.Lock()
		dead := l.silent >= 2
		l.silent++
		l.state.Unlock()
		if dead {
			l.close(errZombie)
			return
		}
		if err := l.write(opHeartbeat, l.session().Seq); err != nil {
			l.close(err)
			return
		}
	}
}

// mayWrite reports whether there is room for something that can be left out.
func (l *link) mayWrite() bool {
	l.state.Lock()
	defer l.state.Unlock()
	return len(l.lately()) < spare
}

// lately is when something was sent in the last minute.
func (l *link) lately() []time.Time {
	l.sent = slices.DeleteFunc(l.sent, func(at time.Time) bool { return time.Since(at) > time.Minute })
	return l.sent
}

func (l *link) write(op int, data any) error {
	body, err := json.Marshal(map[string]any{"op": op, "d": data})
	if err != nil {
		return err
	}
	l.state.Lock()
	l.sent = append(l.lately(), time.Now())
	l.state.Unlock()
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.conn.SetWriteDeadline(time.Now().Add(slow)); err != nil {
		return err
	}
	return l.conn.WriteMessage(websocket.TextMessage, body)
}

// close ends the connection for a reason, and leaves the session as it is.
func (l *link) close(why error) {
	l.state.Lock()
	if l.cause == nil {
		l.cause = why
	}
	l.state.Unlock()
	bye := websocket.FormatCloseMessage(leaving, "")
	_ = l.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // who is gone hears no goodbye
	_ = l.conn.Close()
}

// end closes the connection and says what follows from how it ended.
func (l *link) end(ctx context.Context, err error) error {
	l.close(err)
	l.state.Lock()
	cause := l.cause
	l.state.Unlock()
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		if slices.Contains(final, closed.Code) {
			l.drop(ctx)
			return &Ended{Code: closed.Code}
		}
		if slices.Contains(forgets, closed.Code) {
			l.drop(ctx)
		}
		return err
	}
	return cause
}
