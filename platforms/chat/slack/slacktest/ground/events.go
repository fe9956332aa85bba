package ground

import (
	"fmt"
	"slices"
	"time"
)

// Kind is what sort of thing the app hears, as Socket Mode names it.
type Kind string

// The kinds of delivery. Only events are delivered again when nobody takes them.
const (
	Event       Kind = "events_api"
	Command     Kind = "slash_commands"
	Interaction Kind = "interactive"
)

// Delivery is one thing that the app is to hear.
type Delivery struct {
	Kind    Kind
	Payload map[string]any
	Answer  func(Reply) // called once, when it was taken or given up; may be nil
}

// Reply is what became of a delivery.
type Reply struct {
	OK   bool
	Body []byte
	Took time.Duration
	Why  string // why it was not taken
}

// needs lists which scope an event needs, where it needs one.
var needs = map[string]string{
	"app_mention": "app_mentions:read", "reaction_added": "reactions:read", "reaction_removed": "reactions:read",
	"channel_rename": "channels:read", "channel_archive": "channels:read", "channel_unarchive": "channels:read",
	"channel_id_changed": "channels:read", "channel_left": "channels:read", "member_joined_channel": "channels:read", "member_left_channel": "channels:read",
	"group_rename": "groups:read", "group_archive": "groups:read", "group_unarchive": "groups:read", "group_left": "groups:read",
	"file_shared": "files:read", "pin_added": "pins:read", "pin_removed": "pins:read",
}

// Tell lets the app hear of an event, when it asked for it and may.
func (w *Ground) Tell(c *Channel, event map[string]any) {
	kind, _ := event["type"].(string)
	scope := needs[kind]
	if kind == "message" {
		scope = c.prefix() + ":history"
	}
	if slices.Contains(w.deaf, kind) || scope != "" && !slices.Contains(w.Granted, scope) {
		return
	}
	w.serial++
	at := w.Now()
	if event["event_ts"] == nil {
		event["event_ts"] = w.Stamp()
	}
	w.Queue(Delivery{Kind: Event, Payload: map[string]any{
		"token": w.App.Token, "team_id": w.ID, "context_team_id": w.ID, "api_app_id": w.App.ID,
		"event": event, "type": "event_callback",
		"event_id": fmt.Sprintf("Ev%s%09X", w.ID[1:], 0xE0000+w.serial), "event_time": at.Unix(),
		"authorizations": []any{map[string]any{
			"enterprise_id": nil, "team_id": w.ID, "user_id": w.App.UserID, "is_bot": true, "is_enterprise_install": false,
		}},
		"is_ext_shared_channel": c != nil && c.Shared,
	}})
}

// TellMembers lets the app hear of something in a channel that it is in.
func (w *Ground) TellMembers(c *Channel, event map[string]any) {
	if c.Holds(w.App.UserID) {
		w.Tell(c, event)
	}
}

// Kind is what sort of channel it is, as events name it.
func (c *Channel) Kind() string {
	switch c.prefix() {
	case "groups":
		return "group"
	case "channels":
		return "channel"
	}
	return "im"
}

// tellMessage lets the app hear of a message that somebody wrote.
func (w *Ground) tellMessage(c *Channel, m *Message) {
	event := m.Object()
	event["channel"], event["channel_type"], event["event_ts"] = c.ID, c.Kind(), m.TS
	w.TellMembers(c, event)
	if m.BotID != w.App.BotID && m.Mentions(w.App.UserID) {
		mention := m.Object()
		mention["type"], mention["channel"], mention["event_ts"] = "app_mention", c.ID, m.TS
		delete(mention, "subtype")
		delete(mention, "metadata")
		w.TellMembers(c, mention)
	}
}

// TellChange lets the app hear that a message is another now, or gone.
func (w *Ground) TellChange(c *Channel, subtype string, was, is map[string]any) {
	event := map[string]any{
		"type": "message", "subtype": subtype, "hidden": true, "channel": c.ID, "channel_type": c.Kind(),
		"ts": w.Stamp(), "previous_message": was,
	}
	if is != nil {
		event["message"] = is
	} else {
		event["deleted_ts"] = was["ts"]
	}
	w.TellMembers(c, event)
}
