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

	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/ground"
)

// inSlack is a configuration of a team in Slack: %[1]s is where Slack is, %[2]s where
// what the brand says goes, %[3]s the further keys of the brand.
const inSlack = `data: data
console: {listen: "127.0.0.1:0"}
public: {listen: "127.0.0.1:0"}
log: {level: warn}
limits: {messages_per_second: none, edits_per_second: none}
slack:
  api_url: %[1]s
  workspaces: [{id: T0PONTE, bot_token: "${LOADTEST_BOT}", app_token: "${LOADTEST_APP}"}]
brands:
  - id: aurora
    name: Caffè Aurora
    undo: 0s
    grace: 24h
    approvals: {channel: approvals, posts: 2}
    accounts:
      - {id: webhook:feed, signature: none}
      - {id: webhook:shop, signature: none, answers: {to: "%[2]s", secret: "${LOADTEST_SECRET}", allow_private_addresses: true}}
%[3]s    people:
      - {id: ana, name: Ana, roles: [manager], users: [slack/T0PONTE/U0ANA]}
      - {id: vera, name: Vera, roles: [approver, manager], users: [slack/T0PONTE/U0VERA]}
      - {id: ugo, name: Ugo, roles: [approver, manager], users: [slack/T0PONTE/U0UGO]}
`

// team is a Slack on a real address with a Ponte in front of it, in a process of its own.
type team struct {
	world
	slack *slacktest.Server
	rooms []*slacktest.Room
	ledge *ledger
}

// newTeam has a team work in so many channels, each with an account whose items it takes.
func newTeam(t testing.TB, channels int) *team {
	t.Setenv("LOADTEST_BOT", slacktest.BotToken)
	t.Setenv("LOADTEST_APP", slacktest.AppToken)
	w := &team{slack: slacktest.New(t), ledge: newLedger(t)}
	w.dir, w.items, w.odd = t.TempDir(), map[itemKey]said{}, map[string]string{}
	for _, name := range []string{"Ana", "Vera", "Ugo"} {
		w.slack.Workspace.AddUser(ground.User{ID: "U0" + strings.ToUpper(name), Name: name})
	}
	accounts, list, routes := "", "    channels:\n", "    routes:\n"
	for i := range channels {
		name := fmt.Sprintf("room%d", i)
		w.rooms = append(w.rooms, w.slack.Channel("#"+name))
		accounts += fmt.Sprintf("      - {id: webhook:%s, signature: none, answers: {to: %q, secret: \"${LOADTEST_SECRET}\", allow_private_addresses: true}}\n", name, w.ledge.server.URL)
		list += fmt.Sprintf("      - {id: %s, room: slack/T0PONTE/%s, default: %t}\n", name, w.rooms[i].ID, i == 0)
		routes += fmt.Sprintf("      - {account: webhook:%s, channel: %s}\n", name, name)
	}
	list += fmt.Sprintf("      - {id: approvals, room: slack/T0PONTE/%s}\n", w.slack.Channel("#approvals").ID)
	list += fmt.Sprintf("      - {id: messages, room: slack/T0PONTE/%s, direct: true}\n", w.slack.Channel("#messages").ID)
	w.file = filepath.Join(w.dir, "ponte.yaml")
	base := w.slack.Listen() + "/api/"
	w.writes(t, fmt.Sprintf(inSlack, base, w.ledge.server.URL, accounts)+list+routes)
	return w
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

// calm waits until nothing is on its way, in Ponte and in Slack, for as long as it
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
