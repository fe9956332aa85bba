package triage

import (
	"math"

	"ponte/bot/triage/read"
)

// The dense features: five for each known language, those of every text, and what
// the sentiment head thinks, which the intent head hears.
const (
	ofLanguage = 5 // judged good and bad, 1, carried good and bad
	denseFaces = Known * ofLanguage
	denseShape = denseFaces + 2
	denseFeel  = denseShape + 12
	denseCues  = denseFeel + 3
	denseOne   = denseCues + maxCues
	DenseSize  = denseOne + 1
)

// maxCues is how many cues and topics of rules there may be; the rules come
// after the cues.
const (
	maxCues   = 24
	firstRule = 12
)

// DenseScale is how much the dense features count beside a text of unit length.
const DenseScale = 0.2

// Dense is the features of a text that have a value.
type Dense struct {
	Values [DenseSize]float32
	lang   int
	rule   int // the first rule of the program that the text meets, -1 none
}

// dot is the sum of the features, weighted. Of those for a language only the
// text's own have a value.
func (d *Dense) dot(w *[DenseSize]float32) float32 {
	sum := d.Values[denseOne] * w[denseOne]
	if d == plain {
		return sum
	}
	at := d.lang * ofLanguage
	for i := at; i < at+ofLanguage; i++ {
		sum += d.Values[i] * w[i]
	}
	for i := denseFaces; i < denseOne; i++ {
		sum += d.Values[i] * w[i]
	}
	return sum
}

var plain = func() *Dense {
	d := new(Dense)
	d.Values[denseOne] = DenseScale
	return d
}()

// Plain is the dense features where nothing but words counts.
func Plain() *Dense { return plain }

// Hear keeps what the sentiment head thinks, and the cues.
func (d *Dense) Hear(t *read.Text, scores *[MaxOuts]float32) {
	all := d.Values[denseCues:denseOne]
	d.rule = -1
	cues().each(t, func(topic int) bool {
		all[topic]++
		if topic >= firstRule && d.rule < 0 {
			d.rule = topic
		}
		return true
	})
	for i, n := range all {
		if n > 0 {
			all[i] = float32(math.Log1p(float64(n))) * DenseScale
		}
	}
	mean := (scores[0] + scores[1] + scores[2]) / 3
	for i := range 3 {
		d.Values[denseFeel+i] = (scores[i] - mean) * DenseScale
	}
}

// turned is what is left of a word's score after a negator, with the other sign.
const turned = 0.7

// tally adds up what is good and what is bad.
type tally struct{ good, bad float32 }

func (t *tally) add(score float32) {
	if score > 0 {
		t.good += score
	} else {
		t.bad -= score
	}
}

// Fill reckons the dense features of a text in a language.
func (x *Lexicon) Fill(d *Dense, t *read.Text, lang int) {
	clear(d.Values[:])
	d.lang = lang
	var judged, carried, faces tally
	var folded [foldedSize + 4]byte
	not := 0
	for _, token := range t.Tokens {
		b := t.Bytes(token)
		switch token.Kind {
		case read.Word:
			j, c := x.wordScores(Fold(folded[:0], b), lang)
			if not > 0 {
				j, c = -turned*j, -turned*c
				not--
			}
			judged.add(j)
			carried.add(c)
			if read.Negates(read.Hash(b)) {
				not = 3
			}
		case read.Emoji:
			faces.add(x.get(Faces.key(0, read.Hash(b))))
		case read.Mark:
			not = 0
		}
	}
	own := d.Values[lang*ofLanguage:]
	own[0], own[1], own[2], own[3], own[4] = root(judged.good), root(judged.bad), DenseScale, root(carried.good), root(carried.bad)
	d.Values[denseFaces], d.Values[denseFaces+1] = root(faces.good), root(faces.bad)
	s := &t.Shape
	for i, n := range [...]int{s.Shouts, s.Questions, s.Capitals, s.Long, s.Links, s.Handles, s.Tags, s.Ellipses, s.Words, s.Numbers, s.Emoji, s.Code} {
		d.Values[denseShape+i] = float32(math.Log1p(float64(n))) * DenseScale
	}
	d.Values[denseOne] = DenseScale
}

func root(x float32) float32 { return float32(math.Sqrt(float64(x))) * DenseScale }
