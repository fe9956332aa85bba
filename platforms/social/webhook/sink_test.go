package webhook

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ponte/platforms/social/socialtest"
)

// A sink is a receiver as the specification wants it: it checks signatures, does
// nothing twice under one webhook-id, and can be told to misbehave once.
type sink struct {
	*httptest.Server
	t      testing.TB
	secret string

	mu      sync.Mutex
	items   map[string]bool // the items it knows
	replies []socialtest.Published
	posts   []socialtest.Posted
	done    map[string]string // webhook-id → its answer's id
	asked   int
	faults  []mishap
}

// A mishap replaces the answer; before tells whether it comes before anything was done.
type mishap struct {
	before bool
	answer func(http.ResponseWriter, *http.Request)
}

func newSink(t testing.TB, secret string) *sink {
	s := &sink{t: t, secret: secret, items: map[string]bool{}, done: map[string]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *sink) fail(m ...mishap) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, m...)
}

func (s *sink) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	hook, _ := standardwebhooks.NewWebhook(s.secret)
	if err := hook.Verify(body, r.Header); err != nil {
		s.t.Errorf("the sink got a bad signature: %v", err)
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.mu.Lock()
	s.asked++
	var m mishap
	if len(s.faults) > 0 {
		m, s.faults = s.faults[0], s.faults[1:]
	}
	if m.before {
		s.mu.Unlock()
		m.answer(rw, r)
		return
	}
	id, status := s.do(r.Header.Get("webhook-id"), body)
	s.mu.Unlock()
	if m.answer != nil {
		m.answer(rw, r)
		return
	}
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(map[string]string{"id": id, "url": "https://shop.example/r/" + id})
}

func (s *sink) do(key string, body []byte) (string, int) {
	if id, ok := s.done[key]; ok {
		return id, http.StatusOK
	}
	var n notice
	if err := json.Unmarshal(body, &n); err != nil {
		return "", http.StatusBadRequest
	}
	at := slices.IndexFunc(s.replies, func(p socialtest.Published) bool { return p.Ref == n.Data.Ref })
	id := n.Data.Ref
	switch {
	case n.Type == "reply.created" && s.items[n.Data.InReplyTo]:
		id = "r-" + key
		s.replies = append(s.replies, socialtest.Published{Ref: id, To: n.Data.InReplyTo, Text: n.Data.Text})
	case n.Type == "post.created":
		id = "p-" + key
		posted := socialtest.Posted{Ref: id, Text: n.Data.Text}
		for _, p := range n.Data.Pictures {
			posted.Alts = append(posted.Alts, p.Alt)
		}
		s.posts = append(s.posts, posted)
	case n.Type == "reply.changed" && at >= 0:
		s.replies[at].Text = n.Data.Text
	case n.Type == "reply.removed" && at >= 0:
		s.replies = slices.Delete(s.replies, at, at+1)
	default:
		return "", http.StatusNotFound
	}
	s.done[key] = id
	return id, http.StatusCreated
}

func (s *sink) published() []socialtest.Published {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.replies)
}

func (s *sink) posted() []socialtest.Posted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.posts)
}

func (s *sink) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *sink) know(item string, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[item] = known
}
