package world

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
)

// Patience is how long the app has to answer an interaction, and Life how long
// the token is good after it did.
const (
	Patience = 3 * time.Second
	Life     = 15 * time.Minute
)

// Types of interaction.
const (
	Commanded = 2
	Clicked   = 3
	Suggested = 4
	Submitted = 5
)

// Types of answer to one.
const (
	AnswerMessage = 4
	AnswerLater   = 5
	AnswerNothing = 6
	AnswerUpdate  = 7
	AnswerChoices = 8
	AnswerModal   = 9
)

// Reply is what became of an interaction.
type Reply struct {
	OK      bool
	Took    time.Duration
	Why     string
	Type    int         // of the answer
	Choices []guild.Obj // of autocomplete
}

// Interaction is something that somebody did to the app.
type Interaction struct {
	ID, Token     string
	Type          int
	User, Channel string
	At            time.Time
	Data          guild.Obj
	On            *guild.Message // whose button was pressed, or whose button opened the modal
	Answer        int            // the type of the answer; 0: none came
	AnsweredAt    time.Time
	Late          bool

	original *guild.Message
	whisper  bool // what was put off is for one person alone
	came     chan Reply
}

// Modal is a form in front of somebody.
type Modal struct {
	Body   guild.Obj
	On     *guild.Message
	Where  string
	Filled map[string]any
}

// interact tells the app of an interaction, with the world held.
func (w *World) interact(a *Interaction) <-chan Reply {
	a.ID = w.NewID()
	a.Token = "token-of-" + a.ID
	a.At, a.came = w.Now(), make(chan Reply, 1)
	w.acts[a.ID], w.tokens[a.Token], w.waited[a.came] = a, a, a
	c := w.Rooms[a.Channel]
	o := guild.Obj{
		"id": a.ID, "token": a.Token, "type": a.Type, "application_id": w.Self.ID, "version": 1, "channel_id": c.ID, "channel": w.ChannelJSON(c),
		"data": a.Data, "locale": cmp.Or(w.Users[a.User].Locale, "en-US"), "entitlements": []any{}, "app_permissions": strconv.FormatUint(w.Perms(w.Self.User, c), 10),
		"authorizing_integration_owners": guild.Obj{"0": c.Guild}, "context": 0, "attachment_size_limit": shape.FileBytes,
	}
	if c.Guild != "" {
		g := w.Server(c.Guild)
		member := w.MemberJSON(w.Member(g, a.User))
		member["permissions"] = strconv.FormatUint(w.Perms(a.User, c), 10)
		o["guild_id"], o["member"], o["guild_locale"] = c.Guild, member, "en-US"
		o["guild"] = guild.Obj{"id": g.ID, "locale": "en-US", "features": []any{}}
	} else {
		o["user"], o["context"] = w.UserJSON(a.User), 1
	}
	if a.On != nil {
		o["message"] = w.MessageJSON(a.On)
	}
	w.Tell(guild.Event{Type: "INTERACTION_CREATE", Data: o})
	return a.came
}

// GiveUp settles an interaction that the app took too long for.
func (w *World) GiveUp(came <-chan Reply) {
	w.Lock()
	defer w.Unlock()
	if a := w.waited[came]; a != nil && a.Answer == 0 {
		a.Late = true
	}
	delete(w.waited, came)
}

// Interactions lists all that people did to the app, the first one first.
func (w *World) Interactions() []Interaction {
	w.Lock()
	defer w.Unlock()
	var all []Interaction
	for _, a := range w.acts {
		seen := *a
		if seen.Answer == 0 && w.Now().Sub(seen.At) > Patience {
			seen.Late = true
		}
		all = append(all, seen)
	}
	slices.SortFunc(all, func(a, b Interaction) int {
		if guild.Before(a.ID, b.ID) {
			return -1
		}
		return 1
	})
	return all
}

// Refusals of interactions.
var (
	unknownInteraction = shape.No(404, 10062, "Unknown interaction")
	alreadyAnswered    = shape.No(400, 40060, "Interaction has already been acknowledged.")
	unknownWebhook     = shape.No(404, 10015, "Unknown Webhook")
	badToken           = shape.No(401, 50027, "Invalid Webhook Token")
)

