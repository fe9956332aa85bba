package said_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot/act"
	"ponte/platforms/chat/discord/said"
)

var names = said.Names{
	Person:  func(id string) string { return map[string]string{"1": "ana"}[id] },
	Channel: func(id string) string { return map[string]string{"2": "inbox"}[id] },
	Role:    func(id string) string { return map[string]string{"3": "Team"}[id] },
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		"a <b> & c < d":                     "a <b> & c < d",
		"ask <@1>, <@!1> or <@9>":           "ask @ana, @ana or @9",
		"in <#2> or <#8>":                   "in #inbox or #8",
		"<@&3> and <@&4>":                   "@Team and @4",
		"<:heart:5><a:party:6>":             ":heart::party:",
		"at <t:1795000000:R> or <t:bad>":    "at 2026-11-18 11:06 UTC or <t:bad>",
		"use </ponte reply:7>":              "use /ponte reply",
		"<@here> <@> <#> <::> <<@1>":        "<@here> <@> <#> <::> <@ana",
		"see <https://x.example/a?b=1&c=2>": "see <https://x.example/a?b=1&c=2>",
		"<":                                 "<",
	} {
		if got := said.Plain(text, names); got != want {
			t.Errorf("%q reads %q, not %q", text, got, want)
		}
	}
}

func TestCommand(t *testing.T) {
	for text, want := range map[string]string{
		"<@7> reply Thank you": "reply Thank you", "  <@!7>: inbox": "inbox", "<@7>": "", "<@&8> help": "help", "@Ponte find x": "find x", "@ponte": "", "@ponte\nreply x": "reply x",
	} {
		if got, ok := said.Command(text, "7", "8", ""); !ok || got != want {
			t.Errorf("%q is the command %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "hello <@7>", "<@77> x", "@ponter x", "<@7", "<@> x"} {
		if got, ok := said.Command(text, "7", ""); ok {
			t.Errorf("%q is the command %q", text, got)
		}
	}
}

func TestIDs(t *testing.T) {
	if got := said.At("175928847299117063"); !got.Equal(time.Date(2016, 4, 30, 11, 18, 25, 796e6, time.UTC)) {
		t.Errorf("it was made at %v", got)
	}
	if at := time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC); !said.At(said.First(at)).Equal(at) || said.First(time.Time{}) != "0" {
		t.Errorf("the first id is %s", said.First(at))
	}
	if !said.Older("99", "100") || said.Older("100", "99") || said.Older("7", "7") {
		t.Error("ids are in the wrong order")
	}
	for id, want := range map[string]bool{"1": true, "18446744073709551615": true, "": false, "-1": false, "x": false, "99999999999999999999": false} {
		if said.IsID(id) != want {
			t.Errorf("%q is an id: %v", id, !want)
		}
	}
}

func TestLine(t *testing.T) {
	options := []act.Option{{Name: "draft"}, {Name: "at"}, {Name: "text", Rest: true}}
	for name, c := range map[string]struct {
		given [][2]string
		want  string
	}{
		"nothing":     {nil, "do"},
		"a word":      {[][2]string{{"draft", "12"}}, "do --draft 12"},
		"words":       {[][2]string{{"at", "tomorrow 9:00"}}, `do --at "tomorrow 9:00"`},
		"quotes":      {[][2]string{{"at", `a "b" c`}}, "do --at “a \"b\" c”"},
		"more quotes": {[][2]string{{"at", `a "b” c`}}, `do --at «a "b” c»`},
		"all quotes":  {[][2]string{{"at", `a "b” «c»`}}, `do --at "a ”b” «c»"`},
		"a flag":      {[][2]string{{"text", `start with --at "dawn"`}, {"draft", "3"}}, `do --draft 3 --text “start with --at "dawn"”`},
		"a flag only": {[][2]string{{"text", "--at dawn"}}, `do --text "--at dawn"`},
		"a name":      {[][2]string{{"at", "<@1>"}, {"text", "<@1> --draft 1"}}, `do --at @ana --text "@ana --draft 1"`},
		"like a name": {[][2]string{{"at", "--draft"}}, `do --at "--draft"`},
		"the rest":    {[][2]string{{"text", `say "hi"  there`}, {"draft", "3"}, {"at", "9:00"}}, `do --draft 3 --at 9:00 say "hi"  there`},
		"a gap":       {[][2]string{{"text", "soon"}, {"draft", "3"}}, `do --draft 3 --text soon`},
		"a stranger":  {[][2]string{{"other", "x"}}, "do"},
		"emptiness":   {[][2]string{{"draft", " "}}, "do"},
	} {
		var given []said.Given
		for _, g := range c.given {
			value, _ := json.Marshal(g[1])
			given = append(given, said.Given{Name: g[0], Value: value})
		}
		if got := said.Line("do", given, options, func(s string) string { return said.Plain(s, names) }); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}

func TestInteraction(t *testing.T) {
	var i said.Interaction
	if err := json.Unmarshal([]byte(`{"id":"1","type":4,"guild_id":"2","member":{"nick":"Ana","roles":["5"],"user":{"id":"9","username":"ana1"}},
		"data":{"name":"ponte","options":[{"name":"posts","type":2,"options":[{"name":"show","type":1,"options":[{"name":"draft","type":3,"value":"1","focused":true}]}]}]}}`), &i); err != nil {
		t.Fatal(err)
	}
	if name, given := i.Leaf(); name != "show" || len(given) != 1 {
		t.Errorf("it is the command %q with %v", name, given)
	}
	if command, option, prefix := i.Typed(); command != "show" || option != "draft" || prefix != "1" {
		t.Errorf("somebody types %q into %q of %q", prefix, option, command)
	}
	if who, m := i.By(); who.ID != "9" || said.Called(who, m) != "Ana" {
		t.Errorf("it was %+v", who)
	}
	i = said.Interaction{}
	if err := json.Unmarshal([]byte(`{"type":5,"user":{"id":"9","username":"ana1","global_name":"Ana M"},"data":{"custom_id":"f","components":[
		{"type":1,"components":[{"type":4,"custom_id":"text","value":"Hi"}]},
		{"type":18,"component":{"type":3,"custom_id":"which","values":["a","b"]}},
		{"type":99,"whatever":{}}]}}`), &i); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"text": "Hi", "which": "a b"}, i.Inputs()); diff != "" {
		t.Error(diff)
	}
	if who, m := i.By(); said.Called(who, m) != "Ana M" {
		t.Errorf("it was %+v", who)
	}
}

