// Package groups reads what ponte.yaml says of groups that team chat knows: who is in
// one has its roles in the brand. It knows the form of their ids and asks nobody who
// is in them.
package groups

import (
	"slices"

	"ponte/bot"
	"ponte/internal/chats"
	"ponte/internal/form"
)

// Group is one group of a brand.
type Group struct {
	form.Spot
	id      form.Word
	roles   []form.Word
	rolesAt form.Spot
}

// Called is what faults call a group.
func (*Group) Called() string { return "a group" }

// Keys is a group's table.
func (g *Group) Keys() []form.Key {
	return []form.Key{
		form.Needed("group", "The group: `slack/WORKSPACE/GROUP`, a user group by Slack's ids, or `discord/SERVER/ROLE`, a role by Discord's.", chats.Group(&g.id)),
		form.Needed("roles", "What whoever is in it may do in the brand.", form.Marked(&g.rolesAt, form.Words(&g.roles, "roles", func(w *form.Word) form.Reading { return form.Choice(w, bot.Anyone...) }))),
	}
}

// Check calls there for each group with the place that it is in, and once for each
// that stands there a second time.
func Check(all []*Group, there, twice func(form.Word)) {
	seen := map[string]bool{}
	for _, g := range all {
		switch {
		case !g.id.OK:
		case seen[g.id.Text]:
			twice(g.id)
		default:
			seen[g.id.Text] = true
			there(g.id)
		}
	}
}

// Give reports whether any of the groups may give one of the roles.
func Give(all []*Group, roles ...bot.Role) bool {
	return slices.ContainsFunc(all, func(g *Group) bool {
		return slices.ContainsFunc(g.is().Roles, func(r bot.Role) bool { return slices.Contains(roles, r) })
	})
}

func (g *Group) is() bot.Group {
	out := bot.Group{ID: g.id.Text}
	for _, w := range g.roles {
		if r := bot.Role(w.Text); !slices.Contains(out.Roles, r) {
			out.Roles = append(out.Roles, r)
		}
	}
	return out
}

// Build is the groups of a section without faults.
func Build(all []*Group) (out []bot.Group) {
	for _, g := range all {
		out = append(out, g.is())
	}
	return out
}
