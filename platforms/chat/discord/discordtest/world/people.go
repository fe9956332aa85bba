package world

import (
	"fmt"
	"slices"
	"strings"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
	"ponte/platforms/chat/discord/discordtest/talk"
)

// Post is a message as somebody writes it.
type Post struct {
	Text    string
	Files   []guild.Upload
	ReplyTo string
}

// Says writes a message for somebody.
func (w *World) Says(user, channel string, p Post) (guild.Message, error) {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[channel]
	if err := w.writes(user, c); err != nil {
		return guild.Message{}, err
	}
	m := &guild.Message{Author: user, Content: w.Named(c, p.Text)}
	if len([]rune(m.Content)) > shape.Content {
		return guild.Message{}, fmt.Errorf("a message has no more than %d characters", shape.Content)
	}
	for _, f := range p.Files {
		m.Files = append(m.Files, w.Save(c.ID, f))
	}
	m.Pings = w.PingsOf(c, user, m.Content, guild.Obj{}, false)
	if p.ReplyTo != "" {
		m.Type, m.ReplyTo, m.ReplyIn = 19, p.ReplyTo, c.ID
		if to := c.Find(p.ReplyTo); to != nil && !slices.Contains(m.Pings.Users, to.Author) {
			m.Pings.Users = append(m.Pings.Users, to.Author)
		}
	}
	return *w.Add(c, m), nil
}

func (w *World) writes(user string, c *guild.Channel) error {
	if c == nil || c.Gone {
		return guild.UnknownChannel
	}
	need := guild.SendMessages
	if c.Thread() {
		need = guild.SendInThreads
	}
	if err := w.May(user, c, need); err != nil {
		return err
	}
	w.Archives(c)
	return w.OpenTo(c, user)
}

// Tells writes to the app alone.
func (w *World) Tells(user, text string) (guild.Message, error) {
	w.Lock()
	c := w.DirectWith(user)
	w.Unlock()
	return w.Says(user, c.ID, Post{Text: text})
}

// OpenDirect opens the direct messages between somebody and the app.
func (w *World) OpenDirect(user string) string {
	w.Lock()
	defer w.Unlock()
	return w.DirectWith(user).ID
}

// Direct is the channel of somebody's direct messages with the app; empty:
// there is none.
func (w *World) Direct(user string) string {
	w.Lock()
	defer w.Unlock()
	for _, id := range w.Order {
		if c := w.Rooms[id]; c.Type == guild.DM && slices.Contains(c.Recipients, user) {
			return c.ID
		}
	}
	return ""
}

// Threads opens a thread on a message for somebody, or a post in a forum when
// there is no message.
func (w *World) Threads(user, channel, message, name, text string) (string, error) {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[channel]
	if c == nil || c.Gone {
		return "", guild.UnknownChannel
	}
	if message != "" {
		m := c.Find(message)
		if m == nil {
			return "", guild.UnknownMessage
		}
		t, err := w.ThreadFrom(c, m, user, guild.Obj{"name": name})
		if err != nil {
			return "", err
		}
		return t.ID, nil
	}
	t := w.BeginThread(w.NewID(), c, user, guild.Obj{"name": name})
	w.Began(t)
	m := &guild.Message{ID: t.ID, Channel: t.ID, At: w.Now(), Author: user, Content: text}
	m.Pings = w.PingsOf(t, user, text, guild.Obj{}, false)
	w.Lay(t, m)
	return t.ID, nil
}

// Edits changes what somebody wrote.
func (w *World) Edits(user, channel, id, text string) error {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[channel]
	m := c.Find(id)
	if m == nil || m.Author != user {
		return guild.UnknownMessage
	}
	m.Content, m.Edited = w.Named(c, text), w.Now()
	w.Told("MESSAGE_UPDATE", m)
	return nil
}

// Deletes takes a message away for somebody.
func (w *World) Deletes(channel, id string) error {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[channel]
	m := c.Find(id)
	if m == nil {
		return guild.UnknownMessage
	}
	w.Remove(c, m)
	return nil
}

// Reacts puts an emoji on a message for somebody, or takes theirs off.
func (w *World) Reacts(user, channel, id, emoji string, on bool) error {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[channel]
	m := c.Find(id)
	switch {
	case m == nil:
		return guild.UnknownMessage
	case !w.Known(emoji):
		return guild.UnknownEmoji
	case w.Archives(c):
		return guild.ThreadArchived
	case on:
		return w.PutOn(c, m, user, emoji)
	case !w.TakeOff(c, m, user, emoji):
		return guild.UnknownEmoji
	}
	return nil
}

// Hook writes a message that no user stands behind.
func (w *World) Hook(channel, name, text string) guild.Message {
	w.Lock()
	defer w.Unlock()
	hook := w.NewID()
	w.Users[hook] = &guild.User{ID: hook, Name: name, Bot: true}
	return *w.Add(w.Rooms[channel], &guild.Message{Author: hook, Webhook: hook, Content: text})
}

