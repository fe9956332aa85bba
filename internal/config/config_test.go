package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"ponte/bot"
	"ponte/bot/hours"
	"ponte/bot/outbox"
	"ponte/bot/verdict"
	"ponte/internal/form"
	"ponte/platforms"
	"ponte/platforms/chat/discord"
	"ponte/platforms/chat/slack"
	"ponte/platforms/social/webhook"
)

var update = flag.Bool("update", false, "write what is generated, and the faults of testdata, anew")

// Secrets of the tests; they open nothing.
const (
	secretOne = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	secretTwo = "whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
)

// environment is what the files of testdata may name.
func environment(name string) (string, bool) {
	v, ok := map[string]string{
		"SHOP_SECRET": secretOne, "SHOP_ANSWERS": secretTwo, "PONTE_TOKEN": "a token of some length",
		"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-", "BOT": "xoxb-do-not-print-me", "APP": "xapp-do-not-print-me", "SIGNING": "do-not-print-me", "DISCORD_TOKEN": "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.do-not-print-me-do-not-print-me",
		"EMPTY": " ", "SHORT": "short", "NOT_WHSEC": "sk_live_do-not-print-me", "HOOK_URL": "https://shop.example/do-not-print-me",
		"BAD_URL": "do-not-print-me",
	}[name]
	return v, ok
}

