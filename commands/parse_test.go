package commands

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/commands/line"
)

func table() []Spec { return New(nil, nil, nil, nil, nil, nil, nil, nil).table }

func named(t *testing.T, name string) Spec {
	t.Helper()
	for _, s := range table() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no command %q", name)
	return Spec{}
}

func TestSplit(t *testing.T) {
	for text, want := range map[string][2]string{
		"":                         {"", ""},
		"  ":                       {"", ""},
		"/ponte":                   {"", ""},
		"/ponte help":              {"help", ""},
		"HELP reply":               {"help", "reply"},
		"reply  Hello,   Maria.\n": {"reply", "Hello,   Maria."},
		"reply\ntwo\nlines":        {"reply", "two\nlines"},
		"/ponteresolve":            {"/ponteresolve", ""},
		"reply /ponte is great":    {"reply", "/ponte is great"},
		"re\xffply":                {"re�ply", ""},
	} {
		name, rest := line.Split(text)
		if got := [2]string{name, rest}; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		command, text string
		want          map[string]string
		err           string
	}{
		{"take", "", map[string]string{}, ""},
		{"take", "it", nil, "error.too_many"},
		{"reply", `Thank you,  "Maria" -- really.`, map[string]string{"text": `Thank you,  "Maria" -- really.`}, ""},
		{"reply", "a\nb", map[string]string{"text": "a\nb"}, ""},
		{"assign", "@ana", map[string]string{"person": "@ana"}, ""},
		{"assign", `"Ana Ruiz"`, map[string]string{"person": "Ana Ruiz"}, ""},
		{"assign", "“Ana Ruiz”", map[string]string{"person": "Ana Ruiz"}, ""},
		{"assign", "«Ana Ruiz»", map[string]string{"person": "Ana Ruiz"}, ""},
		{"assign", `"Ana Ruiz`, nil, "error.quote"},
		{"assign", "ana bo", nil, "error.too_many"},
		{"assign", "--person bo", map[string]string{"person": "bo"}, ""},
		{"assign", "--person", nil, "error.option_value"},
		{"snooze", "tomorrow 9:00", map[string]string{"until": "tomorrow 9:00"}, ""},
		{"label", "refund -late", map[string]string{"labels": "refund -late"}, ""},
		{"inbox", "mine", map[string]string{"filter": "mine"}, ""},
		{"find", "cold coffee", map[string]string{"words": "cold coffee"}, ""},
		{"find", "--author maria --status open cold coffee", map[string]string{"author": "maria", "status": "open", "words": "cold coffee"}, ""},
		{"find", `--author "Maria Lopez"`, map[string]string{"author": "Maria Lopez"}, ""},
		{"find", "--nothing x", map[string]string{"words": "--nothing x"}, ""},
		{"find", "coffee --author maria", map[string]string{"words": "coffee --author maria"}, ""},
		{"saved", "add thanks Thank you, {name}", map[string]string{"action": "add", "name": "thanks", "text": "Thank you, {name}"}, ""},
		{"who", "@maria lopez", map[string]string{"member": "@maria lopez"}, ""},
	} {
		got, err := line.Values(c.command, named(t, c.command).Options, c.text)
		key := ""
		if e, ok := bot.Asked(err); ok {
			key = e.Key
		}
		if key != c.err || !cmp.Equal(got, c.want) && c.err == "" {
			t.Errorf("%s %s: %v %q, want %v %q", c.command, c.text, got, key, c.want, c.err)
		}
	}
	if _, err := line.Values("reply", named(t, "reply").Options, strings.Repeat("x", line.Max+1)); err == nil {
		t.Error("a command of any length is read")
	}
	if got, err := line.Values("reply", named(t, "reply").Options, strings.Repeat("x", line.Max)); err != nil || len(got["text"]) != line.Max {
		t.Error("a command of the greatest length is not read")
	}
}

// Every example in the help is a command that is read, with all it needs.
func TestExamples(t *testing.T) {
	for _, s := range table() {
		if !s.Inner && len(s.Examples) == 0 {
			t.Errorf("%s has no example", s.Name)
		}
		for _, e := range s.Examples {
			name, text := line.Split(e)
			v, err := line.Values(s.Name, s.Options, text)
			if name != s.Name || err != nil {
				t.Errorf("%s: %v", e, err)
			}
			if o := missing(s, &Request{Values: v}); o != nil {
				t.Errorf("%s: misses %s", e, o.Name)
			}
		}
	}
}

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range table() {
		if seen[s.Name] || s.Name != strings.ToLower(s.Name) || len(s.Roles) == 0 || s.Run == nil {
			t.Errorf("%s is there twice, has no roles or does nothing", s.Name)
		}
		seen[s.Name] = true
		for i, o := range s.Options {
			if o.Rest && i != len(s.Options)-1 {
				t.Errorf("%s: %s takes the rest and is not the last", s.Name, o.Name)
			}
		}
		if s.Reads && len(s.About) > 0 && !s.Maybe {
			t.Errorf("%s reads and needs a subject", s.Name)
		}
	}
}

func TestNearest(t *testing.T) {
	all := New(nil, nil, nil, nil, nil, nil, nil, nil).List()
	for given, want := range map[string]string{"replly": "reply", "asign": "assign", "resolv": "resolve", "inobx": "inbox", "leav": "", "xyzzy": ""} {
		if got := line.Nearest(given, all); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}

// Whatever is written is read without a panic; values are pieces of what was
// written, and the rest of the line stays as it stands.
func FuzzParse(f *testing.F) {
	for _, s := range table() {
		for _, e := range s.Examples {
			f.Add(e)
		}
	}
	for _, e := range []string{"find --author “maria --", "saved add \"a b\" «c", "/ponte reply --text", "label -- -", "assign --person\xff"} {
		f.Add(e)
	}
	specs := map[string]Spec{}
	for _, s := range table() {
		specs[s.Name] = s
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, rest := line.Split(text)
		if name != strings.ToLower(name) || strings.TrimSpace(rest) != rest || !utf8.ValidString(rest) {
			t.Fatalf("%q splits into %q and %q", text, name, rest)
		}
		for _, s := range specs {
			got, err := line.Values(s.Name, s.Options, rest)
			if err != nil {
				if _, ok := bot.Asked(err); !ok {
					t.Fatalf("%s %q: %v", s.Name, rest, err)
				}
				continue
			}
			total := 0
			for option, v := range got {
				total += len(v)
				if !strings.Contains(rest, v) {
					t.Fatalf("%s %q: %s is %q", s.Name, rest, option, v)
				}
			}
			if total > len(rest) || len(got) > len(s.Options) {
				t.Fatalf("%s %q: %v", s.Name, rest, got)
			}
			if last := s.Options; len(last) == 1 && last[0].Rest && !strings.HasPrefix(rest, "--") && got[last[0].Name] != rest {
				t.Fatalf("%s %q: the rest became %q", s.Name, rest, got[last[0].Name])
			}
		}
	})
}
