package loadtest_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/internal/keep"
	"ponte/internal/ops"
	"ponte/storage"
)

// The accounts: what comes by the shop can be answered; what comes by the feed cannot.
const (
	theFeed = "feed"
	theShop = "shop"
)

const theSecret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

// theFile is a configuration of full speed; %[1]s is the shop's address, %[2]s
// the store's greatest size.
const theFile = `data: data
console: {listen: "127.0.0.1:0"}
public: {listen: "127.0.0.1:0"}
log: {level: info}
limits: {messages_per_second: none, edits_per_second: none, square_writes_per_minute: none, store_max_size: %[2]s}
brands:
  - id: aurora
    name: Caffè Aurora
    undo: 0s
    accounts:
      - {id: webhook:feed, signature: none}
      - {id: webhook:shop, signature: none, answers: {to: "%[1]s", secret: "${LOADTEST_SECRET}", allow_private_addresses: true}}
    channels: [{id: inbox, default: true}, {id: feed}, {id: shop}, {id: messages, direct: true}]
    people: [{id: ana, name: Ana Ruiz, roles: [manager]}]
    routes: [{account: webhook:feed, channel: feed}, {account: webhook:shop, channel: shop}]
`

// world is all that is around a Ponte, and remembers what Ponte acknowledged.
type world struct {
	dir, file string
	shop      *shop
	numbers   atomic.Int64

	sent, acknowledged, refused, lost atomic.Int64 // items; requests answered 503; requests without an answer

	mu      sync.Mutex
	serving *process
	items   map[itemKey]said  // that were acknowledged, as they read now
	replies map[string]bool   // that were accepted, by their text
	odd     map[string]string // answers that should not be, by what they said
}

type itemKey struct{ account, remote string }

// said is how an item reads.
type said struct {
	text    string
	deleted bool
}

func newWorld(t *testing.T) *world {
	w := &world{
		dir: t.TempDir(), shop: newShop(t),
		items: map[itemKey]said{}, replies: map[string]bool{}, odd: map[string]string{},
	}
	w.file = filepath.Join(w.dir, "ponte.yaml")
	w.writes(t, w.config("none"))
	return w
}

func (w *world) config(most string) string { return fmt.Sprintf(theFile, w.shop.server.URL, most) }

// writes puts another configuration in the place of the old one.
func (w *world) writes(t testing.TB, text string) {
	t.Helper()
	err := os.WriteFile(w.file+".new", []byte(text), 0o600)
	if err == nil {
		err = os.Rename(w.file+".new", w.file)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) data() string { return filepath.Join(w.dir, "data") }

// opens starts a Ponte over what the last one left, and returns when it takes items in.
func (w *world) opens(t *testing.T, env ...string) *process {
	t.Helper()
	p := begin(t, w.file, env...)
	w.mu.Lock()
	w.serving = p
	w.mu.Unlock()
	w.until(t, "it listens", func() bool {
		status, _, _, err := p.post(t.Context(), theFeed, "", []byte("[]"))
		return err == nil && status == http.StatusOK
	})
	return p
}

func (w *world) now() *process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.serving
}

// unique makes a word that nobody has said.
func (w *world) unique(word string) string {
	return word + "-" + strconv.FormatInt(w.numbers.Add(1), 10)
}

func (w *world) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never comes to this: %s", what)
		}
	}
}

// remarks notes an answer that should not be.
func (w *world) remarks(what, about string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.odd[what] = about
}

// settles waits until nothing is on its way out.
func (w *world) settles(t *testing.T) {
	t.Helper()
	var st ops.Status
	for end := time.Now().Add(2 * patience); ; time.Sleep(20 * time.Millisecond) {
		err := w.now().status(t.Context(), &st)
		if err == nil && st.Outbox.Waiting == 0 && st.Outbox.Started == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("it does not settle: %+v, %v", st, err)
		}
	}
}

// counts opens the store of a Ponte that has ended, and finds in it once what was
// acknowledged, and nothing else.
func (w *world) counts(t *testing.T) {
	t.Helper()
	w.looks(t, w.data(), func(tx *storage.Tx) error {
		if err := w.countsItems(t, tx); err != nil {
			return err
		}
		return w.countsReplies(t, tx)
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	for what, about := range w.odd {
		t.Errorf("answered about %s: %s", about, what)
	}
}

// looks reads the store in a folder that nobody has open.
func (w *world) looks(t *testing.T, data string, look func(*storage.Tx) error) {
	t.Helper()
	s, err := keep.Open(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.View(t.Context(), look); err != nil {
		t.Fatal(err)
	}
}

func (w *world) countsItems(t *testing.T, tx *storage.Tx) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var lost, twice, wrong, strange []string
	left := maps.Clone(w.items)
	for it, err := range records.Items.Under(tx, nil) {
		if err != nil {
			return err
		}
		k := itemKey{strings.TrimPrefix(string(it.Account), "webhook:"), it.Remote}
		want, acknowledged := w.items[k]
		_, first := left[k]
		switch {
		case !acknowledged:
			strange = append(strange, k.remote)
		case !first:
			twice = append(twice, k.remote)
		case it.Deleted() != want.deleted || !want.deleted && it.Reads() != want.text:
			wrong = append(wrong, k.remote)
		}
		delete(left, k)
	}
	for k := range left {
		lost = append(lost, k.remote)
	}
	for what, list := range map[string][]string{
		"are lost": lost, "are there twice": twice, "read otherwise": wrong, "were never acknowledged": strange,
	} {
		if len(list) > 0 {
			t.Errorf("%d of %d items %s, among them %v", len(list), len(w.items), what, list[:min(5, len(list))])
		}
	}
	return nil
}

func (w *world) countsReplies(t *testing.T, tx *storage.Tx) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := 0
	for r, err := range records.Replies.Under(tx, nil) {
		if err != nil {
			return err
		}
		if kept++; !w.replies[r.Text] || r.State != bot.Published {
			t.Errorf("the reply %q is %s; accepted: %t", r.Text, r.State, w.replies[r.Text])
		}
	}
	if kept != len(w.replies) || w.shop.out() != kept {
		t.Errorf("%d replies were accepted; %d are kept, %d are out", len(w.replies), kept, w.shop.out())
	}
	for text := range w.replies {
		if answers, _ := w.shop.has(text); answers != 1 {
			t.Errorf("the reply %q is out %d times", text, answers)
		}
	}
	return nil
}

// wait waits for a time, or less when ctx ends, and reports whether ctx stands.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
