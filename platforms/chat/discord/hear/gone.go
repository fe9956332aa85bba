package hear

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/gate"
	"ponte/platforms/chat/discord/said"
	"ponte/platforms/chat/discord/setup"
)

// deleted tells of messages that somebody deleted in a brand's channel. Whether they
// were Ponte's is not told by Discord; who keeps them knows.
func (d *Desk) deleted(ctx context.Context, e gate.Event) error {
	var gone said.Deleted
	if err := json.Unmarshal(e.Data, &gone); err != nil || gone.Guild == "" {
		return err
	}
	at, _, err := d.place(ctx, gone.Guild, gone.Channel)
	if err != nil {
		return known(err)
	}
	if !d.ours(at) {
		return nil
	}
	for _, id := range gone.All() {
		if _, err := d.tell(ctx, act.Lost{ID: id, At: at, Ref: id}, patient...); err != nil {
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

func (d *Desk) channelGone(ctx context.Context, e gate.Event) error {
	_, at, err := d.read(e, true)
	if err != nil {
		return err
	}
	return d.lost(ctx, e.ID(), at, card.W("discord.gone_deleted", d.name(at)))
}

// thread learns of a thread that began or changed.
func (d *Desk) thread(_ context.Context, e gate.Event) error {
	c, at, err := d.read(e, false)
	if err == nil && c.ThreadMetadata != nil && c.ThreadMetadata.Locked {
		at.Channel = c.ParentID
		if d.ours(at) {
			d.chat.Log.Warn("discord: somebody locked a thread; Ponte cannot write in it until it is unlocked", "thread", c.ID)
		}
	}
	return err
}

// threadGone tells of a forum's post that is gone with all that stood in it. A card in
// a text channel is still there, and gets another thread.
func (d *Desk) threadGone(ctx context.Context, e gate.Event) error {
	c, at, err := d.read(e, true)
	if err != nil {
		return err
	}
	at.Channel = c.ParentID
	if !d.ours(at) {
		return nil
	}
	r, err := d.chat.Rooms.Get(ctx, c.ParentID)
	if err != nil || !r.Forum {
		return known(err)
	}
	_, err = d.tell(ctx, act.Lost{ID: c.ID, At: at, Ref: c.ID}, patient...)
	return err
}

// guildGone tells of every channel in a server that the bot was thrown out of. An
// outage of Discord's is none.
func (d *Desk) guildGone(ctx context.Context, e gate.Event) error {
	var g said.Guild
	if err := json.Unmarshal(e.Data, &g); err != nil || g.Unavailable || !d.serves(g.ID) {
		return err
	}
	for _, at := range d.channels(g.ID) {
		d.chat.Rooms.Forget(at.Channel)
		if err := d.lost(ctx, e.ID()+"/"+at.Channel, at, card.W("discord.gone_left", d.name(at))); err != nil {
			return err
		}
	}
	return nil
}

// channels are the channels of the brands in a server.
func (d *Desk) channels(guild string) (out []act.Place) {
	seen := map[string]bool{}
	for _, b := range d.chat.Brands().All() {
		for _, c := range b.Channels {
			if c.Platform == d.chat.Platform && c.Space == guild && !seen[c.Remote] {
				seen[c.Remote] = true
				out = append(out, act.Place{Platform: c.Platform, Space: c.Space, Channel: c.Remote})
			}
		}
	}
	return out
}

// lost tells that Ponte can write in a channel of a brand no longer.
func (d *Desk) lost(ctx context.Context, id string, at act.Place, why card.Words) error {
	if !d.ours(at) {
		return nil
	}
	d.chat.Log.Error("discord: Ponte cannot write in a channel of a brand any more", "channel", at.Channel, "why", why.Key)
	_, err := d.tell(ctx, act.Lost{ID: id, At: at, Why: why}, patient...)
	return err
}

// name is how the team calls a channel.
func (d *Desk) name(at act.Place) card.Arg {
	_, c, ok := d.chat.Brands().Room(at.Platform, at.Space, at.Channel)
	if !ok {
		c.ID = at.Channel
	}
	return card.Text("Channel", c.ID)
}

// channel looks at a channel of a brand whose permissions may be others now.
func (d *Desk) channel(ctx context.Context, e gate.Event) error {
	_, at, err := d.read(e, false)
	if err != nil || !d.ours(at) {
		return err
	}
	return d.look(ctx, e.ID(), at.Space, at)
}

// changed looks at all channels in a server whose roles are others now: once for many changes.
func (d *Desk) changed(ctx context.Context, e gate.Event) error {
	var w where
	if err := json.Unmarshal(e.Data, &w); err != nil || w.Guild == "" {
		return err
	}
	return d.look(ctx, e.ID(), w.Guild, d.channels(w.Guild)...)
}

// look finds out what Ponte lacks in channels of a server, and tells of it when it begins.
func (d *Desk) look(ctx context.Context, id, guild string, all ...act.Place) error {
	me, err := d.chat.Rooms.Self(ctx)
	var g *setup.Guild
	if err == nil {
		g, err = setup.Look(ctx, d.chat.Web, me, guild)
	}
	if err != nil {
		return nil //nolint:nilerr // whoever writes there will know
	}
	for _, at := range all {
		if err := d.lacks(ctx, id+"/"+at.Channel, g, at); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) lacks(ctx context.Context, id string, g *setup.Guild, at act.Place) error {
	var c setup.Channel
	err := d.ask(ctx, "/channels/"+at.Channel, &c)
	if err != nil && !unseen(err) {
		return nil
	}
	bits := int64(0)
	if err == nil {
		bits = g.May(c)
	}
	missing := strings.Join(setup.Missing(bits), ", ")
	before, _ := d.shut.Get(at.Channel)
	d.shut.Put(at.Channel, missing)
	if missing == "" || missing == before {
		return nil
	}
	return d.lost(ctx, id, at, card.W("discord.gone_denied", d.name(at), card.Text("Permissions", missing)))
}
