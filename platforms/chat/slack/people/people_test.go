package people

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/ground"
	"ponte/platforms/chat/slack/slacktest/webapi"
	"ponte/platforms/chat/slack/web"
)

// house is a workspace and what is known of it.
type house struct {
	*slacktest.Server
	t  *testing.T
	sp *web.Space
}

func in(t *testing.T, f func(*house)) {
	synctest.Test(t, func(t *testing.T) {
		s := slacktest.New(t)
		f(&house{s, t, web.Open(web.Workspace{ID: s.Workspace.ID, BotToken: slacktest.BotToken}, s.Client(), s.APIURL())})
	})
}

func (h *house) roster() Roster {
	return Roster{func(id string) (*web.Space, bool) { return h.sp, id == h.sp.ID }, time.Now}
}

func (h *house) members(group string) ([]string, error) {
	all, err := h.roster().Members(h.t.Context(), "slack/"+h.Workspace.ID+"/"+group)
	var out []string
	for _, a := range all {
		out = append(out, a.String()+" "+a.Name)
	}
	return out, err
}

// TestMembers: of a user group only the members of the workspace are listed; each is
// asked about once in ten minutes.
func TestMembers(t *testing.T) {
	in(t, func(h *house) {
		ana := h.User("Ana Ruiz")
		guest := h.Guest("Gus Elsewhere", h.Channel("#inbox"))
		own := h.Workspace.AddUser(ground.User{Name: "Own Guest", Restricted: true})
		gone := h.Workspace.AddUser(ground.User{Name: "Gone", Gone: true})
		robot := h.Workspace.AddUser(ground.User{Name: "Robot", Bot: true})
		group := h.Workspace.AddGroup("desk", ana.ID, guest.ID, own.ID, gone.ID, robot.ID, "U0NOBODY")
		want := []string{"slack/" + h.Workspace.ID + "/" + ana.ID + " ana.ruiz"}
		for range 3 {
			got, err := h.members(group.ID)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Fatal(diff, err)
			}
			time.Sleep(2 * time.Minute)
		}
		if n := len(h.API.Requests("users.info")); n != 8 { // whom Slack does not know is asked for again
			t.Errorf("%d questions about people", n)
		}
		if err := h.Workspace.ChangeUser(ana.ID, func(u *ground.User) { u.Restricted = true }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if got, err := h.members(group.ID); len(got) > 0 || err != nil {
			t.Errorf("who became a guest is listed: %v, %v", got, err)
		}
	})
}

