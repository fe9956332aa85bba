package register_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/discordtest/shape"
	"ponte/platforms/chat/discord/draw/drawtest"
	"ponte/platforms/chat/discord/register"
)

func say(lang bot.Lang, _ *time.Location, w card.Words) string { return string(lang) + " " + w.Key }

var table = []act.Command{
	{Name: "reply", Summary: card.W("command.reply"), InThread: true, Options: []act.Option{{Name: "text", Summary: card.W("option.text"), Kind: act.TextOption, Required: true, Rest: true}}},
	{Name: "assign", Summary: card.W("command.assign"), Options: []act.Option{{Name: "person", Summary: card.W("option.person"), Kind: act.PersonOption, Required: true}}},
	{Name: "queue", Summary: card.W("command.queue")},
	{Name: "move", Summary: card.W("command.move"), Options: []act.Option{
		{Name: "draft", Summary: card.W("option.draft"), Kind: act.WordOption, Required: true},
		{Name: "way", Summary: card.W("option.way"), Kind: act.ChoiceOption, Required: true, Choices: []string{"up", "down"}},
	}},
}

func TestCommands(t *testing.T) {
	all := register.Commands(table, say)
	if len(all) != 2 || all[0].Name != "ponte" || register.Shortcut(all[1].Name) != "reply" || register.Shortcut("Other") != "" {
		t.Fatalf("there are %d commands", len(all))
	}
	var got []string
	var list func(path string, options []*discordgo.ApplicationCommandOption)
	list = func(path string, options []*discordgo.ApplicationCommandOption) {
		for _, o := range options {
			line := fmt.Sprintf("%s %s: %s", path, o.Name, o.Description)
			if o.Type == discordgo.ApplicationCommandOptionString {
				line += fmt.Sprintf(" required=%v autocomplete=%v choices=%d", o.Required, o.Autocomplete, len(o.Choices))
			}
			if it := o.DescriptionLocalizations[discordgo.Italian]; it != strings.Replace(o.Description, "en", "it", 1) {
				t.Errorf("%s is %q in Italian", o.Name, it)
			}
			got = append(got, line)
			list(path+" "+o.Name, o.Options)
		}
	}
	list("/ponte", all[0].Options)
	want := []string{
		"/ponte reply: en command.reply",
		"/ponte reply text: en option.text required=false autocomplete=false choices=0",
		"/ponte assign: en command.assign",
		"/ponte assign person: en option.person required=true autocomplete=true choices=0",
		"/ponte posts: en discord.group_posts",
		"/ponte posts queue: en command.queue",
		"/ponte posts move: en command.move",
		"/ponte posts move way: en option.way required=true autocomplete=false choices=2",
		"/ponte posts move draft: en option.draft required=false autocomplete=true choices=0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, locale := range []discordgo.Locale{discordgo.SpanishES, discordgo.SpanishLATAM, discordgo.Italian, discordgo.EnglishUS} {
		if (*all[0].DescriptionLocalizations)[locale] == "" {
			t.Errorf("it says nothing in %s", locale)
		}
	}
}

// Names of options are in each person's language, where Discord takes them.
func TestOptionsHaveNamesInEveryLanguage(t *testing.T) {
	names := func(lang bot.Lang, _ *time.Location, w card.Words) string {
		switch {
		case w.Key == "discord.option.text" && lang == bot.Spanish:
			return "texto"
		case w.Key == "discord.option.text" && lang == bot.Italian:
			return "Testo lungo"
		case w.Key == "discord.option.text":
			return "text"
		}
		return w.Key
	}
	o := register.Commands(table, names)[0].Options[0].Options[0]
	want := map[discordgo.Locale]string{discordgo.SpanishES: "texto", discordgo.SpanishLATAM: "texto", discordgo.EnglishUS: "text", discordgo.EnglishGB: "text"}
	if diff := cmp.Diff(want, o.NameLocalizations); diff != "" {
		t.Error(diff)
	}
}

