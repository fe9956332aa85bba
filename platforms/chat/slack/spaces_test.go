package slack

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ponte/bot/act"
	"ponte/platforms/chat/slack/slacktest/ground"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// An event is for the workspace that gave leave to see it, wherever it happened; what
// an organisation's payloads leave out is found elsewhere in them.
func TestEachWorkspaceHearsItsOwn(t *testing.T) {
	r := newRig(t)
	heard := r.hears(nil)
	team := r.slack.Workspace.ID
	leave := func(team any, whole bool) []any {
		return []any{map[string]any{"enterprise_id": "E0ORG", "team_id": team, "user_id": "U0", "is_bot": true, "is_enterprise_install": whole}}
	}
	for name, c := range map[string]struct {
		kind    ground.Kind
		payload map[string]any
		is      bool
	}{
		"shared with another": {workspace.Event, map[string]any{"team_id": "T0OTHER", "authorizations": leave(team, false)}, true},
		"of an organisation":  {workspace.Event, map[string]any{"team_id": team, "enterprise_id": "E0ORG", "authorizations": leave(nil, true)}, true},
		"of others only":      {workspace.Event, map[string]any{"team_id": "T0OTHER", "authorizations": leave("T0THIRD", false)}, false},
		"no team":             {workspace.Event, map[string]any{"enterprise_id": "E0ORG", "authorizations": leave(nil, true)}, false},
		"a command":           {workspace.Command, map[string]any{"team_id": team, "enterprise_id": "E0ORG", "is_enterprise_install": "true"}, true},
		"another's command":   {workspace.Command, map[string]any{"team_id": "T0OTHER", "enterprise_id": "E0ORG"}, false},
		"a press":             {workspace.Interaction, map[string]any{"team": nil, "enterprise": map[string]any{"id": "E0ORG"}, "user": map[string]any{"id": "U1", "team_id": team}}, true},
		"another's press":     {workspace.Interaction, map[string]any{"team": map[string]any{"id": "T0OTHER"}, "user": map[string]any{"id": "U1", "team_id": team}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(heard())
			switch c.kind {
			case workspace.Event:
				c.payload["type"], c.payload["event_id"] = "event_callback", "Ev "+name
				c.payload["event"] = map[string]any{"type": "message", "user": "U1", "text": name, "ts": fmt.Sprintf("%d.000001", 1_700_000_000+before), "channel": r.inbox.ID, "channel_type": "channel"}
			case workspace.Command:
				c.payload["command"], c.payload["text"], c.payload["user_id"], c.payload["channel_id"], c.payload["trigger_id"] = "/ponte", "inbox", "U1", r.inbox.ID, name
			case workspace.Interaction:
				c.payload["type"], c.payload["trigger_id"] = "block_actions", name
				c.payload["container"] = map[string]any{"channel_id": r.inbox.ID, "message_ts": "1700000000.000001"}
				c.payload["actions"] = []any{map[string]any{"action_id": "do:0", "value": "take\nconversation/1\n1\n"}}
			}
			r.slack.Carrier.Deliver(workspace.Delivery{Kind: c.kind, Payload: c.payload})
			all := heard()
			if (len(all) > before) != c.is {
				t.Errorf("%d are heard", len(all)-before)
			}
			for _, e := range all[before:] {
				if n, ok := e.(act.Noted); ok && n.At != r.place() {
					t.Errorf("it is at %s", n.At)
				}
			}
		})
	}
}

// Two bots in one process share nothing: each asks its own Slack, by its own client,
// and leaves the process's usual ones as they are.
func TestTwoBotsShareNothing(t *testing.T) {
	usual, transport, dialer := *http.DefaultClient, http.DefaultTransport, *websocket.DefaultDialer
	one, other := newRig(t), newRig(t)
	hears := []func() []act.Event{one.hears(nil), other.hears(nil)}
	for _, r := range []*rig{one, other} {
		m := r.send("k", act.Send{Card: say("hello")})
		r.ana.InThread(m).Says("talk")
	}
	for i, r := range []*rig{one, other} {
		if got := hears[i](); len(got) != 1 || len(r.inbox.All()) != 2 {
			t.Errorf("%d hears %d things, and %d messages stand there", i, len(got), len(r.inbox.All()))
		}
	}
	is := http.DefaultClient
	if is.Timeout != usual.Timeout || is.Transport != usual.Transport || is.CheckRedirect != nil || http.DefaultTransport != transport || websocket.DefaultDialer.WriteBufferSize != dialer.WriteBufferSize {
		t.Error("the process's client is another")
	}
}

// The usual client waits for nothing for ever, and follows nobody elsewhere: the
// library's own has no time-out.
func TestTheUsualClientHasItsLimits(t *testing.T) {
	s := New(Options{Workspaces: func() []Workspace { return nil }})
	if c := s.opt.Client; c.Timeout <= 0 || c.Timeout > time.Minute || !errors.Is(c.CheckRedirect(nil, nil), http.ErrUseLastResponse) {
		t.Errorf("it waits %s", c.Timeout)
	}
}
