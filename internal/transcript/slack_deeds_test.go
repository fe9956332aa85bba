package transcript

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/ground"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// do has somebody do one thing. One that was done before is delivered again.
func (w *workplace) do(who string, at place, d deed) (answer, error) {
	was, again := w.done[d.id]
	whispers, sent, modal := len(w.whispers(who)), len(w.fake.Carrier.Sent()), w.modal(who)
	var why string
	var err error
	if again {
		w.again(was.told, "")
	} else if why, err = w.deed(who, at, d); err == nil && why != "" {
		err = fmt.Errorf("the client says: %s", why)
	}
	if errors.Is(err, errClient) {
		return answer{notice: []string{ownWords}, either: true}, nil
	}
	if err != nil {
		return answer{}, err
	}
	settle()
	if err := w.offered(who, whispers); err != nil {
		return answer{}, err
	}
	a := w.told(who, whispers)
	a.maybe = again // nobody looks twice at what stands there
	if next := w.modal(who); next != "" && (next != modal || d.form != nil) {
		a.form = w.form(who)
	}
	if a.form != nil && d.form != nil && len(a.notice) == 0 {
		a.notice, a.maybe = a.form.faults, true
	}
	if again && len(a.notice) == 0 { // it still stands there
		a.notice, a.buttons = was.answer.notice, was.answer.buttons
	}
	if !again {
		w.done[d.id] = done{told: w.sent(sent), answer: a}
	}
	return a, nil
}

// sent lists what Ponte was told since then.
func (w *workplace) sent(since int) (told []workspace.Delivery) {
	for _, s := range w.fake.Carrier.Sent()[since:] {
		told = append(told, workspace.Delivery{Kind: s.Kind, Payload: s.Payload})
	}
	return told
}

// again delivers what was delivered before; as a new deed where there is a mark for it.
func (w *workplace) again(told []workspace.Delivery, mark string) {
	for _, d := range told {
		d.Payload = maps.Clone(d.Payload)
		if mark != "" {
			d.Payload["trigger_id"] = fmt.Sprint(d.Payload["trigger_id"], mark)
		}
		w.fake.Carrier.Deliver(d)
	}
}

// errClient is what Slack's own client does not let people do. It says so in words of
// its own, and Ponte does not hear of it.
var errClient = errors.New("the client refuses it")

// deed has somebody do one thing in Slack. It returns what the client says went wrong.
func (w *workplace) deed(who string, at place, d deed) (why string, err error) {
	ws, user := w.fake.Workspace, w.user(who)
	on := d.on
	if d.press != nil && d.press.sends.Get("ref") != "" {
		on = d.press.sends.Get("on")
	}
	channel := w.where(on)
	if channel == "" {
		channel, err = w.channel(who, at.room)
	}
	if err == nil { // who is no member walks in
		err = ws.Seat(channel, user)
	}
	switch {
	case err != nil:
		return "", err
	case d.press != nil:
		return w.press(user, channel, *d.press)
	case d.emoji != "" && d.off:
		return "", ws.Unreact(user, channel, on, named(d.emoji))
	case d.emoji != "":
		if err = ws.React(user, channel, on, named(d.emoji)); refusal(err) == "already_reacted" {
			err = nil
		}
		return "", err
	case d.form != nil && d.leave:
		return "", ws.Closes(user)
	case d.form != nil:
		return w.submit(user, d)
	}
	return w.say(user, channel, at.thread, d)
}

// say types a text. In a thread no command with a slash can be typed, and none takes
// pictures: it is said to Ponte instead.
func (w *workplace) say(user, channel, thread string, d deed) (why string, err error) {
	command, ours := strings.CutPrefix(d.text, "/ponte")
	ours = ours && (command == "" || command[0] == ' ')
	var files []workspace.Uploaded
	for _, name := range d.pictures {
		files = append(files, workspace.Uploaded{Name: name + ".png", Content: w.hand[name]})
	}
	switch {
	case !ours && strings.HasPrefix(d.text, "/"):
		return "", errClient
	case ours && thread == "" && len(files) == 0:
		return heard(w.fake.Workspace.Commands(user, channel, d.text))
	case ours:
		d.text = "@ponte" + command
	}
	if len(files) > 0 {
		_, err = w.fake.Workspace.Uploads(user, channel, thread, d.text, files...)
	} else {
		_, err = w.fake.Workspace.Says(user, channel, thread, d.text)
	}
	return "", err
}

