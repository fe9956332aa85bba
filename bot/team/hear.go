package team

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// Met takes in which groups somebody is in now, who is about to do something.
func (t *Team) Met(ctx context.Context, e act.Met) error {
	user, now := e.Who.String(), time.Now()
	var groups []string
	for _, g := range t.groups() {
		if slices.Contains(e.Groups, g) {
			groups = append(groups, g)
		}
	}
	t.mu.Lock()
	had := t.grouped[user]
	if len(had.Groups)+len(groups) > 0 {
		t.met[user] = now
	}
	t.mu.Unlock()
	if slices.Equal(had.Groups, groups) {
		return nil
	}
	return t.store.Update(storage.Urgent(ctx), func(tx *storage.Tx) error {
		return t.changes(tx, []change{{user: user, name: e.Who.Name, groups: func([]string) []string { return groups }}})
	})
}

// ask brings what is known of a group to what its roster says. While that says
// nothing, what is known stays.
func (t *Team) ask(ctx context.Context, group string) {
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.asking, group)
	}()
	platform, _, _ := strings.Cut(group, "/")
	roster := t.rosters[platform]
	if roster == nil {
		return
	}
	since := time.Now()
	asking, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	there, err := roster.Members(asking, group)
	if bot.KindOf(err) == bot.NotFound { // nobody is in a group that is not there
		there = nil
	}
	if err == nil || bot.KindOf(err) == bot.NotFound {
		if failed := t.store.Update(ctx, func(tx *storage.Tx) error { return t.changes(tx, t.differ(group, there, since)) }); failed != nil {
			err = failed
		}
	}
	if ctx.Err() == nil {
		t.notes(group, err)
	}
}

// notes remembers, and logs once, how asking for a group went.
func (t *Team) notes(group string, err error) {
	e, ok := bot.Asked(err)
	if err != nil && !ok {
		e = bot.Errorf(bot.Internal, "team.unclear").Because(err)
	}
	t.mu.Lock()
	was := t.trouble[group]
	if t.trouble[group] = e; err == nil {
		delete(t.trouble, group)
	}
	t.mu.Unlock()
	switch {
	case err != nil && (was == nil || was.Kind != e.Kind):
		t.log.Warn("who is in a group that gives roles cannot be learned; what is known stays, unless the group is gone", "group", group, "err", err)
	case err == nil && was != nil:
		t.log.Info("who is in a group that gives roles is known again", "group", group)
	}
}

// change is what becomes of somebody's groups.
type change struct {
	user, name string
	groups     func([]string) []string
}

