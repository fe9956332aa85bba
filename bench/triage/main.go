// Command triage measures Ponte's triage beside others that do the same, on the
// same lines and the same machine: how right they are, told here, and how fast,
// told by the benchmarks beside it. It is a module of its own, so that none of
// them becomes a dependency.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/abadojack/whatlanggo"
	"github.com/jonreiter/govader"
	"github.com/pemistahl/lingua-go"

	"ponte/bot/triage"
	"ponte/bot/triage/train"
)

var languages = []string{"en", "es", "it", "pt", "fr", "de"}

// line is a text with its sentiment, from 0 to 2.
type line struct {
	text  string
	label int
}

// lines reads a table of labels and texts.
func lines(file string) []line {
	body, err := os.ReadFile(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var all []line
	for _, row := range train.Rows(string(body)) {
		if n, err := strconv.Atoi(row[0]); err == nil {
			all = append(all, line{train.Clean(row[1]), n})
		}
	}
	return all
}

func main() {
	data := flag.String("data", "", "folder with umsab/LANG.train.tsv, umsab/LANG.val.tsv and lexicons/")
	flag.Parse()
	if *data == "" {
		flag.Usage()
		os.Exit(2)
	}
	sentiment(*data)
	language(*data)
}

// sentiment prints the macro-F1 of each, for each language.
func sentiment(data string) {
	vader := govader.NewSentimentIntensityAnalyzer()
	systems := []struct {
		name string
		of   func(lang string) func(string) int
	}{
		{"govader", func(string) func(string) int {
			return func(t string) int { return cut(vader.PolarityScores(t).Compound, 0.05) }
		}},
		{"best lexicon", func(lang string) func(string) int { return lexicon(data, lang) }},
		{"logistic regression", func(lang string) func(string) int { return regression(lines(table(data, lang, "train"))) }},
		{"ponte", func(string) func(string) int {
			return func(t string) int {
				return index(triage.Sentiments, triage.Default().Read(t, triage.House{}).Sentiment.Best())
			}
		}},
	}
	fmt.Printf("%-20s %s  mean  (sentiment, macro-F1)\n", "", strings.Join(languages, "    "))
	for _, s := range systems {
		fmt.Printf("%-20s", s.name)
		sum := 0.0
		for _, lang := range languages {
			judge, t := s.of(lang), train.NewTable("", triage.Sentiments)
			for _, l := range lines(table(data, lang, "val")) {
				t.Add(l.label, judge(l.text), 0)
			}
			sum += t.F1()
			fmt.Printf("%5.1f ", t.F1())
		}
		fmt.Printf("%5.1f\n", sum/float64(len(languages)))
	}
}

func table(data, lang, split string) string {
	return filepath.Join(data, "umsab", lang+"."+split+".tsv")
}

func index(labels []triage.Label, l triage.Label) int {
	for i := range labels {
		if labels[i] == l {
			return i
		}
	}
	return -1
}

// cut makes a sentiment of a score.
func cut(score, at float64) int {
	switch {
	case score <= -at:
		return 0
	case score >= at:
		return 2
	}
	return 1
}

// language prints how many texts' languages each tells rightly.
func language(data string) {
	lingua := newLingua()
	systems := []struct {
		name string
		of   func(string) string
	}{
		{"whatlanggo", func(t string) string { return whatlanggo.DetectLang(t).Iso6391() }},
		{"lingua-go", func(t string) string {
			l, _ := lingua.DetectLanguageOf(t)
			return strings.ToLower(l.IsoCode639_1().String())
		}},
		{"ponte", func(t string) string { return string(triage.Default().Read(t, triage.House{}).Language.Best()) }},
	}
	fmt.Printf("\n%-20s %s  mean  (language, %% right)\n", "", strings.Join(languages, "    "))
	for _, s := range systems {
		fmt.Printf("%-20s", s.name)
		sum := 0.0
		for _, lang := range languages {
			right, n := 0, 0
			for _, l := range lines(table(data, lang, "val")) {
				n++
				if s.of(l.text) == lang {
					right++
				}
			}
			share := 100 * float64(right) / float64(n)
			sum += share
			fmt.Printf("%5.1f ", share)
		}
		fmt.Printf("%5.1f\n", sum/float64(len(languages)))
	}
}

func newLingua() lingua.LanguageDetector {
	return lingua.NewLanguageDetectorBuilder().FromLanguages(lingua.English, lingua.Spanish, lingua.Italian, lingua.Portuguese,
		lingua.French, lingua.German, lingua.Dutch, lingua.Catalan, lingua.Romanian, lingua.Polish, lingua.Turkish).Build()
}
