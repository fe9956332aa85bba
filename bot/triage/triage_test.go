package triage

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ponte/bot/triage/read"
)

func TestClearTexts(t *testing.T) {
	house := House{Rules: DefaultRules()}
	cases := []struct {
		text                                 string
		language, sentiment, intent, urgency Label
	}{
		{"What time do you open on Sunday?", English, Neutral, Question, Normal},
		{"Worst service ever, still waiting for my refund, I hate this company", English, Negative, Complaint, Normal},
		{"Gracias por todo, me encanta esta tienda, sois los mejores!!", Spanish, Positive, Praise, Normal},
		{"A che ora aprite domani mattina?", Italian, Neutral, Question, Normal},
		{"Obrigado, adorei o atendimento, maravilhoso!", Portuguese, Positive, Praise, Normal},
		{"Mon fils est à l'hôpital après avoir mangé votre dessert", French, Negative, Complaint, High},
		{"Das Gerät hat Feuer gefangen und ist kaputt, eine Frechheit, ich bin sehr enttäuscht", German, Negative, Complaint, High},
	}
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			v := Default().Read(c.text, house)
			got := []Label{v.Language.Best(), v.Intent.Best(), v.Urgency.Best()}
			if diff := cmp.Diff([]Label{c.language, c.intent, c.urgency}, got); diff != "" {
				t.Error(diff)
			}
			if c.sentiment != Neutral && v.Sentiment.Best() != c.sentiment {
				t.Errorf("sentiment %s, want %s", v.Sentiment.Best(), c.sentiment)
			}
		})
	}
}

func TestOtherLanguages(t *testing.T) {
	for _, text := range []string{"Доброе утро, во сколько вы открываетесь?", "صباح الخير", "今日は開いていますか", "🎉🎉🎉", "https://a.example/b", "", "12345", "{\"a\": [1, 2, 3]}; x = y;"} {
		if v := Default().Read(text, House{}); v.Language.Label != Other {
			t.Errorf("%q is in %s", text, v.Language.Label)
		}
	}
}

func TestUnsureHasGuess(t *testing.T) {
	v := Default().Read("Доброе утро", House{})
	if v.Sentiment.Label != Unsure || v.Sentiment.Guess == "" || v.Sentiment.Best() != v.Sentiment.Guess {
		t.Errorf("sentiment of a language it does not know: %+v", v.Sentiment)
	}
}

