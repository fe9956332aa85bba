package discord

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/web"
)

const (
	roomKept = 5 * time.Minute
	rests    = 1440 // minutes after which a thread in which nobody writes is archived
	mostTags = 5
	mostLook = 15 // threads that are looked at to find some that are resolved
	mostRest = 5  // of those, how many are archived at once
)

func isID(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n > 0
}

// room is a channel or a thread, as Discord told lately.
func (d *Discord) room(ctx context.Context, id string) (room, error) {
	if r, ok := d.rooms.Get(id); ok && d.opt.Now().Sub(r.known) < roomKept {
		return r, nil
	}
	if !isID(id) {
		return room{}, &web.Fault{Status: http.StatusNotFound, Code: web.CodeUnknownChannel, Message: "that is no id"}
	}
	var c discordgo.Channel
	if err := d.web.Do(ctx, http.MethodGet, "/channels/"+id, nil, &c); err != nil {
		if web.Kind(err) == bot.NotFound {
			d.rooms.Drop(id)
		}
		return room{}, err
	}
	return d.learn(&c), nil
}

// learn takes in what Discord tells of a channel or a thread.
func (d *Discord) learn(c *discordgo.Channel) room {
	r := room{
		id: c.ID, parent: c.ParentID, guild: c.GuildID, thread: c.IsThread(), worn: c.AppliedTags, known: d.opt.Now(),
		forum: c.Type == discordgo.ChannelTypeGuildForum || c.Type == discordgo.ChannelTypeGuildMedia, needsTag: c.Flags&discordgo.ChannelFlagRequireTag != 0,
	}
	if c.ThreadMetadata != nil {
		r.archived, r.locked = c.ThreadMetadata.Archived, c.ThreadMetadata.Locked
	}
	for _, t := range c.AvailableTags {
		r.tags = append(r.tags, tag{t.ID, t.Name})
	}
	if isID(r.id) {
		d.rooms.Put(r.id, r)
	}
	return r
}

// thread is the thread under a message of a channel. In a text channel it is made
// when it is first needed.
func (d *Discord) thread(ctx context.Context, ch room, id string, at act.Place) (room, error) {
	gone := bot.Errorf(bot.NotFound, "discord.thread_gone")
	if !isID(id) {
		return room{}, gone
	}
	t, err := d.room(ctx, id)
	switch {
	case err == nil && t.thread && t.parent == ch.id:
		return t, nil
	case err == nil:
		return room{}, gone
	case web.Code(err) != web.CodeUnknownChannel:
		return room{}, d.fault(err, at)
	case ch.forum:
		return room{}, gone.Because(err)
	}
	var m told
	if err := d.web.Do(ctx, http.MethodGet, "/channels/"+ch.id+"/messages/"+id, nil, &m); err != nil {
		if web.Code(err) == web.CodeUnknownMessage {
			return room{}, gone.Because(err)
		}
		return room{}, d.fault(err, at)
	}
	if t, err = d.open(ctx, ch, id, draw.Name(card.Card{Title: card.Literal(m.title())})); err != nil {
		if web.Code(err) == web.CodeUnknownMessage {
			return room{}, gone.Because(err)
		}
		return room{}, d.fault(err, at)
	}
	return t, nil
}

// begin makes the thread under a card that people talk about. Where that is not
// possible now it is made when it is first needed.
func (d *Discord) begin(ctx context.Context, ch room, ref, name string) {
	if t, known := d.rooms.Get(ref); known && t.thread {
		return
	}
	if _, err := d.open(ctx, ch, ref, name); err != nil {
		d.opt.Log.Info("discord: a card has no thread yet", "channel", ch.id, "message", ref, "err", err)
	}
}

// open makes the thread under a message, or finds the one that is there.
func (d *Discord) open(ctx context.Context, ch room, ref, name string) (room, error) {
	var c discordgo.Channel
	err := d.roomy(ctx, ch.guild, func() error {
		return d.web.Do(ctx, http.MethodPost, "/channels/"+ch.id+"/messages/"+ref+"/threads", map[string]any{"name": name, "auto_archive_duration": rests}, &c)
	})
	if web.Code(err) == web.CodeHasThread {
		d.rooms.Drop(ref)
		return d.room(ctx, ref)
	}
	if err != nil {
		return room{}, err
	}
	return d.learn(&c), nil
}

