package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
)

// words splits a text in the plainest way.
func words(t string) []string {
	return strings.FieldsFunc(strings.ToLower(t), func(c rune) bool { return !unicode.IsLetter(c) && c != '\'' })
}

// lexicon sums the scores of the language's words; the cut is the one that does
// best on the training lines.
func lexicon(data, lang string) func(string) int {
	scores := map[string]float64{}
	names := map[string]string{"en": "AFINN-en-165.txt", "fr": "AFINN-fr-165.txt", "es": "afinn_es.json", "it": "pattern_it.json", "pt": "afinn_pt.json", "de": "senticon_de.json"}
	body, _ := os.ReadFile(filepath.Join(data, "lexicons", names[lang]))
	if json.Unmarshal(body, &scores) != nil {
		for _, row := range strings.Split(string(body), "\n") {
			word, score, _ := strings.Cut(strings.TrimSpace(row), "\t")
			scores[word], _ = strconv.ParseFloat(score, 64)
		}
	}
	sum := func(t string) float64 {
		total := 0.0
		for _, w := range words(t) {
			for n := len(w); n >= 3 && n >= len(w)-4; n-- { // lists of stems
				if s, ok := scores[w[:n]]; ok {
					total += s
					break
				}
			}
		}
		return total
	}
	best, at := -1, 0.0
	training := lines(table(data, lang, "train"))
	for _, try := range []float64{0.05, 0.1, 0.2, 0.3, 0.5, 1, 1.5, 2} {
		right := 0
		for _, l := range training {
			if cut(sum(l.text), try) == l.label {
				right++
			}
		}
		if right > best {
			best, at = right, try
		}
	}
	return func(t string) int { return cut(sum(t), at) }
}

// regression is logistic regression over words and pairs of words, on the
// language's training lines.
func regression(training []line) func(string) int {
	features := func(t string) map[string]bool {
		found, last := map[string]bool{}, ""
		for _, w := range words(t) {
			found[w] = true
			found[last+" "+w] = true
			last = w
		}
		return found
	}
	weights := [3]map[string]float64{{}, {}, {}}
	chances := func(f map[string]bool) (p [3]float64) {
		sum := 0.0
		for c := range p {
			score := 0.0
			for w := range f {
				score += weights[c][w]
			}
			p[c] = math.Exp(score / math.Sqrt(float64(len(f)+1)))
			sum += p[c]
		}
		for c := range p {
			p[c] /= sum
		}
		return p
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for epoch := range 15 {
		for _, i := range rng.Perm(len(training)) {
			f := features(training[i].text)
			p := chances(f)
			p[training[i].label]--
			for c := range p {
				for w := range f {
					weights[c][w] -= 1.5 / float64(epoch+1) * p[c] / math.Sqrt(float64(len(f)+1))
				}
			}
		}
	}
	return func(t string) int {
		best, p := 0, chances(features(t))
		for c := range p {
			if p[c] > p[best] {
				best = c
			}
		}
		return best
	}
}
