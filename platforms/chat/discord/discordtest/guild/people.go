package guild

import (
	"fmt"
	"slices"
	"strings"

	"ponte/platforms/chat/discord/discordtest/shape"
)

// Post is a message as somebody writes it.
type Post struct {
	Text    string
	Files   []Upload
	ReplyTo string
}

// Says writes a message for somebody.
func (w *World) Says(user, channel string, p Post) (Message, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channels[channel]
	if err := w.writes(user, c); err != nil {
		return Message{}, err
	}
	m := &Message{Author: user, Content: w.names(c, p.Text)}
	if len([]rune(m.Content)) > shape.Content {
		return Message{}, fmt.Errorf("a message has no more than %d characters", shape.Content)
	}
	for _, f := range p.Files {
		m.Files = append(m.Files, w.save(c.ID, f))
	}
	m.Pings = w.pings(c, user, m.Content, Obj{}, false)
	if p.ReplyTo != "" {
		m.Type, m.ReplyTo, m.ReplyIn = 19, p.ReplyTo, c.ID
		if to := c.find(p.ReplyTo); to != nil && !slices.Contains(m.Pings.Users, to.Author) {
			m.Pings.Users = append(m.Pings.Users, to.Author)
		}
	}
	return *w.add(c, m), nil
}

func (w *World) writes(user string, c *Channel) error {
	if c == nil || c.Gone {
		return unknownChannel
	}
	need := SendMessages
	if c.Thread() {
		need = SendInThreads
	}
	if err := w.may(user, c, need); err != nil {
		return err
	}
	w.archived(c)
	return w.open(c, user)
}

// Tells writes to the app alone.
func (w *World) Tells(user, text string) (Message, error) {
	w.mu.Lock()
	c := w.direct(user)
	w.mu.Unlock()
	return w.Says(user, c.ID, Post{Text: text})
}

// Direct is the channel of somebody's direct messages with the app; empty:
// there is none.
func (w *World) Direct(user string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range w.order {
		if c := w.channels[id]; c.Type == DM && slices.Contains(c.Recipients, user) {
			return c.ID
		}
	}
	return ""
}

// Threads opens a thread on a message for somebody, or a post in a forum when
// there is no message.
func (w *World) Threads(user, channel, message, name, text string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channels[channel]
	if c == nil || c.Gone {
		return "", unknownChannel
	}
	if message != "" {
		m := c.find(message)
		if m == nil {
			return "", unknownMessage
		}
		t, err := w.fromMessage(c, m, user, Obj{"name": name})
		if err != nil {
			return "", err
		}
		return t.ID, nil
	}
	t := w.begin(w.id(), c, user, Obj{"name": name})
	w.began(t)
	m := &Message{ID: t.ID, Channel: t.ID, At: w.now(), Author: user, Content: text}
	m.Pings = w.pings(t, user, text, Obj{}, false)
	w.lay(t, m)
	return t.ID, nil
}

// Edits changes what somebody wrote.
func (w *World) Edits(user, channel, id, text string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channels[channel]
	m := c.find(id)
	if m == nil || m.Author != user {
		return unknownMessage
	}
	m.Content, m.Edited = w.names(c, text), w.now()
	w.told("MESSAGE_UPDATE", m)
	return nil
}

// Deletes takes a message away for somebody.
func (w *World) Deletes(channel, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channels[channel]
	m := c.find(id)
	if m == nil {
		return unknownMessage
	}
	w.remove(c, m)
	return nil
}

// Reacts puts an emoji on a message for somebody, or takes theirs off.
func (w *World) Reacts(user, channel, id, emoji string, on bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channels[channel]
	m := c.find(id)
	switch {
	case m == nil:
		return unknownMessage
	case !w.known(emoji):
		return unknownEmoji
	case w.archived(c):
		return threadArchived
	case on:
		return w.react(c, m, user, emoji)
	case !w.unreact(c, m, user, emoji):
		return unknownEmoji
	}
	return nil
}

// Hook writes a message that no user stands behind.
func (w *World) Hook(channel, name, text string) Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	hook := w.id()
	w.users[hook] = &User{ID: hook, Name: name, Bot: true}
	return *w.add(w.channels[channel], &Message{Author: hook, Webhook: hook, Content: text})
}

// Unfurl adds a preview to what somebody wrote; it is no edit of theirs.
func (w *World) Unfurl(channel, id string, embed Obj) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.channels[channel].find(id)
	if m == nil {
		return unknownMessage
	}
	m.Embeds = append(slices.Clone(m.Embeds), embed)
	w.told("MESSAGE_UPDATE", m)
	return nil
}

// Purge takes several messages away at once, as somebody who manages messages does.
func (w *World) Purge(channel string, ids ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channels[channel]
	for _, id := range ids {
		m := c.find(id)
		if m == nil {
			return unknownMessage
		}
		m.Gone = true
	}
	w.tell(Event{Type: "MESSAGE_DELETE_BULK", Data: Obj{"ids": anys(ids), "channel_id": c.ID, "guild_id": c.Guild}, Intent: IntentMessages})
	return nil
}

// Clears takes one emoji off a message, whoever put it there, or all when it is
// empty, as somebody who manages messages does.
func (w *World) Clears(channel, id, emoji string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channels[channel]
	m := c.find(id)
	if m == nil {
		return unknownMessage
	}
	data := Obj{"guild_id": c.Guild, "channel_id": c.ID, "message_id": m.ID}
	kind := "MESSAGE_REACTION_REMOVE_ALL"
	if emoji != "" {
		kind = "MESSAGE_REACTION_REMOVE_EMOJI"
		data["emoji"] = emojiJSON(emoji)
	}
	m.Reactions = slices.DeleteFunc(slices.Clone(m.Reactions), func(r Reaction) bool { return emoji == "" || r.Emoji == emoji })
	w.tell(Event{Type: kind, Data: data, Intent: IntentReactions})
	return nil
}

