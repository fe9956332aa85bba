package train

import (
	"ponte/bot/triage"
)

// sureEnough says how many of the answers that are given must be right.
var sureEnough = map[string]float64{"language": 0.98, "sentiment": 0.70, "intent": 0.70, "urgency": 0.97}

// honest finds, for each language, the gain and the leaning that make confidences
// mean what they say, and the confidence from which an answer is given, from what
// a head said of samples that it had not learnt from.
func (o *Outcome) honest(h *triage.Head, name string, out []held, labels []triage.Label, class, lang func(*sample) int, langs int) {
	h.Honest = make([]triage.Honest, langs)
	for l := range h.Honest {
		h.Honest[l] = calibrate(out, len(labels), class, func(s *sample) bool { return lang(s) == l })
	}
	all := NewTable(name, labels)
	tables := make([]*Table, langs)
	for l := range tables {
		tables[l] = NewTable(name+" "+string(triage.Languages[l]), labels)
	}
	for i := range out {
		s := out[i].sample
		var p [triage.MaxOuts]float32
		if lang(s) >= langs {
			continue
		}
		best := h.Chances(&p, &out[i].scores, lang(s), len(labels), nil)
		all.Add(class(s), best, p[best])
		tables[lang(s)].Add(class(s), best, p[best])
	}
	for h.Sure = 1 / float32(len(labels)); h.Sure < 0.95; h.Sure += 0.01 {
		if _, right := all.Sure(h.Sure); right >= sureEnough[name] {
			break
		}
	}
	o.Folds = append(o.Folds, *all)
	if langs > 1 {
		for _, t := range tables {
			o.Folds = append(o.Folds, *t)
		}
	}
}

// calibrate fits gain and leaning by gradient descent on the loss, held near the
// middle where there are few samples.
func calibrate(out []held, n int, class func(*sample) int, mine func(*sample) bool) triage.Honest {
	h := triage.Honest{Gain: 1}
	p, z := make([]float32, n), make([]float32, n)
	for range 600 {
		gain := 0.02 * (h.Gain - 1) // towards 1
		var lean [triage.MaxOuts]float32
		count := float32(0)
		for i := range out {
			y := class(out[i].sample)
			if y < 0 || !mine(out[i].sample) {
				continue
			}
			count++
			for c := range n {
				z[c] = out[i].scores[c]*h.Gain + h.Lean[c]
			}
			softmax(z, p)
			p[y]--
			for c := range n {
				gain += p[c] * out[i].scores[c]
				lean[c] += p[c]
			}
		}
		if count == 0 {
			break
		}
		h.Gain -= 0.5 * gain / count
		for c := range n {
			h.Lean[c] -= 0.5 * (lean[c] + 2*h.Lean[c]) / count
		}
	}
	return h
}
