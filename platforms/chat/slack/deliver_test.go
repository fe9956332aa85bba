package slack

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/slacktest/workspace"
	"ponte/platforms/chat/slack/wire"
)

// What Slack delivers to one workspace's app is never about another's.
func TestWhatIsForOthersIsLetGo(t *testing.T) {
	r := newRig(t)
	heard := r.hears(nil)
	for _, team := range []string{"T0OTHER", ""} {
		r.slack.Carrier.Deliver(workspace.Delivery{Kind: workspace.Event, Payload: map[string]any{
			"type": "event_callback", "team_id": team, "event_id": "Ev" + team,
			"event": map[string]any{"type": "message", "user": "U1", "text": "x", "ts": "1.000001", "channel": "C1"},
		}})
	}
	if got := heard(); len(got) != 0 {
		t.Errorf("it is %+v", got)
	}
	for _, s := range r.slack.Carrier.Sent() {
		if !s.Acked {
			t.Error("it is not acknowledged")
		}
	}
}

func TestOnlySlackIsBelieved(t *testing.T) {
	r := newRig(t, byHTTP)
	web := r.slack.DeliverTo(r.Handler())
	heard := r.hears(nil)
	for name, lie := range map[string]func(){
		"another secret": func() { web.Forge("not the secret") },
		"an old request": func() { web.Stale(8 * time.Minute) },
	} {
		lie()
		if h := r.ana.Commands("/ponte inbox"); h.OK {
			t.Errorf("%s is taken", name)
		}
	}
	if got := heard(); len(got) != 0 {
		t.Errorf("what is heard is %+v", got)
	}
	if ok, err := web.Verify(t.Context(), "challenge"); !ok || err != nil {
		t.Errorf("the address is not verified: %v", err)
	}
	body := []byte("command=%2Fponte&text=inbox&team_id=" + r.slack.Workspace.ID + "&user_id=" + r.ana.ID + "&channel_id=" + r.inbox.ID + "&trigger_id=1")
	for range 2 {
		req, err := web.Request(t.Context(), web.Commands, "application/x-www-form-urlencoded", body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := web.Client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	if got := heard(); len(got) != 1 {
		t.Errorf("a request that is sent again is heard %d times", len(got))
	}
}

func TestAnEventThatWasNotTakenComesAgain(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		fails := 4
		heard := r.hears(func(act.Event) (act.Answer, error) {
			if fails--; fails >= 0 {
				return act.Answer{}, errors.New("not durable yet")
			}
			return act.Answer{}, nil
		})
		r.ana.Says("#inbox", "a note")
		got := heard()
		for until := time.Now().Add(10 * time.Minute); len(got) < 5 && time.Now().Before(until); got = heard() {
			time.Sleep(time.Second)
		}
		if len(got) != 5 {
			t.Fatalf("it came %d times", len(got))
		}
		if diff := cmp.Diff(got[0], got[4]); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhileNobodyListensNothingIsTaken(t *testing.T) {
	r := newRig(t, byHTTP)
	r.slack.DeliverTo(r.Handler())
	if h := r.ana.Commands("/ponte inbox"); h.OK {
		t.Error("a command is taken")
	}
}

func FuzzDeliveries(f *testing.F) {
	for _, s := range []string{
		`{"type":"event_callback","team_id":"T1","event":{"type":"message","channel":{"id":"C1"},"ts":"1.000001","user":"U1","text":"<@U0> x"}}`,
		`{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1"},"actions":[{"action_id":"do:1","value":"a\nb\n1\n"}],"container":{"message_ts":"1.000001"}}`,
		`{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1"},"view":{"callback_id":"form","private_metadata":"{\"v\":\"x\"}","state":{"values":{"0.0.a":{"v":{"value":null}}}}}}`,
		`{"text":"x","team_id":"T1","user_id":"U1"}`, `[]`, `null`, `{"event":7}`,
	} {
		f.Add(s)
	}
	r := New(Options{
		Workspaces: func() []Workspace { return []Workspace{{ID: "T1", BotToken: "x"}} }, Brands: func() *bot.Brands { return bot.NewBrands() },
		Print: func(_ bot.Lang, _ *time.Location, w card.Words) string { return w.Key }, APIURL: "http://127.0.0.1:1/", Log: slog.New(slog.DiscardHandler),
	})
	r.listen(func(_ context.Context, _ act.Event) (act.Answer, error) { return act.Answer{}, nil })
	f.Fuzz(func(t *testing.T, payload string) {
		for _, kind := range []wire.Kind{wire.Event, wire.Command, wire.Interaction} {
			if ack, err := r.take(t.Context(), wire.Delivery{Kind: kind, Payload: []byte(payload), App: "T1"}); err == nil {
				if body, err := json.Marshal(ack.Payload); err != nil || len(body) > 20<<10 {
					t.Errorf("%s is answered %s, %v", kind, body, err)
				}
			}
		}
	})
}
