package crashtest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"ponte/bot/act"
)

// An outcome is what a far place does with an act.
type outcome int

const (
	takes     outcome = iota
	busy              // 429, and does nothing
	away              // 503, and does nothing
	takesLate         // does it, and answers 500
	silent            // does it, and never answers
	deadly            // does it, and whoever sent it dies before it reads the answer
)

// taken is an act that a far place did.
type taken struct {
	delivery
	ref     string
	outcome outcome
	at      time.Time
}

// sink is the far places. It honours no key: what comes twice happens twice. It
// knows for certain what it did, and tells who asks, except for blind, which
// nobody can ask.
type sink struct {
	server *httptest.Server

	mu     sync.Mutex
	decide func(place string) outcome
	kill   func()             // ends whoever is served
	did    map[string][]taken // by place, in the order in which it happened
	conns  map[net.Conn]bool
	told   int // how often somebody was told what became of an act
}

func newSink(t *testing.T) *sink {
	s := &sink{did: map[string][]taken{}, conns: map[net.Conn]bool{}, decide: calm}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{place}", s.take)
	mux.HandleFunc("GET /{place}", s.tell)
	s.server = httptest.NewUnstartedServer(mux)
	s.server.Config.ConnState = s.watch
	s.server.Start()
	t.Cleanup(s.server.Close)
	return s
}

func (s *sink) watch(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(s.conns, c)
	} else {
		s.conns[c] = true
	}
}

// drain waits until all that a dead process sent has been seen, so that what the
// places say afterwards stays true. Connections are taken in the order in which
// they came, so those before one of our own are known when that is answered.
func (s *sink) drain(t *testing.T) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	resp, err := client.Get(s.server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		s.mu.Lock()
		open := len(s.conns)
		s.mu.Unlock()
		if open == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d connections of a dead process stay open", open)
		}
	}
}

func (s *sink) take(w http.ResponseWriter, r *http.Request) {
	var d delivery
	if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	switch done, kill := s.does(r.PathValue("place"), d); done.outcome {
	case busy:
		http.Error(w, "busy", http.StatusTooManyRequests)
	case away:
		http.Error(w, "away", http.StatusServiceUnavailable)
	case takesLate:
		http.Error(w, "broken", http.StatusInternalServerError)
	case silent:
		wait(r.Context(), 100*time.Millisecond)
		panic(http.ErrAbortHandler)
	case deadly:
		kill()
		panic(http.ErrAbortHandler)
	default:
		_ = json.NewEncoder(w).Encode(act.Receipt{Ref: done.ref})
	}
}

func (s *sink) does(place string, d delivery) (taken, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	done := taken{d, fmt.Sprintf("%s-%d", place, len(s.did[place])+1), s.decide(place), time.Now()}
	if done.outcome != busy && done.outcome != away {
		s.did[place] = append(s.did[place], done)
	}
	return done, s.kill
}

func (s *sink) tell(w http.ResponseWriter, r *http.Request) {
	key, place := r.URL.Query().Get("key"), r.PathValue("place")
	if place == onBlind {
		panic("blind cannot be asked")
	}
	did := s.asks(place)
	i := slices.IndexFunc(did, func(t taken) bool { return t.Key == key })
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(act.Receipt{Ref: did[i].ref})
}

func (s *sink) asks(place string) []taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told++
	return slices.Clone(s.did[place])
}

// all lists what a place did.
func (s *sink) all(place string) []taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.did[place])
}

// moods sets how the places take what comes; it is called for one act at a time.
func (s *sink) moods(decide func(place string) outcome, kill func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.decide, s.kill = decide, kill
}

// moody fails as places do, one time in eight.
func moody(seed uint64) func(string) outcome {
	rng := rand.New(rand.NewPCG(seed, 1))
	return func(string) outcome {
		if n := rng.IntN(32); n < 4 {
			return []outcome{busy, away, takesLate, silent}[n]
		}
		return takes
	}
}

func calm(string) outcome { return takes }

// wait waits for a time, or less when ctx ends, and reports whether ctx stands.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
