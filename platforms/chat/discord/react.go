package discord

import (
	"context"
	"slices"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/rooms"
	"ponte/platforms/chat/discord/said"
	"ponte/platforms/chat/discord/seen"
)

// Reactions lists who put which emoji on a message and has not taken it off.
func (d *Discord) Reactions(ctx context.Context, at act.Place, ref string) ([]act.Reaction, error) {
	m, in, err := d.look(ctx, at, ref)
	if err != nil {
		return nil, err
	}
	me, err := d.rooms.Self(ctx)
	if err != nil {
		return nil, d.fault(err, at)
	}
	var out []act.Reaction
	for _, r := range m.Reactions {
		who, err := seen.Reacted(ctx, d.web, in, ref, r.Emoji)
		if err != nil {
			return nil, d.fault(err, at)
		}
		for _, user := range who {
			if user.ID != me && !user.Bot {
				out = append(out, act.Reaction{Who: bot.Actor{Platform: Platform, Space: at.Space, User: user.ID}, Emoji: d.sign(at, r.Emoji.Text())})
			}
		}
	}
	return out, nil
}

// Read says what a message says, who said it, and in which thread. Discord tells the
// text of other people's messages only with the Message Content Intent, or where
// somebody did something with the message lately.
func (d *Discord) Read(ctx context.Context, at act.Place, ref string) (act.Message, error) {
	m, in, err := d.look(ctx, at, ref)
	if err != nil {
		return act.Message{}, err
	}
	out := act.Message{At: said.At(ref)}
	if in != at.Channel && in != ref { // a forum's post begins with its message
		out.Thread = in
	}
	if out.Text, out.Who, err = d.desk.Spoken(ctx, at, &m); err != nil {
		return act.Message{}, d.fault(err, at)
	}
	if out.Text == "" && out.Who.User != "" && len(m.Files) == 0 && !d.opt.Bot().Content {
		out.Text = card.W("discord.untold").Print(d.pen(at, nil)).String()
	}
	return out, nil
}

// look finds a message, and the channel or thread in which it stands.
func (d *Discord) look(ctx context.Context, at act.Place, ref string) (m seen.Message, in string, err error) {
	ch, err := d.place(ctx, at)
	if err != nil {
		return m, "", err
	}
	if !rooms.IsID(ref) {
		return m, "", bot.Errorf(bot.NotFound, "discord.no_message")
	}
	first := d.standsIn(ch, ref, "").ID
	if m, in, err = d.rooms.Search(ctx, ch, first, ref); err != nil {
		return m, "", d.refused(ctx, at, ref, "", err)
	}
	if in != first {
		d.stands.Put(ref, in)
	}
	return m, in, nil
}

// sign is a reaction's emoji, written as the brand writes it where that is one of
// those by which it decides.
func (d *Discord) sign(at act.Place, emoji string) string {
	if b, _, ok := d.opt.Brands().Room(at.Platform, at.Space, at.Channel); ok {
		yes, no := b.Approvals.Signs()
		for _, theirs := range slices.Concat(yes, no) {
			if bare(theirs) == bare(emoji) {
				return theirs
			}
		}
	}
	return emoji
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