func TestMessage(t *testing.T) {
	for raw, want := range map[string]bool{
		`{"id":"1","author":{"id":"9"}}`: true,
		`{"id":"1","type":19,"author":{"id":"9"},"components":[{"type":77}],"nonce":1234}`:      true,
		`{"id":"1","type":18,"author":{"id":"9"}}`:                                              false,
		`{"id":"1","author":{"id":"9","bot":true}}`:                                             false,
		`{"id":"1","author":{"id":"9"},"webhook_id":"3"}`:                                       false,
		`{"id":"1","type":20,"author":{"id":"9","bot":true},"member":{"nick":null,"roles":[]}}`: false,
	} {
		var m said.Message
		if err := json.Unmarshal([]byte(raw), &m); err != nil || m.Talk() != want {
			t.Errorf("%s is talk: %v, %v", raw, !want, err)
		}
	}
	var m said.Message
	_ = json.Unmarshal([]byte(`{"nonce":"abc","flags":64,"attachments":[{"id":"1","content_type":"image/png","url":"u"},{"id":"2","content_type":"text/plain","url":"u"}]}`), &m)
	if m.Key() != "abc" || !m.Ephemeral() || len(said.Images(m.Attachments)) != 1 {
		t.Errorf("it reads %+v", m)
	}
	if sign := (said.Emoji{Name: "✅"}).Sign() + (said.Emoji{ID: "1", Name: "ok"}).Sign(); sign != "✅:ok:" {
		t.Errorf("the emoji are %q", sign)
	}
	if all := (&said.Deleted{IDs: []string{"1", "2"}}).All(); len(all) != 2 {
		t.Errorf("%v are gone", all)
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"a <@1> b", "<@&3>", "<<a:b:1>>", "<t:1:R>", "\xff<\x00>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := said.Plain(s, names)
		if len(got) > 2*len(s)+strings.Count(s, "<")*20 {
			t.Errorf("%q grows to %q", s, got)
		}
		if rest, ok := said.Command(s, "7"); ok && len(rest) > len(s) {
			t.Errorf("%q is the command %q", s, rest)
		}
	})
}

func FuzzInteraction(f *testing.F) {
	f.Add([]byte(`{"type":2,"data":{"name":"ponte","options":[{"type":1,"name":"x","options":[{"name":"a","value":3}]}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var i said.Interaction
		if json.Unmarshal(raw, &i) != nil {
			return
		}
		name, given := i.Leaf()
		_ = said.Line(name, given, []act.Option{{Name: "a"}, {Name: "b", Rest: true}}, strings.TrimSpace)
		i.By()
		i.Typed()
		i.Inputs()
	})
}

func TestLabel(t *testing.T) {
	var m *said.Message
	if got := m.Label("a"); got != "" {
		t.Errorf("nothing says %q", got)
	}
	m = &said.Message{}
	if err := json.Unmarshal([]byte(`{"components":[{"type":1,"components":[{"type":2,"custom_id":"a","label":"Take"}]},
		{"type":1,"components":[{"type":3,"custom_id":"m","options":[{"label":"Hand off","value":"b"}]}]},{"type":99,"label":{"x":1}}]}`), m); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"a": "Take", "b": "Hand off", "c": ""} {
		if got := m.Label(id); got != want {
			t.Errorf("%s says %q", id, got)
		}
	}
}

func TestSpelt(t *testing.T) {
	for text, want := range map[string]string{
		"a <@1> b <@!9> <@&3> <@&8> <#2> <#7> <a:hi:1>": "a ana b … Team … #inbox #… :hi:",
		"@ana <@x>": "@ana <@x>",
	} {
		if got := said.Spelt(text, names); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
