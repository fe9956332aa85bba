package talk

import (
	"net/url"
	"slices"
	"strings"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
)

// MostReactions is how many emoji a message takes.
const MostReactions = 20

// EmojiJSON is an emoji as Discord sends it.
func EmojiJSON(emoji string) guild.Obj {
	if name, id, own := strings.Cut(emoji, ":"); own {
		return guild.Obj{"id": id, "name": name, "animated": false}
	}
	return guild.Obj{"id": nil, "name": emoji}
}

func (w *Talk) reactionsJSON(m *guild.Message) []any {
	var all []any
	for _, r := range m.Reactions {
		all = append(all, guild.Obj{
			"emoji": EmojiJSON(r.Emoji), "count": len(r.Users), "me": slices.Contains(r.Users, w.Self.User), "me_burst": false,
			"count_details": guild.Obj{"normal": len(r.Users), "burst": 0}, "burst_colors": []any{},
		})
	}
	return all
}

// Known tells whether something is an emoji: a symbol, or one of a server that
// the app is in.
func (w *Talk) Known(emoji string) bool {
	name, id, own := strings.Cut(emoji, ":")
	if !own {
		return len(emoji) <= 64 && strings.ContainsFunc(emoji, symbol) && !strings.ContainsFunc(emoji, func(r rune) bool { return !symbol(r) && !beside(r) })
	}
	return slices.ContainsFunc(w.Servers, func(g *guild.Guild) bool { return g.Emojis[id] == name && name != "" })
}

// symbol tells whether emoji are made of it, roughly.
func symbol(r rune) bool {
	return r == 0xa9 || r == 0xae || r >= 0x203c && r < 0x3040 || r >= 0x3200 && r < 0x32a0 || r >= 0x1f000 && r < 0x1fb00
}

// beside tells whether it stands in emoji beside a symbol: digits before a
// keycap, joiners, variations, tags of flags.
func beside(r rune) bool {
	return r >= '0' && r <= '9' || r == '#' || r == '*' || r == 0x200d || r == 0xfe0f || r >= 0xe0020 && r < 0xe0080
}

// React puts an emoji on a message for the app, or takes its own off.
func (w *Talk) React(channel, id, emoji string, on bool) error {
	w.Lock()
	defer w.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return err
	}
	emoji = spoken(emoji)
	if !w.Known(emoji) {
		return guild.UnknownEmoji
	}
	if err := w.May(w.Self.User, c, guild.ReadHistory); err != nil {
		return err
	}
	if c.Archived {
		return guild.ThreadArchived
	}
	if !on {
		if !w.TakeOff(c, m, w.Self.User, emoji) {
			return guild.UnknownEmoji
		}
		return nil
	}
	return w.PutOn(c, m, w.Self.User, emoji)
}

// spoken is an emoji as it stands in an address.
func spoken(emoji string) string {
	if raw, err := url.PathUnescape(emoji); err == nil {
		return raw
	}
	return emoji
}

// PutOn puts an emoji on a message.
func (w *Talk) PutOn(c *guild.Channel, m *guild.Message, user, emoji string) error {
	at := m.Reacted(emoji)
	switch {
	case at < 0 && w.Perms(user, c)&guild.AddReactions == 0:
		return guild.MissingPerms
	case at < 0 && len(m.Reactions) >= MostReactions:
		return shape.No(400, 30010, "Maximum number of reactions reached (20)")
	case at < 0:
		m.Reactions = append(slices.Clone(m.Reactions), guild.Reaction{Emoji: emoji})
		at = len(m.Reactions) - 1
	case slices.Contains(m.Reactions[at].Users, user):
		return nil
	}
	m.Reactions[at].Users = append(slices.Clone(m.Reactions[at].Users), user)
	w.reacted("MESSAGE_REACTION_ADD", c, m, user, emoji)
	return nil
}

// TakeOff takes an emoji off a message, and tells whether it was there.
func (w *Talk) TakeOff(c *guild.Channel, m *guild.Message, user, emoji string) bool {
	at := m.Reacted(emoji)
	if at < 0 || !slices.Contains(m.Reactions[at].Users, user) {
		return false
	}
	m.Reactions = slices.Clone(m.Reactions)
	m.Reactions[at].Users = slices.DeleteFunc(slices.Clone(m.Reactions[at].Users), func(id string) bool { return id == user })
	if len(m.Reactions[at].Users) == 0 {
		m.Reactions = slices.Delete(m.Reactions, at, at+1)
	}
	w.reacted("MESSAGE_REACTION_REMOVE", c, m, user, emoji)
	return true
}

func (w *Talk) reacted(event string, c *guild.Channel, m *guild.Message, user, emoji string) {
	if m.To != "" || w.Sees(w.Self.User, c) != nil {
		return
	}
	o := guild.Obj{"user_id": user, "channel_id": c.ID, "message_id": m.ID, "emoji": EmojiJSON(emoji), "burst": false, "type": 0}
	intent := guild.IntentDirectReaction
	if c.Guild != "" {
		o["guild_id"], intent = c.Guild, guild.IntentReactions
		if member := w.Member(w.Server(c.Guild), user); member != nil && event == "MESSAGE_REACTION_ADD" {
			o["member"], o["message_author_id"] = w.MemberJSON(member), m.Author
		}
	}
	w.Tell(guild.Event{Type: event, Data: o, Intent: intent})
}

// Reacted lists who put an emoji on a message, after one of them, by id.
func (w *Talk) Reacted(channel, id, emoji, after string, limit int) ([]any, error) {
	w.Lock()
	defer w.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return nil, err
	}
	if err := w.May(w.Self.User, c, guild.ReadHistory); err != nil {
		return nil, err
	}
	emoji = spoken(emoji)
	if !w.Known(emoji) {
		return nil, guild.UnknownEmoji
	}
	all := []any{}
	if at := m.Reacted(emoji); at >= 0 {
		users := slices.Clone(m.Reactions[at].Users)
		slices.SortFunc(users, func(a, b string) int {
			if guild.Before(a, b) {
				return -1
			}
			return 1
		})
		for _, u := range users {
			if (after == "" || guild.Before(after, u)) && len(all) < limit {
				all = append(all, w.UserJSON(u))
			}
		}
	}
	return all, nil
}
