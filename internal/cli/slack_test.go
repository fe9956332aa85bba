package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

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

// TestManifest reads what is printed, which is the manifest and nothing else.
func TestManifest(t *testing.T) {
	for _, c := range []struct {
		args    []string
		address string
		urls    int // of events, of what is pressed and of the command
	}{
		{nil, "", 0},
		{[]string{"--transport", "http", "--url", "https://talk.example/"}, "https://talk.example/slack/events", 3},
		{[]string{"--transport", "http", "--url", "https://talk.example/slack/", "--language", "it"}, "https://talk.example/slack/events", 3},
	} {
		out, errs, status := main(append([]string{"manifest", "slack"}, c.args...)...)
		if status != 0 || errs != "" || !strings.HasPrefix(out, "_metadata:\n") || strings.Count(out, "callback_id") != 2 {
			t.Errorf("%v: status %d: %s%s", c.args, status, out, errs)
		}
		if strings.Contains(out, "socket_mode_enabled: true") != (c.address == "") || strings.Count(out, "url: "+c.address+"\n") != c.urls {
			t.Errorf("%v leads elsewhere: %s", c.args, out)
		}
	}
	for _, args := range [][]string{{"--transport", "http"}, {"--transport", "http", "--url", "http://talk.example"}, {"--url", "https://talk.example"}} {
		if out, errs, status := main(append([]string{"manifest", "slack"}, args...)...); status != 2 || out != "" {
			t.Errorf("%v: status %d: %s%s", args, status, out, errs)
		}
	}
}
