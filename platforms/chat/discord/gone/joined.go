package gone

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/gate"
	"ponte/platforms/chat/discord/register"
	"ponte/platforms/chat/discord/said"
	"ponte/platforms/chat/discord/setup"
)

// noted is where it stands which servers Ponte is in.
const noted = "servers"

// server is what Discord tells of a server as a session begins, and when Ponte comes
// into it.
type server struct {
	ID       string               `json:"id"`
	System   string               `json:"system_channel_id"`
	Roles    []said.Role          `json:"roles"`
	Channels []*discordgo.Channel `json:"channels"`
	Threads  []*discordgo.Channel `json:"threads"`
}

// Ready takes in which servers Ponte is in as a session begins.
func (d *Desk) Ready(e gate.Event) {
	var r struct {
		Guilds []said.Guild `json:"guilds"`
	}
	if json.Unmarshal(e.Data, &r) != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.began = nil
	for _, g := range r.Guilds {
		d.began = append(d.began, g.ID)
	}
}

// Server learns what there is in a server, and tells of its channels when Ponte came into
// it. Discord tells of each server at every start.
func (d *Desk) Server(ctx context.Context, e gate.Event) error {
	var g server
	if err := json.Unmarshal(e.Data, &g); err != nil {
		return err
	}
	for _, t := range g.Threads {
		t.GuildID = g.ID // which is not told there
		d.chat.Rooms.Learn(t)
	}
	for _, r := range g.Roles {
		if r.Tags.Bot != "" {
			if me, err := d.chat.Rooms.Self(ctx); err == nil && r.Tags.Bot == me {
				d.own.Put(g.ID, r.ID)
			}
		}
	}
	for _, c := range g.Channels {
		d.let.Put(c.ID, d.names(ctx, g.ID, c))
	}
	if !d.serves(g.ID) || !d.came(ctx, g.ID) {
		return nil
	}
	return d.joined(ctx, e.ID(), g)
}

func (d *Desk) serves(guild string) bool { return slices.Contains(d.chat.Guilds(), guild) }

// came reports whether Ponte is new in a server, and notes that it is there. What it
// has no note of yet it is not new in, if it was there when the session began.
func (d *Desk) came(ctx context.Context, guild string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	note, err := d.chat.Notes.Read(ctx, noted)
	if err != nil {
		return false
	}
	in := strings.Fields(string(note))
	if note == nil {
		for _, id := range d.began {
			if d.serves(id) {
				in = append(in, id)
			}
		}
	}
	fresh := !slices.Contains(in, guild)
	if fresh {
		in = append(in, guild)
	}
	if fresh || note == nil {
		d.write(ctx, in)
	}
	return fresh
}

// left notes that Ponte is in a server no longer.
func (d *Desk) left(ctx context.Context, guild string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.began = slices.DeleteFunc(d.began, func(id string) bool { return id == guild })
	if err := register.Forget(ctx, d.chat.Notes, guild); err != nil {
		d.chat.Log.Warn("discord: that the commands are to be registered anew was not noted", "err", err)
	}
	if note, err := d.chat.Notes.Read(ctx, noted); err == nil && note != nil {
		d.write(ctx, slices.DeleteFunc(strings.Fields(string(note)), func(id string) bool { return id == guild }))
	}
}

func (d *Desk) write(ctx context.Context, in []string) {
	if err := d.chat.Notes.Write(ctx, noted, []byte(strings.Join(in, " "))); err != nil {
		d.chat.Log.Warn("discord: which servers Ponte is in was not noted", "err", err)
	}
}

// joined tells of the channels of a server that Ponte came into: those of the brands;
// where they have none there, the one in which Discord itself says who came.
func (d *Desk) joined(ctx context.Context, id string, g server) error {
	all := d.channels(g.ID)
	if len(all) == 0 {
		if room := g.hall(); room != "" {
			all = []act.Place{{Platform: d.chat.Platform, Space: g.ID, Channel: room}}
		}
	}
	return d.look(ctx, id, g.ID, true, d.chat.Tell, all...)
}

