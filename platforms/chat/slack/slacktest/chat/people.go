package chat

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/ground"
)

// Says lets a person write in a channel, or in the thread under a message.
// Names with @ and # become what Slack's own clients make of them.
func (w *Chat) Says(user, channel, thread, text string) (ground.Message, error) {
	return w.says(user, channel, thread, text, nil)
}

// Uploaded is a file that somebody brings.
type Uploaded struct {
	Name, Alt string
	Content   []byte
}

// Uploads lets a person share files with a word.
func (w *Chat) Uploads(user, channel, thread, text string, files ...Uploaded) (ground.Message, error) {
	return w.says(user, channel, thread, text, files)
}

func (w *Chat) says(user, channel, thread, text string, files []Uploaded) (ground.Message, error) {
	return ground.Locked(w.Ground, func() (ground.Message, error) {
		c, err := w.Writable(user, channel)
		if err != nil {
			return ground.Message{}, err
		}
		m := &ground.Message{User: user, ThreadTS: thread, Text: w.typed(text)}
		if m.Text != "" {
			m.Blocks = w.richly(text)
			m.ClientID = w.NewID("client-")
		}
		if thread != "" && c.Message(thread) == nil {
			return ground.Message{}, ground.Refuse("thread_not_found")
		}
		if len(files) == 0 {
			w.Write(c, m)
			return m.Copied(), nil
		}
		var brought []*ground.File
		for _, f := range files {
			file := w.newFile(user, f.Name, f.Alt, len(f.Content))
			file.Content, file.Size, file.Done = f.Content, len(f.Content), true
			brought = append(brought, file)
		}
		w.writeFiles(c, m, brought)
		return m.Copied(), nil
	})
}

// Writable finds a channel that a person can write in.
func (w *Chat) Writable(user, channel string) (*ground.Channel, error) {
	c := w.FindChannel(channel)
	switch {
	case w.FindUser(user) == nil:
		return nil, ground.Refuse("user_not_found")
	case c == nil, c.Private && !c.Holds(user):
		return nil, ground.Refuse("channel_not_found")
	case c.Archived:
		return nil, ground.Refuse("is_archived")
	case !c.Holds(user):
		return nil, ground.Refuse("not_in_channel")
	}
	return c, nil
}

// called is a name that somebody types.
var called = regexp.MustCompile(`[@#][\p{L}\p{N}._-]+`)

