package team_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/team"
	"ponte/internal/coretest"
	"ponte/storage"
)

// groups is who is in which group of team chat.
type groups struct {
	mu    sync.Mutex
	in    map[string][]bot.Actor
	fails map[string]error
	hangs map[string]bool
	out   map[string]bool // users who are no members any more
}

func (g *groups) leaves(user string, out bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.out[who(user, "").String()] = out
}

func (g *groups) Outside(_ context.Context, user string) (bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.out[user], g.fails[user]
}

func (g *groups) has(id string, in []bot.Actor) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.in[id] = in
}

func (g *groups) fail(id string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fails[id] = err
}

func (g *groups) Members(ctx context.Context, id string) ([]bot.Actor, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.hangs[id] {
		g.mu.Unlock()
		<-ctx.Done()
		g.mu.Lock()
		return nil, ctx.Err()
	}
	if err := g.fails[id]; err != nil {
		return nil, err
	}
	in, ok := g.in[id]
	if !ok {
		return nil, bot.Errorf(bot.NotFound, "error.gone")
	}
	return slices.Clone(in), nil
}

// house is a world whose brands have a team.
type house struct {
	*coretest.World
	team   *team.Team
	groups *groups
	log    strings.Builder
}

func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{groups: &groups{in: map[string][]bot.Actor{}, fails: map[string]error{}, hangs: map[string]bool{}, out: map[string]bool{}}}
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		h.World = w
		h.team = team.New(w.Store, w.Brands, slog.New(slog.NewTextHandler(io.MultiWriter(&h.log), nil)))
		h.team.With(w.Out, map[string]act.Roster{"chat": h.groups})
		if err := h.team.Load(context.Background()); err != nil {
			w.Fatal(err)
		}
		return []func(context.Context) error{h.team.Run}
	}, func(w *coretest.World) {
		w.Run()
		f(h)
	})
}

func who(user, name string) bot.Actor {
	return bot.Actor{Platform: "chat", Space: "team", User: user, Name: name}
}

func whom(user, name string) team.Whom {
	return team.Whom{Users: []string{who(user, "").String()}, Name: name}
}

const (
	desk = "chat/team/desk"
	boss = "chat/team/boss"
)

// gives configures the roles of a group in the first brand.
func (h *house) gives(all ...bot.Group) {
	h.Configure(func(b *bot.Brand) { b.Groups = all })
	h.team.Wake()
}

func (h *house) brand() *bot.Brand {
	b, _ := h.team.Brands().Brand("aurora")
	return b
}

// is who a user is in the first brand: "id name role,role".
func (h *house) is(user string) string {
	p, ok := h.brand().PersonFor(who(user, ""))
	if !ok {
		return "nobody"
	}
	return fmt.Sprintf("%s %s %v", p.ID, p.Name, p.Roles)
}

func (h *house) want(user, want string) {
	h.Helper()
	if got := h.is(user); got != want {
		h.Errorf("%s is %q, want %q", user, got, want)
	}
}

