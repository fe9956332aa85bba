package hear

import (
	"context"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/discord/said"
	"ponte/platforms/chat/discord/seen"
)

// words are what somebody wrote, in Discord's markup, of which Discord tells who those
// are that it mentions.
type words struct {
	at    act.Place
	users map[string]said.User
	named []act.Named
}

// plain returns what was written as people see it, and notes whom it mentions. People
// are named as the configuration does, where it knows them.
func (d *Desk) plain(w *words, text string) string {
	brands := d.chat.Brands()
	b, _, _ := brands.Room(w.at.Platform, w.at.Space, w.at.Channel)
	return said.Plain(text, said.Names{
		Person: func(id string) string {
			u := w.users[id]
			u.ID = id
			who := d.actor(w.at.Space, u, nil)
			name := who.Name
			if b != nil {
				if p, ok := b.PersonFor(who); ok {
					name = string(p.ID)
				}
			}
			if name != "" {
				w.named = append(w.named, act.Named{As: "@" + name, Who: who, Outside: u.Bot})
			}
			return name
		},
		Channel: func(id string) string {
			_, c, _ := brands.Room(w.at.Platform, w.at.Space, id)
			return c.ID
		},
	})
}

// spelt returns what was written as it could become public: people by the names that
// people know them by.
func (d *Desk) spelt(w *words, text string) string {
	b, _, _ := d.chat.Brands().Room(w.at.Platform, w.at.Space, w.at.Channel)
	return said.Spelt(text, said.Names{Person: func(id string) string {
		u := w.users[id]
		u.ID = id
		who := d.actor(w.at.Space, u, nil)
		if b != nil {
			if p, ok := b.PersonFor(who); ok && p.Name != "" {
				return p.Name
			}
		}
		return who.Name
	}})
}

// Spoken is what a message says as people see it, and who said it; nobody, where that
// is Ponte. What Discord does not tell of it is remembered for a while from when
// somebody picked it.
func (d *Desk) Spoken(ctx context.Context, at act.Place, m *seen.Message) (text string, who bot.Actor, err error) {
	me, err := d.chat.Rooms.Self(ctx)
	if err != nil {
		return "", who, err
	}
	if m.Author.ID != me {
		who = d.actor(at.Space, m.Author, nil)
	}
	w := &words{at: at, users: named(m.Mentions)}
	if text = d.plain(w, m.Content); text == "" {
		text, _ = d.picked.Get(m.ID)
	}
	return text, who, nil
}

// named are those whom a message mentions, as the server knows them.
func named(all []said.Mention) map[string]said.User {
	out := map[string]said.User{}
	for _, u := range all {
		u.Global = said.Called(u.User, u.Member)
		out[u.ID] = u.User
	}
	return out
}

// meet tells which groups somebody is in, each time: what was told last may be known
// otherwise by now. Only groups that give roles in a brand are told of.
func (d *Desk) meet(ctx context.Context, who bot.Actor, m *said.Member, waits ...time.Duration) error {
	if m == nil {
		return nil
	}
	groups, any := Groups(d.chat.Brands(), who.Platform, who.Space, m.Roles)
	if !any {
		return nil
	}
	_, err := d.tell(ctx, act.Met{Who: who, Groups: groups}, waits...)
	return err
}

// Groups are those of the brands' groups in a server that somebody with these roles is
// in; all are in the group of the server itself. Any reports whether there are such groups.
func Groups(brands *bot.Brands, platform, space string, roles []string) (in []string, any bool) {
	for _, b := range brands.All() {
		for _, g := range b.Groups {
			id, ok := strings.CutPrefix(g.ID, platform+"/"+space+"/")
			if !ok {
				continue
			}
			any = true
			if (id == space || slices.Contains(roles, id)) && !slices.Contains(in, g.ID) {
				in = append(in, g.ID)
			}
		}
	}
	return in, any
}
