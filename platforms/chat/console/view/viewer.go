// Package view draws what a person sees on the console's page: rooms, messages,
// threads and forms, from its templates, in the person's language and within
// the person's rights. It reads what is to be drawn and changes nothing.
package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/console/room"
	"ponte/storage"
)

// Platform is the console's name, in places and in the users of people.
const Platform = "console"

// Viewer is who looks at the page, in one brand. It is made anew for every request.
type Viewer struct {
	Brands *bot.Brands
	Brand  *bot.Brand
	Person bot.Person
	User   string // as the console knows the person
	Lang   bot.Lang
	Zone   *time.Location
	Print  func(bot.Lang, *time.Location, card.Words) string
	Now    func() time.Time
	Square string // address of the public page; may be empty
}

// User is a person of a brand as the console knows them.
type User struct {
	Name   string // as the console knows them
	Person bot.Person
}

// UsersOf lists the people of a brand who are known here.
func UsersOf(b *bot.Brand) (list []User) {
	for _, p := range b.People {
		for _, u := range p.Users {
			if user, ok := strings.CutPrefix(u, Platform+"/"+string(b.ID)+"/"); ok {
				list = append(list, User{user, p})
			}
		}
	}
	return list
}

// Channels lists the rooms that the viewer sees.
func (v *Viewer) Channels() (list []bot.Channel) {
	for _, ch := range v.Brand.Channels {
		if ch.Platform == Platform && ch.Space == string(v.Brand.ID) && ch.Sees(v.Person) {
			list = append(list, ch)
		}
	}
	return list
}

// Channel returns a room, if the viewer sees it.
func (v *Viewer) Channel(room string) (bot.Channel, bool) {
	list := v.Channels()
	i := slices.IndexFunc(list, func(ch bot.Channel) bool { return ch.Remote == room })
	if i < 0 {
		return bot.Channel{}, false
	}
	return list[i], true
}

// Sees reports whether the viewer sees a room.
func (v *Viewer) Sees(room string) bool { _, ok := v.Channel(room); return ok }

// Home is the room that is shown first: the default one, else the first.
func (v *Viewer) Home() string {
	list := v.Channels()
	if len(list) == 0 {
		return ""
	}
	return list[max(0, slices.IndexFunc(list, func(ch bot.Channel) bool { return ch.Default }))].Remote
}

// Actor is the viewer as the core knows them.
func (v *Viewer) Actor() bot.Actor {
	return bot.Actor{Platform: Platform, Space: string(v.Brand.ID), User: v.User, Name: v.Person.Name}
}

// Place is a room as the core knows it.
func (v *Viewer) Place(room string) act.Place {
	return act.Place{Platform: Platform, Space: string(v.Brand.ID), Channel: room}
}

// nameOf is what a user of the brand is called now, or was.
func (v *Viewer) nameOf(user, was string) string {
	if p, ok := v.Brand.PersonFor(bot.Actor{Platform: Platform, Space: string(v.Brand.ID), User: user}); ok {
		return p.Name
	}
	if was != "" {
		return was
	}
	return user
}

// Say prints a sentence of the catalogues for the viewer; pairs are names and
// values of what fills it: text, counts, moments or words.
func (v *Viewer) Say(key string, pairs ...any) string {
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
	return v.Print(v.Lang, v.Zone, w)
}

// Initials are those of the viewer's name.
func (v *Viewer) Initials() string { return initials(v.Person.Name) }

// roomsView is the list of channels, and who looks at it.
type roomsView struct {
	V        *Viewer
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
func (v *Viewer) rooms(tx *storage.Tx, here string) (roomsView, error) {
	view := roomsView{V: v, People: v.people(v.Brand)}
	for _, ch := range v.Channels() {
		s, err := room.Stand(tx, v.Brand.ID, v.User, ch.Remote, "")
		if err != nil {
			return view, err
		}
		view.Rooms = append(view.Rooms, roomView{
			Room: ch.Remote, Name: ch.ID, Link: Link(v.Brand.ID, ch.Remote, ""), Unread: s.Unread,
			Here: ch.Remote == here, Closed: len(ch.Restricted) > 0,
		})
	}
	for _, b := range v.Brands.All() {
		for _, u := range UsersOf(&b) {
			view.Everyone = view.Everyone || b.ID != v.Brand.ID
			if u.Person.ID == v.Person.ID && u.Person.Name == v.Person.Name {
				view.Brands = append(view.Brands, brandView{string(b.ID) + "/" + u.Name, b.Name, b.ID == v.Brand.ID})
			}
		}
	}
	return view, nil
}

// people lists who one can be in a brand, with their roles.
func (v *Viewer) people(b *bot.Brand) (list []personView) {
	for _, u := range UsersOf(b) {
		var roles []string
		for _, r := range u.Person.Roles {
			roles = append(roles, v.Say("role_"+string(r)))
		}
		if roles == nil {
			roles = []string{v.Say("role_none")}
		}
		list = append(list, personView{
			Who: string(b.ID) + "/" + u.Name, Name: u.Person.Name, Roles: strings.Join(roles, ", "),
			Here: b.ID == v.Brand.ID && u.Name == v.User,
		})
	}
	return list
}

// Picker is the emoji that people are offered as reactions: first those that
// decide something in the brand.
func (v *Viewer) Picker() []string {
	var list []string
	for _, e := range slices.Concat(v.Brand.Approvals.Yes, v.Brand.Approvals.No, picked) {
		if !slices.Contains(list, e) {
			list = append(list, e)
		}
	}
	return list
}

var picked = []string{
	"✅", "❌", "📌", "👀", "👍", "👎", "❤️", "🙏", "🎉", "👏", "💪", "🙌",
	"😀", "😂", "😮", "😢", "😡", "🤔", "🔥", "💡", "⏳", "🚀", "☕", "🐛",
}
