package train

import (
	"errors"
	"slices"
	"strings"

	"ponte/bot/triage"
)

// Measure has a model judge the lines of a table, named as its file is, and says
// how it did: one table for each head whose labels the lines have. With language
// it is the languages that are measured, by the first part of the name.
func Measure(m *triage.Model, house triage.House, name, body string, language bool) ([]Table, error) {
	tables := []*Table{
		NewTable("language", triage.Languages), NewTable("sentiment", triage.Sentiments),
		NewTable("intent", triage.Intents), NewTable("urgency", triage.Urgencies),
	}
	first, _, _ := strings.Cut(name, ".")
	lang := indexOf(triage.Languages, first)
	for _, line := range Rows(body) {
		if len(line) == 5 {
			line = line[1:]
		}
		e := none(lang, line[len(line)-1])
		told := -1
		switch {
		case language:
			told = lang
		case len(line) == 4:
			e.Intent, e.Urgency = indexOf(triage.Intents, line[0]), indexOf(triage.Urgencies, line[1])
		case lang < 0:
			told = indexOf(triage.Languages, line[0])
		default:
			e.label(line[0])
		}
		v := m.Read(e.Text, house)
		for i, one := range []struct {
			gold   int
			answer triage.Answer
		}{{told, v.Language}, {e.Sentiment, v.Sentiment}, {e.Intent, v.Intent}, {e.Urgency, v.Urgency}} {
			tables[i].Add(one.gold, slices.Index(tables[i].Labels, one.answer.Best()), one.answer.Confidence)
			if one.gold >= 0 {
				tables[i].given = append(tables[i].given, one.answer.Label != triage.Unsure)
			}
		}
	}
	var out []Table
	for _, t := range tables {
		if t.N() > 0 {
			out = append(out, *t)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no line has a label and a text with a tab between")
	}
	return out, nil
}

// Given is the share of answers that were given as sure, and how many of those
// are right; 0 where it was not asked.
func (t *Table) Given() (share, right float64) {
	n, hit := 0, 0
	for i, given := range t.given {
		if given {
			n++
			if t.Right[i] {
				hit++
			}
		}
	}
	return float64(n) / float64(max(1, t.N())), float64(hit) / float64(max(1, n))
}