// fits are the answers that each type of interaction takes.
var fits = map[int][]int{
	Commanded: {AnswerMessage, AnswerLater, AnswerModal},
	Clicked:   {AnswerMessage, AnswerLater, AnswerNothing, AnswerUpdate, AnswerModal},
	Suggested: {AnswerChoices},
	Submitted: {AnswerMessage, AnswerLater, AnswerNothing, AnswerUpdate},
}

// Callback is the app's first answer to an interaction.
func (w *World) Callback(id, token string, body guild.Obj, uploads []guild.Upload) (guild.Obj, error) {
	w.Lock()
	defer w.Unlock()
	a := w.acts[id]
	kind := shape.Num(body, "type")
	switch {
	case a == nil || a.Token != token:
		return nil, unknownInteraction
	case a.Answer != 0:
		return nil, alreadyAnswered
	case a.Late || w.Now().Sub(a.At) > Patience:
		a.Late = true
		return nil, unknownInteraction
	case !slices.Contains(fits[a.Type], kind) || a.Type == Submitted && a.On == nil && (kind == AnswerNothing || kind == AnswerUpdate):
		return nil, shape.Form(shape.Field{Path: "type", Code: "INTERACTION_RESPONSE_TYPE_INVALID", Message: fmt.Sprintf("Type %d is no answer to an interaction of type %d.", kind, a.Type)})
	}
	data, _ := body["data"].(guild.Obj)
	if data == nil {
		data = guild.Obj{}
	}
	reply := Reply{OK: true, Took: w.Now().Sub(a.At), Type: kind}
	if err := w.answer(a, kind, data, uploads, &reply); err != nil {
		return nil, err
	}
	a.Answer, a.AnsweredAt = kind, w.Now()
	delete(w.waited, a.came)
	select {
	case a.came <- reply:
	default:
	}
	out := guild.Obj{"interaction": guild.Obj{"id": a.ID, "type": a.Type, "response_message_loading": kind == AnswerLater, "response_message_ephemeral": a.whisper}}
	resource := guild.Obj{"type": kind}
	if a.original != nil && kind != AnswerNothing {
		resource["message"] = w.MessageJSON(a.original)
		out["interaction"].(guild.Obj)["response_message_id"] = a.original.ID
	}
	out["resource"] = resource
	return out, nil
}

func (w *World) answer(a *Interaction, kind int, data guild.Obj, uploads []guild.Upload, reply *Reply) error {
	switch kind {
	case AnswerMessage:
		m, err := w.said(a, data, uploads)
		a.original = m
		return err
	case AnswerLater:
		flags := shape.Num(data, "flags")
		if flags&^shape.FlagEphemeral != 0 || !shape.Empty(data, len(uploads)) {
			return shape.Form(shape.Field{Path: "data", Code: "INTERACTION_DEFERRED_DATA", Message: "Only the flag EPHEMERAL can be set."})
		}
		a.whisper = flags&shape.FlagEphemeral != 0
		m := &guild.Message{Author: w.Self.User, Flags: flags | guild.FlagLoading, Webhook: w.Self.ID, Begun: a.begun(), Type: kindOf(a)}
		if a.whisper {
			m.To = a.User
		}
		a.original = w.Add(w.Rooms[a.Channel], m)
	case AnswerNothing:
		a.original = a.On
	case AnswerUpdate:
		if err := w.Change(w.Rooms[a.On.Channel], a.On, data, uploads); err != nil {
			return shape.Under("data", err)
		}
		a.original = a.On
	case AnswerChoices:
		reply.Choices = shape.List(data, "choices")
		if _, there := data["choices"]; !there {
			return shape.Form(shape.Field{Path: "data.choices", Code: "BASE_TYPE_REQUIRED", Message: "This field is required"})
		}
		return shape.Choices(data, "data")
	case AnswerModal:
		if err := shape.Modal(data, "data"); err != nil {
			return err
		}
		w.modals[a.User] = &Modal{Body: data, On: a.On, Where: a.Channel, Filled: map[string]any{}}
	}
	return nil
}

func (a *Interaction) begun() *guild.Begun { return &guild.Begun{ID: a.ID, User: a.User, Type: a.Type} }

// kindOf is the type of a message that answers an interaction.
func kindOf(a *Interaction) int {
	if a.Type == Commanded {
		return 20
	}
	return 0
}