func TestLean(t *testing.T) {
	m, text := Default(), "the parcel is here"
	before := m.Read(text, House{})
	after := m.Read(text, House{Lean: Lean{Sentiment: [3]float32{9, 0, 0}, Intent: [5]float32{3: 20}, Urgency: 20}})
	if after.Sentiment.Best() != Negative || after.Intent.Best() != Spam || after.Urgency.Best() != High {
		t.Errorf("leaning changed %+v to %+v", before, after)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	m, house := Default(), House{Rules: DefaultRules()}
	texts := []string{"Where is my order?? I paid @shop http://a.example 😡", strings.Repeat("È già la terza volta che succede, che vergogna! ", 40)}
	var r reading // what Read takes from its pool
	if n := testing.AllocsPerRun(50, func() {
		for _, text := range texts {
			r.text.Read(text)
			m.judge(&r, house)
		}
	}); n >= 1 {
		t.Errorf("%v allocations", n)
	}
}

func TestExplain(t *testing.T) {
	m, text := Default(), "I hate waiting, terrible service"
	house := House{Rules: must(ParseRules("nonsense\ten\tterrible service")), Lean: Lean{Sentiment: [3]float32{1, 0, 0}}}
	v, reasons := m.Explain(text, house)
	if diff := cmp.Diff(m.Read(text, house), v); diff != "" {
		t.Errorf("explained another verdict: %s", diff)
	}
	var shown []string
	for _, r := range reasons {
		shown = append(shown, r.Head+": "+r.What)
	}
	for _, want := range []string{"urgency: rule: nonsense", "sentiment: leaning of this house", "sentiment: bad words"} {
		if !strings.Contains(strings.Join(shown, "\n"), want) {
			t.Errorf("no reason %q among\n%s", want, strings.Join(shown, "\n"))
		}
	}
}

func TestRules(t *testing.T) {
	r := must(ParseRules("# a remark\n\nfire\ten\tgas leak, burn*\nhurt\tfr\thôpital, à l'hôpital, sous 3 jours\n"))
	cases := map[string]string{
		"A GAS leak here":         "fire",
		"gas, leak":               "",
		"it burned down":          "fire",
		"sunburned":               "",
		"il est à l’hopital":      "hurt",
		"d'hôpital en hôpital":    "hurt",
		"remboursez sous 3 jours": "hurt",
		"gas":                     "",
		"":                        "",
	}
	for text, want := range cases {
		if got := r.Match(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for _, wrong := range []string{"fire\tgas leak", "\ten\tgas", "fire\ten\tgas, ,oil", "fire\ten\ta*", "fire\ten\t!!", strings.Repeat("x", MaxRules+1)} {
		if _, err := ParseRules(wrong); err == nil {
			t.Errorf("took %.40q", wrong)
		}
	}
	if n := len(cues().topics); n > maxCues || cues().topics[firstRule] != DefaultRules().topics[0] || n-firstRule != len(DefaultRules().topics) {
		t.Errorf("%d cues, room for %d; the rules begin with %s", n, maxCues, cues().topics[firstRule])
	}
}

func TestLoadRefuses(t *testing.T) {
	if _, err := Load(embedded); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if _, err := Default().WriteTo(&again); err != nil || !bytes.Equal(again.Bytes(), embedded) {
		t.Errorf("written again it has %d bytes, not the same %d: %v", again.Len(), len(embedded), err)
	}
	for name, file := range map[string][]byte{
		"nothing": nil, "half": embedded[:len(embedded)/2], "one byte less": embedded[:len(embedded)-1],
		"another version":      append([]byte("ponte triage 0\n"), embedded[len(magic):]...),
		"an impossible head":   append([]byte(magic), bytes.Repeat([]byte{0xff}, 1000)...),
		"nothing but its name": []byte(magic),
	} {
		if _, err := Load(file); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}

func TestLexicon(t *testing.T) {
	x := Lexicon{Slots: make([]uint16, 8)}
	x.Put(Judged, 0, []byte("good"), 2)
	x.Put(JudgedStems, 1, []byte("buen"), 3)
	x.Put(CarriedStems, 1, Stem([]byte("buenos")), 3)
	if j, c := x.wordScores([]byte("good"), 0); j < 1.8 || j > 2.2 || c != 0 {
		t.Errorf("good: %v %v", j, c)
	}
	if j, c := x.wordScores([]byte("buenisimo"), 1); j < 2.8 || c != 0 {
		t.Errorf("buenísimo: %v %v", j, c)
	}
	if _, c := x.wordScores([]byte("buenas"), 1); c < 2 || c > 2.2 {
		t.Errorf("buenas, as carried over: %v", c)
	}
	full := true
	for _, w := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		full = x.Put(Judged, 0, []byte(w), 1) && full
	}
	if full {
		t.Error("a lexicon of 8 took 12 words")
	}
	if got := string(Fold(nil, []byte("años ÀÇœ"))); got != "anos acœ" {
		t.Errorf("folded to %q", got)
	}
}

func must(r *Rules, err error) *Rules {
	if err != nil {
		panic(err)
	}
	return r
}

func FuzzVerdict(f *testing.F) {
	for _, s := range []string{"", "hola", "🇪", "\xff", strings.Repeat("à'", 3000)} {
		f.Add(s)
	}
	m, house := Default(), House{Rules: DefaultRules()}
	f.Fuzz(func(t *testing.T, s string) {
		v := m.Read(s, house)
		for _, a := range []Answer{v.Language, v.Sentiment, v.Intent, v.Urgency} {
			if !(a.Confidence > 0 && a.Confidence <= 1) || a.Label == Unsure != (a.Guess != "") {
				t.Fatalf("%q: %+v", s, a)
			}
		}
	})
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, file []byte) {
		if m, err := Load(append([]byte(magic), file...)); err == nil {
			m.Read("what is this", House{})
		}
	})
}

const (
	comment = "Third time I order here and the third time it comes late, is anybody reading this??? 😡"
)

func BenchmarkRead(b *testing.B) {
	m, house := Default(), House{Rules: DefaultRules()}
	long := strings.Repeat(comment+" Mein Paket ist noch nicht da; dónde está mi pedido, perché non rispondete mai? ", 12)[:2000]
	for name, text := range map[string]string{"90 bytes": comment, "2 kB": long, "2 kB of one word": strings.Repeat("x", 2000)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Read(text, house)
			}
		})
	}
	b.Run("reading alone", func(b *testing.B) {
		var t read.Text
		for b.Loop() {
			t.Read(comment)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	b.SetBytes(int64(len(embedded)))
	for b.Loop() {
		if _, err := Load(embedded); err != nil {
			b.Fatal(err)
		}
		if _, err := ParseRules(cuesText + rulesText); err != nil {
			b.Fatal(err)
		}
	}
}
