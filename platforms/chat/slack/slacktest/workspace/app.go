package workspace

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"ponte/platforms/chat/slack/slacktest/blocks"
)

// How long texts may be, in characters.
const (
	TextCut     = 40_000 // what is over is cut off
	UpdateText  = 4_000
	Attachments = 100
)

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

// body checks what a message says and makes it ready to be stored.
func (w *Workspace) body(p Post, edit bool) (*Message, error) {
	m := &Message{
		User: w.App.UserID, BotID: w.App.BotID, AppID: w.App.ID, Metadata: p.Metadata,
		UnfurlsLinks: p.Unfurl, UnfurlsMedia: p.UnfurlMedia,
	}
	if empty(p.Text) && none(p.Blocks) && none(p.Attachments) {
		return nil, refuse("no_text")
	}
	if n := utf8.RuneCountInString(p.Text); n > UpdateText && edit {
		return nil, refuse("msg_too_long")
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
			return nil, badBlocks("invalid_blocks", faults)
		}
		for _, image := range blocks.Read(filled, w.nobody).Images {
			if image.File != "" && w.file(image.File) == nil {
				return nil, badBlocks("invalid_blocks", []string{"[ERROR] invalid slack file [json-pointer:/blocks]"})
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

// nobody names nobody: for who reads only pictures.
func (*Workspace) nobody(id string) string { return id }

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
		return refuse("invalid_attachments")
	}
	if len(list) > Attachments {
		return refuse("too_many_attachments")
	}
	for _, a := range list {
		if none(a.Blocks) {
			continue
		}
		if _, faults := blocks.Message(a.Blocks, "/attachments/blocks"); faults != nil {
			return badBlocks("invalid_blocks", faults)
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
		return refuse("invalid_metadata_format")
	}
	if len(raw) > 16<<10 {
		return refuse("metadata_too_large")
	}
	return nil
}

// linked calls whom a text names, as parse=full and link_names do.
func (w *Workspace) linked(text string) string {
	for _, all := range []string{"here", "channel", "everyone"} {
		text = strings.ReplaceAll(text, "@"+all, "<!"+all+">")
	}
	for _, u := range w.users {
		text = strings.ReplaceAll(text, "@"+u.Handle, "<@"+u.ID+">")
	}
	return text
}

// destination finds where the app may write: an id, #name, or a person's id.
func (w *Workspace) destination(to string, whisper bool) (*Channel, error) {
	if u := w.user(to); u != nil && !u.Bot {
		return w.direct(u), nil
	}
	c := w.channel(to)
	if c == nil && strings.HasPrefix(to, "#") {
		c = first(w.channels, func(c *Channel) bool { return c.Name == to[1:] })
	}
	in := c != nil && c.holds(w.App.UserID)
	switch {
	case c == nil, c.Private && !in:
		return nil, refuse("channel_not_found")
	case c.Archived:
		return nil, refuse("is_archived")
	case !in && (whisper || !slices.Contains(w.scopes, "chat:write.public")):
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// direct is the conversation between the app and one person.
func (w *Workspace) direct(u *User) *Channel {
	if c := first(w.channels, func(c *Channel) bool { return c.User == u.ID }); c != nil {
		return c
	}
	c := &Channel{ID: w.id("D"), User: u.ID, Private: true, members: []string{w.App.UserID, u.ID}}
	w.channels = append(w.channels, c)
	return c
}

// under finds which thread a reply lands in. A parent that is gone, or never
// was, leaves the reply in the channel.
func (c *Channel) under(ts string) (string, error) {
	if ts == "" {
		return "", nil
	}
	if seconds, micro, ok := strings.Cut(ts, "."); !ok || len(seconds) < 9 || len(micro) != 6 || strings.Trim(seconds+micro, "0123456789") != "" {
		return "", refuse("thread_not_found")
	}
	parent := c.message(ts)
	switch {
	case parent == nil:
		return "", nil
	case parent.reply():
		return "", refuse("cannot_reply_to_message")
	}
	return ts, nil
}

// AppPosts is chat.postMessage.
func (w *Workspace) AppPosts(p Post) (Message, error) {
	return locked(w, func() (Message, error) {
		c, err := w.destination(p.Channel, false)
		if err != nil {
			return Message{}, err
		}
		m, err := w.body(p, false)
		if err != nil {
			return Message{}, err
		}
		if m.ThreadTS, err = c.under(p.Thread); err != nil {
			return Message{}, err
		}
		m.Broadcast = p.Broadcast && m.ThreadTS != ""
		w.write(c, m)
		return m.copied(), nil
	})
}

// AppWhispers is chat.postEphemeral.
func (w *Workspace) AppWhispers(p Post) (Message, error) {
	return locked(w, func() (Message, error) {
		c, err := w.destination(p.Channel, true)
		if err != nil {
			return Message{}, err
		}
		switch u := w.user(p.User); {
		case u == nil:
			return Message{}, refuse("user_not_found")
		case !c.holds(u.ID):
			return Message{}, refuse("user_not_in_channel")
		}
		m, err := w.body(p, false)
		if err != nil {
			return Message{}, err
		}
		if m.ThreadTS, err = c.under(p.Thread); err != nil {
			return Message{}, err
		}
		w.whisper(c, m, p.User)
		return m.copied(), nil
	})
}

// whisper shows a message to one person. It is in no history.
func (w *Workspace) whisper(c *Channel, m *Message, to string) {
	m.Type, m.TS, m.Channel, m.Team, m.To = "message", w.ts(), c.ID, w.ID, to
	w.whispers = append(w.whispers, m)
}

// own finds a message that the app may change.
func (w *Workspace) own(channel, ts, code string) (*Channel, *Message, error) {
	c := w.channel(channel)
	switch {
	case c == nil, c.Private && !c.holds(w.App.UserID):
		return nil, nil, refuse("channel_not_found")
	case c.Archived:
		return nil, nil, refuse("is_archived")
	}
	m := c.message(ts)
	switch {
	case m == nil, m.Subtype == "tombstone":
		return nil, nil, refuse("message_not_found")
	case m.BotID != w.App.BotID:
		return nil, nil, refuse(code)
	}
	return c, m, nil
}

// AppEdits is chat.update. A text without blocks takes the blocks away; what
// is said of metadata only counts when it is said.
func (w *Workspace) AppEdits(p Post) (Message, error) {
	return locked(w, func() (Message, error) {
		c, m, err := w.own(p.Channel, p.TS, "cant_update_message")
		if err != nil {
			return Message{}, err
		}
		if m.closed {
			return Message{}, refuse("edit_window_closed")
		}
		if p.NoText && none(p.Blocks) && none(p.Attachments) {
			return Message{}, refuse("no_text")
		}
		next, err := w.body(p, true)
		if err != nil {
			return Message{}, err
		}
		was := m.object()
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
		m.Edited = &Edited{User: w.App.UserID, TS: w.ts()}
		w.tellChange(c, "message_changed", was, m.object())
		return m.copied(), nil
	})
}

// AppDeletes is chat.delete.
func (w *Workspace) AppDeletes(channel, ts string) error {
	_, err := locked(w, func() (struct{}, error) {
		c, m, err := w.own(channel, ts, "cant_delete_message")
		if err == nil {
			w.remove(c, m)
		}
		return struct{}{}, err
	})
	return err
}

// CloseEdits lets no edit of a message through any more.
func (w *Workspace) CloseEdits(channel, ts string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.channel(channel); c != nil {
		if m := c.message(ts); m != nil {
			m.closed = true
		}
	}
}