// TestGroups: who is in a group has its roles as long as they are in it, beside those
// of the configuration; a new person is who they are for ever.
func TestGroups(t *testing.T) {
	in(t, func(h *house) {
		h.groups.has(desk, []bot.Actor{who("u-bo", "Bo B."), who("7", "Marta Ruiz")})
		h.gives(bot.Group{ID: desk, Roles: []bot.Role{bot.Approver}})
		h.Pass(time.Second)
		h.want("u-bo", "bo Bo [manager approver]")
		h.want("7", "~marta-ruiz Marta Ruiz [approver]")
		h.want("8", "nobody")

		h.groups.has(desk, []bot.Actor{who("8", "Marta Ruiz"), who("9", "雪"), who("10", "!!")})
		h.Pass(3 * time.Minute)
		h.want("u-bo", "bo Bo [manager]")
		h.want("7", "nobody")
		h.want("8", "~marta-ruiz-2 Marta Ruiz [approver]")
		h.want("9", "~雪 雪 [approver]")
		h.want("10", "~10 !! [approver]")

		h.groups.has(desk, append(h.groups.in[desk], who("7", "Ana")))
		h.Halt()
		h.groups.fail(desk, bot.Errorf(bot.Unavailable, "error.unavailable"))
		h.Run()
		h.Pass(time.Second)
		h.want("8", "~marta-ruiz-2 Marta Ruiz [approver]") // also while the group cannot be asked for
		h.groups.fail(desk, nil)
		h.Pass(3 * time.Minute)
		h.want("7", "~marta-ruiz Ana [approver]")

		h.gives(bot.Group{ID: boss, Roles: []bot.Role{bot.Strategist}})
		h.want("8", "nobody")
		h.Pass(time.Second)
		h.gives(bot.Group{ID: desk, Roles: []bot.Role{bot.Observer}})
		h.groups.fail(desk, bot.Errorf(bot.Unavailable, "error.unavailable"))
		h.Pass(time.Second)
		h.want("8", "nobody") // what gave no role meanwhile is not known any more
	})
}

// TestTrouble: while it cannot be learned who is in a group, what is known stays, and
// it is logged once; a group that is gone has nobody, and the brand's status shows it.
func TestTrouble(t *testing.T) {
	in(t, func(h *house) {
		h.groups.has(desk, []bot.Actor{who("7", "Marta")})
		h.gives(bot.Group{ID: desk, Roles: []bot.Role{bot.Approver}})
		h.Pass(time.Second)
		for _, err := range []error{bot.Errorf(bot.Unavailable, "error.unavailable"), errors.New("a fault")} {
			h.groups.fail(desk, err)
			h.Pass(10 * time.Minute)
			h.want("7", "~marta Marta [approver]")
			if all := h.team.Troubles(); len(all) != 1 || all[0].Brand != "aurora" || all[0].Words.Key != "team.group_trouble" {
				t.Errorf("the troubles are %+v", all)
			}
		}
		if n := strings.Count(h.log.String(), "level=WARN"); n != 2 {
			t.Errorf("it is logged %d times: %s", n, h.log.String())
		}
		h.groups.fail(desk, nil)
		h.Pass(3 * time.Minute)
		if all := h.team.Troubles(); len(all) != 0 {
			t.Errorf("the troubles are %+v", all)
		}
		h.groups.fail(desk, bot.Errorf(bot.NotFound, "error.gone"))
		h.Pass(3 * time.Minute)
		h.want("7", "nobody")
		if all := h.team.Troubles(); len(all) != 1 || all[0].Words.Key != "team.no_group" {
			t.Errorf("the troubles are %+v", all)
		}
	})
}

// TestSlowGroup: a group that gives no answer keeps no other one from being asked for.
func TestSlowGroup(t *testing.T) {
	in(t, func(h *house) {
		h.groups.hangs[boss] = true // before it is asked for
		h.gives(bot.Group{ID: desk, Roles: []bot.Role{bot.Approver}}, bot.Group{ID: boss, Roles: []bot.Role{bot.Strategist}})
		h.Pass(time.Minute)
		h.groups.has(desk, []bot.Actor{who("7", "Marta")})
		h.Pass(3 * time.Minute)
		h.want("7", "~marta Marta [approver]")
		h.Pass(20 * time.Minute)
		if all := h.team.Troubles(); len(all) != 1 || all[0].Words.Args[0].Text != boss {
			t.Errorf("the troubles are %+v", all)
		}
	})
}

