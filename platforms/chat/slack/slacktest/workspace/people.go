package workspace

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ponte/platforms/chat/slack/slacktest/blocks"
)

// Says lets a person write in a channel, or in the thread under a message.
// Names with @ and # become what Slack's own clients make of them.
func (w *Workspace) Says(user, channel, thread, text string) (Message, error) {
	return w.says(user, channel, thread, text, nil)
}

// Uploaded is a file that somebody brings.
type Uploaded struct {
	Name, Alt string
	Content   []byte
}

// Uploads lets a person share files with a word.
func (w *Workspace) Uploads(user, channel, thread, text string, files ...Uploaded) (Message, error) {
	return w.says(user, channel, thread, text, files)
}

func (w *Workspace) says(user, channel, thread, text string, files []Uploaded) (Message, error) {
	return locked(w, func() (Message, error) {
		c, err := w.writable(user, channel)
		if err != nil {
			return Message{}, err
		}
		m := &Message{User: user, ThreadTS: thread, Text: w.typed(text)}
		if m.Text != "" {
			m.Blocks = w.richly(text)
			m.ClientID = fmt.Sprintf("client-%d", w.serial)
		}
		if thread != "" && c.message(thread) == nil {
			return Message{}, refuse("thread_not_found")
		}
		if len(files) == 0 {
			w.write(c, m)
			return m.copied(), nil
		}
		var brought []*File
		for _, f := range files {
			file := w.newFile(user, f.Name, f.Alt, len(f.Content))
			file.content, file.Size, file.done = f.Content, len(f.Content), true
			brought = append(brought, file)
		}
		w.writeFiles(c, m, brought)
		return m.copied(), nil
	})
}

