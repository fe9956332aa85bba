package train

import (
	"math"
	"math/rand/v2"

	"ponte/bot/triage"
)

// sample is a text as a head sees it.
type sample struct {
	rows  []uint32
	inv   float32 // one over the length of its sizes
	dense *triage.Dense
	*Example
}

// slope fills in how the loss of a sample grows with each score.
type slope func(s *sample, scores, grad []float32)

// course is how a head is learnt.
type course struct {
	outs   int
	rows   int
	epochs int
	rate   float32 // of learning, at the beginning; it falls to 0
	shrink float32 // of the weights, by L2
	slope  slope
}

// learnt is the weights of a head before they are made small.
type learnt struct {
	course
	sizes []float32
	w     []float32 // rows × outs
	dense [][triage.DenseSize]float32
}

// learn finds weights by stochastic gradient descent. The order is fixed.
func learn(c course, samples []*sample, sizes []float32) *learnt {
	l := &learnt{course: c, sizes: sizes, w: make([]float32, c.rows*c.outs), dense: make([][triage.DenseSize]float32, c.outs)}
	rng := rand.New(rand.NewPCG(1, 7))
	order := make([]int, len(samples))
	for i := range order {
		order[i] = i
	}
	scores, grad := make([]float32, c.outs), make([]float32, c.outs)
	scale, done, total := float32(1), 0, float32(c.epochs*len(samples))
	for range c.epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, k := range order {
			s := samples[k]
			rate := c.rate * (1 - float32(done)/total)
			done++
			l.score(s, scores, scale)
			c.slope(s, scores, grad)
			scale *= 1 - rate*c.shrink
			for o := range grad {
				grad[o] *= -rate * s.Weight / scale
			}
			l.move(s, grad)
			if scale < 1e-4 {
				l.rescale(scale)
				scale = 1
			}
		}
	}
	l.rescale(scale)
	return l
}

// score sums the weights of a sample.
func (l *learnt) score(s *sample, scores []float32, scale float32) {
	clear(scores)
	if l.outs == 3 {
		var a, b, c float32
		for _, r := range s.rows {
			v, w := l.sizes[r], l.w[r*3:r*3+3:r*3+3]
			a += w[0] * v
			b += w[1] * v
			c += w[2] * v
		}
		scores[0], scores[1], scores[2] = a, b, c
	} else {
		for _, r := range s.rows {
			v := l.sizes[r]
			for o, w := range l.w[int(r)*l.outs : int(r)*l.outs+l.outs] {
				scores[o] += w * v
			}
		}
	}
	for o := range scores {
		scores[o] *= s.inv
		for i, v := range s.dense.Values {
			if v != 0 {
				scores[o] += v * l.dense[o][i]
			}
		}
		scores[o] *= scale
	}
}

// move changes the weights of a sample.
func (l *learnt) move(s *sample, by []float32) {
	if l.outs == 3 {
		a, b, c := by[0]*s.inv, by[1]*s.inv, by[2]*s.inv
		for _, r := range s.rows {
			v, w := l.sizes[r], l.w[r*3:r*3+3:r*3+3]
			w[0] += a * v
			w[1] += b * v
			w[2] += c * v
		}
	} else {
		for _, r := range s.rows {
			v := l.sizes[r] * s.inv
			w := l.w[int(r)*l.outs : int(r)*l.outs+l.outs]
			for o := range w {
				w[o] += by[o] * v
			}
		}
	}
	for o := range by {
		for i, v := range s.dense.Values {
			if v != 0 {
				l.dense[o][i] += by[o] * v
			}
		}
	}
}

func (l *learnt) rescale(by float32) {
	for i := range l.w {
		l.w[i] *= by
	}
	for o := range l.dense {
		for i := range l.dense[o] {
			l.dense[o][i] *= by
		}
	}
}

// softmax turns scores into chances.
func softmax(scores, p []float32) {
	top := scores[0]
	for _, s := range scores {
		top = max(top, s)
	}
	var sum float32
	for i, s := range scores {
		p[i] = float32(math.Exp(float64(s - top)))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

// weigh reckons how much each row counts: the rarer it is (idf), and the more it
// leans to one class (the log-ratio of NB-SVM, Wang and Manning 2012). Sizes are
// whole numbers of steps of the largest, as they will be kept.
func weigh(samples []*sample, rows, classes int, class func(*sample) int) (sizes []float32, step float32) {
	const smooth, least, half = 2, 0.05, 8
	seen, total := make([]float32, rows), float32(0)
	counts, prior := make([]float32, rows*classes), make([]float64, classes)
	for _, s := range samples {
		y := class(s)
		if y < 0 {
			continue
		}
		total++
		prior[y] += float64(s.Weight)
		for _, r := range s.rows {
			seen[r]++
			counts[int(r)*classes+y] += s.Weight
		}
	}
	var all float64
	for _, p := range prior {
		all += p
	}
	sizes = make([]float32, rows)
	top := float32(0)
	for r := range sizes {
		n, best := 0.0, 0.0
		of := counts[r*classes : r*classes+classes]
		for _, c := range of {
			n += float64(c)
		}
		for y, c := range of {
			q := prior[y] / all
			if q == 0 {
				continue
			}
			p := (float64(c) + smooth*float64(classes)*q) / (n + smooth*float64(classes))
			best = max(best, math.Abs(math.Log(p/(1-p)*(1-q)/q)))
		}
		idf := max(math.Log(float64(total)/float64(max(seen[r], 1))), 0.01)
		sizes[r] = float32(math.Sqrt(idf/half) * (best + least))
		top = max(top, sizes[r])
	}
	step = top / 255
	for r, size := range sizes {
		sizes[r] = float32(math.Round(float64(size/step))) * step
	}
	return sizes, step
}

// unit gives every sample its length.
func unit(samples []*sample, sizes []float32) {
	for _, s := range samples {
		var q float32
		for _, r := range s.rows {
			q += sizes[r] * sizes[r]
		}
		s.inv = 0
		if q > 0 {
			s.inv = float32(1 / math.Sqrt(float64(q)))
		}
	}
}
