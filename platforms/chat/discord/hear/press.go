package hear

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/gate"
	"ponte/platforms/chat/discord/register"
	"ponte/platforms/chat/discord/respond"
	"ponte/platforms/chat/discord/said"
)

const (
	suggests = 2500 * time.Millisecond // of the three seconds that Discord waits for choices
	offered  = 25
	maxShown = 100 // characters of a choice
)

// interaction hears what somebody did with a command, a button, a menu or a window.
func (d *Desk) interaction(ctx context.Context, e gate.Event) error {
	var i said.Interaction
	if err := json.Unmarshal(e.Data, &i); err != nil {
		d.chat.Log.Warn("discord: an interaction that cannot be read", "err", err)
		return nil
	}
	if _, known := d.done.Get(i.ID); known {
		return nil
	}
	d.done.Put(i.ID, true)
	if e.Missed && i.Type == said.Typing {
		return nil
	}
	way := d.way(&i)
	defer way.Close()
	if e.Missed {
		if err := way.Promise(ctx); err != nil {
			d.chat.Log.Info("discord: what Discord told somebody failed is not done late", "interaction", i.ID, "err", err)
			return nil
		}
	}
	if i.Guild == "" {
		d.word(ctx, asked{way: way}, card.W("discord.no_direct"))
		return nil
	}
	q, member, err := d.by(ctx, &i, way)
	if err != nil {
		d.refuse(ctx, q, err)
		return nil
	}
	if i.Type == said.Typing {
		d.suggest(ctx, q, &i)
		return nil
	}
	if err := d.meet(ctx, q.scene.Who, member, brisk...); err != nil {
		d.refuse(ctx, q, err)
		return nil
	}
	switch i.Type {
	case said.Slash:
		return d.slash(ctx, q, &i)
	case said.Press:
		return d.pressed(ctx, q, &i)
	case said.Filled:
		return d.window(ctx, q, &i)
	}
	return nil
}

// way is how somebody is answered. What they used in a form's own message turns it.
func (d *Desk) way(i *said.Interaction) *respond.Answer {
	return respond.New(d.chat.Web, respond.To{App: i.App, ID: i.ID, Token: i.Token, At: time.Now(), Typed: i.Message == nil, Quiet: turns(i)})
}

// turns reports whether what was used is part of a form that stands in a message of
// the person's own.
func turns(i *said.Interaction) bool {
	if i.Message == nil || !i.Message.Ephemeral() {
		return false
	}
	_, form := draw.Locate(i.Data.CustomID)
	return form || draw.IsCancel(i.Data.CustomID)
}

// turnedAway answers while too much is under way.
func (d *Desk) turnedAway(ctx context.Context, e gate.Event) error {
	var i said.Interaction
	if err := json.Unmarshal(e.Data, &i); err != nil || i.Type == said.Typing {
		return err
	}
	way := d.way(&i)
	defer way.Close()
	at := act.Place{Platform: d.chat.Platform, Space: i.Guild, Channel: i.Room}
	d.word(ctx, asked{way: way, scene: act.Scene{At: at}}, card.W("discord.busy"))
	return nil
}

// by is who did it, and where. A card in a channel and the thread under it are one to
// people: who presses there is in the thread.
func (d *Desk) by(ctx context.Context, i *said.Interaction, way *respond.Answer) (asked, *said.Member, error) {
	u, member := i.By()
	q := asked{way: way, filled: i.Type == said.Filled, turns: turns(i)}
	q.scene = act.Scene{ID: "do/" + i.ID, Who: d.actor(i.Guild, u, member), At: act.Place{Platform: d.chat.Platform, Space: i.Guild, Channel: i.Room}}
	if c := i.Channel; c != nil && c.IsThread() && c.Parent != "" {
		q.scene.At.Channel, q.scene.Thread = c.Parent, i.Room
	} else if c == nil {
		at, thread, err := d.place(ctx, i.Guild, i.Room)
		if err != nil {
			return q, member, err
		}
		q.scene.At, q.scene.Thread = at, thread
	}
	if q.scene.Thread == "" && i.Message != nil && i.Message.ID != "" && !i.Message.Ephemeral() {
		q.scene.Thread = i.Message.ID
	}
	return q, member, nil
}

