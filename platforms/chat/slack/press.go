package slack

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/draw"
	"ponte/platforms/chat/slack/payload"
	"ponte/platforms/chat/slack/said"
	"ponte/platforms/chat/slack/web"
	"ponte/platforms/chat/slack/wire"
)

// slash hears a slash command, which stands in no thread: Slack's clients take none
// there. Slack does not bring it again, so it is
// acknowledged first; the person is told when it comes to nothing.
func (s *Slack) slash(d wire.Delivery) wire.Ack {
	var c payload.Slash
	sp := (*web.Space)(nil)
	if err := json.Unmarshal(d.Payload, &c); err == nil {
		sp = s.addressed(payload.Outer{Team: c.Team}, d.App)
	}
	if sp == nil || c.User == "" {
		s.opt.Log.Warn("slack: a command of no workspace of ours", "workspace", c.Team)
		return wire.Ack{}
	}
	return wire.Ack{Then: func(ctx context.Context) {
		at := act.Place{Platform: Platform, Space: sp.ID, Channel: c.Channel}
		q := asked{trigger: c.Trigger, hook: c.Hook, scene: act.Scene{ID: "slash/" + c.Trigger, Who: s.presser(sp, c.User, c.Name), At: at}}
		s.run(ctx, sp, q, s.commanded(ctx, sp, q.scene, c.Text))
	}}
}

// run hands over what somebody did and shows them what comes of it. What they are
// called is asked for at the end: a window waits for nothing.
func (s *Slack) run(ctx context.Context, sp *web.Space, q asked, e act.Event) {
	defer sp.Name(ctx, q.scene.Who.User, s.opt.Now())
	ans, err := s.tell(ctx, e)
	if err != nil {
		s.refuse(ctx, sp, q, err)
		return
	}
	s.answer(ctx, sp, q, ans)
}

func (s *Slack) interaction(ctx context.Context, d wire.Delivery) (wire.Ack, error) {
	var i payload.Interaction
	if err := json.Unmarshal(d.Payload, &i); err != nil {
		s.opt.Log.Warn("slack: an interaction that cannot be read", "err", err)
		return wire.Ack{}, nil
	}
	sp := s.addressed(payload.Outer{Team: i.Space()}, d.App)
	if sp == nil || i.User.ID == "" {
		s.opt.Log.Warn("slack: an interaction of no workspace of ours", "workspace", i.Space())
		return wire.Ack{}, nil
	}
	switch i.Type {
	case "block_actions":
		return wire.Ack{Then: func(ctx context.Context) { s.pressed(ctx, sp, &i) }}, nil
	case "view_submission":
		return s.submitted(ctx, sp, &i), nil
	case "view_closed":
		return wire.Ack{Then: func(ctx context.Context) { s.closed(ctx, sp, &i) }}, nil
	case "message_action":
		return wire.Ack{Then: func(ctx context.Context) { s.shortcut(ctx, sp, &i) }}, nil
	}
	return wire.Ack{}, nil
}

// by is who did it and where, and how they can be answered.
func (s *Slack) by(sp *web.Space, i *payload.Interaction) asked {
	channel, thread, answer := i.Where()
	return asked{trigger: i.Trigger, hook: i.Hook, thread: answer, scene: act.Scene{
		ID: "do/" + i.Trigger, Who: s.presser(sp, i.User.ID, i.User.Name), Thread: thread, At: act.Place{Platform: Platform, Space: sp.ID, Channel: channel},
	}}
}

// pressed hears a press on a button, or a choice under More.
func (s *Slack) pressed(ctx context.Context, sp *web.Space, i *payload.Interaction) {
	for _, a := range i.Actions {
		value := a.Value
		if a.Selected != nil {
			value = a.Selected.Value
		}
		q := s.by(sp, i)
		q.scene.ID += "/" + a.ID
		switch {
		case strings.HasPrefix(a.ID, draw.ByFill):
			s.refill(ctx, sp, i, strings.TrimPrefix(a.ID, draw.ByFill), value)
		case strings.HasPrefix(a.ID, draw.ByRun):
			q.typed = value
			s.run(ctx, sp, q, s.commanded(ctx, sp, q.scene, value))
		case strings.HasPrefix(a.ID, draw.ByPress):
			p, ok := draw.Unpack(value)
			if !ok {
				continue
			}
			if q.scene.At.Channel == "" {
				q.scene.At.Channel = p.Channel
			}
			e := act.Clicked{Scene: q.scene, Verb: p.Verb, Subject: p.Subject, Revision: p.Revision, Value: p.Value}
			if i.View.Kind == "home" {
				s.atHome(ctx, sp, q, e)
				continue
			}
			s.run(ctx, sp, q, e)
		}
	}
}

// shortcut runs the command that a shortcut on a message is named after, its words
// with "_" between them. What the message says goes into the form which that opens,
// and not further by itself.
func (s *Slack) shortcut(ctx context.Context, sp *web.Space, i *payload.Interaction) {
	q := s.by(sp, i)
	q.fill = said.Spelt(i.Message.Text, s.named(ctx, sp, q.scene.At, func(p bot.Person) string { return p.Name }))
	q.scene.On = i.Message.TS
	s.run(ctx, sp, q, act.Commanded{Scene: q.scene, Text: strings.ReplaceAll(i.Callback, "_", " ")})
}

