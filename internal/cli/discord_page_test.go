package cli

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/inbox"
	"ponte/internal/i18n"
	"ponte/internal/ops"
	"ponte/platforms/chat/discord/discordtest"
	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/setup"
)

func discordPage(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/discord.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// newcomer is the page's own file in a fake Discord, where nothing is as it was before:
// a server with the permissions of the invitation, and an app with no switch on.
func newcomer(t *testing.T, page string) (s *discordtest.Server, ana *discordtest.Person, inbox *discordtest.Room, text string) {
	t.Helper()
	_, file, _ := strings.Cut(page, "```yaml\n")
	file, _, _ = strings.Cut(file, "```\n")
	if !strings.Contains(page, "export DISCORD_TOKEN=") {
		t.Error("the page does not set DISCORD_TOKEN")
	}
	t.Setenv("DISCORD_TOKEN", discordtest.BotToken)
	s = discordtest.New(t)
	s.Listen()
	s.EverybodyMay(0)
	s.AppMay(uint64(setup.Needed()))
	s.World.ChangeApp(func(a *guild.App) { a.Members, a.Content = false, false })
	ana, inbox = s.User("Ana Ruiz"), s.Channel("#inbox")
	inbox.Allow(ana.ID, guild.ViewChannel|guild.SendMessages|guild.SendInThreads)
	text = strings.NewReplacer("912345678901234567", inbox.ID, "712345678901234567", ana.ID, "812345678901234567", s.ID,
		"discord:\n", "console: {listen: 127.0.0.1:0}\npublic: {listen: 127.0.0.1:0}\ndiscord:\n  api_url: "+s.APIURL()+"\n").Replace(file)
	return s, ana, inbox, text
}

// TestDiscordPage does what docs/discord.md says, with its own file: from an app that
// was just invited to a comment that is answered.
func TestDiscordPage(t *testing.T) {
	page := discordPage(t)
	s, ana, inbox, text := newcomer(t, page)
	if out, errs, status := main("invite", "discord", "--client-id", "112345678901234567"); status != 0 || !strings.Contains(page, "./ponte invite discord --client-id 112345678901234567") {
		t.Fatalf("ponte invite: status %d: %s%s", status, out, errs)
	}
	l := live(t, text)
	if out, errs, status := main("check", "--config", l.file); status != 0 || strings.Contains(out, "found") {
		t.Fatalf("ponte check: status %d: %s%s", status, out, errs)
	}
	l.until("the connection", func() bool { return s.Gateway.Listening() == 1 })
	l.until("the comment", func() bool {
		status, _ := l.asks(http.MethodPost, l.app.PublicURL()+"/api/posts/opening/comments", `{"author":"Bea","text":"I am!"}`)
		return status < 300
	})
	l.until("the card", func() bool { return len(inbox.Messages()) == 1 && inbox.ThreadOf(inbox.Messages()[0]) != nil })
	card := inbox.Messages()[0]
	thread := ana.InThread(card)
	talk := thread.Says("Shall we?")
	if h := ana.Presses(card, "Reply"); !h.OK {
		t.Fatalf("Reply: %+v", h)
	}
	l.until("the form", func() bool { return ana.Opened() != nil })
	if h := ana.Modal().Fill("Text", "See you there.").Submit(); !h.OK {
		t.Fatalf("the form: %+v", h)
	}
	l.until("the reply's card, with Undo", func() bool {
		return slices.ContainsFunc(inbox.Thread(card), func(m discordtest.Message) bool { return slices.Contains(m.Buttons(), "Undo") })
	})
	l.until("the commands", func() bool { _, there := s.World.Offered(s.ID, "ponte", 1); return there })
	if offered := thread.Types("/ponte assign", "person", "an"); len(offered) == 0 {
		t.Error("no names are completed")
	}
	if h := thread.Commands("/ponte take"); !h.OK {
		t.Errorf("/ponte take: %+v", h)
	}
	l.until("who took it", func() bool { return inbox.Find(card.ID).Says("with Ana Ruiz") })
	thread.Says("@Ponte unassign")
	l.until("that nobody has it", func() bool { return !inbox.Find(card.ID).Says("with Ana Ruiz") })
	if h := ana.Shortcut("Reply with this", talk); !h.OK {
		t.Fatalf("Reply with this: %+v", h)
	}
	l.until("the form of the reply", func() bool { return ana.Opened() != nil })
	if got := ana.Modal().Value("Text"); got != "Shall we?" {
		t.Errorf("the reply begins with %q", got)
	}
	ana.Modal().Close()
	if h := ana.Shortcut("Draft from this", talk); !h.OK {
		t.Fatalf("Draft from this: %+v", h)
	}
	l.until("the form of the draft", func() bool { return len(ana.SeesIn(thread.Room)) > len(thread.Room.All()) })
	draft := ana.Ephemerals()[0]
	if !draft.Says("Shall we?") || !slices.Equal(draft.Buttons(), []string{"Write", "Hand it in", "Cancel"}) {
		t.Errorf("the draft is\n%s\n%q", draft.Text(), draft.Buttons())
	}
	for _, named := range append(draft.Buttons(), "Reply", "Undo", "Reply with this", "Draft from this", "Add to the timeline") {
		if !strings.Contains(page, "**"+named+"**") {
			t.Errorf("the page does not name %s", named)
		}
	}
	ana.Tells("Hello?")
	l.until("that it takes no direct messages", func() bool { return len(ana.Direct()) == 2 })
	if n := s.Failed(); n > 0 {
		t.Errorf("%d things were not answered in time", n)
	}
}

// table lists the first cells of the rows under a header, and their second ones.
func table(t *testing.T, page, header string) (first, second []string) {
	t.Helper()
	_, rows, found := strings.Cut(page, header+"\n")
	if !found {
		t.Fatalf("there is no table %q", header)
	}
	rows, _, _ = strings.Cut(rows, "\n\n")
	for row := range strings.Lines(rows) {
		cells := strings.Split(strings.Trim(row, "| \n"), " | ")
		if strings.HasPrefix(row, "|---") {
			continue
		}
		if len(cells) != 2 || len(cells[1]) < 5 {
			t.Fatalf("a row explains nothing: %s", row)
		}
		first, second = append(first, cells[0]), append(second, cells[1])
	}
	return first, second
}

// TestDiscordPageExplains: each permission and each intent has its row, and there is no
// row without one.
func TestDiscordPageExplains(t *testing.T) {
	page := discordPage(t)
	for header, all := range map[string][]setup.Permission{
		"| permission | what for |": setup.Permissions,
		"| intent | what for |":     append(slices.Clone(setup.Intents), setup.Content, setup.Members),
	} {
		var want []string
		for _, p := range all {
			want = append(want, p.Name)
		}
		if told, _ := table(t, page, header); !slices.Equal(told, want) {
			t.Errorf("the page explains %v, Ponte asks for %v", told, want)
		}
	}
	for _, s := range setup.Scopes {
		if !strings.Contains(page, "`"+s.Name+"`") {
			t.Errorf("the page does not explain the scope %s", s.Name)
		}
	}
}

// TestDiscordPageTags: the names of the tags are those that cards wear.
func TestDiscordPageTags(t *testing.T) {
	_, rows, _ := strings.Cut(discordPage(t), "| | English | Spanish | Italian |\n|---|---|---|---|\n")
	rows, _, _ = strings.Cut(rows, "\n\n")
	words, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for i, lang := range []bot.Lang{bot.English, bot.Spanish, bot.Italian} {
		var told, want []string
		for row := range strings.Lines(rows) {
			told = append(told, strings.Split(strings.Split(strings.Trim(row, "| \n"), " | ")[i+1], ", ")...)
		}
		for _, w := range inbox.Tags() {
			want = append(want, words.Print(lang, time.UTC, w))
		}
		if !slices.Equal(told, want) {
			t.Errorf("%s: the page has %q, cards have %q", lang, told, want)
		}
	}
}

// TestDiscordPageNewToken: a token in a file is replaced while Ponte runs, as the page says.
func TestDiscordPageNewToken(t *testing.T) {
	page := discordPage(t)
	if !strings.Contains(page, "`token: file:discord.token`") {
		t.Error("the page names no file")
	}
	s, ana, inbox, text := newcomer(t, page)
	file := filepath.Join(t.TempDir(), "discord.token")
	keep := func(token string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keep(discordtest.BotToken + "-of-before")
	l := live(t, strings.Replace(text, `"${DISCORD_TOKEN}"`, "file:"+file, 1))
	l.until("that it is refused", func() bool {
		st, err := l.app.Status(t.Context())
		return err == nil && slices.ContainsFunc(st.Adapters, func(a ops.Adapter) bool {
			return a.Name == "discord" && a.State == ops.Stopped && strings.Contains(a.Fault, "`ponte reload`")
		})
	})
	keep(discordtest.BotToken)
	if out, errs, status := main("reload", "--config", l.file); status != 0 || out != "taken in\n" {
		t.Fatalf("ponte reload: %d, %s%s", status, out, errs)
	}
	l.until("the connection", func() bool { return s.Gateway.Listening() == 1 })
	ana.In("#inbox").Says("#inbox", "@Ponte inbox")
	l.until("an answer", func() bool { return len(ana.Direct()) == 1 })
	if len(inbox.Messages()) != 1 {
		t.Errorf("%d messages stand in the channel", len(inbox.Messages()))
	}
}
