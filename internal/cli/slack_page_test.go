package cli

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ponte/platforms/chat/slack/setup"
	"ponte/platforms/chat/slack/slacktest"
)

func slackPage(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/slack.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestSlackPage does what docs/slack.md says, with its own file, in a fake Slack: from
// an app that was just installed to a comment that is answered.
func TestSlackPage(t *testing.T) {
	page := slackPage(t)
	_, file, _ := strings.Cut(page, "```yaml\n")
	file, _, _ = strings.Cut(file, "```\n")
	s := slacktest.New(t)
	s.Listen()
	s.Workspace.Grant(setup.Scopes...)
	ana := s.User("Ana Ruiz")
	inbox := s.Channel("#inbox")
	text := strings.NewReplacer("C012AB3CD", inbox.ID, "U012AB3CD", ana.ID, "T012AB3CD", s.Workspace.ID,
		"slack:\n", "console: {listen: 127.0.0.1:0}\npublic: {listen: 127.0.0.1:0}\nslack:\n  api_url: "+s.APIURL()+"\n").Replace(file)
	for _, name := range []string{"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"} {
		if !strings.Contains(page, "export "+name+"=xo") && !strings.Contains(page, "export "+name+"=xa") {
			t.Errorf("the page does not set %s", name)
		}
	}
	t.Setenv("SLACK_BOT_TOKEN", slacktest.BotToken)
	t.Setenv("SLACK_APP_TOKEN", slacktest.AppToken)

	l := live(t, text)
	if out, errs, status := main("check", "--config", l.file); status != 0 || strings.Contains(out, "found") {
		t.Fatalf("ponte check: status %d: %s%s", status, out, errs)
	}
	l.until("the connections", func() bool { return s.Sockets.Open() == 2 })
	l.until("the comment", func() bool {
		status, _ := l.asks(http.MethodPost, l.app.PublicURL()+"/api/posts/opening/comments", `{"author":"Bea","text":"I am!"}`)
		return status < 300
	})
	l.until("the card", func() bool { return len(inbox.Messages()) == 1 })
	card := inbox.Messages()[0]
	talk := ana.InThread(card).Says("Shall we?")
	if h := ana.Presses(card, "Reply"); !h.OK {
		t.Fatalf("Reply: %+v", h)
	}
	l.until("the form", func() bool { return ana.Opened() != nil })
	if h := ana.Modal().Fill("Text", "See you there.").Submit(); !h.OK {
		t.Fatalf("the form: %+v", h)
	}
	l.until("the reply's card, with Undo", func() bool {
		return slices.ContainsFunc(inbox.Thread(card), func(m slacktest.Message) bool { return slices.Contains(m.Buttons(), "Undo") })
	})
	ana.In("#inbox").Commands("/ponte")
	l.until("what there is", func() bool { return len(ana.Whispers("#inbox")) > 0 })
	for _, shortcut := range []string{"reply", "post"} {
		before := ana.Opened()
		if h := ana.Shortcut(shortcut, talk); !h.OK {
			t.Fatalf("the shortcut %s: %+v", shortcut, h)
		}
		l.until("the form of "+shortcut, func() bool { v := ana.Opened(); return v != nil && (before == nil || v.Title() != before.Title()) })
		if got := ana.Modal(); !strings.Contains(got.Value("Text"), "Shall we?") {
			t.Errorf("%s opens %q with %q", shortcut, got.Title(), got.Value("Text"))
		}
		ana.Modal().Close()
	}
	ana.OpensHome()
	l.until("the home", func() bool { return ana.Home() != nil })
}

// TestSlackPageExplains: each permission has its row, and there is no row without one.
func TestSlackPageExplains(t *testing.T) {
	_, table, _ := strings.Cut(slackPage(t), "| permission | what for |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_:]+)` \\| .{5,}").FindAllStringSubmatch(table, -1) {
		told = append(told, row[1])
	}
	if want := slices.Sorted(slices.Values(setup.Scopes)); !slices.Equal(told, want) {
		t.Errorf("the page explains %v, the manifest asks for %v", told, want)
	}
}
