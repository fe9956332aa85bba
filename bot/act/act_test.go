package act

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/card"
)

// acts is one of each act, with every field set.
var acts = []Act{
	Send{Thread: "t1", Card: card.Notice(card.W("key", card.Count("N", 0))), Mention: []string{"u1", "u2"}},
	Edit{Ref: "m1", Thread: "t1", Card: card.Notice(card.Literal("Aurora"))},
	Reply{To: "c1", Post: "p1", Text: "Hello <b>", Private: true, Author: "a1"},
	Publish{Text: "Open on Sunday", Pictures: []Picture{{URL: "http://localhost/m/1", Type: "image/png", Alt: "a cup"}}},
	Change{Ref: "c2", Text: "Hello again", Private: true},
	Remove{Ref: "c2", Private: true},
}

// members returns the names of the types of this package with a method.
func members(t *testing.T, method string) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == method {
				found = append(found, string(source[f.Recv.List[0].Type.Pos()-file.FileStart:f.Recv.List[0].Type.End()-file.FileStart]))
			}
		}
	}
	slices.Sort(found)
	return found
}

func TestEnvelopeKeepsEveryAct(t *testing.T) {
	var tried []string
	kinds := map[string]bool{}
	for _, a := range acts {
		v := reflect.ValueOf(a)
		tried = append(tried, v.Type().Name())
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%T.%s is not tried", a, v.Type().Field(i).Name)
			}
		}
		b, err := json.Marshal(Seal(a))
		if err != nil {
			t.Fatal(err)
		}
		var back Envelope
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if opened, err := back.Open(); err != nil {
			t.Error(err)
		} else if diff := cmp.Diff(a, opened); diff != "" {
			t.Errorf("%T: %s", a, diff)
		}
		var raw struct{ Kind string }
		if err := json.Unmarshal(b, &raw); err != nil || raw.Kind != strings.ToLower(v.Type().Name()) || kinds[raw.Kind] {
			t.Errorf("%T is kept as %q", a, raw.Kind)
		}
		kinds[raw.Kind] = true
	}
	slices.Sort(tried)
	if diff := cmp.Diff(members(t, "act"), tried); diff != "" {
		t.Errorf("not every act is kept: %s", diff)
	}
}

func TestEmptyEnvelope(t *testing.T) {
	type holder struct {
		Act Envelope `json:"act"`
	}
	b, err := json.Marshal(holder{})
	if err != nil || string(b) != `{"act":null}` {
		t.Errorf("got %s, %v", b, err)
	}
	var back holder
	if err := json.Unmarshal(b, &back); err != nil || !back.Act.Empty() {
		t.Errorf("got %v, %v", back, err)
	}
}

func TestEnvelopeRefusesWhatItDoesNotKnow(t *testing.T) {
	if b, err := json.Marshal(Seal(&Remove{Ref: "c1"})); err == nil {
		t.Errorf("an act that could not be read again was kept as %s", b)
	}
	for _, text := range []string{`{"kind":"dance","act":{}}`, `{"act":{"ref":"c1"}}`, `{}`, `{"kind":"edit","act":[]}`, `{"kind":"edit"}`, `3`, `{"kind":7}`} {
		var e Envelope
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			t.Fatal(err)
		}
		if a, err := e.Open(); err == nil {
			t.Errorf("%s was read as %#v", text, a)
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	for _, a := range acts {
		b, err := json.Marshal(Seal(a))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var e, again Envelope
		if json.Unmarshal(b, &e) != nil {
			return
		}
		a, err := e.Open()
		if err != nil {
			return
		}
		kept, err := json.Marshal(Seal(a))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(kept, &again); err != nil {
			t.Fatalf("%s: %v", kept, err)
		}
		if a, err = again.Open(); err != nil {
			t.Fatalf("%s: %v", kept, err)
		}
		twice, err := json.Marshal(Seal(a))
		if err != nil || string(twice) != string(kept) {
			t.Errorf("%s became %s, %v", kept, twice, err)
		}
	})
}

func TestEffectMoves(t *testing.T) {
	want := map[State]string{
		Waiting: "failed started undone",
		Started: "done failed unknown waiting",
		Unknown: "done failed waiting",
		Done:    "waiting",
		Failed:  "waiting",
		Undone:  "waiting",
	}
	states := slices.Sorted(maps.Keys(EffectMoves))
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), states); diff != "" {
		t.Fatal(diff)
	}
	for _, from := range states {
		var allowed []string
		for _, to := range states {
			e := Effect{State: from}
			err := e.Move(to)
			if err == nil && e.State == to {
				allowed = append(allowed, string(to))
			} else if bot.KindOf(err) != bot.Conflict || e.State != from {
				t.Errorf("%s to %s: got %s, %v", from, to, e.State, err)
			}
		}
		if got := strings.Join(allowed, " "); got != want[from] {
			t.Errorf("%s: may become %q, want %q", from, got, want[from])
		}
	}
}

func TestEffectKeepsItsAct(t *testing.T) {
	at := time.Date(2026, 11, 27, 18, 30, 0, 0, time.UTC)
	for _, a := range append(slices.Clone(acts), nil) {
		e := Effect{
			ID: "1", Brand: "aurora", Subject: Subject{OnReply, "2"}, At: Place{"chat", "aurora", "r1"}, Act: Seal(a), State: Started, Due: at,
			Fault: bot.Errorf(bot.RateLimited, "error.busy", "name", "plaza"), Receipt: Receipt{Ref: "m1"},
		}
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back Effect
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		same := cmp.Comparer(func(x, y Envelope) bool {
			a, err := x.Open()
			b, again := y.Open()
			return err == nil && again == nil && cmp.Equal(a, b)
		})
		if diff := cmp.Diff(e, back, same); diff != "" {
			t.Error(diff)
		}
	}
}

func TestNamesInOneLine(t *testing.T) {
	if got := (Subject{OnStorm, "01k"}).String(); got != "storm/01k" {
		t.Errorf("got %q", got)
	}
	if got := (Place{"chat", "aurora", "r1"}).String(); got != "chat/aurora/r1" {
		t.Errorf("got %q", got)
	}
}
