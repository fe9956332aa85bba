package rooms

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/seen"
	"ponte/platforms/chat/discord/web"
)

const (
	mostTags = 5
	mostLook = 15 // threads that are looked at to find some that are resolved
	mostRest = 5  // of those, how many are archived at once
)

// gone says that there is no thread, and no message under which one could be.
func gone(err error) error {
	return bot.Errorf(bot.NotFound, "discord.thread_gone").Because(err)
}

// Under is the thread under a message of a channel. In a text channel it is made when
// it is first needed. The error is NotFound where there is nothing to be under.
func (rs *Rooms) Under(ctx context.Context, ch Room, ref string) (Room, error) {
	if !IsID(ref) {
		return Room{}, gone(nil)
	}
	if t, known := rs.all.Get(ref); known && t.Thread && t.Parent == ch.ID {
		return t, nil // whether it is archived is found out when something is done in it
	}
	t, err := rs.Get(ctx, ref)
	switch {
	case err == nil && t.Thread && t.Parent == ch.ID:
		return t, nil
	case err == nil:
		return Room{}, gone(nil)
	case web.Code(err) != web.CodeUnknownChannel:
		return Room{}, err
	case ch.Forum:
		return Room{}, gone(err)
	}
	m, err := seen.Get(ctx, rs.web, ch.ID, ref)
	if err == nil {
		t, err = rs.Open(ctx, ch, ref, draw.Name(card.Card{Title: card.Literal(m.Title())}))
	}
	if code := web.Code(err); code == web.CodeUnknownMessage || code == web.CodeUnknownChannel {
		return Room{}, gone(err) // there is no message, or its thread was deleted: it gets no other
	}
	return t, err
}

// Begin makes the thread under a card that people talk about. Where that is not
// possible now it is made when it is first needed.
func (rs *Rooms) Begin(ctx context.Context, ch Room, ref, name string) {
	if t, known := rs.all.Get(ref); known && t.Thread {
		return
	}
	if _, err := rs.Open(ctx, ch, ref, name); err != nil {
		rs.log.Info("discord: a card has no thread yet", "channel", ch.ID, "message", ref, "err", err)
	}
}

// Open makes the thread under a message, or finds the one that is there.
func (rs *Rooms) Open(ctx context.Context, ch Room, ref, name string) (Room, error) {
	var c discordgo.Channel
	err := rs.roomy(ctx, ch.Guild, func() error {
		return rs.web.Do(ctx, http.MethodPost, "/channels/"+ch.ID+"/messages/"+ref+"/threads", map[string]any{"name": name, "auto_archive_duration": resets}, &c)
	})
	if web.Code(err) == web.CodeHasThread {
		rs.all.Drop(ref)
		return rs.Get(ctx, ref)
	}
	if err != nil {
		return Room{}, err
	}
	return rs.Learn(&c), nil
}

// Post begins a post in a forum with a message that shows the card.
func (rs *Rooms) Post(ctx context.Context, forum Room, c card.Card, message any, files []web.File) (seen.Message, error) {
	var made struct {
		discordgo.Channel
		Message seen.Message `json:"message"`
	}
	err := rs.roomy(ctx, forum.Guild, func() error {
		return rs.web.Send(ctx, http.MethodPost, "/channels/"+forum.ID+"/threads", map[string]any{
			"name": draw.Name(c), "auto_archive_duration": resets, "applied_tags": tags(forum, c), "message": message,
		}, files, &made)
	})
	if err != nil {
		rs.all.Drop(forum.ID) // its tags may be others by now
		return seen.Message{}, err
	}
	t := rs.Learn(&made.Channel)
	made.Message.ID, made.Message.Channel = t.ID, t.ID
	return made.Message, nil
}

// tags are the ids of a card's tags, of those that the forum has. A forum that takes
// no post without one gets its first.
func tags(forum Room, c card.Card) []string {
	ids := []string{}
	for _, want := range c.Tags {
		for _, t := range forum.Tags {
			if strings.EqualFold(strings.TrimSpace(want.String()), t.Name) && !slices.Contains(ids, t.ID) && len(ids) < mostTags {
				ids = append(ids, t.ID)
			}
		}
	}
	if len(ids) == 0 && forum.NeedsTag && len(forum.Tags) > 0 {
		ids = append(ids, forum.Tags[0].ID)
	}
	return ids
}

// Retag has a post wear the tags of its card as it is now.
func (rs *Rooms) Retag(ctx context.Context, forum Room, post string, c card.Card) error {
	t, err := rs.Get(ctx, post)
	if err != nil {
		return err
	}
	want := tags(forum, c)
	if slices.Equal(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(t.Wears))) {
		return nil
	}
	return rs.Alive(ctx, t, func() error { return rs.patch(ctx, t.ID, map[string]any{"applied_tags": want}) })
}

// Alive does something in a channel or a thread. An archived thread is opened again
// for it; a locked one is somebody else's to open, and the error is Denied.
func (rs *Rooms) Alive(ctx context.Context, in Room, do func() error) error {
	err := do()
	archived := web.Code(err) == web.CodeArchived
	if !in.Thread || !archived && web.Kind(err) != bot.Denied {
		return err
	}
	rs.all.Drop(in.ID)
	if t, err := rs.Get(ctx, in.ID); err == nil {
		in = t
	}
	if archived {
		err = rs.roomy(ctx, in.Guild, func() error { return rs.patch(ctx, in.ID, map[string]any{"archived": false}) })
	}
	if in.Locked && web.Kind(err) == bot.Denied {
		return &web.Fault{Status: http.StatusForbidden, Code: web.CodeLocked, Message: "the thread is locked"}
	}
	if !archived || err != nil {
		return err
	}
	return do()
}

// roomy does something that makes a thread active. Where the server has as many as it
// may, threads of ours that are resolved are archived first.
func (rs *Rooms) roomy(ctx context.Context, guild string, do func() error) error {
	err := do()
	if web.Code(err) != web.CodeTooManyThreads || !rs.relieve(ctx, guild) {
		return err
	}
	return do()
}

// relieve archives some threads under cards of ours that are resolved, those first in
// which nobody wrote for long. It reports whether there were any.
func (rs *Rooms) relieve(ctx context.Context, guild string) bool {
	me, err := rs.Self(ctx)
	var list []seen.Thread
	if err == nil {
		list, err = seen.Active(ctx, rs.web, guild)
	}
	if err != nil {
		rs.log.Warn("discord: no thread was archived to make room", "server", guild, "err", err)
		return false
	}
	list = slices.DeleteFunc(list, func(t seen.Thread) bool { return t.Owner != me })
	slices.SortFunc(list, func(a, b seen.Thread) int { return seen.Older(a.Last, b.Last) })
	rested := 0
	for _, t := range list[:min(len(list), mostLook)] {
		in, err := rs.Get(ctx, t.Parent)
		if err != nil {
			continue
		}
		if in.Forum {
			in.ID = t.ID
		}
		m, err := seen.Get(ctx, rs.web, in.ID, t.ID)
		if err != nil || m.Author.ID != me || !strings.HasPrefix(m.Title(), card.Glyphs[card.MarkResolved]+" ") {
			continue
		}
		if err := rs.patch(ctx, t.ID, map[string]any{"archived": true}); err != nil {
			rs.log.Warn("discord: a resolved thread was not archived", "thread", t.ID, "err", err)
			continue
		}
		if rested++; rested == mostRest {
			break
		}
	}
	return rested > 0
}
