package wire

import (
	"context"
	"errors"
	"sync"
	"time"
)

var errPanic = errors.New("the handler broke")

const (
	remembered  = time.Hour // longer than Slack tries to deliver anything
	maxRemember = 20_000
)

// Memory knows what was taken already, and what is being taken. It is made by NewMemory.
type Memory struct {
	mu   sync.Mutex
	all  map[string]*taking
	line []*taking // the oldest first
}

type taking struct {
	id   string
	at   time.Time
	done chan struct{}
	err  error
}

// NewMemory makes an empty one.
func NewMemory() *Memory { return &Memory{all: map[string]*taking{}} }

// Once runs f, unless it ran well under this id before: fresh is false then. Who
// comes while it runs waits for it. Without an id it always runs.
func (m *Memory) Once(ctx context.Context, id string, now time.Time, f func() error) (fresh bool, err error) {
	if id == "" {
		return true, f()
	}
	m.mu.Lock()
	m.forget(now)
	if t := m.all[id]; t != nil {
		m.mu.Unlock()
		select {
		case <-t.done:
			return false, t.err
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	t := &taking{id: id, at: now, done: make(chan struct{})}
	m.all[id] = t
	m.line = append(m.line, t)
	m.mu.Unlock()

	t.err = f()
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.err != nil && m.all[id] == t {
		delete(m.all, id)
	}
	close(t.done)
	return true, t.err
}

// forget drops what is old, and the oldest of too many.
func (m *Memory) forget(now time.Time) {
	for len(m.line) > 0 && (len(m.line) > maxRemember || now.Sub(m.line[0].at) > remembered) {
		if t := m.line[0]; m.all[t.id] == t {
			delete(m.all, t.id)
		}
		m.line = m.line[1:]
	}
}
