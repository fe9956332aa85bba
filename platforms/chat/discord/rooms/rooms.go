// Package rooms is what Ponte knows of Discord's channels and threads: which is which,
// how the thread under a message is made, opened again and archived, and which tags a
// post of a forum wears. What it remembers a restart may lose.
package rooms

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"ponte/bot"
	"ponte/platforms/chat/discord/recent"
	"ponte/platforms/chat/discord/said"
	"ponte/platforms/chat/discord/seen"
	"ponte/platforms/chat/discord/web"
)

const (
	kept   = 5 * time.Minute
	most   = 5_000
	resets = 1440 // minutes after which a thread in which nobody writes is archived

	mostSearched = 40 // threads, for one message
)

// Room is a channel or a thread, as Discord told lately.
type Room struct {
	ID, Parent, Guild string
	Forum, Thread     bool
	Archived, Locked  bool
	NeedsTag          bool     // of a forum: it takes no post without one
	Tags              []Tag    // that a forum offers
	Wears             []string // by id, the tags of a forum's post

	known time.Time
}

// Tag is a tag of a forum.
type Tag struct{ ID, Name string }

// Rooms knows the channels and threads that were asked for. It is made by New.
type Rooms struct {
	web *web.Client
	now func() time.Time
	log *slog.Logger
	all *recent.Few[Room]
}

// New makes one that asks through a client.
func New(c *web.Client, now func() time.Time, log *slog.Logger) *Rooms {
	return &Rooms{web: c, now: now, log: log, all: recent.New[Room](most)}
}

// IsID reports whether a text can be one of Discord's ids.
func IsID(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n > 0
}

// Known returns a channel or a thread without asking for it.
func (rs *Rooms) Known(id string) (Room, bool) { return rs.all.Get(id) }

// Forget has a channel or a thread asked for again.
func (rs *Rooms) Forget(id string) { rs.all.Drop(id) }

// Get returns a channel or a thread as Discord told lately.
func (rs *Rooms) Get(ctx context.Context, id string) (Room, error) {
	if r, ok := rs.all.Get(id); ok && rs.now().Sub(r.known) < kept {
		return r, nil
	}
	if !IsID(id) {
		return Room{}, &web.Fault{Status: http.StatusNotFound, Code: web.CodeUnknownChannel, Message: "that is no id"}
	}
	var c discordgo.Channel
	if err := rs.web.Do(ctx, http.MethodGet, "/channels/"+id, nil, &c); err != nil {
		if web.Kind(err) == bot.NotFound {
			rs.all.Drop(id)
		}
		return Room{}, err
	}
	return rs.Learn(&c), nil
}

// Learn takes in what Discord tells of a channel or a thread.
func (rs *Rooms) Learn(c *discordgo.Channel) Room {
	r := Room{
		ID: c.ID, Parent: c.ParentID, Guild: c.GuildID, Thread: c.IsThread(), Wears: c.AppliedTags, known: rs.now(),
		Forum:    c.Type == discordgo.ChannelTypeGuildForum || c.Type == discordgo.ChannelTypeGuildMedia,
		NeedsTag: c.Flags&discordgo.ChannelFlagRequireTag != 0,
	}
	if c.ThreadMetadata != nil {
		r.Archived, r.Locked = c.ThreadMetadata.Archived, c.ThreadMetadata.Locked
	}
	for _, t := range c.AvailableTags {
		r.Tags = append(r.Tags, Tag{t.ID, t.Name})
	}
	if IsID(r.ID) {
		rs.all.Put(r.ID, r)
	}
	return r
}

// patch changes a thread.
func (rs *Rooms) patch(ctx context.Context, id string, change map[string]any) error {
	var c discordgo.Channel
	if err := rs.web.Do(ctx, http.MethodPatch, "/channels/"+id, change, &c); err != nil {
		rs.all.Drop(id)
		return err
	}
	rs.Learn(&c)
	return nil
}

// Self asks for the bot's own id, once for each token.
func (rs *Rooms) Self(ctx context.Context) (string, error) {
	name := "@me " + rs.web.Bearer()
	if me, ok := rs.all.Get(name); ok {
		return me.ID, nil
	}
	var me said.User
	if err := rs.web.Do(ctx, http.MethodGet, "/users/@me", nil, &me); err != nil {
		return "", err
	}
	rs.all.Put(name, Room{ID: me.ID})
	return me.ID, nil
}

// Search finds a message of a channel of which it is not known where it stands: in
// the channel, under itself, or in one of the channel's threads.
func (rs *Rooms) Search(ctx context.Context, ch Room, first, ref string) (m seen.Message, in string, err error) {
	m, err = seen.Look(ctx, rs.web, first, ref)
	if err == nil || web.Kind(err) != bot.NotFound {
		return m, first, err
	}
	list, err := seen.Active(ctx, rs.web, ch.Guild)
	if err != nil {
		return m, "", err
	}
	list = slices.DeleteFunc(list, func(t seen.Thread) bool {
		return t.Parent != ch.ID || t.ID == first || seen.Older(t.ID, ref) > 0 || seen.Older(t.Last, ref) < 0
	})
	slices.SortFunc(list, func(a, b seen.Thread) int { return seen.Older(b.ID, a.ID) })
	for i, t := range list {
		if i == mostSearched {
			return m, "", &web.Fault{Message: "the message was not found in the threads that were searched", Ambiguous: true}
		}
		if m, err = seen.Look(ctx, rs.web, t.ID, ref); err == nil || web.Kind(err) != bot.NotFound {
			return m, t.ID, err
		}
	}
	return m, "", &web.Fault{Status: http.StatusNotFound, Code: web.CodeUnknownMessage, Message: "the message is in none of the channel's threads"}
}
