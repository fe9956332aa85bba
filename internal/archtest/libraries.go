package archtest

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A keeper is the only part of the tree that may import a library.
type keeper struct {
	library string   // module path
	rooms   []string // folders, with all beneath them; none: only tests and suites
}

// keepers says where each library lives, so that replacing one is the work of
// one room.
var keepers = []keeper{
	{"go.etcd.io/bbolt", []string{"storage/bolt"}},
	{"github.com/segmentio/encoding", []string{"storage"}},
	{"github.com/alecthomas/kong", []string{"internal/cli", "cmd"}},
	{"github.com/nicksnyder/go-i18n/v2", []string{"internal/i18n"}},
	{"github.com/BurntSushi/toml", []string{"internal"}},
	{"golang.org/x/image", []string{"bot/chart", "bot/media"}},
	{"golang.org/x/text", []string{"bot/triage/read", "internal", "platforms"}},
	{"golang.org/x/sync", []string{"internal/app"}},
	{"golang.org/x/time", []string{"bot/outbox", "internal", "platforms"}},
	{"github.com/rivo/uniseg", []string{"internal", "platforms"}},
	{"github.com/standard-webhooks/standard-webhooks/libraries", []string{"platforms/social/webhook"}},
	{"github.com/goccy/go-yaml", []string{"internal/cli", "internal/config", "internal/form", "platforms/chat/slack/setup"}},
	{"github.com/prometheus/client_golang", []string{"internal/ops"}},
	{"github.com/arran4/golang-ical", []string{"platforms/calendar"}},
	{"github.com/apognu/gocal", nil},
	{"github.com/slack-go/slack", []string{"platforms/chat/slack"}},
	{"github.com/bwmarrin/discordgo", []string{"platforms/chat/discord"}},
	{"github.com/gorilla/websocket", []string{"platforms/chat/slack", "platforms/chat/discord"}},
	{"github.com/chromedp/chromedp", []string{"internal/browsertest"}},
	{"github.com/chromedp/cdproto", []string{"internal/browsertest"}},
	{"github.com/robfig/cron/v3", []string{"bot/series"}},
	{"github.com/google/go-cmp", nil},
	{"golang.org/x/tools", nil},
}

// kept finds libraries imported outside the rooms that keep them.
func kept(t *tree) []finding {
	var found []finding
	for _, r := range t.sorted() {
		for _, f := range r.files {
			for _, imported := range f.imports {
				if what := misplaced(t, r.folder, f, imported); what != "" {
					found = append(found, finding{"libraries", f.name, what})
				}
			}
		}
	}
	return found
}

// misplaced says what is wrong with one import, or nothing.
func misplaced(t *tree, folder string, f file, imported string) string {
	host, _, _ := strings.Cut(imported, "/")
	if _, ours := t.within(imported); ours || !strings.Contains(host, ".") {
		return ""
	}
	at := slices.IndexFunc(keepers, func(k keeper) bool { return beneath(imported, k.library) })
	if at < 0 {
		return fmt.Sprintf("imports %q, which no room keeps", imported)
	}
	testing := f.test || strings.HasSuffix(path.Base(folder), "test")
	inKeeper := slices.ContainsFunc(keepers[at].rooms, func(room string) bool { return beneath(folder, room) })
	if inKeeper || testing && keepers[at].rooms == nil {
		return ""
	}
	if keepers[at].rooms == nil {
		return fmt.Sprintf("imports %q, which is for tests", imported)
	}
	return fmt.Sprintf("imports %q, which is kept in %s", imported, strings.Join(keepers[at].rooms, ", "))
}

// beneath tells whether a slash-separated path is a folder or lies under it.
func beneath(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

// row matches a line of the table in docs/dependencies.md.
var row = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")

// documented finds direct requirements that docs/dependencies.md does not
// explain, and explained ones that are not required. A go.mod that requires
// nothing directly has not been tidied yet and says nothing about either.
func documented(t *tree) []finding {
	const page = "docs/dependencies.md"
	if len(t.direct) == 0 {
		return nil
	}
	var named []string
	for _, match := range row.FindAllStringSubmatch(t.library, -1) {
		named = append(named, match[1])
	}
	var found []finding
	for _, library := range t.direct {
		if !slices.Contains(named, library) {
			found = append(found, finding{"dependencies", page, "does not explain " + library})
		}
	}
	for _, library := range named {
		if !slices.Contains(t.direct, library) {
			found = append(found, finding{"dependencies", page, "explains " + library + ", which go.mod does not require directly"})
		}
	}
	return found
}
