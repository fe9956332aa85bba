package said_test

import (
	"strings"
	"testing"

	"ponte/platforms/chat/slack/draw"
	"ponte/platforms/chat/slack/said"
)

func names(id string) string { return map[string]string{"U1": "ana"}[id] }

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "",
		"a &lt;b&gt; &amp;amp; c":         "a <b> &amp; c",
		"ask <@U1> or <@U2|joe> or <@U3>": "ask @ana or @joe or @U3",
		"in <#C1|inbox> or <#C2>":         "in #inbox or #…",
		"<!here> <!channel|@channel> <!subteam^S1|@team> <!date^1^{date}|today>": "@here @channel @team today",
		"see <https://x.example/a?b=1&amp;c=2>":                                  "see https://x.example/a?b=1&c=2",
		"see <http://x.example|x.example>":                                       "see x.example",
		"see <https://x.example/|our page>":                                      "see our page (https://x.example/)",
		"write <mailto:a@x.example|a@x.example>":                                 "write a@x.example",
		"a < b":                                                                  "a < b",
		"a <":                                                                    "a <",
		"<>|<|x>":                                                                "|x",
	} {
		if got := said.Plain(text, names); got != want {
			t.Errorf("%q reads %q, not %q", text, got, want)
		}
	}
}

// What could become public names nobody by an id, and calls nobody.
func TestSpelt(t *testing.T) {
	for text, want := range map[string]string{
		"ask <@U1> or <@U2|joe> or <@U3>": "ask ana or joe or …", "in <#C1|inbox> or <#C2>": "in #inbox or #…", "<!subteam^S1> <!here>": "@subteam @here", "a &lt; b": "a < b",
	} {
		if got := said.Spelt(text, names); got != want {
			t.Errorf("%q is spelt %q, not %q", text, got, want)
		}
	}
}

func TestCommand(t *testing.T) {
	for text, want := range map[string]string{
		"<@UBOT> reply Thank you": "reply Thank you", "  <@UBOT|ponte>: inbox": "inbox", "<@UBOT>": "", "@Ponte find x": "find x", "@ponte": "", "@ponte\nreply x": "reply x",
	} {
		if got, ok := said.Command(text, "UBOT"); !ok || got != want {
			t.Errorf("%q is the command %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "hello <@UBOT>", "<@UBOTHER> x", "@ponter x", "reply <@UBOT>", "<@UBOT"} {
		if got, ok := said.Command(text, "UBOT"); ok {
			t.Errorf("%q is the command %q", text, got)
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"a <@U1> b", "<!here|x>", "<<a|b>>", "&amp;lt;", "\xff<\x00>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := said.Plain(s, names)
		if len(got) > 2*len(s)+strings.Count(s, "<")*8 {
			t.Errorf("%q grows to %q", s, got)
		}
		if strings.IndexFunc(s, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }) < 0 {
			if back := said.Plain(draw.Escape(s), names); back != s {
				t.Errorf("%q, escaped, reads %q", s, back)
			}
		}
	})
}
