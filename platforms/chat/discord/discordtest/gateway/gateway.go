// Package gateway is Discord's gateway, version 10: sessions that are begun,
// resumed and lost, heartbeats and their acks, and events in their order, all of
// which can go wrong when a test says so. It knows what an event is, not what it
// is about.
package gateway

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/world"
)

// Obj is a JSON object.
type Obj = guild.Obj

// What the gateway holds to.
const (
	Heartbeat  = 41_250 * time.Millisecond
	Identifies = 1000 // a day
	Between    = 5 * time.Second
	Sends      = 120 // a minute
	FrameBytes = 4096
	Replayed   = 20_000 // events that a session keeps
	Resumable  = 15 * time.Minute
)

// Frame is something that the app sent.
type Frame struct {
	Op int
	D  any
	At time.Time
}

// Sent is an event that the app was sent, or would have been had it been there.
type Sent struct {
	Type    string
	Session string // empty: there was none, so nobody heard of it
	Seq     int
	At      time.Time
	raw     []byte
}

// Data is what the event was about.
func (s Sent) Data() Obj {
	var f struct{ D Obj }
	if json.Unmarshal(s.raw, &f) != nil {
		return nil
	}
	return f.D
}

// Gateway is Discord's end of it for one bot. It is safe for concurrent use.
type Gateway struct {
	World  *world.World
	Good   func(token string) bool
	Revoke func() // what becomes of the token when there were too many identifies

	now  func() time.Time
	base func() string

	mu         sync.Mutex
	sessions   map[string]*session
	conns      []*conn
	identifies []time.Time
	frames     []Frame
	sent       []Sent
	serial     int
	every      time.Duration
	total      int
	zombie     bool
	mute       int
	refuse     int
	status     int
	hold       bool
	held       []guild.Event
	double     int
	strict     bool
	closed     []int
}

// session is what is kept of one from identify to its end.
type session struct {
	id      string
	intents int
	seq     int
	frames  []frame // those that can be replayed, in order
	conn    *conn
	left    time.Time // since when nobody is connected
}

type frame struct {
	seq int
	raw []byte
}

// New returns the gateway of a world, reached under an http address.
func New(w *world.World, now func() time.Time, base func() string) *Gateway {
	g := &Gateway{World: w, now: now, base: base, sessions: map[string]*session{}, every: Heartbeat, total: Identifies, strict: true}
	g.Good, g.Revoke = func(string) bool { return true }, func() {}
	w.Carry(g.tell)
	return g
}

// URL is where connections are opened, and resume where sessions go on.
func (g *Gateway) URL() string    { return "ws" + strings.TrimPrefix(g.base(), "http") + "/gateway" }
func (g *Gateway) resume() string { return g.URL() + "/resume" }

// Bot is what /gateway/bot answers.
func (g *Gateway) Bot() Obj {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trim()
	after := 0
	if len(g.identifies) > 0 {
		after = int((24*time.Hour - g.now().Sub(g.identifies[0])).Milliseconds())
	}
	return Obj{"url": g.URL(), "shards": 1, "session_start_limit": Obj{
		"total": g.total, "remaining": max(0, g.total-len(g.identifies)), "reset_after": after, "max_concurrency": 1,
	}}
}

func (g *Gateway) trim() {
	now := g.now()
	g.identifies = slices.DeleteFunc(g.identifies, func(at time.Time) bool { return now.Sub(at) >= 24*time.Hour })
}

// tell takes an event of the world, with the world held.
func (g *Gateway) tell(e guild.Event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.hold {
		g.held = append(g.held, e)
		return
	}
	g.dispatch(e)
	if g.double > 0 {
		g.double--
		g.dispatch(e)
	}
}

// dispatch brings an event to every session that wants it.
func (g *Gateway) dispatch(e guild.Event) {
	heard := false
	for _, id := range slices.Sorted(maps.Keys(g.sessions)) {
		k := g.sessions[id]
		if k.conn == nil && g.now().Sub(k.left) > Resumable {
			delete(g.sessions, id)
			continue
		}
		if e.Intent != 0 && k.intents&e.Intent == 0 {
			continue
		}
		data := e.Data
		if e.Content && k.intents&guild.IntentContent == 0 {
			data = maps.Clone(data)
			guild.Blank(data)
		}
		heard = true
		g.event(k, e.Type, data)
	}
	if !heard {
		g.sent = append(g.sent, Sent{Type: e.Type, At: g.now(), raw: encoded(Obj{"d": e.Data})})
	}
}

// event puts an event into a session and sends it when somebody is connected.
func (g *Gateway) event(k *session, kind string, data Obj) {
	k.seq++
	raw := encoded(Obj{"op": 0, "t": kind, "s": k.seq, "d": data})
	k.frames = append(k.frames, frame{k.seq, raw})
	if len(k.frames) > Replayed {
		k.frames = slices.Clone(k.frames[len(k.frames)-Replayed/2:])
	}
	g.sent = append(g.sent, Sent{Type: kind, Session: k.id, Seq: k.seq, At: g.now(), raw: raw})
	if k.conn != nil {
		k.conn.queue(raw)
	}
}

func encoded(o Obj) []byte {
	raw, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return raw
}