// TestMet: a deed tells somebody's groups at once, and what was asked for before that
// does not undo it.
func TestMet(t *testing.T) {
	in(t, func(h *house) {
		h.groups.has(desk, nil)
		h.groups.has(boss, nil)
		h.gives(bot.Group{ID: desk, Roles: []bot.Role{bot.Approver}}, bot.Group{ID: boss, Roles: []bot.Role{bot.Strategist}})
		h.Pass(time.Second)
		meets := func(in ...string) {
			if err := h.team.Met(context.Background(), act.Met{Who: who("7", "Marta"), Groups: in}); err != nil {
				t.Fatal(err)
			}
		}
		meets("chat/team/other", boss)
		h.want("7", "~marta Marta [strategist]")
		meets(desk, boss)
		h.want("7", "~marta Marta [strategist approver]")
		meets()
		h.want("7", "nobody")
	})
}

// TestGive: roles are given and taken by a strategist, never to themselves, never to
// somebody from outside; all of the brand reads of it; and what comes from elsewhere
// stays.
func TestGive(t *testing.T) {
	in(t, func(h *house) {
		h.groups.has(desk, []bot.Actor{who("7", "Marta")})
		h.gives(bot.Group{ID: desk, Roles: []bot.Role{bot.Observer}})
		h.Pass(time.Second)
		sven, _ := h.brand().Person("sven")
		bo, _ := h.brand().Person("bo")
		try := func(by bot.Person, to team.Whom, role bot.Role, take bool) string {
			f := h.team.Give
			if take {
				f = h.team.Take
			}
			err := h.Store.Update(context.Background(), func(tx *storage.Tx) error { return f(tx, h.brand(), by, to, role) })
			var e *bot.Error
			if errors.As(err, &e) {
				return e.Key
			}
			if err != nil {
				t.Fatal(err)
			}
			return ""
		}
		outside := whom("9", "Guest")
		outside.Outside = true
		elsewhere := team.Whom{Users: []string{"chat/other/9"}, Name: "Eve"}
		for _, c := range []struct {
			by   bot.Person
			to   team.Whom
			role bot.Role
			take bool
			want string
		}{
			{bo, whom("8", "Rui"), bot.Approver, false, "error.role_strategist"},
			{bo, whom("7", "Marta"), "", true, "error.role_strategist"},
			{sven, whom("u-sven", "Sven"), bot.Approver, false, "error.role_self"},
			{sven, team.Whom{ID: "sven", Users: []string{"chat/team/x"}}, bot.Approver, false, "error.role_self"},
			{sven, outside, bot.Approver, false, "error.role_outside"},
			{sven, elsewhere, bot.Approver, false, "error.role_outside"},
			{sven, whom("8", "Rui"), "king", false, "error.choice"},
			{sven, whom("u-bo", "Bo"), bot.Manager, false, "error.role_has_file"},
			{sven, whom("7", "Marta"), bot.Observer, false, "error.role_has_group"},
			{sven, whom("8", "Rui"), bot.Approver, false, ""},
			{sven, whom("8", "Rui"), bot.Approver, false, "error.role_has_given"},
			{sven, whom("8", "Rui"), bot.Manager, false, ""},
			{sven, whom("u-bo", "Bo"), bot.Approver, false, ""},
			{sven, whom("u-bo", "Bo"), bot.Manager, true, "error.role_keeps_file"},
			{sven, whom("7", "Marta"), "", true, "error.role_keeps_group"},
			{sven, whom("9", "Eve"), "", true, "error.role_none"},
			{sven, whom("8", "Rui"), bot.Manager, true, ""},
		} {
			if got := try(c.by, c.to, c.role, c.take); got != c.want {
				t.Errorf("%s, %q, to %s, take %t: %q, want %q", c.by.ID, c.role, c.to.Name, c.take, got, c.want)
			}
		}
		h.want("8", "~rui Rui [approver]")
		h.want("u-bo", "bo Bo [manager approver]")
		h.Pass(time.Minute)
		var said []string
		for _, m := range h.Chat.All() {
			said = append(said, m.At.Channel+" "+m.Card.Blocks[0].Words.String())
		}
		want := []string{
			"a-inbox team.gave By=Sven Name=Rui Role=team.role.approver", "a-inbox team.gave By=Sven Name=Rui Role=team.role.manager",
			"a-inbox team.gave By=Sven Name=Bo Role=team.role.approver", "a-inbox team.took By=Sven Name=Rui Role=team.role.manager",
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Error(diff)
		}

		// who is taken out of the configuration keeps what was given, and no more
		h.Configure(func(b *bot.Brand) {
			b.People = slices.DeleteFunc(slices.Clone(b.People), func(p bot.Person) bool { return p.ID == "bo" })
		})
		h.want("u-bo", "~bo Bo [approver]")
		if got := try(sven, team.Whom{ID: "~bo", Users: []string{"chat/team/u-bo"}, Name: "Bo"}, "", true); got != "" {
			t.Errorf("taking all: %q", got)
		}
		h.want("u-bo", "nobody")
		if diff := cmp.Diff([]string{"sven role.gave", "sven role.took"}, coretest.Audit(h.World, "user/chat/team/u-bo")); diff != "" {
			t.Error(diff)
		}
	})
}

