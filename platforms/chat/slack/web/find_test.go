package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
)

const (
	theirs  = `{"ts":"1.000001","bot_id":"B9","user":"U9","metadata":{"event_type":"ponte","event_payload":{"key":"k"}}}`
	another = `{"ts":"1.000002","bot_id":"B1","user":"U1","metadata":{"event_type":"ponte","event_payload":{"key":"other"}}}`
	ours    = `{"ts":"1.000003","bot_id":"B1","user":"U1","metadata":{"event_type":"ponte","event_payload":{"key":"k"}}}`
)

// slackOf answers each method with its pages, one after another.
func slackOf(t *testing.T, answers map[string][]string) *Space {
	t.Helper()
	answers["/auth.test"] = []string{`{"ok":true,"user_id":"U1","bot_id":"B1","team_id":"T1","url":"https://x.slack.test/"}`}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		left := answers[r.URL.Path]
		if len(left) == 0 {
			t.Errorf("%s is asked too often", r.URL.Path)
			return
		}
		answers[r.URL.Path] = left[1:]
		fmt.Fprint(w, left[0])
	}))
	t.Cleanup(server.Close)
	return Open(Workspace{ID: "T1", BotToken: "x"}, server.Client(), server.URL+"/")
}

func messages(next string, more bool, all string) string {
	return fmt.Sprintf(`{"ok":true,"messages":[%s],"has_more":%v,"response_metadata":{"next_cursor":%q}}`, all, more, next)
}

func TestFind(t *testing.T) {
	const history, replies = "/conversations.history", "/conversations.replies"
	refused := func(code string) string { return fmt.Sprintf(`{"ok":false,"error":%q}`, code) }
	for name, c := range map[string]struct {
		thread  string
		answers map[string][]string
		want    Seen
		fails   bool
	}{
		"ours on the second page": {"", map[string][]string{history: {messages("c", true, theirs+","+another), messages("", false, ours)}}, Seen{Ref: "1.000003", Whole: true}, false},
		"only somebody else's":    {"", map[string][]string{history: {messages("", false, theirs+","+another)}}, Seen{Whole: true}, false},
		"more, without a name":    {"", map[string][]string{history: {messages("", true, another)}}, Seen{}, false},
		"in the thread":           {"1.000000", map[string][]string{replies: {messages("", false, ours)}}, Seen{Ref: "1.000003", Whole: true}, false},
		"the thread is gone": {"1.000000", map[string][]string{replies: {refused("thread_not_found")}, history: {messages("", false, ours)}},
			Seen{Ref: "1.000003", Whole: true, Stray: true}, false},
		"the thread is gone, and nothing": {"1.000000", map[string][]string{replies: {refused("thread_not_found")}, history: {messages("", false, "")}}, Seen{Whole: true}, false},
		"the channel is gone":             {"", map[string][]string{history: {refused("channel_not_found")}}, Seen{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := slackOf(t, c.answers).Find(t.Context(), Look{Key: "k", Channel: "C1", Thread: c.thread, Oldest: time.Unix(0, 0)})
			if diff := cmp.Diff(c.want, got); diff != "" || (err != nil) != c.fails {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

func TestALookWithoutAnEndIsNotWhole(t *testing.T) {
	pages := []string{}
	for range maxPages {
		pages = append(pages, messages("more", true, another))
	}
	got, err := slackOf(t, map[string][]string{"/conversations.history": pages}).Find(t.Context(), Look{Key: "k", Channel: "C1"})
	if diff := cmp.Diff(Seen{}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestAddresses(t *testing.T) {
	sp := slackOf(t, map[string][]string{})
	for _, c := range []struct{ ref, thread, want string }{
		{"1764266520.000100", "", "https://x.slack.test/archives/C1/p1764266520000100"},
		{"1764266520.000100", "1764266520.000100", "https://x.slack.test/archives/C1/p1764266520000100"},
		{"1764266520.000200", "1764266520.000100", "https://x.slack.test/archives/C1/p1764266520000200?thread_ts=1764266520.000100&cid=C1"},
		{"javascript:x", "", ""},
	} {
		if got := sp.Address(t.Context(), "C1", c.ref, c.thread); got != c.want {
			t.Errorf("%s is at %s, not %s", c.ref, got, c.want)
		}
	}
}

// Every code that Ponte knows has a kind that the outbox can act on.
func TestEveryRefusalProvesSomething(t *testing.T) {
	kinds := []bot.Kind{bot.NotFound, bot.Denied, bot.RateLimited, bot.Ambiguous}
	for code, known := range refusals {
		found := false
		for _, k := range kinds {
			found = found || k == known.kind
		}
		if !found || known.key == "" {
			t.Errorf("%s is %s, %s", code, known.kind, known.key)
		}
	}
}
