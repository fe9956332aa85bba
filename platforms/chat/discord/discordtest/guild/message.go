package guild

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ponte/platforms/chat/discord/discordtest/shape"
)

// flagLoading stands on an answer that is still to come.
const flagLoading = 1 << 7

// Message is one message.
type Message struct {
	ID, Channel, Author string
	Type                int
	Content             string
	Embeds, Components  []any
	Files               []*File
	Flags               int
	At, Edited          time.Time
	Nonce               any
	Pings               Pings // who was called when it was written
	ReplyTo, ReplyIn    string
	Reactions           []Reaction
	Pinned              bool
	Webhook             string // an interaction's answer, or of a webhook
	To                  string // who alone sees it
	Gone                bool
	Begun               string // the interaction that it answers
}

// Pings is who a message called.
type Pings struct {
	Users, Roles []string
	Everyone     bool // or here
	Unsaid       bool // allowed_mentions was missing, so the default held
}

// All lists who was called, by id, and everyone.
func (p Pings) All() []string {
	all := append(slices.Clone(p.Users), p.Roles...)
	if p.Everyone {
		all = append(all, "everyone")
	}
	return all
}

// Loading tells whether the message says only that an answer is to come.
func (m *Message) Loading() bool { return m.Flags&flagLoading != 0 }

// System tells whether Discord wrote it by itself.
func (m *Message) System() bool { return m.Type != 0 && m.Type != 19 && m.Type != 20 && m.Type != 23 }

