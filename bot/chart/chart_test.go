package chart_test

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ponte/bot/chart"
)

// keep writes what a test drew into the folder that CHARTS names, to be looked at.
func keep(t *testing.T, name string, b []byte) {
	t.Helper()
	if dir := os.Getenv("CHARTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func lines() chart.Lines {
	return chart.Lines{
		Frame: chart.Frame{Title: "48 likes after 7 days, most of them on the first", X: "time since it went out", Y: "people"},
		Ticks: []chart.Tick{{0, "0"}, {48, "2 d"}, {96, "4 d"}, {144, "6 d"}},
		Series: []chart.Series{
			{"Likes 48", []chart.Point{{0, 0}, {1, 12}, {24, 40}, {168, 48}}},
			{"Replies 7", []chart.Point{{0, 0}, {1, 2}, {24, 6}, {168, 7}}},
			{"Shares 6", []chart.Point{{0, 0}, {1, 1}, {24, 5}, {168, 6}}},
		},
	}
}

func bars() chart.Bars {
	b := chart.Bars{Frame: chart.Frame{Title: "Most people write at 11", X: "hour of the day", Y: "comments"}}
	for h := range 24 {
		v := chart.Bar{Value: float64(h * (23 - h)), Strong: h == 11}
		if h%3 == 0 {
			v.Label = strconv.Itoa(h)
		}
		b.Bars = append(b.Bars, v)
	}
	return b
}

func TestSameInputSameBytes(t *testing.T) {
	for name, draw := range map[string]func() []byte{"lines": func() []byte { return lines().PNG() }, "bars": func() []byte { return bars().PNG() }} {
		one := draw()
		keep(t, name, one)
		if !bytes.Equal(one, draw()) {
			t.Errorf("%s: two pictures of one input", name)
		}
		img, err := png.Decode(bytes.NewReader(one))
		if err != nil {
			t.Fatal(err)
		}
		if s := img.Bounds().Size(); s.X != chart.Width*chart.Scale || s.Y != chart.Height*chart.Scale {
			t.Errorf("%s: %v", name, s)
		}
		if len(one) > 64<<10 {
			t.Errorf("%s: %d bytes", name, len(one))
		}
		for _, at := range [][2]int{{0, 0}, {s2(chart.Width) - 1, 0}, {s2(chart.Width) / 2, s2(chart.Height) - 3}} {
			if _, _, _, a := img.At(at[0], at[1]).RGBA(); a != 0xffff {
				t.Errorf("%s: one can see through it at %v", name, at)
			}
		}
	}
}

func s2(n int) int { return n * chart.Scale }

// What is drawn shows: another number is another picture.
func TestNumbersShow(t *testing.T) {
	a, b := lines(), lines()
	b.Series[1].Points = append(b.Series[1].Points[:3:3], chart.Point{168, 12})
	if bytes.Equal(a.PNG(), b.PNG()) {
		t.Error("a line that ends elsewhere looks the same")
	}
	c, d := bars(), bars()
	d.Bars[11].Strong = false
	if bytes.Equal(c.PNG(), d.PNG()) {
		t.Error("a bar that stands out looks like the others")
	}
}

func TestHostileInput(t *testing.T) {
	long := strings.Repeat("very long words ", 200)
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, math.MaxFloat64, 1e-300, 0}
	l := chart.Lines{Frame: chart.Frame{Title: long, X: long, Y: long}}
	b := chart.Bars{Frame: chart.Frame{Title: "שלום 👋🏽 " + strings.Repeat("W", 300), Number: func(float64) string { return "" }}}
	for i := range 300 {
		s := chart.Series{Label: long}
		for range 10 {
			for _, v := range odd {
				s.Points = append(s.Points, chart.Point{v, v})
			}
		}
		l.Series = append(l.Series, s)
		l.Ticks = append(l.Ticks, chart.Tick{odd[i%len(odd)], long})
		b.Bars = append(b.Bars, chart.Bar{Label: long, Value: odd[i%len(odd)]})
	}
	for name, png := range map[string][]byte{"hostile lines": l.PNG(), "hostile bars": b.PNG(), "no lines": chart.Lines{}.PNG(), "no bars": chart.Bars{}.PNG()} {
		keep(t, name, png)
		if len(png) == 0 || len(png) > 100<<10 {
			t.Errorf("%s: %d bytes", name, len(png))
		}
	}
}
