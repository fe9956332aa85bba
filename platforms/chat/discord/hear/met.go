package hear

import (
	"context"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/discord/said"
)

// meet tells which groups somebody is in, where that is not what was told last. Only
// groups that give roles in a brand are told of.
func (d *Desk) meet(ctx context.Context, who bot.Actor, m *said.Member, waits ...time.Duration) error {
	if m == nil {
		return nil
	}
	groups, any := Groups(d.chat.Brands(), who.Platform, who.Space, m.Roles)
	key, now := who.String(), strings.Join(groups, " ")
	if before, told := d.met.Get(key); !any || told && before == now {
		return nil
	}
	if _, err := d.tell(ctx, act.Met{Who: who, Groups: groups}, waits...); err != nil {
		return err
	}
	d.met.Put(key, now)
	return nil
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
