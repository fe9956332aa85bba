// Package payload is what Ponte reads of what Slack delivers. It takes no notice of
// anything else: what Slack adds or changes there breaks nothing. It is pure.
package payload

import (
	"cmp"
	"encoding/json"
	"strings"

	"ponte/platforms/chat/slack/draw"
)

// Slash is a slash command.
type Slash struct {
	Text    string `json:"text"`
	Team    string `json:"team_id"`
	Channel string `json:"channel_id"`
	User    string `json:"user_id"`
	Name    string `json:"user_name"`
	Hook    string `json:"response_url"` // takes answers
	Trigger string `json:"trigger_id"`   // opens one window
}

// Outer is an event's cover.
type Outer struct {
	ID             string `json:"event_id"`
	Type           string `json:"type"`
	Team           string `json:"team_id"`
	Authorizations []struct {
		Team string `json:"team_id"`
	} `json:"authorizations"`
	Event json.RawMessage `json:"event"`
}

// Event is what Ponte reads of an event, of whatever type.
type Event struct {
	Type     string          `json:"type"`
	Subtype  string          `json:"subtype"`
	User     string          `json:"user"`
	BotID    string          `json:"bot_id"`
	Text     string          `json:"text"`
	TS       string          `json:"ts"`
	Thread   string          `json:"thread_ts"`
	Where    json.RawMessage `json:"channel"` // an id, or of some types an object
	Kind     string          `json:"channel_type"`
	EventTS  string          `json:"event_ts"`
	Deleted  string          `json:"deleted_ts"`
	Was      string          `json:"old_channel_id"`
	Is       string          `json:"new_channel_id"`
	Tab      string          `json:"tab"`
	Reaction string          `json:"reaction"`
	Metadata struct {
		Type    string `json:"event_type"`
		Payload struct {
			Key string `json:"key"`
		} `json:"event_payload"`
	} `json:"metadata"`
	Item struct {
		Type    string `json:"type"`
		Channel string `json:"channel"`
		TS      string `json:"ts"`
	} `json:"item"`
	Files    []File `json:"files"`
	Previous struct {
		BotID string `json:"bot_id"`
	} `json:"previous_message"`
	Message struct {
		Subtype string `json:"subtype"`
		TS      string `json:"ts"`
	} `json:"message"` // as it is now
}

// Gone returns which message was deleted, and which bot had written it. Of one with
// replies Slack leaves a mark in its place, and tells that it was changed into that.
func (e *Event) Gone() (ref, by string, ok bool) {
	switch {
	case e.Subtype == "message_deleted":
		return e.Deleted, e.Previous.BotID, true
	case e.Subtype == "message_changed" && e.Message.Subtype == "tombstone":
		return e.Message.TS, e.Previous.BotID, true
	}
	return "", "", false
}

// File is what somebody shared with a message.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"mimetype"`
	URL  string `json:"url_private"` // asks for the token
	Size int64  `json:"size"`
}

// Images are the pictures among the files.
func (e *Event) Images() (out []File) {
	for _, f := range e.Files {
		if strings.HasPrefix(f.Type, "image/") && f.URL != "" {
			out = append(out, f)
		}
	}
	return out
}

// Channel is the id of the channel it happened in.
func (e *Event) Channel() string {
	var id string
	if json.Unmarshal(e.Where, &id) == nil {
		return id
	}
	var object struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(e.Where, &object) // what is neither has no id
	return object.ID
}

// Interaction is what Ponte reads of what people press and fill in.
type Interaction struct {
	Type     string `json:"type"`
	Callback string `json:"callback_id"`
	Trigger  string `json:"trigger_id"`
	Hook     string `json:"response_url"`
	Team     struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Team string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		Type      string `json:"type"`
		Message   string `json:"message_ts"`
		Channel   string `json:"channel_id"`
		Thread    string `json:"thread_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message struct {
		TS     string `json:"ts"`
		Thread string `json:"thread_ts"`
		Text   string `json:"text"`
	} `json:"message"`
	Actions []struct {
		ID       string `json:"action_id"`
		Block    string `json:"block_id"`
		Value    string `json:"value"`
		TS       string `json:"action_ts"`
		Selected *struct {
			Value string `json:"value"`
		} `json:"selected_option"`
	} `json:"actions"`
	View View `json:"view"`
}

// Space is the workspace it happened in; of an app that a whole organisation has, as far
// as Slack says which.
func (i *Interaction) Space() string { return cmp.Or(i.Team.ID, i.View.Team, i.User.Team) }

// Where is the channel and the thread it happened in, and in which thread it is answered.
// A card in a channel and the thread under it are one message to Slack: who presses
// there is in the thread.
func (i *Interaction) Where() (channel, thread, answer string) {
	message := cmp.Or(i.Container.Message, i.Message.TS)
	thread = cmp.Or(i.Container.Thread, i.Message.Thread)
	if thread != message {
		answer = thread
	}
	if thread == "" && !i.Container.Ephemeral {
		thread = message
	}
	return cmp.Or(i.Channel.ID, i.Container.Channel), thread, answer
}

// View is a window that is open.
type View struct {
	Kind     string `json:"type"` // modal or home
	ID       string `json:"id"`
	Hash     string `json:"hash"`
	Callback string `json:"callback_id"`
	Private  string `json:"private_metadata"`
	Team     string `json:"team_id"`
	State    struct {
		Values draw.State `json:"values"`
	} `json:"state"`
	Blocks []struct {
		ID      string `json:"block_id"`
		Type    string `json:"type"`
		Element struct {
			Type string `json:"type"`
		} `json:"element"`
	} `json:"blocks"`
}
