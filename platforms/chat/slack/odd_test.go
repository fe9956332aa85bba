package slack

import (
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/slack/slacktest/deliver"
	"ponte/platforms/chat/slack/slacktest/webapi"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// That Slack leaves events out is in the log: nobody else would know.
func TestThatSlackLeavesEventsOutIsLogged(t *testing.T) {
	r := newRig(t)
	heard := r.hears(nil)
	r.slack.Carrier.Deliver(workspace.Delivery{Kind: workspace.Event, Payload: map[string]any{
		"type": "app_rate_limited", "team_id": r.slack.Workspace.ID, "minute_rate_limited": 1_700_000_000, "api_app_id": "A0",
	}})
	if got := heard(); len(got) != 0 || !strings.Contains(r.log.String(), "leaves out events") {
		t.Errorf("%d are heard, and the log is\n%s", len(got), r.log)
	}
}

// What Ponte itself reacts with is no decision.
func TestOwnReactionsAreNotHeard(t *testing.T) {
	r := newRig(t)
	heard := r.hears(nil)
	m := r.send("k", act.Send{Card: say("a card")})
	if err := r.slack.Workspace.React(r.slack.Workspace.App.UserID, m.Channel, m.TS, "white_check_mark"); err != nil {
		t.Fatal(err)
	}
	r.ana.Reacts(m, "x")
	if got := heard(); len(got) != 1 || last[act.Reacted](t, got).Who.User != r.ana.ID {
		t.Errorf("it is %+v", got)
	}
	there, err := r.Reactions(t.Context(), r.place(), m.TS)
	if err != nil || len(there) != 1 || there[0].Who.User != r.ana.ID {
		t.Errorf("there are %+v, %v", there, err)
	}
}

// Where others have all the connections that an app may have, Ponte asks for one every
// few minutes, and has them when there is room again.
func TestAllConnectionsAreTaken(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig, _ func() []act.Event) {
		var others []func() error
		for range deliver.MostSockets - 2 {
			address, err := r.slack.Sockets.Connect()
			if err != nil {
				t.Fatal(err)
			}
			conn, resp, err := r.slack.Dialer().DialContext(t.Context(), address, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			others = append(others, conn.Close)
		}
		address, err := r.slack.Sockets.Connect()
		if err != nil {
			t.Fatal(err)
		}
		r.slack.Sockets.Drop(0)
		conn, resp, err := r.slack.Dialer().DialContext(t.Context(), address, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		others = append(others, conn.Close)
		time.Sleep(time.Second)
		before := len(r.slack.API.Requests("apps.connections.open"))
		time.Sleep(time.Hour)
		if asked := len(r.slack.API.Requests("apps.connections.open")) - before; asked == 0 || asked > 20 {
			t.Errorf("in an hour it asks %d times", asked)
		}
		if !strings.Contains(r.log.String(), "another Ponte may use the same app") {
			t.Error("the log does not say why")
		}
		for _, end := range others {
			_ = end() // it is the other end that counts
		}
		r.connected(t, 2)
	})
}

// A connection on which Slack says nothing, not even a ping, is given up for another.
func TestASilentConnectionIsGivenUp(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig, _ func() []act.Event) {
		before := len(r.slack.API.Requests("apps.connections.open"))
		r.slack.Sockets.Mute(0)
		time.Sleep(20 * time.Second)
		if asked := len(r.slack.API.Requests("apps.connections.open")) - before; asked != 0 {
			t.Errorf("after 20 s it asked %d times for another", asked)
		}
		time.Sleep(time.Minute)
		if asked := len(r.slack.API.Requests("apps.connections.open")) - before; asked != 1 {
			t.Errorf("after a minute it asked %d times for another", asked)
		}
		r.connected(t, 2)
	})
}

// Every method of the Web API that Ponte asks for is one that the fake checks against
// Slack's limits, and no other is asked for.
func TestEveryRequestIsOneThatIsChecked(t *testing.T) {
	r := newRig(t)
	heard := r.hears(func(e act.Event) (act.Answer, error) {
		f := replyForm("tok")
		if _, ok := e.(act.Clicked); ok {
			return act.Answer{Form: &f}, nil
		}
		return notice("well"), nil
	})
	m := r.send("k", act.Send{Card: say("a card", "reply")})
	r.send("e", act.Edit{Ref: m.TS, Card: say("anew", "reply")})
	r.ana.Presses(m, "reply")
	r.quiet()
	r.fills(r.ana.Modal(), "Sorry")
	r.ana.InThread(m).Says("@ponte inbox")
	r.ana.Commands("/ponte inbox")
	r.ana.OpensHome()
	heard()
	gone := r.ana.Says("#inbox", "a message")
	r.ana.Deletes(gone)
	_, _ = r.Carry(t.Context(), "stray", act.Send{Thread: gone.TS, Card: say("under")}, r.place()) // it is taken back
	_, _, _ = r.Settle(t.Context(), "nothing", act.Send{Card: say("x")}, r.place())
	_, _, _ = r.Settle(t.Context(), "nothing", act.Send{Card: say("x"), Thread: m.TS}, r.place())
	_, _ = r.Reactions(t.Context(), r.place(), m.TS)
	_ = r.Check(t.Context())
	asked := map[string]bool{}
	for _, q := range r.slack.API.Requests() {
		asked[q.Method] = true
		if q.Error != "" {
			t.Errorf("%s is refused with %s", q.Method, q.Error)
		}
	}
	for _, method := range []string{
		"apps.connections.open", "auth.test", "chat.delete", "chat.postEphemeral", "chat.postMessage", "chat.update", "conversations.history",
		"conversations.info", "conversations.replies", "reactions.get", "users.info", "views.open", "views.publish", "views.update",
	} {
		if !asked[method] {
			t.Errorf("%s is not asked for", method)
		}
		delete(asked, method)
	}
	for method := range asked { // pictures and groups have tests of their own
		if !strings.HasPrefix(method, "/hooks/") && !strings.HasPrefix(method, "conversations.") {
			t.Errorf("%s is asked for as well", method)
		}
	}
}

// Where Slack gives out few messages at a time, as it does to apps that are installed
// by many, a look goes on to the end.
func TestALookTakesAllPages(t *testing.T) {
	r := newRig(t)
	r.slack.API.CapPages(2)
	top := r.send("top", act.Send{Card: say("top")})
	for name, send := range map[string]act.Send{"in the channel": {Card: say("hello")}, "in a thread": {Thread: top.TS, Card: say("hello")}} {
		r.slack.API.Fail("chat.postMessage", webapi.Lost())
		if _, err := r.Carry(t.Context(), name, send, r.place()); bot.KindOf(err) != bot.Ambiguous {
			t.Fatalf("%s it is %v", name, err)
		}
		for range 9 {
			r.ana.InThread(top).Says("talk")
			r.ana.Says("#inbox", "talk")
		}
		next := New(r.opt)
		if got, found, err := next.Settle(t.Context(), name, send, r.place()); err != nil || found != act.Found || !r.inbox.Find(got.Ref).Says("hello") {
			t.Errorf("%s it is %s, %v", name, found, err)
		}
	}
}
