package guild

import (
	"net/url"
	"slices"
	"strings"

	"ponte/platforms/chat/discord/discordtest/shape"
)

// Reaction is one emoji on a message and who put it there, the first one first.
type Reaction struct {
	Emoji string // as in an address: 👍, or name:id
	Users []string
}

// MostReactions is how many emoji a message takes.
const MostReactions = 20

func emojiJSON(emoji string) Obj {
	if name, id, own := strings.Cut(emoji, ":"); own {
		return Obj{"id": id, "name": name, "animated": false}
	}
	return Obj{"id": nil, "name": emoji}
}

func (w *World) reactionsJSON(m *Message) []any {
	var all []any
	for _, r := range m.Reactions {
		all = append(all, Obj{
			"emoji": emojiJSON(r.Emoji), "count": len(r.Users), "me": slices.Contains(r.Users, w.app.User), "me_burst": false,
			"count_details": Obj{"normal": len(r.Users), "burst": 0}, "burst_colors": []any{},
		})
	}
	return all
}

// known tells whether something is an emoji: a symbol, or one of a server that
// the app is in.
func (w *World) known(emoji string) bool {
	name, id, own := strings.Cut(emoji, ":")
	if !own {
		return len(emoji) <= 64 && strings.ContainsFunc(emoji, symbol) && !strings.ContainsFunc(emoji, func(r rune) bool { return !symbol(r) && !beside(r) })
	}
	return slices.ContainsFunc(w.guilds, func(g *Guild) bool { return g.Emojis[id] == name && name != "" })
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
func (w *World) React(channel, id, emoji string, on bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return err
	}
	emoji = spoken(emoji)
	if !w.known(emoji) {
		return unknownEmoji
	}
	if err := w.may(w.app.User, c, ReadHistory); err != nil {
		return err
	}
	if c.Archived {
		return threadArchived
	}
	if !on {
		if !w.unreact(c, m, w.app.User, emoji) {
			return unknownEmoji
		}
		return nil
	}
	return w.react(c, m, w.app.User, emoji)
}

// spoken is an emoji as it stands in an address.
func spoken(emoji string) string {
	if raw, err := url.PathUnescape(emoji); err == nil {
		return raw
	}
	return emoji
}

func (m *Message) reaction(emoji string) int {
	return slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == emoji })
}

func (w *World) react(c *Channel, m *Message, user, emoji string) error {
	at := m.reaction(emoji)
	switch {
	case at < 0 && w.perms(user, c)&AddReactions == 0:
		return missingPerms
	case at < 0 && len(m.Reactions) >= MostReactions:
		return shape.No(400, 30010, "Maximum number of reactions reached (20)")
	case at < 0:
		m.Reactions = append(slices.Clone(m.Reactions), Reaction{Emoji: emoji})
		at = len(m.Reactions) - 1
	case slices.Contains(m.Reactions[at].Users, user):
		return nil
	}
	m.Reactions[at].Users = append(slices.Clone(m.Reactions[at].Users), user)
	w.reacted("MESSAGE_REACTION_ADD", c, m, user, emoji)
	return nil
}

// unreact tells whether there was something to take off.
func (w *World) unreact(c *Channel, m *Message, user, emoji string) bool {
	at := m.reaction(emoji)
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

func (w *World) reacted(event string, c *Channel, m *Message, user, emoji string) {
	if m.To != "" || w.sees(w.app.User, c) != nil {
		return
	}
	o := Obj{"user_id": user, "channel_id": c.ID, "message_id": m.ID, "emoji": emojiJSON(emoji), "burst": false, "type": 0}
	intent := IntentDirectReaction
	if c.Guild != "" {
		o["guild_id"], intent = c.Guild, IntentReactions
		if member := w.member(w.guild(c.Guild), user); member != nil && event == "MESSAGE_REACTION_ADD" {
			o["member"], o["message_author_id"] = w.memberJSON(member), m.Author
		}
	}
	w.tell(Event{Type: event, Data: o, Intent: intent})
}

// Reacted lists who put an emoji on a message, after one of them, by id.
func (w *World) Reacted(channel, id, emoji, after string, limit int) ([]any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, m, err := w.message(channel, id)
	if err != nil {
		return nil, err
	}
	if err := w.may(w.app.User, c, ReadHistory); err != nil {
		return nil, err
	}
	emoji = spoken(emoji)
	if !w.known(emoji) {
		return nil, unknownEmoji
	}
	all := []any{}
	if at := m.reaction(emoji); at >= 0 {
		users := slices.Clone(m.Reactions[at].Users)
		slices.SortFunc(users, func(a, b string) int {
			if Before(a, b) {
				return -1
			}
			return 1
		})
		for _, u := range users {
			if (after == "" || Before(after, u)) && len(all) < limit {
				all = append(all, w.userJSON(u))
			}
		}
	}
	return all, nil
}
