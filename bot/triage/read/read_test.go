package read

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tokens are the texts of what was read, links as LINK and handles as HANDLE.
func tokens(t *Text) []string {
	var all []string
	for _, token := range t.Tokens {
		switch token.Kind {
		case Link:
			all = append(all, "LINK")
		case Handle:
			all = append(all, "HANDLE")
		default:
			all = append(all, string(t.Bytes(token)))
		}
	}
	return all
}

func TestRead(t *testing.T) {
	cases := []struct {
		name, in string
		want     []string
	}{
		{"words in lower case", "Ciao MONDO", []string{"ciao", "mondo"}},
		{"letters drawn out", "noooooo", []string{"noo"}},
		{"compatibility forms", "ﬁne ｆｕｌｌ", []string{"fine", "full"}},
		{"no width", "hel\u200blo\u00ad!", []string{"hello", "!"}},
		{"handles", "@ana_b hola, a@b", []string{"HANDLE", "hola", ",", "a", "@", "b"}},
		{"tags split", "#MasterChef_es2024", []string{"master", "chef", "es", "0"}},
		{"links", "see https://a.example/x?y=1 and www.b.org.", []string{"see", "LINK", "and", "LINK"}},
		{"bare links", "go to shop.example/deal, or sale.example.", []string{"go", "to", "LINK", "or", "LINK", "."}},
		{"a full stop without its space", "grazie.mille es.que", []string{"grazie", ".", "mille", "es", ".", "que"}},
		{"addresses taken out", "look http", []string{"look", "LINK"}},
		{"mailboxes", "write to me@firm.io now", []string{"write", "to", "LINK", "now"}},
		{"emoticons", "ok :-) <3 10:30", []string{"ok", ":-)", "<3", "0"}},
		{"emoji", "👍🏽 👩‍👧 🇪🇸", []string{"👍", "👩", "👧", "🇪🇸"}},
		{"marks in a row", "what??!!!", []string{"what", "??", "!!"}},
		{"apostrophes", "don’t l'hôpital '", []string{"don't", "l'hôpital", "'"}},
		{"broken bytes", "a\xff\xfeb", []string{"a", "b"}},
		{"nothing", "", nil},
	}
	var text Text
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text.Read(c.in)
			if diff := cmp.Diff(c.want, tokens(&text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestShape(t *testing.T) {
	var text Text
	text.Read("WOW soooo good!!! ¿de verdad? привет @a #b http://c.example 42 😀 ...")
	want := Shape{Words: 7, Capitals: 1, Long: 1, Handles: 1, Links: 1, Tags: 1, Shouts: 3, Questions: 2, Ellipses: 1, Numbers: 1, Emoji: 1, Latin: 21, Foreign: 6}
	if diff := cmp.Diff(want, text.Shape); diff != "" {
		t.Error(diff)
	}
}

func TestEachHashOnce(t *testing.T) {
	var once, twice Text
	once.Read("molto bello")
	twice.Read("molto bello molto bello")
	if !slices.Equal(once.Grams, twice.Grams) {
		t.Errorf("%d hashes of words and parts, of the same words twice %d", len(once.Grams), len(twice.Grams))
	}
}

func TestNames(t *testing.T) {
	var text Text
	text.Naming(true)
	text.Read("not good")
	var names []string
	for _, h := range slices.Concat(text.Grams, text.Rest) {
		names = append(names, text.Name(h))
	}
	for _, want := range []string{"not", "good", "goo-", "-ood", "not … good", "not good", "last: good"} {
		if !slices.Contains(names, want) {
			t.Errorf("no feature is named %q in %q", want, names)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "a", "@", "#", ":-)", "http://", "\xff\xfe", "🇪", strings.Repeat("ab.", 3000), "ﷺﷺﷺ", "A.example@b.c/"} {
		f.Add(s)
	}
	var text Text
	f.Fuzz(func(t *testing.T, s string) {
		text.Read(s)
		for _, token := range text.Tokens {
			if len(text.Bytes(token)) == 0 {
				t.Fatalf("an empty token in %q", s)
			}
		}
		if n := len(text.Grams) + len(text.Rest); n > 1<<16 {
			t.Fatalf("%d hashes", n)
		}
	})
}
