package talk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
)

// MessageJSON is a message as Discord sends it.
func (w *Talk) MessageJSON(m *guild.Message) guild.Obj {
	o := guild.Obj{
		"id": m.ID, "channel_id": m.Channel, "type": m.Type, "content": m.Content, "timestamp": w.Stamp(m.At), "edited_timestamp": nil, "tts": false,
		"embeds": guild.OrNone(m.Embeds), "components": guild.OrNone(m.Components), "flags": m.Flags, "pinned": m.Pinned, "mention_everyone": m.Pings.Everyone,
		"mention_roles": guild.Anys(m.Pings.Roles), "author": w.UserJSON(m.Author),
	}
	if !m.Edited.IsZero() {
		o["edited_timestamp"] = w.Stamp(m.Edited)
	}
	mentions, files := []any{}, []any{}
	for _, id := range m.Pings.Users {
		mentions = append(mentions, w.UserJSON(id))
	}
	for _, f := range m.Files {
		files = append(files, w.fileJSON(f))
	}
	o["mentions"], o["attachments"] = mentions, files
	if len(m.Reactions) > 0 {
		o["reactions"] = w.reactionsJSON(m)
	}
	if m.Nonce != nil {
		o["nonce"] = m.Nonce
	}
	if m.Webhook != "" {
		o["webhook_id"] = m.Webhook
	}
	if m.Author == w.Self.User {
		o["application_id"] = w.Self.ID
	}
	if m.Begun != nil {
		o["interaction_metadata"] = guild.Obj{"id": m.Begun.ID, "type": m.Begun.Type, "user": w.UserJSON(m.Begun.User)}
	}
	if m.ReplyTo != "" {
		o["message_reference"] = guild.Obj{"type": 0, "message_id": m.ReplyTo, "channel_id": m.ReplyIn}
		o["referenced_message"] = nil
		if c := w.Rooms[m.ReplyIn]; c != nil {
			if to := c.Find(m.ReplyTo); to != nil {
				o["referenced_message"] = w.MessageJSON(to)
			}
		}
	}
	if t := w.Rooms[m.ID]; t != nil && t.Thread() && t.ID != m.Channel && !t.Gone {
		o["thread"] = w.ChannelJSON(t)
	}
	return o
}

// seenJSON is a message as the app gets it when it asks: without what is said in
// it unless the intent for content is switched on or it is about the app.
func (w *Talk) seenJSON(m *guild.Message) guild.Obj {
	o := w.MessageJSON(m)
	if !w.Self.Content && w.private(m) {
		guild.Blank(o)
	}
	return o
}

// private tells whether what a message says is only for the intent for content.
func (w *Talk) private(m *guild.Message) bool {
	c := w.Rooms[m.Channel]
	return m.Author != w.Self.User && !slices.Contains(m.Pings.Users, w.Self.User) && c.Guild != ""
}

// Told tells the app of a message.
func (w *Talk) Told(event string, m *guild.Message) {
	c := w.Rooms[m.Channel]
	if m.To != "" || w.Sees(w.Self.User, c) != nil {
		return
	}
	o, intent := w.MessageJSON(m), guild.IntentDirect
	delete(o, "referenced_message")
	o["channel_type"] = c.Type
	if c.Guild != "" {
		intent = guild.IntentMessages
		o["guild_id"] = c.Guild
		if member := w.Member(w.Server(c.Guild), m.Author); member != nil && m.Webhook == "" {
			part := w.MemberJSON(member)
			delete(part, "user")
			o["member"] = part
		}
	}
	w.Tell(guild.Event{Type: event, Data: o, Intent: intent, Content: w.private(m)})
}

// message finds one in a channel that the app sees; those that one person alone
// sees are not found.
func (w *Talk) message(channel, id string) (*guild.Channel, *guild.Message, error) {
	c, err := w.Seen(channel)
	if err != nil {
		return nil, nil, err
	}
	if err := guild.Whole("message_id", id); err != nil {
		return nil, nil, err
	}
	m := c.Find(id)
	if m == nil || m.To != "" {
		return c, nil, guild.UnknownMessage
	}
	return c, m, nil
}

// Add puts a message into a channel and tells of it.
func (w *Talk) Add(c *guild.Channel, m *guild.Message) *guild.Message {
	m.ID, m.Channel, m.At = w.NewID(), c.ID, w.Now()
	return w.Lay(c, m)
}