// upload takes a picture into somebody's hand: it goes along with what they say next.
func (w *workplace) upload(who string, at place, id string, data []byte) (hash string, told *answer, err error) {
	if w.modal(who) != "" {
		return "", nil, errors.New("a window takes no picture")
	}
	w.hand[id] = data
	return id, nil, nil
}

func refusal(err error) string {
	if no, ok := errors.AsType[*ground.Refusal](err); ok {
		return no.Code
	}
	return ""
}

// where is the channel of a message; empty: it is nowhere that everybody sees.
func (w *workplace) where(ts string) string {
	for _, c := range w.fake.Workspace.Channels() {
		if slices.ContainsFunc(w.fake.Workspace.Log(c.ID, ""), func(m ground.Message) bool { return m.TS == ts }) {
			return c.ID
		}
	}
	return ""
}

// named is what Slack calls an emoji.
func named(sign string) string {
	for name, there := range signs {
		if there == sign {
			return name
		}
	}
	return sign
}

// heard waits for what the client shows of a deed.
func heard(came <-chan workspace.Reply, err error) (string, error) {
	if err != nil {
		return "", err
	}
	r := <-came
	return r.Why, nil
}

// press presses a button where it stands, or forges a press elsewhere.
func (w *workplace) press(user, channel string, b button) (string, error) {
	var c blocks.Control
	if err := json.Unmarshal([]byte(b.sends.Get("control")), &c); err != nil {
		return "", err
	}
	p := workspace.Press{User: user, Channel: b.sends.Get("channel"), TS: b.sends.Get("on"), Control: c}
	if i := slices.IndexFunc(c.Options, func(o blocks.Option) bool { return o.Value == b.sends.Get("option") }); i >= 0 {
		p.Picks = []map[string]any{c.Options[i].Sends}
	}
	if b.sends.Get("ref") != "" {
		return heard(w.fake.Workspace.Presses(p))
	}
	act := map[string]any{"type": c.Kind, "action_id": c.Action, "block_id": c.Block, "value": c.Value}
	if p.Picks != nil {
		act["selected_option"] = p.Picks[0]
	}
	came := make(chan workspace.Reply, 1)
	w.fake.Carrier.Deliver(workspace.Delivery{Kind: ground.Interaction, Answer: func(r ground.Reply) { came <- r }, Payload: map[string]any{
		"type": "block_actions", "trigger_id": "forged." + w.fake.Workspace.Stamp(), "team": map[string]any{"id": w.fake.Workspace.ID},
		"user": map[string]any{"id": user}, "channel": map[string]any{"id": channel}, "actions": []any{act},
		"container": map[string]any{"type": "message", "message_ts": p.TS, "channel_id": channel},
	}})
	return heard(came, nil)
}

// whispers lists what only this person sees, in all channels.
func (w *workplace) whispers(who string) (all []ground.Message) {
	for _, c := range w.fake.Workspace.Channels() {
		for _, m := range w.fake.Workspace.Log(c.ID, w.user(who)) {
			if m.To != "" {
				all = append(all, m)
			}
		}
	}
	slices.SortFunc(all, func(a, b ground.Message) int { return strings.Compare(a.TS, b.TS) })
	return all
}

// told is what somebody was shown alone since then.
func (w *workplace) told(who string, since int) (a answer) {
	a.either = true
	for _, m := range w.whispers(who)[since:] {
		if w.offer(m) {
			continue
		}
		shown := w.read(m)
		for _, l := range shown.show() {
			a.notice = append(a.notice, strings.TrimPrefix(l, "  "))
		}
		a.buttons = append(a.buttons, shown.buttons...)
	}
	return a
}

