package aparttest

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// TestNothingOfABrandIsSeenInAnother has people of three brands do at random all that
// can be done, in Slack, in Discord and in the console, and searches whatever anybody is
// shown for what is another brand's.
//
// It was seen to fail where, in a copy, one check at a time was taken out: that who asks is
// of the brand's team (Asker in commands/run.go), that a page of the console is asked for by
// its brand (viewerFor in platforms/chat/console), and that a list has only what is the
// brand's (of saved replies in bot/reply; of drafts in commands/posts, which takes more
// worlds than the usual). Where two checks stand behind each other, as in a search, taking
// out the first alone shows nothing.
func TestNothingOfABrandIsSeenInAnother(t *testing.T) {
	worlds, deeds := number(t, "APART_SEEDS", usualWorlds), number(t, "APART_DEEDS", usualDeeds)
	from, all := number(t, "APART_FROM", 1), &tally{of: map[string]int{}}
	t.Cleanup(func() { all.enough(t, worlds*deeds) })
	for seed := from; seed < from+worlds; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			data := folder(t)
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, data, uint64(seed), all) //nolint:gosec // it is no size
				for range deeds {
					w.happens()
				}
				w.ends()
			})
		})
	}
}

// folder is in memory where there is such a place: that it is durable is tried elsewhere.
func folder(t *testing.T) string {
	data, err := os.MkdirTemp("/dev/shm", "apart")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	return data
}

// surfaces are where something of a brand has to be seen by its own: a test that shows
// nothing to anybody finds nothing.
var surfaces = []string{
	"chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.publish", "POST /channels/", "PATCH /channels/", "POST /interactions/",
	"completion", "a form", "an answer", "a live page", "GET /pane/", "GET /c/", "GET /calendar/", "POST /act/", "what goes out",
}

// tally counts, of all worlds, what was seen by whom it is for.
type tally struct {
	mu sync.Mutex
	of map[string]int
}

func (all *tally) adds(own map[string]int) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for what, n := range own {
		all.of[what] += n
	}
}

// enough tells what was never seen, where enough happened for all of it.
func (all *tally) enough(t *testing.T, deeds int) {
	if deeds < enoughDeeds || t.Failed() {
		return
	}
	for _, s := range surfaces {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(all.of)), func(what string) bool { return strings.HasPrefix(what, s) }) {
			t.Errorf("nobody saw anything of their own brand in: %s", s)
		}
	}
}

const enoughDeeds = 1000

func number(t *testing.T, name string, usual int) int {
	given := os.Getenv(name)
	if given == "" {
		return usual
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q", name, given)
	}
	return n
}
