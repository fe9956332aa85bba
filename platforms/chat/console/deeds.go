package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/console/room"
	"ponte/platforms/chat/console/upload"
	"ponte/platforms/chat/console/view"
	"ponte/storage"
)

// maxNote is how many characters a note may have.
const maxNote = 8_000

// maxBody bounds what one request may bring, in bytes: a form with a text for each
// of several accounts, which nine bytes a character may take.
const maxBody = 256 << 10

// maxValues is how many fields a form may have: a text for each of several
// accounts, and a description of each of several pictures.
const maxValues = 200

// reply is what a deed is answered with. Notice and Form are for the one who
// did it only. Refused says that nothing was done; what was typed is kept then.
type reply struct {
	Notice  *shownCard    `json:"notice,omitempty"`
	Form    *shownForm    `json:"form,omitempty"`
	Choices []choiceReply `json:"choices,omitempty"`
	Refused bool          `json:"refused,omitempty"`
	Picture *keptPicture  `json:"picture,omitempty"`
	Ref     bot.ID        `json:"ref,omitempty"`   // of the note that was written
	Rooms   string        `json:"rooms,omitempty"` // the rooms' counts anew, as HTML
}

type shownCard struct {
	Card card.Card `json:"card"`
	HTML string    `json:"html"`
}

type shownForm struct {
	Form card.Form `json:"form"`
	HTML string    `json:"html"`
}

