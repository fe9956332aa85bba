package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ponte/bot"
	"ponte/platforms/chat/console/view"
)

// asCookie says who speaks, as "brand/user".
const asCookie = "ponte_as"

// viewerFor returns who asks, in the brand; an empty brand takes theirs. It is
// nil for somebody of another brand, or of none.
func (c *Console) viewerFor(r *http.Request, brand bot.BrandID) *view.Viewer {
	brands := c.opt.Brands()
	own, user := "", ""
	if k, err := r.Cookie(asCookie); err == nil {
		who, _ := url.QueryUnescape(k.Value)
		own, user, _ = strings.Cut(who, "/")
	}
	if own == "" {
		return c.someone(brands, brand)
	}
	if brand == "" {
		if v := c.person(brands, bot.BrandID(own), user); v != nil {
			return v
		}
		return c.someone(brands, "")
	}
	if own != string(brand) {
		return nil
	}
	return c.person(brands, brand, user)
}

// Who returns who asks for a page of the brand that stands behind the console's
// door, and in which brand; ok is false for somebody of another one.
func (c *Console) Who(r *http.Request, brand bot.BrandID) (b *bot.Brand, p bot.Person, ok bool) {
	v := c.viewerFor(r, brand)
	if v == nil {
		return nil, bot.Person{}, false
	}
	return v.Brand, v.Person, true
}

// person returns the viewer that a user of a brand is.
func (c *Console) person(brands *bot.Brands, id bot.BrandID, user string) *view.Viewer {
	b, ok := brands.Brand(id)
	if !ok {
		return nil
	}
	p, ok := b.PersonFor(bot.Actor{Platform: view.Platform, Space: string(id), User: user})
	if !ok {
		return nil
	}
	return &view.Viewer{
		Brands: brands, Brand: b, Person: p, User: user, Lang: b.Speaks(p), Zone: b.Location(),
		Print: c.opt.Print, Now: c.opt.Now, Square: c.opt.Square,
	}
}

// someone is who looks when nobody has said who they are: the brand's first
// manager, else its first person. An empty brand is the first that has people here.
func (c *Console) someone(brands *bot.Brands, id bot.BrandID) *view.Viewer {
	for i := range brands.All() {
		b := &brands.All()[i]
		people := view.UsersOf(b)
		if id != "" && b.ID != id || len(people) == 0 {
			continue
		}
		at := max(0, slices.IndexFunc(people, func(u view.User) bool { return u.Person.Has(bot.Manager) }))
		return c.person(brands, b.ID, people[at].Name)
	}
	return nil
}
