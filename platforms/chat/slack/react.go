package slack

import (
	"context"

	"github.com/slack-go/slack"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/slack/emoji"
	"ponte/platforms/chat/slack/payload"
	"ponte/platforms/chat/slack/said"
	"ponte/platforms/chat/slack/web"
	"ponte/platforms/chat/slack/wire"
)

// reaction hears of an emoji that was put on a message, or taken off it. Slack may
// tell of the two in the wrong order: what is older than what was heard is let go.
func (s *Slack) reaction(ctx context.Context, sp *web.Space, e *payload.Event) (wire.Ack, error) {
	me, err := sp.Self(ctx)
	if err != nil {
		return wire.Ack{}, err
	}
	if e.Item.Type != "message" || e.User == me.User || e.User == "" || !web.IsRef(e.Item.TS) {
		return wire.Ack{}, nil
	}
	at := act.Place{Platform: Platform, Space: sp.ID, Channel: e.Item.Channel}
	name := at.String() + "/" + e.Item.TS + "/" + e.User + "/" + e.Reaction
	unlock := s.order.Lock(name)
	defer unlock()
	if last, ok := s.newest.Get(name); ok && older(e.EventTS, last) {
		return wire.Ack{}, nil
	}
	thread, known := s.threads.Get(at.String() + "\n" + e.Item.TS)
	if !known {
		thread = e.Item.TS
	}
	scene := act.Scene{ID: "react/" + e.Item.Channel + "/" + e.Item.TS + "/" + e.Reaction + "/" + e.EventTS, Who: s.actor(ctx, sp, e.User), At: at, Thread: thread}
	ans, err := s.tell(ctx, act.Reacted{Scene: scene, Ref: e.Item.TS, Emoji: s.sign(at, e.Reaction), Removed: e.Type == "reaction_removed"})
	if err != nil {
		return wire.Ack{}, err
	}
	s.newest.Put(name, e.EventTS)
	return wire.Ack{Then: func(ctx context.Context) {
		s.answer(ctx, sp, asked{scene: scene, thread: s.threadOf(ctx, sp, at, e.Item.TS)}, ans)
	}}, nil
}

// older reports whether a moment of Slack's, as "1764266520.000100", is before another.
func older(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// sign is a reaction's emoji, written as the brand writes it where that is one of
// those by which it decides.
func (s *Slack) sign(at act.Place, name string) string {
	sign := emoji.Sign(name)
	if b, _, ok := s.opt.Brands().Room(at.Platform, at.Space, at.Channel); ok {
		yes, no := b.Approvals.Signs()
		for _, theirs := range append(append([]string{}, yes...), no...) {
			if emoji.Bare(theirs) == emoji.Bare(sign) {
				return theirs
			}
		}
	}
	return sign
}

// threadOf asks in which thread a message stands; empty for one in the channel itself.
func (s *Slack) threadOf(ctx context.Context, sp *web.Space, at act.Place, ref string) string {
	if thread, ok := s.threads.Get(at.String() + "\n" + ref); ok {
		return thread
	}
	item, err := sp.API.GetReactionsContext(ctx, slack.NewRefToMessage(at.Channel, ref), slack.GetReactionsParameters{})
	if err != nil || item.Message == nil || item.Message.ThreadTimestamp == ref {
		return ""
	}
	return item.Message.ThreadTimestamp
}

// Read says what a message says, who said it, and in which thread.
func (s *Slack) Read(ctx context.Context, at act.Place, ref string) (act.Message, error) {
	sp, ok := s.space(at.Space)
	if !ok || !web.IsRef(ref) {
		return act.Message{}, bot.Errorf(bot.NotFound, "slack.no_message")
	}
	var m web.Said
	err := s.try(ctx, at, func(ctx context.Context) (err error) { m, err = sp.Read(ctx, at.Channel, ref); return err })
	if err != nil {
		return act.Message{}, err
	}
	out := act.Message{Text: said.Plain(m.Text, s.called(ctx, sp, at)), Thread: m.Thread, At: m.At}
	if m.User != "" {
		out.Who = s.actor(ctx, sp, m.User)
	}
	return out, nil
}

// Reactions lists who put which emoji on a message and has not taken it off.
func (s *Slack) Reactions(ctx context.Context, at act.Place, ref string) ([]act.Reaction, error) {
	sp, ok := s.space(at.Space)
	if !ok {
		return nil, bot.Errorf(bot.NotFound, "slack.no_workspace", "Space", at.Space)
	}
	if !web.IsRef(ref) {
		return nil, bot.Errorf(bot.NotFound, "slack.no_message")
	}
	var list []slack.ItemReaction
	var me web.Identity
	gone := false
	err := s.try(ctx, at, func(ctx context.Context) (err error) {
		if me, err = sp.Self(ctx); err != nil {
			return err
		}
		item, err := sp.API.GetReactionsContext(ctx, slack.NewRefToMessage(at.Channel, ref), slack.GetReactionsParameters{Full: true})
		list, gone = item.Reactions, err == nil && item.Message != nil && item.Message.SubType == "tombstone"
		return err
	})
	if gone { // a mark stands in its place, for its thread
		err = bot.Errorf(bot.NotFound, "slack.no_message")
	}
	if err != nil {
		return nil, s.missed.Refused(ctx, at, ref, err)
	}
	var out []act.Reaction
	for _, r := range list {
		for _, user := range r.Users {
			if user != me.User {
				out = append(out, act.Reaction{Who: bot.Actor{Platform: Platform, Space: at.Space, User: user}, Emoji: s.sign(at, r.Name)})
			}
		}
	}
	return out, nil
}
