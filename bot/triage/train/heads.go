package train

import (
	"math"
	"slices"

	"ponte/bot/triage"
	"ponte/bot/triage/read"
)

// plan is how one head is made.
type plan struct {
	course
	head    triage.Head // its form, without weights
	classes int         // that the sizes are reckoned by
	class   func(*sample) int
	loud    float32 // how much more the dense features count while learning
	clip    float64 // share of the weights that are kept as they are; larger ones are cut
}

// The heads. What each number gave in cross-validation is in docs/triage.md.
func languagePlan() plan {
	n := len(triage.Languages)
	return plan{
		course:  course{outs: n, rows: 1 << 15, epochs: 8, rate: 1, shrink: 5e-6, slope: oneOf(0, n, func(s *sample) int { return s.Lang })},
		head:    triage.Head{Bits: 15, Width: 8, Outs: uint8(n), Parts: true},
		classes: n, class: func(s *sample) int { return s.Lang }, loud: 1, clip: 0.9999,
	}
}

func sentimentPlan() plan {
	n := len(triage.Sentiments)
	class := func(s *sample) int { return s.Sentiment }
	return plan{
		course:  course{outs: n, rows: 1 << 18, epochs: 20, rate: 1, shrink: 5e-5, slope: oneOf(0, n, class)},
		head:    triage.Head{Bits: 18, Width: 4, Outs: uint8(n), Own: true},
		classes: n, class: class, loud: 1, clip: 0.9999,
	}
}

func intentPlan() plan {
	n := len(triage.Intents)
	return plan{
		course:  course{outs: n + 1, rows: 1 << 15, epochs: 30, rate: 1, shrink: 1e-4, slope: wanted},
		head:    triage.Head{Bits: 15, Width: 8, Outs: uint8(n + 1), Own: false},
		classes: n, class: func(s *sample) int { return s.Intent }, loud: 6, clip: 0.9999,
	}
}

// oneOf is the slope of a softmax over n scores from the given one on.
func oneOf(from, n int, class func(*sample) int) slope {
	return func(s *sample, scores, grad []float32) {
		p := grad[from : from+n]
		softmax(scores[from:from+n], p)
		p[class(s)]--
	}
}

const (
	spam        = 3 // among the intents
	spamShare   = 0.2
	urgentShare = 1
)

// wanted is the slope of the intent head: a softmax over the intents, of which
// comments say only whether they are spam, and whether it cannot wait.
func wanted(s *sample, scores, grad []float32) {
	n := len(triage.Intents)
	clear(grad)
	switch {
	case s.Intent >= 0:
		softmax(scores[:n], grad[:n])
		grad[s.Intent]--
	case s.Spam >= 0:
		softmax(scores[:n], grad[:n])
		p := grad[spam]
		if s.Spam == 1 {
			grad[spam]--
			break
		}
		for i := range n {
			if i != spam {
				grad[i] -= grad[i] / max(1-p, 1e-6)
			}
		}
	}
	if s.Urgency >= 0 {
		grad[n] = urgentShare * (sigmoid(scores[n]) - float32(s.Urgency))
	}
}

// rowsOf lists the rows of a text that was read.
func rowsOf(h *triage.Head, t *read.Text, lang int) []uint32 {
	lists := [][]uint32{t.Grams, t.Rest}
	if h.Parts {
		lists = lists[:1]
	}
	var rows []uint32
	for _, list := range lists {
		for _, hash := range list {
			rows = append(rows, h.Row(hash))
			if h.Own {
				rows = append(rows, h.OwnRow(hash, lang))
			}
		}
	}
	return rows
}

// fit learns a head from samples and makes it small.
func (p plan) fit(samples []*sample) *triage.Head {
	mine := make([]*sample, len(samples))
	for i, s := range samples {
		one, dense := *s, *s.dense
		for j := range dense.Values {
			dense.Values[j] *= p.loud
		}
		one.dense = &dense
		mine[i] = &one
	}
	sizes, step := weigh(mine, p.rows, p.classes, p.class)
	unit(mine, sizes)
	return p.small(learn(p.course, mine, sizes), step)
}

// small rounds the weights to bytes.
func (p plan) small(l *learnt, step float32) *triage.Head {
	h := p.head
	folded := make([]float32, len(l.w))
	var large []float64
	for i, w := range l.w {
		folded[i] = w * l.sizes[i/p.outs]
		if folded[i] != 0 {
			large = append(large, math.Abs(float64(folded[i])))
		}
	}
	slices.Sort(large)
	top := float32(1)
	if len(large) > 0 {
		top = float32(large[int(float64(len(large)-1)*p.clip)])
	}
	h.Unit = top / 127 / step
	h.Rows = make([]byte, p.rows*int(h.Width))
	for r := range p.rows {
		row := h.Rows[r*int(h.Width):]
		for o := range p.outs {
			q := math.Round(float64(folded[r*p.outs+o] / top * 127))
			row[o] = byte(int8(min(max(q, -127), 127)))
		}
		row[h.Width-1] = byte(math.Round(float64(l.sizes[r] / step)))
	}
	h.Dense = l.dense
	for o := range h.Dense {
		for i := range h.Dense[o] {
			h.Dense[o][i] *= p.loud
		}
	}
	return &h
}