// TestMembersThatCannotBeListed: what is wrong is told by its kind, and nobody is listed.
func TestMembersThatCannotBeListed(t *testing.T) {
	in(t, func(h *house) {
		ana := h.User("Ana Ruiz")
		group := h.Workspace.AddGroup("desk", ana.ID)
		for _, c := range []struct {
			name, group, method string
			fault               webapi.Fault
			want                bot.Kind
		}{
			{"no such group", "S0NONE", "", webapi.Fault{}, bot.NotFound},
			{"too much is asked", group.ID, "usergroups.users.list", webapi.Limited(time.Minute), bot.RateLimited},
			{"too much is asked about people", group.ID, "users.info", webapi.Limited(time.Minute), bot.RateLimited},
			{"no permission", group.ID, "usergroups.users.list", webapi.Refused("missing_scope"), bot.Denied},
			{"no answer", group.ID, "users.info", webapi.Lost(), bot.Ambiguous},
		} {
			if c.method != "" {
				h.API.Fail(c.method, c.fault)
			}
			got, err := h.members(c.group)
			if len(got) > 0 || bot.KindOf(err) != c.want {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
		}
		if got, err := h.members(group.ID); len(got) != 1 || err != nil {
			t.Errorf("then: %v, %v", got, err)
		}
		if _, shut := h.sp.Shut(); shut {
			t.Error("the workspace is shut")
		}
	})
}

// TestLargeGroup: the people of a large group are asked about within what Slack takes;
// one that is larger than any team is refused.
func TestLargeGroup(t *testing.T) {
	in(t, func(h *house) {
		var all []string
		for i := range 501 {
			all = append(all, h.Workspace.AddUser(ground.User{Name: fmt.Sprintf("Person %d", i)}).ID)
		}
		group := h.Workspace.AddGroup("all", all[:500]...)
		began := time.Now()
		got, err := h.members(group.ID)
		if len(got) != 500 || err != nil {
			t.Fatalf("%d are listed, %v", len(got), err)
		}
		if took := time.Since(began); took < 7*time.Minute || took > 10*time.Minute {
			t.Errorf("it took %v", took)
		}
		h.Workspace.ChangeGroup(group.ID, all...)
		if got, err := h.members(group.ID); len(got) > 0 || bot.KindOf(err) != bot.Invalid {
			t.Errorf("of one more: %d, %v", len(got), err)
		}
	})
}

// TestSpoken: a command knows whom it mentions, and who of them is from outside. While
// Slack does not say who they are, they are nobody.
func TestSpoken(t *testing.T) {
	in(t, func(h *house) {
		ana, guest := h.User("Ana Ruiz"), h.Guest("Gus Elsewhere", h.Channel("#inbox"))
		at := act.Place{Platform: "slack", Space: h.Workspace.ID, Channel: "C1"}
		names := func(user string) string { return map[string]string{ana.ID: "ana", guest.ID: "Gus Elsewhere"}[user] }
		text := "role <@" + ana.ID + "|ana.ruiz> <@" + guest.ID + "> <@U0NOBODY> &amp; approver"
		plain, named := Spoken(h.t.Context(), h.sp, at, text, names, time.Now())
		want := []act.Named{
			{As: "@ana", Who: bot.Actor{Platform: "slack", Space: at.Space, User: ana.ID, Name: "ana.ruiz"}},
			{As: "@Gus Elsewhere", Who: bot.Actor{Platform: "slack", Space: at.Space, User: guest.ID, Name: "gus.elsewhere"}, Outside: true},
			{As: "@U0NOBODY", Who: bot.Actor{Platform: "slack", Space: at.Space, User: "U0NOBODY"}, Unknown: true},
		}
		if diff := cmp.Diff(want, named); diff != "" || plain != "role @ana @Gus Elsewhere @U0NOBODY & approver" {
			t.Errorf("%q %s", plain, diff)
		}
		time.Sleep(time.Hour)
		h.API.Fail("users.info", webapi.Dropped().Times(9))
		plain, named = Spoken(h.t.Context(), h.sp, at, text, names, time.Now())
		if slices.ContainsFunc(named, func(n act.Named) bool { return !n.Unknown }) || plain != "role @ana @Gus Elsewhere @U0NOBODY & approver" {
			t.Errorf("%q %v", plain, named)
		}
	})
}

// TestOutside: a guest, whoever is gone, and whom Slack does not know are no members.
func TestOutside(t *testing.T) {
	in(t, func(h *house) {
		ana := h.User("Ana").ID
		gone := h.Workspace.AddUser(ground.User{Name: "Gone", Gone: true})
		outside := func(user string) bool {
			out, err := h.roster().Outside(h.t.Context(), "slack/"+h.Workspace.ID+"/"+user)
			if err != nil {
				h.t.Fatal(err)
			}
			return out
		}
		if outside(ana) || !outside(gone.ID) || !outside("U0NOBODY") {
			t.Error("who is gone is a member, or who is a member is gone")
		}
		if err := h.Workspace.ChangeUser(ana, func(u *ground.User) { u.Restricted = true }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(11 * time.Minute)
		if !outside(ana) {
			t.Error("a guest is a member")
		}
		if _, err := h.roster().Outside(h.t.Context(), "slack/T0ELSEWHERE/"+ana); bot.KindOf(err) != bot.NotFound {
			t.Errorf("of another workspace it says %v", err)
		}
	})
}
