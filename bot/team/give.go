package team

import (
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// Whom is whom a role is given to, or taken from.
type Whom struct {
	ID      bot.PersonID // in the brand; empty for somebody who is not in its team
	Users   []string     // as "platform/space/user"; what is given is kept for the first
	Name    string
	Outside bool // a guest, a bot, or of another organisation
}

// Source is where somebody has a role from: a group, another person's word, or, when
// it is neither, the configuration.
type Source struct {
	Role    bot.Role
	Group   string
	Given   *records.Given
	Outside bool // it was given to somebody who is no member any more: they do not have it
}

// Sources lists where whoever is one of the users has which role of a brand from, role
// by role.
func (t *Team) Sources(tx *storage.Tx, brand bot.BrandID, users []string) (out []Source, err error) {
	b, ok := t.base().Brand(brand)
	if !ok {
		return nil, nil
	}
	for _, p := range b.People {
		if slices.ContainsFunc(p.Users, func(u string) bool { return slices.Contains(users, u) }) {
			for _, r := range p.Roles {
				out = append(out, Source{Role: r})
			}
		}
	}
	for _, u := range users {
		g, _, err := records.Found(records.Groups.Get(tx, storage.K(u)))
		if err != nil {
			return nil, err
		}
		m, _, err := records.Found(records.Teammates.Get(tx, storage.K(brand, u)))
		if err != nil {
			return nil, err
		}
		for _, by := range b.Groups {
			for _, r := range by.Roles {
				if slices.Contains(g.Groups, by.ID) {
					out = append(out, Source{Role: r, Group: by.ID})
				}
			}
		}
		for i := range m.Given {
			out = append(out, Source{Role: m.Given[i].Role, Given: &m.Given[i], Outside: m.Outside})
		}
	}
	slices.SortStableFunc(out, func(a, b Source) int { return slices.Index(bot.Anyone, a.Role) - slices.Index(bot.Anyone, b.Role) })
	return out, nil
}

// Give gives somebody a role, for as long as nobody takes it, and tells the brand. Only
// a strategist may, and not themselves. The error is a Conflict when they have the role
// already, and says where from.
func (t *Team) Give(tx *storage.Tx, b *bot.Brand, by bot.Person, who Whom, role bot.Role) error {
	if err := may(b, by, who); err != nil {
		return err
	}
	switch {
	case !slices.Contains(bot.Anyone, role):
		return bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(string(role), 30), "Choices", words(bot.Anyone))
	case who.Outside, !at(b, who.Users[0]):
		return bot.Errorf(bot.Denied, "error.role_outside", "Name", who.Name)
	}
	from, err := t.Sources(tx, b.ID, who.Users)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(from, func(s Source) bool { return s.Role == role && !s.Outside }); i >= 0 {
		return from[i].refuses(has, who)
	}
	m, _, err := t.mate(tx, b.ID, who.Users[0], who.Name)
	if err != nil {
		return err
	}
	m.Outside = false
	m.Given = slices.DeleteFunc(slices.Clone(m.Given), func(g records.Given) bool { return g.Role == role })
	m.Given = append(m.Given, records.Given{Role: role, By: by.ID, At: tx.Now()})
	if err := t.keep(tx, m); err != nil {
		return err
	}
	return t.tells(tx, b, by, who, "team.gave", role)
}

// Take takes from somebody a role that was given here; an empty one stands for all of
// them. The error says where a role comes from that was not given here.
func (t *Team) Take(tx *storage.Tx, b *bot.Brand, by bot.Person, who Whom, role bot.Role) error {
	if err := may(b, by, who); err != nil {
		return err
	}
	var taken []bot.Role
	for _, u := range who.Users {
		m, _, err := records.Found(records.Teammates.Get(tx, storage.K(b.ID, u)))
		if err != nil {
			return err
		}
		had := len(m.Given)
		m.Given = slices.DeleteFunc(slices.Clone(m.Given), func(g records.Given) bool {
			off := role == "" || g.Role == role
			if off {
				taken = append(taken, g.Role)
			}
			return off
		})
		if len(m.Given) == had {
			continue
		}
		if err := t.keep(tx, m); err != nil {
			return err
		}
	}
	if len(taken) == 0 {
		return t.keeps(tx, b, who, role)
	}
	return t.tells(tx, b, by, who, "team.took", taken...)
}

