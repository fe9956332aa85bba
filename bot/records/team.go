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

// Teammate is somebody of team chat who is in a brand's team by more than its
// configuration.
type Teammate struct {
	Brand    bot.BrandID  `json:"brand"`
	User     string       `json:"user"`
	ID       bot.PersonID `json:"id"` // theirs for ever; it counts where the configuration has nobody with this user
	Name     string       `json:"name,omitempty"`
	Given    []Given      `json:"given,omitempty"`
	Revision int          `json:"revision"`
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
	TeammateByID = Teammates.Unique("id.1", func(m *Teammate) storage.Key { return storage.K(m.Brand, m.ID) })
)
