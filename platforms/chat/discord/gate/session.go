package gate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"
	"time"
)

const (
	going    = "session"
	keepEach = 2 * time.Second
)

// session is what another connection goes on with.
type session struct {
	For string `json:"for"` // whose it is: of another token, or of other intents, it is none
	ID  string `json:"id"`
	URL string `json:"url"`
	Seq int64  `json:"seq"` // of the last event that was taken
}

// whose tells sessions of different settings apart without naming the token.
func (g *Gate) whose() string {
	sum := sha256.Sum256([]byte(g.opt.Token + "\x00" + g.opt.URL))
	return hex.EncodeToString(sum[:8]) + "/" + hex.EncodeToString([]byte{byte(g.opt.Intents >> 16), byte(g.opt.Intents >> 8), byte(g.opt.Intents)})
}

func (g *Gate) session() session {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sess
}

// begin notes a new session.
func (g *Gate) begin(ctx context.Context, id, url string, seq int64) {
	g.mu.Lock()
	g.sess = session{For: g.whose(), ID: id, URL: url, Seq: seq}
	g.mu.Unlock()
	g.marks.reset()
	g.save(ctx)
}

// drop gives the session up.
func (g *Gate) drop(ctx context.Context) {
	g.mu.Lock()
	g.sess = session{}
	g.mu.Unlock()
	g.marks.reset()
	g.save(ctx)
}

// taken notes the number of an event that the handler took.
func (g *Gate) taken(seq int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sess.Seq = max(g.sess.Seq, seq)
}

func (g *Gate) restore(ctx context.Context) {
	value, err := g.opt.Notes.Read(ctx, going)
	var s session
	if err != nil || json.Unmarshal(value, &s) != nil || s.For != g.whose() || s.Seq < 1 || s.ID == "" {
		return // below 1 it is not known what was missed before the session
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sess, g.kept = s, s
}

// Keep writes down how far the session is, once what was taken is dealt with.
func (g *Gate) Keep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepEach)
	defer cancel()
	g.save(ctx)
}

// keep writes down how far the session is, every now and then.
func (g *Gate) keep(ctx context.Context) {
	tick := time.NewTicker(keepEach)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			g.save(ctx)
		}
	}
}

// save writes down the session with the number up to which nothing is under way.
func (g *Gate) save(ctx context.Context) {
	g.mu.Lock()
	s := g.sess
	s.Seq = g.marks.settled(s.Seq)
	same := s == g.kept
	g.mu.Unlock()
	if same {
		return
	}
	value, err := json.Marshal(s)
	if err == nil {
		err = g.opt.Notes.Write(ctx, going, value)
	}
	if err != nil {
		g.opt.Log.Warn("discord: how far the session is was not noted", "err", err)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kept = s
}

// marks are the events that were taken and are still under way.
type marks struct {
	mu   sync.Mutex
	turn int // of the session: what is done of an earlier one counts no more
	open map[int64]bool
}

// mark notes that an event is under way; done may be called more than once.
func (m *marks) mark(seq int64) (done func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	turn := m.turn
	m.open[seq] = true
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.turn == turn {
			delete(m.open, seq)
		}
	}
}

func (m *marks) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn++
	clear(m.open)
}

// settled is the number up to which all is done, where so many were taken.
func (m *marks) settled(taken int64) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	for seq := range m.open {
		taken = min(taken, seq-1)
	}
	return taken
}
