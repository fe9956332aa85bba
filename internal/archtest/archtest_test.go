package archtest

import (
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// rules lists every rule under the name the tests show.
var rules = map[string]func(*tree) []finding{
	"imports":         downwards,
	"pure":            pure,
	"wire":            wired,
	"libraries":       kept,
	"dependencies":    documented,
	"size":            sized,
	"package comment": commented,
	"names":           nameless,
}

// TestThisModule holds the module itself to every rule.
func TestThisModule(t *testing.T) {
	module, err := read(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(module.rooms) == 0 || module.rooms["internal/archtest"] == nil {
		t.Fatal("the module's own rooms were not found")
	}
	var found []finding
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		found = append(found, rules[name](module)...)
	}
	for _, f := range excused(found, exceptions) {
		t.Error(f)
	}
}

// small is a module in order; each case breaks it in one way.
var small = map[string]string{
	"go.mod":                              "module ponte\n\nrequire go.etcd.io/bbolt v1.5.0\n",
	"docs/dependencies.md":                "| library |\n|---|\n| `go.etcd.io/bbolt` | the store |\n",
	"bot/bot.go":                          "// Package bot is the words.\npackage bot\n\nimport \"time\"\n",
	"bot/bot_test.go":                     "package bot\n\nimport _ \"github.com/google/go-cmp/cmp\"\n",
	"bot/card/card.go":                    "// Package card is a card.\npackage card\n\nimport _ \"ponte/bot\"\n",
	"bot/records/records.go":              "// Package records is the schema.\npackage records\n\nimport (\n\t_ \"ponte/bot\"\n\t_ \"ponte/storage\"\n)\n",
	"bot/outbox/outbox.go":                "// Package outbox is the outbox.\npackage outbox\n\nimport _ \"ponte/bot/records\"\n",
	"bot/relay/relay.go":                  "// Package relay is the relay.\npackage relay\n\nimport _ \"ponte/bot/outbox\"\n",
	"bot/relay/relay_test.go":             "package relay_test\n\nimport (\n\t_ \"ponte/bot/relay\"\n\t_ \"ponte/storage/bolt\"\n)\n",
	"bot/reply/reply.go":                  "// Package reply is the reply.\npackage reply\n",
	"commands/commands.go":                "// Package commands is the table.\npackage commands\n\nimport _ \"ponte/bot/relay\"\n",
	"storage/storage.go":                  "// Package storage is the store.\npackage storage\n",
	"storage/bolt/bolt.go":                "// Package bolt is the engine.\npackage bolt\n\nimport (\n\t_ \"go.etcd.io/bbolt\"\n\t_ \"ponte/storage\"\n)\n",
	"platforms/platforms.go":              "// Package platforms lists adapters.\npackage platforms\n\nimport _ \"ponte/platforms/chat/console\"\n",
	"platforms/chat/console/console.go":   "// Package console is a chat.\npackage console\n\nimport (\n\t_ \"net/http\"\n\t_ \"ponte/bot/act\"\n\t_ \"ponte/storage\"\n)\n",
	"platforms/chat/chattest/chattest.go": "// Package chattest is a suite.\npackage chattest\n\nimport _ \"github.com/google/go-cmp/cmp\"\n",
	"platforms/social/webhook/webhook.go": "// Package webhook is an adapter.\npackage webhook\n\nimport _ \"ponte/bot/act\"\n",
	"bot/act/act.go":                      "// Package act is the acts.\npackage act\n",
	"internal/app/app.go":                 "// Package app wires.\npackage app\n\nimport (\n\t_ \"ponte/commands\"\n\t_ \"ponte/platforms\"\n\t_ \"ponte/storage/bolt\"\n)\n",
	"cmd/ponte/main.go":                   "// Command ponte runs.\npackage main\n\nimport _ \"ponte/internal/app\"\n",
}

// tampered is the small module with some files changed, added, or (when
// empty) removed.
func tampered(changes map[string]string) fs.FS {
	fsys := fstest.MapFS{}
	for name, body := range small {
		fsys[name] = &fstest.MapFile{Data: []byte(body)}
	}
	for name, body := range changes {
		delete(fsys, name)
		if body != "" {
			fsys[name] = &fstest.MapFile{Data: []byte(body)}
		}
	}
	return fsys
}

// goFile writes a .go file that imports the given packages.
func goFile(name string, imports ...string) string {
	body := "// Package " + name + " is here.\npackage " + name + "\n"
	for _, imported := range imports {
		body += "import _ \"" + imported + "\"\n"
	}
	return body
}

func TestSmallModuleIsInOrder(t *testing.T) {
	module, err := read(tampered(nil))
	if err != nil {
		t.Fatal(err)
	}
	for name, rule := range rules {
		for _, f := range rule(module) {
			t.Errorf("%s: %s", name, f)
		}
	}
}

func TestRulesFindBreaches(t *testing.T) {
	lines := func(n int) string { return strings.Repeat("\n", n) }
	crowd := map[string]string{}
	for _, name := range strings.Split("abcdefghijkl", "") {
		crowd["bot/reply/"+name+".go"] = "package reply\n"
	}
	cases := []struct {
		name    string
		rule    string
		changes map[string]string
		want    string // one finding, in part; empty: none
	}{
		{"words import a store", "imports", map[string]string{"bot/card/card.go": goFile("card", "ponte/storage")}, "bot/card: may not reach storage"},
		{"behaviours import each other", "imports", map[string]string{"bot/relay/relay.go": goFile("relay", "ponte/bot/reply")}, "bot/relay: may not reach bot/reply"},
		{"outbox imports a behaviour", "imports", map[string]string{"bot/outbox/outbox.go": goFile("outbox", "ponte/bot/reply")}, "bot/outbox: may not reach bot/reply"},
		{"records import the outbox", "imports", map[string]string{
			"bot/records/records.go": goFile("records", "ponte/bot/outbox"),
			"bot/outbox/outbox.go":   goFile("outbox"),
		}, "bot/records: may not reach bot/outbox"},
		{"storage imports records", "imports", map[string]string{
			"storage/storage.go":     goFile("storage", "ponte/bot/records"),
			"bot/records/records.go": goFile("records"),
		}, "storage: may not reach bot/records"},
		{"a behaviour imports an engine", "imports", map[string]string{"bot/reply/reply.go": goFile("reply", "ponte/storage/bolt")}, "bot/reply: may not reach storage/bolt"},
		{"a behaviour imports the catalogues", "imports", map[string]string{"bot/reply/reply.go": goFile("reply", "ponte/internal/i18n")}, "bot/reply: may not reach internal/i18n"},
		{"an edge imports storage", "imports", map[string]string{"platforms/chat/wire/wire.go": goFile("wire", "ponte/storage")}, "platforms/chat/wire: may not reach storage"},
		{"an embedded edge imports a behaviour", "imports", map[string]string{"platforms/chat/console/console.go": goFile("console", "ponte/bot/reply")}, "platforms/chat/console: may not reach bot/reply"},
		{"edges import each other", "imports", map[string]string{"platforms/chat/wire/wire.go": goFile("wire", "ponte/platforms/social/other")}, "platforms/chat/wire: may not reach platforms/social/other"},
		{"commands import an adapter", "imports", map[string]string{"commands/commands.go": goFile("commands", "ponte/platforms")}, "commands: may not reach platforms"},
		{"a room imports a suite", "imports", map[string]string{"platforms/chat/wire/wire.go": goFile("wire", "ponte/platforms/chat/chattest")}, "may not reach platforms/chat/chattest"},
		{"a test may use a suite", "imports", map[string]string{"platforms/social/webhook/webhook_test.go": goFile("wire", "ponte/platforms/chat/chattest")}, ""},
		{"a test reaches past its tier", "imports", map[string]string{"bot/reply/reply_test.go": goFile("reply", "ponte/internal/app")}, "bot/reply: may not reach internal/app"},
		{"through a room between", "imports", map[string]string{"platforms/platforms.go": goFile("platforms", "ponte/internal/app")}, "internal/app"},
		{"a room without a place", "imports", map[string]string{"pkg/util/util.go": goFile("util")}, "pkg/util: has no place"},
		{"another module keeps its own rules", "imports", map[string]string{"bench/x/go.mod": "module x\n", "bench/x/x.go": goFile("x", "ponte/storage")}, ""},
		{"whatever the build tags", "imports", map[string]string{"bot/card/slow.go": "//go:build slow\n\n" + goFile("card", "ponte/storage")}, "bot/card: may not reach storage"},

		{"words open a socket", "pure", map[string]string{"bot/act/act.go": goFile("act", "net/http")}, "bot/act: imports \"net/http\""},
		{"tests of words may open files", "pure", map[string]string{"bot/act/act_test.go": goFile("act", "os")}, ""},

		{"a harness opens the store", "wire", map[string]string{"internal/browsertest/shots_test.go": goFile("browsertest", "ponte/internal/app", "ponte/storage")}, "internal/browsertest: reaches past the wire to storage"},
		{"a harness reads a line", "wire", map[string]string{"internal/transcript/typed_test.go": goFile("transcript", "ponte/commands/line")}, ""},
		{"a harness runs a command", "wire", map[string]string{"internal/transcript/typed_test.go": goFile("transcript", "ponte/commands")}, "internal/transcript: reaches past the wire to commands"},
		{"a harness starts a Ponte", "wire", map[string]string{"internal/browsertest/shots_test.go": goFile("browsertest", "ponte/internal/app", "ponte/bot")}, ""},

		{"words import a library", "libraries", map[string]string{"bot/bot.go": goFile("bot", "golang.org/x/text/language")}, "bot/bot.go: imports \"golang.org/x/text/language\""},
		{"another room opens bbolt", "libraries", map[string]string{"internal/app/app.go": goFile("app", "go.etcd.io/bbolt")}, "kept in storage/bolt"},
		{"a test library in the product", "libraries", map[string]string{"bot/bot.go": goFile("bot", "github.com/google/go-cmp/cmp")}, "is for tests"},
		{"an unknown library", "libraries", map[string]string{"internal/app/app.go": goFile("app", "example.org/shiny")}, "which no room keeps"},
		{"a longer name is another library", "libraries", map[string]string{"storage/bolt/bolt.go": goFile("bolt", "go.etcd.io/bboltx")}, "which no room keeps"},

		{"a requirement unexplained", "dependencies", map[string]string{"go.mod": "module ponte\n\nrequire (\n\tgo.etcd.io/bbolt v1.5.0\n\texample.org/shiny v1.0.0\n)\n"}, "does not explain example.org/shiny"},
		{"an indirect one needs no line", "dependencies", map[string]string{"go.mod": "module ponte\n\nrequire (\n\tgo.etcd.io/bbolt v1.5.0\n\texample.org/shiny v1.0.0 // indirect\n)\n"}, ""},
		{"explained but not required", "dependencies", map[string]string{"go.mod": "module ponte\n\nrequire example.org/shiny v1.0.0\n"}, "explains go.etcd.io/bbolt"},

		{"a file at the limit", "size", map[string]string{"bot/long_test.go": goFile("bot") + lines(fileLines-2)}, ""},
		{"a file over the limit", "size", map[string]string{"bot/long_test.go": goFile("bot") + lines(fileLines-1)}, "bot/long_test.go: has 601 lines"},
		{"a main over the limit", "size", map[string]string{"cmd/ponte/more.go": goFile("main") + lines(mainLines)}, "cmd/ponte: has"},
		{"a crowded room", "size", crowd, "bot/reply: has 13 files"},
		{"a heavy room", "size", map[string]string{
			"bot/reply/a.go": goFile("reply") + lines(590),
			"bot/reply/b.go": goFile("reply") + lines(590),
			"bot/reply/c.go": goFile("reply") + lines(590),
		}, "bot/reply: has 1778 lines"},

		{"a room without a comment", "package comment", map[string]string{"bot/reply/reply.go": "package reply\n"}, "bot/reply: says nowhere"},
		{"a licence is not a package comment", "package comment", map[string]string{"bot/reply/reply.go": "// Copyright.\n\npackage reply\n"}, "bot/reply: says nowhere"},

		{"in a comment", "names", map[string]string{"bot/bot.go": goFile("bot") + "\n// As Slack does.\n"}, "bot/bot.go: line 4 names a platform: Slack"},
		{"in an identifier", "names", map[string]string{"commands/x.go": goFile("commands") + "\nvar isMastodonReply = true\n"}, "names a platform: Mastodon"},
		{"after capitals", "names", map[string]string{"storage/x.go": goFile("storage") + "\nvar HTTPSlack = true\n"}, "names a platform: Slack"},
		{"in capitals", "names", map[string]string{"storage/x.go": goFile("storage") + "\nvar DISCORD_TOKEN = true\n"}, "names a platform: DISCORD"},
		{"in the plural", "names", map[string]string{"bot/x.go": goFile("bot") + "\nvar s = \"two webhooks\"\n"}, "names a platform: webhooks"},
		{"in test data", "names", map[string]string{"bot/testdata/story.txtar": "telegram: hello\n"}, "bot/testdata/story.txtar: line 1"},
		{"in a file's name", "names", map[string]string{"commands/slack.go": goFile("commands")}, "is named after a platform"},
		{"inside a longer word", "names", map[string]string{"bot/x.go": goFile("bot") + "\n// discordant, squarely, slacken\n"}, ""},
		{"outside the core", "names", map[string]string{"internal/app/x.go": goFile("app") + "\n// Slack\n"}, ""},
	}
	for _, c := range cases {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			module, err := read(tampered(c.changes))
			if err != nil {
				t.Fatal(err)
			}
			found := rules[c.rule](module)
			if c.want == "" && len(found) > 0 {
				t.Fatalf("found %v, want nothing", found)
			}
			if c.want != "" && !slices.ContainsFunc(found, func(f finding) bool { return strings.Contains(f.String(), c.want) }) {
				t.Fatalf("found %v, want one with %q", found, c.want)
			}
		})
	}
}

