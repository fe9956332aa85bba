package workspace

import (
	"encoding/json"
	"strings"
	"time"

	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/ground"
)

// How long what the app is handed can be used.
const (
	TriggerLife = 3 * time.Second
	HookLife    = 30 * time.Minute
	HookUses    = 5
)

// trigger lets the app open one view for one person.
type trigger struct {
	user string
	at   time.Time
	used bool
}

// hook is a response_url: a way to answer where the app need not be.
type hook struct {
	channel, user, ts string
	at                time.Time
	used              int
}

func (w *Workspace) trigger(user string) string {
	id := w.NewID("") + ".trigger"
	w.triggers[id] = &trigger{user: user, at: w.Now()}
	return id
}

func (w *Workspace) hook(channel, user, ts string) string {
	id := w.NewID("H")
	w.hooks[id] = &hook{channel: channel, user: user, ts: ts, at: w.Now()}
	return w.Base() + "/hooks/" + id
}

// pull uses a trigger up.
func (w *Workspace) pull(id string) (user string, err error) {
	t := w.triggers[id]
	switch {
	case t == nil:
		return "", ground.Refuse("invalid_trigger_id")
	case t.used:
		return "", ground.Refuse("exchanged_trigger_id")
	case w.Now().Sub(t.at) > TriggerLife:
		return "", ground.Refuse("expired_trigger_id")
	}
	t.used = true
	return t.user, nil
}

// common is what every interaction carries.
func (w *Workspace) common(kind, user string) map[string]any {
	u := w.FindUser(user)
	return map[string]any{
		"type": kind, "token": w.App.Token, "api_app_id": w.App.ID, "trigger_id": w.trigger(user),
		"team":       map[string]any{"id": w.ID, "domain": w.Domain},
		"enterprise": nil, "is_enterprise_install": false, "action_ts": w.Stamp(),
		"user": map[string]any{"id": u.ID, "username": u.Handle, "name": u.Handle, "team_id": w.ID},
	}
}

// send queues a delivery and returns where its outcome comes.
func (w *Workspace) send(kind ground.Kind, payload map[string]any, then func(ground.Reply) ground.Reply) <-chan ground.Reply {
	came := make(chan ground.Reply, 1)
	w.Queue(ground.Delivery{Kind: kind, Payload: payload, Answer: func(r ground.Reply) { came <- then(r) }})
	return came
}

// Commands lets a person type a slash command in a channel.
func (w *Workspace) Commands(user, channel, line string) (<-chan ground.Reply, error) {
	return ground.Locked(w.Ground, func() (<-chan ground.Reply, error) {
		c, err := w.Writable(user, channel)
		if err != nil {
			return nil, err
		}
		command, text, _ := strings.Cut(line, " ")
		return w.send(ground.Command, map[string]any{
			"token": w.App.Token, "team_id": w.ID, "team_domain": w.Domain, "channel_id": c.ID, "channel_name": c.Spoken(),
			"user_id": user, "user_name": w.FindUser(user).Handle, "command": command, "text": w.escaped(strings.TrimSpace(text)),
			"api_app_id": w.App.ID, "is_enterprise_install": "false",
			"response_url": w.hook(c.ID, user, ""), "trigger_id": w.trigger(user),
		}, func(r ground.Reply) ground.Reply { return w.commanded(c.ID, user, r) }), nil
	})
}

// escaped is a command's text with should_escape on: ids with their names.
func (w *Workspace) escaped(text string) string {
	var b strings.Builder
	for _, p := range w.Pieces(text) {
		switch p["type"] {
		case "user":
			id := p["user_id"].(string)
			b.WriteString("<@" + id + "|" + w.FindUser(id).Handle + ">")
		case "channel":
			id := p["channel_id"].(string)
			b.WriteString("<#" + id + "|" + w.FindChannel(id).Name + ">")
		case "text":
			b.WriteString(blocks.Escape(p["text"].(string)))
		case "broadcast":
			b.WriteString("<!" + p["range"].(string) + ">")
		case "usergroup":
			b.WriteString("<!subteam^" + p["usergroup_id"].(string) + ">")
		}
	}
	return b.String()
}

// commanded shows what a command was answered at once.
func (w *Workspace) commanded(channel, user string, r ground.Reply) ground.Reply {
	if !r.OK || len(r.Body) == 0 {
		return r
	}
	answer := map[string]any{}
	if json.Unmarshal(r.Body, &answer) != nil {
		answer = map[string]any{"text": string(r.Body)}
	}
	if len(answer) == 0 {
		return r
	}
	if err := w.answer(channel, user, "", answer); err != nil {
		r.OK, r.Why = false, err.Error()
	}
	return r
}

