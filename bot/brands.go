package bot

import (
	"slices"
	"strings"
)

// Brands is everything this Ponte serves, as configured; it is never altered,
// a changed configuration is a new value.
type Brands struct{ list []Brand }

// NewBrands makes the set of brands.
func NewBrands(list ...Brand) *Brands { return &Brands{list: slices.Clone(list)} }

// All returns every brand, in the order of the configuration.
func (bs *Brands) All() []Brand { return bs.list }

// Brand returns the brand with the id.
func (bs *Brands) Brand(id BrandID) (*Brand, bool) {
	for i := range bs.list {
		if bs.list[i].ID == id {
			return &bs.list[i], true
		}
	}
	return nil, false
}

// Owning returns the brand an account belongs to.
func (bs *Brands) Owning(id AccountID) (*Brand, Account, bool) {
	for i := range bs.list {
		if a, ok := bs.list[i].Account(id); ok {
			return &bs.list[i], a, true
		}
	}
	return nil, Account{}, false
}

// Room returns the brand and channel that a room of team chat belongs to.
func (bs *Brands) Room(platform, space, remote string) (*Brand, Channel, bool) {
	for i := range bs.list {
		c, ok := find(bs.list[i].Channels, func(c Channel) bool {
			return c.Platform == platform && c.Space == space && c.Remote == remote
		})
		if ok {
			return &bs.list[i], c, true
		}
	}
	return nil, Channel{}, false
}

// Actor is somebody in team chat, as the platform names them.
type Actor struct {
	Platform string `json:"platform"`
	Space    string `json:"space,omitempty"`
	User     string `json:"user"`
	Name     string `json:"name,omitempty"`
}

// String returns the actor as people are listed in the configuration: "platform/space/user".
func (a Actor) String() string { return a.Platform + "/" + a.Space + "/" + a.User }

// PersonFor returns who the actor is in the brand; ok is false for a stranger.
func (b *Brand) PersonFor(a Actor) (Person, bool) {
	return find(b.People, func(p Person) bool { return slices.Contains(p.Users, a.String()) })
}

// Users are the ids under which a person of the brand is known in a place of team
// chat, to be pinged there.
func (b *Brand) Users(id PersonID, platform, space string) (out []string) {
	p, _ := b.Person(id)
	for _, u := range p.Users {
		if user, ok := strings.CutPrefix(u, platform+"/"+space+"/"); ok && user != "" {
			out = append(out, user)
		}
	}
	return out
}