// offer tells whether a message is no answer: it has the button that opens the window
// which what somebody typed asks for.
func (w *workplace) offer(m ground.Message) bool {
	shown := w.read(m)
	return len(shown.lines) == 1 && slices.Contains(w.says("slack.form_typed"), strings.TrimSpace(shown.lines[0]))
}

// offered has the person press that button.
func (w *workplace) offered(who string, since int) error {
	all := w.whispers(who)[since:]
	i := slices.IndexFunc(all, w.offer)
	if i < 0 {
		return nil
	}
	why, err := w.press(w.user(who), all[i].Channel, w.read(all[i]).buttons[0])
	settle()
	if why != "" {
		err = errors.New(why)
	}
	return err
}

// modal is the id of the window in front of somebody.
func (w *workplace) modal(who string) string {
	v, _ := w.fake.Workspace.Modal(w.user(who))
	return v.ID
}

// submit writes into the window what was typed, and sends it. Where the window is
// gone already, what it sent is sent once more.
func (w *workplace) submit(user string, d deed) (string, error) {
	v, open := w.fake.Workspace.Modal(user)
	if !open || v.ID != d.form.sends.Get("view") {
		last := w.forms[d.form.sends.Get("view")]
		if last == nil {
			return "", errors.New("the window is closed")
		}
		w.again(last, ".again")
		return "", nil
	}
	if err := w.write(user, d.values); err != nil {
		return "", err
	}
	since := len(w.fake.Carrier.Sent())
	came, err := w.fake.Workspace.Submits(user)
	if err != nil && refusal(err) == "" {
		return "", errClient
	}
	why, err := heard(came, err)
	w.forms[v.ID] = w.sent(since)
	return why, err
}

// write fills in the window in front of somebody.
func (w *workplace) write(user string, values map[string]string) error {
	v, _ := w.fake.Workspace.Modal(user)
	left := maps.Clone(values)
	for _, c := range v.Shown(w.fake.Workspace.Called).Controls {
		name, value := fieldName(c.Block), ""
		if !c.Field || values[name] == held(v, c) && left[name] == values[name] {
			continue
		}
		if value = left[name]; c.Kind == "plain_text_input" && len([]rune(value)) > 3000 {
			value = string([]rune(value)[:3000])
		}
		left[name] = strings.TrimPrefix(left[name], value)
		var err error
		switch c.Kind {
		case "plain_text_input":
			err = w.fake.Workspace.Fills(v.ID, c, nil, value)
		default:
			err = w.fake.Workspace.Fills(v.ID, c, picks(c, value), nil)
		}
		if err != nil && refusal(err) == "" {
			return errClient
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func picks(c blocks.Control, value string) (all []map[string]any) {
	for _, o := range c.Options {
		if o.Value == value || o.Value == "="+value || c.Action == "kept" && strings.Contains(value, o.Value) {
			all = append(all, o.Sends)
		}
	}
	return all
}

// choose picks a choice in the window, and returns the form as it is then.
func (w *workplace) choose(who string, typed map[string]string, name, value string) (*form, error) {
	user := w.user(who)
	if err := w.write(user, typed); err != nil {
		return nil, err
	}
	v, _ := w.fake.Workspace.Modal(user)
	for _, c := range v.Shown(w.fake.Workspace.Called).Controls {
		if fieldName(c.Block) != name {
			continue
		}
		err := w.fake.Workspace.Fills(v.ID, c, picks(c, value), nil)
		if err == nil && strings.HasPrefix(c.Action, "fill:") {
			_, err = heard(w.fake.Workspace.Presses(workspace.Press{User: user, View: v.ID, Control: c, Picks: picks(c, value)}))
			settle()
		}
		return w.form(who), err
	}
	return nil, fmt.Errorf("the window has no %s", name)
}

// form reads the window in front of somebody.
func (w *workplace) form(who string) *form {
	v, _ := w.fake.Workspace.Modal(w.user(who))
	return w.sheet().window(v)
}

var _ chat = (*workplace)(nil)

func sending(c blocks.Control, option string) url.Values {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return url.Values{"control": {string(raw)}, "option": {option}}
}