// keptPicture is how a picture that was given is kept.
type keptPicture struct {
	Hash   string `json:"hash"`
	Type   string `json:"type"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

type choiceReply struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// doing is a deed under way.
type doing struct {
	c     *Console
	r     *http.Request
	v     *view.Viewer
	h     act.Handler
	scene act.Scene
}

// field reads what came with the deed, as valid text of at most n bytes.
func (d *doing) field(name string, n int) string {
	text := strings.ToValidUTF8(d.r.PostFormValue(name), "\uFFFD")
	if len(text) > n {
		text = strings.ToValidUTF8(text[:n], "")
	}
	return text
}

// patience is how long a deed may take.
const patience = 15 * time.Second

// deed makes a handler of what somebody does with a form.
func (c *Console) deed(do func(context.Context, *doing) (reply, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		err := r.ParseForm()
		if err != nil {
			err = bot.Errorf(bot.Invalid, "console.too_much").Because(err)
		}
		c.does(w, r, err, do)
	}
}

// upload takes in a picture, for a form that is open or a message that follows.
func (c *Console) upload(w http.ResponseWriter, r *http.Request) {
	data, err := c.door.Read(w, r)
	c.does(w, r, err, func(ctx context.Context, d *doing) (reply, error) {
		return d.ask(ctx, act.Uploaded{Scene: d.scene, Data: data})
	})
}

// does finds what every deed needs, who does it and where, and that they may be
// there. It answers with what comes of it, or with the error of reading the deed.
func (c *Console) does(w http.ResponseWriter, r *http.Request, err error, do func(context.Context, *doing) (reply, error)) {
	v, answer := cmp.Or(c.viewerFor(r, ""), c.stranger()), reply{}
	if err == nil {
		ctx, cancel := context.WithTimeout(storage.Urgent(r.Context()), patience)
		defer cancel()
		var d *doing
		if d, err = c.enter(ctx, r); d.v != nil {
			v = d.v
		}
		if err == nil {
			answer, err = do(ctx, d)
		}
	}
	status := http.StatusOK
	if err != nil {
		answer, status = c.refuse(v, err)
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		c.byHand(w, r, v, answer, status)
		return
	}
	writeJSON(w, status, answer)
}

// byHand answers a page without script: it leads back, or says what there is to say.
func (c *Console) byHand(w http.ResponseWriter, r *http.Request, v *view.Viewer, answer reply, status int) {
	if answer.Notice == nil {
		http.Redirect(w, r, view.Link(v.Brand.ID, r.PostFormValue("room"), r.PostFormValue("thread")), http.StatusSeeOther)
		return
	}
	write(w, status, v.Plain(view.Plain{Title: v.Say("only_you"), Text: words(&answer.Notice.Card), Home: true}))
}

// words is what a card says in sentences.
func words(c *card.Card) string {
	text := []string{}
	if !c.Title.Zero() {
		text = append(text, c.Title.String())
	}
	for _, b := range c.Blocks {
		if b.Words != nil {
			text = append(text, b.Words.String())
		}
	}
	return strings.Join(text, " ")
}

// enter finds who does the deed and where, and refuses those who may not be there;
// who it is it tells all the same, where that is known.
func (c *Console) enter(ctx context.Context, r *http.Request) (*doing, error) {
	d := &doing{c: c, r: r, h: c.listener()}
	d.v = c.viewerFor(r, bot.BrandID(r.PostFormValue("brand")))
	if d.v == nil {
		return d, bot.Errorf(bot.Denied, "console.elsewhere")
	}
	where, thread := d.field("room", 200), d.field("thread", 64)
	if !d.v.Sees(where) {
		return d, bot.Errorf(bot.Denied, "console.not_yours")
	}
	if thread != "" {
		err := c.store.View(ctx, func(tx *storage.Tx) error {
			m, err := in(tx, d.v.Place(where), thread)
			if m.Thread != "" {
				thread = string(m.Thread)
			}
			return err
		})
		if err != nil {
			return d, err
		}
	}
	deed := cmp.Or(d.field("deed", 64), string(bot.NewID(c.opt.Now())))
	d.scene = act.Scene{
		ID: string(d.v.Brand.ID) + "/" + d.v.User + "/" + deed, Who: d.v.Actor(), At: d.v.Place(where), Thread: thread, Seen: d.field("seen", 64),
	}
	return d, nil
}

// refuse says why a deed was not done, and logs what is not the person's to know.
func (c *Console) refuse(v *view.Viewer, err error) (reply, int) {
	status := map[bot.Kind]int{
		bot.Invalid: http.StatusUnprocessableEntity, bot.Denied: http.StatusForbidden, bot.NotFound: http.StatusNotFound,
		bot.Conflict: http.StatusConflict, bot.RateLimited: http.StatusTooManyRequests, bot.Unavailable: http.StatusServiceUnavailable,
	}[bot.KindOf(err)]
	e, asked := bot.Asked(err)
	if !asked {
		number := string(bot.NewID(c.opt.Now()))
		c.opt.Log.Error("console: a deed failed", "reference", number, "error", err)
		e, status = bot.Errorf(bot.Internal, "console.failed", "Number", number[len(number)-8:]), http.StatusInternalServerError
	}
	return reply{Refused: true, Notice: c.word(v, card.Fault(e))}, cmp.Or(status, http.StatusInternalServerError)
}

// word makes a notice of one sentence.
func (c *Console) word(v *view.Viewer, w card.Words) *shownCard {
	k := card.Notice(card.Literal(c.opt.Print(v.Lang, v.Zone, w)))
	return &shownCard{k, v.Notice(k)}
}

// ask hands an event to whoever listens and draws the answer.
func (d *doing) ask(ctx context.Context, e act.Event) (reply, error) {
	if d.h == nil {
		return reply{}, bot.Errorf(bot.Unavailable, "console.resting")
	}
	a, err := d.h(ctx, e)
	if err != nil {
		return reply{}, err
	}
	return d.draw(a), nil
}

// draw shows an answer.
func (d *doing) draw(a act.Answer) reply {
	out := reply{Refused: a.Refused}
	if a.Notice != nil {
		out.Notice = &shownCard{*d.v.May(a.Notice), d.v.Notice(*a.Notice)}
	}
	if a.Form != nil {
		out.Form = &shownForm{*a.Form, d.v.Form(*a.Form, d.scene.At.Channel, d.scene.Thread)}
	}
	if p := a.Picture; p != nil {
		out.Picture = &keptPicture{p.Hash, p.Type, p.Width, p.Height}
	}
	for _, ch := range a.Choices {
		out.Choices = append(out.Choices, choiceReply{ch.Value, ch.Label.String()})
	}
	return out
}

// say takes what was typed into a composer: a command, or a note for the team.
func say(ctx context.Context, d *doing) (reply, error) {
	text := strings.TrimSpace(d.field("text", maxBody))
	pictures, err := upload.Hashes(d.field("pictures", maxBody))
	if err != nil {
		return reply{}, err
	}
	switch n := utf8.RuneCountInString(text); {
	case text == "" && len(pictures) == 0:
		return reply{}, bot.Errorf(bot.Invalid, "console.empty")
	case n > maxNote:
		return reply{}, bot.Errorf(bot.Invalid, "console.long", "Length", strconv.Itoa(n), "Most", strconv.Itoa(maxNote))
	}
	if rest, ok := command(text); ok {
		return d.ask(ctx, act.Commanded{Scene: d.scene, Text: rest, Pictures: pictures})
	}
	if strings.HasPrefix(text, "/") {
		return reply{}, bot.Errorf(bot.Invalid, "console.no_command", "Word", bot.Short(strings.Fields(text)[0], 24))
	}
	if d.h == nil {
		return reply{}, bot.Errorf(bot.Unavailable, "console.resting")
	}
	m, err := storage.Do(ctx, d.c.store, func(tx *storage.Tx) (room.Message, error) { return d.c.note(tx, d.scene, text, pictures...) })
	if err != nil {
		return reply{}, refusal(err)
	}
	if m.Text != text || !slices.Equal(m.Pictures, pictures) || m.Room != d.scene.At.Channel || string(m.Thread) != d.scene.Thread {
		return reply{}, bot.Errorf(bot.Conflict, "console.taken")
	}
	out, err := d.ask(ctx, act.Noted{Scene: d.scene, Ref: string(m.ID), Text: text, Pictures: pictures})
	out.Ref = m.ID
	return out, err
}

// command returns what follows "/ponte" or "@ponte" at the beginning of a text.
func command(text string) (rest string, ok bool) {
	word, rest, _ := strings.Cut(strings.Replace(text, "\n", " ", 1), " ")
	if !strings.EqualFold(word, "/ponte") && !strings.EqualFold(word, "@ponte") {
		return "", false
	}
	if at := len(word); at < len(text) {
		rest = text[at+1:]
	}
	return strings.TrimSpace(rest), true
}

// click takes a press on a button. The message it stands on, where one keeps
// it, must be in the room; whether the person may is for the listener to judge.
func click(ctx context.Context, d *doing) (reply, error) {
	if ref := d.field("ref", 64); ref != "" {
		if _, err := d.message(ctx, ref); err != nil {
			return reply{}, err
		}
	}
	revision, _ := strconv.Atoi(d.field("revision", 12))
	return d.ask(ctx, act.Clicked{Scene: d.scene, Verb: d.field("verb", 100), Subject: d.field("subject", 200), Revision: revision, Value: d.field("value", 100)})
}

// message returns a message of the room the deed is done in.
func (d *doing) message(ctx context.Context, ref string) (room.Message, error) {
	return storage.Look(ctx, d.c.store, func(tx *storage.Tx) (room.Message, error) {
		return in(tx, d.scene.At, ref)
	})
}

// submit takes a filled-in form.
func submit(ctx context.Context, d *doing) (reply, error) {
	revision, _ := strconv.Atoi(d.field("revision", 12))
	values := map[string]string{}
	for name := range d.r.PostForm {
		if field, ok := strings.CutPrefix(name, "value."); ok && len(values) < maxValues {
			values[field] = strings.ReplaceAll(d.field(name, maxBody), "\r\n", "\n")
		}
	}
	return d.ask(ctx, act.Submitted{
		Scene: d.scene, Verb: d.field("verb", 100), Subject: d.field("subject", 200), Revision: revision,
		Token: d.field("token", 200), Values: values,
	})
}

// suggest asks what could stand in an option while somebody types.
func suggest(ctx context.Context, d *doing) (reply, error) {
	return d.ask(ctx, act.Suggest{
		Scene: d.scene, Command: d.field("command", 100), Option: d.field("option", 100), Prefix: d.field("prefix", 200),
	})
}

// read notes how far the person has read, and answers the rooms' counts anew.
func read(ctx context.Context, d *doing) (reply, error) {
	ref := d.field("ref", 64)
	if _, err := d.message(ctx, ref); err != nil {
		return reply{}, err
	}
	m := room.Mark{Brand: d.v.Brand.ID, User: d.v.User, Room: d.scene.At.Channel, Thread: bot.ID(d.scene.Thread), ID: bot.ID(ref)}
	rooms, err := storage.Do(ctx, d.c.store, func(tx *storage.Tx) (string, error) {
		if _, err := room.ReadUpTo(tx, m); err != nil {
			return "", err
		}
		return d.v.Rooms(tx)
	})
	return reply{Rooms: rooms}, err
}

// commands lists the commands the viewer may use, for completion.
func (c *Console) commands(w http.ResponseWriter, _ *http.Request, v *view.Viewer) {
	type option struct {
		Name     string   `json:"name"`
		Summary  string   `json:"summary"`
		Kind     string   `json:"kind"`
		Required bool     `json:"required,omitempty"`
		Rest     bool     `json:"rest,omitempty"`
		Choices  []string `json:"choices,omitempty"`
	}
	type spec struct {
		Name     string   `json:"name"`
		Summary  string   `json:"summary"`
		Options  []option `json:"options,omitempty"`
		Examples []string `json:"examples,omitempty"`
		InThread bool     `json:"in_thread,omitempty"`
	}
	out := []spec{}
	for _, k := range c.opt.Commands() {
		if len(k.Roles) > 0 && !v.Person.Has(k.Roles...) {
			continue
		}
		s := spec{Name: k.Name, Summary: c.opt.Print(v.Lang, v.Zone, k.Summary), Examples: k.Examples, InThread: k.InThread}
		for _, o := range k.Options {
			s.Options = append(s.Options, option{o.Name, c.opt.Print(v.Lang, v.Zone, o.Summary), string(o.Kind), o.Required, o.Rest, o.Choices})
		}
		out = append(out, s)
	}
	writeJSON(w, http.StatusOK, out)
}
