// Package chat is what the app and the people of a Slack workspace do with
// channels, messages, reactions and files, refused where Slack refuses it. It
// knows nothing of forms, nor of how calls and news travel.
package chat

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/ground"
)

// How long texts may be, in characters.
const (
	TextCut     = 40_000 // what is over is cut off
	UpdateText  = 4_000
	Attachments = 100
)

// Chat is a workspace as far as it is talked in.
type Chat struct {
	*ground.Ground
	files []*ground.File
}

// Post is a message that the app writes. Absent tells which of its parts were
// not given, which only matters to an edit.
type Post struct {
	Channel, TS, Text     string
	Thread                string
	Blocks, Attachments   json.RawMessage
	Metadata              json.RawMessage
	Broadcast             bool
	User                  string // the only one to see it
	LinkNames             bool   // @name and @here in the text call people
	Unfurl, UnfurlMedia   bool
	NoText, NoAttachments bool
}

// Body checks what a message says and makes it ready to be stored.
func (w *Chat) Body(p Post, edit bool) (*ground.Message, error) {
	m := &ground.Message{
		User: w.App.UserID, BotID: w.App.BotID, AppID: w.App.ID, Metadata: p.Metadata,
		UnfurlsLinks: p.Unfurl, UnfurlsMedia: p.UnfurlMedia,
	}
	if empty(p.Text) && none(p.Blocks) && none(p.Attachments) {
		return nil, ground.Refuse("no_text")
	}
	if n := utf8.RuneCountInString(p.Text); n > UpdateText && edit {
		return nil, ground.Refuse("msg_too_long")
	} else if n > TextCut {
		p.Text = string([]rune(p.Text)[:TextCut])
	}
	m.Text = p.Text
	if p.LinkNames {
		m.Text = w.linked(m.Text)
	}
	if !none(p.Blocks) {
		filled, faults := blocks.Message(p.Blocks, "/blocks")
		if faults != nil {
			return nil, ground.BadBlocks("invalid_blocks", faults)
		}
		for _, image := range blocks.Read(filled, w.Nobody).Images {
			if image.File != "" && w.file(image.File) == nil {
				return nil, ground.BadBlocks("invalid_blocks", []string{"[ERROR] invalid slack file [json-pointer:/blocks]"})
			}
		}
		m.Blocks = filled
	}
	if !none(p.Attachments) {
		if err := attached(p.Attachments); err != nil {
			return nil, err
		}
		m.Attachments = p.Attachments
	}
	return m, metadata(p.Metadata)
}

// Nobody names nobody: for who reads only pictures.
func (*Chat) Nobody(id string) string { return id }

func empty(text string) bool { return strings.TrimSpace(text) == "" }

func none(raw json.RawMessage) bool {
	text := strings.TrimSpace(string(raw))
	return text == "" || text == "[]" || text == "null"
}

// attached checks the attachments, and the blocks in them.
func attached(raw json.RawMessage) error {
	var list []struct {
		Blocks json.RawMessage `json:"blocks"`
	}
	if json.Unmarshal(raw, &list) != nil {
		return ground.Refuse("invalid_attachments")
	}
	if len(list) > Attachments {
		return ground.Refuse("too_many_attachments")
	}
	for _, a := range list {
		if none(a.Blocks) {
			continue
		}
		if _, faults := blocks.Message(a.Blocks, "/attachments/blocks"); faults != nil {
			return ground.BadBlocks("invalid_blocks", faults)
		}
	}
	return nil
}

// metadata checks that it is an event's type and its payload.
func metadata(raw json.RawMessage) error {
	if len(raw) == 0 {
		return nil
	}
	var m struct {
		Type    string          `json:"event_type"`
		Payload json.RawMessage `json:"event_payload"`
	}
	if json.Unmarshal(raw, &m) != nil || m.Type == "" || len(m.Payload) == 0 || m.Payload[0] != '{' {
		return ground.Refuse("invalid_metadata_format")
	}
	if len(raw) > 16<<10 {
		return ground.Refuse("metadata_too_large")
	}
	return nil
}

// linked calls whom a text names, as parse=full and link_names do.
func (w *Chat) linked(text string) string {
	for _, all := range []string{"here", "channel", "everyone"} {
		text = strings.ReplaceAll(text, "@"+all, "<!"+all+">")
	}
	for _, u := range w.People {
		text = strings.ReplaceAll(text, "@"+u.Handle, "<@"+u.ID+">")
	}
	return text
}

// destination finds where the app may write: an id, #name, or a person's id.
func (w *Chat) destination(to string, whisper bool) (*ground.Channel, error) {
	if u := w.FindUser(to); u != nil && !u.Bot {
		return w.Direct(u), nil
	}
	c := w.FindChannel(to)
	if c == nil && strings.HasPrefix(to, "#") {
		c = ground.First(w.Rooms, func(c *ground.Channel) bool { return c.Name == to[1:] })
	}
	in := c != nil && c.Holds(w.App.UserID)
	switch {
	case c == nil, c.Private && !in:
		return nil, ground.Refuse("channel_not_found")
	case c.Archived:
		return nil, ground.Refuse("is_archived")
	case !in && (whisper || !slices.Contains(w.Granted, "chat:write.public")):
		return nil, ground.Refuse("not_in_channel")
	}
	return c, nil
}

