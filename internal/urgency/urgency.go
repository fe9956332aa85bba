// Package urgency reads what ponte.yaml says of what is urgent to a brand: which of
// Ponte's own topics do not count, and words of the brand's own. It judges nothing.
package urgency

import (
	"fmt"
	"strings"

	"ponte/bot"
	"ponte/bot/triage"
	"ponte/bot/verdict"
	"ponte/internal/form"
)

// Section is a brand's.
type Section struct {
	form.Spot
	off   []form.Word
	rules []*Rule
}

// Called is what faults call the section.
func (*Section) Called() string { return "urgency" }

// Keys is the section's table.
func (s *Section) Keys() []form.Key {
	return []form.Key{
		form.Free("off", "Topics of Ponte's own rules that make nothing urgent: "+form.OneOf(verdict.Topics)+". A rule below with such a topic takes its place.",
			form.Words(&s.off, "topics", func(w *form.Word) form.Reading { return form.Choice(w, verdict.Topics...) })),
		form.Free("rules", "Further words that make what is said urgent. A rule with a topic of Ponte's own adds to its words.", form.Objects(&s.rules, "rules")),
	}
}

// Rule is one topic with words for it.
type Rule struct {
	form.Spot
	topic, language, level form.Word
	words                  []form.Word
}

// Called is what faults call a rule.
func (*Rule) Called() string { return "a rule" }

// Keys is a rule's table.
func (r *Rule) Keys() []form.Key {
	return []form.Key{
		form.Needed("topic", "What it is about, as it stands on the card.", form.Text(&r.topic, 40)),
		form.Needed("words", "Words or phrases, any of which is enough. Accents and capitals do not count; `*` at the end of a word stands for any ending.",
			form.Words(&r.words, "words or phrases", func(w *form.Word) form.Reading { return form.Text(w, 80) })),
		form.Free("language", "In which language the words are, for those who read the file. They count in all.", form.Choice(&r.language, verdict.Language.Labels()...)),
		form.Usual("level", verdict.High, "The priority that a conversation gets, unless a person has set one.", form.Choice(&r.level, string(bot.High), string(bot.Urgent))),
	}
}

// How much a brand may say.
const (
	mostRules = 200
	mostWords = 500 // of a rule
)

// Check finds what is wrong between the values.
func (s *Section) Check(r *form.Reader) {
	if len(s.rules) > mostRules {
		r.Fault(s.Spot, fmt.Sprintf("%d rules of urgency", len(s.rules)), fmt.Sprintf("at most %d", mostRules))
	}
	levels := map[string]form.Word{}
	for _, rule := range s.rules {
		if len(rule.words) > mostWords {
			r.Fault(rule.Spot, fmt.Sprintf("a rule with %d words", len(rule.words)), fmt.Sprintf("at most %d", mostWords))
		}
		if rule.topic.OK {
			if strings.HasPrefix(rule.topic.Text, "#") {
				r.Fault(rule.topic.Spot, form.Quote(rule.topic.Text), "a topic that begins with no #")
			}
			was, again := levels[rule.topic.Text]
			if again && was.Text != rule.level.Text && rule.level.OK {
				r.Fault(rule.level.Spot, form.Quote(rule.level.Text)+" for "+form.Quote(rule.topic.Text), form.Quote(was.Text)+", as its other rule says")
			}
			levels[rule.topic.Text] = rule.level
		}
		for _, w := range rule.words {
			if w.OK && !means(w.Text) {
				r.Fault(w.Spot, form.Quote(w.Text), "one word or phrase without commas that says more, such as \"recalled batch\"")
			}
		}
	}
}

// means reports whether something can be looked for.
func means(word string) bool {
	_, err := triage.ParseRules("topic\tother\t" + word)
	return err == nil && !strings.Contains(word, ",")
}

// Build is what a section without faults says.
func (s *Section) Build() (out verdict.Urgent) {
	for _, w := range s.off {
		out.Off = append(out.Off, w.Text)
	}
	for _, rule := range s.rules {
		to := verdict.Rule{Topic: rule.topic.Text, Language: rule.language.Text, Level: rule.level.Text}
		if to.Language == "" {
			to.Language = verdict.Other
		}
		for _, w := range rule.words {
			to.Words = append(to.Words, w.Text)
		}
		out.Rules = append(out.Rules, to)
	}
	return out
}
