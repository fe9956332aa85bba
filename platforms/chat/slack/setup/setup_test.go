package setup_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/slack/draw/drawtest"
	"ponte/platforms/chat/slack/setup"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/web"
)

var commands = []act.Command{{Name: "help"}, {Name: "reply"}, {Name: "inbox"}, {Name: "find"}, {Name: "who"}, {Name: "take"}}

func TestManifest(t *testing.T) {
	for _, lang := range bot.Langs {
		for _, address := range []string{"", "https://ponte.example/slack"} {
			raw, err := setup.Manifest(commands, drawtest.New(t, "../../../..", lang), address)
			if err != nil {
				t.Fatal(err)
			}
			var m slack.Manifest
			if err := yaml.Unmarshal(raw, &m); err != nil {
				t.Fatal(err)
			}
			c := m.Features.SlashCommands[0]
			if c.Command != "/ponte" || !c.ShouldEscape || c.Url != address || c.UsageHint != "help | reply | inbox | find | who | …" {
				t.Errorf("the command is %+v", c)
			}
			if m.Settings.SocketModeEnabled != (address == "") || m.Settings.EventSubscriptions.RequestUrl != address || m.Settings.Interactivity.RequestUrl != address || !m.Settings.Interactivity.IsEnabled {
				t.Errorf("the way in is %+v", m.Settings)
			}
			if diff := cmp.Diff(setup.Scopes, m.OAuthConfig.Scopes.Bot); diff != "" {
				t.Error(diff)
			}
			short := m.Features.Shortcuts[0]
			for what, bound := range map[string]int{m.Display.Name: 35, m.Display.Description: 140, c.Description: 2000, m.Features.BotUser.DisplayName: 80, short.Name: 24, short.Description: 150} {
				if n := len([]rune(what)); n == 0 || n > bound {
					t.Errorf("%q has %d characters, and may have %d", what, n, bound)
				}
			}
		}
	}
	if raw, err := setup.Manifest(nil, drawtest.New(t, "../../../..", bot.English), ""); err != nil || strings.Contains(string(raw), "shortcuts") {
		t.Errorf("without commands it is %s, %v", raw, err)
	}
}

func TestCheck(t *testing.T) {
	s := slacktest.New(t)
	in, away, shut := s.Channel("#inbox"), s.Channel("#away"), s.Channel("#shut")
	away.KickApp()
	shut.Archive()
	group := s.Workspace.AddGroup("desk")
	used := setup.Used{Channels: []bot.Channel{{ID: "inbox", Remote: in.ID}, {ID: "away", Remote: away.ID}, {ID: "shut", Remote: shut.ID}, {ID: "none", Remote: "C0NONE"}}}
	check := func(change func(*web.Workspace)) string {
		w := web.Workspace{ID: s.Workspace.ID, BotToken: slacktest.BotToken, AppToken: slacktest.AppToken}
		change(&w)
		var all []string
		for _, tried := range setup.Check(t.Context(), web.Open(w, s.Client(), s.APIURL()), used) {
			all = append(all, tried.What+": "+tried.Found)
			if (tried.Found == "") != (tried.Expected == "") && tried.Found != "" {
				t.Errorf("%s: found %q, expected %q", tried.What, tried.Found, tried.Expected)
			}
		}
		return strings.Join(all, "\n")
	}
	for name, c := range map[string]struct {
		change func(*web.Workspace)
		want   []string
	}{
		"all is well but some channels": {func(*web.Workspace) {}, []string{
			"bot token: \n", "permissions: \n", "the way in: \n", "slack channel inbox (" + in.ID + "): \n",
			"a channel that Ponte is not in", "an archived channel", "no such channel",
		}},
		"a wrong token":      {func(w *web.Workspace) { w.BotToken = "xoxb-wrong" }, []string{`bot token: Slack's refusal "invalid_auth"`}},
		"another workspace":  {func(w *web.Workspace) { w.ID = "T0OTHER" }, []string{"the token of workspace " + s.Workspace.ID}},
		"missing permission": {func(*web.Workspace) { s.Workspace.Grant(setup.Scopes[:len(setup.Scopes)-4]...) }, []string{"permissions: an app without im:history, reactions:read, users:read"}},
		"a wrong app token":  {func(w *web.Workspace) { w.AppToken = "xapp-wrong" }, []string{`the way in: Slack's refusal "invalid_auth"`}},
		"groups that nobody may list": {func(*web.Workspace) {
			used.Groups = []string{group.ID, "S0NONE"}
			s.Workspace.Grant(slices.DeleteFunc(slices.Clone(setup.Scopes), func(scope string) bool { return scope == "usergroups:read" })...)
		}, []string{"permissions: an app without usergroups:read", "slack user group " + group.ID + `: Slack's refusal "missing_scope", for want of usergroups:read`}},
		"groups": {func(*web.Workspace) { used.Groups = []string{group.ID, "S0NONE"} }, []string{
			"permissions: \n", "slack user group " + group.ID + ": \n", "slack user group S0NONE: no such user group",
		}},
		"no way in": {func(w *web.Workspace) { w.AppToken = "" }, []string{"neither an app token nor a signing secret"}},
	} {
		all := s.Workspace.Scopes()
		used.Groups = nil
		got := check(c.change)
		s.Workspace.Grant(all...)
		for _, want := range c.want {
			if !strings.Contains(got+"\n", want) {
				t.Errorf("%s: %q is not in\n%s", name, want, got)
			}
		}
		if strings.Contains(got, "xoxb") || strings.Contains(got, "xapp") {
			t.Errorf("%s: a token is told: %s", name, got)
		}
	}
	if n := len(in.All()); n != 0 {
		t.Errorf("it posts %d messages", n)
	}
}