// Lay puts a message that has its id into a channel and tells of it.
func (w *Talk) Lay(c *guild.Channel, m *guild.Message) *guild.Message {
	c.Messages = append(c.Messages, m)
	if c.ByID == nil {
		c.ByID = map[string]*guild.Message{}
	}
	c.ByID[m.ID] = m
	if m.Nonce != nil {
		w.nonces[fmt.Sprint(m.Nonce)] = m
	}
	if c.Thread() {
		c.Since = w.Now()
		if c.Archived {
			c.Archived, c.Stamp = false, w.Now()
			w.Live(c)
			w.Tell(guild.Event{Type: "THREAD_UPDATE", Data: w.ChannelJSON(c), Intent: guild.IntentGuilds})
		}
		if m.To == "" && !slices.Contains(c.Members, m.Author) && !m.System() {
			c.Members = append(c.Members, m.Author)
		}
	}
	w.Told("MESSAGE_CREATE", m)
	return m
}

// system writes what Discord writes by itself.
func (w *Talk) system(c *guild.Channel, kind int, text string) {
	w.Add(c, &guild.Message{Author: w.Self.User, Type: kind, Content: text})
}

// writable says whether the app may write what it wants to in a channel.
func (w *Talk) writable(c *guild.Channel, body guild.Obj, files int) error {
	need := guild.SendMessages
	if c.Thread() {
		need = guild.SendInThreads
	}
	if len(shape.List(body, "embeds")) > 0 {
		need |= guild.EmbedLinks
	}
	if files > 0 {
		need |= guild.AttachFiles
	}
	if body["message_reference"] != nil {
		need |= guild.ReadHistory
	}
	if err := w.May(w.Self.User, c, need); err != nil {
		return err
	}
	if c.Type == guild.Forum {
		return shape.No(400, 50008, "Cannot send messages in a non-text channel")
	}
	return w.OpenTo(c, w.Self.User)
}

// OpenTo says whether a thread can be written in.
func (w *Talk) OpenTo(c *guild.Channel, user string) error {
	switch {
	case c.Locked && c.Archived:
		return guild.ThreadArchived
	case c.Locked && w.Perms(user, c)&guild.ManageThreads == 0:
		return guild.ThreadLocked
	case c.Archived && w.Full(c.Guild):
		return shape.No(400, 160006, "Maximum number of active threads reached")
	}
	return nil
}

// again is how long a nonce is known.
const again = 3 * time.Minute

// Create writes a message for the app. Fresh is false when a message of the same
// nonce was there already.
func (w *Talk) Create(channel string, body guild.Obj, uploads []guild.Upload) (answer guild.Obj, fresh bool, err error) {
	w.Lock()
	defer w.Unlock()
	c, err := w.Seen(channel)
	if err != nil {
		return nil, false, err
	}
	if err := shape.Message(body); err != nil {
		return nil, false, err
	}
	if err := w.writable(c, body, len(uploads)); err != nil {
		return nil, false, err
	}
	if shape.Empty(body, len(uploads)) {
		return nil, false, shape.No(400, 50006, "Cannot send an empty message")
	}
	if shape.Yes(body, "enforce_nonce") {
		if m := w.same(body["nonce"]); m != nil {
			return w.MessageJSON(m), false, nil
		}
	}
	m, err := w.Compose(c, body, uploads, false)
	if err != nil {
		return nil, false, err
	}
	m.Nonce = body["nonce"]
	if ref, is := body["message_reference"].(guild.Obj); is {
		to := shape.Str(ref, "message_id")
		if c.Find(to) == nil && ref["fail_if_not_exists"] != false {
			return nil, false, shape.Form(shape.Field{Path: "message_reference", Code: "REPLIES_UNKNOWN_MESSAGE", Message: "Unknown message"})
		}
		m.Type, m.ReplyTo, m.ReplyIn = 19, to, c.ID
	}
	w.Add(c, m)
	return w.MessageJSON(m), true, nil
}

// same finds the app's message of the last minutes that has this nonce.
func (w *Talk) same(nonce any) *guild.Message {
	if nonce == nil || fmt.Sprint(nonce) == "" {
		return nil
	}
	if m := w.nonces[fmt.Sprint(nonce)]; m != nil && w.Now().Sub(m.At) < again && !m.Gone {
		return m
	}
	return nil
}

