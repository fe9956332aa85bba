// Package chart draws numbers as pictures: data and printed words in, the bytes of
// a PNG out. It has one style for the whole house, and does no I/O; it knows no
// language, nor what its numbers mean. The same input gives the same bytes.
package chart

import (
	"math"
	"strconv"
)

// Width and Height of every chart, in the pixels of a page; the picture has Scale
// times as many each way, so that it is sharp on a phone.
const (
	Width  = 400
	Height = 240
	Scale  = 2
)

// What a chart draws at most; further series, points and bars are left out.
const (
	MaxSeries = 4
	MaxPoints = 500
	MaxBars   = 100
)

// Frame is what stands around the numbers, all of it printed in the reader's language.
type Frame struct {
	Title  string               // says the finding, in two lines at most
	X, Y   string               // what the axes measure, with their units
	Number func(float64) string // writes a number of the Y axis; nil: as it is
}

// Lines shows how numbers went over time. The X axis begins at 0.
type Lines struct {
	Frame
	Ticks  []Tick // of the X axis, in its order
	Series []Series
}

// Tick is a place on the X axis that has a name.
type Tick struct {
	At    float64
	Label string
}

// Series is one line, named where it ends.
type Series struct {
	Label  string
	Points []Point // in the order of X; what is not known has no point
}

// Point is one number.
type Point struct{ X, Y float64 }

// Bars shows numbers beside each other, by hour or by day.
type Bars struct {
	Frame
	Bars []Bar
}

// Bar is one number. A bar without a label stands between those that have one.
type Bar struct {
	Label  string
	Value  float64
	Strong bool // it is what the title is about
}

// number writes a number of the Y axis.
func (f Frame) number(v float64) string {
	if f.Number != nil {
		return f.Number(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// drawn reports whether a number can be drawn at all: there is nothing below 0.
func drawn(v float64) bool { return v >= 0 && v <= math.MaxFloat32 }

// steps returns the numbers to write at the Y axis for values up to top: 0, and two
// to five further ones, the last of them not below top. Whole values have whole steps.
func steps(top float64, whole bool) []float64 {
	if top <= 0 {
		top = 1
	}
	step := math.Pow(10, math.Floor(math.Log10(top/4)))
	for _, times := range []float64{1, 2, 5, 10} {
		if step*times*4 >= top {
			step *= times
			break
		}
	}
	if whole {
		step = max(step, 1)
	}
	n := int(math.Ceil(top/step - 1e-9))
	out := make([]float64, 0, n+1)
	for i := range n + 1 {
		out = append(out, step*float64(i))
	}
	return out
}

func isWhole(v float64) bool { return v == math.Trunc(v) }
