package card

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
)

// shout prints words as their key in capitals.
type shout struct{}

func (shout) Print(w Words) string { return strings.ToUpper(w.Key) }

// number gives every message of a sample another key.
type number struct{ n int }

func (k *number) words() Words {
	k.n++
	return W("key." + string(rune('a'+k.n)))
}

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// full is a card with everything on it.
func full(k *number) Card {
	say := k.words()
	return Card{
		Mark: MarkOpen, Title: k.words(), Foot: k.words(), Gone: true, Revision: 7, Subject: "conversation/1", Opens: true,
		Author: &Author{Name: "Ana", Handle: "@ana", URL: "https://example.org", Network: "plaza", At: noon},
		Blocks: []Block{
			{Words: &say},
			{Quote: &Quote{Text: "key.a", Struck: true, Public: true, By: "Ana"}},
			{Facts: []Words{k.words(), Literal("Aurora"), k.words()}},
			{List: []Line{{Mark: MarkOverdue, Words: k.words(), Text: "key.b", Thread: &Ref{"r", "1"}}, {Text: "alone"}}},
			{Picture: &Picture{URL: "https://example.org/a.png", Type: "image/png", Alt: "key.c"}},
		},
		Actions: []Action{
			{Verb: "take", Label: k.words(), Style: Primary, Needs: []bot.Role{bot.Manager}},
			{Verb: "spam", Label: k.words(), Confirm: k.words(), Style: Danger, Subject: "item/1", Link: "https://example.org"},
		},
	}
}

func fullForm(k *number) Form {
	say := k.words()
	return Form{
		Verb: "reply", Subject: "conversation/1", Revision: 3, Token: "t", Title: k.words(), Submit: k.words(), Public: true, Closed: "close",
		Blocks: []Block{{Words: &say}},
		Fields: []Field{{
			Name: "text", Label: k.words(), Hint: k.words(), Fault: k.words(), Kind: ChoiceField, Value: "key.d",
			Choices: []Choice{{Value: "a", Label: k.words(), Text: "key.e"}}, Fills: "other", Required: true, Max: 10, Count: "runes",
		}},
	}
}

// sentences returns every Words within a value.
func sentences(v reflect.Value) (found []Words) {
	if w, ok := v.Interface().(Words); ok {
		return []Words{w}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			found = sentences(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			found = append(found, sentences(v.Index(i))...)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return nil
		}
		for i := range v.NumField() {
			found = append(found, sentences(v.Field(i))...)
		}
	}
	return found
}

func TestPrintWritesEverySentence(t *testing.T) {
	var k number
	printed := []any{full(&k).Print(shout{}), fullForm(&k).Print(shout{})}
	texts := map[string]bool{}
	for _, v := range printed {
		for _, w := range sentences(reflect.ValueOf(v)) {
			if w.Key != "" || len(w.Args) > 0 {
				t.Errorf("%+v is not printed", w)
			}
			texts[w.Text] = true
		}
	}
	var again number
	want := map[string]bool{"": true, "Aurora": true} // a line without words, and words that stood already
	for range k.n {
		want[strings.ToUpper(again.words().Key)] = true
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Error(diff)
	}
}

func TestPrintLeavesTheOriginalAlone(t *testing.T) {
	card, form := full(new(number)), fullForm(new(number))
	printed, written := card.Print(shout{}), form.Print(shout{})
	if diff := cmp.Diff(full(new(number)), card); diff != "" {
		t.Errorf("the card changed: %s", diff)
	}
	if diff := cmp.Diff(fullForm(new(number)), form); diff != "" {
		t.Errorf("the form changed: %s", diff)
	}
	if printed.Title.Text != "KEY.C" || written.Fields[0].Value != "key.d" || printed.Blocks[1].Quote.Text != "key.a" {
		t.Errorf("printed %+v, %+v", printed, written)
	}
	if diff := cmp.Diff(printed, printed.Print(shout{})); diff != "" {
		t.Errorf("printed twice: %s", diff)
	}
}

func TestJSONKeepsEverything(t *testing.T) {
	args := W("key", Text("text", "a {{.b}}"), Text("empty", ""), Count("none", 0), Count("many", 1<<40), At("at", noon), For("for", 125*time.Minute),
		In("in", W("deep", In("deeper", Literal("Ana")))))
	card := full(new(number))
	card.Blocks = append(card.Blocks, Say(args))
	roundTrip(t, card)
	roundTrip(t, fullForm(new(number)))
	roundTrip(t, Card{})
	roundTrip(t, Notice(args))
	if b, err := json.Marshal(Card{}); err != nil || string(b) != "{}" {
		t.Errorf("an empty card is %s, %v", b, err)
	}
}

func roundTrip[T any](t *testing.T, v T) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back T
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(v, back); diff != "" {
		t.Error(diff)
	}
}

func TestWordsAsText(t *testing.T) {
	for want, w := range map[string]Words{
		"":       {},
		"Aurora": Literal("Aurora"),
		"done":   {Key: "key", Text: "done"},
		"key a=x n=0 at=2026-11-27T12:00:00Z for=2h5m0s in=deep who=Ana": W("key", Text("a", "x"), Count("n", 0), At("at", noon),
			For("for", 125*time.Minute), In("in", W("deep", In("who", Literal("Ana"))))),
	} {
		if got := w.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if w.Zero() != (want == "") || w.IsZero() != w.Zero() {
			t.Errorf("%q: zero is %v", want, w.Zero())
		}
	}
}

func TestEveryMarkHasAGlyph(t *testing.T) {
	seen := map[string]Mark{}
	for _, m := range []Mark{MarkOpen, MarkPending, MarkSnoozed, MarkResolved, MarkApproved, MarkOverdue, MarkCritical, MarkPublic, MarkOut, MarkFailed, MarkUnknown, MarkNote} {
		glyph := Glyphs[m]
		if other, twice := seen[glyph]; glyph == "" || twice {
			t.Errorf("%s is drawn as %q, as %q is", m, glyph, other)
		}
		seen[glyph] = m
	}
	if len(seen) != len(Glyphs) {
		t.Errorf("%d marks, %d glyphs", len(seen), len(Glyphs))
	}
}
