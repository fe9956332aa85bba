package train

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"ponte/bot/triage"
	"ponte/bot/triage/read"
)

// Outcome is what training gave.
type Outcome struct {
	Model *triage.Model
	Folds []Table // what each head said of the examples it had not learnt from
}

// Weights learns from the data. Tell hears what is being done.
func Weights(d *Data, tell func(string)) (*Outcome, error) {
	if err := d.enough(); err != nil {
		return nil, err
	}
	m := new(triage.Model)
	var err error
	if m.Lexicon, err = d.lexicon(); err != nil {
		return nil, err
	}
	o := &Outcome{Model: m}
	tell("language")
	o.language(d)
	tell("sentiment")
	o.sentiment(d)
	tell("intent and urgency")
	return o, o.intent(d)
}

// enough tells whether every head has something of every label to learn from.
func (d *Data) enough() error {
	var langs [7]int
	var feels [3]int
	var wants [5]int
	var urgent [2]int
	for _, e := range d.Examples {
		langs[e.Lang]++
		if e.Sentiment >= 0 {
			feels[e.Sentiment]++
		}
		if e.Intent >= 0 {
			wants[e.Intent]++
		}
		if e.Urgency >= 0 {
			urgent[e.Urgency]++
		}
	}
	for _, head := range [][]int{langs[:], feels[:], wants[:], urgent[:]} {
		for _, n := range head {
			if n == 0 {
				return errors.New("the files have no example of some label: weights are learnt from languages, sentiments, intents and urgencies together")
			}
		}
	}
	return nil
}

// samples makes samples for a head of those examples that it learns from.
func (d *Data) samples(h *triage.Head, keep func(*Example) bool, dense func(*Example, *read.Text) *triage.Dense) []*sample {
	var all []*sample
	var t read.Text
	for i := range d.Examples {
		e := &d.Examples[i]
		if !keep(e) {
			continue
		}
		t.Read(e.Text)
		all = append(all, &sample{rows: rowsOf(h, &t, e.Lang), dense: dense(e, &t), Example: e})
	}
	return all
}

// held is what a head says of a sample that it has not learnt from.
type held struct {
	*sample
	scores [triage.MaxOuts]float32
}

// folded learns a head once for each fold, without that fold, and has it score it.
func folded(p plan, samples []*sample) []held {
	var parts [folds][]held
	var all sync.WaitGroup
	turn := make(chan bool, max(1, min(runtime.GOMAXPROCS(0), folds)))
	for k := range folds {
		all.Add(1)
		turn <- true
		go func() {
			defer all.Done()
			var learn []*sample
			for _, s := range samples {
				if s.fold != k {
					learn = append(learn, s)
				}
			}
			h := p.fit(learn)
			for _, s := range samples {
				if s.fold == k {
					one := held{sample: s}
					h.ScoreRows(&one.scores, s.rows, s.dense)
					parts[k] = append(parts[k], one)
				}
			}
			<-turn
		}()
	}
	all.Wait()
	var out []held
	for _, part := range parts {
		out = append(out, part...)
	}
	return out
}

func (o *Outcome) language(d *Data) {
	p := languagePlan()
	n := make([]float32, len(triage.Languages))
	samples := d.short().samples(&p.head, func(e *Example) bool { return e.fold >= 0 || e.Lang == triage.Known },
		func(*Example, *read.Text) *triage.Dense { return triage.Plain() })
	for _, s := range samples {
		e := *s.Example
		e.Weight = 1
		if e.Intent >= 0 {
			e.Weight = 6
		}
		if e.Lang == triage.Known {
			e.fold = topicFold(e.Text)
		}
		s.Example = &e
		n[e.Lang] += e.Weight
	}
	for _, s := range samples {
		s.Weight *= n[0] / n[s.Lang]
	}
	out := folded(p, samples)
	o.Model.Language = *p.fit(samples)
	o.honest(&o.Model.Language, "language", out, triage.Languages, func(s *sample) int { return s.Lang }, func(*sample) int { return 0 }, 1)
}