// Unfurl adds a preview to what somebody wrote; it is no edit of theirs.
func (w *World) Unfurl(channel, id string, embed guild.Obj) error {
	w.Lock()
	defer w.Unlock()
	m := w.Rooms[channel].Find(id)
	if m == nil {
		return guild.UnknownMessage
	}
	m.Embeds = append(slices.Clone(m.Embeds), embed)
	w.Told("MESSAGE_UPDATE", m)
	return nil
}

// Purge takes several messages away at once, as somebody who manages messages does.
func (w *World) Purge(channel string, ids ...string) error {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[channel]
	for _, id := range ids {
		m := c.Find(id)
		if m == nil {
			return guild.UnknownMessage
		}
		m.Gone = true
	}
	w.Tell(guild.Event{Type: "MESSAGE_DELETE_BULK", Data: guild.Obj{"ids": guild.Anys(ids), "channel_id": c.ID, "guild_id": c.Guild}, Intent: guild.IntentMessages})
	return nil
}

// Clears takes one emoji off a message, whoever put it there, or all when it is
// empty, as somebody who manages messages does.
func (w *World) Clears(channel, id, emoji string) error {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[channel]
	m := c.Find(id)
	if m == nil {
		return guild.UnknownMessage
	}
	data := guild.Obj{"guild_id": c.Guild, "channel_id": c.ID, "message_id": m.ID}
	kind := "MESSAGE_REACTION_REMOVE_ALL"
	if emoji != "" {
		kind = "MESSAGE_REACTION_REMOVE_EMOJI"
		data["emoji"] = talk.EmojiJSON(emoji)
	}
	m.Reactions = slices.DeleteFunc(slices.Clone(m.Reactions), func(r guild.Reaction) bool { return emoji == "" || r.Emoji == emoji })
	w.Tell(guild.Event{Type: kind, Data: data, Intent: guild.IntentReactions})
	return nil
}

// Log lists what stands in a channel, with what only this person sees.
func (w *World) Log(channel, person string) []guild.Message {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[channel]
	if c == nil {
		return nil
	}
	var all []guild.Message
	for _, m := range c.Messages {
		if !m.Gone && (m.To == "" || m.To == person) {
			all = append(all, *m)
		}
	}
	return all
}

// Command runs a command for somebody; options are as Discord sends them.
// Suggest asks for what could stand in one of them instead.
func (w *World) Command(user, channel string, command guild.Obj, options []any, suggest bool) <-chan Reply {
	w.Lock()
	defer w.Unlock()
	kind := Commanded
	if suggest {
		kind = Suggested
	}
	data := guild.Obj{"id": command["id"], "name": command["name"], "type": 1, "options": guild.OrNone(options)}
	if g := shape.Str(command, "guild_id"); g != "" {
		data["guild_id"] = g
	}
	if resolved := w.resolved(channel, options); len(resolved) > 0 {
		data["resolved"] = resolved
	}
	return w.interact(&Interaction{Type: kind, User: user, Channel: channel, Data: data})
}

// resolved is who and what the options of a command name.
func (w *World) resolved(channel string, options []any) guild.Obj {
	users, members, roles := guild.Obj{}, guild.Obj{}, guild.Obj{}
	c := w.Rooms[channel]
	var walk func([]any)
	walk = func(list []any) {
		for _, v := range list {
			o, _ := v.(guild.Obj)
			if inner, is := o["options"].([]any); is {
				walk(inner)
			}
			id := fmt.Sprint(o["value"])
			kind, _ := o["type"].(int)
			if kind == 6 && w.Users[id] != nil {
				users[id] = w.UserJSON(id)
				if c.Guild != "" {
					if m := w.Member(w.Server(c.Guild), id); m != nil {
						part := w.MemberJSON(m)
						delete(part, "user")
						members[id] = part
					}
				}
			}
			if kind == 8 && c.Guild != "" {
				if r := w.Server(c.Guild).Role(id); r != nil {
					roles[id] = guild.RoleJSON(r)
				}
			}
		}
	}
	walk(options)
	all := guild.Obj{}
	for key, part := range map[string]guild.Obj{"users": users, "members": members, "roles": roles} {
		if len(part) > 0 {
			all[key] = part
		}
	}
	return all
}

// Menu runs a command on a message for somebody.
func (w *World) Menu(user, channel, id string, command guild.Obj) (<-chan Reply, error) {
	w.Lock()
	defer w.Unlock()
	m := w.Rooms[channel].Find(id)
	if m == nil {
		return nil, guild.UnknownMessage
	}
	data := guild.Obj{
		"id": command["id"], "name": command["name"], "type": 3, "target_id": id, "resolved": guild.Obj{"messages": guild.Obj{id: w.MessageJSON(m)}},
	}
	return w.interact(&Interaction{Type: Commanded, User: user, Channel: channel, Data: data}), nil
}