// said writes an answer as a message.
func (w *World) said(a *Interaction, data guild.Obj, uploads []guild.Upload) (*guild.Message, error) {
	if err := shape.Message(data); err != nil {
		return nil, shape.Under("data", err)
	}
	if shape.Empty(data, len(uploads)) {
		return nil, shape.No(400, 50006, "Cannot send an empty message")
	}
	c := w.Rooms[a.Channel]
	m, err := w.Compose(c, data, uploads, true)
	if err != nil {
		return nil, err
	}
	m.Webhook, m.Begun, m.Type = w.Self.ID, a.begun(), kindOf(a)
	if m.Flags&shape.FlagEphemeral != 0 {
		m.To = a.User
	}
	return w.Add(c, m), nil
}

// hooked finds the interaction of a token that is still good.
func (w *World) hooked(app, token string) (*Interaction, error) {
	a := w.tokens[token]
	switch {
	case app != w.Self.ID || a == nil:
		return nil, unknownWebhook
	case w.Now().Sub(a.At) > Life:
		return nil, badToken
	case a.Answer == 0:
		return nil, unknownWebhook
	}
	return a, nil
}

// hookMessage finds an answer to an interaction by its id, or the first one.
func (w *World) hookMessage(app, token, id string) (*guild.Message, error) {
	a, err := w.hooked(app, token)
	if err != nil {
		return nil, err
	}
	if id == "@original" {
		if a.original == nil || a.original.Gone {
			return nil, guild.UnknownMessage
		}
		return a.original, nil
	}
	m := w.Rooms[a.Channel].Find(id)
	if m == nil || m != a.original && (m.Begun == nil || m.Begun.ID != a.ID) {
		return nil, guild.UnknownMessage
	}
	return m, nil
}

// FollowUp is a further answer of the app; the first one after it put the answer
// off fills that in.
func (w *World) FollowUp(app, token string, body guild.Obj, uploads []guild.Upload) (guild.Obj, error) {
	w.Lock()
	defer w.Unlock()
	a, err := w.hooked(app, token)
	if err != nil {
		return nil, err
	}
	if a.original != nil && a.original.Loading() {
		if err := w.Change(w.Rooms[a.Channel], a.original, body, uploads); err != nil {
			return nil, err
		}
		return w.MessageJSON(a.original), nil
	}
	m, err := w.said(a, body, uploads)
	if err != nil {
		return nil, flat(err)
	}
	return w.MessageJSON(m), nil
}

// flat is a refusal of a follow-up, whose fields stand at the top.
func flat(err error) error {
	r, is := err.(*shape.Refusal) //nolint:errorlint // it comes from the line above
	if !is {
		return err
	}
	top := *r
	top.Fields = nil
	for _, f := range r.Fields {
		if len(f.Path) > 5 && f.Path[:5] == "data." {
			f.Path = f.Path[5:]
		}
		top.Fields = append(top.Fields, f)
	}
	return &top
}

// GetAnswer is an answer of the app.
func (w *World) GetAnswer(app, token, id string) (guild.Obj, error) {
	w.Lock()
	defer w.Unlock()
	m, err := w.hookMessage(app, token, id)
	if err != nil {
		return nil, err
	}
	return w.MessageJSON(m), nil
}

// EditAnswer changes an answer of the app.
func (w *World) EditAnswer(app, token, id string, body guild.Obj, uploads []guild.Upload) (guild.Obj, error) {
	w.Lock()
	defer w.Unlock()
	m, err := w.hookMessage(app, token, id)
	if err != nil {
		return nil, err
	}
	was := m.Loading()
	if err := w.Change(w.Rooms[m.Channel], m, body, uploads); err != nil {
		return nil, err
	}
	if was {
		m.Pings = w.PingsOf(w.Rooms[m.Channel], w.Self.User, m.Content, body, true)
	}
	return w.MessageJSON(m), nil
}

// DeleteAnswer takes an answer of the app away.
func (w *World) DeleteAnswer(app, token, id string) error {
	w.Lock()
	defer w.Unlock()
	m, err := w.hookMessage(app, token, id)
	if err != nil {
		return err
	}
	w.Remove(w.Rooms[m.Channel], m)
	return nil
}

// Repeats does what somebody did once more, by the id of the interaction, as another
// deed: a client that did not hear that the first one arrived.
func (w *World) Repeats(id string) (<-chan Reply, error) {
	w.Lock()
	defer w.Unlock()
	a := w.acts[id]
	if a == nil {
		return nil, unknownInteraction
	}
	return w.interact(&Interaction{Type: a.Type, User: a.User, Channel: a.Channel, Data: a.Data, On: a.On}), nil
}