// keeps says why nothing was there to take.
func (t *Team) keeps(tx *storage.Tx, b *bot.Brand, who Whom, role bot.Role) error {
	from, err := t.Sources(tx, b.ID, who.Users)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(from, func(s Source) bool { return role == "" || s.Role == role }); i >= 0 {
		return from[i].refuses(keeps, who)
	}
	return bot.Errorf(bot.NotFound, "error.role_none", "Name", who.Name)
}

// refusal are the sentences that say where a role comes from.
type refusal struct{ file, group, given string }

var (
	has   = refusal{"error.role_has_file", "error.role_has_group", "error.role_has_given"}
	keeps = refusal{"error.role_keeps_file", "error.role_keeps_group", "error.role_none"}
)

// refuses is the error that says where a role comes from.
func (s Source) refuses(r refusal, who Whom) error {
	switch {
	case s.Group != "":
		return bot.Errorf(bot.Conflict, r.group, "Name", who.Name, "Role", string(s.Role), "Group", s.Group)
	case s.Given != nil:
		return bot.Errorf(bot.Conflict, r.given, "Name", who.Name, "Role", string(s.Role))
	}
	return bot.Errorf(bot.Conflict, r.file, "Name", who.Name, "Role", string(s.Role))
}

func may(b *bot.Brand, by bot.Person, who Whom) error {
	switch p, ok := b.Person(by.ID); {
	case !ok || !p.Has(bot.Strategist):
		return bot.Errorf(bot.Denied, "error.role_strategist")
	case who.ID == by.ID || slices.ContainsFunc(by.Users, func(u string) bool { return slices.Contains(who.Users, u) }):
		return bot.Errorf(bot.Denied, "error.role_self")
	}
	return nil
}

// at reports whether a user is of a place where the brand has a channel.
func at(b *bot.Brand, user string) bool {
	return slices.ContainsFunc(b.Channels, func(c bot.Channel) bool { return strings.HasPrefix(user, c.Platform+"/"+c.Space+"/") })
}

func (t *Team) keep(tx *storage.Tx, m records.Teammate) error {
	m.Revision++
	if err := records.Teammates.Put(tx, m); err != nil {
		return err
	}
	t.learns(tx, nil, []records.Teammate{m})
	return nil
}

// toldFor is how long it is news that somebody has another role.
const toldFor = 24 * time.Hour

// tells writes it down, and says it where the brand decides: nobody has a role that
// the others do not know of.
func (t *Team) tells(tx *storage.Tx, b *bot.Brand, by bot.Person, who Whom, what string, roles ...bot.Role) error {
	var lines []card.Block
	for _, r := range roles {
		lines = append(lines, card.Say(card.W(what, card.Text("By", by.Name), card.Text("Name", who.Name), card.In("Role", Word(r)))))
	}
	err := records.Log(tx, bot.Record{
		Brand: b.ID, Who: string(by.ID), What: strings.Replace(what, "team.", "role.", 1), Subject: "user/" + who.Users[0],
		Details: map[string]string{"roles": words(roles)},
	})
	ch := b.DecidesIn()
	if err != nil || ch.ID == "" {
		return err
	}
	_, err = t.out.Say(tx, act.Effect{
		Brand: b.ID, At: act.Place{Platform: ch.Platform, Space: ch.Space, Channel: ch.Remote}, Lane: "team/" + string(b.ID), Class: act.RoutineClass,
		Act: act.Seal(act.Send{Card: card.Card{Mark: card.MarkNote, Blocks: lines}}), Until: tx.Now().Add(toldFor),
	})
	return err
}

// Word is what people call a role.
func Word(r bot.Role) card.Words { return card.W("team.role." + string(r)) }

func words(roles []bot.Role) string {
	var out []string
	for _, r := range roles {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}
