package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

// conn is one connection.
type conn struct {
	g       *Gateway
	ws      *websocket.Conn
	session *session

	mu     sync.Mutex
	moved  *sync.Cond
	out    [][]byte
	busy   bool
	code   int // the close to send when everything is out; 0: none
	why    string
	gone   bool
	beat   *time.Timer
	sends  []time.Time
	closer sync.Once
}

func newConn(g *Gateway, ws *websocket.Conn) *conn {
	c := &conn{g: g, ws: ws}
	c.moved = sync.NewCond(&c.mu)
	go c.run()
	return c
}

func (c *conn) send(o Obj) { c.queue(encoded(o)) }

// queue has a frame sent after those before it.
func (c *conn) queue(raw []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.gone {
		c.out = append(c.out, raw)
		c.moved.Broadcast()
	}
}

// end closes with a code, after what is on its way.
func (c *conn) end(code int, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.code, c.why = code, why
	c.moved.Broadcast()
}

// run sends one frame after another.
func (c *conn) run() {
	for {
		c.mu.Lock()
		for len(c.out) == 0 && !c.gone && c.code == 0 {
			c.moved.Wait()
		}
		if c.gone {
			c.mu.Unlock()
			return
		}
		if len(c.out) == 0 {
			code, why := c.code, c.why
			c.mu.Unlock()
			_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(time.Second))
			c.close()
			return
		}
		raw := c.out[0]
		c.out, c.busy = c.out[1:], true
		c.mu.Unlock()
		_ = c.ws.SetWriteDeadline(time.Now().Add(time.Minute))
		_ = c.ws.WriteMessage(websocket.TextMessage, raw) // one that cannot be sent is lost, as on a dead line
		c.mu.Lock()
		c.busy = false
		c.mu.Unlock()
	}
}

// close cuts the line.
func (c *conn) close() {
	c.mu.Lock()
	c.gone, c.out = true, nil
	if c.beat != nil {
		c.beat.Stop()
	}
	c.moved.Broadcast()
	c.mu.Unlock()
	c.closer.Do(func() { c.ws.Close() })
}

func (c *conn) quiet() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gone || len(c.out) == 0 && !c.busy
}

// heart waits for the next heartbeat; without one the session is lost.
func (c *conn) heart() {
	c.g.mu.Lock()
	patience := 2 * c.g.every
	c.g.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return
	}
	if c.beat != nil {
		c.beat.Stop()
	}
	c.beat = time.AfterFunc(patience, func() {
		c.g.drop(c)
		c.end(4009, "Session timed out.")
	})
}

// listen takes what the app sends until the connection ends. A close with 1000
// or 1001 ends the session too.
func (c *conn) listen() {
	c.heart()
	for over := false; ; {
		_, raw, err := c.ws.ReadMessage()
		if err != nil {
			if end, is := errors.AsType[*websocket.CloseError](err); is {
				c.g.ended(c, end.Code)
			}
			return
		}
		if over {
			continue
		}
		if code, why := c.take(raw); code != 0 {
			c.end(code, why)
			over = true
		}
	}
}

// ended notes how the app closed.
func (g *Gateway) ended(c *conn, code int) {
	g.mu.Lock()
	g.closed = append(g.closed, code)
	g.mu.Unlock()
	if code == websocket.CloseNormalClosure || code == websocket.CloseGoingAway {
		g.drop(c)
	}
}

// take reads one frame; a code ends the connection.
func (c *conn) take(raw []byte) (int, string) {
	var f struct {
		Op *int `json:"op"`
		D  any  `json:"d"`
	}
	if len(raw) > FrameBytes || json.Unmarshal(raw, &f) != nil || f.Op == nil {
		return 4002, "Error while decoding payload."
	}
	now := c.g.now()
	c.g.mu.Lock()
	c.g.frames = append(c.g.frames, Frame{Op: *f.Op, D: f.D, At: now})
	zombie, known := c.g.zombie, c.session != nil
	c.g.mu.Unlock()
	for len(c.sends) > 0 && now.Sub(c.sends[0]) >= time.Minute {
		c.sends = c.sends[1:]
	}
	if c.sends = append(c.sends, now); len(c.sends) > Sends {
		return 4008, "You are being rate limited."
	}
	d, _ := f.D.(Obj)
	switch *f.Op {
	case 1:
		c.heart()
		if !zombie {
			c.send(Obj{"op": 11, "d": nil, "s": nil, "t": nil})
		}
	case 2:
		if known {
			return 4005, "Already authenticated."
		}
		c.g.identify(c, d)
	case 6:
		if known {
			return 4005, "Already authenticated."
		}
		c.g.resumed(c, d)
	case 3, 4, 8:
		if !known {
			return 4003, "Not authenticated."
		}
	default:
		return 4001, "Unknown opcode."
	}
	return 0, ""
}
