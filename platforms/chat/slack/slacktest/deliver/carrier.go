// Package deliver brings the app what it is to hear, over Socket Mode or over
// signed HTTP: it waits for acks, delivers events again, and lets go wrong what
// it is told to. It knows what a delivery is, not what it is about.
package deliver

import (
	"context"
	"slices"
	"sync"
	"time"

	"ponte/platforms/chat/slack/slacktest/ground"
)

// Patience is how long the app has to take a delivery.
const Patience = 3 * time.Second

// again is how long after it was not taken an event is delivered anew.
var again = []time.Duration{0, time.Minute, 5 * time.Minute}

// Sent is one attempt to deliver.
type Sent struct {
	Kind     ground.Kind
	Payload  map[string]any
	Envelope string // over a socket
	Attempt  int    // 0 is the first
	At       time.Time
	Done     bool // it was taken, or not in time
	Acked    bool
	Took     time.Duration
	Why      string // why it was not taken
	Status   int    // over HTTP
}

// way carries one attempt and says what became of it.
type way interface {
	carry(s *Sent, reason string, settled func(ground.Reply))
}

// Carrier takes deliveries in order and carries them. It is safe for concurrent
// use.
type Carrier struct {
	Sockets *Sockets
	now     func() time.Time

	mu     sync.Mutex
	moved  *sync.Cond
	web    *Web
	queue  []*job
	held   []*job
	hold   bool
	double int
	busy   int
	idle   []chan struct{}
	sent   []*Sent
	closed bool
}

// job is a delivery and how often it was tried.
type job struct {
	ground.Delivery
	attempt int
	reason  string
}

// New returns a carrier that delivers over these sockets until it is told of an
// address. It works until it is closed.
func New(now func() time.Time, sockets *Sockets) *Carrier {
	c := &Carrier{Sockets: sockets, now: now}
	c.moved = sync.NewCond(&c.mu)
	sockets.note = c.note
	go c.run()
	return c
}

// Over delivers to an address instead of sockets; nil: sockets again.
func (c *Carrier) Over(w *Web) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.web = w
	if w != nil {
		w.note, w.now = c.note, c.now
	}
}

// Deliver queues one delivery.
func (c *Carrier) Deliver(d ground.Delivery) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(&job{Delivery: d})
	if c.double > 0 {
		c.double--
		c.add(&job{Delivery: ground.Delivery{Kind: d.Kind, Payload: d.Payload}})
	}
}

func (c *Carrier) add(j *job) {
	c.busy++
	if c.hold {
		c.held = append(c.held, j)
		return
	}
	c.queue = append(c.queue, j)
	c.moved.Broadcast()
}

// Double delivers each of the next n twice.
func (c *Carrier) Double(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.double = n
}

// Hold keeps deliveries back until they are released.
func (c *Carrier) Hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hold = true
}

// Release delivers what was held back, in the order that shuffle makes of the
// places 0 to n-1; nil: as it came.
func (c *Carrier) Release(shuffle func([]int)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	places := make([]int, len(c.held))
	for i := range places {
		places[i] = i
	}
	if shuffle != nil {
		shuffle(places)
	}
	for _, i := range places {
		c.queue = append(c.queue, c.held[i])
	}
	c.held, c.hold = nil, false
	c.moved.Broadcast()
}

// run carries one delivery after another.
func (c *Carrier) run() {
	for {
		c.mu.Lock()
		for len(c.queue) == 0 && !c.closed {
			c.moved.Wait()
		}
		if c.closed {
			c.mu.Unlock()
			return
		}
		j := c.queue[0]
		c.queue = c.queue[1:]
		var by way = c.Sockets
		if c.web != nil {
			by = c.web
		}
		c.mu.Unlock()
		c.attempt(by, j)
	}
}

// attempt carries a delivery once, and sees to what comes after.
func (c *Carrier) attempt(by way, j *job) {
	s := &Sent{Kind: j.Kind, Payload: j.Payload, Attempt: j.attempt, At: c.now()}
	c.mu.Lock()
	c.sent = append(c.sent, s)
	c.mu.Unlock()
	by.carry(s, j.reason, func(r ground.Reply) {
		r.Took = c.now().Sub(s.At)
		c.mu.Lock()
		s.Done, s.Acked, s.Took, s.Why = true, r.OK, r.Took, r.Why
		c.mu.Unlock()
		c.settled(j, r)
	})
}

// settled hands the outcome on, or delivers an event again.
func (c *Carrier) settled(j *job, r ground.Reply) {
	if !r.OK && j.Kind == ground.Event && j.attempt < len(again) && r.Why != final {
		next := &job{Delivery: j.Delivery, attempt: j.attempt + 1, reason: r.Why}
		time.AfterFunc(again[j.attempt], func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			if !c.closed {
				c.add(next)
			}
		})
	} else if j.Answer != nil {
		j.Answer(r)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy--
	c.rest()
}

// final is why nothing is delivered again.
const final = "the app asked for no retry"

// rest wakes who waits for quiet.
func (c *Carrier) rest() {
	if c.busy > 0 {
		return
	}
	for _, waiting := range c.idle {
		close(waiting)
	}
	c.idle = nil
}

// Quiet waits until nothing is under way. What is to be delivered again later
// is not under way.
func (c *Carrier) Quiet(ctx context.Context) error {
	c.mu.Lock()
	if c.busy == 0 {
		c.mu.Unlock()
		return nil
	}
	waiting := make(chan struct{})
	c.idle = append(c.idle, waiting)
	c.mu.Unlock()
	select {
	case <-waiting:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Sent lists every attempt so far.
func (c *Carrier) Sent() []Sent {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Sent
	for _, s := range c.sent {
		all = append(all, *s)
	}
	return all
}

// note changes what is recorded of an attempt.
func (c *Carrier) note(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// Close delivers nothing any more and drops the sockets.
func (c *Carrier) Close() {
	c.mu.Lock()
	c.closed = true
	left := append(slices.Clone(c.queue), c.held...)
	c.queue, c.held = nil, nil
	c.moved.Broadcast()
	c.mu.Unlock()
	for _, j := range left {
		if j.Answer != nil {
			j.Answer(ground.Reply{Why: "closed"})
		}
	}
	c.Sockets.close()
}
