package discord

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/discord/web"
)

// sign is an emoji of Unicode's, without an id, or one of the server's.
type sign struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

const (
	mostReacted = 5_000 // people with one emoji on one message
	mostThreads = 40    // that are searched for a message
)

// Reactions lists who put which emoji on a message and has not taken it off.
func (d *Discord) Reactions(ctx context.Context, at act.Place, ref string) ([]act.Reaction, error) {
	ch, err := d.place(ctx, at)
	if err != nil {
		return nil, err
	}
	if !isID(ref) {
		return nil, bot.Errorf(bot.NotFound, "discord.no_message")
	}
	m, in, err := d.search(ctx, ch, ref)
	if err != nil {
		return nil, d.fault(err, at)
	}
	me, err := d.self(ctx)
	if err != nil {
		return nil, d.fault(err, at)
	}
	var out []act.Reaction
	for _, r := range m.Reactions {
		who, err := d.reacted(ctx, in, ref, r.Emoji)
		if err != nil {
			return nil, d.fault(err, at)
		}
		for _, user := range who {
			if user.ID != me && !user.Bot {
				out = append(out, act.Reaction{Who: bot.Actor{Platform: Platform, Space: at.Space, User: user.ID}, Emoji: d.sign(at, r.Emoji)})
			}
		}
	}
	return out, nil
}

// account is somebody who reacted.
type account struct {
	ID  string `json:"id"`
	Bot bool   `json:"bot"`
}

// reacted lists who put one emoji on a message, a page at a time.
func (d *Discord) reacted(ctx context.Context, in, ref string, e sign) (all []account, err error) {
	name := e.Name
	if e.ID != "" {
		name += ":" + e.ID
	}
	after := ""
	for len(all) < mostReacted {
		var page []account
		path := "/channels/" + in + "/messages/" + ref + "/reactions/" + url.PathEscape(name) + "?limit=100" + after
		if err := d.web.Do(ctx, http.MethodGet, path, nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < perPage {
			return all, nil
		}
		after = "&after=" + page[len(page)-1].ID
	}
	return all, nil
}

// search finds a message and where it stands: where it is known to, in the channel,
// under itself, or in one of the channel's threads. It remembers where.
func (d *Discord) search(ctx context.Context, ch room, ref string) (m told, in string, err error) {
	first := d.standsIn(ch, ref, "").id
	missing := func(err error) bool { return web.Kind(err) == bot.NotFound }
	err = d.web.Do(ctx, http.MethodGet, "/channels/"+first+"/messages/"+ref, nil, &m)
	if err == nil || !missing(err) {
		return m, first, err
	}
	gone := err
	var active discordgo.ThreadsList
	if err := d.web.Do(ctx, http.MethodGet, "/guilds/"+ch.guild+"/threads/active", nil, &active); err != nil {
		return m, "", err
	}
	list := slices.DeleteFunc(active.Threads, func(c *discordgo.Channel) bool {
		return c.ParentID != ch.id || c.ID == first || older(c.ID, ref) > 0 || older(c.LastMessageID, ref) < 0
	})
	slices.SortFunc(list, func(a, b *discordgo.Channel) int { return older(b.ID, a.ID) })
	for i, c := range list {
		if i == mostThreads {
			return m, "", &web.Fault{Message: "the message was not found in the threads that were searched", Ambiguous: true}
		}
		err := d.web.Do(ctx, http.MethodGet, "/channels/"+c.ID+"/messages/"+ref, nil, &m)
		if err == nil {
			d.stands.Put(ref, c.ID)
			return m, c.ID, nil
		}
		if !missing(err) {
			return m, "", err
		}
	}
	if f, ok := web.FaultOf(gone); ok && f.Code == web.CodeUnknownChannel && first != ch.id { // the post it began is gone with it
		return m, "", &web.Fault{Status: f.Status, Code: web.CodeUnknownMessage, Message: f.Message}
	}
	return m, "", gone
}

// sign is an emoji as text, written as the brand writes it where that is one of those
// by which it decides: a server's own as ":name:".
func (d *Discord) sign(at act.Place, e sign) string {
	text := e.Name
	if e.ID != "" {
		text = ":" + e.Name + ":"
	}
	if b, _, ok := d.opt.Brands().Room(at.Platform, at.Space, at.Channel); ok {
		yes, no := b.Approvals.Signs()
		for _, theirs := range slices.Concat(yes, no) {
			if bare(theirs) == bare(text) {
				return theirs
			}
		}
	}
	return text
}

// bare is an emoji without what only changes how it looks: the tone of a skin, and
// the sign that has it drawn in colours.
func bare(emoji string) string {
	return strings.Map(func(r rune) rune {
		if r == '\ufe0f' || r >= 0x1f3fb && r <= 0x1f3ff {
			return -1
		}
		return r
	}, emoji)
}
