package slack

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/webapi"
	"ponte/platforms/chat/slack/web"
)

func TestWhatARefusalProves(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		fault  webapi.Fault
		kind   bot.Kind
		key    string
		out    int // messages that are there nevertheless
	}{
		"429":                     {"chat.postMessage", webapi.Limited(7 * time.Second), bot.RateLimited, "slack.busy_slack", 0},
		"ratelimited with 200":    {"chat.postMessage", webapi.LimitedOK(), bot.RateLimited, "slack.busy_slack", 0},
		"500 before":              {"chat.postMessage", webapi.Broken(500), bot.Ambiguous, "slack.unclear", 0},
		"503 after":               {"chat.postMessage", webapi.BrokenAfter(503), bot.Ambiguous, "slack.unclear", 1},
		"internal_error":          {"chat.postMessage", webapi.Refused("internal_error"), bot.Ambiguous, "slack.unclear", 0},
		"fatal_error":             {"chat.postMessage", webapi.Refused("fatal_error"), bot.Ambiguous, "slack.unclear", 0},
		"the answer is lost":      {"chat.postMessage", webapi.Lost(), bot.Ambiguous, "slack.unclear", 1},
		"not in the channel":      {"chat.postMessage", webapi.Refused("not_in_channel"), bot.Denied, "slack.not_here", 0},
		"archived":                {"chat.postMessage", webapi.Refused("is_archived"), bot.Denied, "slack.archived", 0},
		"the token is revoked":    {"chat.postMessage", webapi.Refused("token_revoked"), bot.Denied, "slack.token", 0},
		"a permission is missing": {"chat.postMessage", webapi.Refused("missing_scope"), bot.Denied, "slack.no_scope", 0},
		"something unheard of":    {"chat.postMessage", webapi.Refused("some_new_code"), bot.Invalid, "slack.refused", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.slack.API.Fail(c.method, c.fault)
			_, err := r.Carry(t.Context(), "k", act.Send{Card: say("hello")}, r.place())
			var e *bot.Error
			if !errors.As(err, &e) || e.Kind != c.kind || e.Key != c.key {
				t.Fatalf("it is %v", err)
			}
			if (e.Kind == bot.RateLimited) != (e.RetryAfter > 0) {
				t.Errorf("it waits %s", e.RetryAfter)
			}
			if n := len(r.inbox.All()); n != c.out {
				t.Errorf("there are %d messages", n)
			}
			if n := len(r.slack.API.Requests("chat.postMessage")); n != 1 {
				t.Errorf("it was tried %d times", n)
			}
			if got := r.opt.Print(bot.English, time.UTC, card.Fault(e)); strings.Contains(got, "{{") {
				t.Errorf("it says %s", got)
			}
		})
	}
}

// What fails before there is a connection did not happen.
func TestARefusedConnectionProvesThatNothingHappened(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Client = &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
		}}}
	})
	if _, err := r.Carry(t.Context(), "k", act.Send{Card: say("hello")}, r.place()); bot.KindOf(err) != bot.Unavailable {
		t.Errorf("it is %v", err)
	}
}

func TestATimeOutLeavesItOpen(t *testing.T) {
	r := newRig(t)
	r.slack.API.Fail("chat.postMessage", webapi.Slow(time.Hour))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := r.Carry(ctx, "k", act.Send{Card: say("hello")}, r.place()); bot.KindOf(err) != bot.Ambiguous {
		t.Errorf("it is %v", err)
	}
}

func TestAMessageCarriesItsKeyAndUnfurlsNothing(t *testing.T) {
	r := newRig(t)
	m := r.send("say/01kb", act.Send{Card: say("see https://example.com")})
	if got := string(m.Metadata); !strings.Contains(got, "say/01kb") || m.Unfurls {
		t.Errorf("the metadata is %s, unfurled: %v", got, m.Unfurls)
	}
	r.send("edit", act.Edit{Ref: m.TS, Card: say("anew")})
	if got := string(r.inbox.Find(m.TS).Metadata); !strings.Contains(got, "say/01kb") {
		t.Errorf("after an edit the metadata is %s", got)
	}
	if got, want := r.receipt(t, "k2", act.Send{Thread: m.TS, Card: say("under")}).URL, "/archives/"+r.inbox.ID+"/p"; !strings.Contains(got, want) || !strings.Contains(got, "thread_ts="+m.TS) {
		t.Errorf("it is found at %s", got)
	}
}

