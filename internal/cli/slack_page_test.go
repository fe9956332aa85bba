package cli

import (
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

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

// section is what the page says under a heading.
func section(t *testing.T, page, heading string) string {
	t.Helper()
	_, said, ok := strings.Cut(page, "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("the page has no %q", heading)
	}
	said, _, _ = strings.Cut(said, "\n## ")
	return said
}

// proxy stands before Ponte, as the page asks for: it takes what is sent to an address.
type proxy struct {
	t        *testing.T
	from, to string
}

func (p proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme+"://"+r.URL.Host != p.from {
		p.t.Errorf("Slack asks %s", r.URL)
	}
	r = r.Clone(r.Context())
	r.Host, r.URL.Scheme, r.URL.Host = r.URL.Host, "http", p.to
	return http.DefaultTransport.RoundTrip(r)
}

// TestSlackPageByHTTP does what the page says of HTTP, word by word, from the file of the
// five minutes to a comment that is answered.
func TestSlackPageByHTTP(t *testing.T) {
	page := slackPage(t)
	said := section(t, page, "By HTTP instead")
	find := func(pattern string) string {
		m := regexp.MustCompile(pattern).FindStringSubmatch(strings.Join(strings.Fields(said), " "))
		if m == nil {
			t.Fatalf("the page does not say %s", pattern)
		}
		return m[1]
	}
	transport, secret := find("say `(transport: http)` under `slack`"), find("and `(signing_secret: [^`]+)` in place of `app_token`")
	command, name := find("`./ponte (manifest slack [^`]+) > manifest.yaml`"), find("`export ([A-Z_]+)=…`")
	address := find("--url (https://[^ ]+) >")
	find("with `(public.address)` as people reach it")
	find("Slack sends signed requests to `(/slack/)` on the public side")

	out, errs, status := main(strings.Fields(command)...)
	var m manifest
	if err := yaml.Unmarshal([]byte(out), &m); err != nil || status != 0 {
		t.Fatalf("%s: status %d, %v: %s", command, status, err, errs)
	}
	s := slacktest.New(t)
	s.Listen()
	s.Workspace.Grant(setup.Scopes...)
	ana, inbox := s.User("Ana Ruiz"), s.Channel("#inbox")
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	here := free.Addr().String()
	free.Close()
	_, file, _ := strings.Cut(page, "```yaml\n")
	file, _, _ = strings.Cut(file, "```\n")
	text := strings.NewReplacer("C012AB3CD", inbox.ID, "U012AB3CD", ana.ID, "T012AB3CD", s.Workspace.ID, `app_token: "${SLACK_APP_TOKEN}"`, secret,
		"slack:\n", "console: {listen: 127.0.0.1:0}\npublic: {listen: "+here+", address: "+address+"}\nslack:\n  "+transport+"\n  api_url: "+s.APIURL()+"\n").Replace(file)
	t.Setenv("SLACK_BOT_TOKEN", slacktest.BotToken)
	t.Setenv(name, slacktest.Secret)
	l := live(t, text)
	if out, errs, status := main("check", "--config", l.file); status != 0 || strings.Contains(out, "found") {
		t.Fatalf("ponte check: status %d: %s%s", status, out, errs)
	}
	web := s.DeliverOver(address, &http.Client{Transport: proxy{t, address, here}})
	web.Events, web.Interactions, web.Commands = m.Settings.Events.URL, m.Settings.Interactivity.URL, m.Features.Commands[0].URL
	if verified, err := web.Verify(t.Context(), "a challenge"); !verified || err != nil {
		t.Fatalf("Slack does not take the address: %v", err)
	}
	l.until("the comment", func() bool {
		status, _ := l.asks(http.MethodPost, "http://"+here+"/api/posts/opening/comments", `{"author":"Bea","text":"I am!"}`)
		return status < 300
	})
	l.until("the card", func() bool { return len(inbox.Messages()) == 1 })
	card := inbox.Messages()[0]
	if h := ana.Presses(card, "Reply"); !h.OK {
		t.Fatalf("Reply: %+v", h)
	}
	l.until("the form", func() bool { return ana.Opened() != nil })
	if h := ana.Modal().Fill("Text", "See you there.").Submit(); !h.OK {
		t.Fatalf("the form: %+v", h)
	}
	l.until("the reply's card", func() bool { return len(inbox.Thread(card)) > 0 })
	if h := ana.In("#inbox").Commands("/ponte"); !h.OK {
		t.Fatalf("/ponte: %+v", h)
	}
	l.until("what there is", func() bool { return len(ana.Whispers("#inbox")) > 0 })
	web.Forge("another secret")
	if verified, _ := web.Verify(t.Context(), "x"); verified {
		t.Error("a request that is signed wrongly counts")
	}
	web.Stale(6 * time.Minute)
	if verified, _ := web.Verify(t.Context(), "x"); verified {
		t.Error("a request that is six minutes old counts")
	}
	if s.Sockets.Open() != 0 {
		t.Error("there are connections as well")
	}
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
