package chart

import (
	"cmp"
	"math"
	"slices"
)

const (
	margin = 12
	widest = 70 // a number of the Y axis
)

// field is the part of a chart where the numbers stand.
type field struct {
	*canvas
	left, top, right, bottom float64
	most                     float64 // the number at the top
}

// begin draws what stands around the numbers, for values up to top, and leaves
// room at the right.
func (f Frame) begin(top float64, whole bool, room float64) *field {
	c := newCanvas()
	y := 0.0
	for i, line := range c.title.wrap(f.Title, Width-2*margin) {
		y = 25 + 20*float64(i)
		c.text(c.title, line, margin, y, 0, ink)
	}
	if f.Y != "" {
		y += 19
		c.text(c.small, c.small.fit(f.Y, Width-2*margin), margin, y, 0, muted)
	}
	marks := steps(top, whole)
	wide, labels := 0.0, make([]string, len(marks))
	for i, m := range marks {
		labels[i] = c.small.fit(f.number(m), widest)
		wide = max(wide, c.small.width(labels[i]))
	}
	p := &field{canvas: c, left: margin + wide + 8, top: y + 16, right: Width - margin - room, bottom: Height - 30, most: marks[len(marks)-1]}
	if f.X != "" {
		p.bottom -= 16
		c.text(c.small, c.small.fit(f.X, Width-2*margin), Width-margin, Height-margin, 1, muted)
	}
	for i, m := range marks {
		at := p.y(m)
		with := grid
		if i == 0 {
			with = edge
		}
		c.fill(p.left, at-0.5, p.right, at+0.5, with)
		c.text(c.small, labels[i], p.left-8, at+4, 1, muted)
	}
	return p
}

func (p *field) y(v float64) float64 { return p.bottom - (p.bottom-p.top)*v/p.most }

// name writes what a place on the X axis is called, where it keeps clear of what
// was written before, which ends at after; it returns where this one ends.
func (p *field) name(label string, x, after float64) float64 {
	label = p.small.fit(label, (p.right-p.left)/2)
	half := p.small.width(label) / 2
	x = min(max(x, p.left+half), Width-margin-half)
	if label == "" || x-half < after {
		return after
	}
	p.text(p.small, label, x, p.bottom+18, 0.5, muted)
	return x + half + 8
}

// PNG draws the lines.
func (l Lines) PNG() []byte {
	series, last, top, whole := l.known()
	pen, room := newPen(true, 14), 0.0
	for i := range series {
		series[i].Label = pen.fit(series[i].Label, Width*0.35)
		room = max(room, pen.width(series[i].Label)+8)
	}
	p := l.begin(top, whole, room)
	x := func(v float64) float64 { return p.left + (p.right-p.left)*v/last }
	after := 0.0
	for _, t := range l.Ticks {
		if drawn(t.At) && t.At <= last {
			p.fill(x(t.At)-0.5, p.bottom, x(t.At)+0.5, p.bottom+4, edge)
			after = p.name(t.Label, x(t.At), after)
		}
	}
	var ends []end
	for i, s := range series {
		var spots []spot
		for _, v := range s.Points {
			spots = append(spots, spot{x(v.X), p.y(v.Y)})
		}
		p.line(spots, inks[i])
		if len(spots) > 0 {
			ends = append(ends, end{i, spots[len(spots)-1].y + 4})
		}
	}
	for _, e := range apart(ends, p.top+4, p.bottom+4) {
		p.text(p.plain, series[e.of].Label, p.right+8, e.y, 0, inks[e.of])
	}
	return p.png()
}

// known is what can be drawn of the series, how far the axes go, and whether all
// numbers are whole.
func (l Lines) known() (out []Series, last, top float64, whole bool) {
	whole = true
	for _, s := range l.Series[:min(len(l.Series), MaxSeries)] {
		points := s.Points[max(0, len(s.Points)-MaxPoints):]
		points = slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return !drawn(p.X) || !drawn(p.Y) })
		for _, p := range points {
			last, top, whole = max(last, p.X), max(top, p.Y), whole && isWhole(p.Y)
		}
		out = append(out, Series{s.Label, points})
	}
	if last == 0 {
		last = 1
	}
	return out, last, top, whole
}

// end is where the name of a series stands.
type end struct {
	of int
	y  float64
}

// apart moves names away from each other, as little as it takes.
func apart(ends []end, top, bottom float64) []end {
	const high = 16
	slices.SortStableFunc(ends, func(a, b end) int { return cmp.Compare(a.y, b.y) })
	for i := range ends {
		ends[i].y = max(ends[i].y, top)
		if i > 0 {
			ends[i].y = max(ends[i].y, ends[i-1].y+high)
		}
	}
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i].y = min(ends[i].y, bottom-high*float64(len(ends)-1-i))
	}
	return ends
}

// PNG draws the bars. Their numbers stand above them where there is room.
func (b Bars) PNG() []byte {
	bars, top, whole := b.Bars[:min(len(b.Bars), MaxBars)], 0.0, true
	for _, v := range bars {
		if drawn(v.Value) {
			top, whole = max(top, v.Value), whole && isWhole(v.Value)
		}
	}
	p := b.begin(top, whole, 0)
	each := (p.right - p.left) / math.Max(float64(len(bars)), 1)
	after := 0.0
	for i, v := range bars {
		from := p.left + each*float64(i)
		after = p.name(v.Label, from+each/2, after)
		if !drawn(v.Value) || v.Value == 0 {
			continue
		}
		gap, with := min(each*0.15, 8), weak
		if v.Strong {
			with = inks[0]
		}
		p.fill(from+gap, min(p.y(v.Value), p.bottom-1), from+each-gap, p.bottom, with)
		if label := b.number(v.Value); p.plain.width(label) <= each-2 {
			p.text(p.plain, label, from+each/2, p.y(v.Value)-4, 0.5, ink)
		}
	}
	return p.png()
}
