package i18n

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"

	"ponte/bot"
	"ponte/bot/card"
)

// messages returns every message by language and key.
func messages(t testing.TB, files fs.FS) map[bot.Lang]map[string]*i18n.Message {
	t.Helper()
	all := map[bot.Lang]map[string]*i18n.Message{}
	for _, lang := range bot.Langs {
		list, err := read(files, lang)
		if err != nil {
			t.Fatal(err)
		}
		all[lang] = map[string]*i18n.Message{}
		for _, m := range list {
			all[lang][m.ID] = m
		}
	}
	return all
}

// placeholders returns the names in a text, each once, in lower case.
func placeholders(text string) []string {
	p, err := parse(strings.ToLower(text))
	if err != nil {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(p.names())))
}

func plural(m *i18n.Message) bool { return len(forms(m)) > 1 || m.Other == "" }

// disagreements finds what a message lacks, and where the languages differ.
func disagreements(all map[bot.Lang]map[string]*i18n.Message) []string {
	var found []string
	keys := map[string]bool{}
	for _, list := range all {
		for key := range list {
			keys[key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		first := all[bot.English][key]
		for _, lang := range bot.Langs {
			say := func(format string, args ...any) {
				found = append(found, fmt.Sprintf("%s: %s: ", lang, key)+fmt.Sprintf(format, args...))
			}
			m := all[lang][key]
			if m == nil {
				say("missing")
				continue
			}
			unsound(lang, m, say)
			if first == nil || lang == bot.English {
				continue
			}
			if plural(m) != plural(first) {
				say("follows a number in one of English and this, not in both")
			}
			if a, b := placeholders(m.Other), placeholders(first.Other); !slices.Equal(a, b) {
				say("has the placeholders %v, English has %v", a, b)
			}
			if m.Other == first.Other && prose(m.Other) {
				say("stands there in English")
			}
		}
	}
	return found
}

// strange are the marks of quotation that a language does not have.
var strange = map[bot.Lang]string{bot.English: "«»", bot.Spanish: "“”", bot.Italian: "“”"}

// unsound finds what is wrong with one message by itself.
func unsound(lang bot.Lang, m *i18n.Message, say func(string, ...any)) {
	texts := forms(m)
	if m.Other == "" {
		say("has no text")
	}
	if plural(m) && m.One == "" {
		say("has no form for one")
	}
	for form, text := range texts {
		if form != "other" && form != "one" && (form != "many" || lang == bot.English) {
			say("has the form %q, which the language does not know", form)
		}
		for _, name := range placeholders(text) {
			if !slices.Contains(placeholders(m.Other), name) {
				say("has {{.%s}} in the form %q only", name, form)
			}
		}
		if strings.TrimSpace(text) != text || strings.TrimSpace(text) == "" {
			say("begins or ends with a space: %q", text)
		}
		if strings.ContainsAny(text, "!¡") {
			say("shouts: %q", text)
		}
		if strings.ContainsAny(text, strange[lang]) {
			say("quotes as its language does not: %q", text)
		}
		if lang == bot.Spanish && strings.Count(text, "?") != strings.Count(text, "¿") {
			say("asks without ¿: %q", text)
		}
		if r := strings.IndexFunc(text, emoji); r >= 0 {
			say("has an emoji: %q", text[r:])
		}
	}
}

// emoji reports a picture that is neither a mark nor a reaction that Ponte reads.
func emoji(r rune) bool {
	if r < 0x2600 || 0x27bf < r && r < 0x1f000 || strings.ContainsRune("✅❌📌", r) {
		return false
	}
	for _, glyph := range card.Glyphs {
		if strings.ContainsRune(glyph, r) {
			return false
		}
	}
	return true
}

// prose reports whether a text is more than names and placeholders.
func prose(text string) bool {
	p, err := parse(text)
	return err == nil && len(strings.Fields(p.fill(func(string) string { return " " }))) > 3
}

func TestLanguagesAgree(t *testing.T) {
	for _, fault := range disagreements(messages(t, embedded)) {
		t.Error(fault)
	}
}

func TestDisagreementsAreFound(t *testing.T) {
	const good = "[a]\nx = 'Ask {{.Name}}'\n[a.n]\none = '{{.N}} day'\nother = '{{.N}} days'\n"
	cases := []struct{ name, lang, text, want string }{
		{"nothing", "es", good, ""},
		{"missing here", "es", "[a]\nx = '{{.Name}}'\n", "es: a.n: missing"},
		{"missing in English", "it", good + "[b]\ny = 'z'\n", "en: b.y: missing"},
		{"no plural", "es", "[a]\nx = '{{.Name}}'\nn = '{{.N}} días'\n", "es: a.n: follows a number"},
		{"other placeholders", "it", strings.Replace(good, ".Name", ".Who", 1), "it: a.x: has the placeholders [who], English has [name]"},
		{"a placeholder in one form", "it", strings.Replace(good, "{{.N}} day'", "{{.N}} {{.D}}'", 1), "it: a.n: has {{.d}} in the form"},
		{"empty", "es", strings.Replace(good, "Ask {{.Name}}", "", 1), "es: a.x: has no text"},
		{"an empty form", "es", strings.Replace(good, "{{.N}} days", "", 1), "es: a.n: has no text"},
		{"no form for one", "es", strings.Replace(good, "one =", "many =", 1), "es: a.n: has no form for one"},
		{"a form English lacks", "en", good + "many = '{{.N}} days'\n", "en: a.n: has the form \"many\""},
		{"a form nobody has", "it", good + "few = '{{.N}} days'\n", "it: a.n: has the form \"few\""},
		{"a form Spanish has", "es", good + "many = '{{.N}} de días'\n", ""},
		{"spaces", "it", strings.Replace(good, "Ask", " Ask", 1), "it: a.x: begins"},
		{"shouting", "en", strings.Replace(good, "Name}}", "Name}}!", 1), "en: a.x: shouts"},
		{"half a question", "es", strings.Replace(good, "Name}}", "Name}}?", 1), "es: a.x: asks without"},
		{"emoji", "it", strings.Replace(good, "Name}}", "Name}} 🎉", 1), "it: a.x: has an emoji"},
		{"quoted as in English", "es", strings.Replace(good, "Name}}", "Name}} “a”", 1), "es: a.x: quotes as"},
		{"quoted as in Spanish", "en", strings.Replace(good, "Name}}", "Name}} «a»", 1), "en: a.x: quotes as"},
		{"quoted as in Italian", "it", strings.Replace(good, "Name}}", "Name}} «a»", 1), ""},
		{"a mark", "it", strings.Replace(good, "Name}}", "Name}} ⚠ ✅", 1), ""},
		{"untranslated", "all", strings.Replace(good, "Name}}", "Name}} what is up", 1), "es: a.x: stands there in English"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			files := map[string]string{"en/a.toml": good, "es/a.toml": good, "it/a.toml": good}
			for name := range files {
				if tc.lang == "all" || strings.HasPrefix(name, tc.lang) {
					files[name] = tc.text
				}
			}
			found := disagreements(messages(t, shelf(t, files)))
			hit := slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, tc.want) })
			if tc.want == "" && len(found) > 0 || tc.want != "" && !hit {
				t.Errorf("found %q, want %q", found, tc.want)
			}
		})
	}
}
