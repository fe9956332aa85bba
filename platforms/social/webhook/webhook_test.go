package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ponte/bot/act"
	"ponte/platforms/social/socialtest"
	"ponte/storage/bolt"
)

const (
	secretA = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	secretB = "whsec_YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI="
	secretC = "whsec_enp6enp6enp6enp6enp6enp6enp6enp6enp6enp6enp6"
)

var place = act.Place{Platform: "webhook", Space: "webhook:shop"}

// rig is a Webhook with a sink behind it and a clock of its own.
type rig struct {
	t    testing.TB
	hook *Webhook
	sink *sink
	url  string

	mu      sync.Mutex
	account Account
	now     time.Time
	sent    int
}

func newRig(t testing.TB, loopback bool) *rig {
	t.Helper()
	store, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "store"), bolt.Options{}, Collections()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	r := &rig{t: t, sink: newSink(t, secretC), now: time.Now()}
	r.account = Account{
		ID: "webhook:shop", Secrets: []string{secretA, secretB}, Out: r.sink.URL + "/in?token=hush", OutSecret: secretC,
		AllowPrivate: true, MaxText: 500, Network: "the shop",
	}
	r.hook = New(store, Options{Loopback: loopback, Now: r.clock, Accounts: func() []Account {
		r.mu.Lock()
		defer r.mu.Unlock()
		return []Account{r.account}
	}})
	server := httptest.NewServer(r.hook.Handler())
	t.Cleanup(server.Close)
	r.url = server.URL + "/webhook/shop"
	return r
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) set(change func(*Account)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.account)
}

// listen makes h take in what comes, until the test ends.
func (r *rig) listen(h act.Handler) {
	ctx, stop := context.WithCancel(r.t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = r.hook.Listen(ctx, h) }()
	r.t.Cleanup(func() { stop(); <-ended })
	for r.hook.hears() == nil {
		time.Sleep(time.Millisecond)
	}
}

func (r *rig) request(id, body, secret string) *http.Request {
	q, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	if secret != "" {
		if err := sign(q.Header, secret, id, r.clock(), []byte(body)); err != nil {
			r.t.Fatal(err)
		}
	}
	return q
}

// ask sends a request and returns the status, the answer and its headers.
func (r *rig) ask(q *http.Request) (int, string, http.Header) {
	r.t.Helper()
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer a.Body.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(a.Body)
	return a.StatusCode, strings.TrimSpace(b.String()), a.Header
}

// post sends fields as one item until it is taken in, as senders do.
func (r *rig) post(fields map[string]any) {
	r.t.Helper()
	r.mu.Lock()
	r.sent++
	id := "msg_" + strconv.Itoa(r.sent)
	r.mu.Unlock()
	body, err := json.Marshal(fields)
	if err != nil {
		r.t.Fatal(err)
	}
	for range 10000 {
		status, answer, _ := r.ask(r.request(id, string(body), secretB))
		if status == http.StatusOK {
			return
		}
		if status != http.StatusServiceUnavailable {
			r.t.Errorf("%s: %d %s", body, status, answer)
			return
		}
		time.Sleep(time.Millisecond)
	}
	r.t.Errorf("%s was never taken in", body)
}

func (r *rig) Say(author, text, inReplyTo string) string {
	r.mu.Lock()
	id := "item-" + strconv.Itoa(r.sent)
	r.mu.Unlock()
	r.sink.know(id, true)
	r.post(map[string]any{"id": id, "author": author, "text": text, "in_reply_to": inReplyTo})
	return id
}

func (r *rig) Edit(remote, text string) {
	r.post(map[string]any{"id": remote, "author": "Ada", "text": text, "edited": true})
}

func (r *rig) Delete(remote string) {
	r.sink.know(remote, false)
	r.post(map[string]any{"id": remote, "deleted": true})
}

func (r *rig) Published() []socialtest.Published { return r.sink.published() }

func (r *rig) Posted() []socialtest.Posted { return r.sink.posted() }

func TestContract(t *testing.T) {
	socialtest.Run(t, func(t *testing.T) socialtest.Rig {
		r := newRig(t, false)
		return socialtest.Rig{Adapter: r.hook, At: place, World: r}
	})
}