func (w *World) messageJSON(m *Message) Obj {
	o := Obj{
		"id": m.ID, "channel_id": m.Channel, "type": m.Type, "content": m.Content, "timestamp": w.stamp(m.At), "edited_timestamp": nil, "tts": false,
		"embeds": orNone(m.Embeds), "components": orNone(m.Components), "flags": m.Flags, "pinned": m.Pinned, "mention_everyone": m.Pings.Everyone,
		"mention_roles": anys(m.Pings.Roles), "author": w.userJSON(m.Author),
	}
	if !m.Edited.IsZero() {
		o["edited_timestamp"] = w.stamp(m.Edited)
	}
	mentions, files := []any{}, []any{}
	for _, id := range m.Pings.Users {
		mentions = append(mentions, w.userJSON(id))
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
	if m.Author == w.app.User {
		o["application_id"] = w.app.ID
	}
	if a := w.acts[m.Begun]; a != nil {
		o["interaction_metadata"] = Obj{"id": a.ID, "type": a.Type, "user": w.userJSON(a.User)}
	}
	if m.ReplyTo != "" {
		o["message_reference"] = Obj{"type": 0, "message_id": m.ReplyTo, "channel_id": m.ReplyIn}
		o["referenced_message"] = nil
		if c := w.channels[m.ReplyIn]; c != nil {
			if to := c.find(m.ReplyTo); to != nil {
				o["referenced_message"] = w.messageJSON(to)
			}
		}
	}
	if t := w.channels[m.ID]; t != nil && t.Thread() && t.ID != m.Channel && !t.Gone {
		o["thread"] = w.channelJSON(t)
	}
	return o
}

// seenJSON is a message as the app gets it when it asks: without what is said in
// it unless the intent for content is switched on or it is about the app.
func (w *World) seenJSON(m *Message) Obj {
	o := w.messageJSON(m)
	if !w.app.Content && w.private(m) {
		Blank(o)
	}
	return o
}

// Blank takes out of a message what only the intent for content shows.
func Blank(o Obj) {
	o["content"], o["embeds"], o["attachments"], o["components"] = "", []any{}, []any{}, []any{}
}

// private tells whether what a message says is only for the intent for content.
func (w *World) private(m *Message) bool {
	c := w.channels[m.Channel]
	return m.Author != w.app.User && !slices.Contains(m.Pings.Users, w.app.User) && c.Guild != ""
}

// told tells the app of a message.
func (w *World) told(event string, m *Message) {
	c := w.channels[m.Channel]
	if m.To != "" || w.sees(w.app.User, c) != nil {
		return
	}
	o, intent := w.messageJSON(m), IntentDirect
	delete(o, "referenced_message")
	o["channel_type"] = c.Type
	if c.Guild != "" {
		intent = IntentMessages
		o["guild_id"] = c.Guild
		if member := w.member(w.guild(c.Guild), m.Author); member != nil && m.Webhook == "" {
			part := w.memberJSON(member)
			delete(part, "user")
			o["member"] = part
		}
	}
	w.tell(Event{Type: event, Data: o, Intent: intent, Content: w.private(m)})
}

func (c *Channel) find(id string) *Message {
	if m := c.byID[id]; m != nil && !m.Gone {
		return m
	}
	return nil
}

// message finds one in a channel that the app sees; those that one person alone
// sees are not found.
func (w *World) message(channel, id string) (*Channel, *Message, error) {
	c, err := w.channel(channel)
	if err != nil {
		return nil, nil, err
	}
	if err := whole("message_id", id); err != nil {
		return nil, nil, err
	}
	m := c.find(id)
	if m == nil || m.To != "" {
		return c, nil, unknownMessage
	}
	return c, m, nil
}

// add puts a message into a channel and tells of it.
func (w *World) add(c *Channel, m *Message) *Message {
	m.ID, m.Channel, m.At = w.id(), c.ID, w.now()
	return w.lay(c, m)
}

func (w *World) lay(c *Channel, m *Message) *Message {
	c.Messages = append(c.Messages, m)
	if c.byID == nil {
		c.byID = map[string]*Message{}
	}
	c.byID[m.ID] = m
	if m.Nonce != nil {
		w.nonces[fmt.Sprint(m.Nonce)] = m
	}
	if c.Thread() {
		c.Since = w.now()
		if c.Archived {
			c.Archived, c.Stamp = false, w.now()
			w.live(c)
			w.tell(Event{Type: "THREAD_UPDATE", Data: w.channelJSON(c), Intent: IntentGuilds})
		}
		if m.To == "" && !slices.Contains(c.Members, m.Author) && !m.System() {
			c.Members = append(c.Members, m.Author)
		}
	}
	w.told("MESSAGE_CREATE", m)
	return m
}

// system writes what Discord writes by itself.
func (w *World) system(c *Channel, kind int, text string) {
	w.add(c, &Message{Author: w.app.User, Type: kind, Content: text})
}

// writable says whether the app may write what it wants to in a channel.
func (w *World) writable(c *Channel, body Obj, files int) error {
	need := SendMessages
	if c.Thread() {
		need = SendInThreads
	}
	if len(shape.List(body, "embeds")) > 0 {
		need |= EmbedLinks
	}
	if files > 0 {
		need |= AttachFiles
	}
	if body["message_reference"] != nil {
		need |= ReadHistory
	}
	if err := w.may(w.app.User, c, need); err != nil {
		return err
	}
	if c.Type == Forum {
		return shape.No(400, 50008, "Cannot send messages in a non-text channel")
	}
	return w.open(c, w.app.User)
}

// open says whether a thread can be written in.
func (w *World) open(c *Channel, user string) error {
	switch {
	case c.Locked && c.Archived:
		return threadArchived
	case c.Locked && w.perms(user, c)&ManageThreads == 0:
		return threadLocked
	case c.Archived && w.full(c.Guild):
		return shape.No(400, 160006, "Maximum number of active threads reached")
	}
	return nil
}

// again is how long a nonce is known.
const again = 3 * time.Minute

// Create writes a message for the app. Fresh is false when a message of the same
// nonce was there already.
func (w *World) Create(channel string, body Obj, uploads []Upload) (answer Obj, fresh bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.channel(channel)
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
			return w.messageJSON(m), false, nil
		}
	}
	m, err := w.compose(c, body, uploads, false)
	if err != nil {
		return nil, false, err
	}
	m.Nonce = body["nonce"]
	if ref, is := body["message_reference"].(Obj); is {
		to := shape.Str(ref, "message_id")
		if c.find(to) == nil && ref["fail_if_not_exists"] != false {
			return nil, false, shape.Form(shape.Field{Path: "message_reference", Code: "REPLIES_UNKNOWN_MESSAGE", Message: "Unknown message"})
		}
		m.Type, m.ReplyTo, m.ReplyIn = 19, to, c.ID
	}
	w.add(c, m)
	return w.messageJSON(m), true, nil
}

// same finds the app's message of the last minutes that has this nonce.
func (w *World) same(nonce any) *Message {
	if nonce == nil || fmt.Sprint(nonce) == "" {
		return nil
	}
	if m := w.nonces[fmt.Sprint(nonce)]; m != nil && w.now().Sub(m.At) < again && !m.Gone {
		return m
	}
	return nil
}

// compose makes a message of what the app sent; it is in no channel yet. The
// answers to interactions and webhooks call people only unless they say more.
func (w *World) compose(c *Channel, body Obj, uploads []Upload, hook bool) (*Message, error) {
	files, err := w.keep(c.ID, body, uploads, nil)
	if err != nil {
		return nil, err
	}
	embeds, _ := body["embeds"].([]any)
	components, _ := body["components"].([]any)
	m := &Message{
		Author: w.app.User, Content: strings.TrimSpace(shape.Str(body, "content")), Embeds: drawn(embeds, files), Components: numbered(components), Files: files,
		Flags: shape.Num(body, "flags") & (shape.FlagSuppressEmbeds | shape.FlagEphemeral | shape.FlagV2 | 1<<12),
	}
	m.Pings = w.pings(c, w.app.User, m.Content, body, hook)
	return m, nil
}