// TestNobodyHasMore: whatever happens to the configuration, the groups and what people
// give each other, nobody has a role that nothing gives now, nor lacks one; an id is one
// user's for ever; and whoever wrote something is known as who wrote it, and has one
// word, by whatever id the configuration begins or ends to name them.
func TestNobodyHasMore(t *testing.T) {
	for seed := range uint64(coretest.Some(6)) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			in(t, func(h *house) {
				m := &model{house: h, dice: rand.New(rand.NewPCG(seed, 5)), given: map[string][]bot.Role{}, ids: map[bot.PersonID]string{}, wrote: map[bot.PersonID]string{}}
				h.groups.has(desk, nil)
				h.groups.has(boss, nil)
				for range 40 {
					m.happens()
					m.holds()
				}
			})
		})
	}
}

type model struct {
	*house
	dice  *rand.Rand
	given map[string][]bot.Role
	ids   map[bot.PersonID]string
	wrote map[bot.PersonID]string // by whom, under every id
	words bot.Request             // to which everybody says yes
}

func (m *model) user() string { return fmt.Sprintf("u%d", m.dice.IntN(5)) }

func (m *model) role() bot.Role { return bot.Anyone[m.dice.IntN(len(bot.Anyone))] }

// happens has one thing happen.
func (m *model) happens() {
	g := []string{desk, boss}[m.dice.IntN(2)]
	switch m.dice.IntN(7) {
	case 0: // the configuration names other people
		m.Configure(func(b *bot.Brand) {
			b.People = []bot.Person{coretest.Person("sven", "Sven", bot.Strategist)}
			for i := range m.dice.IntN(4) {
				user := fmt.Sprintf("u%d", i)
				b.People = append(b.People, bot.Person{ID: bot.PersonID("p" + user), Name: "Same", Roles: []bot.Role{m.role()}, Users: []string{who(user, "").String()}})
			}
		})
	case 1: // or other groups
		m.Configure(func(b *bot.Brand) {
			b.Groups = nil
			for _, id := range []string{desk, boss}[:m.dice.IntN(3)] {
				b.Groups = append(b.Groups, bot.Group{ID: id, Roles: []bot.Role{m.role(), m.role()}})
			}
		})
	case 2, 3: // people come and go
		var in []bot.Actor
		for range m.dice.IntN(4) {
			in = append(in, who(m.user(), "Same"))
		}
		m.groups.has(g, in)
	case 4:
		m.Halt()
		m.Run()
	case 5:
		m.gives(m.user(), m.role())
	case 6:
		m.takes(m.user())
	}
	m.team.Wake()
	m.Pass(3 * time.Minute)
}

func (m *model) gives(user string, r bot.Role) {
	sven, _ := m.brand().Person("sven")
	err := m.Store.Update(context.Background(), func(tx *storage.Tx) error { return m.team.Give(tx, m.brand(), sven, whom(user, "Same"), r) })
	if _, asked := bot.Asked(err); err != nil && !asked {
		m.Fatal(err)
	}
	if err == nil {
		m.given[user] = append(m.given[user], r)
	}
}