// formed is who works on a form, and where it was opened.
func (s *Slack) formed(sp *web.Space, i *payload.Interaction, m draw.Meta) asked {
	at := act.Place{Platform: Platform, Space: sp.ID, Channel: m.Channel}
	return asked{trigger: i.Trigger, thread: m.Thread, scene: act.Scene{
		ID: "do/" + i.Trigger + "/" + i.View.ID + "/" + i.View.Hash, Who: s.presser(sp, i.User.ID, i.User.Name), At: at, Thread: m.Thread,
	}}
}

// closed hears that a form was closed without being sent.
func (s *Slack) closed(ctx context.Context, sp *web.Space, i *payload.Interaction) {
	m, ok := draw.Read(i.View.Private)
	if !ok || m.Closed == "" || i.View.Callback != draw.FormID {
		return
	}
	q := s.formed(sp, i, m)
	q.scene.ID = "closed/" + i.View.ID
	s.run(ctx, sp, q, act.Clicked{Scene: q.scene, Verb: m.Closed, Subject: m.Subject, Revision: m.Revision})
}

// submitted hears a form that was sent. It is answered in its window: Slack waits for that.
func (s *Slack) submitted(ctx context.Context, sp *web.Space, i *payload.Interaction) wire.Ack {
	m, ok := draw.Read(i.View.Private)
	if !ok || i.View.Callback != draw.FormID {
		return wire.Ack{}
	}
	q := s.formed(sp, i, m)
	ans, err := s.tell(ctx, act.Submitted{
		Scene: q.scene, Verb: m.Verb, Subject: m.Subject, Revision: m.Revision, Token: m.Token, Values: i.View.State.Values.Values(),
	})
	p := s.pen(ctx, sp, q.scene.At, &q.scene.Who)
	switch {
	case err != nil:
		return s.still(sp, q, i, card.Notice(s.reason(err).Print(p)))
	case ans.Form != nil:
		return s.reform(ctx, sp, q, i, m, ans)
	case ans.Refused && ans.Notice != nil:
		return s.still(sp, q, i, *ans.Notice)
	}
	return wire.Ack{Then: func(ctx context.Context) { s.answer(ctx, sp, q, ans) }}
}

// still keeps the window open with what was typed, and says there why nothing was
// done; in a window where nothing can be typed, it is said in the channel.
func (s *Slack) still(sp *web.Space, q asked, i *payload.Interaction, why card.Card) wire.Ack {
	at := ""
	for _, b := range i.View.Blocks {
		if b.Type == "input" && (at == "" || b.Element.Type == "plain_text_input") {
			at = b.ID
		}
	}
	if at == "" {
		return wire.Ack{Then: func(ctx context.Context) { s.notice(ctx, sp, q, why) }}
	}
	return wire.Ack{Payload: slack.NewErrorsViewSubmissionResponse(map[string]string{at: draw.Sentence(why)})}
}

// reform asks again: with faults beside the fields where the form is the same, else
// with the form as it is now. One that is too long for the answer opens anew.
func (s *Slack) reform(ctx context.Context, sp *web.Space, q asked, i *payload.Interaction, m draw.Meta, ans act.Answer) wire.Ack {
	turns := i.View.State.Values.Turns()
	notice := act.Answer{Notice: ans.Notice}
	faults := draw.Faults(*ans.Form, turns)
	if len(faults) > 0 && ans.Form.Verb == m.Verb && ans.Form.Subject == m.Subject && ans.Form.Revision == m.Revision {
		return wire.Ack{Payload: slack.NewErrorsViewSubmissionResponse(faults), Then: func(ctx context.Context) { s.answer(ctx, sp, q, notice) }}
	}
	for name := range turns { // what was typed may not stand over what the form says now
		turns[name]++
	}
	v, err := s.pen(ctx, sp, q.scene.At, &q.scene.Who).Form(*ans.Form, m.Channel, m.Thread, turns)
	payload := slack.NewUpdateViewSubmissionResponse(&v)
	if body, fail := json.Marshal(payload); err != nil || fail != nil || len(body) > wire.MaxAck-1024 {
		return wire.Ack{Then: func(ctx context.Context) { s.answer(ctx, sp, q, ans) }}
	}
	s.forms.Put(ans.Form.Token, *ans.Form)
	return wire.Ack{Payload: payload, Then: func(ctx context.Context) { s.answer(ctx, sp, q, notice) }}
}

// refill writes what a choice in a form stands for into the field that it fills.
func (s *Slack) refill(ctx context.Context, sp *web.Space, i *payload.Interaction, field, value string) {
	m, ok := draw.Read(i.View.Private)
	if !ok {
		return
	}
	q := s.formed(sp, i, m)
	f, known := s.forms.Get(m.Token)
	if !known {
		s.word(ctx, sp, q, card.W("slack.form_again"))
		return
	}
	f, turns, ok := draw.Fill(f, field, draw.Option(value), i.View.State.Values)
	if !ok {
		return
	}
	v, err := s.pen(ctx, sp, q.scene.At, &q.scene.Who).Form(f, m.Channel, m.Thread, turns)
	if err != nil {
		s.refuse(ctx, sp, q, err)
		return
	}
	s.window(ctx, sp, q, func(ctx context.Context) error {
		_, err := sp.API.UpdateViewContext(ctx, v, "", i.View.Hash, i.View.ID)
		return err
	})
}
