package discord

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/register"
	"ponte/platforms/chat/discord/rooms"
	"ponte/platforms/chat/discord/seen"
	"ponte/platforms/chat/discord/web"
)

// honours is how long Discord certainly remembers a nonce: it says "the past few minutes".
const honours = 2 * time.Minute

// Traits says what Discord can do. Only a message in a text channel or a thread is
// made once under its nonce; a post of a forum takes none.
func (d *Discord) Traits(at act.Place) act.Traits {
	t := act.Traits{Network: "Discord", Count: act.Runes}
	if r, ok := d.rooms.Known(at.Channel); ok && !r.Forum {
		t.Honours = honours
	}
	return t
}

// Carry shows a card in a channel or a thread, or shows one anew, in one attempt.
func (d *Discord) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	ch, err := d.place(ctx, at)
	if err != nil {
		return act.Receipt{}, err
	}
	switch a := a.(type) {
	case act.Send:
		return d.send(ctx, ch, key, a, at)
	case act.Edit:
		return d.edit(ctx, ch, a, at)
	}
	return act.Receipt{}, bot.Errorf(bot.Invalid, "discord.cannot")
}

// outgoing is a message as it is sent.
type outgoing struct {
	draw.Message
	Nonce    string      `json:"nonce,omitempty"`
	Enforce  bool        `json:"enforce_nonce,omitempty"`
	Attached []seen.File `json:"attachments"`
}

// nonceOf is what a message is sent with, made from its key: at most 25 characters.
func nonceOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:25]
}

// markOf is what the ids of a message's buttons end with, so that it can be told from
// another that looks like it.
func markOf(key string) string { return "~" + nonceOf(key)[:8] }

func (d *Discord) send(ctx context.Context, ch rooms.Room, key string, a act.Send, at act.Place) (act.Receipt, error) {
	if err := d.desk.Gone().Shut(ctx, at, a.Thread); err != nil {
		return act.Receipt{}, err
	}
	in, m, err := d.put(ctx, ch, key, a, at)
	switch {
	case in.Thread && web.Code(err) == web.CodeUnknownChannel: // a message has one thread in its life
		d.rooms.Forget(in.ID)
		return act.Receipt{}, d.refused(ctx, at, "", a.Thread, bot.Errorf(bot.NotFound, "discord.thread_gone").Because(err))
	case err != nil:
		return act.Receipt{}, d.refused(ctx, at, "", a.Thread, err)
	case !rooms.IsID(m.ID):
		return act.Receipt{}, bot.Errorf(bot.Ambiguous, "discord.unclear")
	}
	d.saw(nonceOf(key), cmp.Or(m.Channel, in.ID), m.ID)
	if a.Thread == "" && a.Card.Opens && !in.Forum {
		d.rooms.Begin(ctx, in, m.ID, draw.Name(a.Card))
	}
	d.desk.Gone().Here(at)
	if a.Thread == "" {
		d.desk.Gone().Again(ctx, at, a.Card.Subject, m)
	}
	return act.Receipt{Ref: m.ID, URL: address(at.Space, cmp.Or(m.Channel, in.ID), m.ID)}, nil
}

// put sends a card to where it belongs: the channel, a thread, or a new post.
func (d *Discord) put(ctx context.Context, ch rooms.Room, key string, a act.Send, at act.Place) (in rooms.Room, m seen.Message, err error) {
	in = ch
	if a.Thread != "" {
		if in, err = d.rooms.Under(ctx, ch, a.Thread); err != nil {
			return rooms.Room{}, m, err
		}
	}
	nonce := nonceOf(key)
	d.sent.Drop(nonce) // what was under this key before may be gone
	m, err = d.show(ctx, at, "", "", a.Card, markOf(key), a.Mention, func(out outgoing, files []web.File) (m seen.Message, err error) {
		d.tried.Put(nonce, d.opt.Now())
		if in.Forum {
			return d.rooms.Post(ctx, in, a.Card, out, files)
		}
		out.Nonce, out.Enforce = nonce, true
		err = d.rooms.Alive(ctx, in, func() error {
			return d.web.Send(ctx, http.MethodPost, "/channels/"+in.ID+"/messages", out, files, &m)
		})
		return m, err
	})
	return in, m, err
}

