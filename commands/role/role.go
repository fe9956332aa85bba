// Package role is what people ask for about who may do what: who has which role and
// from where, and that somebody is given one or loses it. Its command is part of the
// one table; what may be given is decided by the room that keeps the team.
package role

import (
	"slices"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/team"
	"ponte/commands"
	"ponte/storage"
)

const linesAtMost = 60

const none = "none"

// Spec is the command for the table.
func Spec(t *team.Team) commands.Spec {
	person := commands.Option("person", act.PersonOption)
	person.Anybody = true
	choices := []string{}
	for _, r := range bot.Anyone {
		choices = append(choices, string(r))
	}
	c := &command{t}
	return commands.Spec{
		Name: "role", Roles: bot.Anyone,
		Options:  []act.Option{person, commands.OneOf(commands.Option("role", act.ChoiceOption), append(choices, none)...)},
		Examples: []string{"role", "role @ana", "role @ana approver", "role @ana -approver", "role @ana none"}, Run: c.run,
	}
}

type command struct{ team *team.Team }

func (c *command) run(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	name, word := strings.TrimSpace(req.Values["person"]), strings.ToLower(strings.TrimSpace(req.Values["role"]))
	if name == "" {
		return c.list(tx, req.Brand, req.Brand.People)
	}
	who, err := whom(req, name)
	if err != nil {
		return act.Answer{}, err
	}
	role, off := strings.CutPrefix(word, "-")
	switch {
	case word == "":
		return c.one(tx, req.Brand, who)
	case word == none:
		err = c.team.Take(tx, req.Brand, req.Person, who, "")
	case off:
		err = c.team.Take(tx, req.Brand, req.Person, who, bot.Role(role))
	default:
		err = c.team.Give(tx, req.Brand, req.Person, who, bot.Role(role))
	}
	if err != nil {
		return act.Answer{}, err
	}
	return c.one(tx, req.Brand, who)
}

// whom finds who is meant: somebody whom the command mentions, or one of the brand's
// people by id or name.
func whom(req *commands.Request, name string) (team.Whom, error) {
	if i := slices.IndexFunc(req.Named, func(n act.Named) bool { return n.Who.String() == name }); i >= 0 {
		n := req.Named[i]
		who := team.Whom{Users: []string{name}, Name: n.Who.Name, Outside: n.Outside}
		if p, ok := req.Brand.PersonFor(n.Who); ok {
			who.ID, who.Name = p.ID, p.Name
			who.Users = append(who.Users, slices.DeleteFunc(slices.Clone(p.Users), func(u string) bool { return u == name })...)
		}
		return who, nil
	}
	p, ok := req.Brand.PersonCalled(name)
	if strings.EqualFold(strings.TrimPrefix(name, "@"), "me") {
		p, ok = req.Person, true
	}
	if !ok || len(p.Users) == 0 {
		return team.Whom{}, bot.Errorf(bot.NotFound, "error.role_whom", "Name", bot.Short(name, 40))
	}
	if ids := namesakes(req.Brand, p); !strings.EqualFold(strings.TrimPrefix(name, "@"), string(p.ID)) && len(ids) > 1 {
		return team.Whom{}, bot.Errorf(bot.Conflict, "error.role_many", "Name", p.Name, "Ids", strings.Join(ids, ", "))
	}
	users := slices.Clone(p.Users)
	here := func(u string) bool { return strings.HasPrefix(u, req.Scene.At.Platform+"/"+req.Scene.At.Space+"/") }
	slices.SortStableFunc(users, func(a, b string) int {
		switch {
		case here(a) == here(b):
			return 0
		case here(a):
			return -1
		}
		return 1
	})
	return team.Whom{ID: p.ID, Users: users, Name: p.Name}, nil
}

// namesakes are the ids of all who have a person's name.
func namesakes(b *bot.Brand, p bot.Person) (ids []string) {
	for _, o := range b.People {
		if strings.EqualFold(o.Name, p.Name) {
			ids = append(ids, string(o.ID))
		}
	}
	return ids
}

// one shows one person, as they are after what was asked for.
func (c *command) one(tx *storage.Tx, b *bot.Brand, who team.Whom) (act.Answer, error) {
	return c.list(tx, b, []bot.Person{{Name: who.Name, Users: who.Users}})
}

// list shows who has which role, and from where.
func (c *command) list(tx *storage.Tx, b *bot.Brand, people []bot.Person) (act.Answer, error) {
	var lines []card.Line
	for _, p := range people {
		all, err := c.team.Sources(tx, b.ID, p.Users)
		if err != nil {
			return act.Answer{}, err
		}
		if len(all) == 0 {
			lines = append(lines, card.Line{Words: card.W("team.by_none", card.Text("Name", p.Name))})
		}
		for _, s := range all {
			lines = append(lines, card.Line{Words: line(b, p, s)})
		}
	}
	out := card.Card{Mark: card.MarkNote, Title: card.W("team.title", card.Text("Brand", b.Name)), Foot: card.W("team.foot")}
	if more := len(lines) - linesAtMost; more > 0 {
		lines, out.Foot = lines[:linesAtMost], card.W("team.more", card.Count("N", more))
	}
	if len(lines) > 0 {
		out.Blocks = []card.Block{{List: lines}}
	}
	return act.Answer{Notice: &out}, nil
}

func line(b *bot.Brand, p bot.Person, s team.Source) card.Words {
	name, role := card.Text("Name", p.Name), card.In("Role", team.Word(s.Role))
	switch {
	case s.Group != "":
		return card.W("team.by_group", name, role, card.Text("Group", s.Group))
	case s.Given == nil:
		return card.W("team.by_file", name, role)
	}
	by := string(s.Given.By)
	if giver, ok := b.Person(s.Given.By); ok {
		by = giver.Name
	}
	if s.Outside {
		return card.W("team.by_outside", name, role, card.Text("By", by), card.At("At", s.Given.At))
	}
	return card.W("team.by_given", name, role, card.Text("By", by), card.At("At", s.Given.At))
}
