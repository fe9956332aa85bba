package app

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/commands"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/ground"
	"ponte/platforms/chat/slack/slacktest/webapi"
)

// told is the newest thing that somebody alone is told in the inbox.
func (w *team) told(p *slacktest.Person) string {
	w.t.Helper()
	all := p.Whispers("#inbox")
	if len(all) == 0 {
		w.t.Fatalf("%s is told nothing:\n%s", p.Name, w.log)
	}
	return all[len(all)-1].Text()
}

// asks types a command in the inbox and returns what comes of it.
func (w *team) asks(p *slacktest.Person, command string) string {
	w.t.Helper()
	if h := p.In("#inbox").Commands(command); !h.OK {
		w.t.Fatalf("%s: %+v", command, h)
	}
	w.pass(3 * time.Second)
	return w.told(p)
}

func (w *team) want(text string, parts ...string) {
	w.t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			w.t.Errorf("%q is not in\n%s", p, text)
		}
	}
}

// TestGroupsInSlack: whoever is in a user group has its roles, at once and after a
// restart, and loses them within minutes; guests, bots and people of other companies
// have none. What they decided counts as long as they may decide.
func TestGroupsInSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		mia := w.User("Mia Chen")
		guest := w.Guest("Gus Elsewhere", w.inbox)
		own := w.Workspace.AddUser(ground.User{Name: "Own Guest", Restricted: true})
		gone := w.Workspace.AddUser(ground.User{Name: "Gone", Gone: true})
		in := []string{w.sam.ID, mia.ID, guest.ID, own.ID, gone.ID, w.Workspace.App.UserID, "U0UNKNOWN"}
		group := w.Workspace.AddGroup("desk", in...)
		b := &w.cfg.Brands[0]
		b.Groups = []bot.Group{{ID: "slack/" + w.Workspace.ID + "/" + group.ID, Roles: []bot.Role{bot.Approver}}}
		b.People = b.People[:1] // Tom, a manager
		w.opens()
		at, _ := w.app.Brands().Brand("acme")
		var people []string
		for _, p := range at.People {
			people = append(people, string(p.ID))
		}
		if want := []string{"tom", "~sam-okafor", "~mia-chen"}; !same(people, want) {
			t.Fatalf("in the team are %v, want %v", people, want)
		}
		w.want(w.asks(w.sam, "/ponte role"), "Tom Baker: manager, by the configuration", "sam.okafor: approver, by the group slack/"+w.Workspace.ID+"/"+group.ID)
		w.want(w.asks(guest, "/ponte role"), "Ponte does not know you in this brand.")

		w.asks(w.tom, "/ponte post We open on Sunday. --at \"in 1 hour\"")
		request := w.last(w.approvals)
		w.stop()
		w.opens()
		w.sam.Reacts(request, "white_check_mark")
		w.pass(5 * time.Second)
		if !slices.ContainsFunc(w.approvals.All(), func(m slacktest.Message) bool { return m.Says("sam.okafor approves") }) {
			t.Errorf("the word of somebody in the group does not count:\n%s", w.last(w.approvals).Text())
		}
		w.Workspace.ChangeGroup(group.ID, mia.ID)
		w.pass(3 * time.Minute)
		w.want(w.asks(w.sam, "/ponte role"), "Ponte does not know you in this brand.")
		w.pass(2 * time.Hour)
		if out := w.square("GET", "/api/posts", ""); strings.Contains(out, "We open on Sunday.") {
			t.Fatalf("it went out by the word of somebody who may not decide: %s", out)
		}

		w.API.Fail("usergroups.users.list", webapi.Refused("fatal_error").Times(3))
		w.pass(10 * time.Minute)
		w.want(w.asks(mia, "/ponte role"), "mia.chen: approver")
		w.Workspace.DropGroup(group.ID)
		w.pass(5 * time.Minute)
		w.want(w.asks(w.tom, "/ponte status"), "The group slack/"+w.Workspace.ID+"/"+group.ID+" is not in team chat any more")
		w.want(w.asks(mia, "/ponte role"), "Ponte does not know you in this brand.")
		w.closes()
	})
}