// Pieces cuts a text into what is plain and what names somebody.
func (w *Chat) Pieces(text string) []map[string]any {
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

func (w *Chat) leaf(name string) map[string]any {
	word := name[1:]
	if name[0] == '#' {
		if c := ground.First(w.Rooms, func(c *ground.Channel) bool { return c.Name == word }); c != nil {
			return map[string]any{"type": "channel", "channel_id": c.ID}
		}
		return nil
	}
	switch word {
	case "here", "channel", "everyone":
		return map[string]any{"type": "broadcast", "range": word}
	}
	if u := ground.First(w.People, func(u *ground.User) bool { return u.Handle == word || u.Name == word }); u != nil {
		return map[string]any{"type": "user", "user_id": u.ID}
	}
	if g := ground.First(w.Teams, func(g *ground.Group) bool { return g.Handle == word }); g != nil {
		return map[string]any{"type": "usergroup", "usergroup_id": g.ID}
	}
	return nil
}

// typed is a text as Slack keeps what somebody typed.
func (w *Chat) typed(text string) string {
	var b strings.Builder
	for _, p := range w.Pieces(text) {
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

func (w *Chat) richly(text string) json.RawMessage {
	raw, err := json.Marshal([]any{map[string]any{
		"type": "rich_text", "block_id": w.NewID("typed"),
		"elements": []any{map[string]any{"type": "rich_text_section", "elements": w.Pieces(text)}},
	}})
	if err != nil {
		panic(err)
	}
	return raw
}

// Edits lets a person change what they wrote.
func (w *Chat) Edits(user, channel, ts, text string) error {
	return w.amend(user, channel, ts, func(c *ground.Channel, m *ground.Message) {
		was := m.Object()
		m.Text, m.Blocks, m.Edited = w.typed(text), w.richly(text), &ground.Edited{User: user, TS: w.Stamp()}
		w.TellChange(c, "message_changed", was, m.Object())
	})
}

// Deletes lets a person take a message away. An admin may take the app's.
func (w *Chat) Deletes(user, channel, ts string) error {
	return w.amend(user, channel, ts, w.Remove)
}

func (w *Chat) amend(user, channel, ts string, change func(*ground.Channel, *ground.Message)) error {
	_, err := ground.Locked(w.Ground, func() (struct{}, error) {
		c, m, err := w.OnMessage(user, channel, ts)
		if err == nil {
			change(c, m)
		}
		return struct{}{}, err
	})
	return err
}

// Webhook writes a message that no user stands behind, as an incoming webhook
// does.
func (w *Chat) Webhook(channel, text string) (ground.Message, error) {
	return ground.Locked(w.Ground, func() (ground.Message, error) {
		c := w.FindChannel(channel)
		if c == nil {
			return ground.Message{}, ground.Refuse("channel_not_found")
		}
		m := &ground.Message{Subtype: "bot_message", BotID: "B0OTHER", Text: text}
		w.Write(c, m)
		return m.Copied(), nil
	})
}

// Invite brings somebody into a channel.
func (w *Chat) Invite(channel, user string) error {
	return w.membership(channel, func(c *ground.Channel) {
		if !c.Holds(user) {
			c.Members = append(c.Members, user)
			w.TellMembers(c, map[string]any{"type": "member_joined_channel", "user": user, "channel": c.ID, "channel_type": "C", "team": w.ID})
		}
	})
}

// Seat brings somebody into a channel as if they had always been there: nobody
// hears of it.
func (w *Chat) Seat(channel, user string) error {
	return w.membership(channel, func(c *ground.Channel) {
		if !c.Holds(user) {
			c.Members = append(c.Members, user)
		}
	})
}

// Kick puts somebody out of a channel. The app hears that it left.
func (w *Chat) Kick(channel, user string) error {
	return w.membership(channel, func(c *ground.Channel) {
		if !c.Holds(user) {
			return
		}
		c.Members = slices.DeleteFunc(c.Members, func(m string) bool { return m == user })
		if user == w.App.UserID {
			w.Tell(c, map[string]any{"type": c.Kind() + "_left", "channel": c.ID, "actor_id": "USLACKBOT"})
			return
		}
		w.TellMembers(c, map[string]any{"type": "member_left_channel", "user": user, "channel": c.ID, "channel_type": "C", "team": w.ID})
	})
}

// Archive closes a channel, or opens it again.
func (w *Chat) Archive(channel string, on bool) error {
	return w.membership(channel, func(c *ground.Channel) {
		c.Archived = on
		kind := c.Kind() + "_archive"
		if !on {
			kind = c.Kind() + "_unarchive"
		}
		w.TellMembers(c, map[string]any{"type": kind, "channel": c.ID, "user": "USLACKBOT"})
	})
}

// Rename calls a channel by another name.
func (w *Chat) Rename(channel, name string) error {
	return w.membership(channel, func(c *ground.Channel) {
		c.Name = strings.TrimPrefix(name, "#")
		w.TellMembers(c, map[string]any{
			"type":    c.Kind() + "_rename",
			"channel": map[string]any{"id": c.ID, "name": c.Name, "created": w.Now().Unix()},
		})
	})
}

// Share opens a channel to another organisation.
func (w *Chat) Share(channel string) error {
	return w.membership(channel, func(c *ground.Channel) { c.Shared = true })
}

// ChangeID gives a channel another id, as Slack does to some that become shared with
// another organisation, and returns it. The one before names nothing any more.
func (w *Chat) ChangeID(channel string) (id string, err error) {
	err = w.membership(channel, func(c *ground.Channel) {
		was := c.ID
		id = w.NewID("C")
		c.ID, c.Shared = id, true
		for _, m := range c.Log {
			m.Channel = id
		}
		w.TellMembers(c, map[string]any{"type": "channel_id_changed", "old_channel_id": was, "new_channel_id": id})
	})
	return id, err
}

func (w *Chat) membership(channel string, change func(*ground.Channel)) error {
	_, err := ground.Locked(w.Ground, func() (struct{}, error) {
		c := w.FindChannel(channel)
		if c == nil {
			return struct{}{}, ground.Refuse("channel_not_found")
		}
		change(c)
		return struct{}{}, nil
	})
	return err
}
