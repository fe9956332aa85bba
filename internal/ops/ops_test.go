package ops

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
	"ponte/storage/bolt"
)

var (
	start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	there = act.Place{Platform: "there", Space: "us", Channel: "c"}
)

// opened is a store with one conversation: an item, a reply, and what is to go
// out for them.
func opened(t *testing.T) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "data.db"), bolt.Options{Now: func() time.Time { return start }}, records.All()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	out := outbox.New(s, outbox.Options{})
	say := func(tx *storage.Tx, e act.Effect) error {
		e.Brand, e.At, e.Act, e.Trace = "acme", there, act.Seal(act.Reply{Text: "a secret word"}), "conv"
		_, err := out.Say(tx, e)
		return err
	}
	err = s.Update(t.Context(), func(tx *storage.Tx) error {
		return errors.Join(
			records.Conversations.Insert(tx, bot.Conversation{ID: "conv", Brand: "acme", Account: "there:us", Root: "r", Status: bot.Open, Items: 1}),
			records.Items.Insert(tx, bot.Item{ID: "item", Brand: "acme", Account: "there:us", Remote: "r/1", Conversation: "conv", Text: "a secret word"}),
			records.Replies.Insert(tx, bot.Reply{ID: "reply", Brand: "acme", Conversation: "conv", Account: "there:us", Token: "t", Text: "a secret word"}),
			records.Log(tx, bot.Record{Brand: "acme", What: "item.came", Subject: "conversation/conv", Trace: "conv"}),
			say(tx, act.Effect{ID: "first", Lane: "l", Subject: act.Subject{Kind: act.OnReply, ID: "reply"}, Due: start.Add(time.Hour)}),
			say(tx, act.Effect{ID: "second", Lane: "l", Subject: act.Subject{Kind: act.OnConversation, ID: "conv"}}),
			say(tx, act.Effect{ID: "third", Subject: act.Subject{Kind: act.OnItem, ID: "item"}}),
			records.Effects.Insert(tx, act.Effect{ID: "lonely", Brand: "acme", At: there, State: act.Failed, Fault: bot.Errorf(bot.Denied, "error.denied")}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tell(t *testing.T, s storage.Store, id string) Story {
	t.Helper()
	story, err := storage.Look(t.Context(), s, func(tx *storage.Tx) (Story, error) { return Tell(tx, id) })
	if err != nil {
		t.Fatal(err)
	}
	return story
}

// TestTell: whatever of a conversation one asks for, its whole story is told,
// and never what people wrote.
func TestTell(t *testing.T) {
	s := opened(t)
	why := map[bot.ID]string{
		"first": "due 2026-03-01T10:00:00Z", "second": "behind first in its lane; due since 2026-03-01T09:00:00Z", "third": "due since 2026-03-01T09:00:00Z",
	}
	for _, id := range []string{"conv", "item", "r/1", "reply", "first", "third"} {
		story, got := tell(t, s, id), map[bot.ID]string{}
		for _, e := range story.Effects {
			got[e.ID] = e.Why
		}
		if d := cmp.Diff(why, got); d != "" {
			t.Errorf("%s: %s", id, d)
		}
		var b strings.Builder
		if err := story.Print(&b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "item.came") || !strings.Contains(b.String(), "conv of acme is open") || strings.Contains(b.String(), "secret") {
			t.Errorf("%s: %s", id, b.String())
		}
	}
	if e := tell(t, s, "lonely").Effects; len(e) != 1 || e[0].Why != "last error: denied (error.denied)" {
		t.Errorf("%+v", e)
	}
	if story := tell(t, s, "nobody"); !story.Empty() {
		t.Errorf("of nobody it tells %+v", story)
	}
}

func TestStatus(t *testing.T) {
	s := opened(t)
	if err := s.Update(t.Context(), func(tx *storage.Tx) error { return records.Hold(tx, records.Copied) }); err != nil {
		t.Fatal(err)
	}
	st, err := Look(t.Context(), s, outbox.New(s, outbox.Options{}))
	if err != nil || !st.Ready || st.Outbox.Waiting != 3 || st.Outbox.Failed != 1 || !st.Outbox.Oldest.Equal(start) || st.Outbox.Paused == nil {
		t.Errorf("%+v, %v", st, err)
	}
	var b strings.Builder
	if err := st.Print(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"running   no", "3 waiting, 0 under way, 0 with unknown outcome, 1 failed", "PAUSED since 2026-03-01T09:00:00Z: the store is a copy"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not said: %s", want, b.String())
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if st, err := Look(t.Context(), s, outbox.New(s, outbox.Options{})); err == nil || st.Ready || st.Store.Fault == "" {
		t.Errorf("a closed store is %+v", st)
	}
}

// TestPages: metrics and readiness are told also while the state cannot be read.
func TestPages(t *testing.T) {
	well := Status{At: start, Ready: true, Outbox: Outbox{Unknown: 2, Oldest: start.Add(-90 * time.Second)}, Adapters: []Adapter{{Name: "x", State: Retrying}}}
	for name, c := range map[string]struct {
		st     Status
		err    error
		status int
		want   []string
	}{
		"well":   {well, nil, 200, []string{"ponte_ready 1", `ponte_effects{state="unknown"} 2`, "ponte_oldest_due_seconds 90", `ponte_adapter_connected{adapter="x"} 0`, `ponte_attempt_seconds_count{outcome="rate limited",platform="there"} 1`}},
		"unwell": {Status{}, storage.ErrClosed, 503, []string{"ponte_ready 0", "ponte_store_bytes 7"}},
	} {
		look := func(context.Context) (Status, error) { return c.st, c.err }
		m := NewMetrics(look, func() bolt.Stats { return bolt.Stats{Size: 7} })
		m.Attempted("there", time.Second, bot.Errorf(bot.RateLimited, "error.slow"))
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		for _, want := range c.want {
			if !strings.Contains(w.Body.String(), want+"\n") {
				t.Errorf("%s: %q is not among the metrics: %d %s", name, want, w.Code, w.Body)
			}
		}
		w = httptest.NewRecorder()
		ReadyHandler(look).ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		var st Status
		if err := json.Unmarshal(w.Body.Bytes(), &st); err != nil || w.Code != c.status || st.Ready != (c.status == 200) {
			t.Errorf("%s: %d %s, %v", name, w.Code, w.Body, err)
		}
	}
}
