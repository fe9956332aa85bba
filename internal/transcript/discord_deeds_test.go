package transcript

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot/act"
	commandline "ponte/commands/line"
	"ponte/internal/commandlist"
	"ponte/platforms/chat/discord/discordtest"
	"ponte/platforms/chat/discord/discordtest/gateway"
	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
	"ponte/platforms/chat/discord/discordtest/show"
	discordworld "ponte/platforms/chat/discord/discordtest/world"
)

// do has somebody do one thing. One that was done before is delivered again.
func (s *server) do(who string, at place, d deed) (answer, error) {
	was, again := s.done[d.id]
	user := s.users[who]
	before, since, window, step := len(s.whispers(user)), len(s.fake.Gateway.Sent()), s.window(user), ""
	if d.form != nil {
		step = s.step(user, d.form)
	}
	var why string
	var err error
	if again {
		s.again(was.told)
	} else if why, err = s.deed(who, at, d); err == nil && why != "" {
		err = fmt.Errorf("the client says: %s", why)
	}
	if errors.Is(err, errClient) {
		return answer{notice: []string{ownWords}, either: true}, nil
	}
	if err != nil {
		return answer{}, err
	}
	settle()
	told := s.theirs(user, since)
	if err := s.confirmed(user, before); err != nil {
		return answer{}, err
	}
	a, form := s.answered(user, before)
	a.maybe = again // nobody looks twice at what stands there
	switch next := s.window(user); {
	case form != nil:
		a.form, err = s.asked(user, *form)
	case next != "" && (next != window || d.form != nil):
		a.form = s.modal(user)
	case step != "" && s.step(user, d.form) != step && s.formed(user, d.form) != nil:
		a.form, err = s.asked(user, *s.formed(user, d.form))
	}
	if a.form != nil && d.form != nil && len(a.notice) == 0 {
		a.notice, a.maybe = a.form.faults, true
	}
	if again && len(a.notice) == 0 { // it still stands there
		a.notice, a.buttons = was.answer.notice, was.answer.buttons
	}
	if !again {
		s.done[d.id] = came{told: told, answer: a}
	}
	return a, err
}

// theirs lists what Ponte was told since then of what somebody did.
func (s *server) theirs(user string, since int) (told []gateway.Sent) {
	for _, e := range s.fake.Gateway.Sent()[since:] {
		data := e.Data()
		author, _ := data["author"].(guild.Obj)
		if e.Type == "INTERACTION_CREATE" || data["user_id"] == user || shape.Str(author, "id") == user {
			told = append(told, e)
		}
	}
	return told
}

// again delivers what was delivered before.
func (s *server) again(told []gateway.Sent) {
	for _, e := range told {
		s.fake.Gateway.Tells(e.Type, e.Data())
	}
}

// deed has somebody do one thing in Discord. It returns what the client says went wrong.
func (s *server) deed(who string, at place, d deed) (why string, err error) {
	w, user := s.fake.World, s.users[who]
	switch {
	case d.press != nil:
		return s.press(user, *d.press)
	case d.emoji != "":
		return "", w.Reacts(user, s.where(d.on), d.on, d.emoji, !d.off)
	case d.form != nil && d.leave:
		return s.leave(user, d.form)
	case d.form != nil:
		return s.submit(user, d)
	}
	channel, err := s.channel(who, at.room)
	if err == nil && at.thread != "" {
		channel, err = s.thread(user, channel, at.thread)
	}
	if err != nil {
		return "", err
	}
	return s.say(user, channel, d)
}

// thread is the thread of a message. Who talks about one without a thread begins it.
func (s *server) thread(user, channel, message string) (string, error) {
	if c, there := s.fake.World.Channel(message); there && c.Thread() {
		return c.ID, nil
	}
	return s.fake.World.Threads(user, channel, message, "about it", "")
}

// say types a text: a command as such where it can be one, else to Ponte by its name.
// A command takes no pictures.
func (s *server) say(user, channel string, d deed) (why string, err error) {
	text, command := strings.CutPrefix(d.text, "/ponte")
	command = command && (text == "" || text[0] == ' ')
	post := discordworld.Post{Text: d.text}
	for _, name := range d.pictures {
		post.Files = append(post.Files, guild.Upload{Name: name + ".png", Type: "image/png", Data: s.hand[name]})
	}
	if !command && strings.HasPrefix(d.text, "/") {
		return "", errClient
	}
	if root, options, ok := s.typed(text); command && ok && post.Files == nil {
		return s.heard(s.fake.World.Command(user, channel, root, options, false), nil)
	}
	if rest, called := strings.CutPrefix(d.text, "@ponte"); called || command {
		if command {
			rest = text
		}
		post.Text = "@" + s.fake.World.Called(s.bot) + rest
	}
	if len([]rune(post.Text)) > shape.Content {
		return "", errClient
	}
	_, err = s.fake.World.Says(user, channel, post)
	return "", err
}

