package team

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"ponte/bot"
	"ponte/bot/records"
)

// fold puts into the brands whoever has roles by a group or was given them, and with
// everybody the ids that they had before.
func fold(base *bot.Brands, grouped map[string]records.Grouped, mates map[mate]records.Teammate) *bot.Brands {
	all, folded := slices.Clone(base.All()), false
	for i := range all {
		b := &all[i]
		more, ids := extras(b, grouped, mates), had(b.ID, mates)
		if len(more)+len(ids.of) == 0 {
			continue
		}
		folded = true
		b.People = slices.Clone(b.People)
		for _, user := range slices.Sorted(maps.Keys(more)) {
			join(b, user, more[user], mates[mate{b.ID, user}].ID)
		}
		for i := range b.People {
			b.People[i].Was = ids.before(&b.People[i])
		}
	}
	if !folded {
		return base
	}
	return bot.NewBrands(all...)
}

// extra is what somebody has beyond the configuration.
type extra struct {
	name  string
	roles []bot.Role
}

// extras are the roles in a brand beyond its configuration, by user.
func extras(b *bot.Brand, grouped map[string]records.Grouped, mates map[mate]records.Teammate) map[string]extra {
	out := map[string]extra{}
	for user, g := range grouped {
		if roles := rolesBy(b, g.Groups); len(roles) > 0 {
			out[user] = extra{g.Name, roles}
		}
	}
	for at, m := range mates {
		if at.brand != b.ID || len(m.Given) == 0 || m.Outside {
			continue
		}
		e := out[at.user]
		e.name = cmp.Or(e.name, m.Name)
		for _, g := range m.Given {
			e.roles = append(e.roles, g.Role)
		}
		out[at.user] = e
	}
	return out
}

// rolesBy are the roles that groups give in a brand.
func rolesBy(b *bot.Brand, groups []string) (out []bot.Role) {
	for _, g := range b.Groups {
		if slices.Contains(groups, g.ID) {
			out = append(out, g.Roles...)
		}
	}
	return out
}

// join adds roles to the person who is a user, or a new one who is. Whoever has no id
// yet is not in the team before they have one.
func join(b *bot.Brand, user string, e extra, id bot.PersonID) {
	i := slices.IndexFunc(b.People, func(p bot.Person) bool { return slices.Contains(p.Users, user) })
	if i < 0 {
		if id == "" {
			return
		}
		b.People = append(b.People, bot.Person{ID: id, Name: cmp.Or(e.name, string(id)), Users: []string{user}})
		i = len(b.People) - 1
	}
	p := &b.People[i]
	p.Roles = slices.Clone(p.Roles)
	for _, r := range bot.Anyone {
		if slices.Contains(e.roles, r) && !slices.Contains(p.Roles, r) {
			p.Roles = append(p.Roles, r)
		}
	}
}

const (
	ours     = "~" // begins an id that no configuration can have
	mostSlug = 40
	mostName = 80
)

// slug makes of a name what an id is made of.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	all := []rune(strings.Join(words, "-"))
	return strings.TrimRight(string(all[:min(len(all), mostSlug)]), "-")
}

// called is a name as it is kept: on one line, and not too long.
func called(name string) string {
	name = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(name, ""), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	return bot.Short(name, mostName)
}
