package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ponte/internal/config"
	"ponte/platforms/chat/discord/discordtest"
)

// inDiscord is the example with its channels in a fake Discord.
func inDiscord(s *discordtest.Server, inbox string) string {
	text := strings.NewReplacer(
		"127.0.0.1:8480", "127.0.0.1:0", "127.0.0.1:8481", "127.0.0.1:0",
		"- id: inbox\n", "- id: inbox\n        room: discord/"+s.ID+"/"+inbox+"\n",
	).Replace(config.Example)
	return strings.Replace(text, "\nbrands:\n", "\ndiscord:\n  token: \"${FAKE_TOKEN}\"\n  guilds: [\""+s.ID+"\"]\n  api_url: "+s.APIURL()+"\n\nbrands:\n", 1)
}

// TestCheckDiscord tries the token, the servers and the channels, tells what is missing
// by its name, and posts nothing.
func TestCheckDiscord(t *testing.T) {
	t.Setenv("FAKE_TOKEN", discordtest.BotToken)
	s := discordtest.New(t)
	s.Listen()
	inbox := s.Channel("#inbox")
	file := filepath.Join(t.TempDir(), "ponte.yaml")
	if err := os.WriteFile(file, []byte(inDiscord(s, inbox.ID)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, status := main("check", "--config", file)
	if status != 0 || !strings.Contains(out, "discord bot token: well") || !strings.Contains(out, "discord channel inbox ("+inbox.ID+"): well") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	ideas := s.Forum("#ideas", "open", "Pending", "Snoozed", "Resolved", "question", "complaint", "spam", "other", "English", "Spanish", "Italian")
	if err := os.WriteFile(file, []byte(inDiscord(s, ideas.ID)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, status = main("check", "--config", file)
	if want := "discord channel inbox (" + ideas.ID + "), tags: well, without praise, Portuguese, French, German, another language\n"; status != 0 || !strings.Contains(out, want) {
		t.Errorf("status %d, and %q is not in %s%s", status, want, out, errs)
	}
	if err := os.WriteFile(file, []byte(inDiscord(s, inbox.ID)), 0o600); err != nil {
		t.Fatal(err)
	}
	inbox.DenyApp(1<<38 | 1<<14)
	out, errs, status = main("check", "--config", file)
	want := "discord channel inbox (" + inbox.ID + "): found a channel where Ponte lacks Send Messages in Threads, Embed Links, expected all of them"
	if status != 1 || !strings.Contains(out, want) {
		t.Errorf("status %d, and %q is not in %s%s", status, want, out, errs)
	}
	s.API.Revoke(true)
	out, errs, status = main("check", "--config", file)
	if status != 1 || !strings.Contains(out, "discord bot token: found a token that Discord refuses") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	if strings.Contains(out+errs, discordtest.BotToken) || len(inbox.All()) > 0 {
		t.Errorf("it tells a token, or posts: %s%s", out, errs)
	}
}

// TestInvite reads what is printed, which is the address and nothing else.
func TestInvite(t *testing.T) {
	const want = "https://discord.com/oauth2/authorize?client_id=112345678901234567&permissions=309237763072&scope=bot+applications.commands\n"
	if out, errs, status := main("invite", "discord", "--client-id", "112345678901234567"); status != 0 || errs != "" || out != want {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	for _, args := range [][]string{{}, {"--client-id", "Ponte"}, {"--client-id", "11234567890123456&x"}} {
		if out, errs, status := main(append([]string{"invite", "discord"}, args...)...); status != 2 || out != "" || errs == "" {
			t.Errorf("%v: status %d: %s%s", args, status, out, errs)
		}
	}
}