// typed fills a text behind "/ponte" into the command that Discord offers; ok is false
// where it cannot be typed there.
func (s *server) typed(text string) (root guild.Obj, options []any, ok bool) {
	name, rest := commandline.Split(text)
	all := commandlist.All()
	i := slices.IndexFunc(all, func(c act.Command) bool { return c.Name == name })
	root, offered := s.fake.World.Offered(s.fake.ID, "ponte", 1)
	if i < 0 || !offered {
		return nil, nil, false
	}
	values, err := commandline.Values(name, all[i].Options, rest)
	if err != nil {
		return nil, nil, false
	}
	for _, o := range shape.List(root, "options") {
		if shape.Str(o, "name") == name {
			given, ok := s.values(o, values)
			return root, []any{guild.Obj{"type": 1, "name": name, "options": given}}, ok
		}
		for _, c := range shape.List(o, "options") {
			if shape.Num(o, "type") == 2 && shape.Str(c, "name") == name {
				given, ok := s.values(c, values)
				return root, []any{guild.Obj{"type": 2, "name": o["name"], "options": []any{guild.Obj{"type": 1, "name": name, "options": given}}}}, ok
			}
		}
	}
	return nil, nil, false
}

// values are the options of a command as they are sent.
func (s *server) values(command guild.Obj, values map[string]string) (given []any, ok bool) {
	given = []any{}
	for _, o := range shape.List(command, "options") {
		value := values[shape.Str(o, "name")]
		choices := shape.List(o, "choices")
		switch {
		case value == "" && shape.Yes(o, "required"),
			value != "" && len(choices) > 0 && !slices.ContainsFunc(choices, func(c shape.Obj) bool { return c["value"] == value }):
			return nil, false
		case value == "":
			continue
		case shape.Num(o, "type") == 6:
			if value = s.users[strings.TrimPrefix(value, "@")]; value == "" {
				return nil, false
			}
		}
		given = append(given, guild.Obj{"name": o["name"], "type": shape.Num(o, "type"), "value": value})
	}
	return given, true
}

// upload takes a picture into somebody's hand: it goes along with what they say next.
func (s *server) upload(who string, _ place, id string, data []byte) (hash string, told *answer, err error) {
	if s.window(s.users[who]) != "" {
		return "", nil, errors.New("a window takes no picture")
	}
	s.hand[id] = data
	return id, nil, nil
}

// where is the channel or thread of a message; empty: it is nowhere that everybody sees.
func (s *server) where(id string) string {
	for _, c := range s.fake.World.Channels(s.fake.ID) {
		if slices.ContainsFunc(s.fake.World.Log(c.ID, ""), func(m guild.Message) bool { return m.ID == id }) {
			return c.ID
		}
	}
	return ""
}

// heard waits for what the client shows of a deed.
func (s *server) heard(came <-chan discordworld.Reply, err error) (string, error) {
	if err != nil {
		return "", err
	}
	select {
	case r := <-came:
		return r.Why, nil
	case <-time.After(discordworld.Patience):
		s.fake.World.GiveUp(came)
		return discordtest.FailedText, nil
	}
}

// press presses a button where it stands. Elsewhere nobody can: Discord knows what
// stands on a message.
func (s *server) press(user string, b button) (string, error) {
	if b.sends.Get("ref") == "" {
		return "", errClient
	}
	var values []string
	kind := shape.Button
	if v, picked := b.sends["value"]; picked {
		kind, values = shape.Select, v
	}
	return s.heard(s.fake.World.Presses(user, b.sends.Get("channel"), b.sends.Get("on"), b.sends.Get("id"), kind, values))
}

