package slack

import (
	"context"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/draw"
	"ponte/platforms/chat/slack/web"
)

// posted is a message of ours that is out.
type posted struct {
	at  act.Place
	ref string
}

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

// Slack takes a message a second in a channel, with short bursts, and fifty edits
// a minute in a workspace. Whoever sends more is told to wait before Slack is asked.
const (
	messageEvery = time.Second
	messageBurst = 3
	editEvery    = 1200 * time.Millisecond
	editBurst    = 10
)

// room asks the guard of a channel or a workspace whether something may go out now.
func (s *Slack) room(all map[string]*rate.Limiter, name string, every time.Duration, burst int) error {
	if s.opt.Unpaced {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := all[name]
	if l == nil {
		if len(all) >= memories {
			clear(all)
		}
		l = rate.NewLimiter(rate.Every(every), burst)
		all[name] = l
	}
	now := s.opt.Now()
	r := l.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait <= 0 {
		return nil
	}
	r.CancelAt(now)
	return &bot.Error{Kind: bot.RateLimited, Key: "slack.busy_slack", RetryAfter: wait, Parks: bot.ParksBudget}
}

func (s *Slack) send(ctx context.Context, sp *web.Space, key string, a act.Send, at act.Place) (act.Receipt, error) {
	if a.Thread != "" && !web.IsRef(a.Thread) {
		return act.Receipt{}, bot.Errorf(bot.NotFound, "slack.thread_gone")
	}
	if err := s.room(s.channels, at.String(), messageEvery, messageBurst); err != nil {
		return act.Receipt{}, err
	}
	opts := append(s.drawn(ctx, sp, at, a.Card, a.Mention),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(), slack.MsgOptionDisableMarkdown(),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: web.EventType, EventPayload: map[string]any{"key": key}}))
	if a.Thread != "" {
		opts = append(opts, slack.MsgOptionTS(a.Thread))
	}
	s.tried.Put(key, s.opt.Now())
	var ref, thread string
	err := s.try(ctx, at, func(ctx context.Context) error {
		_, ts, m, err := sp.API.PostMessageWithResponseContext(ctx, at.Channel, opts...)
		ref, thread = ts, m.ThreadTimestamp
		return err
	})
	switch {
	case err != nil:
		return act.Receipt{}, err
	case !web.IsRef(ref):
		return act.Receipt{}, bot.Errorf(bot.Ambiguous, "slack.unclear")
	case a.Thread != "" && thread != a.Thread && s.takeBack(ctx, sp, at, ref):
		return act.Receipt{}, bot.Errorf(bot.NotFound, "slack.thread_gone")
	}
	s.posted(key, at, ref, thread)
	return act.Receipt{Ref: ref, URL: sp.Address(ctx, at.Channel, ref, thread)}, nil
}

// takeBack deletes a message that Slack put into the channel because the thread it
// belongs in has lost its first message. It reports whether it is gone.
func (s *Slack) takeBack(ctx context.Context, sp *web.Space, at act.Place, ref string) bool {
	_, _, err := sp.API.DeleteMessageContext(ctx, at.Channel, ref)
	if err != nil {
		s.opt.Log.Warn("slack: a message whose thread is gone stands in the channel", "channel", at.Channel, "message", ref, "err", err)
	}
	return err == nil
}

func (s *Slack) posted(key string, at act.Place, ref, thread string) {
	s.sent.Put(at.String()+"\n"+key, posted{at, ref})
	if thread != "" && thread != ref {
		s.threads.Put(at.String()+"\n"+ref, thread)
	}
}

func (s *Slack) edit(ctx context.Context, sp *web.Space, a act.Edit, at act.Place) (act.Receipt, error) {
	if !web.IsRef(a.Ref) {
		return act.Receipt{}, bot.Errorf(bot.NotFound, "slack.no_message")
	}
	if err := s.room(s.edits, at.Space, editEvery, editBurst); err != nil {
		return act.Receipt{}, err
	}
	err := s.try(ctx, at, func(ctx context.Context) error {
		_, _, _, err := sp.API.UpdateMessageContext(ctx, at.Channel, a.Ref, s.drawn(ctx, sp, at, a.Card, nil)...)
		return err
	})
	if err != nil {
		return act.Receipt{}, err
	}
	return act.Receipt{Ref: a.Ref, URL: sp.Address(ctx, at.Channel, a.Ref, a.Thread)}, nil
}

// drawn is a card as a message's text and blocks.
func (s *Slack) drawn(ctx context.Context, sp *web.Space, at act.Place, c card.Card, mention []string) []slack.MsgOption {
	return shown(s.pen(ctx, sp, at, nil).Card(c, mention...))
}

func shown(m draw.Message) []slack.MsgOption {
	return []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...)}
}

// try makes one call of the Web API.
func (s *Slack) try(ctx context.Context, at act.Place, call func(context.Context) error) error {
	return web.Try(ctx, s.channel(at), call)
}

// channel is how the team calls a channel.
func (s *Slack) channel(at act.Place) string {
	if _, c, ok := s.opt.Brands().Room(at.Platform, at.Space, at.Channel); ok {
		return c.ID
	}
	return at.Channel
}
