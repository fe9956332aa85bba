package pipetest

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// way is one direction of a connection.
type way struct {
	mu     sync.Mutex
	moved  *sync.Cond
	held   []byte
	ended  bool // nothing more will be written
	gone   bool // nobody reads any more
	reader limit
	writer limit
}

// limit is until when one side waits; the zero time is for ever.
type limit struct {
	at    time.Time
	timer *time.Timer
}

func (l limit) passed() bool { return !l.at.IsZero() && !time.Now().Before(l.at) }

func newWay() *way {
	w := &way{}
	w.moved = sync.NewCond(&w.mu)
	return w
}

func (w *way) read(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.held) == 0 || w.gone {
		switch {
		case w.gone:
			return 0, net.ErrClosed
		case w.reader.passed():
			return 0, os.ErrDeadlineExceeded
		case w.ended:
			return 0, io.EOF
		case len(p) == 0:
			return 0, nil
		}
		w.moved.Wait()
	}
	if w.reader.passed() {
		return 0, os.ErrDeadlineExceeded
	}
	n := copy(p, w.held)
	w.held = w.held[n:]
	w.moved.Broadcast()
	return n, nil
}

func (w *way) write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	done := 0
	for {
		switch {
		case w.ended:
			return done, net.ErrClosed
		case w.gone:
			return done, io.ErrClosedPipe
		case w.writer.passed():
			return done, os.ErrDeadlineExceeded
		}
		if n := min(room-len(w.held), len(p)-done); n > 0 {
			w.held = append(w.held, p[done:done+n]...)
			done += n
			w.moved.Broadcast()
		}
		if done == len(p) {
			return done, nil
		}
		w.moved.Wait()
	}
}

// close ends the direction, seen from its reader or its writer.
func (w *way) close(reader bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if reader {
		w.gone = true
	} else {
		w.ended = true
	}
	for _, l := range []*limit{&w.reader, &w.writer} {
		if l.timer != nil {
			l.timer.Stop()
		}
	}
	w.moved.Broadcast()
}

// until sets one side's limit and wakes who waits.
func (w *way) until(l *limit, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	l.at = at
	if left := time.Until(at); !at.IsZero() && left > 0 {
		l.timer = time.AfterFunc(left, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.moved.Broadcast()
		})
	}
	w.moved.Broadcast()
}
