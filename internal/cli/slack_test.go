package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"ponte/internal/config"
	"ponte/platforms/chat/slack/setup"
	"ponte/platforms/chat/slack/slacktest"
)

// inSlack is the example with its channels in a fake Slack.
func inSlack(s *slacktest.Server, remote string) string {
	text := strings.NewReplacer(
		"127.0.0.1:8480", "127.0.0.1:0", "127.0.0.1:8481", "127.0.0.1:0",
		"- id: inbox\n", "- id: inbox\n        room: slack/"+s.Workspace.ID+"/"+remote+"\n",
	).Replace(config.Example)
	return strings.Replace(text, "\nbrands:\n", "\nslack:\n  api_url: "+s.APIURL()+`
  workspaces:
    - {id: `+s.Workspace.ID+`, bot_token: "${FAKE_BOT_TOKEN}", app_token: "${FAKE_APP_TOKEN}"}

brands:
`, 1)
}

// TestCheckSlack tries the tokens, the permissions and the channels, tells what is
// missing by its name, and posts nothing.
func TestCheckSlack(t *testing.T) {
	t.Setenv("FAKE_BOT_TOKEN", slacktest.BotToken)
	t.Setenv("FAKE_APP_TOKEN", slacktest.AppToken)
	s := slacktest.New(t)
	s.Listen()
	inbox := s.Channel("#inbox")
	file := filepath.Join(t.TempDir(), "ponte.yaml")
	if err := os.WriteFile(file, []byte(inSlack(s, inbox.ID)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, status := main("check", "--config", file)
	if status != 0 || !strings.Contains(out, "slack workspace "+s.Workspace.ID+", permissions: well") || !strings.Contains(out, "slack channel inbox ("+inbox.ID+"): well") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	inbox.KickApp()
	s.Workspace.Grant(setup.Scopes[1:]...)
	out, errs, status = main("check", "--config", file)
	for _, want := range []string{
		"permissions: found an app without " + setup.Scopes[0] + ", expected all that the manifest asks for",
		"slack channel inbox (" + inbox.ID + "): found a channel that Ponte is not in, expected Ponte in it; write /invite @Ponte there",
	} {
		if status != 1 || !strings.Contains(out, want) {
			t.Errorf("status %d, and %q is not in %s%s", status, want, out, errs)
		}
	}
	if strings.Contains(out+errs, slacktest.BotToken) || strings.Contains(out+errs, slacktest.AppToken) || len(inbox.All()) > 0 {
		t.Errorf("it tells a token, or posts: %s%s", out, errs)
	}
}

// manifest is what an app must have.
type manifest struct {
	Features struct {
		Commands []struct {
			Command string `yaml:"command"`
			URL     string `yaml:"url"`
		} `yaml:"slash_commands"`
		Shortcuts []struct {
			Callback string `yaml:"callback_id"`
			Kind     string `yaml:"type"`
		} `yaml:"shortcuts"`
	} `yaml:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `yaml:"bot"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `yaml:"request_url"`
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			On  bool   `yaml:"is_enabled"`
			URL string `yaml:"request_url"`
		} `yaml:"interactivity"`
		Socket bool `yaml:"socket_mode_enabled"`
	} `yaml:"settings"`
}

// TestManifest reads what is printed, which is the manifest and nothing else.
func TestManifest(t *testing.T) {
	for _, c := range []struct {
		args    []string
		address string
	}{
		{nil, ""},
		{[]string{"--transport", "http", "--url", "https://talk.example/"}, "https://talk.example/slack/events"},
		{[]string{"--transport", "http", "--url", "https://talk.example/slack/", "--language", "it"}, "https://talk.example/slack/events"},
	} {
		out, errs, status := main(append([]string{"manifest", "slack"}, c.args...)...)
		var m manifest
		if err := yaml.Unmarshal([]byte(out), &m); err != nil || status != 0 || errs != "" {
			t.Fatalf("%v: status %d, %v: %s%s", c.args, status, err, out, errs)
		}
		var does []string
		for _, k := range m.Features.Commands {
			does = append(does, k.Command+" "+k.URL)
		}
		for _, s := range m.Features.Shortcuts {
			does = append(does, s.Callback+" on a "+s.Kind)
		}
		if diff := cmp.Diff([]string{"/ponte " + c.address, "reply on a message", "timeline_add on a message", "post on a message"}, does); diff != "" {
			t.Errorf("%v offers: %s", c.args, diff)
		}
		if diff := cmp.Diff(setup.Scopes, m.OAuth.Scopes.Bot); diff != "" {
			t.Errorf("%v asks for: %s", c.args, diff)
		}
		for _, e := range []string{
			"app_mention", "message.channels", "message.groups", "message.im", "reaction_added", "reaction_removed", "app_home_opened", "member_joined_channel",
			"channel_id_changed",
		} {
			if !slices.Contains(m.Settings.Events.Bot, e) {
				t.Errorf("%v hears no %s", c.args, e)
			}
		}
		if s := m.Settings; s.Events.URL != c.address || s.Interactivity.URL != c.address || !s.Interactivity.On || s.Socket != (c.address == "") {
			t.Errorf("%v leads elsewhere: %s", c.args, out)
		}
	}
	for _, args := range [][]string{{"--transport", "http"}, {"--transport", "http", "--url", "http://talk.example"}, {"--url", "https://talk.example"}} {
		if out, errs, status := main(append([]string{"manifest", "slack"}, args...)...); status != 2 || out != "" {
			t.Errorf("%v: status %d: %s%s", args, status, out, errs)
		}
	}
}
