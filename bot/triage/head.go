package triage

import (
	"math"

	"ponte/bot/triage/read"
)

// MaxOuts is how many labels a head can tell apart, the row's size besides.
const MaxOuts = 7

// lineRows is how many rows lie together: both rows of a hash do, so that memory
// is waited for once.
const lineRows = 16

// Head is a linear model over hashed features. A row has one byte for each label,
// its weight, and one for its size: a text's score is the sum of its rows'
// weights over the length that their sizes make, so that the text has
// unit length.
type Head struct {
	Bits   uint8 // of the number of rows
	Width  uint8 // bytes of a row
	Outs   uint8 // weights of a row
	Own    bool  // every hash has a row for its language besides the one shared
	Parts  bool  // only words and their parts are looked at
	Rows   []byte
	Unit   float32              // what a weight of 1 stands for, over what a size of 1 stands for
	Dense  [][DenseSize]float32 // weights of the dense features, for each label
	Honest []Honest             // what makes a confidence honest, for each language
	Sure   float32              // confidence from which an answer is given
}

// Honest turns scores into those whose softmax means what it says.
type Honest struct {
	Gain float32
	Lean [MaxOuts]float32
}

// Row is the row that a hash shares with all languages.
func (h *Head) Row(hash uint32) uint32 { return hash >> (32 - h.Bits) }

// OwnRow is the row that a hash has for a language, on the same line.
func (h *Head) OwnRow(hash uint32, lang int) uint32 {
	return h.Row(hash)&^(lineRows-1) | (hash*ownMix[lang])>>28
}

var ownMix = [Known]uint32{0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1, 0xd3a2646d}

// partsRead is how many words and parts a head looks at that only needs those.
const partsRead = 800

// Score fills in the score of each label.
func (h *Head) Score(scores *[MaxOuts]float32, t *read.Text, d *Dense, lang int) {
	var sum [8]int32
	if h.Parts {
		h.add(&sum, t.Grams[:min(len(t.Grams), partsRead)], lang)
	} else {
		h.add(&sum, t.Grams, lang)
		h.add(&sum, t.Rest, lang)
	}
	h.finish(scores, &sum, d)
}

// finish makes scores of sums.
func (h *Head) finish(scores *[MaxOuts]float32, sum *[8]int32, d *Dense) {
	scale := float32(0)
	if size := sum[h.Width-1]; size > 0 {
		scale = h.Unit / float32(math.Sqrt(float64(size)))
	}
	for out := range h.Outs {
		scores[out] = float32(sum[out])*scale + d.dot(&h.Dense[out])
	}
}

// ScoreRows is Score for rows that were looked up before, as training does.
func (h *Head) ScoreRows(scores *[MaxOuts]float32, rows []uint32, d *Dense) {
	var sum [8]int32
	for _, row := range rows {
		if h.Width == 4 {
			h.add4(&sum, row)
		} else {
			h.add8(&sum, row)
		}
	}
	h.finish(scores, &sum, d)
}

// add sums the rows of hashes: their weights, and their sizes times themselves in
// the last place.
func (h *Head) add(sum *[8]int32, hashes []uint32, lang int) {
	switch {
	case h.Width == 4 && h.Own:
		for _, hash := range hashes {
			h.add4(sum, h.Row(hash))
			h.add4(sum, h.OwnRow(hash, lang))
		}
	case h.Own:
		for _, hash := range hashes {
			h.add8(sum, h.Row(hash))
			h.add8(sum, h.OwnRow(hash, lang))
		}
	default:
		for _, hash := range hashes {
			h.add8(sum, h.Row(hash))
		}
	}
}

func (h *Head) add4(sum *[8]int32, at uint32) {
	row := h.Rows[at*4 : at*4+4 : at*4+4]
	sum[0] += int32(int8(row[0]))
	sum[1] += int32(int8(row[1]))
	sum[2] += int32(int8(row[2]))
	sum[3] += int32(row[3]) * int32(row[3])
}

func (h *Head) add8(sum *[8]int32, at uint32) {
	row := h.Rows[at*8 : at*8+8 : at*8+8]
	sum[0] += int32(int8(row[0]))
	sum[1] += int32(int8(row[1]))
	sum[2] += int32(int8(row[2]))
	sum[3] += int32(int8(row[3]))
	sum[4] += int32(int8(row[4]))
	sum[5] += int32(int8(row[5]))
	sum[6] += int32(int8(row[6]))
	sum[7] += int32(row[7]) * int32(row[7])
}

// answer turns scores into an answer, honest for the language.
func (h *Head) answer(scores *[MaxOuts]float32, lang int, labels []Label, lean []float32, known bool) Answer {
	var p [MaxOuts]float32
	best := h.Chances(&p, scores, lang, len(labels), lean)
	a := Answer{Label: labels[best], Confidence: p[best]}
	if p[best] < h.Sure || !known {
		a.Label, a.Guess = Unsure, a.Label
	}
	return a
}

// Chances fills in how likely each of the first n labels is and returns the most
// likely one's number.
func (h *Head) Chances(p, scores *[MaxOuts]float32, lang, n int, lean []float32) int {
	honest := &h.Honest[lang]
	best := 0
	for i := range n {
		p[i] = scores[i]*honest.Gain + honest.Lean[i]
		if i < len(lean) {
			p[i] += lean[i]
		}
		if p[i] > p[best] {
			best = i
		}
	}
	top, sum := p[best], float32(0)
	for i := range n {
		p[i] = float32(math.Exp(float64(p[i] - top)))
		sum += p[i]
	}
	for i := range n {
		p[i] /= sum
	}
	return best
}