// differ lists who came into a group and who left it, leaving out those of whom
// something newer was heard since then.
func (t *Team) differ(group string, there []bot.Actor, since time.Time) (out []change) {
	in := map[string]bool{}
	for _, a := range there {
		in[a.String()] = true
	}
	unless := func(user string, then func(had []string, group string) []string) func([]string) []string {
		return func(had []string) []string {
			if t.newer(user, since) {
				return had
			}
			return then(had, group)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range there {
		if g := t.grouped[a.String()]; !slices.Contains(g.Groups, group) || a.Name != "" && g.Name != called(a.Name) {
			out = append(out, change{a.String(), a.Name, unless(a.String(), with)})
		}
	}
	for user, g := range t.grouped {
		if !in[user] && slices.Contains(g.Groups, group) {
			out = append(out, change{user, "", unless(user, without)})
		}
	}
	return out
}

// newer reports whether a deed told somebody's groups since then.
func (t *Team) newer(user string, since time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.met[user].After(since)
}

func with(had []string, group string) []string {
	out := append(without(had, group), group)
	slices.Sort(out)
	return out
}

func without(had []string, group string) []string {
	return slices.DeleteFunc(slices.Clone(had), func(g string) bool { return g == group })
}

// settles forgets groups that give no roles any more, gives ids to whom a changed
// configuration takes in, and keeps the ids that it gives.
func (t *Team) settles(ctx context.Context, groups []string) error {
	t.mu.Lock()
	var all []change
	for user, g := range t.grouped {
		stale := func(g string) bool { return !slices.Contains(groups, g) }
		if slices.ContainsFunc(g.Groups, stale) || t.unnamed(g) {
			all = append(all, change{user, "", func(had []string) []string { return slices.DeleteFunc(slices.Clone(had), stale) }})
		}
	}
	names := t.names()
	t.mu.Unlock()
	if len(all)+len(names) == 0 {
		return nil
	}
	return t.store.Update(ctx, func(tx *storage.Tx) error {
		if err := t.remembers(tx, names); err != nil {
			return err
		}
		return t.changes(tx, all)
	})
}

// names lists the ids that the configuration gives and that are not kept yet. The lock
// is held.
func (t *Team) names() map[mate]bot.PersonID {
	out := map[mate]bot.PersonID{}
	for _, b := range t.base().All() {
		for _, p := range b.People {
			for _, u := range p.Users {
				if at := (mate{b.ID, u}); !slices.Contains(t.mates[at].Was, p.ID) {
					out[at] = p.ID
				}
			}
		}
	}
	return out
}

// remembers keeps ids with those who had them.
func (t *Team) remembers(tx *storage.Tx, names map[mate]bot.PersonID) error {
	var mates []records.Teammate
	for at, id := range names {
		m, _, err := records.Found(records.Teammates.Get(tx, storage.K(at.brand, at.user)))
		if err != nil {
			return err
		}
		if slices.Contains(m.Was, id) {
			continue
		}
		m.Brand, m.User, m.Was = at.brand, at.user, append(slices.Clone(m.Was), id)
		m.Revision++
		if err := records.Teammates.Put(tx, m); err != nil {
			return err
		}
		mates = append(mates, m)
	}
	t.learns(tx, nil, mates)
	return nil
}

// unnamed reports whether somebody lacks an id in a brand in which they have roles.
// The lock is held.
func (t *Team) unnamed(g records.Grouped) bool {
	return slices.ContainsFunc(t.base().All(), func(b bot.Brand) bool {
		return len(rolesBy(&b, g.Groups)) > 0 && t.mates[mate{b.ID, g.User}].ID == ""
	})
}

// changes writes what becomes of people's groups, and gives those an id who have
// roles by them.
func (t *Team) changes(tx *storage.Tx, all []change) error {
	var grouped []records.Grouped
	var mates []records.Teammate
	for _, c := range all {
		g, _, err := records.Found(records.Groups.Get(tx, storage.K(c.user)))
		if err != nil {
			return err
		}
		groups, name := c.groups(g.Groups), called(c.name)
		if name == "" {
			name = g.Name
		}
		if !slices.Equal(groups, g.Groups) || name != g.Name {
			g = records.Grouped{User: c.user, Name: name, Groups: groups, Revision: g.Revision + 1}
			if err := records.Groups.Put(tx, g); err != nil {
				return err
			}
			grouped = append(grouped, g)
		}
		for _, b := range t.base().All() {
			if len(rolesBy(&b, groups)) == 0 {
				continue
			}
			m, fresh, err := t.mate(tx, b.ID, c.user, name)
			if err != nil {
				return err
			}
			if fresh {
				mates = append(mates, m)
			}
		}
	}
	t.learns(tx, grouped, mates)
	return nil
}

// mate returns who somebody is in a brand's team, with an id that was never anybody
// else's; fresh when that is decided now.
func (t *Team) mate(tx *storage.Tx, brand bot.BrandID, user, name string) (m records.Teammate, fresh bool, err error) {
	m, known, err := records.Found(records.Teammates.Get(tx, storage.K(brand, user)))
	if known && m.ID != "" || err != nil {
		return m, false, err
	}
	base := slug(name)
	if base == "" {
		base = slug(user[strings.LastIndex(user, "/")+1:])
	}
	m.Brand, m.User, m.ID, m.Name, m.Revision = brand, user, bot.PersonID(ours+base), called(name), m.Revision+1
	for n := 2; ; n++ {
		_, taken, err := records.Found(records.TeammateByID.First(tx, storage.K(brand, m.ID)))
		if err != nil {
			return m, false, err
		}
		if !taken {
			return m, true, records.Teammates.Put(tx, m)
		}
		m.ID = bot.PersonID(ours + base + "-" + strconv.Itoa(n))
	}
}