// numbered gives each component the id that Discord gives it.
func numbered(list []any) []any {
	next := 0
	var walk func(any) any
	walk = func(v any) any {
		o, is := v.(Obj)
		if !is {
			return v
		}
		next++
		copied := Obj{"id": next}
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
func drawn(embeds []any, files []*File) []any {
	all := make([]any, len(embeds))
	for i, v := range embeds {
		o := Obj{"type": "rich"}
		from, _ := v.(Obj)
		for key, value := range from {
			if part, is := value.(Obj); is {
				copied := Obj{}
				for k, val := range part {
					copied[k] = val
					if name, attached := strings.CutPrefix(fmt.Sprint(val), "attachment://"); attached {
						for _, f := range files {
							if f.Name == name {
								copied[k] = f.url
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
func (w *World) Edit(channel, id string, body Obj, uploads []Upload) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return nil, err
	}
	if m.Author != w.app.User {
		return nil, shape.No(403, 50005, "Cannot edit a message authored by another user")
	}
	if m.System() {
		return nil, shape.No(403, 50021, "Cannot execute action on a system message")
	}
	if c.Archived {
		return nil, threadArchived
	}
	if err := w.old(c, m); err != nil {
		return nil, err
	}
	if err := w.change(c, m, body, uploads); err != nil {
		return nil, err
	}
	return w.messageJSON(m), nil
}

// old counts an edit of a message that is older than an hour.
func (w *World) old(c *Channel, m *Message) error {
	now := w.now()
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
		return &TooSoon{Wait: wait, Shared: true, Code: 30046, Text: "Maximum number of edits to messages older than 1 hour reached. Try again later."}
	}
	w.oldEdits[c.ID] = append(recent, now)
	return nil
}

// change applies an edit: what is not in the body stays as it was.
func (w *World) change(c *Channel, m *Message, body Obj, uploads []Upload) error {
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
	now.Flags &^= flagLoading
	if now.Content == "" && len(now.Embeds) == 0 && len(now.Components) == 0 && len(files) == 0 {
		return shape.No(400, 50006, "Cannot send an empty message")
	}
	if !m.Loading() {
		now.Edited = w.now()
	}
	*m = now
	w.told("MESSAGE_UPDATE", m)
	return nil
}

// Delete takes a message away.
func (w *World) Delete(channel, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return err
	}
	if c.Archived {
		return threadArchived
	}
	if m.Author != w.app.User && w.perms(w.app.User, c)&ManageMessages == 0 {
		return missingPerms
	}
	w.remove(c, m)
	return nil
}

func (w *World) remove(c *Channel, m *Message) {
	m.Gone = true
	if m.To != "" || w.sees(w.app.User, c) != nil {
		return
	}
	o, intent := Obj{"id": m.ID, "channel_id": c.ID}, IntentDirect
	if c.Guild != "" {
		o["guild_id"], intent = c.Guild, IntentMessages
	}
	w.tell(Event{Type: "MESSAGE_DELETE", Data: o, Intent: intent})
}

// GetMessage is a message as the app gets it.
func (w *World) GetMessage(channel, id string) (Obj, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return nil, err
	}
	if err := w.may(w.app.User, c, ReadHistory); err != nil {
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
func (w *World) ListMessages(channel string, p Page) ([]any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.channel(channel)
	switch {
	case err != nil:
		return nil, err
	case c.Type == Forum:
		return nil, shape.No(400, 50008, "Cannot send messages in a non-text channel")
	case w.perms(w.app.User, c)&ReadHistory == 0:
		return []any{}, nil
	}
	var held []*Message
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
func (p Page) cut(held []*Message) []*Message {
	switch {
	case p.After != "":
		held = slices.DeleteFunc(held, func(m *Message) bool { return !Before(p.After, m.ID) })
		return held[:min(len(held), p.Limit)]
	case p.Around != "":
		at := 0
		for at < len(held) && Before(held[at].ID, p.Around) {
			at++
		}
		from := max(0, min(at-p.Limit/2, len(held)-p.Limit))
		return held[from:min(len(held), from+p.Limit)]
	case p.Before != "":
		held = slices.DeleteFunc(held, func(m *Message) bool { return !Before(m.ID, p.Before) })
	}
	return held[max(0, len(held)-p.Limit):]
}

// Pin pins a message for the app, or takes the pin off.
func (w *World) Pin(channel, id string, on bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return err
	}
	if err := w.may(w.app.User, c, PinMessages); err != nil {
		return err
	}
	switch {
	case c.Archived:
		return threadArchived
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
	w.tell(Event{Type: "CHANNEL_PINS_UPDATE", Data: Obj{"guild_id": c.Guild, "channel_id": c.ID}, Intent: IntentGuilds})
	w.told("MESSAGE_UPDATE", m)
	return nil
}

// Pins lists what is pinned, the newest pin first.
func (w *World) Pins(channel string) ([]any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.channel(channel)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, id := range c.Pins {
		if m := c.find(id); m != nil {
			all = append(all, w.seenJSON(m))
		}
	}
	return all, nil
}
