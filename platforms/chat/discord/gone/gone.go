// Package gone is what follows in Discord when something of Ponte's is gone there, or
// cannot be written in: a message, a thread, a channel, or all of a server; and when
// Ponte comes in somewhere. It is heard from Discord, or found out by what Discord
// refuses after it happened while nobody listened. The room knows Discord's channels
// and refusals, and tells of what happened; what follows from that it does not know.
package gone

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/gate"
	"ponte/platforms/chat/discord/recent"
	"ponte/platforms/chat/discord/rooms"
	"ponte/platforms/chat/discord/said"
	"ponte/platforms/chat/discord/seen"
	"ponte/platforms/chat/discord/web"
)

// Chat is what the desk needs of the adapter it is of.
type Chat struct {
	Platform string
	Web      *web.Client
	Rooms    *rooms.Rooms
	Brands   func() *bot.Brands
	Guilds   func() []string                                                                      // the servers that are served
	Place    func(ctx context.Context, guild, id string) (at act.Place, thread string, err error) // where a channel or a thread is
	Tell     func(ctx context.Context, e act.Event) error                                         // again and again until it is taken in
	Ask      func(ctx context.Context, path string, out any) error                                // Discord, and waits where Discord wants it
	Try      func(ctx context.Context, e act.Event) error                                         // the same, for a moment only
	Pen      func(at act.Place, who *bot.Actor) draw.Pen
	Held     func(id string) (string, bool) // what did not fit into a button's id
	Notes    gate.Notes
	Now      func() time.Time
	Log      *slog.Logger
}

const (
	most   = 5_000
	mostIn = 500
)

// Desk finds out what is gone, and tells of it. It is made by New.
type Desk struct {
	chat    Chat
	told    *recent.Few[time.Time] // by what is lost: when that was told
	lacking *recent.Few[string]    // by channel: what Ponte lacks there
	shut    *recent.Few[bool]      // threads that somebody locked, into which something was to go
	orphans *recent.Few[string]    // by place and subject, or title where it has no buttons: the card whose thread was deleted
	let     *recent.Few[bool]      // by channel: whether it names Ponte among those who see it
	own     *recent.Few[string]    // by server: the role that is the bot's own

	mu    sync.Mutex
	began []string // the servers that Ponte was in when the session began
}

// New makes a desk.
func New(c Chat) *Desk {
	return &Desk{
		chat: c, told: recent.New[time.Time](most), lacking: recent.New[string](mostIn), shut: recent.New[bool](most),
		orphans: recent.New[string](most), let: recent.New[bool](most), own: recent.New[string](mostIn),
	}
}

func (d *Desk) ours(at act.Place) bool {
	_, _, ok := d.chat.Brands().Room(at.Platform, at.Space, at.Channel)
	return ok
}

// Message tells of messages that somebody deleted in a brand's channel. Whether they
// were Ponte's is not told by Discord; who keeps them knows.
func (d *Desk) Message(ctx context.Context, e gate.Event) error {
	var gone said.Deleted
	if err := json.Unmarshal(e.Data, &gone); err != nil || gone.Guild == "" {
		return err
	}
	at, _, err := d.chat.Place(ctx, gone.Guild, gone.Channel)
	if err != nil {
		return known(err)
	}
	if !d.ours(at) {
		return nil
	}
	for _, id := range gone.All() {
		if err := d.chat.Tell(ctx, act.Lost{ID: id, At: at, Ref: id}); err != nil {
			return err
		}
	}
	return nil
}

// read reads what is told of a channel or a thread.
func (d *Desk) read(e gate.Event, gone bool) (c discordgo.Channel, at act.Place, err error) {
	err = json.Unmarshal(e.Data, &c)
	if gone || err != nil {
		d.chat.Rooms.Forget(c.ID)
	} else {
		d.chat.Rooms.Learn(&c)
	}
	return c, act.Place{Platform: d.chat.Platform, Space: c.GuildID, Channel: c.ID}, err
}

// Channel tells of a channel that was deleted.
func (d *Desk) Channel(ctx context.Context, e gate.Event) error {
	_, at, err := d.read(e, true)
	if err != nil {
		return err
	}
	return d.lost(ctx, e.ID(), at, card.W("discord.gone_deleted", d.name(at)), d.chat.Tell)
}

