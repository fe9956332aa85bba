package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/slack/payload"
	"ponte/platforms/chat/slack/said"
	"ponte/platforms/chat/slack/web"
	"ponte/platforms/chat/slack/wire"
)

// take takes in one delivery. The error means that it was not taken.
func (s *Slack) take(ctx context.Context, d wire.Delivery) (wire.Ack, error) {
	switch d.Kind {
	case wire.Event:
		return s.event(ctx, d)
	case wire.Command:
		return s.slash(d), nil
	case wire.Interaction:
		return s.interaction(ctx, d)
	}
	return wire.Ack{}, nil
}

// event takes in an event. What cannot be read, or is about no workspace of ours,
// would be the same the next time, and is let go.
func (s *Slack) event(ctx context.Context, d wire.Delivery) (wire.Ack, error) {
	var o payload.Outer
	var e payload.Event
	if err := json.Unmarshal(d.Payload, &o); err != nil {
		s.opt.Log.Warn("slack: an event that cannot be read", "err", err)
		return wire.Ack{}, nil
	}
	sp := s.addressed(o, d.App)
	if o.Type == "app_rate_limited" {
		s.opt.Log.Error("slack: Slack leaves out events, as there are too many in an hour", "workspace", o.Team)
	}
	if sp == nil || o.Type != "event_callback" {
		s.opt.Log.Debug("slack: an event for nobody", "type", o.Type, "workspace", o.Team)
		return wire.Ack{}, nil
	}
	if err := json.Unmarshal(o.Event, &e); err != nil {
		s.opt.Log.Warn("slack: an event that cannot be read", "err", err)
		return wire.Ack{}, nil
	}
	switch e.Type {
	case "message", "app_mention":
		return s.message(ctx, sp, &e)
	case "reaction_added", "reaction_removed":
		return s.reaction(ctx, sp, &e)
	case "app_home_opened":
		if e.Tab == "home" {
			return wire.Ack{Then: func(ctx context.Context) { s.home(ctx, sp, e.User) }}, nil
		}
	default:
		return wire.Ack{}, s.upkeep(ctx, sp, o.ID, &e)
	}
	return wire.Ack{}, nil
}

// addressed finds the workspace that an event is for: the one that gave leave to see it,
// which in a channel shared with others is not always the one where it happened. Who
// installs the app for a whole organisation gets one token for all of its workspaces,
// which Ponte does not take: it is installed in each, and knows a thread by its workspace.
func (s *Slack) addressed(o payload.Outer, app string) *web.Space {
	ids := []string{}
	for _, a := range o.Authorizations {
		ids = append(ids, a.Team)
	}
	for _, id := range append(ids, o.Team) {
		if sp, ok := s.space(id); ok && s.belongs(sp, app) {
			return sp
		}
	}
	return nil
}

// upkeep hears of what keeps Ponte from its channels, and tells of a channel that it
// can write in no longer.
func (s *Slack) upkeep(ctx context.Context, sp *web.Space, id string, e *payload.Event) error {
	at := act.Place{Platform: Platform, Space: sp.ID, Channel: e.Channel()}
	_, _, used := s.opt.Brands().Room(at.Platform, at.Space, at.Channel)
	switch e.Type {
	case "channel_archive", "group_archive", "channel_deleted", "group_deleted", "channel_left", "group_left":
		if !used {
			return nil
		}
		return s.missed.Channel(ctx, at, id, e.Type)
	case "channel_id_changed":
		at.Channel = e.Was
		if _, _, used := s.opt.Brands().Room(at.Platform, at.Space, at.Channel); !used || e.Is == "" {
			return nil
		}
		return s.missed.Moved(ctx, at, id, e.Is)
	case "member_joined_channel":
		if me, err := sp.Self(ctx); err != nil || e.User != me.User {
			return err
		}
		_, err := s.tell(ctx, act.Joined{ID: id, At: at})
		return err
	case "channel_rename", "group_rename", "channel_unarchive", "group_unarchive":
		if used {
			s.opt.Log.Info("slack: a channel of a brand changed", "what", e.Type, "workspace", sp.ID, "channel", at.Channel, "named", s.channel(at))
		}
	case "tokens_revoked", "app_uninstalled":
		s.opt.Log.Warn("slack: Ponte may be shut out of a workspace", "why", e.Type, "workspace", sp.ID)
		sp.Doubt()
	}
	return nil
}

