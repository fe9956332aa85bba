package train

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ponte/bot/triage"
)

// little is a few files of each kind, with what is in them told apart easily.
func little() []File {
	var files []File
	words := map[string][3]string{"en": {"terrible", "table", "lovely"}, "es": {"horrible", "mesa", "precioso"}, "it": {"orrendo", "tavolo", "stupendo"},
		"pt": {"péssimo", "mesa", "lindo"}, "fr": {"affreux", "chaise", "superbe"}, "de": {"furchtbar", "tisch", "schön"}}
	for lang, of := range words {
		var feel, want strings.Builder
		for i := range 30 {
			fmt.Fprintf(&feel, "%d\t%s %s nummer%d\n", i%3, of[i%3], lang, i)
			fmt.Fprintf(&want, "%s\t%s\ttopic%d\t%s %s %d\n", triage.Intents[i%5], triage.Urgencies[i%2], i%7, triage.Intents[i%5], triage.Urgencies[i%2], i)
		}
		files = append(files, File{"a/" + lang + ".train.tsv", []byte(feel.String())}, File{"b/" + lang + ".train.tsv", []byte(want.String())})
	}
	return append(files,
		File{"other.train.tsv", []byte(strings.Repeat("nl\tgoedemorgen allemaal hoe gaat het\n", 5))},
		File{"lists/AFINN-en-165.txt", []byte("awful\t-3\ngreat\t3\n")},
		File{"lists/afinn_es.json", []byte(`{"horribl":-3}`)},
		File{"comments.csv", []byte("CONTENT,CLASS\nbuy followers now,1\nnice song,0\n")},
		File{"a/en.val.tsv", []byte("0\tnever read, this one here\n")},
		File{"notes.txt", []byte("nothing")})
}

func TestGather(t *testing.T) {
	d := Gather(little())
	what := map[string]string{}
	for _, s := range d.Sources {
		what[s.Name] = fmt.Sprintf("%s %d", s.What, s.Lines)
	}
	for name, want := range map[string]string{
		"a/en.train.tsv": "examples 30", "b/de.train.tsv": "examples 30", "other.train.tsv": "examples 5", "lists/AFINN-en-165.txt": "words 2",
		"comments.csv": "comments, spam or not 2", "a/en.val.tsv": "held out for measuring 0",
	} {
		if what[name] != want {
			t.Errorf("%s: %q, want %q", name, what[name], want)
		}
	}
	if _, said := what["notes.txt"]; said {
		t.Error("speaks of a file that it knows nothing of")
	}
	for _, e := range d.Examples {
		if strings.Contains(e.Text, "never read") {
			t.Error("learns from what is held out")
		}
	}
}

func TestTheSameFilesGiveTheSameWeights(t *testing.T) {
	var made [2]bytes.Buffer
	for i := range made {
		o, err := Weights(Gather(little()), func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Model.WriteTo(&made[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(made[0].Bytes(), made[1].Bytes()) {
		t.Fatal("two trainings gave two models")
	}
	m, err := triage.Load(made[0].Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]triage.Label{"terrible": triage.Negative, "lovely": triage.Positive, "affreux": triage.Negative} {
		if got := m.Read(text, triage.House{}).Sentiment.Best(); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	tables, err := Measure(m, triage.House{}, "en.mine.tsv", "negative\tterrible\npositive\tlovely\n", false)
	if err != nil || len(tables) != 1 || tables[0].F1() != 100 {
		t.Errorf("measured %v, %v", tables, err)
	}
}

func TestNearlyTheSame(t *testing.T) {
	a := alike{of: map[uint64][]int32{}}
	a.add("RT @user: the quick brown fox jumps over the lazy dog http")
	for text, want := range map[string]bool{
		"the quick brown fox jumps over the lazy dog!!": true,
		"The quick brown fox jumps over":                true,
		"a fox and a dog":                               false,
		"":                                              false,
	} {
		if a.has(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestTable(t *testing.T) {
	table := NewTable("x", triage.Sentiments)
	for _, one := range [][2]int{{0, 0}, {0, 0}, {0, 1}, {1, 1}, {2, 0}, {-1, 0}} {
		table.Add(one[0], one[1], 0.75)
	}
	if got := table.F1(); math.Abs(got-100*(2*2.0/6+2*1.0/3)/3) > 1e-9 {
		t.Errorf("macro-F1 %v", got)
	}
	if low, high := table.Interval(); low >= high || high > 100 {
		t.Errorf("from %v to %v", low, high)
	}
	if share, right := table.Sure(0.7); share != 1 || right != 0.6 {
		t.Errorf("sure of %v, %v right", share, right)
	}
	if table.N() != 5 || table.Accuracy() != 60 || !strings.Contains(table.Reliability(), "0.75") || !strings.Contains(table.Confusion(), "positive") {
		t.Errorf("%d lines, %s", table.N(), table.Reliability())
	}
}

func TestHonest(t *testing.T) {
	var out []held // scores twice too large: right three times in four
	for i := range 400 {
		e := Example{Sentiment: 0}
		if i%4 == 0 {
			e.Sentiment = 1
		}
		out = append(out, held{&sample{Example: &e}, [triage.MaxOuts]float32{float32(2 * math.Log(3)), 0}})
	}
	h := calibrate(out, 2, func(s *sample) int { return s.Sentiment }, func(*sample) bool { return true })
	z := float64(h.Gain)*2*math.Log(3) + float64(h.Lean[0]-h.Lean[1])
	if p := 1 / (1 + math.Exp(-z)); p < 0.72 || p > 0.78 {
		t.Errorf("says %.2f of what is right 3 times in 4", p)
	}
}

func TestRatings(t *testing.T) {
	got := []int{rated("0"), rated("2"), rated("-1.5"), rated("0.2"), rated("3.0"), rated("x")}
	if diff := cmp.Diff([]int{0, 2, 0, 1, 2, -1}, got); diff != "" {
		t.Error(diff)
	}
	if got := Clean(`I\u2019m &amp; you`); got != "I’m & you" {
		t.Errorf("cleaned to %q", got)
	}
}
