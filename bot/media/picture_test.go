package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/draw"
	"image/gif"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
)

func pixels(t testing.TB, data []byte) *image.NRGBA {
	t.Helper()
	for _, k := range kinds {
		if m, err := k.decode(bytes.NewReader(data)); err == nil {
			out := image.NewNRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
			draw.Draw(out, out.Bounds(), m, m.Bounds().Min, draw.Src)
			return out
		}
	}
	t.Fatal("no kind reads it")
	return nil
}

func TestOnlyWhatIsSeenIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		in   []byte
		want bot.Picture
		has  string
	}{
		"jpeg": {jpegOf(t, 1), bot.Picture{Type: "image/jpeg", Width: 40, Height: 24}, profile},
		"gif":  {gifOf(t), bot.Picture{Type: "image/gif", Width: 20, Height: 10}, "NETSCAPE2.0"},
		"webp": {webpOf(1), bot.Picture{Type: "image/webp", Width: 20, Height: 10}, "ICCP"},
	} {
		got, out, err := cleaned(c.in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if bytes.Contains(out, []byte(secret)) || bytes.Contains(out, []byte("xif")) {
			t.Errorf("%s: something unseen is still in it", name)
		}
		if !bytes.Contains(out, []byte(c.has)) {
			t.Errorf("%s: %q is not in it any more", name, c.has)
		}
		if !bytes.Equal(pixels(t, c.in).Pix, pixels(t, out).Pix) {
			t.Errorf("%s: it looks different now", name)
		}
		if _, again, err := cleaned(out); err != nil || !bytes.Equal(again, out) {
			t.Errorf("%s: what is kept is not kept as it is: %v", name, err)
		}
	}
}