func (r *rig) receipt(t *testing.T, key string, a act.Act) act.Receipt {
	t.Helper()
	got, err := r.Carry(t.Context(), key, a, r.place())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAReplyWhoseThreadIsGoneDoesNotStayInTheChannel(t *testing.T) {
	r := newRig(t)
	top := r.ana.Says("#inbox", "a message")
	r.ana.Deletes(top)
	_, err := r.Carry(t.Context(), "k", act.Send{Thread: top.TS, Card: say("under")}, r.place())
	if bot.KindOf(err) != bot.NotFound {
		t.Errorf("it is %v", err)
	}
	if all := r.inbox.All(); len(all) != 0 {
		t.Errorf("there are %d messages", len(all))
	}
}

// What was taken back is not out: neither the answer that told of it nor the event
// that did counts for the next attempt.
func TestWhatWasTakenBackIsNotOut(t *testing.T) {
	r := newRig(t)
	r.hears(nil)
	top := r.send("top", act.Send{Card: say("top")})
	r.ana.Deletes(top)
	if _, err := r.Carry(t.Context(), "k", act.Send{Thread: top.TS, Card: say("under")}, r.place()); err == nil {
		t.Fatal("it stays")
	}
	r.quiet()
	for _, send := range []act.Send{{Thread: r.send("anew", act.Send{Card: say("anew")}).TS, Card: say("under")}, {Card: say("under")}} {
		r.slack.API.Fail("chat.postMessage", webapi.Broken(500))
		if _, err := r.Carry(t.Context(), "k", send, r.place()); err == nil {
			t.Fatal("it went out")
		}
		r.clock.pass(2 * time.Minute)
		if got, found, err := r.Settle(t.Context(), "k", send, r.place()); found != act.Absent || err != nil {
			t.Errorf("under %q it is %s as %s, %v", send.Thread, found, got.Ref, err)
		}
	}
}

// Slack's own word that a message is out, which brings its key along, spares the look;
// but one that stands beside its thread is looked at, and taken back.
func TestAnEventSettles(t *testing.T) {
	r := newRig(t)
	r.hears(nil)
	lose := func(key string, top slacktest.Message) (act.Finding, error) {
		send := act.Send{Thread: top.TS, Card: say(key)}
		r.slack.API.Fail("chat.postMessage", webapi.Lost())
		if _, err := r.Carry(t.Context(), key, send, r.place()); bot.KindOf(err) != bot.Ambiguous {
			t.Fatalf("it is %v", err)
		}
		r.quiet()
		_, found, err := r.Settle(t.Context(), key, send, r.place())
		return found, err
	}
	looks := func() int { return len(r.slack.API.Requests("conversations.replies", "conversations.history")) }
	if found, err := lose("k1", r.send("top1", act.Send{Card: say("top")})); found != act.Found || err != nil || looks() != 0 {
		t.Errorf("it is %s, %v, after %d looks", found, err, looks())
	}
	gone := r.send("top2", act.Send{Card: say("top")})
	r.ana.Deletes(gone)
	if found, err := lose("k2", gone); found != act.Absent || err != nil || looks() == 0 {
		t.Errorf("with its thread gone it is %s, %v, after %d looks", found, err, looks())
	}
	for _, m := range r.inbox.All() {
		if strings.Contains(m.Text(), "k2") {
			t.Errorf("there is %q in the channel", m.Text())
		}
	}
}

func TestTheGuardKeepsToSlacksPace(t *testing.T) {
	r := newRig(t)
	taken := 0
	for range 10 {
		_, err := r.Slack.Carry(t.Context(), "k", act.Send{Card: say("x")}, r.place())
		var e *bot.Error
		if err == nil {
			taken++
		} else if !errors.As(err, &e) || e.Kind != bot.RateLimited || e.RetryAfter <= 0 || e.RetryAfter > time.Second || e.Parks != bot.ParksBudget {
			t.Errorf("it is %v after %s", err, e.RetryAfter)
		}
	}
	if asked := len(r.slack.API.Requests("chat.postMessage")); taken != web.MessageBurst || asked != taken {
		t.Errorf("%d were taken, Slack was asked %d times", taken, asked)
	}
	r.clock.pass(time.Second)
	if _, err := r.Slack.Carry(t.Context(), "k", act.Send{Card: say("x")}, r.place()); err != nil {
		t.Errorf("a second later it is %v", err)
	}
}

// A message whose answer was lost is found again, by this Ponte and by the next.
func TestSettleFindsWhatWasLost(t *testing.T) {
	for name, under := range map[string]bool{"in the channel": false, "in a thread": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			send := act.Send{Card: say("hello")}
			if under {
				send.Thread = r.send("top", act.Send{Card: say("top")}).TS
			}
			r.slack.API.Fail("chat.postMessage", webapi.Lost())
			if _, err := r.Carry(t.Context(), "k", send, r.place()); bot.KindOf(err) != bot.Ambiguous {
				t.Fatalf("it is %v", err)
			}
			for i := range 450 { // three pages after it
				r.clock.pass(time.Second)
				if under && i < 60 {
					r.ana.InThread(r.inbox.Find(send.Thread)).Says("talk")
				} else if !under {
					r.ana.Says("#inbox", "talk")
				}
			}
			next := New(r.opt)
			for _, s := range []*Slack{r.Slack, next} {
				got, found, err := s.Settle(t.Context(), "k", send, r.place())
				if err != nil || found != act.Found || !strings.Contains(r.inbox.Find(got.Ref).Text(), "hello") {
					t.Errorf("it is %s as %s, %v", found, got.Ref, err)
				}
			}
			if _, found, _ := r.Settle(t.Context(), "another", send, r.place()); found != act.Absent {
				t.Errorf("another key is %s", found)
			}
		})
	}
}