func TestStrayIsBlamedOnceAtItsSource(t *testing.T) {
	module, err := read(tampered(map[string]string{
		"platforms/social/webhook/webhook.go": goFile("webhook", "ponte/internal/app"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	found := downwards(module)
	if len(found) != 1 || found[0].where != "platforms/social/webhook" {
		t.Fatalf("found %v, want the one import of the webhook", found)
	}
}

func TestExceptions(t *testing.T) {
	breach := finding{"room size", "bot/relay", "has 13 files"}
	cases := []struct {
		name    string
		found   []finding
		allowed []exception
		want    int
	}{
		{"nothing allowed", []finding{breach}, nil, 1},
		{"allowed", []finding{breach}, []exception{{"room size", "bot/relay", "one file per verb"}}, 0},
		{"another rule", []finding{breach}, []exception{{"names", "bot/relay", "a quotation"}}, 2},
		{"no longer needed", nil, []exception{{"room size", "bot/relay", "one file per verb"}}, 1},
		{"no reason", []finding{breach}, []exception{{"room size", "bot/relay", ""}}, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if left := excused(c.found, c.allowed); len(left) != c.want {
				t.Fatalf("left %v, want %d", left, c.want)
			}
		})
	}
}

func TestReadRefusesWhatItCannotRead(t *testing.T) {
	for name, changes := range map[string]map[string]string{
		"no go.mod":     {"go.mod": ""},
		"no list":       {"docs/dependencies.md": ""},
		"a broken file": {"bot/bot.go": "not go"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := read(tampered(changes)); err == nil {
				t.Fatal("read a broken module without an error")
			}
		})
	}
}
