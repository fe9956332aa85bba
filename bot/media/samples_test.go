package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// secret stands in whatever of a picture nobody sees.
const secret = "41.3851N 2.1734E taken by Ana"

// motif is a picture whose corners differ.
func motif(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), 60, 255}) //nolint:gosec // below 256
		}
	}
	return m
}

// exif says which way up a picture is, and a secret besides.
func exif(way int) []byte {
	b := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00")
	b = append(b, byte(way), 0, 0, 0, 0, 0, 0)
	return append(b, secret...)
}

func segment(m byte, body string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, m}, uint16(len(body)+2)), body...) //nolint:gosec // short
}

const profile = "ICC_PROFILE\x00\x01\x01the colours"

// jpegOf has all that cameras put into a JPEG, and a second picture behind it.
func jpegOf(t testing.TB, way int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, motif(40, 24), nil); err != nil {
		t.Fatal(err)
	}
	out := []byte(startOfJPEG)
	for _, s := range [][]byte{
		segment(0xe0, "JFIF\x00\x01\x02\x00\x00\x48\x00\x48\x01\x01abc"), segment(0xe1, "Exif\x00\x00"+string(exif(way))),
		segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+secret), segment(0xed, "Photoshop 3.0\x00"+secret), segment(0xe2, profile),
		segment(0xe2, "MPF\x00"+secret), segment(0xfe, secret),
	} {
		out = append(out, s...)
	}
	out = append(out, b.Bytes()[2:]...)
	return append(out, append([]byte(startOfJPEG), segment(0xe1, "Exif\x00\x00"+secret)...)...)
}

func chunk(name, body string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body))) //nolint:gosec // short
	out = append(out, name+body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(name+body)))
}

func pngOf(t testing.TB, way int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, motif(40, 24)); err != nil {
		t.Fatal(err)
	}
	const head = len(startOfPNG) + headOfPNG
	out := bytes.Clone(b.Bytes()[:head])
	for _, c := range [][]byte{
		chunk("iCCP", "colours\x00\x00profile"), chunk("tEXt", "Comment\x00"+secret), chunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+secret),
		chunk("eXIf", string(exif(way))), chunk("tIME", "1234567"), chunk("prVt", secret),
	} {
		out = append(out, c...)
	}
	return append(append(out, b.Bytes()[head:]...), secret...)
}

// gifOf is one that moves.
func gifOf(t testing.TB) []byte {
	pal := color.Palette{color.Black, color.White, color.RGBA{200, 30, 30, 255}, color.RGBA{30, 30, 200, 255}}
	g := gif.GIF{LoopCount: 3}
	for n := range 3 {
		m := image.NewPaletted(image.Rect(0, 0, 20, 10), pal)
		for i := range m.Pix {
			m.Pix[i] = uint8((i + n) % len(pal)) //nolint:gosec // below 4
		}
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	at := 13 + table(b.Bytes()[10])
	out := bytes.Clone(b.Bytes()[:at])
	part := string([]byte{byte(len(secret))}) + secret + "\x00"
	out = append(out, "!\xfe"+part+"!\xff\x0bXMP DataXMP"+part...)
	return append(append(out, b.Bytes()[at:]...), secret...)
}

// webpOf is a lossless WebP of one colour, in a container that may say more.
func webpOf(way int) []byte {
	var bits uint64
	var n uint
	var body []byte
	put := func(v uint64, size uint) {
		bits |= v << n
		for n += size; n >= 8; n -= 8 {
			body = append(body, byte(bits))
			bits >>= 8
		}
	}
	put(0x2f, 8)
	put(20-1, 14)
	put(10-1, 14)
	put(0, 1+3) // no alpha, version
	put(0, 1+1+1)
	for _, symbol := range []uint64{200, 30, 60, 255, 0} { // green, red, blue, alpha, distance
		put(1|0<<1|1<<2, 3)
		put(symbol, 8)
	}
	put(0, 8)
	riff := func(name string, data []byte) []byte {
		out := append([]byte(name), binary.LittleEndian.AppendUint32(nil, uint32(len(data)))...) //nolint:gosec // short
		out = append(out, data...)
		if len(data)%2 == 1 {
			out = append(out, 0)
		}
		return out
	}
	all := []byte("WEBP")
	all = append(all, riff("VP8X", []byte{0x2c, 0, 0, 0, 19, 0, 0, 9, 0, 0})...)
	all = append(all, riff("ICCP", []byte("colours"))...)
	all = append(all, riff("VP8L", body)...)
	all = append(all, riff("EXIF", exif(way))...)
	all = append(all, riff("XMP ", []byte(secret))...)
	return append(riff("RIFF", all), secret...)
}