func TestAMovingGIFStillMoves(t *testing.T) {
	_, out, err := cleaned(gifOf(t))
	if err != nil {
		t.Fatal(err)
	}
	was, err := gif.DecodeAll(bytes.NewReader(gifOf(t)))
	if err != nil {
		t.Fatal(err)
	}
	now, err := gif.DecodeAll(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(was, now); diff != "" {
		t.Error(diff)
	}
}

func TestTurnedUpright(t *testing.T) {
	upright := pixels(t, pngOf(t, 1))
	for way := 2; way <= 8; way++ {
		for name, in := range map[string][]byte{"jpeg": jpegOf(t, way), "png": pngOf(t, way), "webp": webpOf(way)} {
			p, out, err := cleaned(in)
			if err != nil {
				t.Fatalf("%s, way %d: %v", name, way, err)
			}
			if wide := p.Width > p.Height; wide != (way < 5) {
				t.Errorf("%s, way %d: %d × %d", name, way, p.Width, p.Height)
			}
			if bytes.Contains(out, []byte(secret)) {
				t.Errorf("%s, way %d: something unseen is still in it", name, way)
			}
			if name == "jpeg" && !bytes.Contains(out, []byte(profile)) || name == "png" && !bytes.Contains(out, []byte("iCCP")) {
				t.Errorf("%s, way %d: the colours are lost", name, way)
			}
			if name != "png" {
				continue
			}
			got := pixels(t, out)
			for _, corner := range []image.Point{{0, 0}, {39, 0}, {0, 23}, {39, 23}} {
				x, y := place(corner.X, corner.Y, 40, 24, way)
				if got.NRGBAAt(x, y) != upright.NRGBAAt(corner.X, corner.Y) {
					t.Errorf("way %d: %v is not at %d, %d", way, corner, x, y)
				}
			}
		}
	}
}

// TestWaysOfEXIF knows where the top left of the stored picture belongs.
func TestWaysOfEXIF(t *testing.T) {
	for way, want := range map[int]image.Point{1: {0, 0}, 2: {39, 0}, 3: {39, 23}, 4: {0, 23}, 5: {0, 0}, 6: {23, 0}, 7: {23, 39}, 8: {0, 39}} {
		if x, y := place(0, 0, 40, 24, way); image.Pt(x, y) != want {
			t.Errorf("way %d: %d, %d, want %v", way, x, y, want)
		}
	}
}

func TestRefusedPictures(t *testing.T) {
	wide := func(w, h uint32) []byte {
		out := pngOf(t, 1)
		binary.BigEndian.PutUint32(out[16:], w)
		binary.BigEndian.PutUint32(out[20:], h)
		head := chunk("IHDR", string(out[16:29]))
		return append(append(bytes.Clone(out[:8]), head...), out[33:]...)
	}
	for name, c := range map[string]struct {
		in  []byte
		key string
	}{
		"nothing":        {nil, "error.picture_kind"},
		"words":          {[]byte("a picture"), "error.picture_kind"},
		"a page":         {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "error.picture_kind"},
		"too many bytes": {make([]byte, maxBytes+1), "error.picture_large"},
		"too wide":       {wide(12001, 10), "error.picture_measures"},
		"too high":       {wide(10, 12001), "error.picture_measures"},
		"a bomb":         {wide(10000, 5001), "error.picture_measures"},
		"at the limit":   {wide(10000, 5000), "error.picture_broken"}, // its pixels are missing
		"cut off":        {jpegOf(t, 1)[:300], "error.picture_kind"},
		"half of it":     {pngOf(t, 1)[:250], "error.picture_broken"},
	} {
		_, _, err := cleaned(c.in)
		e, ok := bot.Asked(err)
		if !ok || e.Kind != bot.Invalid || e.Key != c.key || e.Field != "pictures" {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

// TestAJPEGThatIsPaintedOver has few bytes and takes long.
func TestAJPEGThatIsPaintedOver(t *testing.T) {
	over := func(times int, w, h uint16, between string) []byte {
		whole := jpegOf(t, 1)
		at := bytes.Index(whole, []byte{0xff, markerSOS})
		end := at + bytes.Index(whole[at:], []byte{0xff, markerEOI})
		head := bytes.Clone(whole[:at])
		size := bytes.LastIndex(head, []byte{0xff, 0xc0}) + 5
		binary.BigEndian.PutUint16(head[size:], h)
		binary.BigEndian.PutUint16(head[size+2:], w)
		return slices.Concat(head, []byte(between), bytes.Repeat(whole[at:end], times), whole[end:])
	}
	for name, c := range map[string]struct {
		in  []byte
		key string
	}{
		"often":               {over(maxScans, 40, 24, ""), ""},
		"too often":           {over(maxScans+1, 40, 24, ""), "error.picture_scans"},
		"and with a gap":      {over(maxScans+1, 40, 24, "\x00\x00"), "error.picture_scans"},
		"too much of it":      {over(25, 10000, 5000, ""), "error.picture_scans"},
		"as cameras write it": {over(1, 40, 24, ""), ""},
	} {
		_, _, err := cleaned(c.in)
		if e, _ := bot.Asked(err); (err == nil) != (c.key == "") || err != nil && e.Key != c.key {
			t.Errorf("%s: %v, want %q", name, err, c.key)
		}
	}
}

// TestWhatCannotBeTakenApart has bytes between its parts that belong to none: it is
// written again.
func TestWhatCannotBeTakenApart(t *testing.T) {
	whole := jpegOf(t, 6)
	at := bytes.Index(whole, []byte("\xff\xfe"))
	in := append(bytes.Clone(whole[:at]), 0, 0)
	in = append(in, whole[at:]...)
	p, out, err := cleaned(in)
	if err != nil {
		t.Fatal(err)
	}
	if p.Width != 24 || p.Height != 40 || bytes.Contains(out, []byte(secret)) {
		t.Errorf("%+v", p)
	}
}

// TestNobodyWaitsForADecoder has one that takes long, and one that falls over.
func TestNobodyWaitsForADecoder(t *testing.T) {
	was := kinds
	defer func() { kinds = was }()
	slow := func(io.Reader) (image.Image, error) {
		time.Sleep(time.Minute)
		return nil, errors.New("never")
	}
	synctest.Test(t, func(t *testing.T) {
		d := New(nil, nil, slog.New(slog.DiscardHandler))
		kinds = []kind{{"image/jpeg", was[0].config, slow, was[0].strip}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := d.Keep(ctx, "aurora", "ana", jpegOf(t, 1)); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		kinds[0].decode = func(io.Reader) (image.Image, error) { panic("a decoder") }
		if _, err := d.Keep(t.Context(), "aurora", "ana", jpegOf(t, 1)); bot.KindOf(err) != bot.Invalid {
			t.Error(err)
		}
	})
}

func FuzzClean(f *testing.F) {
	for way := range 9 {
		f.Add(jpegOf(f, way))
		f.Add(pngOf(f, way))
		f.Add(webpOf(way))
	}
	f.Add(gifOf(f))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, k := range kinds { // large ones only take long
			if c, err := k.config(bytes.NewReader(in)); err == nil && c.Width*c.Height > 1<<20 {
				return
			}
		}
		p, out, err := cleaned(in)
		if err != nil {
			if e, ok := bot.Asked(err); !ok || e.Kind != bot.Invalid {
				t.Fatal(err)
			}
			return
		}
		got := pixels(t, out)
		if got.Rect.Dx() != p.Width || got.Rect.Dy() != p.Height {
			t.Fatalf("it says %d × %d and is %v", p.Width, p.Height, got.Rect)
		}
		for _, unseen := range []string{"Exif\x00\x00", "eXIf", "ns.adobe.com", "Photoshop 3.0"} {
			if strings.Contains(string(out), unseen) && !strings.Contains(string(in), unseen) {
				t.Fatalf("%q came into it", unseen)
			}
		}
		for _, k := range kinds {
			if k.mime != p.Type {
				continue
			}
			s, whole := k.strip(out)
			if !whole || !bytes.Equal(s.data, out) || s.turn > 1 {
				t.Fatalf("what is kept is not stripped: %v, way %d", whole, s.turn)
			}
			_, err := k.decode(bytes.NewReader(in)) // what was wrong with it may be gone
			if was, whole := k.strip(in); err == nil && whole && was.turn <= 1 && !bytes.Equal(pixels(t, in).Pix, got.Pix) {
				t.Fatal("it looks different now")
			}
		}
	})
}