// whispers lists what only this person sees, with what was written to them directly.
func (s *server) whispers(user string) (all []guild.Message) {
	for _, c := range s.fake.World.Channels(s.fake.ID) {
		for _, m := range s.fake.World.Log(c.ID, user) {
			if m.To != "" {
				all = append(all, m)
			}
		}
	}
	for _, m := range s.fake.World.Log(s.fake.World.Direct(user), user) {
		if m.Author == s.bot {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b guild.Message) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// answered is what somebody was shown alone since then, and the form that is among it.
func (s *server) answered(user string, since int) (a answer, form *guild.Message) {
	a.either = true
	for _, m := range s.whispers(user)[since:] {
		switch {
		case isForm(m):
			form = &m
			continue
		case s.asks(m):
			continue
		}
		shown := s.read("", m)
		for _, l := range shown.show() {
			a.notice = append(a.notice, strings.TrimPrefix(l, "  "))
		}
		if m.To == "" && len(a.notice) > 0 {
			a.notice[0] = direct + a.notice[0]
		}
		a.buttons = append(a.buttons, shown.buttons...)
	}
	return a, form
}

// direct marks what was written to somebody directly, where nothing can be pressed.
const direct = "\x00direct "

// asks tells whether a message asks once more before a button acts.
func (s *server) asks(m guild.Message) bool {
	return slices.ContainsFunc(s.controls(m), func(c show.Control) bool { return c.Action == "n" })
}

// confirmed has the person say yes where they are asked once more.
func (s *server) confirmed(user string, since int) error {
	all := s.whispers(user)[since:]
	i := slices.IndexFunc(all, s.asks)
	if i < 0 {
		return nil
	}
	why, err := s.press(user, s.read("", all[i]).buttons[0])
	settle()
	if why != "" {
		err = errors.New(why)
	}
	return err
}

// Forms: a window, or a message with menus and buttons that open windows.

func (s *server) controls(m guild.Message) []show.Control {
	return show.Message(m.Content, m.Embeds, m.Components, s.fake.World.Called).Controls
}

func isForm(m guild.Message) bool {
	return slices.ContainsFunc(show.Message("", nil, m.Components, nil).Controls, func(c show.Control) bool { return strings.HasPrefix(c.Action, "w|") })
}

// formPart is what a control of a form is, and which of its kind.
func formPart(id string) (kind string, n int) {
	p := strings.Split(id, "|")
	if len(p) < 4 || p[0] != "w" {
		return "", 0
	}
	n, _ = strconv.Atoi(p[2])
	return p[1], n
}

// window is the id of the window in front of somebody.
func (s *server) window(user string) string {
	m, _ := s.fake.World.Modal(user)
	return shape.Str(m.Body, "custom_id")
}

// formed is the message that a form stands in, as it is now; nil: it is a window.
func (s *server) formed(user string, f *form) *guild.Message {
	id := f.sends.Get("step")
	for _, m := range s.whispers(user) {
		if m.ID == id && isForm(m) {
			return &m
		}
	}
	return nil
}

// step is how a form's message looks.
func (s *server) step(user string, f *form) string {
	m := s.formed(user, f)
	if m == nil {
		return ""
	}
	return fmt.Sprint(m.Embeds, m.Components)
}

// modal reads the window in front of somebody.
func (s *server) modal(user string) *form {
	m, _ := s.fake.World.Modal(user)
	out := &form{sends: url.Values{"window": {shape.Str(m.Body, "custom_id")}}, closed: url.Values{}}
	title, public := strings.CutPrefix(shape.Str(m.Body, "title"), "↗ ")
	out.lines = []string{windowed + plain(title)}
	s.inputs(out, m.Body, nil)
	last := "  []"
	if public {
		last += " ↗"
	}
	out.lines = append(out.lines, last)
	return out
}

// windowed marks the title of a form that is nothing but a window, which has no room
// for what stands above its fields, and a button of the client's own.
const windowed = "\x00window "

// opened opens a window of a form's message, has it read or filled in, and closes it
// where it is still open.
func (s *server) opened(user string, m guild.Message, c show.Control, does func(body shape.Obj) error) error {
	why, err := s.press(user, button{sends: url.Values{"ref": {m.ID}, "on": {m.ID}, "channel": {m.Channel}, "id": {c.Action}}})
	settle()
	modal, open := s.fake.World.Modal(user)
	if err == nil && (why != "" || !open) {
		err = fmt.Errorf("no window was opened: %s", why)
	}
	if err == nil {
		err = does(modal.Body)
	}
	s.fake.World.Closes(user)
	return err
}

// leave closes a form.
func (s *server) leave(user string, f *form) (string, error) {
	s.fake.World.Closes(user)
	m := s.formed(user, f)
	if m == nil {
		return "", nil
	}
	return s.use(user, *m, "q", nil)
}

// use presses the control of a form that is of a kind.
func (s *server) use(user string, m guild.Message, kind string, values url.Values) (string, error) {
	for _, c := range s.controls(m) {
		if is, _ := formPart(c.Action); is == kind {
			sends := url.Values{"ref": {m.ID}, "on": {m.ID}, "channel": {m.Channel}, "id": {c.Action}}
			maps.Copy(sends, values)
			return s.press(user, button{sends: sends})
		}
	}
	return "", fmt.Errorf("the form has no such button")
}

// submit fills in what was typed, and sends it. What is gone already is sent once more.
func (s *server) submit(user string, d deed) (string, error) {
	if window := d.form.sends.Get("window"); window != "" {
		if s.window(user) != window {
			if s.sent[window] == "" {
				return "", errors.New("the window is closed")
			}
			return s.heard(s.fake.World.Repeats(s.sent[window]))
		}
		m, _ := s.fake.World.Modal(user)
		_, err := s.fill(user, m.Body, d.values)
		if err != nil {
			return "", err
		}
		return s.send(user, window)
	}
	m := s.formed(user, d.form)
	if m == nil {
		return "", nil // there is no button any more
	}
	if err := s.pick(user, *m, d.values); err != nil {
		return "", err
	}
	m = s.formed(user, d.form)
	sent := false
	for _, c := range s.controls(*m) {
		if kind, _ := formPart(c.Action); kind != "o" {
			continue
		}
		err := s.opened(user, *m, c, func(body shape.Obj) error {
			changed, err := s.fill(user, body, d.values)
			if err != nil || !changed && s.has(*m, "s") {
				return err
			}
			sent = !s.several(*m)
			_, err = s.send(user, "")
			settle()
			return err
		})
		if err != nil {
			return "", err
		}
	}
	if m = s.formed(user, d.form); sent || m == nil {
		return "", nil
	}
	return s.use(user, *m, "s", nil)
}

func (s *server) has(m guild.Message, kind string) bool {
	return slices.ContainsFunc(s.controls(m), func(c show.Control) bool { is, _ := formPart(c.Action); return is == kind })
}

func (s *server) several(m guild.Message) bool {
	return slices.ContainsFunc(s.controls(m), func(c show.Control) bool { is, n := formPart(c.Action); return is == "o" && n > 0 })
}

// send sends the window in front of somebody.
func (s *server) send(user, window string) (string, error) {
	reply, err := s.fake.World.Submits(user)
	if err != nil {
		return "", errClient
	}
	if all := s.fake.World.Interactions(); window != "" {
		s.sent[window] = all[len(all)-1].ID
	}
	return s.heard(reply, nil)
}

// fill writes into the window in front of somebody.
func (s *server) fill(user string, body shape.Obj, values map[string]string) (changed bool, err error) {
	left := maps.Clone(values)
	all := show.Modal(body, s.fake.World.Called).Controls
	for i, c := range all {
		_, name, _ := strings.Cut(c.Action, ".")
		value, typed := left[name]
		if !typed {
			continue
		}
		if last := i == len(all)-1 || !strings.HasSuffix(all[i+1].Action, "."+name); !last {
			value = string([]rune(value)[:min(len([]rune(value)), 3800)])
		}
		left[name] = strings.TrimPrefix(left[name], value)
		if value != c.Value {
			changed = true
			err = errors.Join(err, s.fake.World.Fills(user, c.Action, value))
		}
	}
	return changed, err
}

// pick picks from the menus of a form's message.
func (s *server) pick(user string, m guild.Message, values map[string]string) error {
	for _, c := range s.controls(m) {
		var want, had []string
		for _, o := range c.Options {
			kind, _ := formPart(c.Action)
			value := strings.TrimPrefix(o.Value, "=")
			if kind == "k" && values[value] == "true" || kind == "p" && strings.Contains(values["pictures"], value) || kind == "v" && values[s.choiceName(c.Label)] == value && value != "" {
				want = append(want, o.Value)
			}
			if slices.Contains(c.Chosen, o.Label) {
				had = append(had, o.Value)
			}
		}
		if c.Kind != "select" || slices.Equal(want, had) {
			continue
		}
		if want == nil {
			want = []string{}
		}
		why, err := s.press(user, button{sends: url.Values{"ref": {m.ID}, "on": {m.ID}, "channel": {m.Channel}, "id": {c.Action}, "value": want}})
		settle()
		if err == nil && why != "" {
			err = errors.New(why)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// choose picks a choice in a menu, and returns the form as it is then.
func (s *server) choose(who string, typed map[string]string, name, value string) (*form, error) {
	user := s.users[who]
	all := s.whispers(user)
	i := len(all) - 1
	for ; i >= 0 && !isForm(all[i]); i-- {
	}
	if i < 0 {
		return nil, errors.New("there is no form")
	}
	values := maps.Clone(typed)
	values[name] = value
	if err := s.pick(user, all[i], values); err != nil {
		return nil, err
	}
	return s.asked(user, *s.formed(user, &form{sends: url.Values{"step": {all[i].ID}}}))
}

var _ chat = (*server)(nil)
