package triage

import (
	"encoding/binary"
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
	var s sum
	if h.Parts {
		s.hashes(h, t.Grams[:min(len(t.Grams), partsRead)], lang)
	} else {
		s.hashes(h, t.Grams, lang)
		s.hashes(h, t.Rest, lang)
	}
	h.finish(scores, &s, d)
}

// ScoreRows is Score for rows that were looked up before, as training does.
func (h *Head) ScoreRows(scores *[MaxOuts]float32, rows []uint32, d *Dense) {
	var s sum
	for _, row := range rows {
		s.row(h.at(row))
	}
	h.finish(scores, &s, d)
}

// finish makes scores of a sum.
func (h *Head) finish(scores *[MaxOuts]float32, s *sum, d *Dense) {
	s.flush()
	scale := float32(0)
	if s.size > 0 {
		scale = h.Unit / float32(math.Sqrt(float64(s.size)))
	}
	for out := range h.Outs {
		scores[out] = float32(s.of[out])*scale + d.dot(&h.Dense[out])
	}
}

// at is a row as one number: its weights from the lowest byte on, each with 128
// added, and its size in the highest.
func (h *Head) at(row uint32) uint64 {
	if h.Width == 4 {
		return spread4(h.Rows[row*4 : row*4+4 : row*4+4])
	}
	return binary.LittleEndian.Uint64(h.Rows[row*8:row*8+8:row*8+8]) ^ 0x80808080808080
}

// spread4 is a row of four bytes as at gives it.
func spread4(row []byte) uint64 {
	x := uint64(binary.LittleEndian.Uint32(row)) ^ 0x808080
	return x&0xffffff | x>>24<<56
}

// sum adds rows up, four weights at a time in the lanes of a number.
type sum struct {
	even, odd uint64
	n         int // rows in the lanes, 256 at most
	size      int
	of        [8]int32
}

// row adds one row.
func (s *sum) row(x uint64) {
	const lanes = 0x00ff00ff00ff00ff
	s.even += x & lanes
	s.odd += x >> 8 & lanes &^ (0xff << 48)
	size := int(x >> 56)
	s.size += size * size
	if s.n++; s.n == 256 {
		s.flush()
	}
}

// flush empties the lanes.
func (s *sum) flush() {
	for i := range 4 {
		s.of[2*i] += int32(s.even>>(16*i)&0xffff) - int32(128*s.n)
		s.of[2*i+1] += int32(s.odd>>(16*i)&0xffff) - int32(128*s.n)
	}
	s.even, s.odd, s.n = 0, 0, 0
}

// hashes adds the rows of hashes.
func (s *sum) hashes(h *Head, hashes []uint32, lang int) {
	own := ownMix[lang]
	switch {
	case h.Own && h.Width == 4:
		for _, hash := range hashes {
			line := (hash >> (32 - h.Bits)) &^ (lineRows - 1) * 4
			at := h.Rows[line : line+4*lineRows : line+4*lineRows]
			shared, mine := hash>>(32-h.Bits)&(lineRows-1)*4, hash*own>>28*4
			s.row(spread4(at[shared:]))
			s.row(spread4(at[mine:]))
		}
	case h.Own:
		for _, hash := range hashes {
			s.row(h.at(h.Row(hash)))
			s.row(h.at(h.OwnRow(hash, lang)))
		}
	default:
		for _, hash := range hashes {
			s.row(h.at(h.Row(hash)))
		}
	}
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
