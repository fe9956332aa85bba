package loadtest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// shop is where the answers go. Under one webhook-id it does nothing twice, as
// the specification of webhooks wants it.
type shop struct {
	server *httptest.Server

	mu    sync.Mutex
	came  map[string]int             // requests by webhook-id
	texts map[string]map[string]bool // webhook-ids by the text they brought
}

func newShop(t *testing.T) *shop {
	s := &shop{came: map[string]int{}, texts: map[string]map[string]bool{}}
	s.server = httptest.NewServer(http.HandlerFunc(s.take))
	t.Cleanup(s.server.Close)
	return s
}

func (s *shop) take(w http.ResponseWriter, r *http.Request) {
	var got struct {
		Type string
		Data struct{ ID, Text string }
	}
	id := r.Header.Get("webhook-id")
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil || got.Type != "reply.created" || got.Data.ID != id {
		http.Error(w, "not a reply", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.came[id]++
	if s.texts[got.Data.Text] == nil {
		s.texts[got.Data.Text] = map[string]bool{}
	}
	s.texts[got.Data.Text][id] = true
	_, _ = w.Write([]byte(`{}`))
}

// out is how many answers the shop has.
func (s *shop) out() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.came)
}

// has tells how many different answers had this text, and how many requests brought them.
func (s *shop) has(text string) (answers, requests int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.texts[text] {
		requests += s.came[id]
	}
	return len(s.texts[text]), requests
}