// post begins a post in a forum with a card.
func (d *Discord) post(ctx context.Context, forum room, key string, c card.Card, out outgoing, files []web.File) (told, error) {
	var made struct {
		discordgo.Channel
		Message told `json:"message"`
	}
	d.tried.Put(nonceOf(key), d.opt.Now())
	err := d.roomy(ctx, forum.guild, func() error {
		return d.web.Send(ctx, http.MethodPost, "/channels/"+forum.id+"/threads", map[string]any{
			"name": draw.Name(c), "auto_archive_duration": rests, "applied_tags": wears(forum, c), "message": out,
		}, files, &made)
	})
	if err != nil {
		d.rooms.Drop(forum.id) // its tags may be others by now
		return told{}, err
	}
	t := d.learn(&made.Channel)
	made.Message.ID, made.Message.Channel = t.id, t.id
	return made.Message, nil
}

// wears are the ids of a card's tags, of those that the forum has. A forum that takes
// no post without one gets its first.
func wears(forum room, c card.Card) []string {
	ids := []string{}
	for _, want := range c.Tags {
		for _, t := range forum.tags {
			if strings.EqualFold(strings.TrimSpace(want.String()), t.name) && !slices.Contains(ids, t.id) && len(ids) < mostTags {
				ids = append(ids, t.id)
			}
		}
	}
	if len(ids) == 0 && forum.needsTag && len(forum.tags) > 0 {
		ids = append(ids, forum.tags[0].id)
	}
	return ids
}

// retag has a post wear the tags of its card as it is now.
func (d *Discord) retag(ctx context.Context, forum room, post string, c card.Card) error {
	t, err := d.room(ctx, post)
	if err != nil {
		return err
	}
	want := wears(forum, c)
	if slices.Equal(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(t.worn))) {
		return nil
	}
	return d.alive(ctx, t, func() error { return d.patch(ctx, t, map[string]any{"applied_tags": want}) })
}

// patch changes a thread.
func (d *Discord) patch(ctx context.Context, t room, change map[string]any) error {
	var c discordgo.Channel
	if err := d.web.Do(ctx, http.MethodPatch, "/channels/"+t.id, change, &c); err != nil {
		d.rooms.Drop(t.id)
		return err
	}
	d.learn(&c)
	return nil
}

// alive does something in a channel or a thread. An archived thread is opened again
// for it; a locked one is somebody else's to open.
func (d *Discord) alive(ctx context.Context, in room, do func() error) error {
	err := do()
	if web.Code(err) != web.CodeArchived || !in.thread {
		return err
	}
	d.rooms.Drop(in.id)
	if t, err := d.room(ctx, in.id); err == nil {
		in = t
	}
	err = d.roomy(ctx, in.guild, func() error { return d.patch(ctx, in, map[string]any{"archived": false}) })
	if in.locked && web.Kind(err) == bot.Denied {
		return &web.Fault{Status: http.StatusForbidden, Code: web.CodeLocked, Message: "the thread is locked"}
	}
	if err != nil {
		return err
	}
	return do()
}

// roomy does something that makes a thread active. Where the server has as many as it
// may, threads of ours that are resolved are archived first.
func (d *Discord) roomy(ctx context.Context, guild string, do func() error) error {
	err := do()
	if web.Code(err) != web.CodeTooManyThreads || !d.relieve(ctx, guild) {
		return err
	}
	return do()
}

// relieve archives some threads under cards of ours that are resolved, those first in
// which nobody wrote for long. It reports whether there were any.
func (d *Discord) relieve(ctx context.Context, guild string) bool {
	me, err := d.self(ctx)
	var active discordgo.ThreadsList
	if err == nil {
		err = d.web.Do(ctx, http.MethodGet, "/guilds/"+guild+"/threads/active", nil, &active)
	}
	if err != nil {
		d.opt.Log.Warn("discord: no thread was archived to make room", "server", guild, "err", err)
		return false
	}
	list := slices.DeleteFunc(active.Threads, func(c *discordgo.Channel) bool { return c.OwnerID != me })
	slices.SortFunc(list, func(a, b *discordgo.Channel) int { return older(a.LastMessageID, b.LastMessageID) })
	rested := 0
	for _, c := range list[:min(len(list), mostLook)] {
		in := c.ParentID
		if parent, err := d.room(ctx, c.ParentID); err != nil {
			continue
		} else if parent.forum {
			in = c.ID
		}
		var m told
		if d.web.Do(ctx, http.MethodGet, "/channels/"+in+"/messages/"+c.ID, nil, &m) != nil || !strings.HasPrefix(m.title(), card.Glyphs[card.MarkResolved]+" ") {
			continue
		}
		if err := d.patch(ctx, room{id: c.ID}, map[string]any{"archived": true}); err != nil {
			d.opt.Log.Warn("discord: a resolved thread was not archived", "thread", c.ID, "err", err)
			continue
		}
		if rested++; rested == mostRest {
			break
		}
	}
	return rested > 0
}

// older compares two ids by when they were made.
func older(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
