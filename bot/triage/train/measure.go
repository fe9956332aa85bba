package train

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"ponte/bot/triage"
)

// Table counts how often each label (first index) was answered with each (second).
type Table struct {
	Name   string
	Labels []triage.Label
	Counts [][]int
	Chance []float32 // of each answer, beside Right
	Right  []bool
	golds  []int
	bests  []int
	given  []bool
}

// NewTable is an empty table.
func NewTable(name string, labels []triage.Label) *Table {
	t := &Table{Name: name, Labels: labels, Counts: make([][]int, len(labels))}
	for i := range t.Counts {
		t.Counts[i] = make([]int, len(labels))
	}
	return t
}

// Add counts one answer; those whose label is unknown do not count.
func (t *Table) Add(gold, best int, chance float32) {
	if gold < 0 || best < 0 {
		return
	}
	t.Counts[gold][best]++
	t.golds, t.bests = append(t.golds, gold), append(t.bests, best)
	t.Chance, t.Right = append(t.Chance, chance), append(t.Right, gold == best)
}

// N is how many answers were counted.
func (t *Table) N() int { return len(t.golds) }

// F1 is the macro-F1 in hundredths, over the labels that the examples have.
func (t *Table) F1() float64 { return macro(t.Counts) }

func macro(counts [][]int) float64 {
	sum, labels := 0.0, 0.0
	for c := range counts {
		hit, gold, said := counts[c][c], 0, 0
		for i := range counts {
			gold += counts[c][i]
			said += counts[i][c]
		}
		if gold == 0 {
			continue
		}
		labels++
		sum += 2 * float64(hit) / float64(gold+said)
	}
	if labels == 0 {
		return 0
	}
	return 100 * sum / labels
}

// Accuracy is the share of right answers in hundredths.
func (t *Table) Accuracy() float64 {
	n := 0
	for _, right := range t.Right {
		if right {
			n++
		}
	}
	return 100 * float64(n) / float64(max(1, t.N()))
}

const drawn = 400 // samples of the bootstrap

// Interval is where the macro-F1 lies 19 times in 20, by the bootstrap.
func (t *Table) Interval() (low, high float64) {
	if t.N() == 0 {
		return 0, 0
	}
	rng := rand.New(rand.NewPCG(3, 11))
	var all []float64
	for range drawn {
		one := NewTable("", t.Labels)
		for range t.golds {
			i := rng.IntN(len(t.golds))
			one.Counts[t.golds[i]][t.bests[i]]++
		}
		all = append(all, one.F1())
	}
	slices.Sort(all)
	return all[drawn/40], all[drawn-1-drawn/40]
}

// Confusion is the table for a person: a row for each label, a column for each answer.
func (t *Table) Confusion() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s", "")
	for _, l := range t.Labels {
		fmt.Fprintf(&b, " %9s", l)
	}
	for i, l := range t.Labels {
		fmt.Fprintf(&b, "\n%-10s", l)
		for _, n := range t.Counts[i] {
			fmt.Fprintf(&b, " %9d", n)
		}
	}
	return b.String()
}

// Reliability says, for steps of confidence, how confident the answers were and
// how many were right.
func (t *Table) Reliability() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s %6s %10s %6s", "confidence", "n", "mean", "right")
	for low := float32(0.3); low < 1; low += 0.1 {
		n, right, sum := 0, 0, float32(0)
		for i, c := range t.Chance {
			if c >= low && (c < low+0.1 || low > 0.85) {
				n++
				sum += c
				if t.Right[i] {
					right++
				}
			}
		}
		if n > 0 {
			fmt.Fprintf(&b, "\n%.1f to %.1f   %6d %10.2f %6.2f", low, min(low+0.1, 1), n, sum/float32(n), float32(right)/float32(n))
		}
	}
	return b.String()
}

// Sure is, for a confidence, the share of answers that have it and how many of
// those are right.
func (t *Table) Sure(from float32) (share, right float64) {
	n, hit := 0, 0
	for i, c := range t.Chance {
		if c >= from {
			n++
			if t.Right[i] {
				hit++
			}
		}
	}
	return float64(n) / float64(max(1, t.N())), float64(hit) / float64(max(1, n))
}
