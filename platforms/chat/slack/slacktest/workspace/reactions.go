package workspace

import (
	"regexp"
	"slices"
)

var (
	reactionName = regexp.MustCompile(`^[a-z0-9_+'-]+(::skin-tone-[2-6])?$`)
	aliases      = map[string]string{"thumbsup": "+1", "thumbsdown": "-1"}
)

// onMessage finds a message by its place; the app must be allowed to see it.
func (w *Workspace) onMessage(user, channel, ts string) (*Channel, *Message, error) {
	c := w.channel(channel)
	in := c != nil && c.holds(user)
	switch {
	case c == nil, c.Private && !in:
		return nil, nil, refuse("channel_not_found")
	case c.Archived:
		return nil, nil, refuse("is_archived")
	case !in && user == w.App.UserID:
		return nil, nil, refuse("not_in_channel")
	}
	m := c.message(ts)
	if m == nil {
		return nil, nil, refuse("message_not_found")
	}
	return c, m, nil
}

// React puts somebody's emoji on a message.
func (w *Workspace) React(user, channel, ts, name string) error {
	return w.reaction(user, channel, ts, name, "reaction_added", func(m *Message, name string) error {
		i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Name == name })
		if i < 0 {
			if len(m.Reactions) == 23 {
				return refuse("too_many_emoji")
			}
			m.Reactions = append(m.Reactions, Reaction{Name: name})
			i = len(m.Reactions) - 1
		}
		r := &m.Reactions[i]
		if slices.Contains(r.Users, user) {
			return refuse("already_reacted")
		}
		r.Users = append(r.Users, user)
		r.Count = len(r.Users)
		return nil
	})
}

// Unreact takes somebody's emoji off a message.
func (w *Workspace) Unreact(user, channel, ts, name string) error {
	return w.reaction(user, channel, ts, name, "reaction_removed", func(m *Message, name string) error {
		i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Name == name && slices.Contains(r.Users, user) })
		if i < 0 {
			return refuse("no_reaction")
		}
		r := &m.Reactions[i]
		r.Users = slices.DeleteFunc(r.Users, func(u string) bool { return u == user })
		if r.Count = len(r.Users); r.Count == 0 {
			m.Reactions = slices.Delete(m.Reactions, i, i+1)
		}
		return nil
	})
}

func (w *Workspace) reaction(user, channel, ts, name, kind string, change func(*Message, string) error) error {
	_, err := locked(w, func() (struct{}, error) {
		if !reactionName.MatchString(name) {
			return struct{}{}, refuse("invalid_name")
		}
		if alias, ok := aliases[name]; ok {
			name = alias
		}
		c, m, err := w.onMessage(user, channel, ts)
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
		w.tellMembers(c, event)
		return struct{}{}, nil
	})
	return err
}

// Reactions is reactions.get of one message.
func (w *Workspace) Reactions(channel, ts string) (Message, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, m, err := w.onMessage(w.App.UserID, channel, ts)
	if err != nil {
		return Message{}, err
	}
	return m.copied(), nil
}

// Pin pins a message, Unpin takes it off.
func (w *Workspace) Pin(channel, ts string) error { return w.pin(channel, ts, true) }

// Unpin is pins.remove.
func (w *Workspace) Unpin(channel, ts string) error { return w.pin(channel, ts, false) }

func (w *Workspace) pin(channel, ts string, on bool) error {
	_, err := locked(w, func() (struct{}, error) {
		c, m, err := w.onMessage(w.App.UserID, channel, ts)
		if err != nil {
			return struct{}{}, err
		}
		pinned, kind := slices.Contains(c.pins, ts), "pin_added"
		switch {
		case on && pinned:
			return struct{}{}, refuse("already_pinned")
		case !on && !pinned:
			return struct{}{}, refuse("no_pin")
		case on:
			c.pins, m.Pinned = append(c.pins, ts), []string{c.ID}
		default:
			c.pins, m.Pinned = slices.DeleteFunc(c.pins, func(p string) bool { return p == ts }), nil
			kind = "pin_removed"
		}
		w.tellMembers(c, map[string]any{
			"type": kind, "user": w.App.UserID, "channel_id": c.ID,
			"item": map[string]any{"type": "message", "channel": c.ID, "message": m.object()},
		})
		return struct{}{}, nil
	})
	return err
}
