package discord

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/rooms"
	"ponte/platforms/chat/discord/seen"
	"ponte/platforms/chat/discord/web"
)

const (
	settled   = time.Minute        // after an attempt, what is not there is not there
	lookAfter = 15 * time.Second   // a look that failed is repeated
	skew      = time.Minute        // between Discord's clock and ours
	backwards = 7 * 24 * time.Hour // looked at for an attempt before the last restart
)

// Settle looks for the message that was sent under the key. Absent takes a complete
// look a minute or more after the attempt; until then it is unsure, and says for how long.
func (d *Discord) Settle(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, act.Finding, error) {
	send, ok := a.(act.Send)
	if !ok {
		return act.Receipt{}, act.Unsure, nil
	}
	nonce := nonceOf(key)
	if p, ok := d.sent.Get(nonce); ok {
		return act.Receipt{Ref: p.ref, URL: address(at.Space, p.channel, p.ref)}, act.Found, nil
	}
	ch, err := d.place(ctx, at)
	if err != nil {
		return act.Receipt{}, act.Unsure, later(err)
	}
	now := d.opt.Now()
	last, ours := d.tried.Get(nonce)
	oldest := last.Add(-skew)
	if !ours { // of a Ponte before this one, which ended before this one began
		last, oldest = d.started, d.started.Add(-backwards)
	}
	m, whole, err := d.find(ctx, ch, send.Thread, oldest, d.like(key, send, at))
	switch {
	case err != nil:
		return act.Receipt{}, act.Unsure, later(d.fault(err, at))
	case m.ID != "":
		d.saw(nonce, m.Channel, m.ID)
		return act.Receipt{Ref: m.ID, URL: address(at.Space, m.Channel, m.ID)}, act.Found, nil
	case !whole:
		return act.Receipt{}, act.Unsure, later(nil)
	}
	if wait := settled - now.Sub(last); wait > 0 {
		return act.Receipt{}, act.Unsure, &bot.Error{Kind: bot.Unavailable, Key: "discord.unclear", RetryAfter: wait}
	}
	return act.Receipt{}, act.Absent, nil
}

// later has a look that failed repeated after a while: the outbox asks a few times
// only, and a person after that.
func later(err error) error {
	again := bot.Error{Kind: bot.Unavailable, Key: "discord.unclear", Err: err}
	if e, ok := bot.Asked(err); ok {
		again = *e
	}
	again.RetryAfter = max(again.RetryAfter, lookAfter)
	return &again
}

// find looks for a message where it would stand. Whole reports that all was seen of
// where it could be.
func (d *Discord) find(ctx context.Context, ch rooms.Room, thread string, from time.Time, is func(seen.Message) bool) (m seen.Message, whole bool, err error) {
	me, err := d.rooms.Self(ctx)
	switch {
	case err != nil:
		return m, false, err
	case thread == "" && ch.Forum:
		return seen.FindPost(ctx, d.web, me, ch.Guild, ch.ID, from, is)
	case thread == "":
		return seen.Find(ctx, d.web, me, ch.ID, from, is)
	case !rooms.IsID(thread):
		return m, true, nil
	}
	m, whole, err = seen.Find(ctx, d.web, me, thread, from, is)
	if web.Code(err) == web.CodeUnknownChannel { // there is no such thread, so nothing stands in it
		return m, true, nil
	}
	return m, whole, err
}

// like tells whether a message is the one that was sent under a key: by the mark in
// the ids of its buttons where it has some, else by what it shows and its tint, unless
// it is known as another.
func (d *Discord) like(key string, a act.Send, at act.Place) func(seen.Message) bool {
	p := d.pen(at, nil)
	p.Mark, p.Attach = markOf(key), true
	drawn := tinted(p.Card(a.Card, a.Mention...), p.Mark)
	return func(m seen.Message) bool {
		if other, known := d.owner.Get(m.ID); known {
			return other == nonceOf(key)
		}
		if marked(drawn, p.Mark) {
			return strings.Contains(string(m.Components), p.Mark)
		}
		if len(m.Embeds) == 0 || strings.Contains(string(m.Components), `"custom_id"`) {
			return false
		}
		theirs, ours, foot, by := m.Embeds[0], drawn.Embeds[0], "", ""
		if ours.Footer != nil {
			foot = ours.Footer.Text
		}
		if ours.Author != nil {
			by = ours.Author.Name
		}
		return theirs.Color == ours.Color && same(theirs.Author.Name, by) && same(theirs.Title, ours.Title) && same(theirs.Description, ours.Description) && same(theirs.Footer.Text, foot)
	}
}

// tinted gives the colour of a new message a mark that nobody sees, in the last bits
// of its parts: of a message without buttons nothing else tells it from one that looks
// like it.
func tinted(m draw.Message, mark string) draw.Message {
	if mark == "" {
		return m
	}
	const last, grey = 0x070707, 0x9ca3af
	sum := sha256.Sum256([]byte(mark))
	bits := int(sum[0])<<16 | int(sum[1])<<8 | int(sum[2])
	for _, e := range m.Embeds {
		e.Color = cmp.Or(e.Color, grey)&^last | bits&last
	}
	return m
}

// marked reports whether a message can be told by its buttons.
func marked(m draw.Message, mark string) bool {
	components, err := json.Marshal(m.Components)
	return err == nil && strings.Contains(string(components), mark)
}

func same(a, b string) bool {
	return strings.TrimSpace(draw.Written(a)) == strings.TrimSpace(draw.Written(b)) // a command can be pressed once Discord has it
}
