package deliver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ponte/platforms/chat/slack/slacktest/ground"
)

// What Socket Mode holds to.
const (
	MostSockets = 10
	AckBytes    = 20 << 10 // acks of this size and above are dropped
	Notice      = 10 * time.Second
	pings       = 10 * time.Second
)

// Sockets is Slack's end of Socket Mode for one app.
type Sockets struct {
	app  string
	base func() string
	note func(func())

	mu       sync.Mutex
	tickets  map[string]bool // false: used
	open     []*socket
	turn     int
	aim      *int // the place among the open ones that gets the next envelope
	serial   int
	pending  map[string]func(ground.Reply)
	disabled bool
	strays   [][]byte
}

// NewSockets returns the end of Socket Mode for the app with this id, reached
// under an http address.
func NewSockets(app string, base func() string) *Sockets {
	return &Sockets{app: app, base: base, tickets: map[string]bool{}, pending: map[string]func(ground.Reply){}}
}

// Connect is apps.connections.open: an address that is good for one connection.
func (s *Sockets) Connect() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	ticket := fmt.Sprintf("ticket-%d", s.serial)
	s.tickets[ticket] = true
	return "ws" + strings.TrimPrefix(s.base(), "http") + "/link/?ticket=" + ticket + "&app_id=" + s.app, nil
}

// ServeHTTP takes a connection that holds a ticket.
func (s *Sockets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	good := s.tickets[ticket]
	s.tickets[ticket] = false
	s.mu.Unlock()
	if !good {
		http.Error(w, "the address was used", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	k := &socket{conn: conn, gone: make(chan struct{})}
	s.mu.Lock()
	many, disabled := len(s.open) >= MostSockets, s.disabled
	if !many && !disabled {
		s.open = append(s.open, k)
	}
	n := len(s.open)
	s.mu.Unlock()
	switch {
	case disabled:
		k.disconnect("link_disabled")
		k.close()
		return
	case many:
		k.disconnect("too_many_websockets")
		k.close()
		return
	}
	k.write(map[string]any{
		"type": "hello", "num_connections": n, "connection_info": map[string]any{"app_id": s.app},
		"debug_info": map[string]any{"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060},
	})
	go k.ping()
	s.listen(k)
}

// listen reads acks until the connection ends.
func (s *Sockets) listen(k *socket) {
	defer s.forget(k)
	for {
		_, raw, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		s.acked(raw)
	}
}

// acked takes an ack. One that is too large is dropped; one that nobody waits
// for, or that cannot be read, is kept as a stray.
func (s *Sockets) acked(raw []byte) {
	if len(raw) >= AckBytes {
		return
	}
	var ack struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload"`
	}
	err := json.Unmarshal(raw, &ack)
	s.mu.Lock()
	settled := s.pending[ack.ID]
	delete(s.pending, ack.ID)
	if err != nil || settled == nil {
		s.strays = append(s.strays, raw)
	}
	s.mu.Unlock()
	if settled != nil {
		if string(ack.Payload) == "null" {
			ack.Payload = nil
		}
		settled(ground.Reply{OK: true, Body: ack.Payload})
	}
}

// carry sends an envelope to one of the connections and waits for its ack
// elsewhere.
func (s *Sockets) carry(sent *Sent, reason string, settled func(ground.Reply)) {
	s.mu.Lock()
	s.serial++
	id := fmt.Sprintf("envelope-%d", s.serial)
	k := s.next()
	s.mu.Unlock()
	s.note(func() { sent.Envelope = id })
	envelope := map[string]any{
		"envelope_id": id, "type": sent.Kind, "payload": sent.Payload,
		"accepts_response_payload": sent.Kind != ground.Event,
	}
	if sent.Kind == ground.Event {
		envelope["retry_attempt"], envelope["retry_reason"] = sent.Attempt, reason
	}
	s.await(id, settled)
	if k != nil {
		k.write(envelope)
	}
}

// await settles once: by the ack, or when patience ends.
func (s *Sockets) await(id string, settled func(ground.Reply)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	timer := time.AfterFunc(Patience, func() {
		s.mu.Lock()
		waiting := s.pending[id]
		delete(s.pending, id)
		s.mu.Unlock()
		if waiting != nil {
			waiting(ground.Reply{Why: "timeout"})
		}
	})
	s.pending[id] = func(r ground.Reply) {
		timer.Stop()
		settled(r)
	}
}

// next is the connection whose turn it is; nil when none is open.
func (s *Sockets) next() *socket {
	if len(s.open) == 0 {
		return nil
	}
	if s.aim != nil {
		at := *s.aim
		s.aim = nil
		return s.open[at%len(s.open)]
	}
	s.turn++
	return s.open[s.turn%len(s.open)]
}

// Aim sends the next envelope over the connection at this place, the oldest
// being 0.
func (s *Sockets) Aim(at int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aim = &at
}

// Open counts the connections.
func (s *Sockets) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

// Strays lists the messages that were no ack of an envelope that waits.
func (s *Sockets) Strays() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.strays
}

// Raw sends an envelope with this id as it is, to the connection whose turn it
// is, and returns a channel that says whether it was acked in time.
func (s *Sockets) Raw(id, text string) <-chan bool {
	came := make(chan bool, 1)
	s.await(id, func(r ground.Reply) { came <- r.OK })
	s.mu.Lock()
	k := s.next()
	s.mu.Unlock()
	if k != nil {
		k.text([]byte(text))
	}
	return came
}
