// Package verdict says what an item was found to be: its language, sentiment,
// intent and urgency, and who says so. It is words only: it knows neither how a
// verdict is reached nor what follows from it.
package verdict

import "slices"

// Head is one of the four matters that a verdict answers.
type Head string

// The heads.
const (
	Intent    Head = "intent"
	Sentiment Head = "sentiment"
	Urgency   Head = "urgency"
	Language  Head = "language"
)

// Heads lists every head, the one that people ask for most first.
var Heads = []Head{Intent, Sentiment, Urgency, Language}

// The answers that more follows from than what is shown.
const (
	High   = "high"
	Normal = "normal"
	Other  = "other"
)

var labels = map[Head][]string{
	Intent:    {"question", "complaint", "praise", "spam", Other},
	Sentiment: {"negative", "neutral", "positive"},
	Urgency:   {Normal, High},
	Language:  {"en", "es", "it", "pt", "fr", "de", Other},
}

// Labels lists what a head can answer; nothing for what is no head.
func (h Head) Labels() []string { return labels[h] }

// Knows reports whether a head can answer so.
func (h Head) Knows(label string) bool { return slices.Contains(labels[h], label) }

// Word is what a label is called in the catalogues, where "other" is a plural.
func Word(label string) string {
	if label == Other {
		return "rest"
	}
	return label
}

// Answer is what one head says. One that is not sure is the best guess, and would
// be wrong too often to act on.
type Answer struct {
	Is    string  `json:"is"`
	Trust float32 `json:"trust,omitempty"` // how often an answer like this is right, from 0 to 1
	Sure  bool    `json:"sure,omitempty"`
	By    string  `json:"by,omitempty"` // the person who decided it, in place of what was found
}

// Verdict is what an item was found to be.
type Verdict struct {
	Language  Answer `json:"language"`
	Sentiment Answer `json:"sentiment"`
	Intent    Answer `json:"intent"`
	Urgency   Answer `json:"urgency"`
	Rule      string `json:"rule,omitempty"`  // the topic of the rule that made it urgent
	Level     string `json:"level,omitempty"` // the priority that follows from its urgency, where it is sure
}

// Of is the answer of a head, to read or to change; nil for what is no head.
func (v *Verdict) Of(h Head) *Answer {
	switch h {
	case Intent:
		return &v.Intent
	case Sentiment:
		return &v.Sentiment
	case Urgency:
		return &v.Urgency
	case Language:
		return &v.Language
	}
	return nil
}

// Surely is the answer of a head where it is sure; nothing otherwise, and where
// there is no verdict.
func (v *Verdict) Surely(h Head) string {
	if v == nil {
		return ""
	}
	if a := v.Of(h); a != nil && a.Sure {
		return a.Is
	}
	return ""
}

// Keep takes over from an earlier verdict what people decided.
func (v *Verdict) Keep(was *Verdict) {
	if was == nil {
		return
	}
	for _, h := range Heads {
		if a := *was.Of(h); a.By != "" {
			*v.Of(h) = a
			if h == Urgency {
				v.Rule, v.Level = was.Rule, was.Level
			}
		}
	}
}

// Wants is what somebody asks of a verdict. Empty parts ask nothing.
type Wants struct {
	Language, Intent, Sentiment string
	Urgent                      bool
}

// Any reports whether anything is asked.
func (w Wants) Any() bool { return w != Wants{} }

// Fits reports whether a verdict is surely all that is asked. No verdict fits
// where anything is.
func (w Wants) Fits(v *Verdict) bool {
	fits := func(h Head, want string) bool { return want == "" || v.Surely(h) == want }
	return fits(Language, w.Language) && fits(Intent, w.Intent) && fits(Sentiment, w.Sentiment) &&
		(!w.Urgent || v.Surely(Urgency) == High)
}