func (m *model) takes(user string) {
	sven, _ := m.brand().Person("sven")
	err := m.Store.Update(context.Background(), func(tx *storage.Tx) error { return m.team.Take(tx, m.brand(), sven, whom(user, "Same"), "") })
	if _, asked := bot.Asked(err); err != nil && !asked {
		m.Fatal(err)
	}
	delete(m.given, user)
}

// holds compares with what gives roles now.
func (m *model) holds() {
	m.Helper()
	base, _ := m.Brands().Brand("aurora")
	for i := range 5 {
		user := who(fmt.Sprintf("u%d", i), "")
		var want []bot.Role
		p, listed := base.PersonFor(user)
		want = append(want, p.Roles...)
		want = append(want, m.given[user.User]...)
		for _, g := range base.Groups {
			if slices.ContainsFunc(m.groups.in[g.ID], func(a bot.Actor) bool { return a.User == user.User }) {
				want = append(want, g.Roles...)
			}
		}
		got, ok := m.brand().PersonFor(user)
		if ok != (listed || len(want) > 0) {
			m.Fatalf("%s is somebody: %t", user.User, ok)
		}
		for _, r := range bot.Anyone {
			if slices.Contains(want, r) != got.Has(r) {
				m.Fatalf("%s has %s: %t; the sources say %v, they are %+v", user.User, r, got.Has(r), want, got)
			}
		}
		if ok {
			m.wrote[got.ID] = user.User
			m.words.Hear(m.brand(), bot.Decision{Who: got.ID, Yes: true})
		}
		if !ok || listed {
			continue
		}
		if of, known := m.ids[got.ID]; known && of != user.User {
			m.Fatalf("%s is %s, who was %s", user.User, got.ID, of)
		}
		m.ids[got.ID] = user.User
	}
	m.knows()
	b, _ := m.team.Brands().Brand("boreal")
	if len(b.People) != 1 {
		m.Fatalf("the other brand has %+v", b.People)
	}
}

// knows finds everybody again by every id under which they wrote.
func (m *model) knows() {
	m.Helper()
	b, approvers := m.brand(), 0
	for i := range 5 {
		if p, _ := b.PersonFor(who(fmt.Sprintf("u%d", i), "")); p.Has(bot.Approver) {
			approvers++
		}
	}
	for id, user := range m.wrote {
		p, ok := b.PersonFor(who(user, ""))
		if !ok {
			continue
		}
		if found, _ := b.Person(id); found.ID != p.ID || b.Whose(id) != p.ID {
			m.Fatalf("what %s wrote as %s is by %q, not by %s", user, id, found.ID, p.ID)
		}
		p.Roles = []bot.Role{bot.Approver}
		if b.Approvals.MayDecide(p, id) {
			m.Fatalf("%s decides as %s about what they wrote as %s", user, p.ID, id)
		}
	}
	if yes, no := m.words.Agreeing(b); yes != approvers || no != 0 {
		m.Fatalf("%d agree, %d do not; there are %d approvers: %+v", yes, no, approvers, m.words.Decisions)
	}
}