// message hears what somebody said: a command when it begins with the bot's name,
// else a note. Slack tells of a mention twice, as what it is and as a message.
func (s *Slack) message(ctx context.Context, sp *web.Space, e *payload.Event) (wire.Ack, error) {
	me, err := sp.Self(ctx)
	if err != nil {
		return wire.Ack{}, err
	}
	at := act.Place{Platform: Platform, Space: sp.ID, Channel: e.Channel()}
	thread := e.Thread
	if thread == e.TS {
		thread = ""
	}
	if ref, by, gone := e.Gone(); gone {
		if by != "" && by == me.Bot && web.IsRef(ref) {
			return wire.Ack{}, s.missed.Message(ctx, at, ref)
		}
		return wire.Ack{}, nil
	}
	switch {
	case e.BotID != "" || e.User == me.User:
		if e.BotID == me.Bot && e.Metadata.Type == web.EventType && e.Metadata.Payload.Key != "" {
			s.posted(e.Metadata.Payload.Key, at, e.TS, thread)
		}
		return wire.Ack{}, nil
	case e.User == "" || !web.IsRef(e.TS) || e.Subtype != "" && e.Subtype != "file_share" && e.Subtype != "thread_broadcast":
		return wire.Ack{}, nil
	}
	if thread != "" {
		s.threads.Put(at.String()+"\n"+e.TS, thread)
	}
	var done wire.Ack
	_, err = s.said.Once(ctx, at.String()+"/"+e.TS, s.opt.Now(), func() (err error) {
		done, err = s.hear(ctx, sp, me, e, act.Scene{ID: at.Channel + "/" + e.TS, Who: s.actor(ctx, sp, e.User), At: at, Thread: thread})
		return err
	})
	return done, err
}

func (s *Slack) hear(ctx context.Context, sp *web.Space, me web.Identity, e *payload.Event, scene act.Scene) (wire.Ack, error) {
	var ev act.Event
	typed, command := "", false
	if rest, ok := said.Command(e.Text, me.User); ok || e.Kind == "im" {
		if !ok {
			rest = e.Text
		}
		c := s.commanded(ctx, sp, scene, rest)
		ev, typed, command = c, rest, true
	} else {
		ev = act.Noted{Scene: scene, Ref: e.TS, Text: said.Plain(e.Text, s.called(ctx, sp, scene.At))}
	}
	q := asked{scene: scene, thread: scene.Thread, typed: typed}
	if s.pictured(e, scene, command) {
		return s.withPictures(sp, q, e, ev), nil
	}
	ans, err := s.tell(ctx, ev)
	if err != nil {
		return wire.Ack{}, err
	}
	return wire.Ack{Then: func(ctx context.Context) { s.answer(ctx, sp, q, ans) }}, nil
}

// again is how long is waited before an event is handed over anew, within the time
// that Slack waits. After that Slack itself brings it again.
var again = []time.Duration{100 * time.Millisecond, 400 * time.Millisecond}

var errResting = errors.New("slack: nobody listens")

// tell hands an event to whoever listens.
func (s *Slack) tell(ctx context.Context, e act.Event) (act.Answer, error) {
	for try := 0; ; try++ {
		h := s.listener()
		if h == nil {
			return act.Answer{}, errResting
		}
		ans, err := h(ctx, e)
		if err == nil || try == len(again) || ctx.Err() != nil || bot.KindOf(err).Final() {
			return ans, err
		}
		select {
		case <-ctx.Done():
			return ans, err
		case <-time.After(again[try]):
		}
	}
}