// Presses presses a button, or picks values from a menu, for somebody. A message
// that is gone can be pressed too, by a client that has not heard of it yet.
func (w *World) Presses(user, channel, id, custom string, kind int, values []string) (<-chan Reply, error) {
	w.Lock()
	defer w.Unlock()
	c := w.Rooms[channel]
	if c == nil {
		return nil, guild.UnknownChannel
	}
	m := c.ByID[id]
	if m == nil || m.To != "" && m.To != user {
		return nil, guild.UnknownMessage
	}
	data := guild.Obj{"custom_id": custom, "component_type": kind, "id": 1}
	if kind != shape.Button {
		data["values"] = guild.Anys(values)
		if kind == shape.UserSelect || kind == shape.RoleSelect || kind == shape.Mentionable {
			data["resolved"] = w.resolved(channel, chosen(values))
		}
	}
	return w.interact(&Interaction{Type: Clicked, User: user, Channel: channel, Data: data, On: m}), nil
}

func chosen(values []string) []any {
	var all []any
	for _, v := range values {
		all = append(all, guild.Obj{"type": 6, "value": v}, guild.Obj{"type": 8, "value": v})
	}
	return all
}

// Modal is the form in front of somebody; false: there is none.
func (w *World) Modal(user string) (Modal, bool) {
	w.Lock()
	defer w.Unlock()
	m := w.modals[user]
	if m == nil {
		return Modal{}, false
	}
	seen := *m
	seen.Filled = map[string]any{}
	for key, value := range m.Filled {
		seen.Filled[key] = value
	}
	return seen, true
}

// Fills writes into a field of the form in front of somebody, by its custom_id.
func (w *World) Fills(user, custom string, value any) error {
	w.Lock()
	defer w.Unlock()
	m := w.modals[user]
	if m == nil {
		return fmt.Errorf("no form is in front of them")
	}
	m.Filled[custom] = value
	return nil
}

// Closes takes the form away; the app does not hear of it.
func (w *World) Closes(user string) {
	w.Lock()
	defer w.Unlock()
	delete(w.modals, user)
}

// Submits sends the form in front of somebody; a field that is not as it has to
// be keeps it there.
func (w *World) Submits(user string) (<-chan Reply, error) {
	w.Lock()
	defer w.Unlock()
	m := w.modals[user]
	if m == nil {
		return nil, fmt.Errorf("no form is in front of them")
	}
	var rows []any
	for i, row := range shape.List(m.Body, "components") {
		if shape.Num(row, "type") == 10 {
			continue
		}
		field, labelled := row["component"].(guild.Obj)
		if !labelled {
			field = shape.List(row, "components")[0]
		}
		sent, err := m.sent(field, row)
		if err != nil {
			return nil, err
		}
		if labelled {
			rows = append(rows, guild.Obj{"type": shape.Label, "id": i + 1, "component": sent})
		} else {
			rows = append(rows, guild.Obj{"type": shape.Row, "id": i + 1, "components": []any{sent}})
		}
	}
	delete(w.modals, user)
	a := &Interaction{Type: Submitted, User: user, Channel: m.Where, On: m.On, Data: guild.Obj{"custom_id": m.Body["custom_id"], "components": rows}}
	return w.interact(a), nil
}

// sent is a field as it is sent.
func (m *Modal) sent(field, row guild.Obj) (guild.Obj, error) {
	custom := shape.Str(field, "custom_id")
	label := shape.Str(field, "label") + shape.Str(row, "label")
	sent := guild.Obj{"type": shape.Num(field, "type"), "custom_id": custom, "id": 1}
	required := field["required"] != false
	if shape.Num(field, "type") != shape.TextInput {
		values, _ := m.Filled[custom].([]string)
		if _, touched := m.Filled[custom]; !touched {
			for _, o := range shape.List(field, "options") {
				if shape.Yes(o, "default") {
					values = append(values, shape.Str(o, "value"))
				}
			}
		}
		if required && len(values) == 0 {
			return nil, fmt.Errorf("%q is required", label)
		}
		sent["values"] = guild.Anys(values)
		return sent, nil
	}
	value, touched := m.Filled[custom].(string)
	if !touched {
		value = shape.Str(field, "value")
	}
	n, least, most := len([]rune(value)), shape.Num(field, "min_length"), shape.Num(field, "max_length")
	switch {
	case required && strings.TrimSpace(value) == "":
		return nil, fmt.Errorf("%q is required", label)
	case value != "" && n < least:
		return nil, fmt.Errorf("%q takes at least %d characters", label, least)
	case n > most && most > 0, n > 4000:
		return nil, fmt.Errorf("%q takes at most %d characters", label, most)
	}
	sent["value"] = value
	return sent, nil
}
