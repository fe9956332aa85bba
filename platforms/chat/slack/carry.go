package slack

import (
	"context"

	"github.com/slack-go/slack"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/draw"
	"ponte/platforms/chat/slack/web"
)

// posted is a message of ours that is out, and the thread in which Slack put it.
type posted struct{ ref, thread string }

// Carry shows a card in a channel or a thread, or shows one anew, in one attempt.
func (s *Slack) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	sp, ok := s.space(at.Space)
	if !ok {
		return act.Receipt{}, bot.Errorf(bot.NotFound, "slack.no_workspace", "Space", at.Space)
	}
	switch a := a.(type) {
	case act.Send:
		return s.send(ctx, sp, key, a, at)
	case act.Edit:
		return s.edit(ctx, sp, a, at)
	}
	return act.Receipt{}, bot.Errorf(bot.Invalid, "slack.cannot")
}

func (s *Slack) send(ctx context.Context, sp *web.Space, key string, a act.Send, at act.Place) (act.Receipt, error) {
	if a.Thread != "" && !web.IsRef(a.Thread) {
		return act.Receipt{}, bot.Errorf(bot.NotFound, "slack.thread_gone")
	}
	opts := []slack.MsgOption{
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(), slack.MsgOptionDisableMarkdown(),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: web.EventType, EventPayload: map[string]any{"key": key}}),
	}
	if a.Thread != "" {
		opts = append(opts, slack.MsgOptionTS(a.Thread))
	}
	s.sent.Drop(at.String() + "\n" + key) // what was under this key before may be gone
	var ref, thread string
	err := s.guard.Message(sp.ID, at.Channel, s.opt.Now, func() error {
		return s.show(ctx, sp, at, a.Card, a.Mention, func(ctx context.Context, card ...slack.MsgOption) error {
			s.tried.Put(key, s.opt.Now())
			_, ts, m, err := sp.API.PostMessageWithResponseContext(ctx, at.Channel, append(card, opts...)...)
			ref, thread = ts, m.ThreadTimestamp
			return err
		})
	})
	switch {
	case err != nil:
		return act.Receipt{}, s.missed.Refused(ctx, at, a.Thread, err)
	case !web.IsRef(ref):
		return act.Receipt{}, bot.Errorf(bot.Ambiguous, "slack.unclear")
	case a.Thread != "" && thread != a.Thread && s.takeBack(ctx, sp, key, at, ref):
		return act.Receipt{}, s.missed.Refused(ctx, at, a.Thread, bot.Errorf(bot.NotFound, "slack.thread_gone"))
	}
	s.posted(key, at, ref, thread)
	s.missed.Here(at)
	return act.Receipt{Ref: ref, URL: sp.Address(ctx, at.Channel, ref, thread)}, nil
}

// takeBack deletes a message that Slack put into the channel because the thread it
// belongs in has lost its first message, and forgets it. It reports whether it is gone.
func (s *Slack) takeBack(ctx context.Context, sp *web.Space, key string, at act.Place, ref string) bool {
	_, _, err := sp.API.DeleteMessageContext(ctx, at.Channel, ref)
	s.sent.Drop(at.String() + "\n" + key)
	if err != nil {
		s.opt.Log.Warn("slack: a message whose thread is gone stands in the channel", "channel", at.Channel, "message", ref, "err", err)
	}
	return err == nil
}

func (s *Slack) posted(key string, at act.Place, ref, thread string) {
	s.sent.Put(at.String()+"\n"+key, posted{ref, thread})
	if thread != "" && thread != ref {
		s.threads.Put(at.String()+"\n"+ref, thread)
	}
}

func (s *Slack) edit(ctx context.Context, sp *web.Space, a act.Edit, at act.Place) (act.Receipt, error) {
	if !web.IsRef(a.Ref) {
		return act.Receipt{}, bot.Errorf(bot.NotFound, "slack.no_message")
	}
	err := s.guard.Edit(sp.ID, at.Channel, s.opt.Now, func() error {
		return s.show(ctx, sp, at, a.Card, nil, func(ctx context.Context, card ...slack.MsgOption) error {
			_, _, _, err := sp.API.UpdateMessageContext(ctx, at.Channel, a.Ref, card...)
			return err
		})
	})
	if err != nil {
		return act.Receipt{}, s.missed.Refused(ctx, at, a.Ref, err)
	}
	return act.Receipt{Ref: a.Ref, URL: sp.Address(ctx, at.Channel, a.Ref, a.Thread)}, nil
}

// show carries a card as a message's text and blocks, with its pictures. Where Slack
// refuses them, one of the pictures may be gone: the card is carried without, once.
func (s *Slack) show(ctx context.Context, sp *web.Space, at act.Place, c card.Card, mention []string, carry func(context.Context, ...slack.MsgOption) error) error {
	pen := s.pen(ctx, sp, at, nil)
	brand := bot.BrandID("")
	if b, _, ok := s.opt.Brands().Room(at.Platform, at.Space, at.Channel); ok {
		brand, pen.Files = b.ID, s.gallery.Bring(ctx, sp, b.ID, c)
	}
	try := func() error {
		return s.try(ctx, at, func(ctx context.Context) error { return carry(ctx, shown(pen.Card(c, mention...))...) })
	}
	err := try()
	if code, _ := web.Code(err); code == "invalid_blocks" && len(pen.Files) > 0 {
		s.opt.Log.Warn("slack: a card is shown without its pictures", "channel", at.Channel, "err", err)
		s.gallery.Forget(sp, brand, pen.Files)
		pen.Files = nil
		err = try()
	}
	return err
}

func shown(m draw.Message) []slack.MsgOption {
	return []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...)}
}

// try makes one call of the Web API.
func (s *Slack) try(ctx context.Context, at act.Place, call func(context.Context) error) error {
	err := web.Try(ctx, s.channel(at), call)
	if sp, ok := s.space(at.Space); ok && web.Refused(err) {
		sp.Doubt()
	}
	return err
}

// channel is how the team calls a channel.
func (s *Slack) channel(at act.Place) string {
	if _, c, ok := s.opt.Brands().Room(at.Platform, at.Space, at.Channel); ok {
		return c.ID
	}
	return at.Channel
}