func (d *Discord) edit(ctx context.Context, ch rooms.Room, a act.Edit, at act.Place) (act.Receipt, error) {
	if !rooms.IsID(a.Ref) || a.Thread != "" && !rooms.IsID(a.Thread) {
		return act.Receipt{}, bot.Errorf(bot.NotFound, "discord.no_message")
	}
	in := d.standsIn(ch, a.Ref, a.Thread)
	m, err := d.show(ctx, at, a.Ref, a.Thread, a.Card, "", nil, func(out outgoing, files []web.File) (m seen.Message, err error) {
		err = d.rooms.Alive(ctx, in, func() error {
			return d.web.Send(ctx, http.MethodPatch, "/channels/"+in.ID+"/messages/"+a.Ref, out, files, &m)
		})
		return m, err
	})
	if err != nil {
		switch gone := web.Code(err) == web.CodeUnknownChannel; {
		case gone && in.ID == a.Ref: // a post of a forum
			err = bot.Errorf(bot.NotFound, "discord.no_message").Because(err)
		case gone && in.ID != ch.ID:
			err = bot.Errorf(bot.NotFound, "discord.thread_gone").Because(err)
		}
		return act.Receipt{}, d.refused(ctx, at, a.Ref, in.ID, err)
	}
	if ch.Forum && in.ID == a.Ref {
		if err := d.rooms.Retag(ctx, ch, a.Ref, a.Card); err != nil {
			if err := d.fault(err, at); !bot.KindOf(err).Final() {
				return act.Receipt{}, err
			}
			d.opt.Log.Warn("discord: a post keeps the tags it had", "post", a.Ref, "err", err)
		}
	}
	return act.Receipt{Ref: a.Ref, URL: address(at.Space, cmp.Or(m.Channel, in.ID), a.Ref)}, nil
}

// standsIn is the channel or thread, as Discord sees it, in which a message stands.
func (d *Discord) standsIn(ch rooms.Room, ref, thread string) rooms.Room {
	if thread == "" {
		thread, _ = d.stands.Get(ref)
	}
	switch {
	case ch.Forum:
		return rooms.Room{ID: cmp.Or(thread, ref), Parent: ch.ID, Guild: ch.Guild, Thread: true}
	case thread != "" && thread != ref && thread != ch.ID:
		return rooms.Room{ID: thread, Parent: ch.ID, Guild: ch.Guild, Thread: true}
	}
	return ch
}

// address is where people find a message.
func address(guild, channel, ref string) string {
	return "https://discord.com/channels/" + guild + "/" + channel + "/" + ref
}

// pen draws for a channel in its brand's language; for a person, in theirs.
func (d *Discord) pen(at act.Place, who *bot.Actor) draw.Pen {
	p := printer{d: d, lang: bot.English, zone: time.UTC}
	if b, _, ok := d.opt.Brands().Room(at.Platform, at.Space, at.Channel); ok {
		p.lang, p.zone = cmp.Or(b.Language, bot.English), b.Location()
		if who != nil {
			person, _ := b.PersonFor(*who)
			p.lang = b.Speaks(person)
		}
	}
	return draw.Pen{Printer: p, Keep: d.sure.Put, Command: d.command(at.Space), Link: func(r card.Ref) string {
		if !rooms.IsID(r.Channel) || !rooms.IsID(r.Message) {
			return ""
		}
		ch, _ := d.rooms.Known(r.Channel)
		if t, known := d.rooms.Known(r.Message); known && t.Thread || ch.Forum {
			return "<#" + r.Message + ">"
		}
		return address(at.Space, r.Channel, r.Message)
	}}
}