// Compose makes a message of what the app sent; it is in no channel yet. The
// answers to interactions and webhooks call people only unless they say more.
func (w *Talk) Compose(c *guild.Channel, body guild.Obj, uploads []guild.Upload, hook bool) (*guild.Message, error) {
	files, err := w.keep(c.ID, body, uploads, nil)
	if err != nil {
		return nil, err
	}
	embeds, _ := body["embeds"].([]any)
	components, _ := body["components"].([]any)
	m := &guild.Message{
		Author: w.Self.User, Content: strings.TrimSpace(shape.Str(body, "content")), Embeds: drawn(embeds, files), Components: numbered(components), Files: files,
		Flags: shape.Num(body, "flags") & (shape.FlagSuppressEmbeds | shape.FlagEphemeral | shape.FlagV2 | 1<<12),
	}
	m.Pings = w.PingsOf(c, w.Self.User, m.Content, body, hook)
	return m, nil
}

// numbered gives each component the id that Discord gives it.
func numbered(list []any) []any {
	next := 0
	var walk func(any) any
	walk = func(v any) any {
		o, is := v.(guild.Obj)
		if !is {
			return v
		}
		next++
		copied := guild.Obj{"id": next}
		for key, value := range o {
			copied[key] = value
		}
		if inner, is := o["components"].([]any); is {
			all := make([]any, len(inner))
			for i, e := range inner {
				all[i] = walk(e)
			}
			copied["components"] = all
		}
		return copied
	}
	all := make([]any, len(list))
	for i, v := range list {
		all[i] = walk(v)
	}
	return all
}

// drawn is embeds with the addresses of the files that they show.
func drawn(embeds []any, files []*guild.File) []any {
	all := make([]any, len(embeds))
	for i, v := range embeds {
		o := guild.Obj{"type": "rich"}
		from, _ := v.(guild.Obj)
		for key, value := range from {
			if part, is := value.(guild.Obj); is {
				copied := guild.Obj{}
				for k, val := range part {
					copied[k] = val
					if name, attached := strings.CutPrefix(fmt.Sprint(val), "attachment://"); attached {
						for _, f := range files {
							if f.Name == name {
								copied[k] = f.URL
							}
						}
					}
				}
				value = copied
			}
			o[key] = value
		}
		all[i] = o
	}
	return all
}

// Edit changes a message of the app.
func (w *Talk) Edit(channel, id string, body guild.Obj, uploads []guild.Upload) (guild.Obj, error) {
	w.Lock()
	defer w.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return nil, err
	}
	if m.Author != w.Self.User {
		return nil, shape.No(403, 50005, "Cannot edit a message authored by another user")
	}
	if m.System() {
		return nil, shape.No(403, 50021, "Cannot execute action on a system message")
	}
	if c.Archived {
		return nil, guild.ThreadArchived
	}
	if err := w.old(c, m); err != nil {
		return nil, err
	}
	if err := w.Change(c, m, body, uploads); err != nil {
		return nil, err
	}
	return w.MessageJSON(m), nil
}

// old counts an edit of a message that is older than an hour.
func (w *Talk) old(c *guild.Channel, m *guild.Message) error {
	now := w.Now()
	if now.Sub(m.At) <= time.Hour {
		return nil
	}
	recent := slices.DeleteFunc(w.oldEdits[c.ID], func(at time.Time) bool { return now.Sub(at) >= time.Hour })
	w.oldEdits[c.ID] = recent
	if len(recent) >= w.edits {
		wait := time.Hour
		if len(recent) > 0 {
			wait -= now.Sub(recent[0])
		}
		return &guild.TooSoon{Wait: wait, Shared: true, Code: 30046, Text: "Maximum number of edits to messages older than 1 hour reached. Try again later."}
	}
	w.oldEdits[c.ID] = append(recent, now)
	return nil
}

// Change applies an edit: what is not in the body stays as it was.
func (w *Talk) Change(c *guild.Channel, m *guild.Message, body guild.Obj, uploads []guild.Upload) error {
	if err := shape.Message(body); err != nil {
		return err
	}
	now := *m
	files, err := w.keep(c.ID, body, uploads, m.Files)
	if err != nil {
		return err
	}
	now.Files = files
	if content, there := body["content"]; there {
		now.Content, _ = content.(string)
		now.Content = strings.TrimSpace(now.Content)
	}
	if embeds, there := body["embeds"]; there {
		list, _ := embeds.([]any)
		now.Embeds = drawn(list, files)
	}
	if components, there := body["components"]; there {
		list, _ := components.([]any)
		now.Components = numbered(list)
	}
	if _, there := body["flags"]; there {
		now.Flags = now.Flags&^shape.FlagSuppressEmbeds | shape.Num(body, "flags")&shape.FlagSuppressEmbeds
	}
	now.Flags &^= guild.FlagLoading
	if now.Content == "" && len(now.Embeds) == 0 && len(now.Components) == 0 && len(files) == 0 {
		return shape.No(400, 50006, "Cannot send an empty message")
	}
	if !m.Loading() {
		now.Edited = w.Now()
	}
	*m = now
	w.Told("MESSAGE_UPDATE", m)
	return nil
}