// Press is what somebody does to a control of a message or of a view: presses
// it, or picks an option.
type Press struct {
	User, Channel, TS string // on a message
	View              string // or in a view
	Control           blocks.Control
	Picks             []map[string]any // what is chosen, as the option stands
	Value             any              // what is chosen where there are no options
}

// Presses lets the app hear of it.
func (w *Workspace) Presses(p Press) (<-chan ground.Reply, error) {
	return ground.Locked(w.Ground, func() (<-chan ground.Reply, error) {
		payload := w.common("block_actions", p.User)
		payload["actions"] = []any{p.action(w.Stamp())}
		payload["state"] = map[string]any{"values": map[string]any{}}
		if p.View != "" {
			v := w.view(p.View)
			if v == nil || !v.open {
				return nil, ground.Refuse("not_found")
			}
			payload["container"] = map[string]any{"type": "view", "view_id": v.ID}
			payload["view"] = w.shown(v)
			return w.send(ground.Interaction, payload, func(r ground.Reply) ground.Reply { return r }), nil
		}
		c, m, err := w.seen(p.User, p.Channel, p.TS)
		if err != nil {
			return nil, err
		}
		container := map[string]any{
			"type": "message", "message_ts": m.TS, "channel_id": c.ID, "is_ephemeral": m.To != "",
		}
		if m.ThreadTS != "" {
			container["thread_ts"] = m.ThreadTS
		}
		payload["container"], payload["channel"], payload["response_url"] = container, c.Short(), w.hook(c.ID, p.User, m.TS)
		if m.To == "" {
			payload["message"] = m.Object()
			delete(payload["message"].(map[string]any), "metadata")
		}
		return w.send(ground.Interaction, payload, func(r ground.Reply) ground.Reply { return r }), nil
	})
}

func (p Press) action(ts string) map[string]any {
	a := map[string]any{
		"type": p.Control.Kind, "action_id": p.Control.Action, "block_id": p.Control.Block, "action_ts": ts,
	}
	switch {
	case p.Control.Kind == "button":
		a["text"] = p.Control.Element["text"]
		if p.Control.Value != "" {
			a["value"] = p.Control.Value
		}
	default:
		for key, value := range chosen(p.Control.Kind, p.Picks, p.Value) {
			a[key] = value
		}
	}
	return a
}

// seen finds a message that a person sees, ephemeral ones too.
func (w *Workspace) seen(user, channel, ts string) (*ground.Channel, *ground.Message, error) {
	whisper := ground.First(w.Whispers, func(m *ground.Message) bool { return m.Channel == channel && m.TS == ts && m.To == user })
	if c := w.FindChannel(channel); c != nil && whisper != nil {
		return c, whisper, nil
	}
	return w.OnMessage(user, channel, ts)
}

// Shortcut lets a person use a shortcut, on a message or, without one, anywhere.
func (w *Workspace) Shortcut(user, callback, channel, ts string) (<-chan ground.Reply, error) {
	return ground.Locked(w.Ground, func() (<-chan ground.Reply, error) {
		if ts == "" {
			payload := w.common("shortcut", user)
			payload["callback_id"] = callback
			return w.send(ground.Interaction, payload, func(r ground.Reply) ground.Reply { return r }), nil
		}
		c, m, err := w.OnMessage(user, channel, ts)
		if err != nil {
			return nil, err
		}
		payload := w.common("message_action", user)
		payload["callback_id"], payload["channel"], payload["message_ts"] = callback, c.Short(), m.TS
		payload["message"], payload["response_url"] = m.Object(), w.hook(c.ID, user, m.TS)
		delete(payload["message"].(map[string]any), "metadata")
		return w.send(ground.Interaction, payload, func(r ground.Reply) ground.Reply { return r }), nil
	})
}

// OpensHome lets a person open the app's home tab.
func (w *Workspace) OpensHome(user string) error {
	_, err := ground.Locked(w.Ground, func() (struct{}, error) {
		u := w.FindUser(user)
		if u == nil {
			return struct{}{}, ground.Refuse("user_not_found")
		}
		event := map[string]any{"type": "app_home_opened", "user": user, "channel": w.Direct(u).ID, "tab": "home"}
		if v := w.home(user); v != nil {
			event["view"] = w.shown(v)
		}
		w.Tell(nil, event)
		return struct{}{}, nil
	})
	return err
}
