package draw_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/platforms/chat/chattest"
	"ponte/platforms/chat/discord/discordtest/shape"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/draw/drawtest"
)

var update = flag.Bool("update", false, "write the goldens anew")

func pen(t testing.TB, lang bot.Lang) draw.Pen {
	return draw.Pen{Printer: drawtest.New(t, "../../../..", lang), Link: func(r card.Ref) string {
		if r.Channel == "7" {
			return "<#" + r.Message + ">"
		}
		return "https://discord.com/channels/1/" + r.Channel + "/" + r.Message
	}}
}

func golden(t *testing.T, name string, v any) {
	t.Helper()
	got, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func words(s string) card.Words { return card.Literal(s) }

// spoken is what a card says in one language, once it was printed.
type spoken struct {
	title, facts, foot, reply, take, resolve, assign, snooze, spam, sure, waits string
}

var tongues = map[bot.Lang]spoken{
	bot.English: {"New comment", "English", "Waiting since 18:02, due at 19:02", "Reply", "Take", "Resolve", "Assign", "Snooze", "Spam", "Mark 1 comment as spam?", "waits 2 h 5 min"},
	bot.Spanish: {"Comentario nuevo", "español", "Espera desde las 18:02, vence a las 19:02", "Responder", "Tomar", "Resolver", "Asignar", "Posponer", "Spam", "¿Marcar 1 comentario como spam?", "espera 2 h 5 min"},
	bot.Italian: {"Nuovo commento", "italiano", "Attende dalle 18:02, scade alle 19:02", "Rispondi", "Prendi", "Risolvi", "Assegna", "Rimanda", "Spam", "Segnare 1 commento come spam?", "attende 2 h 5 min"},
}

var at = time.Date(2026, 11, 27, 18, 2, 0, 0, time.UTC)

// comment is the card of a conversation.
func comment(s spoken) card.Card {
	return card.Card{
		Mark: card.MarkOverdue, Title: words(s.title), Subject: "conversation/01kb0000000000000000000000", Revision: 3, Opens: true,
		Author: &card.Author{Name: "Maria <3", Handle: "@maria", URL: "https://social.example/@maria", Network: "Mastodon", At: at},
		Blocks: []card.Block{
			{Quote: &card.Quote{Text: "The *oat milk* is @everyone <@1> sour & old :smile:\n\n# https://evil.example [a](https://b.example)\n1. ||x||"}},
			{Picture: &card.Picture{URL: "https://social.example/1.png", Alt: "A cup"}},
			{Facts: []card.Words{words(s.facts), words("Mastodon")}},
			{Quote: &card.Quote{Text: "Sorry, Maria. We look into it.", Public: true, By: "Ana"}},
			{List: []card.Line{
				{Mark: card.MarkOpen, Words: words(s.waits), Text: "joe: hello", Thread: &card.Ref{Channel: "1", Message: "12"}},
				{Mark: card.MarkOpen, Words: words(s.waits), Text: "jim: hi", Thread: &card.Ref{Channel: "7", Message: "13"}},
				{Mark: card.MarkSnoozed, Text: "ann"},
			}},
		},
		Foot: words(s.foot),
		Actions: []card.Action{
			{Verb: "reply", Label: words(s.reply), Style: card.Primary}, {Verb: "take", Label: words(s.take)}, {Verb: "resolve", Label: words(s.resolve)},
			{Verb: "open", Label: words("Mastodon"), Link: "https://social.example/@maria/1"}, {Verb: "assign", Label: words(s.assign)},
			{Verb: "snooze", Label: words(s.snooze)}, {Verb: "label", Label: words("…")},
			{Verb: "spam", Label: words(s.spam), Style: card.Danger, Confirm: words(s.sure)},
			{Verb: "route", Label: words("…"), Choices: []card.Choice{{Value: "aurora", Label: words("Aurora")}, {Value: "", Label: words("…")}}},
		},
	}
}

// sample is one card with everything of a kind.
func samples(s spoken) map[string]card.Card {
	gone, kept, long := comment(s), comment(s), comment(s)
	gone.Gone, gone.Actions, gone.Foot, gone.Mark = true, gone.Actions[:6], card.Words{}, card.MarkResolved
	kept.Blocks = []card.Block{{Picture: &card.Picture{Hash: "aa", Alt: "A cup"}}, {Picture: &card.Picture{Hash: "bb"}}, {Picture: &card.Picture{Hash: "cc"}}}
	long.Blocks = []card.Block{{Quote: &card.Quote{Text: card.Outside(strings.Repeat("word ", 400))}}}
	return map[string]card.Card{
		"comment": comment(s), "gone": gone, "pictures": kept, "long": long, "notice": card.Notice(words(s.sure)), "empty": {Mark: card.MarkOpen},
		"digest": {Mark: card.MarkNote, Title: words(s.title), Blocks: []card.Block{{List: comment(s).Blocks[4].List}}, Foot: words(s.foot)},
		"approval": {Mark: card.MarkPending, Title: words(s.title), Subject: "draft/01kb0000000000000000000000", Revision: 12, Blocks: []card.Block{
			{Quote: &card.Quote{Text: "We open at 9.\nCome in.", Public: true}}, card.Say(words(s.waits)), {Facts: []card.Words{words(s.facts)}},
		}, Actions: []card.Action{{Verb: "approve", Label: words("✓"), Style: card.Primary}, {Verb: "decline", Label: words("✕"), Style: card.Danger}}},
	}
}

func TestCards(t *testing.T) {
	for _, lang := range bot.Langs {
		p := pen(t, lang)
		p.Files = map[string]string{"aa": "aa.png", "bb": "bb.jpg"}
		all := map[string]draw.Message{}
		for name, c := range samples(tongues[lang]) {
			all[name] = p.Card(c, "42", "@here", "<@1>")
			taken(t, all[name])
		}
		golden(t, "cards."+string(lang), all)
	}
}

// object is what Discord reads.
func object(t testing.TB, v any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// taken fails when Discord would refuse a message.
func taken(t testing.TB, m draw.Message) {
	t.Helper()
	if err := shape.Message(object(t, m)); err != nil {
		t.Error(err)
	}
	if len(m.Embeds) == 0 {
		t.Error("it says nothing")
	}
	for _, e := range m.Embeds {
		if strings.TrimSpace(e.Title+e.Description) == "" && e.Image == nil {
			t.Error("a card says nothing")
		}
	}
}

var (
	pair   = regexp.MustCompile(`\\[^0-9A-Za-z\s]`)
	link   = regexp.MustCompile(`\[[^\[\]\n]*\]\(https?://[^\s()<>\[\]|\\]+\)`)
	ours   = regexp.MustCompile(`(?m)^(-# |> )|<#\d{1,20}>|\*\*|~~`)
	strays = regexp.MustCompile("[\\\\*_~`|<>@\\[\\]]|:\\S|(?m:^[\\s\u200b]*([#+-]|\\d+[.)]))")
)

// harmless fails when anything but what a card itself has is markdown: what follows
// a backslash is none, and of the rest only the forms that cards use are.
func harmless(t testing.TB, m draw.Message, pings int) {
	t.Helper()
	for _, e := range m.Embeds {
		for _, text := range []string{e.Title, e.Description} {
			left := ours.ReplaceAllString(link.ReplaceAllString(pair.ReplaceAllString(text, "x"), "x"), "")
			if at := strays.FindString(left); at != "" {
				t.Errorf("%q is markdown in %q", at, text)
			}
			if n := strings.Count(pair.ReplaceAllString(text, "x"), "**"); n%2 != 0 {
				t.Errorf("something bold does not end in %q", text)
			}
		}
	}
	if got := strings.Count(m.Content, "<@"); got != pings || len(m.Allowed.Users) != pings || m.Allowed.Parse == nil || len(m.Allowed.Parse)+len(m.Allowed.Roles) > 0 {
		t.Errorf("%q pings %+v, not %d", m.Content, m.Allowed, pings)
	}
}

func everywhere(s string) card.Card {
	w, o := words(s), card.Outside(s)
	c := card.Card{
		Mark: card.MarkOpen, Title: w, Foot: w, Subject: s, Revision: 1, Author: &card.Author{Name: o, Handle: o, URL: s, Network: s, At: at},
		Blocks: []card.Block{
			{Words: &w}, {Quote: &card.Quote{Text: o, By: o, Public: true}}, {Quote: &card.Quote{Text: o, Struck: true}}, {Facts: []card.Words{w, w}},
			{List: []card.Line{{Words: w, Text: o, Thread: &card.Ref{Channel: s, Message: s}}, {Text: o, Thread: &card.Ref{Channel: "7", Message: s}}}},
			{Picture: &card.Picture{URL: s, Alt: o}}, {Picture: &card.Picture{Hash: "kept", Alt: o}},
		},
	}
	for i := range 8 {
		c.Actions = append(c.Actions, card.Action{Verb: "v", Label: w, Confirm: w}, card.Action{Verb: s, Label: w, Subject: s, Style: card.Danger},
			card.Action{Verb: "l", Label: w, Link: s}, card.Action{Verb: "m", Label: w, Choices: []card.Choice{{Value: s, Label: w}, {Value: fmt.Sprint(i), Label: w}}})
	}
	return c
}

func form(s string) card.Form {
	w := words(s)
	f := card.Form{Verb: "v", Subject: s, Token: "t", Title: w, Submit: w, Public: true, Blocks: everywhere(s).Blocks}
	for i, kind := range []card.FieldKind{card.LineField, card.TextField, card.TimeField, card.CheckField, card.ChoiceField, "other", card.CheckField} {
		f.Fields = append(f.Fields, card.Field{
			Name: fmt.Sprint("f", i), Label: w, Hint: w, Kind: kind, Value: s, Fault: w, Max: i * 700, Count: "utf16",
			Choices: []card.Choice{{Value: s, Label: w, Text: s}, {Value: "b", Label: w}},
		})
	}
	return f
}

func FuzzTextFromOutside(f *testing.F) {
	for _, s := range chattest.Hostile {
		f.Add(s)
	}
	for _, s := range []string{
		"", " \n", "\x00\xff", "https://evil.example/", "https://a.example/(x)_*y*", strings.Repeat("<&>", 5000), strings.Repeat("👩‍👩‍👧", 4000), strings.Repeat("\n", 100),
		"\u202egnp.exe", "e" + strings.Repeat("\u0301", 50), "# a\n## b\n-# c\n- d\n+ e\n 12. f\n3) g\n>>> h\n```go\nx```", "\\", "a\\", "\\*a\\*", "\\\n*a*",
		"<:x:1> <a:x:1> <t:1:R> </x:1> <id:guide> <mailto:a@b.example>", ":smile: :8ball: 1:100: 18:02", "\u200b# a", "https\u200b://x.example", "||", "a|b|c", "12345", "\u3164",
	} {
		f.Add(s)
	}
	p := pen(f, bot.English)
	p.Files, p.Attach = map[string]string{"kept": "kept.png"}, true
	f.Fuzz(func(t *testing.T, s string) {
		kept := map[string]string{}
		p := p
		p.Keep = func(id, value string) { kept[id] = value }
		pings := 0
		if regexp.MustCompile(`^\d{1,20}$`).MatchString(s) {
			pings = 1
		}
		m := p.Card(everywhere(s), s)
		taken(t, m)
		harmless(t, m, pings)
		step, err := p.Step(form(s))
		if err != nil {
			t.Fatal(err)
		}
		taken(t, step)
		harmless(t, step, 0)
		pages, err := p.Pages(form(s))
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			if err := shape.Modal(object(t, page.Modal), ""); err != nil {
				t.Error(err)
			}
		}
		if name := draw.Name(everywhere(s)); strings.TrimSpace(name) == "" || len([]rune(name)) > 100 {
			t.Errorf("a thread is called %q", name)
		}
	})
}

func TestALongTextOfOursComesAlongWhole(t *testing.T) {
	p := pen(t, bot.English)
	p.Attach = true
	long := strings.Repeat("ü🙂 word ", 1000)
	m := p.Card(card.Card{Title: words("x"), Blocks: []card.Block{{Quote: &card.Quote{Text: card.Outside(long), Public: true}}}})
	taken(t, m)
	if len(m.Texts) != 1 || m.Texts[0].Body != strings.TrimSpace(long) || !strings.Contains(m.Embeds[0].Description, "the file with this message") {
		t.Errorf("%d files, it says %.3000s", len(m.Texts), m.Embeds[0].Description)
	}
	m = p.Card(card.Card{Title: words("x"), Author: &card.Author{URL: "https://a.example/1"}, Blocks: []card.Block{{Quote: &card.Quote{Text: card.Outside(long)}}}})
	if want := "more characters are not shown.](https://a.example/1)"; len(m.Texts) != 0 || !strings.Contains(m.Embeds[0].Description, want) {
		t.Errorf("a long text of theirs does not say where it can be read: %.3000s", m.Embeds[0].Description)
	}
}

// Lines that all fit stand whole, and no colon stands twice.
func TestAListSaysWhatItSays(t *testing.T) {
	long := strings.Repeat("word ", 50) + "end"
	m := pen(t, bot.English).Card(card.Card{Blocks: []card.Block{{List: []card.Line{{Words: words(long)}, {Words: words("Newest:"), Text: "joe"}, {Words: words("Newest"), Text: "jim"}}}}})
	taken(t, m)
	if want := long + "\nNewest: joe\nNewest: jim"; m.Embeds[0].Description != want {
		t.Errorf("it says %s", m.Embeds[0].Description)
	}
}

func TestALongListIsThere(t *testing.T) {
	var lines []card.Line
	for i := range 20 {
		lines = append(lines, card.Line{Mark: card.MarkOpen, Words: words(fmt.Sprintf("waits %d h 5 min", i)), Text: card.Outside(strings.Repeat("word ", 60)), Thread: &card.Ref{Channel: "1", Message: "1234567890123456789"}})
	}
	m := pen(t, bot.English).Card(card.Card{Title: words("x"), Blocks: []card.Block{{List: lines}}})
	taken(t, m)
	if n := strings.Count(m.Embeds[0].Description, "waits"); n != 20 {
		t.Errorf("%d of 20 lines are there", n)
	}
	m = pen(t, bot.English).Card(card.Card{Title: words("x"), Blocks: []card.Block{{List: append(lines, append(lines, lines...)...)}}})
	taken(t, m)
	if !strings.Contains(m.Embeds[0].Description, "There is more") {
		t.Error("a list that is cut does not say so")
	}
}
