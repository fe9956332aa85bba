package slack

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/slacktest/webapi"
)

// lost lists what Ponte was told to be lost.
func lost(all []act.Event) (out []string) {
	for _, e := range all {
		if e, ok := e.(act.Lost); ok {
			out = append(out, e.Ref+e.Why.Key)
			if e.Stays {
				out[len(out)-1] += " stays"
			}
		}
	}
	slices.Sort(out)
	return out
}

// What was deleted while Ponte was off is found out when it is to be changed, or looked at.
func TestWhatWasDeletedMeanwhileIsFoundOut(t *testing.T) {
	for name, c := range map[string]struct {
		talk bool
		do   func(r *rig, ref string) error
	}{
		"changed": {false, func(r *rig, ref string) error {
			_, err := r.Carry(t.Context(), "e", act.Edit{Ref: ref, Card: say("anew")}, r.place())
			return err
		}},
		"with its thread": {true, func(r *rig, ref string) error {
			_, err := r.Carry(t.Context(), "e", act.Edit{Ref: ref, Card: say("anew")}, r.place())
			return err
		}},
		"looked at":         {false, func(r *rig, ref string) error { _, err := r.Reactions(t.Context(), r.place(), ref); return err }},
		"looked at, talked": {true, func(r *rig, ref string) error { _, err := r.Reactions(t.Context(), r.place(), ref); return err }},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			heard := r.hears(nil)
			m := r.send("k", act.Send{Card: say("a card")})
			if c.talk {
				r.ana.InThread(m).Says("talk")
			}
			r.slack.Workspace.Unsubscribe("message")
			r.ana.Deletes(m)
			for range 3 {
				if err := c.do(r, m.TS); bot.KindOf(err) != bot.NotFound {
					t.Errorf("it is %v", err)
				}
			}
			if diff := cmp.Diff([]string{m.TS}, lost(heard())); diff != "" {
				t.Errorf("what is lost: %s", diff)
			}
		})
	}
}

// A message whose thread is gone waits for the one that stands in its place, and not
// for ever.
func TestWhatHasLostItsThreadIsTriedAgain(t *testing.T) {
	r := newRig(t)
	heard := r.hears(nil)
	top := r.send("top", act.Send{Card: say("top")})
	r.slack.Workspace.Unsubscribe("message")
	r.ana.Deletes(top)
	try := func() *bot.Error {
		_, err := r.Carry(t.Context(), "k", act.Send{Thread: top.TS, Card: say("under")}, r.place())
		var e *bot.Error
		if !errors.As(err, &e) || e.Key != "slack.thread_gone" {
			t.Fatalf("it is %v", err)
		}
		return e
	}
	if e := try(); e.Kind != bot.Unavailable || e.RetryAfter <= 0 {
		t.Errorf("at first it is %v, for %s", e, e.RetryAfter)
	}
	r.clock.pass(time.Minute)
	if e := try(); e.Kind != bot.NotFound {
		t.Errorf("when nothing stands in its place it is %v", e)
	}
	if diff := cmp.Diff([]string{top.TS}, lost(heard())); diff != "" || len(r.inbox.All()) != 0 {
		t.Errorf("%d messages stand there; what is lost: %s", len(r.inbox.All()), diff)
	}
}

