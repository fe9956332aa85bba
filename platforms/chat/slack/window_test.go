package slack

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/draw"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/webapi"
)

// Who pressed for a window reads why none came, and what to do.
func TestAWindowThatDoesNotOpenIsExplained(t *testing.T) {
	for name, c := range map[string]struct {
		fault webapi.Fault
		want  string
	}{
		"429":               {webapi.Limited(20 * time.Second), "Slack has too much to do. Wait a minute"},
		"ratelimited":       {webapi.LimitedOK(), "Slack has too much to do. Wait a minute"},
		"expired":           {webapi.Refused("expired_trigger_id"), "Slack waited too long for Ponte. Press again."},
		"used":              {webapi.Refused("exchanged_trigger_id"), "Slack waited too long for Ponte. Press again."},
		"no answer":         {webapi.Dropped(), "Slack gave Ponte no answer. Try it again."},
		"broken":            {webapi.Broken(503), "Slack gave Ponte no answer. Try it again."},
		"a lost permission": {webapi.Refused("missing_scope"), "the Slack app lacks a permission"},
		"unheard of":        {webapi.Refused("invalid_arguments"), "Slack refused it (invalid_arguments)"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.hears(func(act.Event) (act.Answer, error) {
				f := replyForm("tok")
				return act.Answer{Form: &f}, nil
			})
			r.slack.API.Fail("views.open", c.fault)
			m := r.send("k", act.Send{Card: say("a card", "reply")})
			r.ana.Presses(m, "reply")
			if got := r.whispered(); !strings.Contains(got, c.want) || strings.Contains(got, "something went wrong") || r.ana.Opened() != nil {
				t.Errorf("they are told %q", got)
			}
			r.clock.pass(time.Minute)
			r.ana.Presses(m, "reply")
			r.quiet()
			if r.ana.Opened() == nil {
				t.Error("the next press opens nothing")
			}
		})
	}
}

// A choice that fills a field says as well why it did not; one that another choice has
// overtaken says nothing.
func TestAChoiceThatFillsNothingIsExplained(t *testing.T) {
	for name, c := range map[string]struct {
		fault webapi.Fault
		want  string
	}{
		"429":       {webapi.Limited(20 * time.Second), "Slack has too much to do."},
		"no answer": {webapi.Dropped(), "Slack gave Ponte no answer."},
		"overtaken": {webapi.Refused("hash_conflict"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.hears(func(act.Event) (act.Answer, error) {
				f := replyForm("tok")
				return act.Answer{Form: &f}, nil
			})
			r.ana.Presses(r.send("k", act.Send{Card: say("a card", "reply")}), "reply")
			r.quiet()
			r.slack.API.Fail("views.update", c.fault)
			r.fills(r.ana.Modal(), "Sorry")
			if got := r.whispered(); !strings.Contains(got, c.want) || c.want == "" && got != "" {
				t.Errorf("they are told %q", got)
			}
		})
	}
}

// Where one way to answer somebody fails there is the other; where both do, the log
// says why of each.
func TestAnAnswerHasTwoWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.hears(func(act.Event) (act.Answer, error) { return notice("well"), nil })
		r.slack.API.Fail("/hooks/", webapi.Broken(500))
		r.ana.Commands("/ponte inbox")
		if got := r.whispered(); got != "well" {
			t.Errorf("they are told %q", got)
		}
		r.slack.API.Fail("/hooks/", webapi.Broken(500))
		r.slack.API.Fail("chat.postEphemeral", webapi.Refused("user_not_in_channel"))
		r.ana.Commands("/ponte inbox")
		if got := r.whispered(); got != "well" {
			t.Errorf("then they are told %q", got)
		}
		for _, want := range []string{"somebody was not answered", "refused with 500", "user_not_in_channel"} {
			if !strings.Contains(r.log.String(), want) {
				t.Errorf("the log says nothing of %q", want)
			}
		}
	})
}

// Words that end in a colon get no other one.
func TestALineHasOneColon(t *testing.T) {
	r := newRig(t)
	sp, _ := r.space(r.slack.Workspace.ID)
	list := func(words string) draw.Message {
		return r.pen(t.Context(), sp, r.place(), nil).Card(card.Card{Blocks: []card.Block{{List: []card.Line{{Words: card.Literal(words), Text: "Bea: cold"}}}}})
	}
	for words, want := range map[string]string{"Newest:": "Newest: Bea: cold", "Newest": "Newest: Bea: cold"} {
		if got := list(words).Text; got != want {
			t.Errorf("it says %q", got)
		}
	}
}

// A window opens however long Slack takes to say what somebody is called; it is asked
// afterwards. A message that names others waits for a second, and shows no ids.
func TestAWindowWaitsForNoName(t *testing.T) {
	for name, c := range map[string]struct {
		do     func(r *rig, card slacktest.Message)
		within time.Duration
	}{
		"a press":   {func(r *rig, card slacktest.Message) { r.ana.Presses(card, "reply") }, 0},
		"a command": {func(r *rig, _ slacktest.Message) { r.ana.Commands("/ponte reply") }, 0},
		"a shortcut": {func(r *rig, card slacktest.Message) {
			r.ana.Shortcut("reply", r.ana.InThread(card).Says("@ana.ruiz asks @bo.berg and @cy.cole"))
		}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, func(o *Options) { o.Now = time.Now })
				r.slack.User("Bo Berg")
				r.slack.User("Cy Cole")
				heard := r.hears(func(e act.Event) (act.Answer, error) {
					if _, ok := e.(act.Noted); ok {
						return act.Answer{}, nil
					}
					f := replyForm("tok")
					return act.Answer{Form: &f}, nil
				})
				m := r.send("k", act.Send{Card: say("a card", "reply")})
				r.slack.API.Fail("users.info", webapi.Slow(10*time.Second).Times(99))
				before := len(r.slack.API.Requests("views.open"))
				c.do(r, m)
				time.Sleep(c.within)
				if synctest.Wait(); len(r.slack.API.Requests("views.open")) == before {
					t.Fatal("no window is open")
				}
				if text := r.ana.Modal().Value("Text"); c.within > 0 && text != "Ana Ruiz asks … and …" {
					t.Errorf("it has %q", text)
				}
				if !slices.ContainsFunc(heard(), func(e act.Event) bool { return by(e).Name == "ana.ruiz" }) {
					t.Error("nobody did it")
				}
				if c.within == 0 && len(r.slack.API.Requests("users.info")) == 0 {
					t.Error("nobody asks what they are called")
				}
			})
		})
	}
}

// by is who pressed, or wrote a command.
func by(e act.Event) bot.Actor {
	switch e := e.(type) {
	case act.Clicked:
		return e.Who
	case act.Commanded:
		return e.Who
	}
	return bot.Actor{}
}
