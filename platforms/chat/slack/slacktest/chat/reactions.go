package chat

import (
	"regexp"
	"slices"

	"ponte/platforms/chat/slack/slacktest/ground"
)

var (
	reactionName = regexp.MustCompile(`^[a-z0-9_+'-]+(::skin-tone-[2-6])?$`)
	aliases      = map[string]string{"thumbsup": "+1", "thumbsdown": "-1"}
)

// OnMessage finds a message by its place; the app must be allowed to see it.
func (w *Chat) OnMessage(user, channel, ts string) (*ground.Channel, *ground.Message, error) {
	c := w.FindChannel(channel)
	in := c != nil && c.Holds(user)
	switch {
	case c == nil, c.Private && !in:
		return nil, nil, ground.Refuse("channel_not_found")
	case c.Archived:
		return nil, nil, ground.Refuse("is_archived")
	case !in && user == w.App.UserID:
		return nil, nil, ground.Refuse("not_in_channel")
	}
	m := c.Message(ts)
	if m == nil {
		return nil, nil, ground.Refuse("message_not_found")
	}
	return c, m, nil
}

// React puts somebody's emoji on a message.
func (w *Chat) React(user, channel, ts, name string) error {
	return w.reaction(user, channel, ts, name, "reaction_added", func(m *ground.Message, name string) error {
		i := slices.IndexFunc(m.Reactions, func(r ground.Reaction) bool { return r.Name == name })
		if i < 0 {
			if len(m.Reactions) == 23 {
				return ground.Refuse("too_many_emoji")
			}
			m.Reactions = append(m.Reactions, ground.Reaction{Name: name})
			i = len(m.Reactions) - 1
		}
		r := &m.Reactions[i]
		if slices.Contains(r.Users, user) {
			return ground.Refuse("already_reacted")
		}
		r.Users = append(r.Users, user)
		r.Count = len(r.Users)
		return nil
	})
}

// Unreact takes somebody's emoji off a message.
func (w *Chat) Unreact(user, channel, ts, name string) error {
	return w.reaction(user, channel, ts, name, "reaction_removed", func(m *ground.Message, name string) error {
		i := slices.IndexFunc(m.Reactions, func(r ground.Reaction) bool { return r.Name == name && slices.Contains(r.Users, user) })
		if i < 0 {
			return ground.Refuse("no_reaction")
		}
		r := &m.Reactions[i]
		r.Users = slices.DeleteFunc(r.Users, func(u string) bool { return u == user })
		if r.Count = len(r.Users); r.Count == 0 {
			m.Reactions = slices.Delete(m.Reactions, i, i+1)
		}
		return nil
	})
}

func (w *Chat) reaction(user, channel, ts, name, kind string, change func(*ground.Message, string) error) error {
	_, err := ground.Locked(w.Ground, func() (struct{}, error) {
		if !reactionName.MatchString(name) {
			return struct{}{}, ground.Refuse("invalid_name")
		}
		if alias, ok := aliases[name]; ok {
			name = alias
		}
		c, m, err := w.OnMessage(user, channel, ts)
		if err != nil {
			return struct{}{}, err
		}
		if err := change(m, name); err != nil {
			return struct{}{}, err
		}
		event := map[string]any{
			"type": kind, "user": user, "reaction": name,
			"item": map[string]any{"type": "message", "channel": c.ID, "ts": m.TS},
		}
		if m.User != "" {
			event["item_user"] = m.User
		}
		w.TellMembers(c, event)
		return struct{}{}, nil
	})
	return err
}

// Reactions is reactions.get of one message.
func (w *Chat) Reactions(channel, ts string) (ground.Message, error) {
	w.Lock()
	defer w.Unlock()
	_, m, err := w.OnMessage(w.App.UserID, channel, ts)
	if err != nil {
		return ground.Message{}, err
	}
	return m.Copied(), nil
}

// Pin pins a message, Unpin takes it off.
func (w *Chat) Pin(channel, ts string) error { return w.pin(channel, ts, true) }

// Unpin is pins.remove.
func (w *Chat) Unpin(channel, ts string) error { return w.pin(channel, ts, false) }

func (w *Chat) pin(channel, ts string, on bool) error {
	_, err := ground.Locked(w.Ground, func() (struct{}, error) {
		c, m, err := w.OnMessage(w.App.UserID, channel, ts)
		if err != nil {
			return struct{}{}, err
		}
		pinned, kind := slices.Contains(c.Pins, ts), "pin_added"
		switch {
		case on && pinned:
			return struct{}{}, ground.Refuse("already_pinned")
		case !on && !pinned:
			return struct{}{}, ground.Refuse("no_pin")
		case on:
			c.Pins, m.Pinned = append(c.Pins, ts), []string{c.ID}
		default:
			c.Pins, m.Pinned = slices.DeleteFunc(c.Pins, func(p string) bool { return p == ts }), nil
			kind = "pin_removed"
		}
		w.TellMembers(c, map[string]any{
			"type": kind, "user": w.App.UserID, "channel_id": c.ID,
			"item": map[string]any{"type": "message", "channel": c.ID, "message": m.Object()},
		})
		return struct{}{}, nil
	})
	return err
}