// Direct is the conversation between the app and one person.
func (w *Chat) Direct(u *ground.User) *ground.Channel {
	if c := ground.First(w.Rooms, func(c *ground.Channel) bool { return c.User == u.ID }); c != nil {
		return c
	}
	c := &ground.Channel{ID: w.NewID("D"), User: u.ID, Private: true, Members: []string{w.App.UserID, u.ID}}
	w.Rooms = append(w.Rooms, c)
	return c
}

// AppPosts is chat.postMessage.
func (w *Chat) AppPosts(p Post) (ground.Message, error) {
	return ground.Locked(w.Ground, func() (ground.Message, error) {
		c, err := w.destination(p.Channel, false)
		if err != nil {
			return ground.Message{}, err
		}
		m, err := w.Body(p, false)
		if err != nil {
			return ground.Message{}, err
		}
		if m.ThreadTS, err = c.Under(p.Thread); err != nil {
			return ground.Message{}, err
		}
		m.Broadcast = p.Broadcast && m.ThreadTS != ""
		w.Write(c, m)
		return m.Copied(), nil
	})
}

// AppWhispers is chat.postEphemeral.
func (w *Chat) AppWhispers(p Post) (ground.Message, error) {
	return ground.Locked(w.Ground, func() (ground.Message, error) {
		c, err := w.destination(p.Channel, true)
		if err != nil {
			return ground.Message{}, err
		}
		switch u := w.FindUser(p.User); {
		case u == nil:
			return ground.Message{}, ground.Refuse("user_not_found")
		case !c.Holds(u.ID):
			return ground.Message{}, ground.Refuse("user_not_in_channel")
		}
		m, err := w.Body(p, false)
		if err != nil {
			return ground.Message{}, err
		}
		if m.ThreadTS, err = c.Under(p.Thread); err != nil {
			return ground.Message{}, err
		}
		w.Whisper(c, m, p.User)
		return m.Copied(), nil
	})
}

// Whisper shows a message to one person. It is in no history.
func (w *Chat) Whisper(c *ground.Channel, m *ground.Message, to string) {
	m.Type, m.TS, m.Channel, m.Team, m.To = "message", w.Stamp(), c.ID, w.ID, to
	w.Whispers = append(w.Whispers, m)
}

// own finds a message that the app may change.
func (w *Chat) own(channel, ts, code string) (*ground.Channel, *ground.Message, error) {
	c := w.FindChannel(channel)
	switch {
	case c == nil, c.Private && !c.Holds(w.App.UserID):
		return nil, nil, ground.Refuse("channel_not_found")
	case c.Archived:
		return nil, nil, ground.Refuse("is_archived")
	}
	m := c.Message(ts)
	switch {
	case m == nil, m.Subtype == "tombstone":
		return nil, nil, ground.Refuse("message_not_found")
	case m.BotID != w.App.BotID:
		return nil, nil, ground.Refuse(code)
	}
	return c, m, nil
}

// AppEdits is chat.update. A text without blocks takes the blocks away; what
// is said of metadata only counts when it is said.
func (w *Chat) AppEdits(p Post) (ground.Message, error) {
	return ground.Locked(w.Ground, func() (ground.Message, error) {
		c, m, err := w.own(p.Channel, p.TS, "cant_update_message")
		if err != nil {
			return ground.Message{}, err
		}
		if m.Closed {
			return ground.Message{}, ground.Refuse("edit_window_closed")
		}
		if p.NoText && none(p.Blocks) && none(p.Attachments) {
			return ground.Message{}, ground.Refuse("no_text")
		}
		next, err := w.Body(p, true)
		if err != nil {
			return ground.Message{}, err
		}
		was := m.Object()
		if !p.NoText {
			m.Text = next.Text
		}
		m.Blocks = next.Blocks
		if !p.NoAttachments {
			m.Attachments = next.Attachments
		}
		if len(p.Metadata) > 0 {
			m.Metadata = p.Metadata
		}
		m.Edited = &ground.Edited{User: w.App.UserID, TS: w.Stamp()}
		w.TellChange(c, "message_changed", was, m.Object())
		return m.Copied(), nil
	})
}

// AppDeletes is chat.delete.
func (w *Chat) AppDeletes(channel, ts string) error {
	_, err := ground.Locked(w.Ground, func() (struct{}, error) {
		c, m, err := w.own(channel, ts, "cant_delete_message")
		if err == nil {
			w.Remove(c, m)
		}
		return struct{}{}, err
	})
	return err
}

// CloseEdits lets no edit of a message through any more.
func (w *Chat) CloseEdits(channel, ts string) {
	w.Lock()
	defer w.Unlock()
	if c := w.FindChannel(channel); c != nil {
		if m := c.Message(ts); m != nil {
			m.Closed = true
		}
	}
}
