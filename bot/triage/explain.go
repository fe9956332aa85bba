package triage

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"ponte/bot/triage/read"
)

// Reason is what spoke for an answer, or against it when Weight is negative, in
// natural logarithms of odds against the mean of the other labels.
type Reason struct {
	Head, What string
	Weight     float32
}

// reasonsShown is how many reasons an answer is given.
const reasonsShown = 8

// Explain reads a text and says what its verdict comes from, the strongest first.
func (m *Model) Explain(text string, house House) (Verdict, []Reason) {
	var r reading
	r.text.Naming(true)
	r.text.Read(text)
	v := m.judge(&r, house)
	var lang Verdict
	number := m.language(&r.text, &lang)
	reasons := m.Language.reasons("language", &r.text, plain, 0, slices.Index(Languages, v.Language.Best()), len(Languages))
	m.Lexicon.Fill(&r.dense, &r.text, number)
	reasons = append(reasons, m.Sentiment.reasons("sentiment", &r.text, &r.dense, number, slices.Index(Sentiments, v.Sentiment.Best()), len(Sentiments))...)
	var scores [MaxOuts]float32
	m.Feel(&scores, &r.text, &r.dense, number)
	reasons = append(reasons, m.Intent.reasons("intent", &r.text, &r.dense, number, slices.Index(Intents, v.Intent.Best()), len(Intents))...)
	if v.Rule != "" {
		reasons = append(reasons, Reason{"urgency", "rule: " + v.Rule, float32(math.Log(float64(m.RuleTrust / (1 - m.RuleTrust))))})
	}
	urgent := m.Intent.reasons("urgency", &r.text, &r.dense, number, len(Intents), 1)
	if v.Urgency.Best() == Normal {
		for i := range urgent {
			urgent[i].Weight = -urgent[i].Weight
		}
	}
	reasons = append(reasons, urgent...)
	return v, append(reasons, leanings(v, house)...)
}

// leanings are what the house added.
func leanings(v Verdict, house House) []Reason {
	var reasons []Reason
	add := func(head string, w float32) {
		if w != 0 {
			reasons = append(reasons, Reason{head, "leaning of this house", w})
		}
	}
	add("sentiment", house.Lean.Sentiment[max(0, slices.Index(Sentiments, v.Sentiment.Best()))])
	add("intent", house.Lean.Intent[max(0, slices.Index(Intents, v.Intent.Best()))])
	if v.Urgency.Best() == High {
		add("urgency", house.Lean.Urgency)
	} else {
		add("urgency", -house.Lean.Urgency)
	}
	return reasons
}

// reasons are the features that count most for a label among the first n, or for
// the one at the index where n is 1.
func (h *Head) reasons(name string, t *read.Text, d *Dense, lang, label, n int) []Reason {
	var all sum
	hashes := t.Grams
	if h.Parts {
		hashes = hashes[:min(len(hashes), partsRead)]
	} else {
		hashes = slices.Concat(t.Grams, t.Rest)
	}
	all.hashes(h, hashes, lang)
	all.flush()
	size := float32(math.Sqrt(float64(max(all.size, 1))))
	against := func(of func(int) float32) float32 {
		if n == 1 {
			return of(label)
		}
		sum := float32(0)
		for i := range n {
			if i != label {
				sum += of(i)
			}
		}
		return of(label) - sum/float32(n-1)
	}
	weights := map[string]float32{}
	for i := range hashes {
		var one sum
		one.hashes(h, hashes[i:i+1], lang)
		one.flush()
		weights[t.Name(hashes[i])] += against(func(out int) float32 { return float32(one.of[out]) * h.Unit / size })
	}
	for i, value := range d.Values {
		if what := denseName(i); value != 0 && what != "" {
			weights[what] += value * against(func(out int) float32 { return h.Dense[out][i] })
		}
	}
	var out []Reason
	for what, w := range weights {
		out = append(out, Reason{name, what, w * h.gain(lang)})
	}
	slices.SortFunc(out, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(math.Abs(float64(b.Weight)), math.Abs(float64(a.Weight))), strings.Compare(a.What, b.What))
	})
	return out[:min(len(out), reasonsShown)]
}

func (h *Head) gain(lang int) float32 {
	if lang < len(h.Honest) {
		return h.Honest[lang].Gain
	}
	return 1
}

// denseName says what a dense feature is, to those who ask why.
func denseName(i int) string {
	switch {
	case i < denseFaces:
		return [...]string{"good words", "bad words", "", "good words, as translated", "bad words, as translated"}[i%ofLanguage]
	case i < denseShape:
		return [...]string{"good faces", "bad faces"}[i-denseFaces]
	case i < denseFeel:
		return [...]string{"exclamation marks", "question marks", "words in capitals", "letters drawn out", "links", "handles", "hashtags",
			"ellipses", "length", "numbers", "emoji", "marks of code"}[i-denseShape]
	case i < denseCues:
		return [...]string{"sounds negative", "sounds neutral", "sounds positive"}[i-denseFeel]
	case i < denseOne && i-denseCues < len(cues().topics):
		return "cue: " + cues().topics[i-denseCues]
	}
	return ""
}
