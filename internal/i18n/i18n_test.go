package i18n

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"ponte/bot"
	"ponte/bot/card"
)

// shelf is the embedded time messages with the given files added or replaced.
func shelf(t testing.TB, files map[string]string) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, lang := range bot.Langs {
		name := string(lang) + "/time.toml"
		data, err := embedded.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fsys[name] = &fstest.MapFile{Data: data}
	}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func small(t testing.TB) *Catalogue {
	t.Helper()
	c, err := load(shelf(t, map[string]string{
		"en/a.toml": "[a]\nhello = 'Hello {{.Name}}, {{.name}}: {{ .Name }}'\nplain = 'Yes'\nwhen = 'At {{.At}}'\nlong = 'In {{.For}}'\nonly = 'English'\n" +
			"nested = '{{.Who}}: {{.What}}'\n[a.deep]\nleft = '{{.N}} left'\n[a.items]\none = '{{.N}} item of {{.M}}'\nother = '{{.N}} items of {{.M}}'\n",
		"es/a.toml": "[a]\nhello = 'Hola {{.Name}}'\nplain = 'Sí'\nwhen = '{{.At}}'\nlong = '{{.For}}'\n" +
			"nested = '{{.What}} ({{.Who}})'\n[a.deep]\nleft = 'quedan {{.N}}'\n[a.items]\none = '{{.N}} elemento de {{.M}}'\nmany = '{{.N}} de elementos de {{.M}}'\nother = '{{.N}} elementos de {{.M}}'\n",
		"it/a.toml": "[a]\nhello = 'Ciao {{.Name}}'\nplain = 'Sì'\nwhen = '{{.At}}'\nlong = '{{.For}}'\n" +
			"nested = '{{.Who}}: {{.What}}'\n[a.deep]\nleft = '{{.N}}'\n[a.items]\none = '{{.N}} elemento su {{.M}}'\nother = '{{.N}} elementi su {{.M}}'\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoad(t *testing.T) {
	if _, err := Load(); err != nil {
		t.Fatal(err)
	}
}

func TestPrint(t *testing.T) {
	c := small(t)
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	friday := time.Date(2026, 11, 27, 17, 30, 0, 0, time.UTC)
	items := func(n int) card.Words { return card.W("a.items", card.Count("N", n), card.Count("M", 1)) }
	cases := []struct {
		name string
		lang bot.Lang
		w    card.Words
		want string
	}{
		{"text, in any case of its name", bot.English, card.W("a.hello", card.Text("NAME", "Ana")), "Hello Ana, Ana: Ana"},
		{"text is never a message", bot.English, card.W("a.hello", card.Text("Name", "{{.Name}} a.plain {{")), "Hello {{.Name}} a.plain {{, {{.Name}} a.plain {{: {{.Name}} a.plain {{"},
		{"nothing to fill with", bot.Spanish, card.W("a.hello"), "Hola "},
		{"a key under two tables", bot.Italian, card.W("a.deep.left", card.Count("n", 3)), "3"},
		{"words in words, each language's order", bot.Spanish, card.W("a.nested", card.Text("Who", "Ana"), card.In("What", items(1))), "1 elemento de 1 (Ana)"},
		{"words that stand already", bot.Spanish, card.Literal("Aurora {{.x}}"), "Aurora {{.x}}"},
		{"literal words in words", bot.Italian, card.W("a.nested", card.In("Who", card.Literal("Ana")), card.Text("What", "x")), "Ana: x"},

		{"none", bot.English, items(0), "0 items of 1"},
		{"one", bot.English, items(1), "1 item of 1"},
		{"two", bot.English, items(2), "2 items of 1"},
		{"no plural without a number", bot.English, card.W("a.items"), " items of "},
		{"thousands", bot.English, items(1234), "1,234 items of 1"},
		{"below nothing", bot.English, card.W("a.deep.left", card.Count("N", -12345)), "-12,345 left"},
		{"four digits in Spanish", bot.Spanish, items(1234), "1234 elementos de 1"},
		{"five digits in Spanish", bot.Spanish, items(12345), "12.345 elementos de 1"},
		{"millions in Spanish", bot.Spanish, items(2_000_000), "2.000.000 de elementos de 1"},
		{"thousands in Italian", bot.Italian, items(1234), "1.234 elementi su 1"},
		{"many left out", bot.Italian, items(1_000_000), "1.000.000 elementi su 1"},

		{"moment", bot.English, card.W("a.when", card.At("At", friday)), "At Fri 27 Nov 18:30"},
		{"moment in Spanish", bot.Spanish, card.W("a.when", card.At("At", friday)), "vie 27 nov 18:30"},
		{"moment in Italian", bot.Italian, card.W("a.when", card.At("At", friday.AddDate(0, 1, 10))), "mer 6 gen 18:30"},
		{"the day turns with the zone", bot.English, card.W("a.when", card.At("At", friday.Add(6*time.Hour))), "At Sat 28 Nov 00:30"},

		{"hours and minutes", bot.English, card.W("a.long", card.For("For", 125*time.Minute)), "In 2 h 5 min"},
		{"whole hours", bot.English, card.W("a.long", card.For("For", 2*time.Hour+30*time.Second)), "In 2 h"},
		{"minutes and seconds", bot.Spanish, card.W("a.long", card.For("For", 90*time.Second)), "1 min 30 s"},
		{"days in Italian", bot.Italian, card.W("a.long", card.For("For", 51*time.Hour+59*time.Minute)), "2 g 3 h"},
		{"rounds up to a minute", bot.English, card.W("a.long", card.For("For", 59*time.Second+900*time.Millisecond)), "In 1 min"},
		{"next to nothing", bot.English, card.W("a.long", card.For("For", time.Millisecond)), "In 0 s"},
		{"before", bot.English, card.W("a.long", card.For("For", -5*time.Minute)), "In −5 min"},
		{"the longest", bot.English, card.W("a.long", card.For("For", 1<<63-1)), "In 106751 d 23 h"},

		{"a dialect", "es-MX", card.W("a.plain"), "Sí"},
		{"a language we do not speak", "fr", card.W("a.plain"), "Yes"},
		{"no language", "", card.W("a.plain"), "Yes"},
		{"only in English", bot.Italian, card.W("a.only"), "English"},
		{"no such message", bot.Italian, card.W("a.nothing", card.Count("N", 1)), "⟦a.nothing⟧"},
		{"a table is no message", bot.Italian, card.W("a"), "⟦a⟧"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := c.Print(tc.lang, rome, tc.w); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	if got := c.Print(bot.English, nil, card.W("a.when", card.At("At", friday))); got != "At Fri 27 Nov 17:30" {
		t.Errorf("without a zone: got %q, want UTC", got)
	}
}

func TestEveryDayAndMonthHasAName(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range bot.Langs {
		seen := map[string]bool{}
		for day := range 365 {
			at := time.Date(2026, 1, 1+day, 9, 5, 0, 0, time.UTC)
			text := c.tongues[lang].times.at(at, false)
			if seen[text] {
				t.Errorf("%s: %q stands for two days", lang, text)
			}
			if seen[text] = true; !strings.HasSuffix(text, " 09:05") {
				t.Errorf("%s: %q lacks the time", lang, text)
			}
			if exact := c.tongues[lang].times.at(at.Add(7*time.Second), true); exact != text+":07" {
				t.Errorf("%s: to the second it is %q", lang, exact)
			}
			if lang != bot.English && text != strings.ToLower(text) {
				t.Errorf("%s: %q has capitals", lang, text)
			}
		}
	}
}

func TestAnUnknownKeyIsLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(old)
	c := small(t)
	for _, lang := range bot.Langs {
		c.Print(lang, nil, card.W("a.nothing"))
		c.Print(lang, nil, card.W("a.plain"))
		c.Print(lang, nil, card.W("a.only"))
	}
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "a.nothing") {
		t.Errorf("got %d lines, want one about a.nothing:\n%s", n, &log)
	}
}

func TestManyPrintAtOnce(t *testing.T) {
	c := small(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 200 {
				p := c.Printer(bot.Langs[(i+n)%len(bot.Langs)], time.UTC)
				w := card.W("a.nested", card.In("Who", card.W("a.items", card.Count("N", 12345*n))), card.For("What", time.Hour))
				if text := p.Print(w); text == "" || strings.Contains(text, "⟦") {
					t.Errorf("printed %q", text)
				}
				p.Print(card.W("a.nothing"))
			}
		})
	}
	wg.Wait()
}

func TestLoadTellsEveryFault(t *testing.T) {
	_, err := load(shelf(t, map[string]string{
		"en/a.toml":    "[a]\nx = 'One'\n",
		"en/b.toml":    "[a]\nx = 'Two'\n",
		"es/a.toml":    "[a\n",
		"it/a.toml":    "[a]\nx = '{{if .N}}y{{end}}'\ny = 'open {{.N'\nz = 'close }} it'\n",
		"it/b.toml":    "[b]\nopen = 'Apri'\nother = 'Altro'\n",
		"it/time.toml": "[time]\nat = '{{.Weekday}} {{.Day}}'\nweekdays = 'dom lun'\nday = 'g'\nhour = '{{.N}}'\nminute = '{{.N}}'\nsecond = '{{.N}}'\n",
	}))
	if err == nil {
		t.Fatal("loaded")
	}
	for _, want := range []string{
		"en/b.toml: a.x stands in en/a.toml as well", "es/a.toml: ", "it/a.toml: a.x (other): ", "it/a.toml: a.y (other): ", "it/a.toml: a.z (other): ",
		"it/b.toml: ", "time.at: ", "time.weekdays: found 2 words, want 7", "time.months: found 0", "time.day: ",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not among the faults:\n%v", want, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "a {{.B}} c", "{{.A}}{{.B}}", "{{", "}}", "{{.}}", "{{{.A}}}", "{{.A}} }}", "{{ .Ana }}"} {
		f.Add(s, "x")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		p, err := parse(text)
		if err != nil {
			return
		}
		got := p.fill(func(name string) string { return value })
		if !strings.Contains(text, "{{") && got != text {
			t.Errorf("%q has no placeholder and became %q", text, got)
		}
		if n := len(p.names()); strings.Count(text, "{{") != n {
			t.Errorf("%q: found %d placeholders", text, n)
		}
		if want := len(p.fill(func(string) string { return "" })) + len(p.names())*len(value); len(got) != want {
			t.Errorf("%q filled with %q has %d bytes, want %d", text, value, len(got), want)
		}
	})
}

func BenchmarkPrint(b *testing.B) {
	c := small(b)
	p := c.Printer(bot.Spanish, time.UTC)
	at := time.Date(2026, 11, 27, 17, 30, 0, 0, time.UTC)
	for _, bench := range []struct {
		name string
		w    card.Words
	}{
		{"plain", card.W("a.plain")},
		{"plural", card.W("a.items", card.Count("N", 3), card.Count("M", 12345))},
		{"nested", card.W("a.nested", card.In("Who", card.W("a.when", card.At("At", at))), card.For("What", 125*time.Minute))},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Print(bench.w)
			}
		})
	}
}