// command is how a command is mentioned in a server, so that pressing it begins it.
func (d *Discord) command(guild string) func(name string) string {
	id, known := d.offered.Get(guild)
	if !known || !rooms.IsID(id) {
		return nil
	}
	return func(name string) string {
		if path := register.Path(d.opt.Commands(), name); path != "" {
			return "</" + path + ":" + id + ">"
		}
		return ""
	}
}

type printer struct {
	d    *Discord
	lang bot.Lang
	zone *time.Location
}

func (p printer) Print(w card.Words) string { return p.d.opt.Print(p.lang, p.zone, w) }

// fault says in Ponte's words what an error of Discord's means.
func (d *Discord) fault(err error, at act.Place) error {
	f, ok := web.FaultOf(err)
	if _, said := errors.AsType[*bot.Error](err); said || !ok {
		return err
	}
	e := &bot.Error{Kind: web.Kind(f), Key: "discord.refused", Err: f, RetryAfter: f.RetryAfter, Args: map[string]string{
		"Channel": d.called(at), "Space": at.Space, "Code": codeOf(f),
	}}
	switch e.Kind {
	case bot.RateLimited:
		e.Key, e.Parks = "discord.busy_discord", bot.ParksBudget
		switch {
		case f.Scope == "guard":
			e.Key, e.Parks = "discord.guard", bot.ParksAccount
		case f.Scope == "global" || f.Scope == "cloudflare":
			e.Parks = bot.ParksAccount
		case f.Code == web.CodeTooManyEdits:
			e.Parks = bot.ParksLane
		}
	case bot.Unavailable:
		e.Key = "discord.unreachable"
	case bot.Ambiguous:
		e.Key = "discord.unclear"
	default:
		e.Key = cmp.Or(refusals[f.Code], map[int]string{http.StatusUnauthorized: "discord.token", http.StatusForbidden: "discord.no_permission"}[f.Status], e.Key)
	}
	return e
}

// refused is what became of an act that Discord refused: what the refusal shows to be
// gone is told of.
func (d *Discord) refused(ctx context.Context, at act.Place, ref, thread string, err error) error {
	return d.desk.Gone().Refused(ctx, at, ref, thread, d.fault(err, at))
}

// refusals says what Discord's codes mean to people.
var refusals = map[int]string{
	web.CodeUnknownChannel: "discord.no_channel", web.CodeUnknownGuild: "discord.no_server", web.CodeUnknownMessage: "discord.no_message",
	web.CodeNoAccess: "discord.no_channel", web.CodeNoPermission: "discord.no_permission", web.CodeArchived: "discord.archived",
	web.CodeLocked: "discord.locked", web.CodeTooManyThreads: "discord.threads_full", web.CodeNotOurs: "discord.cannot",
}

// called is how the team calls a channel.
func (d *Discord) called(at act.Place) string {
	if _, c, ok := d.opt.Brands().Room(at.Platform, at.Space, at.Channel); ok {
		return c.ID
	}
	return at.Channel
}

// place is the channel of a place, where Ponte serves its server.
func (d *Discord) place(ctx context.Context, at act.Place) (rooms.Room, error) {
	if !slices.Contains(d.opt.Bot().Guilds, at.Space) {
		return rooms.Room{}, bot.Errorf(bot.NotFound, "discord.no_server", "Space", at.Space)
	}
	r, err := d.rooms.Get(ctx, at.Channel)
	if err != nil {
		return rooms.Room{}, d.refused(ctx, at, "", "", err)
	}
	if r.Guild != at.Space || r.Thread {
		return rooms.Room{}, bot.Errorf(bot.NotFound, "discord.no_channel", "Channel", d.called(at))
	}
	return r, nil
}

// codeOf is what a refusal is known by.
func codeOf(f *web.Fault) string { return strconv.Itoa(cmp.Or(f.Code, f.Status)) }
