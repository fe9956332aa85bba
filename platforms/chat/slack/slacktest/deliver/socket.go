package deliver

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// socket is one connection.
type socket struct {
	conn *websocket.Conn
	mu   sync.Mutex
	once sync.Once
	gone chan struct{}
}

func (k *socket) write(v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	k.text(raw)
}

// text sends a message. One that cannot be sent is lost, as on a dead line.
func (k *socket) text(raw []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = k.conn.SetWriteDeadline(time.Now().Add(Patience))
	_ = k.conn.WriteMessage(websocket.TextMessage, raw)
}

// ping asks at intervals whether the app is there, and leaves it to the app to
// notice when the pings stay away.
func (k *socket) ping() {
	tick := time.NewTicker(pings)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-k.gone:
			return
		case <-tick.C:
			_ = k.conn.WriteControl(websocket.PingMessage, []byte("Ping from applink-1"), time.Now().Add(time.Second))
		}
	}
}

func (k *socket) disconnect(reason string) {
	k.write(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-1"}})
}

func (k *socket) close() {
	k.once.Do(func() { close(k.gone) })
	k.conn.Close()
}

// forget drops a connection.
func (s *Sockets) forget(k *socket) {
	k.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = slices.DeleteFunc(s.open, func(o *socket) bool { return o == k })
}

// at is the connection at this place, the oldest being 0.
func (s *Sockets) at(place int) *socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	if place < 0 || place >= len(s.open) {
		return nil
	}
	return s.open[place]
}

// Warn tells one connection that it ends in ten seconds, and ends it then. Until
// then it still gets envelopes.
func (s *Sockets) Warn(place int) {
	if k := s.at(place); k != nil {
		k.disconnect("warning")
		time.AfterFunc(Notice, func() { s.forget(k) })
	}
}

// Refresh asks one connection to be made anew and ends it.
func (s *Sockets) Refresh(place int) {
	if k := s.at(place); k != nil {
		k.disconnect("refresh_requested")
		s.forget(k)
	}
}

// Drop cuts one connection without a word.
func (s *Sockets) Drop(place int) {
	if k := s.at(place); k != nil {
		s.forget(k)
	}
}

// Disable switches Socket Mode off: every connection is told and ended, and so
// is every new one.
func (s *Sockets) Disable(off bool) {
	s.mu.Lock()
	s.disabled = off
	open := slices.Clone(s.open)
	s.mu.Unlock()
	for _, k := range open {
		if off {
			k.disconnect("link_disabled")
			s.forget(k)
		}
	}
}

func (s *Sockets) close() {
	s.mu.Lock()
	open := slices.Clone(s.open)
	s.mu.Unlock()
	for _, k := range open {
		s.forget(k)
	}
}

// Mute keeps one connection open and says nothing on it any more, not even a ping.
func (s *Sockets) Mute(place int) {
	if k := s.at(place); k != nil {
		k.once.Do(func() { close(k.gone) })
	}
}
