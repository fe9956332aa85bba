package hear

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/platforms/chat/discord/web"
)

func TestGroups(t *testing.T) {
	brands := bot.NewBrands(
		bot.Brand{ID: "a", Groups: []bot.Group{{ID: "discord/1/5"}, {ID: "discord/1/6"}, {ID: "discord/2/5"}}},
		bot.Brand{ID: "b", Groups: []bot.Group{{ID: "discord/1/5"}, {ID: "discord/1/1"}, {ID: "other/1/6"}}},
	)
	for name, c := range map[string]struct {
		space string
		roles []string
		want  []string
		any   bool
	}{
		"a role":            {"1", []string{"5"}, []string{"discord/1/5", "discord/1/1"}, true},
		"none":              {"1", nil, []string{"discord/1/1"}, true},
		"another server":    {"2", []string{"6"}, nil, true},
		"no groups at all":  {"3", []string{"5"}, nil, false},
		"roles of no brand": {"2", []string{"9"}, nil, true},
	} {
		got, any := Groups(brands, "discord", c.space, c.roles)
		if diff := cmp.Diff(c.want, got); diff != "" || any != c.any {
			t.Errorf("%s: %v %s", name, any, diff)
		}
	}
}

// What Discord asks to wait for is waited for; what it refuses is not asked again.
func TestPause(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		again bool
	}{
		"nothing wrong":  {nil, false},
		"wait":           {&web.Fault{Status: 429, RetryAfter: 1}, true},
		"shut out":       {&web.Fault{Status: 429, Scope: "cloudflare"}, false},
		"no answer":      {&web.Fault{Ambiguous: true}, true},
		"out of reach":   {&web.Fault{}, true},
		"not there":      {&web.Fault{Status: 404, Code: web.CodeUnknownChannel}, false},
		"too many wrong": {&web.Fault{Status: 429, Scope: "guard"}, false},
	} {
		if _, again := pause(c.err); again != c.again {
			t.Errorf("%s: again %v", name, again)
		}
	}
}
