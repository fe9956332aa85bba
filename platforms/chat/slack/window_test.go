package slack

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/draw"
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
