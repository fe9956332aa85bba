package gateway

import (
	"context"
	"maps"
	"slices"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
)

// Every sets how often the app is to send heartbeats, for connections to come.
func (g *Gateway) Every(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.every = d
}

// Budget sets how many identifies a day are taken.
func (g *Gateway) Budget(total int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total = total
}

// Hasty takes identifies that follow each other at once, or refuses those
// sooner than five seconds after the last with an invalid session.
func (g *Gateway) Hasty(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.strict = !on
}

// Open counts the connections.
func (g *Gateway) Open() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.conns)
}

// Identified counts the identifies of the last day.
func (g *Gateway) Identified() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trim()
	return len(g.identifies)
}

// Listening counts the sessions that somebody is connected to.
func (g *Gateway) Listening() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, k := range g.sessions {
		if k.conn != nil {
			n++
		}
	}
	return n
}

// Closes lists the codes with which the app closed connections.
func (g *Gateway) Closes() []int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.closed)
}

func (g *Gateway) all() []*conn {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.conns)
}

// Reconnect asks every connection to be made anew, and ends it a moment later.
func (g *Gateway) Reconnect() {
	for _, c := range g.all() {
		c.send(Obj{"op": 7, "d": nil, "s": nil, "t": nil})
		time.AfterFunc(time.Second, func() { c.end(4000, "") })
	}
}

// Invalidate says that every session is not good any more, or that it can be
// resumed although something went wrong.
func (g *Gateway) Invalidate(resumable bool) {
	for _, c := range g.all() {
		if !resumable {
			g.drop(c)
		}
		g.mu.Lock()
		if !resumable {
			c.session = nil
		}
		g.mu.Unlock()
		c.send(Obj{"op": 9, "d": resumable, "s": nil, "t": nil})
	}
}

// Forget loses every session without a word: who resumes one hears that it is
// not good any more.
func (g *Gateway) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sessions = map[string]*session{}
}

// lost are the codes after which a session cannot be resumed.
var lost = []int{4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014}

// Close ends every connection with a code.
func (g *Gateway) Close(code int) {
	for _, c := range g.all() {
		if slices.Contains(lost, code) {
			g.drop(c)
		}
		c.end(code, "")
	}
}

// Drop cuts every connection without a word.
func (g *Gateway) Drop() {
	for _, c := range g.all() {
		c.close()
	}
}

// Beat asks every connection for a heartbeat at once.
func (g *Gateway) Beat() {
	for _, c := range g.all() {
		c.send(Obj{"op": 1, "d": nil, "s": nil, "t": nil})
	}
}

// Zombie leaves heartbeats without acks, or acks them again.
func (g *Gateway) Zombie(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.zombie = on
}

// Mute says no hello to the next n connections.
func (g *Gateway) Mute(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mute = n
}

// Refuse answers the next n connections with an HTTP status instead.
func (g *Gateway) Refuse(n, status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refuse, g.status = n, status
}

// Raw sends every connection a frame as it is.
func (g *Gateway) Raw(text string) {
	for _, c := range g.all() {
		c.queue([]byte(text))
	}
}

// Double sends each of the next n events twice.
func (g *Gateway) Double(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.double = n
}

// Hold keeps events back until they are released.
func (g *Gateway) Hold() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hold = true
}

// Release sends what was held back, in the order that shuffle makes of the
// places 0 to n-1; nil: as it came.
func (g *Gateway) Release(shuffle func([]int)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	places := make([]int, len(g.held))
	for i := range places {
		places[i] = i
	}
	if shuffle != nil {
		shuffle(places)
	}
	held := g.held
	g.held, g.hold = nil, false
	for _, i := range places {
		g.dispatch(held[i])
	}
}

// Tells tells the app of something that is about nobody here, such as an event
// of a kind that it does not know.
func (g *Gateway) Tells(kind string, data Obj) {
	g.tell(guild.Event{Type: kind, Data: maps.Clone(data)})
}

// Quiet waits until nothing is on its way to the app.
func (g *Gateway) Quiet(ctx context.Context) error {
	for {
		if !slices.ContainsFunc(g.all(), func(c *conn) bool { return !c.quiet() }) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}