// Sent lists the events so far; with types, only those.
func (g *Gateway) Sent(types ...string) []Sent {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []Sent
	for _, s := range g.sent {
		if len(types) == 0 || slices.Contains(types, s.Type) {
			all = append(all, s)
		}
	}
	return all
}

// Frames lists what the app sent so far; with ops, only those.
func (g *Gateway) Frames(ops ...int) []Frame {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []Frame
	for _, f := range g.frames {
		if len(ops) == 0 || slices.Contains(ops, f.Op) {
			all = append(all, f)
		}
	}
	return all
}

// ServeHTTP takes a connection.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	refused, mute := g.refuse > 0, g.mute > 0
	if refused {
		g.refuse--
	} else if mute {
		g.mute--
	}
	every, status := g.every, g.status
	g.mu.Unlock()
	if refused {
		http.Error(w, http.StatusText(status), status)
		return
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := newConn(g, ws)
	g.mu.Lock()
	g.conns = append(g.conns, c)
	g.mu.Unlock()
	defer g.forget(c)
	if r.URL.Query().Get("v") != "10" || r.URL.Query().Get("encoding") != "json" {
		c.end(4012, "Invalid API version")
	} else if !mute {
		c.send(Obj{"op": 10, "s": nil, "t": nil, "d": Obj{"heartbeat_interval": every.Milliseconds(), "_trace": []any{}}})
	}
	c.listen()
}

// forget lets go of a connection. Its session can be resumed unless it was ended.
func (g *Gateway) forget(c *conn) {
	c.close()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conns = slices.DeleteFunc(g.conns, func(o *conn) bool { return o == c })
	if k := c.session; k != nil && k.conn == c {
		k.conn, k.left = nil, g.now()
	}
}

// drop ends a session for good.
func (g *Gateway) drop(c *conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if k := c.session; k != nil && k.conn == c {
		delete(g.sessions, k.id)
		k.conn = nil
	}
}

// identify begins a session.
func (g *Gateway) identify(c *conn, d Obj) {
	token, _ := d["token"].(string)
	intents, is := d["intents"].(float64)
	properties, described := d["properties"].(Obj)
	app := g.World.App()
	switch refused := g.identified(); {
	case refused == tooMany:
		g.Revoke()
		c.end(4004, "Authentication failed.")
		return
	case !g.Good(strings.TrimPrefix(token, "Bot ")):
		c.end(4004, "Authentication failed.")
		return
	case refused == tooSoon:
		c.send(Obj{"op": 9, "d": false, "s": nil, "t": nil})
		return
	case !described || properties["os"] == nil || properties["browser"] == nil || properties["device"] == nil:
		c.end(4002, "Error while decoding payload.")
		return
	case !is || int(intents)&^known != 0:
		c.end(4013, "Invalid intent(s).")
		return
	case int(intents)&presences != 0, int(intents)&guild.IntentMembers != 0 && !app.Members, int(intents)&guild.IntentContent != 0 && !app.Content:
		c.end(4014, "Disallowed intent(s).")
		return
	}
	g.World.Begin(func(ready Obj, guilds []Obj) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.serial++
		k := &session{id: fmt.Sprintf("session-%d", g.serial), intents: int(intents), conn: c}
		g.sessions[k.id] = k
		c.session = k
		ready["session_id"], ready["resume_gateway_url"] = k.id, g.resume()
		g.event(k, "READY", ready)
		for _, o := range guilds {
			if k.intents&guild.IntentGuilds != 0 {
				g.event(k, "GUILD_CREATE", o)
			}
		}
	})
}

const (
	presences = 1 << 8
	known     = 1<<26 - 1
)

const (
	tooMany = 1 + iota
	tooSoon
)

// identified counts an identify.
func (g *Gateway) identified() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trim()
	now := g.now()
	soon := len(g.identifies) > 0 && now.Sub(g.identifies[len(g.identifies)-1]) < Between
	g.identifies = append(g.identifies, now)
	switch {
	case len(g.identifies) > g.total:
		return tooMany
	case soon && g.strict:
		return tooSoon
	}
	return 0
}

// resumed goes on with a session: what it missed, and a word that this was all.
func (g *Gateway) resumed(c *conn, d Obj) {
	token, _ := d["token"].(string)
	id, _ := d["session_id"].(string)
	seq, is := d["seq"].(float64)
	if !g.Good(strings.TrimPrefix(token, "Bot ")) {
		c.end(4004, "Authentication failed.")
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	k := g.sessions[id]
	switch {
	case k == nil || k.conn == nil && g.now().Sub(k.left) > Resumable || len(k.frames) > 0 && int(seq) < k.frames[0].seq-1:
		delete(g.sessions, id)
		c.send(Obj{"op": 9, "d": false, "s": nil, "t": nil})
		return
	case !is || int(seq) > k.seq:
		delete(g.sessions, id)
		c.end(4007, "Invalid seq.")
		return
	}
	if k.conn != nil && k.conn != c {
		go k.conn.close()
	}
	k.conn, c.session = c, k
	for _, f := range k.frames {
		if f.seq > int(seq) {
			c.queue(f.raw)
		}
	}
	g.event(k, "RESUMED", Obj{"_trace": []any{}})
}
