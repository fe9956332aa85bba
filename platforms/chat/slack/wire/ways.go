package wire

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	lookAgain = 10 * time.Second // for apps that came or went
	unheard   = 3 * time.Second  // there may be no connection: a refreshed one is there again sooner
)

// Ways are the WebSockets of several apps, each known by its token.
type Ways struct {
	Socket func(token, app string) *Socket
	Log    *slog.Logger

	mu  sync.Mutex
	all map[string]way
}

type way struct {
	socket *Socket
	ended  time.Time // since when Slack refuses it; zero: it does not
}

type end struct {
	token string
	err   error
}

// Run keeps the WebSockets of the apps that there are at a time, by token, until ctx
// ends. The error tells that Slack refuses all of them and nothing else is heard.
func (w *Ways) Run(ctx context.Context, d *Desk, apps func() (all map[string]string, more bool)) error {
	ends := make(chan end)
	open, over := map[string]context.CancelFunc{}, map[string]error{}
	running := 0
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		for ; running > 0; running-- {
			<-ends
		}
	}()
	for {
		all, more := apps()
		for token, stop := range open {
			if _, still := all[token]; !still {
				stop()
			}
		}
		for token, app := range all {
			if open[token] != nil || over[token] != nil {
				continue
			}
			socket := w.Socket(token, app)
			under, cancel := context.WithCancel(ctx)
			open[token] = cancel
			running++
			w.goes(token, way{socket: socket})
			go func() { err := socket.Run(under, d); ends <- end{token, err} }()
		}
		if len(all) > 0 && len(over) >= len(all) && len(open) == 0 && !more {
			return errors.Join(slices.Collect(maps.Values(over))...)
		}
		select {
		case <-ctx.Done():
			return nil
		case e := <-ends:
			running--
			open[e.token]()
			delete(open, e.token)
			if e.err != nil {
				w.goes(e.token, way{ended: time.Now()})
				over[e.token] = e.err
				w.Log.Error("slack: an app hears nothing any more, until somebody mends it", "workspace", all[e.token], "err", e.err)
			}
		case <-time.After(lookAgain):
		}
	}
}

func (w *Ways) goes(token string, now way) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[string]way{}
	}
	w.all[token] = now
}

// State is how the worst of some ways is.
type State int

// The states of a way, the worst last.
const (
	Heard   State = iota
	Unheard       // there is no connection, and one is asked for
	Refused
)

// State returns how the ways of some apps are, and since when, where that is known.
func (w *Ways) State(apps map[string]string) (worst State, since time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for token := range apps {
		one, known := w.all[token]
		if !known {
			continue
		}
		state, at := Refused, one.ended
		if at.IsZero() {
			var open bool
			if at, open = one.socket.Open(); open || time.Since(at) <= unheard {
				state = Heard
			} else {
				state = Unheard
			}
		}
		if state > worst || state == worst && at.After(since) {
			worst, since = state, at
		}
	}
	return worst, since
}