// Thread tells of a thread that was deleted with all that stood in it: a forum's post,
// or the thread under a card. A message has one thread in its life, so the card is as
// good as gone: it is shown again, with another.
func (d *Desk) Thread(ctx context.Context, e gate.Event) error {
	c, at, err := d.read(e, true)
	if err != nil {
		return err
	}
	d.shut.Drop(c.ID)
	at.Channel = c.ParentID
	if !d.ours(at) {
		return nil
	}
	return d.thread(ctx, at, c.ID, d.chat.Tell)
}

func (d *Desk) thread(ctx context.Context, at act.Place, id string, tell func(context.Context, act.Event) error) error {
	d.orphan(ctx, at, id)
	return tell(ctx, act.Lost{ID: "thread/" + id, At: at, Ref: id, Under: true})
}

// orphan remembers a card that still stands in its channel without its thread. It is
// taken away when it is shown again.
func (d *Desk) orphan(ctx context.Context, at act.Place, id string) {
	m, err := seen.Get(ctx, d.chat.Web, at.Channel, id)
	if err != nil {
		return // in a forum, or deleted as well
	}
	for _, button := range m.Buttons() {
		if p, ok := draw.Unpack(button, d.chat.Held); ok && p.Subject != "" {
			d.orphans.Put(at.String()+" "+p.Subject, id)
			return
		}
	}
	if title := m.Title(); title != "" { // nothing is left to do with it
		d.orphans.Put(at.String()+"\n"+title, id)
	}
}

// Again hears that a card was shown, and takes away the one that it stands in for,
// which has lost its thread.
func (d *Desk) Again(ctx context.Context, at act.Place, subject string, m seen.Message) {
	key := at.String() + " " + subject
	old, known := d.orphans.Get(key)
	if !known {
		key = at.String() + "\n" + m.Title()
		old, known = d.orphans.Get(key)
	}
	if subject == "" || !known || old == m.ID {
		return
	}
	d.orphans.Drop(key)
	if err := d.chat.Web.Do(ctx, "DELETE", "/channels/"+at.Channel+"/messages/"+old, nil, nil); err != nil {
		d.chat.Log.Warn("discord: a card without a thread stands beside the one that was shown for it", "channel", at.Channel, "message", old, "err", err)
	}
}

// Guild tells of every channel in a server that the bot was thrown out of. An outage
// of Discord's is none.
func (d *Desk) Guild(ctx context.Context, e gate.Event) error {
	var g said.Guild
	if err := json.Unmarshal(e.Data, &g); err != nil || g.Unavailable || !d.serves(g.ID) {
		return err
	}
	d.left(ctx, g.ID)
	for _, at := range d.channels(g.ID) {
		d.chat.Rooms.Forget(at.Channel)
		if err := d.lost(ctx, e.ID()+"/"+at.Channel, at, card.W("discord.gone_left", d.name(at)), d.chat.Tell); err != nil {
			return err
		}
	}
	return nil
}

// channels are the channels of the brands in a server.
func (d *Desk) channels(guild string) (out []act.Place) {
	had := map[string]bool{}
	for _, b := range d.chat.Brands().All() {
		for _, c := range b.Channels {
			if c.Platform == d.chat.Platform && c.Space == guild && !had[c.Remote] {
				had[c.Remote] = true
				out = append(out, act.Place{Platform: c.Platform, Space: c.Space, Channel: c.Remote})
			}
		}
	}
	return out
}

// lost tells that Ponte can write in a channel of a brand no longer.
func (d *Desk) lost(ctx context.Context, id string, at act.Place, why card.Words, tell func(context.Context, act.Event) error) error {
	if !d.ours(at) {
		return nil
	}
	d.chat.Log.Error("discord: Ponte cannot write in a channel of a brand any more", "channel", at.Channel, "why", why.Key)
	if err := tell(ctx, act.Lost{ID: id, At: at, Why: why}); err != nil {
		return err
	}
	d.told.Put(at.String(), d.chat.Now())
	return nil
}

func (d *Desk) name(at act.Place) card.Arg { return card.Text("Channel", d.called(at)) }

// called is how the team calls a channel.
func (d *Desk) called(at act.Place) string {
	if _, c, ok := d.chat.Brands().Room(at.Platform, at.Space, at.Channel); ok {
		return c.ID
	}
	return at.Channel
}

// known returns an error, unless it says for good that there is nothing to tell.
func known(err error) error {
	if unseen(err) {
		return nil
	}
	return err
}

// unseen reports whether something could not be found out for good.
func unseen(err error) bool {
	switch web.Kind(err) {
	case bot.NotFound, bot.Denied, bot.Invalid:
		return true
	}
	return false
}