// short is the data with a few words in a row of every longer text besides, since
// what people write is often short.
func (d *Data) short() *Data {
	const few = 4
	all := &Data{Examples: slices.Clone(d.Examples)}
	for i, e := range d.Examples {
		if words := strings.Fields(e.Text); len(words) > few {
			at := i * 5 % (len(words) - few + 1)
			e.Text = strings.Join(words[at:at+few], " ")
			all.Examples = append(all.Examples, e)
		}
	}
	return all
}

func (o *Outcome) sentiment(d *Data) {
	p := sentimentPlan()
	samples := d.samples(&p.head, func(e *Example) bool { return e.Sentiment >= 0 },
		func(e *Example, t *read.Text) *triage.Dense {
			var dense triage.Dense
			o.Model.Lexicon.Fill(&dense, t, e.Lang)
			return &dense
		})
	out := folded(p, samples)
	o.Model.Sentiment = *p.fit(samples)
	o.honest(&o.Model.Sentiment, "sentiment", out, triage.Sentiments, func(s *sample) int { return s.Sentiment }, func(s *sample) int { return s.Lang }, triage.Known)
}

func (o *Outcome) intent(d *Data) error {
	p := intentPlan()
	samples := d.samples(&p.head, func(e *Example) bool { return e.Intent >= 0 || e.Urgency >= 0 || e.Spam >= 0 },
		func(e *Example, t *read.Text) *triage.Dense {
			var dense triage.Dense
			var scores [triage.MaxOuts]float32
			o.Model.Feel(&scores, t, &dense, e.Lang)
			return &dense
		})
	var n [8]float64
	for _, s := range samples {
		if s.Intent >= 0 {
			n[s.Intent]++
		}
	}
	for _, s := range samples {
		e := *s.Example
		if s.Spam >= 0 {
			e.Weight = spamShare
			e.fold = (-2 - e.fold) % folds // each table is judged by what it was left out of
		} else if s.Intent >= 0 { // the rarer ones count more
			e.Weight *= float32(math.Sqrt(300 / n[s.Intent]))
		}
		s.Example = &e
	}
	out := folded(p, samples)
	o.Model.Intent = *p.fit(samples)
	lang := func(s *sample) int { return s.Lang }
	o.Folds = append(o.Folds, leftOut(out)...)
	o.honest(&o.Model.Intent, "intent", out, triage.Intents, func(s *sample) int { return s.Intent }, lang, triage.Known)
	for i := range out {
		out[i].scores = [triage.MaxOuts]float32{0, out[i].scores[len(triage.Intents)]}
	}
	o.honest(&o.Model.Urgency, "urgency", out, triage.Urgencies, func(s *sample) int { return s.Urgency }, lang, triage.Known)
	return o.trust(d)
}

// leftOut tells how well spam is found among the comments of each table, by a
// head that has seen none of it.
func leftOut(out []held) []Table {
	var tables []Table
	for i := range out {
		s := out[i].sample
		if s.Spam < 0 || s.Intent >= 0 {
			continue
		}
		at := slices.IndexFunc(tables, func(t Table) bool { return t.Name == "spam "+s.Topic })
		if at < 0 {
			at = len(tables)
			tables = append(tables, *NewTable("spam "+s.Topic, []triage.Label{"not", triage.Spam}))
		}
		p := make([]float32, len(triage.Intents))
		softmax(out[i].scores[:len(p)], p)
		said, chance := 0, 1-p[spam]
		if p[spam] > slices.Max(append(p[:spam:spam], p[spam+1:]...)) {
			said, chance = 1, p[spam]
		}
		tables[at].Add(s.Spam, said, chance)
	}
	return tables
}

// trust reckons how often a rule of urgency is right. The rules were mended after
// they were tried on these very examples, so that no more is trusted than what
// was right before.
func (o *Outcome) trust(d *Data) error {
	rules, err := triage.ParseRules(triage.RulesText())
	if err != nil {
		return fmt.Errorf("the rules of urgency: %w", err)
	}
	right, all := 2.0, 3.0
	for _, e := range d.Examples {
		if e.Urgency >= 0 && rules.Match(e.Text) != "" {
			all++
			right += float64(e.Urgency)
		}
	}
	o.Model.RuleTrust = float32(min(right/all, 0.83))
	return nil
}