// slash hears a command, or one of what can be done with any message.
func (d *Desk) slash(ctx context.Context, q asked, i *said.Interaction) error {
	w := &words{at: q.scene.At, users: map[string]said.User{}}
	maps.Copy(w.users, i.Data.Resolved.Users)
	if m, ok := i.Data.Resolved.Messages[i.Data.Target]; ok {
		maps.Copy(w.users, named(m.Mentions))
		q.fill, q.scene.On = d.spelt(w, m.Content), m.ID
		d.picked.Put(m.ID, d.plain(w, m.Content))
		if q.scene.Thread == "" {
			q.scene.Thread = m.ID
		}
		return d.run(ctx, q, act.Commanded{Scene: q.scene, Text: register.Shortcut(i.Data.Name)}, brisk...)
	}
	name, given := i.Leaf()
	text := said.Line(name, given, d.options(name), func(s string) string { return d.plain(w, s) })
	return d.run(ctx, q, act.Commanded{Scene: q.scene, Text: text, Named: w.named}, brisk...)
}

func (d *Desk) options(command string) []act.Option {
	all := d.chat.Commands()
	if n := slices.IndexFunc(all, func(c act.Command) bool { return c.Name == command }); n >= 0 {
		return all[n].Options
	}
	return nil
}

// pressed hears a press on a button, or a choice in a menu.
func (d *Desk) pressed(ctx context.Context, q asked, i *said.Interaction) error {
	id, value := i.Data.CustomID, ""
	if len(i.Data.Values) > 0 {
		value = i.Data.Values[0]
	}
	if draw.IsMore(id) {
		id, value = value, ""
	}
	if draw.IsCancel(id) {
		d.turn(ctx, q, card.W("discord.left"))
		return nil
	}
	if at, ok := draw.Locate(id); ok {
		return d.formed(ctx, q, i, at)
	}
	p, ok := draw.Unpack(id, d.chat.Held)
	switch {
	case !ok:
		d.word(ctx, q, card.W("discord.button_again"))
		return nil
	case p.Asks:
		m, ok := d.chat.Pen(q.scene.At, &q.scene.Who).Sure(id, i.Message.Label(id), d.chat.Held)
		if !ok {
			d.word(ctx, q, card.W("discord.button_again"))
			return nil
		}
		d.told(q.way.Show(ctx, m))
		return nil
	}
	click := act.Clicked{Scene: q.scene, Verb: p.Verb, Subject: p.Subject, Revision: p.Revision}
	if p.Menu {
		click.Value = draw.Option(value)
	}
	return d.run(ctx, q, click, brisk...)
}

// turn has the person's own message say one sentence, and nothing else.
func (d *Desk) turn(ctx context.Context, q asked, w card.Words) {
	if !q.turns {
		d.word(ctx, q, w)
		return
	}
	p := d.chat.Pen(q.scene.At, &q.scene.Who)
	d.told(q.way.Turn(ctx, p.Card(card.Notice(w.Print(p)))))
}

// suggest offers what may stand in an option while somebody types it.
func (d *Desk) suggest(ctx context.Context, q asked, i *said.Interaction) {
	ctx, cancel := context.WithTimeout(ctx, suggests)
	defer cancel()
	e := act.Suggest{Scene: q.scene}
	e.Command, e.Option, e.Prefix = i.Typed()
	ans, err := d.tell(ctx, e)
	if err != nil {
		d.chat.Log.Info("discord: nothing was offered to somebody who types", "command", e.Command, "option", e.Option, "err", err)
	}
	p := d.chat.Pen(q.scene.At, &q.scene.Who)
	var out []respond.Choice
	for _, c := range ans.Choices {
		label := []rune(c.Label.Print(p).String())
		if c.Value != "" && len([]rune(c.Value)) <= maxShown && len(label) > 0 && len(out) < offered {
			out = append(out, respond.Choice{Name: string(label[:min(len(label), maxShown)]), Value: c.Value})
		}
	}
	answering, done := context.WithTimeout(context.WithoutCancel(ctx), suggests)
	defer done()
	d.told(q.way.Offer(answering, out))
}
