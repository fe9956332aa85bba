package show

import (
	"slices"
	"testing"

	"ponte/platforms/chat/discord/discordtest/shape"
)

func called(id string) string { return "name" + id }

func TestMarkdown(t *testing.T) {
	for _, c := range []struct {
		text, want string
		marked     []string
		links      []string
	}{
		{"plain", "plain", nil, nil},
		{"**bold** and *it* __u__ ~~s~~ ||hidden|| _i_", "bold and it u s hidden i", []string{"bold", "u", "s", "hidden", "it", "i"}, nil},
		{`\*\*not bold\*\* \<@1> \# no \[a\](b)`, "**not bold** <@1> # no [a](b)", nil, nil},
		{"snake_case_name 2*3*4", "snake_case_name 234", []string{"3"}, nil},
		{"`**code**`", "**code**", []string{"**code**"}, nil},
		{"\\`not code\\`", "`not code`", nil, nil},
		{"```\nblock *x*\n```", "\nblock *x*\n", []string{"\nblock *x*\n"}, nil},
		{"# head\n> quote\n- item\n-# small", "head\nquote\nitem\nsmall", []string{"# ", "> ", "- ", "-# "}, nil},
		{"<@1> <@!2> <@&3> <#4> <:smile:5> <t:6:R>", "@name1 @name2 @name3 #name4 :smile: {t:6:R}", []string{"@1", "@!2", "@&3", "#4", ":smile:5", "t:6:R"}, nil},
		{"[label](https://a.example/x) end", "label end", []string{"[label](https://a.example/x)"}, []string{"https://a.example/x"}},
		{"see https://a.example/a_b_c now", "see https://a.example/a_b_c now", []string{"https://a.example/a_b_c"}, []string{"https://a.example/a_b_c"}},
		{"see <https://a.example>", "see https://a.example", []string{"https://a.example"}, []string{"https://a.example"}},
		{`<https\://a.example> https\://b.example`, "<https://a.example> https://b.example", nil, nil},
	} {
		s := Message(c.text, nil, nil, called)
		if s.Text() != c.want || !slices.Equal(s.Marked, c.marked) || !slices.Equal(s.Links, c.links) {
			t.Errorf("%q: %q %q %q", c.text, s.Text(), s.Marked, s.Links)
		}
	}
}

func TestEmbedsFromTopToBottom(t *testing.T) {
	s := Message("text", []any{shape.Obj{
		"author": shape.Obj{"name": "**Ana**"}, "title": "**T**", "description": "D", "footer": shape.Obj{"text": "_f_"},
		"fields": []any{shape.Obj{"name": "N", "value": "V"}}, "image": shape.Obj{"url": "https://a.example/i.png"},
	}}, []any{shape.Obj{"type": 1.0, "components": []any{shape.Obj{"type": 2.0, "label": "Go", "custom_id": "g"}}}}, called)
	if want := "text\n**Ana**\nT\nD\nN: V\n[picture]\n_f_"; s.Text() != want {
		t.Errorf("%q", s.Text())
	}
	if !slices.Equal(s.Facts, []string{"N: V", "_f_"}) || len(s.Controls) != 1 || s.Controls[0].Label != "Go" {
		t.Errorf("%q %+v", s.Facts, s.Controls)
	}
}