// TestBroken reads every file of testdata/broken: each is an archive of
// ponte.yaml, the faults that it has, and files with secrets, which have the
// mode that their name ends with.
func TestBroken(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.txtar")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d broken files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := faultsOf(t, archive)
			if strings.Contains(got, "do-not-print-me") {
				t.Errorf("a fault tells a secret:\n%s", got)
			}
			if *update {
				keep(t, file, archive, got)
			}
			if diff := cmp.Diff(part(archive, "faults"), got); diff != "" || got == "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func faultsOf(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	folder := t.TempDir()
	for _, f := range archive.Files {
		name, mode := f.Name, os.FileMode(0o600)
		if strings.HasSuffix(name, "-0644") {
			mode = 0o644
		}
		path := filepath.Join(folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, f.Data, mode), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := load(filepath.Join(folder, "ponte.yaml"), environment)
	faults, ok := errors.AsType[form.Faults](err)
	if !ok || cfg != nil {
		t.Fatalf("a broken file: %+v, %v", cfg, err)
	}
	return strings.ReplaceAll(faults.Error(), folder+string(filepath.Separator), "") + "\n"
}

func part(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func keep(t *testing.T, file string, archive *txtar.Archive, faults string) {
	t.Helper()
	out := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		if f.Name != "faults" {
			out.Files = append(out.Files, f)
		}
	}
	out.Files = append(out.Files, txtar.File{Name: "faults", Data: []byte(faults)})
	archive.Files = out.Files
	if err := os.WriteFile(file, txtar.Format(out), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestExample(t *testing.T) {
	cfg, err := Parse("ponte.yaml", []byte(Example), environment)
	if err != nil {
		t.Fatal(err)
	}
	day := []hours.Span{{From: 9 * 60, To: 13 * 60}, {From: 15 * 60, To: 19 * 60}}
	b := cfg.Brands[0]
	want := hours.Calendar{
		Zone: "Europe/Madrid", Week: [7][]hours.Span{nil, day, day, day, day, day, {{From: 10 * 60, To: 14 * 60}}},
		Holidays: []string{"2026-12-25", "2027-01-01"},
	}
	if diff := cmp.Diff(want, b.Hours); diff != "" {
		t.Errorf("hours (-want +got):\n%s", diff)
	}
	if ch, _ := b.Channel("messages"); !ch.Direct || !cmp.Equal(ch.Restricted, []bot.Role{bot.Manager, bot.Approver}) {
		t.Errorf("direct messages go to %+v", ch)
	}
	if p, ok := b.PersonFor(bot.Actor{Platform: "console", Space: "aurora", User: "ana"}); !ok || p.Language != bot.Spanish {
		t.Errorf("ana is %+v", p)
	}
	if ch, ok := b.Channel(b.Approvals.Channel); !ok || len(ch.Restricted) > 0 || b.Approvals.Needs(bot.PostMatter) != 1 || b.Approvals.Needs(bot.ReplyMatter) != 0 {
		t.Errorf("decisions are made by %+v", b.Approvals)
	}
	if a := b.Accounts[0]; len(a.Queue) != 5 || a.Queue[4] != (bot.Slot{Day: time.Friday, At: 18*60 + 30}) || a.Spacing != 2*time.Hour || len(a.Refuses) != 2 {
		t.Errorf("the square is %+v", a)
	}
	if cfg.Square != "square:aurora" || len(cfg.Posts) != 1 || len(cfg.Webhooks) != 1 || !cfg.Webhooks[0].Unsigned {
		t.Errorf("the accounts: %+v", cfg)
	}
}

// TestWhole reads a file that says everything, beside the least one.
func TestWhole(t *testing.T) {
	got, err := load("testdata/whole.yaml", environment)
	if err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		File: "testdata/whole.yaml", Data: filepath.Join(here, "state"), Console: "0.0.0.0:0", Token: "a token of some length",
		Public: ":8481", Address: "https://talk.example", Level: -4, JSON: true, Pace: outbox.Pace{Edits: 0.5}, Writes: -1, MaxStore: 20 << 30,
		Webhooks: []webhook.Account{{
			ID: "webhook:shop", Secrets: []string{secretOne, secretTwo}, Out: "https://shop.example/do-not-print-me",
			OutSecret: secretTwo, MaxText: 500, Network: "the shop",
		}, {ID: "webhook:b", Secrets: []string{secretOne}, Network: "b", Out: "http://127.0.0.1:9000/", OutSecret: secretOne, AllowPrivate: true}},
		Slack: platforms.Slack{
			APIURL:     "https://chat.example/api/",
			Workspaces: []slack.Workspace{{ID: "T012AB3CD", BotToken: "xoxb-do-not-print-me", SigningSecret: "do-not-print-me"}},
		},
		Discord: platforms.Discord{
			Bot:    discord.Bot{Token: "xoxb-do-not-print-me", Guilds: []string{"812345678901234567", "812345678901234568"}, Content: true},
			APIURL: "https://chat.example/api/v10", GatewayURL: "ws://127.0.0.1:9001/",
		},
		Brands: []bot.Brand{{
			ID: "aurora", Name: "Caffè Aurora", Language: bot.Spanish, Zone: "Europe/Rome", Hours: hours.Calendar{Zone: "Europe/Rome", Holidays: []string{"2026-12-25"}},
			Accounts: []bot.Account{{ID: "webhook:shop", Platform: "webhook", Network: "the shop", Name: "Aurora", Spacing: 90 * time.Minute, Refuses: []string{"cheapest", "of course"},
				Queue: []bot.Slot{{Day: time.Sunday, At: 1110}, {Day: time.Monday, At: 1110}, {Day: time.Wednesday, At: 545}, {Day: time.Saturday, At: 1110}}}},
			Channels: []bot.Channel{
				{ID: "inbox", Platform: "console", Space: "aurora", Remote: "all", Default: true},
				{ID: "team", Platform: "slack", Space: "T012AB3CD", Remote: "C0INBOX"},
				{ID: "crew", Platform: "discord", Space: "812345678901234568", Remote: "912345678901234567"},
				{ID: "direct", Platform: "console", Space: "aurora", Remote: "direct", Direct: true, Restricted: []bot.Role{bot.Manager, bot.Approver}},
			},
			People: []bot.Person{{ID: "tom", Name: "Tom", Roles: []bot.Role{bot.Manager}, Language: bot.Italian, Users: []string{"console/aurora/thomas", "console/aurora/tom", "slack/T012AB3CD/U0TOM", "discord/812345678901234567/712345678901234567"}},
				{ID: "eva", Name: "Eva", Roles: []bot.Role{bot.Approver}, Users: []string{"console/aurora/eva"}},
				{ID: "ugo", Name: "Ugo", Roles: []bot.Role{bot.Approver, bot.Observer}, Users: []string{"console/aurora/ugo"}}},
			Groups: []bot.Group{{ID: "slack/T012AB3CD/S0DESK", Roles: []bot.Role{bot.Approver, bot.Manager}}, {ID: "discord/812345678901234567/612345678901234567", Roles: []bot.Role{bot.Approver}}},
			Routes: []bot.Route{{Account: "webhook:shop", Kind: bot.Review, Keywords: []string{"late", "too late"}, Channel: "inbox"},
				{Verdict: verdict.Wants{Language: "es", Intent: "complaint", Sentiment: "negative", Urgent: true}, Channel: "inbox"}},
			Urgent:  verdict.Urgent{Off: []string{"press"}, Rules: []verdict.Rule{{Topic: "recall", Language: "other", Words: []string{"batch 42"}, Level: "urgent"}}},
			Targets: map[bot.Priority]bot.Target{bot.Urgent: {First: time.Minute, Next: time.Hour}, bot.Normal: {First: 2 * time.Hour, Next: 90 * time.Minute}},
			Grace:   2 * time.Hour, Folding: bot.Folding{Within: 10 * time.Minute},
			NeedsAlt: true, Results: []time.Duration{30 * time.Minute, 24 * time.Hour, 7 * 24 * time.Hour},
			Approvals: bot.Approvals{
				Channel: "direct", Quorum: map[bot.Matter]int{bot.PostMatter: 2, bot.ReplyMatter: 1}, Self: true,
				Yes: []string{"👍", "✅"}, No: []string{"⛔"}, Lapse: 24 * time.Hour, Remind: 30 * time.Minute,
			},
		}, {
			ID: "b", Name: "B", Language: bot.English, Zone: "UTC", Hours: hours.Calendar{Zone: "UTC"},
			Accounts: []bot.Account{{ID: "webhook:b", Platform: "webhook", Network: "b", Name: "B"}},
			Channels: []bot.Channel{{ID: "inbox", Platform: "console", Space: "b", Remote: "inbox", Default: true, Direct: true, Restricted: []bot.Role{bot.Observer}}},
			People:   []bot.Person{{ID: "tom", Name: "Tom", Roles: []bot.Role{bot.Observer}, Users: []string{"console/b/tom"}}},
			Undo:     20 * time.Second, Grace: 30 * time.Minute, Folding: bot.Folding{After: 8, Within: 10 * time.Minute}, Reach: 50_000,
			Approvals: bot.Approvals{Quorum: map[bot.Matter]int{bot.PostMatter: 1, bot.ReplyMatter: 0}, Lapse: 72 * time.Hour, Remind: time.Hour},
		}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPageIsCurrent(t *testing.T) {
	const path = "../../docs/configuration.md"
	if *update {
		if err := os.WriteFile(path, []byte(Page()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Page(), string(got)); diff != "" {
		t.Errorf("go generate ./internal/config brings it up to date:\n%s", diff)
	}
}

// TestNeedsRestart changes one thing after the other.
func TestNeedsRestart(t *testing.T) {
	was, err := Parse("ponte.yaml", []byte(Example), environment)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"data: data #", "data: other #", "ponte.yaml:13:7: found another value of data, expected the one that Ponte started with; a restart takes this one in"},
		{"127.0.0.1:8480", "127.0.0.1:8490", "ponte.yaml:16:11: found another value of console.listen, expected"},
		{"# token:", "token:", "ponte.yaml:17:10: found another value of console.token, expected"},
		{"127.0.0.1:8481", "127.0.0.1:8491", "ponte.yaml:20:11: found another value of public.listen, expected"},
		{"# address:", "address:", "ponte.yaml:21:12: found another value of public.address, expected"},
		{"format: text", "format: json", "ponte.yaml:25:11: found another value of log.format, expected"},
		{"minute: 60", "minute: 61", "ponte.yaml:28:3: found another value of limits.square_writes_per_minute, expected"},
		{"size: none", "size: 20GiB", "ponte.yaml:28:3: found another value of limits.store_max_size, expected"},
		{"# slack:\n#   workspaces:\n#     - {id:", "slack:\n  workspaces:\n    - {id:", "ponte.yaml:36:3: found another value of whether there is Slack, expected"},
		{"# discord:\n#   token: \"${DISCORD_TOKEN}\"\n#   guilds:", "discord:\n  token: \"${DISCORD_TOKEN}\"\n  guilds:", "ponte.yaml:42:3: found another value of whether there is Discord, expected"},
		{"id: square:aurora", "id: square:other", "ponte.yaml:88:13: found another value of the square's account, expected"},
		{"level: info", "level: warn", ""},
		{"messages_per_second: 1", "messages_per_second: none", ""},
		{"name: Tom Baker", "name: Thomas", ""},
	} {
		text := strings.Replace(Example, c.old, c.new, 1)
		next, err := Parse("ponte.yaml", []byte(text), environment)
		if err != nil || text == Example {
			t.Fatalf("%s: %v", c.old, err)
		}
		got := was.NeedsRestart(next)
		if (c.want == "") != (got == nil) || !strings.HasPrefix(got.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.new, got, c.want)
		}
	}
}

func TestData(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ponte.yaml")
	if _, err := Data(path); err == nil || !strings.Contains(err.Error(), "found no file that can be read") {
		t.Errorf("without a file: %v", err)
	}
	if err := os.WriteFile(path, []byte("data: state\nbrands: nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := Data(path); err != nil || got != filepath.Join(filepath.Dir(path), "state") {
		t.Errorf("a broken file: %s, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(Example))
	files, _ := filepath.Glob("testdata/broken/*.txtar")
	for _, file := range files {
		if archive, err := txtar.ParseFile(file); err == nil {
			f.Add([]byte(part(archive, "ponte.yaml")))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		cfg, err := Parse("ponte.yaml", raw, environment)
		faults, broken := errors.AsType[form.Faults](err)
		if (cfg == nil) != broken || broken && (len(faults) == 0 || len(faults) > 1000) {
			t.Fatalf("%+v, %v", cfg, err)
		}
		for _, fault := range faults {
			if fault.Found == "" || fault.Expected == "" || fault.Line < 0 || strings.ContainsAny(fault.String(), "\n\r\x00") {
				t.Fatalf("%q", fault.String())
			}
		}
		if cfg != nil && (len(cfg.Brands) == 0 || cfg.Data == "" || cfg.NeedsRestart(cfg) != nil) {
			t.Fatalf("%+v", cfg)
		}
	})
}
