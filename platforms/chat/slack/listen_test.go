package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/webapi"
	"ponte/platforms/chat/slack/wire"
)

// bubble runs a test on a clock of its own, with two connections open.
func bubble(t *testing.T, test func(*testing.T, *rig, func() []act.Event)) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *Options) { o.Now = time.Now })
		heard := r.hears(nil)
		test(t, r, heard)
	})
}

func (r *rig) connected(t *testing.T, want int) {
	t.Helper()
	for range 600 {
		if synctest.Wait(); r.slack.Sockets.Open() == want {
			return
		}
		time.Sleep(time.Second)
	}
	t.Fatalf("%d connections are open, not %d", r.slack.Sockets.Open(), want)
}

// What people press is delivered once: while one connection goes there is another.
func TestNothingIsLostWhenAConnectionEnds(t *testing.T) {
	for name, end := range map[string]func(*slacktest.Server){
		"with a warning":  func(s *slacktest.Server) { s.Sockets.Warn(0); s.Sockets.Aim(0) },
		"to be refreshed": func(s *slacktest.Server) { s.Sockets.Refresh(0) },
		"without a word":  func(s *slacktest.Server) { s.Sockets.Drop(0) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig, heard func() []act.Event) {
				for i := range 6 {
					time.Sleep(10 * time.Second)
					end(r.slack)
					if h := r.ana.Commands(fmt.Sprintf("/ponte find %d", i)); !h.OK {
						t.Errorf("command %d: %s", i, h.Why)
					}
					r.connected(t, 2)
				}
				if got := heard(); len(got) != 6 {
					t.Errorf("%d of 6 commands are heard", len(got))
				}
			})
		})
	}
}

func TestConnectionsComeBack(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig, heard func() []act.Event) {
		r.slack.API.Fail("apps.connections.open", webapi.Broken(503).Times(3), webapi.Limited(40*time.Second), webapi.Dropped())
		r.slack.Sockets.Drop(0)
		r.slack.Sockets.Drop(0)
		r.connected(t, 2)
		time.Sleep(time.Hour) // an idle hour, in which Slack pings
		r.connected(t, 2)
		r.ana.Says("#inbox", "after all that")
		if got := heard(); len(got) != 1 {
			t.Errorf("%d notes are heard", len(got))
		}
	})
}

func TestWhatCannotBeReadIsAcknowledged(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig, _ func() []act.Event) {
		for i, frame := range []string{
			`{"envelope_id":"e0","type":"something_new","payload":{}}`,
			`{"envelope_id":"e1","type":"events_api","payload":{"type":"event_callback","event":7}}`,
			`{"envelope_id":"e2","type":"interactive","payload":[]}`,
			`{"envelope_id":"e3","type":"slash_commands","payload":"x"}`,
			`{"type":"events_api","envelope_id": "e4","payload":{"broken`,
		} {
			if id := fmt.Sprint("e", i); !<-r.slack.Sockets.Raw(id, frame) {
				t.Errorf("%s is not acknowledged", frame)
			}
		}
		r.connected(t, 2)
	})
}

// ends listens until that ends by itself.
func (r *rig) ends(t *testing.T) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Hour)
	defer cancel()
	err := r.Listen(ctx, func(context.Context, act.Event) (act.Answer, error) { return act.Answer{}, nil })
	if ctx.Err() != nil {
		t.Error("it goes on")
	}
	return err
}

func TestWhatNobodyMendsEndsIt(t *testing.T) {
	for _, code := range []string{"invalid_auth", "token_revoked", "account_inactive", "not_authed", "missing_scope"} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(o *Options) { o.Now = time.Now })
				r.slack.API.Fail("apps.connections.open", webapi.Refused(code).Times(100))
				if err := r.ends(t); !errors.Is(err, wire.ErrEnded) || !strings.Contains(err.Error(), code) {
					t.Errorf("it ends with %v", err)
				}
				if n := len(r.slack.API.Requests("apps.connections.open")); n > 2 {
					t.Errorf("it asked %d times", n)
				}
			})
		})
	}
	t.Run("switched off", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, func(o *Options) { o.Now = time.Now })
			time.AfterFunc(time.Minute, func() { r.slack.Sockets.Disable(true) })
			if err := r.ends(t); !errors.Is(err, wire.ErrEnded) || !strings.Contains(err.Error(), "switched off") {
				t.Errorf("it ends with %v", err)
			}
		})
	})
}

// A slow handler neither stops the connection nor others who are heard.
func TestWhoIsSlowHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *Options) { o.Now = time.Now })
		var others atomic.Bool
		heard := r.hears(func(act.Event) (act.Answer, error) {
			if !others.Swap(true) {
				time.Sleep(2 * time.Minute)
			}
			return act.Answer{}, nil
		})
		r.ana.Commands("/ponte find slow")
		if h := r.ana.Commands("/ponte find quick"); !h.OK || h.Took > time.Second {
			t.Errorf("it took %s: %s", h.Took, h.Why)
		}
		time.Sleep(3 * time.Minute)
		r.connected(t, 2)
		if got := heard(); len(got) != 2 {
			t.Errorf("it is %+v", got)
		}
	})
}

func TestAWorkspaceThatComesLaterIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var there atomic.Bool
		r := newRig(t, func(o *Options) {
			o.Now = time.Now
			was := o.Workspaces
			o.Workspaces = func() []Workspace {
				if !there.Load() {
					return nil
				}
				return was()
			}
		})
		r.hears(nil)
		time.Sleep(time.Minute)
		r.connected(t, 0)
		there.Store(true)
		r.connected(t, 2)
		there.Store(false)
		r.connected(t, 0)
	})
}

// A token that is refused when something is sent tells as much as an event that was
// missed, and is believed again when Slack takes it.
func TestAShutWorkspaceIsKnown(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig, _ func() []act.Event) {
		health := func(want string) {
			t.Helper()
			_, err := r.Health()
			if e, ok := bot.Asked(err); ok != (want != "") || ok && e.Key != want {
				t.Errorf("it is %v, not %q", err, want)
			}
		}
		health("")
		r.slack.API.Know(slacktest.BotToken, webapi.Token{State: "token_revoked"})
		time.Sleep(time.Minute)
		health("")
		if _, err := r.Carry(t.Context(), "k", act.Send{Card: say("hello")}, r.place()); bot.KindOf(err) != bot.Denied {
			t.Errorf("it is sent with %v", err)
		}
		time.Sleep(15 * time.Second)
		health("slack.shut_out")
		r.slack.API.Fail("auth.test", webapi.Dropped())
		time.Sleep(time.Minute)
		health("slack.shut_out")
		r.slack.API.Know(slacktest.BotToken, webapi.Token{})
		time.Sleep(2 * time.Minute)
		health("")
	})
}
