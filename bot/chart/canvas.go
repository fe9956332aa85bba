package chart

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"sort"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The colours, which all stand on the chart's own ground, whatever is around it.
// Each ink has a contrast of at least 4.5 to 1 on it, bars of 3 to 1.
var (
	ground = rgb(0xffffff)
	edge   = rgb(0xd5dae0)
	grid   = rgb(0xe6e9ed)
	ink    = rgb(0x1c2430)
	muted  = rgb(0x596474)
	weak   = rgb(0x7094d0) // bars that the title is not about
	inks   = [MaxSeries]color.RGBA{rgb(0x1d5fd0), rgb(0xa8480a), rgb(0x0f766e), rgb(0x8a2b8f)}
)

func rgb(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff} //nolint:gosec // the lowest byte of each is meant
}

// faces are the two weights of the font that the charts bring along.
var faces = sync.OnceValue(func() [2]*sfnt.Font {
	var out [2]*sfnt.Font
	for i, ttf := range [][]byte{goregular.TTF, gobold.TTF} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			panic(err) // it is part of the program
		}
		out[i] = f
	}
	return out
})

// pen is a way of writing: a weight and a size.
type pen struct {
	font *sfnt.Font
	face font.Face
}

func newPen(bold bool, size float64) pen {
	f := faces()[0]
	if bold {
		f = faces()[1]
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72 * Scale, Hinting: font.HintingNone})
	if err != nil {
		panic(err) // no option of it can be wrong
	}
	return pen{f, face}
}

// canvas is a picture that is measured in the pixels of a page.
type canvas struct {
	img   *image.RGBA
	title pen
	plain pen
	small pen
}

func newCanvas() *canvas {
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, Width*Scale, Height*Scale)), title: newPen(true, 16), plain: newPen(true, 14), small: newPen(false, 13.5)}
	c.fill(0, 0, Width, Height, edge)
	c.fill(0.5, 0.5, Width-0.5, Height-0.5, ground)
	return c
}

// png returns the picture.
func (c *canvas) png() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, c.img); err != nil {
		panic(err) // nothing that is written to memory fails
	}
	return b.Bytes()
}

func px(v float64) int { return int(math.Round(v * Scale)) }

// fill paints a rectangle.
func (c *canvas) fill(x0, y0, x1, y1 float64, with color.Color) {
	draw.Draw(c.img, image.Rect(px(x0), px(y0), px(x1), px(y1)), image.NewUniform(with), image.Point{}, draw.Src)
}

// spot is a place on the canvas.
type spot struct{ x, y float64 }

// line paints a line through the spots, with a dot at each of few.
func (c *canvas) line(spots []spot, with color.Color) {
	const half, dot, fewest = 1.1, 3, 40
	r := vector.NewRasterizer(Width*Scale, Height*Scale)
	for i := 1; i < len(spots); i++ {
		a, b := spots[i-1], spots[i]
		l := math.Hypot(b.x-a.x, b.y-a.y)
		if l == 0 {
			continue
		}
		nx, ny := -(b.y-a.y)/l*half, (b.x-a.x)/l*half
		polygon(r, spot{a.x - nx, a.y - ny}, spot{b.x - nx, b.y - ny}, spot{b.x + nx, b.y + ny}, spot{a.x + nx, a.y + ny})
		circle(r, b, half)
	}
	for i, s := range spots {
		if len(spots) <= fewest || i == len(spots)-1 {
			circle(r, s, dot)
		}
	}
	r.Draw(c.img, c.img.Bounds(), image.NewUniform(with), image.Point{})
}

// polygon adds a shape, whose corners go clockwise: where shapes overlap they add up.
func polygon(r *vector.Rasterizer, corners ...spot) {
	for i, s := range corners {
		x, y := float32(s.x*Scale), float32(s.y*Scale)
		if i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
}

func circle(r *vector.Rasterizer, at spot, radius float64) {
	const corners = 24
	around := make([]spot, corners)
	for i := range around {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		around[i] = spot{at.x + radius*cos, at.y + radius*sin}
	}
	polygon(r, around...)
}

// text writes on the baseline y: at is where of the text x is, from 0 at its
// beginning to 1 at its end.
func (c *canvas) text(p pen, s string, x, y, at float64, with color.Color) {
	d := font.Drawer{Dst: c.img, Src: image.NewUniform(with), Face: p.face}
	d.Dot = fixed.Point26_6{X: fixed.Int26_6(math.Round((x - p.width(s)*at) * Scale * 64)), Y: fixed.I(px(y))}
	d.DrawString(s)
}

// width is how wide a text is.
func (p pen) width(s string) float64 { return float64(font.MeasureString(p.face, s)) / 64 / Scale }

// maxText is how many characters of a text are looked at.
const maxText = 300

// legible is a text in one line, of what the font can write: "…" stands for what it cannot.
func (p pen) legible(s string) string {
	var b strings.Builder
	var buf sfnt.Buffer
	skipped, n := false, 0
	for _, r := range strings.Join(strings.Fields(s), " ") {
		if n++; n > maxText {
			break
		}
		if g, err := p.font.GlyphIndex(&buf, r); err != nil || g == 0 {
			skipped = true
			continue
		}
		if skipped {
			b.WriteString("…")
			skipped = false
		}
		b.WriteRune(r)
	}
	if skipped {
		b.WriteString("…")
	}
	return b.String()
}

// fit is a text that is no wider than it may be, cut with "…".
func (p pen) fit(s string, most float64) string {
	s = p.legible(s)
	if p.width(s) <= most {
		return s
	}
	runes := []rune(s)
	cut := func(n int) string { return strings.TrimRight(string(runes[:n]), " ") + "…" }
	n := sort.Search(len(runes), func(n int) bool { return p.width(cut(n)) > most })
	if n == 0 {
		return ""
	}
	return cut(n - 1)
}

// wrap is a text in two lines at most.
func (p pen) wrap(s string, most float64) []string {
	s = p.legible(s)
	if p.width(s) <= most {
		return []string{s}
	}
	words := strings.Fields(s)
	n := 1
	for n < len(words) && p.width(strings.Join(words[:n+1], " ")) <= most {
		n++
	}
	first := p.fit(strings.Join(words[:n], " "), most)
	if n == len(words) {
		return []string{first}
	}
	return []string{first, p.fit(strings.Join(words[n:], " "), most)}
}
