package hear

import (
	"context"
	"errors"
	"slices"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/respond"
	"ponte/platforms/chat/discord/web"
)

// asked is what somebody did, and how they can be answered.
type asked struct {
	scene  act.Scene
	way    *respond.Answer // nil: they wrote or reacted, which Discord takes no answer to
	filled bool            // they sent a window: another cannot follow it
	turns  bool            // they pressed something in a message of theirs that can show something else
	fill   string          // a text for the first empty field of a form
}

// answer shows an answer to the one it is for.
func (d *Desk) answer(ctx context.Context, q asked, ans act.Answer) {
	if ans.Form != nil { // first: a window opens at once or never
		d.open(ctx, q, *ans.Form)
	}
	if ans.Notice != nil {
		d.notice(ctx, q, *ans.Notice)
	}
	if ans.Form == nil && ans.Notice == nil && q.way != nil {
		d.told(q.way.Nothing(ctx))
	}
}

// refuse says why nothing was done, and logs what is not the person's to know.
func (d *Desk) refuse(ctx context.Context, q asked, err error) { d.word(ctx, q, d.reason(err)) }

func (d *Desk) reason(err error) card.Words {
	if e, ok := bot.Asked(err); ok {
		return card.Fault(e)
	}
	if errors.Is(err, errResting) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return card.W("discord.busy")
	}
	number := string(bot.NewID(d.chat.Now()))
	d.chat.Log.Error("discord: a deed failed", "reference", number, "err", err)
	return card.W("discord.failed", card.Text("Number", number[len(number)-8:]))
}

// word shows one sentence of Discord's own.
func (d *Desk) word(ctx context.Context, q asked, w card.Words) {
	d.notice(ctx, q, card.Notice(w.Print(d.chat.Pen(q.scene.At, &q.scene.Who))))
}

// notice shows a card to one person only.
func (d *Desk) notice(ctx context.Context, q asked, c card.Card) {
	if q.way == nil {
		d.whisper(ctx, q, c)
		return
	}
	c.Actions = d.may(q.scene, c.Actions)
	p := d.chat.Pen(q.scene.At, &q.scene.Who)
	files, names := d.chat.Files(ctx, q.scene.At, c)
	p.Files, p.Attach = names, true
	m := p.Card(c)
	for _, t := range m.Texts {
		files = append(files, web.File{Name: t.Name, Type: "text/plain; charset=utf-8", Data: []byte(t.Body)})
	}
	d.told(q.way.Show(ctx, m, files...))
}

// told logs that somebody was not answered.
func (d *Desk) told(err error) {
	if err != nil {
		d.chat.Log.Warn("discord: somebody was not answered", "err", err)
	}
}

// may keeps the buttons that the person may press. The right is checked again on the press.
func (d *Desk) may(scene act.Scene, all []card.Action) (out []card.Action) {
	var p bot.Person
	if b, _, ok := d.chat.Brands().Room(scene.At.Platform, scene.At.Space, scene.At.Channel); ok {
		p, _ = b.PersonFor(scene.Who)
	}
	for _, a := range all {
		if len(a.Needs) == 0 || p.Has(a.Needs...) {
			out = append(out, a)
		}
	}
	return out
}

// open asks for a form: in its window where it has only one and Discord still opens
// it, else as a step before.
func (d *Desk) open(ctx context.Context, q asked, f card.Form) {
	if q.way == nil {
		d.word(ctx, q, card.W("discord.form_typed", card.Text("Command", f.Verb)))
		return
	}
	fill(&f, q.fill)
	p := d.chat.Pen(q.scene.At, &q.scene.Who)
	d.forms.Put(f.Token, f)
	if !q.filled && q.way.Opens() && p.Direct(f) {
		if pages, err := p.Pages(f); err == nil {
			err = q.way.Window(ctx, pages[0].Modal)
			if !errors.Is(err, respond.ErrLate) || q.way.Opens() {
				d.told(err)
				return
			}
		}
	}
	d.step(ctx, q, f)
}

// step shows a form as a message for one person: in the place of the one whose button
// they pressed, where that is a form's as well.
func (d *Desk) step(ctx context.Context, q asked, f card.Form) {
	m, err := d.sheet(q, f).Step(f)
	switch {
	case err != nil:
		d.refuse(ctx, q, err)
	case q.turns:
		d.told(q.way.Turn(ctx, m))
	default:
		d.told(q.way.Show(ctx, m))
	}
}

// fill puts a text into the first empty text field of a form.
func fill(f *card.Form, text string) {
	f.Fields = slices.Clone(f.Fields)
	for i, field := range f.Fields {
		if field.Kind == card.TextField && field.Value == "" && text != "" {
			f.Fields[i].Value = text
			return
		}
	}
}