// Log lists what stands in a channel, with what only this person sees.
func (w *World) Log(channel, person string) []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channels[channel]
	if c == nil {
		return nil
	}
	var all []Message
	for _, m := range c.Messages {
		if !m.Gone && (m.To == "" || m.To == person) {
			all = append(all, *m)
		}
	}
	return all
}

// Command runs a command for somebody; options are as Discord sends them.
// Suggest asks for what could stand in one of them instead.
func (w *World) Command(user, channel string, command Obj, options []any, suggest bool) <-chan Reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	kind := Commanded
	if suggest {
		kind = Suggested
	}
	data := Obj{"id": command["id"], "name": command["name"], "type": 1, "options": orNone(options)}
	if g := shape.Str(command, "guild_id"); g != "" {
		data["guild_id"] = g
	}
	if resolved := w.resolved(channel, options); len(resolved) > 0 {
		data["resolved"] = resolved
	}
	return w.interact(&Interaction{Type: kind, User: user, Channel: channel, Data: data})
}

// resolved is who and what the options of a command name.
func (w *World) resolved(channel string, options []any) Obj {
	users, members, roles := Obj{}, Obj{}, Obj{}
	c := w.channels[channel]
	var walk func([]any)
	walk = func(list []any) {
		for _, v := range list {
			o, _ := v.(Obj)
			if inner, is := o["options"].([]any); is {
				walk(inner)
			}
			id := fmt.Sprint(o["value"])
			kind, _ := o["type"].(int)
			if kind == 6 && w.users[id] != nil {
				users[id] = w.userJSON(id)
				if c.Guild != "" {
					if m := w.member(w.guild(c.Guild), id); m != nil {
						part := w.memberJSON(m)
						delete(part, "user")
						members[id] = part
					}
				}
			}
			if kind == 8 && c.Guild != "" {
				if r := w.guild(c.Guild).role(id); r != nil {
					roles[id] = roleJSON(r)
				}
			}
		}
	}
	walk(options)
	all := Obj{}
	for key, part := range map[string]Obj{"users": users, "members": members, "roles": roles} {
		if len(part) > 0 {
			all[key] = part
		}
	}
	return all
}

// Menu runs a command on a message for somebody.
func (w *World) Menu(user, channel, id string, command Obj) (<-chan Reply, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.channels[channel].find(id)
	if m == nil {
		return nil, unknownMessage
	}
	data := Obj{
		"id": command["id"], "name": command["name"], "type": 3, "target_id": id, "resolved": Obj{"messages": Obj{id: w.messageJSON(m)}},
	}
	return w.interact(&Interaction{Type: Commanded, User: user, Channel: channel, Data: data}), nil
}

// Presses presses a button, or picks values from a menu, for somebody. A message
// that is gone can be pressed too, by a client that has not heard of it yet.
func (w *World) Presses(user, channel, id, custom string, kind int, values []string) (<-chan Reply, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.channels[channel]
	if c == nil {
		return nil, unknownChannel
	}
	m := c.byID[id]
	if m == nil || m.To != "" && m.To != user {
		return nil, unknownMessage
	}
	data := Obj{"custom_id": custom, "component_type": kind, "id": 1}
	if kind != shape.Button {
		data["values"] = anys(values)
		if kind == shape.UserSelect || kind == shape.RoleSelect || kind == shape.Mentionable {
			data["resolved"] = w.resolved(channel, chosen(values))
		}
	}
	return w.interact(&Interaction{Type: Clicked, User: user, Channel: channel, Data: data, On: m}), nil
}

func chosen(values []string) []any {
	var all []any
	for _, v := range values {
		all = append(all, Obj{"type": 6, "value": v}, Obj{"type": 8, "value": v})
	}
	return all
}

// Modal is the form in front of somebody; false: there is none.
func (w *World) Modal(user string) (Modal, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
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
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.modals[user]
	if m == nil {
		return fmt.Errorf("no form is in front of them")
	}
	m.Filled[custom] = value
	return nil
}

// Closes takes the form away; the app does not hear of it.
func (w *World) Closes(user string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.modals, user)
}

// Submits sends the form in front of somebody; a field that is not as it has to
// be keeps it there.
func (w *World) Submits(user string) (<-chan Reply, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.modals[user]
	if m == nil {
		return nil, fmt.Errorf("no form is in front of them")
	}
	var rows []any
	for i, row := range shape.List(m.Body, "components") {
		if shape.Num(row, "type") == 10 {
			continue
		}
		field, labelled := row["component"].(Obj)
		if !labelled {
			field = shape.List(row, "components")[0]
		}
		sent, err := m.sent(field, row)
		if err != nil {
			return nil, err
		}
		if labelled {
			rows = append(rows, Obj{"type": shape.Label, "id": i + 1, "component": sent})
		} else {
			rows = append(rows, Obj{"type": shape.Row, "id": i + 1, "components": []any{sent}})
		}
	}
	delete(w.modals, user)
	a := &Interaction{Type: Submitted, User: user, Channel: m.Where, On: m.On, Data: Obj{"custom_id": m.Body["custom_id"], "components": rows}}
	return w.interact(a), nil
}

// sent is a field as it is sent.
func (m *Modal) sent(field, row Obj) (Obj, error) {
	custom := shape.Str(field, "custom_id")
	label := shape.Str(field, "label") + shape.Str(row, "label")
	sent := Obj{"type": shape.Num(field, "type"), "custom_id": custom, "id": 1}
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
		sent["values"] = anys(values)
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
