// Package triage reads a text and says what it is: its language, its sentiment,
// what it wants, and whether it cannot wait, each with a confidence that means
// what it says, and "unsure" where it does not know. It is pure arithmetic over
// weights that are part of the program: no network, no files, no clock. It knows
// nothing of items, brands or cards.
package triage

import (
	_ "embed"
	"sync"

	"ponte/bot/triage/read"
)

// Label is what an answer says.
type Label string

// Unsure is the label of an answer that would be wrong too often; its Guess says
// what it would have been.
const Unsure Label = "unsure"

// The languages; Other is any other, and what is no language at all.
const (
	English    Label = "en"
	Spanish    Label = "es"
	Italian    Label = "it"
	Portuguese Label = "pt"
	French     Label = "fr"
	German     Label = "de"
	Other      Label = "other"
)

// The sentiments.
const (
	Negative Label = "negative"
	Neutral  Label = "neutral"
	Positive Label = "positive"
)

// The intents; what is none of the four is Other.
const (
	Question  Label = "question"
	Complaint Label = "complaint"
	Praise    Label = "praise"
	Spam      Label = "spam"
)

// The urgencies.
const (
	Normal Label = "normal"
	High   Label = "high"
)

// The labels of each head, in the order of its weights.
var (
	Languages  = []Label{English, Spanish, Italian, Portuguese, French, German, Other}
	Sentiments = []Label{Negative, Neutral, Positive}
	Intents    = []Label{Question, Complaint, Praise, Spam, Other}
	Urgencies  = []Label{Normal, High}
)

// Known is how many of the languages sentiment and intent are told in.
const Known = 6

// Answer is what one head says. Confidence is how often an answer like this one
// is right, from 0 to 1. An unsure answer has the best guess in Guess.
type Answer struct {
	Label      Label   `json:"label"`
	Guess      Label   `json:"guess,omitempty"`
	Confidence float32 `json:"confidence"`
}

// Best is the label, or the guess of an unsure answer.
func (a Answer) Best() Label {
	if a.Label == Unsure {
		return a.Guess
	}
	return a.Label
}

// Verdict is what triage says of a text. Rule is the topic of the rule that made
// it urgent, empty where none did.
type Verdict struct {
	Language  Answer `json:"language"`
	Sentiment Answer `json:"sentiment"`
	Intent    Answer `json:"intent"`
	Urgency   Answer `json:"urgency"`
	Rule      string `json:"rule,omitempty"`
}

// Lean is what a house adds to the score of each label before the confidence is
// reckoned, in natural logarithms of odds; its zero value adds nothing.
type Lean struct {
	Sentiment [3]float32
	Intent    [5]float32
	Urgency   float32 // towards high
}

// House is what differs between those who ask: their rules of what is urgent and
// their leaning. The zero value has neither.
type House struct {
	Rules *Rules
	Lean  Lean
}

//go:embed weights.bin
var embedded []byte

// Default is the model that is part of the program, with its rules in Rules.
var Default = sync.OnceValue(func() *Model {
	m, err := Load(embedded)
	if err != nil {
		panic("triage: the embedded weights are broken: " + err.Error())
	}
	return m
})

var scratch = sync.Pool{New: func() any { return new(reading) }}

// Read says what a text is. It allocates nothing once it has read a few, and any
// number of goroutines may call it.
func (m *Model) Read(text string, house House) Verdict {
	r := scratch.Get().(*reading)
	defer scratch.Put(r)
	r.text.Read(text)
	return m.judge(r, house)
}

// reading is what one reading works with.
type reading struct {
	text  read.Text
	dense Dense
}

// judge has every head say what it thinks of a text that was read.
func (m *Model) judge(r *reading, house House) Verdict {
	var v Verdict
	lang := m.language(&r.text, &v)
	known := v.Language.Best() != Other || r.text.Shape.Latin+r.text.Shape.Foreign == 0 && r.text.Shape.Emoji > 0
	var scores [MaxOuts]float32
	m.Feel(&scores, &r.text, &r.dense, lang)
	v.Sentiment = m.Sentiment.answer(&scores, lang, Sentiments, house.Lean.Sentiment[:], known)
	m.Intent.Score(&scores, &r.text, &r.dense, lang)
	v.Intent = m.Intent.answer(&scores, lang, Intents, house.Lean.Intent[:], known)
	urgent := [MaxOuts]float32{0, scores[len(Intents)]}
	v.Urgency = m.Urgency.answer(&urgent, lang, Urgencies, []float32{0, house.Lean.Urgency}, known)
	if topic := m.rule(r, house); topic != "" {
		v.Rule = topic
		v.Urgency = Answer{Label: High, Confidence: max(m.RuleTrust, odds(v.Urgency, High))}
	}
	return v
}

// rule is the topic of the house's rule that a text meets. The program's own
// rules were looked for with the cues.
func (m *Model) rule(r *reading, house House) string {
	if house.Rules != DefaultRules() {
		return house.Rules.match(&r.text)
	}
	if r.dense.rule < 0 {
		return ""
	}
	return cues().topics[r.dense.rule]
}

// Feel fills in the scores of the sentiments and all of the dense features.
func (m *Model) Feel(scores *[MaxOuts]float32, t *read.Text, d *Dense, lang int) {
	m.Lexicon.Fill(d, t, lang)
	m.Sentiment.Score(scores, t, d, lang)
	d.Hear(t, scores)
}

// odds is the confidence that an answer gives to a label of two.
func odds(a Answer, l Label) float32 {
	if a.Best() == l {
		return a.Confidence
	}
	return 1 - a.Confidence
}

// language answers which language a text is in and returns the number of the
// most likely one of those that are known.
func (m *Model) language(t *read.Text, v *Verdict) int {
	var scores [MaxOuts]float32
	m.Language.Score(&scores, t, plain, 0)
	lang := 0
	for i := range Known {
		if scores[i] > scores[lang] {
			lang = i
		}
	}
	s := &t.Shape
	if s.Foreign >= s.Latin || s.Code > 4 && s.Code*8 > s.Latin {
		v.Language = Answer{Label: Other, Confidence: 0.99}
		return lang
	}
	v.Language = m.Language.answer(&scores, 0, Languages, nil, true)
	return lang
}