func same(got, want []string) bool {
	a, b := slices.Clone(got), slices.Clone(want)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// TestRoleInSlack: a strategist gives a role to somebody whom the brand does not know,
// by mentioning them; all of the brand reads of it. It stays over restarts and changes
// of the configuration, and ends when it is taken back.
func TestRoleInSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		w.Guest("Gus Elsewhere", w.inbox)
		w.Workspace.AddUser(ground.User{Name: "Own Guest", Restricted: true})
		w.cfg.Brands[0].People[1].Roles = []bot.Role{bot.Strategist}
		w.opens()
		w.want(w.asks(w.tom, "/ponte role @sam.okafor approver"), "only strategists of the brand give and take roles")
		for _, name := range []string{"@gus.elsewhere", "@own.guest", "@ponte"} {
			w.want(w.asks(w.ana, "/ponte role "+name+" approver"), "They can have no role.")
		}
		w.want(w.asks(w.ana, "/ponte role @ana.ruiz approver"), "nobody gives roles to themselves")
		w.want(w.asks(w.ana, "/ponte role @tom.baker -manager"), "Tom Baker has the role “manager” by the configuration")
		if n := len(w.approvals.All()); n > 0 {
			t.Errorf("%d messages stand where the brand decides", n)
		}
		w.want(w.asks(w.ana, "/ponte role @sam.okafor approver"), "sam.okafor: approver, given by Ana Ruiz on")
		w.want(w.last(w.approvals).Text(), "Ana Ruiz gave sam.okafor the role of approver.")
		w.stop()
		w.opens()
		w.want(w.asks(w.sam, "/ponte role"), "sam.okafor: approver")
		w.ana.Says("#inbox", "@ponte role @tom.baker approver")
		w.pass(3 * time.Second)
		w.want(w.told(w.ana), "Tom Baker: manager, by the configuration", "Tom Baker: approver, given by Ana Ruiz")

		next := w.cfg
		next.Brands = slices.Clone(next.Brands)
		next.Brands[0].People = next.Brands[0].People[1:]
		if err := w.app.Reload(next); err != nil {
			t.Fatal(err)
		}
		w.want(w.asks(w.tom, "/ponte role"), "Tom Baker: approver, given by Ana Ruiz")
		w.want(w.asks(w.ana, "/ponte role @tom.baker none"), "no role")
		w.want(w.last(w.approvals).Text(), "Ana Ruiz took from Tom Baker the role of approver.")
		w.want(w.asks(w.tom, "/ponte role"), "Ponte does not know you in this brand.")
		w.closes()
	})
}

// TestJoinedInSlack: a channel that Ponte is added to is greeted, once; one that no brand
// has reads how it becomes one's.
func TestJoinedInSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		lobby := w.Channel("#lobby")
		w.inbox.KickApp()
		lobby.KickApp()
		w.opens()
		w.inbox.InviteApp()
		w.inbox.Invite(w.User("Mia Chen")) // somebody else
		w.pass(5 * time.Second)
		w.want(w.last(w.inbox).Text(), "Hello, I am Ponte", "What people say to Acme in public comes here as cards", "/ponte inbox")
		lobby.InviteApp()
		w.pass(5 * time.Second)
		w.want(w.last(lobby).Text(), "This channel belongs to no brand yet", "- {id: NAME, room: slack/"+w.Workspace.ID+"/"+lobby.ID+"}")
		for _, r := range []*slacktest.Room{w.inbox, lobby} {
			n := len(r.All())
			r.KickApp()
			r.InviteApp()
			w.pass(time.Minute)
			if more := len(r.All()) - n; more > 0 {
				t.Errorf("%d messages more", more)
			}
		}
		w.closes()
	})
}

// TestTroublesAreTheBrandsOwn: what is wrong with a group of one brand is told to it only.
func TestTroublesAreTheBrandsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		w.cfg.Brands[0].Groups = []bot.Group{{ID: "slack/" + w.Workspace.ID + "/S0NONE", Roles: []bot.Role{bot.Approver}}}
		w.opens()
		i := slices.IndexFunc(w.app.health(), func(h commands.Health) bool { return h.Key == "team.no_group" })
		if i < 0 || w.app.health()[i].Brand != "acme" {
			t.Errorf("people are told %+v", w.app.health())
		}
		if _, err := w.app.rosters()["slack"].Members(t.Context(), "slack/T0OTHER/S0NONE"); bot.KindOf(err) != bot.NotFound {
			t.Errorf("of another workspace: %v", err)
		}
		w.closes()
	})
}

// TestGivenRoleInSlack: who becomes a guest loses the role that they were given, and
// whoever asks reads why.
func TestGivenRoleInSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		w.cfg.Brands[0].People[1].Roles = []bot.Role{bot.Strategist}
		w.opens()
		w.want(w.asks(w.ana, "/ponte role @sam.okafor approver"), "approver, given by")
		if err := w.Workspace.ChangeUser(w.sam.ID, func(u *ground.User) { u.Restricted = true }); err != nil {
			t.Fatal(err)
		}
		w.pass(30 * time.Minute)
		if b, _ := w.app.Brands().Brand(w.cfg.Brands[0].ID); len(b.People) != len(w.cfg.Brands[0].People) {
			t.Errorf("a guest is in the team: %+v", b.People)
		}
		w.want(w.asks(w.ana, "/ponte role @sam.okafor"), "does not have it now")
		w.closes()
	})
}