// Delete takes a message away.
func (w *Talk) Delete(channel, id string) error {
	w.Lock()
	defer w.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return err
	}
	if c.Archived {
		return guild.ThreadArchived
	}
	if m.Author != w.Self.User && w.Perms(w.Self.User, c)&guild.ManageMessages == 0 {
		return guild.MissingPerms
	}
	w.Remove(c, m)
	return nil
}

// Remove takes a message away and tells of it.
func (w *Talk) Remove(c *guild.Channel, m *guild.Message) {
	m.Gone = true
	if m.To != "" || w.Sees(w.Self.User, c) != nil {
		return
	}
	o, intent := guild.Obj{"id": m.ID, "channel_id": c.ID}, guild.IntentDirect
	if c.Guild != "" {
		o["guild_id"], intent = c.Guild, guild.IntentMessages
	}
	w.Tell(guild.Event{Type: "MESSAGE_DELETE", Data: o, Intent: intent})
}

// GetMessage is a message as the app gets it.
func (w *Talk) GetMessage(channel, id string) (guild.Obj, error) {
	w.Lock()
	defer w.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return nil, err
	}
	if err := w.May(w.Self.User, c, guild.ReadHistory); err != nil {
		return nil, err
	}
	return w.seenJSON(m), nil
}

// Page says which messages are listed.
type Page struct {
	Before, After, Around string
	Limit                 int
}

// ListMessages lists messages of a channel, the newest first.
func (w *Talk) ListMessages(channel string, p Page) ([]any, error) {
	w.Lock()
	defer w.Unlock()
	c, err := w.Seen(channel)
	switch {
	case err != nil:
		return nil, err
	case c.Type == guild.Forum:
		return nil, shape.No(400, 50008, "Cannot send messages in a non-text channel")
	case w.Perms(w.Self.User, c)&guild.ReadHistory == 0:
		return []any{}, nil
	}
	var held []*guild.Message
	for _, m := range c.Messages {
		if !m.Gone && m.To == "" {
			held = append(held, m)
		}
	}
	held = p.cut(held)
	all := []any{}
	for _, m := range slices.Backward(held) {
		all = append(all, w.seenJSON(m))
	}
	return all, nil
}

// cut takes a page out of messages, the oldest first.
func (p Page) cut(held []*guild.Message) []*guild.Message {
	switch {
	case p.After != "":
		held = slices.DeleteFunc(held, func(m *guild.Message) bool { return !guild.Before(p.After, m.ID) })
		return held[:min(len(held), p.Limit)]
	case p.Around != "":
		at := 0
		for at < len(held) && guild.Before(held[at].ID, p.Around) {
			at++
		}
		from := max(0, min(at-p.Limit/2, len(held)-p.Limit))
		return held[from:min(len(held), from+p.Limit)]
	case p.Before != "":
		held = slices.DeleteFunc(held, func(m *guild.Message) bool { return !guild.Before(m.ID, p.Before) })
	}
	return held[max(0, len(held)-p.Limit):]
}

// Pin pins a message for the app, or takes the pin off.
func (w *Talk) Pin(channel, id string, on bool) error {
	w.Lock()
	defer w.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return err
	}
	if err := w.May(w.Self.User, c, guild.PinMessages); err != nil {
		return err
	}
	switch {
	case c.Archived:
		return guild.ThreadArchived
	case m.Pinned == on:
		return nil
	case on && len(c.Pins) >= 250:
		return shape.No(400, 30003, "Maximum number of pins reached for the channel (250)")
	}
	m.Pinned = on
	c.Pins = slices.DeleteFunc(c.Pins, func(p string) bool { return p == id })
	if on {
		c.Pins = append([]string{id}, c.Pins...)
		w.system(c, 6, "")
	}
	w.Tell(guild.Event{Type: "CHANNEL_PINS_UPDATE", Data: guild.Obj{"guild_id": c.Guild, "channel_id": c.ID}, Intent: guild.IntentGuilds})
	w.Told("MESSAGE_UPDATE", m)
	return nil
}

// Pins lists what is pinned, the newest pin first.
func (w *Talk) Pins(channel string) ([]any, error) {
	w.Lock()
	defer w.Unlock()
	c, err := w.Seen(channel)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, id := range c.Pins {
		if m := c.Find(id); m != nil {
			all = append(all, w.seenJSON(m))
		}
	}
	return all, nil
}
