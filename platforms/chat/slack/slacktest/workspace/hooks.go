package workspace

import (
	"encoding/json"
	"slices"

	"ponte/platforms/chat/slack/slacktest/chat"
	"ponte/platforms/chat/slack/slacktest/ground"
)

// Respond is a post to a response_url: up to five in half an hour, in the
// channel or only to the one who acted, even where the app is no member.
func (w *Workspace) Respond(id string, body []byte) error {
	w.Lock()
	h := w.hooks[id]
	var err error
	switch {
	case h == nil:
		err = ground.Refuse("invalid_url")
	case w.Now().Sub(h.at) > HookLife:
		err = ground.Refuse("expired_url")
	case h.used >= HookUses:
		err = ground.Refuse("used_url")
	default:
		h.used++
	}
	w.Unlock()
	if err != nil {
		return err
	}
	var answer map[string]any
	if json.Unmarshal(body, &answer) != nil {
		return ground.Refuse("invalid_payload")
	}
	return w.answer(h.channel, h.user, h.ts, answer)
}

// said turns an answer's JSON into what a message says.
func said(answer map[string]any) chat.Post {
	var p chat.Post
	p.Text, _ = answer["text"].(string)
	p.Thread, _ = answer["thread_ts"].(string)
	for key, to := range map[string]*json.RawMessage{"blocks": &p.Blocks, "attachments": &p.Attachments, "metadata": &p.Metadata} {
		if value := answer[key]; value != nil {
			*to, _ = json.Marshal(value)
		}
	}
	return p
}

// answer shows an answer to a command or to an act on the message with this ts.
func (w *Workspace) answer(channel, user, ts string, answer map[string]any) error {
	_, err := ground.Locked(w.Ground, func() (struct{}, error) {
		c := w.FindChannel(channel)
		if c == nil || c.Archived {
			return struct{}{}, ground.Refuse("channel_not_found")
		}
		if answer["delete_original"] == true {
			w.withdraw(c, ts)
			return struct{}{}, nil
		}
		m, err := w.Body(said(answer), false)
		if err != nil {
			return struct{}{}, err
		}
		if answer["replace_original"] == true && w.replace(c, ts, m) {
			return struct{}{}, nil
		}
		if m.ThreadTS, err = c.Under(said(answer).Thread); err != nil {
			return struct{}{}, err
		}
		if answer["response_type"] == "in_channel" {
			w.Write(c, m)
			return struct{}{}, nil
		}
		w.Whisper(c, m, user)
		return struct{}{}, nil
	})
	return err
}

// withdraw takes the message away that was acted on.
func (w *Workspace) withdraw(c *ground.Channel, ts string) {
	w.Whispers = slices.DeleteFunc(w.Whispers, func(m *ground.Message) bool { return m.Channel == c.ID && m.TS == ts })
	if m := c.Message(ts); m != nil && m.BotID == w.App.BotID {
		w.Remove(c, m)
	}
}

// replace changes the message that was acted on, and tells whether it is there.
func (w *Workspace) replace(c *ground.Channel, ts string, next *ground.Message) bool {
	whisper := ground.First(w.Whispers, func(m *ground.Message) bool { return m.Channel == c.ID && m.TS == ts })
	if whisper != nil {
		whisper.Text, whisper.Blocks, whisper.Attachments = next.Text, next.Blocks, next.Attachments
		return true
	}
	m := c.Message(ts)
	if m == nil || m.BotID != w.App.BotID {
		return false
	}
	was := m.Object()
	m.Text, m.Blocks, m.Attachments = next.Text, next.Blocks, next.Attachments
	m.Edited = &ground.Edited{User: w.App.UserID, TS: w.Stamp()}
	w.TellChange(c, "message_changed", was, m.Object())
	return true
}
