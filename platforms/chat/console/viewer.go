package console

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/storage"
)

// viewer is who looks at the page, in one brand. It is made anew for every request.
type viewer struct {
	c      *Console
	brand  *bot.Brand
	person bot.Person
	user   string // as the console knows the person
	lang   bot.Lang
	zone   *time.Location
}

// asCookie says who speaks, as "brand/user".
const asCookie = "ponte_as"

// viewerFor returns who asks, in the brand; an empty brand takes theirs. It is
// nil for somebody of another brand, or of none.
func (c *Console) viewerFor(r *http.Request, brand bot.BrandID) *viewer {
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

// person returns the viewer that a user of a brand is.
func (c *Console) person(brands *bot.Brands, id bot.BrandID, user string) *viewer {
	b, ok := brands.Brand(id)
	if !ok {
		return nil
	}
	p, ok := b.PersonFor(bot.Actor{Platform: platform, Space: string(id), User: user})
	if !ok {
		return nil
	}
	return &viewer{c: c, brand: b, person: p, user: user, lang: b.Speaks(p), zone: b.Location()}
}

// someone is who looks when nobody has said who they are: the brand's first
// manager, else its first person. An empty brand is the first that has people here.
func (c *Console) someone(brands *bot.Brands, id bot.BrandID) *viewer {
	for i := range brands.All() {
		b := &brands.All()[i]
		people := usersOf(b)
		if id != "" && b.ID != id || len(people) == 0 {
			continue
		}
		at := max(0, slices.IndexFunc(people, func(u userOf) bool { return u.Person.Has(bot.Manager) }))
		return c.person(brands, b.ID, people[at].User)
	}
	return nil
}

// userOf is a person of a brand as the console knows them.
type userOf struct {
	User   string
	Person bot.Person
}

// usersOf lists the people of a brand who are known here.
func usersOf(b *bot.Brand) (list []userOf) {
	for _, p := range b.People {
		for _, u := range p.Users {
			if user, ok := strings.CutPrefix(u, platform+"/"+string(b.ID)+"/"); ok {
				list = append(list, userOf{user, p})
			}
		}
	}
	return list
}

// channels lists the rooms that the viewer sees.
func (v *viewer) channels() (list []bot.Channel) {
	for _, ch := range v.brand.Channels {
		if ch.Platform == platform && ch.Space == string(v.brand.ID) && ch.Sees(v.person) {
			list = append(list, ch)
		}
	}
	return list
}

// channel returns a room, if the viewer sees it.
func (v *viewer) channel(room string) (bot.Channel, bool) {
	list := v.channels()
	i := slices.IndexFunc(list, func(ch bot.Channel) bool { return ch.Remote == room })
	if i < 0 {
		return bot.Channel{}, false
	}
	return list[i], true
}

func (v *viewer) sees(room string) bool { _, ok := v.channel(room); return ok }

// home is the room that is shown first: the default one, else the first.
func (v *viewer) home() string {
	list := v.channels()
	if len(list) == 0 {
		return ""
	}
	return list[max(0, slices.IndexFunc(list, func(ch bot.Channel) bool { return ch.Default }))].Remote
}

// actor is the viewer as the core knows them.
func (v *viewer) actor() bot.Actor {
	return bot.Actor{Platform: platform, Space: string(v.brand.ID), User: v.user, Name: v.person.Name}
}

func (v *viewer) place(room string) act.Place {
	return act.Place{Platform: platform, Space: string(v.brand.ID), Channel: room}
}

// nameOf is what a user of the brand is called now, or was.
func (v *viewer) nameOf(user, was string) string {
	if p, ok := v.brand.PersonFor(bot.Actor{Platform: platform, Space: string(v.brand.ID), User: user}); ok {
		return p.Name
	}
	if was != "" {
		return was
	}
	return user
}

// Say prints a sentence of the catalogues for the viewer; pairs are names and
// values of what fills it: text, counts, moments or words.
func (v *viewer) Say(key string, pairs ...any) string {
	w := card.W("console." + key)
	for i := 0; i+1 < len(pairs); i += 2 {
		name := fmt.Sprint(pairs[i])
		switch value := pairs[i+1].(type) {
		case int:
			w.Args = append(w.Args, card.Count(name, value))
		case time.Time:
			w.Args = append(w.Args, card.At(name, value))
		default:
			w.Args = append(w.Args, card.Text(name, fmt.Sprint(value)))
		}
	}
	return v.c.opt.Print(v.lang, v.zone, w)
}

// Lang is the language of the viewer's page.
func (v *viewer) Lang() string { return string(v.lang) }

// Brand is the brand's id.
func (v *viewer) Brand() string { return string(v.brand.ID) }

// BrandName is what people call the brand.
func (v *viewer) BrandName() string { return v.brand.Name }

// Name is what the viewer is called.
func (v *viewer) Name() string { return v.person.Name }

// Initials are those of the viewer's name.
func (v *viewer) Initials() string { return initials(v.person.Name) }

// roomsView is the list of channels, and who looks at it.
type roomsView struct {
	V        *viewer
	Rooms    []roomView
	Brands   []brandView
	People   []personView
	Everyone bool // there are more brands with people of their own
}

type roomView struct {
	Room, Name, Link string
	Unread           int
	Here, Closed     bool
}

type brandView struct {
	Who, Name string
	Here      bool
}

type personView struct {
	Who, Name, Roles string
	Here             bool
}

// rooms counts what is unread in every room the viewer sees.
func (c *Console) rooms(tx *storage.Tx, v *viewer, here string) (roomsView, error) {
	view := roomsView{V: v, People: v.people(v.brand)}
	for _, ch := range v.channels() {
		s, err := stand(tx, v.brand.ID, v.user, ch.Remote, "")
		if err != nil {
			return view, err
		}
		view.Rooms = append(view.Rooms, roomView{
			Room: ch.Remote, Name: ch.ID, Link: linkTo(v.brand.ID, ch.Remote, ""), Unread: s.Unread,
			Here: ch.Remote == here, Closed: len(ch.Restricted) > 0,
		})
	}
	for _, b := range c.opt.Brands().All() {
		for _, u := range usersOf(&b) {
			view.Everyone = view.Everyone || b.ID != v.brand.ID
			if u.Person.ID == v.person.ID && u.Person.Name == v.person.Name {
				view.Brands = append(view.Brands, brandView{string(b.ID) + "/" + u.User, b.Name, b.ID == v.brand.ID})
			}
		}
	}
	return view, nil
}

// people lists who one can be in a brand, with their roles.
func (v *viewer) people(b *bot.Brand) (list []personView) {
	for _, u := range usersOf(b) {
		var roles []string
		for _, r := range u.Person.Roles {
			roles = append(roles, v.Say("role_"+string(r)))
		}
		if roles == nil {
			roles = []string{v.Say("role_none")}
		}
		list = append(list, personView{
			Who: string(b.ID) + "/" + u.User, Name: u.Person.Name, Roles: strings.Join(roles, ", "),
			Here: b.ID == v.brand.ID && u.User == v.user,
		})
	}
	return list
}