// TestNamedByTheFile: whoever wrote something with a role that was given, and is then
// named by the configuration, or named no more, does not decide about it; also not by
// another account that the configuration knew as theirs.
func TestNamedByTheFile(t *testing.T) {
	in(t, func(h *house) {
		h.groups.has(desk, []bot.Actor{who("7", "Marta"), who("8", "Marta at home"), who("9", "Rui")})
		h.gives(bot.Group{ID: desk, Roles: []bot.Role{bot.Approver}})
		h.Pass(time.Second)
		decides := func(user string, writers ...bot.PersonID) bool {
			p, _ := h.brand().PersonFor(who(user, ""))
			return h.brand().Approvals.MayDecide(p, writers...)
		}
		names := func(people ...bot.Person) {
			h.Configure(func(b *bot.Brand) { b.People = append(slices.Clone(b.People), people...) })
			h.team.Wake()
			h.Pass(time.Second)
		}
		if decides("7", "~marta") || !decides("7", "~rui") || !decides("8", "~marta") {
			t.Error("before the configuration names anybody")
		}
		names(bot.Person{ID: "marta", Name: "Marta Ruiz", Roles: []bot.Role{bot.Approver}, Users: []string{who("7", "").String(), who("8", "").String()}})
		if p, _ := h.brand().Person("~marta"); p.ID != "marta" || p.Name != "Marta Ruiz" {
			t.Errorf("who wrote as ~marta is %+v", p)
		}
		if decides("7", "~marta") || decides("8", "~marta") || !decides("9", "~marta") || !decides("7", "~rui") {
			t.Error("while the configuration names her")
		}
		h.Configure(func(b *bot.Brand) {
			b.People = slices.DeleteFunc(slices.Clone(b.People), func(p bot.Person) bool { return p.ID == "marta" })
		})
		if decides("7", "marta") || decides("8", "marta") || decides("8", "~marta") || !decides("9", "marta") {
			t.Error("after the configuration named her")
		}
		var r bot.Request
		r.Hear(h.brand(), bot.Decision{Who: "marta", Yes: true})
		r.Hear(h.brand(), bot.Decision{Who: "~marta", Yes: true})
		r.Hear(h.brand(), bot.Decision{Who: "~marta-at-home", Yes: true})
		if yes, _ := r.Agreeing(h.brand()); yes != 1 {
			t.Errorf("%d agree by her accounts", yes)
		}
	})
}

// TestOutside: what was given to somebody counts while they are a member of team chat,
// also after a restart; while it cannot be asked, what is known stays.
func TestOutside(t *testing.T) {
	in(t, func(h *house) {
		sven, _ := h.brand().Person("sven")
		gives := func() error {
			return h.Store.Update(context.Background(), func(tx *storage.Tx) error { return h.team.Give(tx, h.brand(), sven, whom("8", "Rui"), bot.Approver) })
		}
		if err := gives(); err != nil {
			t.Fatal(err)
		}
		h.groups.leaves("8", true)
		h.groups.fail(who("8", "").String(), bot.Errorf(bot.Unavailable, "error.unavailable"))
		h.Pass(25 * time.Minute)
		h.want("8", "~rui Rui [approver]")
		if n := strings.Count(h.log.String(), "level=WARN"); n != 1 {
			t.Errorf("it is logged %d times: %s", n, h.log.String())
		}
		h.groups.fail(who("8", "").String(), nil)
		h.Pass(12 * time.Minute)
		h.want("8", "nobody")
		h.Halt()
		if err := h.team.Load(context.Background()); err != nil {
			t.Fatal(err)
		}
		h.want("8", "nobody")
		h.Run()
		h.Pass(time.Second)
		var from []team.Source
		err := h.Store.View(context.Background(), func(tx *storage.Tx) (err error) {
			from, err = h.team.Sources(tx, "aurora", []string{who("8", "").String()})
			return err
		})
		if err != nil || len(from) != 1 || !from[0].Outside {
			t.Errorf("%+v, %v", from, err)
		}
		h.groups.leaves("8", false)
		if err := gives(); err != nil { // who is back may be given it again, before anybody looked
			t.Error(err)
		}
		h.want("8", "~rui Rui [approver]")
		h.groups.leaves("8", true)
		h.Pass(12 * time.Minute)
		h.groups.leaves("8", false)
		h.Pass(12 * time.Minute)
		h.want("8", "~rui Rui [approver]")
		want := []string{"sven role.gave", "ponte role.outside", "sven role.gave", "ponte role.outside", "ponte role.outside"}
		if diff := cmp.Diff(want, coretest.Audit(h.World, "user/chat/team/8")); diff != "" {
			t.Error(diff)
		}
	})
}
