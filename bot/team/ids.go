package team

import (
	"maps"
	"slices"

	"ponte/bot"
	"ponte/bot/records"
)

// known are the ids under which people of a brand did things. One person has another
// id while the configuration names them than while it does not.
type known struct {
	of map[string][]bot.PersonID        // by user
	by map[bot.PersonID]map[string]bool // the users who had an id
}

// had collects the ids that users of a brand have, or had.
func had(brand bot.BrandID, mates map[mate]records.Teammate) known {
	k := known{map[string][]bot.PersonID{}, map[bot.PersonID]map[string]bool{}}
	for at, m := range mates {
		if at.brand != brand {
			continue
		}
		for _, id := range append([]bot.PersonID{m.ID}, m.Was...) {
			if id == "" {
				continue
			}
			k.of[at.user] = append(k.of[at.user], id)
			if k.by[id] == nil {
				k.by[id] = map[string]bool{}
			}
			k.by[id][at.user] = true
		}
	}
	return k
}

// before lists, in order, every other id under which a person may have done something:
// those of their users, and of all who ever shared one with them.
func (k known) before(p *bot.Person) []bot.PersonID {
	ids, users := map[bot.PersonID]bool{p.ID: true}, map[string]bool{}
	open := append(slices.Clone(p.Users), slices.Collect(maps.Keys(k.by[p.ID]))...)
	for len(open) > 0 {
		user := open[0]
		if open = open[1:]; users[user] {
			continue
		}
		users[user] = true
		for _, id := range k.of[user] {
			ids[id] = true
			open = slices.AppendSeq(open, maps.Keys(k.by[id]))
		}
	}
	delete(ids, p.ID)
	return slices.Sorted(maps.Keys(ids))
}