// Commands have a name in each language, where Discord takes it, and none that another
// beside it has.
func TestCommandsHaveNamesInEveryLanguage(t *testing.T) {
	names := func(lang bot.Lang, _ *time.Location, w card.Words) string {
		said := map[string]string{
			"discord.command.reply es": "responder", "discord.command.reply it": "Rispondi!", "discord.command.assign es": "responder", "discord.command.assign it": "reply",
			"discord.command.posts es": "publicaciones", "discord.command.queue it": "coda",
		}
		if text := said[w.Key+" "+string(lang)]; text != "" {
			return text
		}
		return "«" + w.Key + "»"
	}
	all := register.Commands(table, names)
	valid(t, all)
	got := map[string]string{}
	var list func(options []*discordgo.ApplicationCommandOption)
	list = func(options []*discordgo.ApplicationCommandOption) {
		for _, o := range options {
			for locale, name := range o.NameLocalizations {
				got[o.Name+" "+string(locale)] = name
			}
			list(o.Options)
		}
	}
	list(all[0].Options)
	want := map[string]string{
		"reply es-ES": "responder", "reply es-419": "responder", "posts es-ES": "publicaciones", "posts es-419": "publicaciones", "queue it": "coda",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]string{"reply": "ponte reply", "queue": "ponte posts queue", "nothing": ""} {
		if got := register.Path(table, name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
}

// What the catalogues call commands is taken by Discord as it is, in every language.
func TestTheCataloguesNames(t *testing.T) {
	names := map[bot.Lang]drawtest.Printer{}
	for _, lang := range bot.Langs {
		names[lang] = drawtest.New(t, "../../../..", lang)
	}
	var all []act.Command
	for _, name := range register.Named() {
		all = append(all, act.Command{Name: name, Summary: card.Literal("x")})
	}
	got := register.Commands(all, func(lang bot.Lang, zone *time.Location, w card.Words) string { return names[lang].Print(w) })
	valid(t, got)
	n := 0
	for _, o := range got[0].Options {
		for _, leaf := range append(o.Options, o) {
			if n++; len(leaf.NameLocalizations) != 5 {
				t.Errorf("%s is called %v", leaf.Name, leaf.NameLocalizations)
			}
		}
	}
	if n < len(all) {
		t.Errorf("there are %d names", n)
	}
}

// valid holds commands to Discord's limits, as the wire would.
func valid(t *testing.T, all []*discordgo.ApplicationCommand) {
	t.Helper()
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	var list []any
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	if err := shape.Commands(list); err != nil {
		t.Error(err)
	}
}

// A table that is far too large, with far too long sentences, is within every limit,
// and none of its commands is lost as long as there is room.
func TestEveryLimitHolds(t *testing.T) {
	long := func(lang bot.Lang, _ *time.Location, w card.Words) string {
		return strings.Repeat("ñ", 150) + string(lang) + w.Key
	}
	for _, n := range []int{1, 22, 24, 38} {
		var all []act.Command
		for i := range n {
			c := act.Command{Name: fmt.Sprintf("command%d", i), Summary: card.W("x")}
			for j := range 40 {
				if i%9 == 0 {
					c.Options = append(c.Options, act.Option{Name: fmt.Sprintf("o%d", j), Summary: card.W("y"), Kind: act.WordOption})
				}
			}
			all = append(all, c)
		}
		all = append(all, table...)
		got := register.Commands(all, long)
		if size := register.Size(got[0]); size > 8000 && n < 40 {
			t.Errorf("%d commands are %d characters", n, size)
		}
		if n < 40 {
			valid(t, got)
		}
		raw, _ := json.Marshal(got)
		for _, c := range all[:min(n, 45)] {
			if !strings.Contains(string(raw), fmt.Sprintf("%q", c.Name)) {
				t.Errorf("of %d, %s is not offered", n, c.Name)
			}
		}
	}
	valid(t, register.Commands(table, say))
}

type discord struct {
	asked []string
	fails bool
}

func (d *discord) Do(_ context.Context, method, path string, in, out any) error {
	d.asked = append(d.asked, method+" "+path)
	if d.fails && strings.Contains(path, "/2/") {
		return errors.New("no")
	}
	if out != nil {
		return json.Unmarshal([]byte(`[{"name":"Reply with this","id":"6"},{"name":"ponte","id":"7"}]`), out)
	}
	return nil
}

type notes map[string]string

func (n notes) Read(_ context.Context, name string) ([]byte, error) { return []byte(n[name]), nil }
func (n notes) Write(_ context.Context, name string, value []byte) error {
	n[name] = string(value)
	return nil
}

func TestTheyAreRegisteredWhenTheyChanged(t *testing.T) {
	d, n, called := &discord{fails: true}, notes{}, map[string]string{}
	put := func(table []act.Command) error {
		return register.Put(t.Context(), d, n, "9", []string{"1", "2", "3"}, register.Commands(table, say), func(guild, id string) { called[guild] = id })
	}
	steps := []struct {
		do   func() error
		want []string
		bad  bool
	}{
		{func() error { return put(table) }, []string{"1", "2", "3"}, true},
		{func() error { return put(table) }, []string{"2"}, true},
		{func() error { d.fails = false; return put(table) }, []string{"2"}, false},
		{func() error { return put(table) }, nil, false},
		{func() error { return put(table[1:]) }, []string{"1", "2", "3"}, false},
	}
	for i, s := range steps {
		d.asked = nil
		if err := s.do(); err != nil != s.bad {
			t.Errorf("step %d: %v", i, err)
		}
		var want []string
		for _, g := range s.want {
			want = append(want, "PUT /applications/9/guilds/"+g+"/commands")
		}
		if diff := cmp.Diff(want, d.asked); diff != "" {
			t.Errorf("step %d: %s", i, diff)
		}
	}
	known, err := register.Known(t.Context(), d, "9", "1")
	if err != nil || !slices.Equal(known, []string{"Reply with this", "ponte"}) || called["1"] != "7" || called["3"] != "7" {
		t.Errorf("%v, %v", known, err)
	}
}
