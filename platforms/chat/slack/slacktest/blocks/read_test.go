package blocks

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func named(id string) string { return map[string]string{"U1": "Ana", "C1": "inbox", "S1": "team"}[id] }

func TestShowsATextAsItIsDrawn(t *testing.T) {
	for _, c := range []struct {
		text string
		want Shown
	}{
		{"2 &lt; 3 &amp;&amp; &lt;!here&gt;", Shown{Lines: []string{"2 < 3 && <!here>"}}},
		{"<!here> <@U1> <!subteam^S1|team>", Shown{Lines: []string{"@here @Ana @team"}, Pings: []string{"here", "U1", "S1"}, Marked: []string{"!here", "@U1", "!subteam^S1|team"}}},
		{"see <#C1|x> and <https://a.test/?a=1&amp;b=2|there>", Shown{Lines: []string{"see #inbox and there"}, Links: []string{"https://a.test/?a=1&b=2"}, Marked: []string{"#C1|x", "https://a.test/?a=1&b=2|there"}}},
		{"a *bold* and snake_case_name", Shown{Lines: []string{"a bold and snake_case_name"}, Marked: []string{"bold"}}},
		{"at https://b.test/x now\nnext", Shown{Lines: []string{"at https://b.test/x now", "next"}, Links: []string{"https://b.test/x"}, Marked: []string{"https://b.test/x"}}},
		{"<>", Shown{Lines: []string{"<>"}}},
	} {
		if diff := cmp.Diff(c.want, ReadText(c.text, named)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

func TestShowsBlocksTopToBottom(t *testing.T) {
	raw := js([]any{
		obj{"type": "header", "text": obj{"type": "plain_text", "text": "A *title*"}},
		obj{"type": "section", "text": obj{"type": "mrkdwn", "text": "hello"}, "fields": []any{obj{"type": "plain_text", "text": "one"}}},
		obj{"type": "rich_text", "elements": []any{
			obj{"type": "rich_text_quote", "elements": []any{obj{"type": "text", "text": "first\n<!here>"}}},
			obj{"type": "rich_text_list", "style": "ordered", "elements": []any{obj{"type": "rich_text_section", "elements": []any{obj{"type": "user", "user_id": "U1"}}}}},
		}},
		obj{"type": "context", "elements": []any{obj{"type": "plain_text", "text": "two"}}},
		actions(btn(obj{"text": obj{"type": "plain_text", "text": "Reply"}, "value": "v"}), obj{"type": "overflow", "options": times(2, opt)}),
	})
	got := Read(raw, named)
	want := []string{"A *title*", "hello", "one", "> first", "> <!here>", "1. @Ana", "two"}
	if diff := cmp.Diff(want, got.Lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"one", "two"}, got.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"U1"}, got.Pings); diff != "" {
		t.Errorf("pings (-want +got):\n%s", diff)
	}
	if got.Marked != nil || len(got.Controls) != 2 || got.Controls[0].Label != "Reply" || len(got.Controls[1].Options) != 2 {
		t.Errorf("marked %q, controls %+v", got.Marked, got.Controls)
	}
}

func FuzzWhatIsTakenCanBeRead(f *testing.F) {
	for _, l := range limits {
		f.Add(js([]any{l.make(2)}))
	}
	f.Add([]byte(`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"<!here>"}]}]}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		filled, faults := Message(raw, "/blocks")
		if faults != nil {
			return
		}
		if _, again := Message(filled, "/blocks"); again != nil {
			t.Errorf("taken once, refused as it was filled in: %v", again)
		}
		Read(filled, named)
	})
}

func FuzzEscapedTextNeverCallsAnybody(f *testing.F) {
	f.Add("<!channel> <@U1> <https://a.test|b> &lt;!here&gt;")
	f.Fuzz(func(t *testing.T, text string) {
		if got := ReadText(Escape(text), named); got.Pings != nil || strings.Contains(strings.Join(got.Marked, ""), "!here|") {
			t.Errorf("%q called %v", text, got.Pings)
		}
	})
}
