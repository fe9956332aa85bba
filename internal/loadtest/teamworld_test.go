package loadtest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ponte/internal/ops"
)

// inChat is a configuration of a team in a chat: %[1]s is the chat's section, %[2]s
// where what the brand says goes, %[3]s the further keys of the brand.
const inChat = `data: data
console: {listen: "127.0.0.1:0"}
public: {listen: "127.0.0.1:0"}
log: {level: warn}
limits: {messages_per_second: none, edits_per_second: none}
%[1]sbrands:
  - id: aurora
    name: Caffè Aurora
    undo: 0s
    grace: 24h
    approvals: {channel: approvals, posts: 2}
    accounts:
      - {id: webhook:feed, signature: none}
      - {id: webhook:shop, signature: none, answers: {to: "%[2]s", secret: "${LOADTEST_SECRET}", allow_private_addresses: true}}
%[3]s    people:
`

// team is a team chat on a real address with a Ponte in front of it, in a process of its own.
type team struct {
	world
	ledge *ledger
}

func newTeam(t testing.TB) *team {
	w := &team{ledge: newLedger(t)}
	w.dir, w.items, w.odd = t.TempDir(), map[itemKey]said{}, map[string]string{}
	return w
}

// begins writes the configuration of a team in so many channels, "room0" and so on, and
// the one where it decides; all of them and its people are made first.
func (w *team) begins(t testing.TB, channels int, section, place string, enters, opens func(name string) string) {
	people, accounts, list, routes := "", "", "    channels:\n", "    routes:\n"
	for _, p := range [][2]string{{"Ana", "manager"}, {"Vera", "approver, manager"}, {"Ugo", "approver, manager"}} {
		people += fmt.Sprintf("      - {id: %s, name: %s, roles: [%s], users: [%q]}\n", strings.ToLower(p[0]), p[0], p[1], place+enters(p[0]))
	}
	for i := range channels {
		name := fmt.Sprintf("room%d", i)
		accounts += fmt.Sprintf("      - {id: webhook:%s, signature: none, answers: {to: %q, secret: \"${LOADTEST_SECRET}\", allow_private_addresses: true}}\n", name, w.ledge.server.URL)
		list += fmt.Sprintf("      - {id: %s, room: %s, default: %t}\n", name, place+opens(name), i == 0)
		routes += fmt.Sprintf("      - {account: webhook:%s, channel: %s}\n", name, name)
	}
	list += fmt.Sprintf("      - {id: approvals, room: %s}\n", place+opens("approvals"))
	list += fmt.Sprintf("      - {id: messages, room: %s, direct: true}\n", place+opens("messages"))
	w.file = filepath.Join(w.dir, "ponte.yaml")
	w.writes(t, fmt.Sprintf(inChat, section, w.ledge.server.URL, accounts+list+routes)+people)
}

// ledger is where the brand speaks. It remembers under which ids each text came.
type ledger struct {
	server *httptest.Server
	mu     sync.Mutex
	ids    map[string]map[string]bool
}

func newLedger(t testing.TB) *ledger {
	l := &ledger{ids: map[string]map[string]bool{}}
	l.server = httptest.NewServer(l)
	t.Cleanup(l.server.Close)
	return l
}

func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var got struct{ Data struct{ ID, Text string } }
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
		http.Error(w, "no JSON", http.StatusBadRequest)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ids[got.Data.Text] == nil {
		l.ids[got.Data.Text] = map[string]bool{}
	}
	l.ids[got.Data.Text][got.Data.ID] = true
	_, _ = fmt.Fprintf(w, `{"id": %q}`, got.Data.ID)
}

// said counts how often each text was said.
func (l *ledger) said() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := map[string]int{}
	for text, ids := range maps.All(l.ids) {
		all[text] = len(ids)
	}
	return all
}

// calm waits until nothing is on its way, in Ponte and in the chat, for as long as it
// becomes less.
func (w *team) calm(t *testing.T, within time.Duration) {
	t.Helper()
	least := math.MaxInt
	for end := time.Now().Add(within); ; time.Sleep(100 * time.Millisecond) {
		st, err := w.stands(t)
		if left := st.Outbox.Waiting + st.Outbox.Started + st.Outbox.Unknown; err == nil && left < least {
			least, end = left, time.Now().Add(within)
		}
		if err == nil && st.Outbox.Waiting == 0 && st.Outbox.Started == 0 && st.Outbox.Unknown == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("it does not come to rest: %+v, %v", st.Outbox, err)
		}
	}
}

// stands asks Ponte how it is.
func (w *team) stands(t *testing.T) (st ops.Status, err error) {
	err = w.now().status(t.Context(), &st)
	return st, err
}