// A channel that was lost while Ponte was off is told of once, when something is to go
// there; and again when it was there meanwhile.
func TestAChannelThatWasLostMeanwhileIsFoundOut(t *testing.T) {
	for name, c := range map[string]struct {
		lose, mend func(r *rig)
		why        string
	}{
		"archived":  {func(r *rig) { r.inbox.Archive() }, func(r *rig) { r.inbox.Unarchive() }, "slack.gone_archived"},
		"taken out": {func(r *rig) { r.inbox.KickApp() }, func(r *rig) { r.inbox.InviteApp() }, "slack.gone_left"},
		"unseen":    {func(r *rig) { r.slack.API.Fail("chat.postMessage", webapi.Refused("channel_not_found").Times(2)) }, func(*rig) {}, "slack.gone_unseen"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			scopes := slices.DeleteFunc(r.slack.Workspace.Scopes(), func(s string) bool { return s == "chat:write.public" })
			r.slack.Workspace.Grant(scopes...)
			r.slack.Workspace.Unsubscribe("channel_archive", "channel_left", "channel_unarchive", "member_joined_channel")
			heard := r.hears(nil)
			round := func() {
				t.Helper()
				c.lose(r)
				for range 2 {
					if _, err := r.Carry(t.Context(), "k", act.Send{Card: say("x")}, r.place()); !bot.KindOf(err).Final() {
						t.Errorf("it is %v", err)
					}
				}
				c.mend(r)
			}
			round()
			if diff := cmp.Diff([]string{c.why}, lost(heard())); diff != "" {
				t.Errorf("what is lost: %s", diff)
			}
			r.send("well", act.Send{Card: say("x")})
			r.clock.pass(time.Hour)
			round()
			if n := len(lost(heard())); n != 2 {
				t.Errorf("it is told %d times", n)
			}
		})
	}
}

// What could not be told is told the next time.
func TestALossIsToldUntilItIsHeard(t *testing.T) {
	synctest.Test(t, lossTwice)
}

func lossTwice(t *testing.T) {
	r := newRig(t)
	m := r.send("k", act.Send{Card: say("a card")})
	r.slack.Workspace.Unsubscribe("message")
	r.ana.Deletes(m)
	change := func() {
		if _, err := r.Carry(t.Context(), "e", act.Edit{Ref: m.TS, Card: say("anew")}, r.place()); bot.KindOf(err) != bot.NotFound {
			t.Errorf("it is %v", err)
		}
	}
	change() // while nobody listens
	heard := r.hears(nil)
	change()
	if diff := cmp.Diff([]string{m.TS}, lost(heard())); diff != "" || !strings.Contains(r.log.String(), "could not be told") {
		t.Errorf("what is lost: %s", diff)
	}
}

// A message that Slack lets nobody change any more is told of once.
func TestWhatCannotBeChangedIsFoundOut(t *testing.T) {
	for _, code := range []string{"edit_window_closed", "cant_update_message"} {
		t.Run(code, func(t *testing.T) {
			r := newRig(t)
			heard := r.hears(nil)
			m := r.send("k", act.Send{Card: say("a card")})
			r.slack.API.Fail("chat.update", webapi.Refused(code).Times(2))
			for range 2 {
				if _, err := r.Carry(t.Context(), "e", act.Edit{Ref: m.TS, Card: say("anew")}, r.place()); bot.KindOf(err) != bot.Denied {
					t.Errorf("it is %v", err)
				}
			}
			if diff := cmp.Diff([]string{m.TS + " stays"}, lost(heard())); diff != "" {
				t.Errorf("what is lost: %s", diff)
			}
		})
	}
}

// A channel that has another id, as it is shared now, is told of with what the
// configuration has to say.
func TestAChannelThatHasAnotherIDIsToldOf(t *testing.T) {
	ways(t, func(t *testing.T, r *rig) {
		heard := r.hears(nil)
		was := r.place()
		r.slack.Channel("#other").ChangeID() // no brand's
		r.inbox.ChangeID()
		all := heard()
		got := last[act.Lost](t, all)
		want := act.Lost{ID: got.ID, At: was, Now: r.place(), Why: card.W("slack.gone_moved",
			card.Text("Channel", "inbox"), card.Text("Line", "room: slack/"+was.Space+"/"+r.inbox.ID))}
		if diff := cmp.Diff(want, got); diff != "" || len(all) != 1 || got.ID == "" || !strings.Contains(r.log.String(), "has another id") {
			t.Errorf("%d are heard: %s", len(all), diff)
		}
	})
}
