package records

import (
	"time"

	"ponte/bot"
	"ponte/storage"
)

// Grouped is in which groups of team chat somebody is, of those that give roles.
type Grouped struct {
	User     string   `json:"user"` // "platform/space/user"
	Name     string   `json:"name,omitempty"`
	Groups   []string `json:"groups,omitempty"` // as "platform/space/group", in order
	Revision int      `json:"revision"`
}

// Teammate is somebody of team chat who is, or was, in a brand's team.
type Teammate struct {
	Brand    bot.BrandID    `json:"brand"`
	User     string         `json:"user"`
	ID       bot.PersonID   `json:"id,omitempty"`  // theirs for ever; it counts where the configuration has nobody with this user. Empty: they were in the team by it alone
	Was      []bot.PersonID `json:"was,omitempty"` // every id that the configuration gave them
	Name     string         `json:"name,omitempty"`
	Given    []Given        `json:"given,omitempty"`
	Outside  bool           `json:"outside,omitempty"` // no member of team chat any more: what was given does not count
	Revision int            `json:"revision"`
}

// Given is a role that a person gave to another one.
type Given struct {
	Role bot.Role     `json:"role"`
	By   bot.PersonID `json:"by"`
	At   time.Time    `json:"at"`
}

// Who is in a brand's team beyond its configuration.
var (
	Groups = storage.Define("groups", func(g *Grouped) storage.Key { return storage.K(g.User) })

	Teammates = storage.Define("teammates", func(m *Teammate) storage.Key { return storage.K(m.Brand, m.User) })
	// TeammateByID keeps an id of a brand for one user, for ever.
	TeammateByID = Teammates.Unique("id.1", func(m *Teammate) storage.Key {
		if m.ID == "" {
			return nil
		}
		return storage.K(m.Brand, m.ID)
	})
)