// hall is the channel of a server in which everybody is.
func (g *server) hall() string {
	if g.System != "" {
		return g.System
	}
	var first *discordgo.Channel
	for _, c := range g.Channels {
		if c.Type == discordgo.ChannelTypeGuildText && (first == nil || cmp.Compare(c.Position, first.Position) < 0) {
			first = c
		}
	}
	if first == nil {
		return ""
	}
	return first.ID
}

// names reports whether a channel names Ponte, or the role that is its own, among those
// who see it.
func (d *Desk) names(ctx context.Context, guild string, c *discordgo.Channel) bool {
	me, err := d.chat.Rooms.Self(ctx)
	if err != nil {
		return false
	}
	own, _ := d.own.Get(guild)
	return slices.ContainsFunc(c.PermissionOverwrites, func(o *discordgo.PermissionOverwrite) bool {
		return (o.ID == me || own != "" && o.ID == own) && o.Allow&discordgo.PermissionViewChannel != 0
	})
}

// Opened looks at a channel that is new, or whose permissions may be others now. A
// brand's is told of when Ponte can write there at last; another when somebody let
// Ponte in by name: one that everybody sees need not be greeted.
func (d *Desk) Opened(ctx context.Context, e gate.Event) error {
	c, at, err := d.read(e, false)
	if err != nil {
		return err
	}
	before, _ := d.let.Get(c.ID)
	now := d.names(ctx, at.Space, &c)
	d.let.Put(c.ID, now)
	switch {
	case d.ours(at):
		return d.look(ctx, e.ID(), at.Space, now && !before, d.chat.Tell, at)
	case now && !before && c.Type == discordgo.ChannelTypeGuildText:
		return d.chat.Tell(ctx, act.Joined{ID: "joined/" + e.ID(), At: at})
	}
	return nil
}

// Roles looks at all channels in a server whose roles are others now: once for many changes.
func (d *Desk) Roles(ctx context.Context, e gate.Event) error {
	var w struct {
		Guild string `json:"guild_id"`
	}
	if err := json.Unmarshal(e.Data, &w); err != nil || w.Guild == "" {
		return err
	}
	return d.look(ctx, e.ID(), w.Guild, false, d.chat.Tell, d.channels(w.Guild)...)
}

// Changed learns of a thread that began or changed.
func (d *Desk) Changed(_ context.Context, e gate.Event) error {
	c, _, err := d.read(e, false)
	if err == nil && c.ThreadMetadata != nil && !c.ThreadMetadata.Locked {
		d.shut.Drop(c.ID)
	}
	return err
}

// look finds out what Ponte lacks in channels of a server, and tells of it when it
// begins; and when it lacks nothing in one that it could not write in before, or that is new.
func (d *Desk) look(ctx context.Context, id, guild string, fresh bool, tell func(context.Context, act.Event) error, all ...act.Place) error {
	me, err := d.chat.Rooms.Self(ctx)
	var g *setup.Guild
	if err == nil && len(all) > 0 {
		g, err = setup.Look(ctx, d.chat.Web, me, guild)
	}
	if err != nil {
		return nil //nolint:nilerr // whoever writes there will know
	}
	for _, at := range all {
		if err := d.lacks(ctx, id+"/"+at.Channel, g, fresh, at, tell); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) lacks(ctx context.Context, id string, g *setup.Guild, fresh bool, at act.Place, tell func(context.Context, act.Event) error) error {
	var c setup.Channel
	err := d.chat.Ask(ctx, "/channels/"+at.Channel, &c)
	if err != nil && !unseen(err) {
		return nil
	}
	bits := int64(0)
	if err == nil {
		bits = g.May(c)
	}
	missing := strings.Join(setup.Missing(bits), ", ")
	before, _ := d.lacking.Get(at.Channel)
	d.lacking.Put(at.Channel, missing)
	switch {
	case missing == "" && (fresh || before != ""):
		d.Here(at)
		return tell(ctx, act.Joined{ID: "joined/" + id, At: at})
	case missing == "" || missing == before:
		return nil
	}
	return d.lost(ctx, id, at, card.W("discord.gone_denied", d.name(at), card.Text("Permissions", missing)), tell)
}