// writable finds a channel that a person can write in.
func (w *Workspace) writable(user, channel string) (*Channel, error) {
	c := w.channel(channel)
	switch {
	case w.user(user) == nil:
		return nil, refuse("user_not_found")
	case c == nil, c.Private && !c.holds(user):
		return nil, refuse("channel_not_found")
	case c.Archived:
		return nil, refuse("is_archived")
	case !c.holds(user):
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// called is a name that somebody types.
var called = regexp.MustCompile(`[@#][\p{L}\p{N}._-]+`)

// pieces cuts a text into what is plain and what names somebody.
func (w *Workspace) pieces(text string) []map[string]any {
	var all []map[string]any
	at := 0
	plain := func(to int) {
		if to > at {
			all = append(all, map[string]any{"type": "text", "text": text[at:to]})
		}
	}
	for _, span := range called.FindAllStringIndex(text, -1) {
		if leaf := w.leaf(text[span[0]:span[1]]); leaf != nil {
			plain(span[0])
			all = append(all, leaf)
			at = span[1]
		}
	}
	plain(len(text))
	return all
}

func (w *Workspace) leaf(name string) map[string]any {
	word := name[1:]
	if name[0] == '#' {
		if c := first(w.channels, func(c *Channel) bool { return c.Name == word }); c != nil {
			return map[string]any{"type": "channel", "channel_id": c.ID}
		}
		return nil
	}
	switch word {
	case "here", "channel", "everyone":
		return map[string]any{"type": "broadcast", "range": word}
	}
	if u := first(w.users, func(u *User) bool { return u.Handle == word || u.Name == word }); u != nil {
		return map[string]any{"type": "user", "user_id": u.ID}
	}
	if g := first(w.groups, func(g *Group) bool { return g.Handle == word }); g != nil {
		return map[string]any{"type": "usergroup", "usergroup_id": g.ID}
	}
	return nil
}

// typed is a text as Slack keeps what somebody typed.
func (w *Workspace) typed(text string) string {
	var b strings.Builder
	for _, p := range w.pieces(text) {
		switch p["type"] {
		case "text":
			b.WriteString(blocks.Escape(p["text"].(string)))
		case "user":
			fmt.Fprintf(&b, "<@%s>", p["user_id"])
		case "usergroup":
			fmt.Fprintf(&b, "<!subteam^%s>", p["usergroup_id"])
		case "broadcast":
			fmt.Fprintf(&b, "<!%s>", p["range"])
		case "channel":
			fmt.Fprintf(&b, "<#%s|>", p["channel_id"])
		}
	}
	return b.String()
}

func (w *Workspace) richly(text string) json.RawMessage {
	w.serial++
	raw, err := json.Marshal([]any{map[string]any{
		"type": "rich_text", "block_id": fmt.Sprintf("typed%d", w.serial),
		"elements": []any{map[string]any{"type": "rich_text_section", "elements": w.pieces(text)}},
	}})
	if err != nil {
		panic(err)
	}
	return raw
}

// Edits lets a person change what they wrote.
func (w *Workspace) Edits(user, channel, ts, text string) error {
	return w.amend(user, channel, ts, func(c *Channel, m *Message) {
		was := m.object()
		m.Text, m.Blocks, m.Edited = w.typed(text), w.richly(text), &Edited{user, w.ts()}
		w.tellChange(c, "message_changed", was, m.object())
	})
}

// Deletes lets a person take a message away. An admin may take the app's.
func (w *Workspace) Deletes(user, channel, ts string) error {
	return w.amend(user, channel, ts, w.remove)
}

func (w *Workspace) amend(user, channel, ts string, change func(*Channel, *Message)) error {
	_, err := locked(w, func() (struct{}, error) {
		c, m, err := w.onMessage(user, channel, ts)
		if err == nil {
			change(c, m)
		}
		return struct{}{}, err
	})
	return err
}

// Webhook writes a message that no user stands behind, as an incoming webhook
// does.
func (w *Workspace) Webhook(channel, text string) (Message, error) {
	return locked(w, func() (Message, error) {
		c := w.channel(channel)
		if c == nil {
			return Message{}, refuse("channel_not_found")
		}
		m := &Message{Subtype: "bot_message", BotID: "B0OTHER", Text: text}
		w.write(c, m)
		return m.copied(), nil
	})
}

// Invite brings somebody into a channel.
func (w *Workspace) Invite(channel, user string) error {
	return w.membership(channel, func(c *Channel) {
		if !c.holds(user) {
			c.members = append(c.members, user)
			w.tellMembers(c, map[string]any{"type": "member_joined_channel", "user": user, "channel": c.ID, "channel_type": "C", "team": w.ID})
		}
	})
}

// Seat brings somebody into a channel as if they had always been there: nobody
// hears of it.
func (w *Workspace) Seat(channel, user string) error {
	return w.membership(channel, func(c *Channel) {
		if !c.holds(user) {
			c.members = append(c.members, user)
		}
	})
}

// Kick puts somebody out of a channel. The app hears that it left.
func (w *Workspace) Kick(channel, user string) error {
	return w.membership(channel, func(c *Channel) {
		if !c.holds(user) {
			return
		}
		c.members = slices.DeleteFunc(c.members, func(m string) bool { return m == user })
		if user == w.App.UserID {
			w.tell(c, map[string]any{"type": c.kind() + "_left", "channel": c.ID, "actor_id": "USLACKBOT"})
			return
		}
		w.tellMembers(c, map[string]any{"type": "member_left_channel", "user": user, "channel": c.ID, "channel_type": "C", "team": w.ID})
	})
}

// Archive closes a channel, or opens it again.
func (w *Workspace) Archive(channel string, on bool) error {
	return w.membership(channel, func(c *Channel) {
		c.Archived = on
		kind := c.kind() + "_archive"
		if !on {
			kind = c.kind() + "_unarchive"
		}
		w.tellMembers(c, map[string]any{"type": kind, "channel": c.ID, "user": "USLACKBOT"})
	})
}

// Rename calls a channel by another name.
func (w *Workspace) Rename(channel, name string) error {
	return w.membership(channel, func(c *Channel) {
		c.Name = strings.TrimPrefix(name, "#")
		w.tellMembers(c, map[string]any{
			"type":    c.kind() + "_rename",
			"channel": map[string]any{"id": c.ID, "name": c.Name, "created": w.now().Unix()},
		})
	})
}

// Share opens a channel to another organisation.
func (w *Workspace) Share(channel string) error {
	return w.membership(channel, func(c *Channel) { c.Shared = true })
}

func (w *Workspace) membership(channel string, change func(*Channel)) error {
	_, err := locked(w, func() (struct{}, error) {
		c := w.channel(channel)
		if c == nil {
			return struct{}{}, refuse("channel_not_found")
		}
		change(c)
		return struct{}{}, nil
	})
	return err
}
