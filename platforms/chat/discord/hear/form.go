package hear

import (
	"context"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/said"
)

// formed hears what somebody used of a form that stands in a message of theirs.
func (d *Desk) formed(ctx context.Context, q asked, i *said.Interaction, at draw.At) error {
	f, known := d.forms.Get(at.Token)
	switch {
	case at.Part == draw.Closes:
		return d.closed(ctx, q, f)
	case !known:
		d.turn(ctx, q, card.W("discord.form_again"))
	case at.Part == draw.Opens:
		d.write(ctx, q, f, at.N)
	case at.Part == draw.Finds:
		if q.way.Window(ctx, d.sheet(q, f).Finder(f)) != nil {
			d.word(ctx, q, card.W("discord.expired"))
		}
	case at.Part == draw.Sends:
		d.submit(ctx, q, f, draw.Values(f))
	default:
		f, _ = draw.Chosen(f, at, i.Data.Values)
		d.forms.Put(f.Token, f)
		d.step(ctx, q, f)
	}
	return nil
}

// sheet draws a form with what is looked for in it.
func (d *Desk) sheet(q asked, f card.Form) draw.Pen {
	p := d.chat.Pen(q.scene.At, &q.scene.Who)
	p.Find, _ = d.finds.Get(f.Token)
	return p
}

// write opens one of a form's windows.
func (d *Desk) write(ctx context.Context, q asked, f card.Form, n int) {
	pages, err := d.chat.Pen(q.scene.At, &q.scene.Who).Pages(f)
	switch {
	case err != nil || n < 0 || n >= len(pages):
		d.word(ctx, q, card.W("discord.form_again"))
	case q.way.Window(ctx, pages[n].Modal) != nil:
		d.word(ctx, q, card.W("discord.expired"))
	}
}

// closed hears that a form is closed without being sent.
func (d *Desk) closed(ctx context.Context, q asked, f card.Form) error {
	d.forms.Drop(f.Token)
	d.turn(ctx, q, card.W("discord.left"))
	if f.Closed == "" {
		return nil
	}
	ans, err := d.tell(ctx, act.Clicked{Scene: q.scene, Verb: f.Closed, Subject: f.Subject, Revision: f.Revision}, brisk...)
	if err == nil && ans.Notice != nil {
		d.notice(ctx, q, *ans.Notice)
	}
	return nil
}

// window hears a window that was sent. Where it is the whole form, that is submitted;
// else the form shows what is in it so far.
func (d *Desk) window(ctx context.Context, q asked, i *said.Interaction) error {
	at, ok := draw.Locate(i.Data.CustomID)
	f, known := d.forms.Get(at.Token)
	finds := at.Part == draw.Finds
	if !ok || finds && !known || !finds && at.Part != draw.InWindow {
		d.word(ctx, q, card.W("discord.form_again"))
		return nil
	}
	inputs := i.Inputs()
	if finds {
		d.finds.Put(f.Token, draw.Read(inputs))
		d.step(ctx, q, f)
		return nil
	}
	if !known {
		if at.Verb == "" {
			d.word(ctx, q, card.W("discord.form_again"))
			return nil
		}
		f = card.Form{Verb: at.Verb, Subject: at.Subject, Revision: at.Revision, Token: at.Token}
		d.submit(ctx, q, f, draw.Read(inputs))
		return nil
	}
	f = draw.Typed(f, inputs)
	d.forms.Put(f.Token, f)
	pages, err := d.chat.Pen(q.scene.At, &q.scene.Who).Pages(f)
	if err == nil && len(pages) > 1 {
		d.step(ctx, q, f)
		return nil
	}
	d.submit(ctx, q, f, draw.Values(f))
	return nil
}

// submit hands a form over. What was written stays where it was refused.
func (d *Desk) submit(ctx context.Context, q asked, f card.Form, values map[string]string) {
	ans, err := d.tell(ctx, act.Submitted{
		Scene: q.scene, Verb: f.Verb, Subject: f.Subject, Revision: f.Revision, Token: f.Token, Values: values,
	}, brisk...)
	switch {
	case err != nil:
		d.again(ctx, q, f, card.Notice(d.reason(err).Print(d.chat.Pen(q.scene.At, &q.scene.Who))))
	case ans.Form != nil:
		d.forms.Put(ans.Form.Token, *ans.Form)
		d.step(ctx, q, *ans.Form)
		if ans.Notice != nil {
			d.notice(ctx, q, *ans.Notice)
		}
	case ans.Refused && ans.Notice != nil:
		d.again(ctx, q, f, *ans.Notice)
	default:
		d.forms.Drop(f.Token)
		d.sent(ctx, q, ans)
	}
}

// sent shows what came of a form, in its place.
func (d *Desk) sent(ctx context.Context, q asked, ans act.Answer) {
	switch {
	case !q.turns:
		d.answer(ctx, q, ans)
	case ans.Notice == nil:
		d.turn(ctx, q, card.W("discord.sent"))
	default:
		d.turn(ctx, q, card.W("discord.sent"))
		d.notice(ctx, q, *ans.Notice)
	}
}

// again says why a form was refused, and shows it with what was written.
func (d *Desk) again(ctx context.Context, q asked, f card.Form, why card.Card) {
	if _, known := d.forms.Get(f.Token); !known {
		d.notice(ctx, q, why)
		return
	}
	d.step(ctx, q, f)
	d.notice(ctx, q, why)
}