func TestAbsentIsAProof(t *testing.T) {
	r := newRig(t)
	send := act.Send{Card: say("hello")}
	r.slack.API.Fail("chat.postMessage", webapi.Broken(500))
	if _, err := r.Carry(t.Context(), "k", send, r.place()); err == nil {
		t.Fatal("it went out")
	}
	ask := func() (act.Finding, error) {
		_, found, err := r.Settle(t.Context(), "k", send, r.place())
		return found, err
	}
	found, err := ask()
	var e *bot.Error
	if found != act.Unsure || !errors.As(err, &e) || e.RetryAfter <= 55*time.Second || e.RetryAfter > time.Minute {
		t.Errorf("at once it is %s, %v", found, err)
	}
	r.clock.pass(time.Minute)
	r.slack.API.Fail("conversations.history", webapi.Broken(500))
	if found, err := ask(); found != act.Unsure || err == nil {
		t.Errorf("when Slack does not tell it is %s, %v", found, err)
	}
	if found, err := ask(); found != act.Absent || err != nil {
		t.Errorf("a minute later it is %s, %v", found, err)
	}
	fresh := New(r.opt)
	if _, found, _ := fresh.Settle(t.Context(), "k", send, r.place()); found != act.Unsure {
		t.Errorf("a Ponte that has just begun takes it for %s", found)
	}
	if _, found, err := r.Settle(t.Context(), "k", act.Edit{Ref: "1.000001"}, r.place()); found != act.Unsure || err != nil {
		t.Errorf("an edit is %s, %v", found, err)
	}
}

// Somebody else's metadata proves nothing.
func TestSettleTrustsOnlyItsOwnMessages(t *testing.T) {
	r := newRig(t)
	if diff := cmp.Diff(0, len(r.inbox.All())); diff != "" {
		t.Fatal(diff)
	}
	r.inbox.Webhook(`ponte {"key":"k"}`)
	if _, found, err := r.Settle(t.Context(), "k", act.Send{Card: say("x")}, r.place()); found != act.Absent || err != nil {
		t.Errorf("it is %s, %v", found, err)
	}
}
