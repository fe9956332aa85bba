package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
)

const quality = 95 // of a JPEG that had to be written again

// orientation reads which way up a picture is from EXIF data; 0 where it does not say.
func orientation(exif []byte) int {
	exif = bytes.TrimPrefix(exif, []byte("Exif\x00\x00"))
	if len(exif) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(exif[:2]) == "II" {
		order = binary.LittleEndian
	} else if string(exif[:2]) != "MM" {
		return 0
	}
	at := uint64(order.Uint32(exif[4:]))
	if at+2 > uint64(len(exif)) {
		return 0
	}
	n := int(order.Uint16(exif[at:]))
	entries := exif[at+2:]
	const size, tag, short = 12, 0x0112, 3
	for ; n > 0 && len(entries) >= size; n, entries = n-1, entries[size:] {
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 0
}

// turned returns the picture as it is meant to be seen.
func turned(img image.Image, way int) image.Image {
	if way <= 1 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if way >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	if grey, ok := img.(*image.Gray); ok {
		out := image.NewGray(size)
		turn(out.Pix, grey.Pix[grey.PixOffset(b.Min.X, b.Min.Y):], w, h, grey.Stride, 1, way)
		return out
	}
	from, ok := img.(*image.NRGBA)
	if !ok {
		from = image.NewNRGBA(image.Rect(0, 0, w, h))
		draw.Draw(from, from.Bounds(), img, b.Min, draw.Src)
	}
	out := image.NewNRGBA(size)
	turn(out.Pix, from.Pix[from.PixOffset(from.Rect.Min.X, from.Rect.Min.Y):], w, h, from.Stride, 4, way)
	return out
}

// turn copies pixels of n bytes to where they belong, by the eight ways of EXIF.
func turn(to, from []byte, w, h, stride, n, way int) {
	wide := w
	if way >= 5 {
		wide = h
	}
	for y := range h {
		for x := range w {
			tx, ty := place(x, y, w, h, way)
			at := (ty*wide + tx) * n
			copy(to[at:at+n], from[y*stride+x*n:])
		}
	}
}

func place(x, y, w, h, way int) (tx, ty int) {
	switch way {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}

// written writes a picture again: a JPEG as a JPEG, a WebP as one where nothing
// shows through it, all else as PNG. A profile goes along where it still fits.
func written(img image.Image, mime string, profile [][]byte) (data []byte, as string, err error) {
	var out bytes.Buffer
	seen, plain := img.(interface{ Opaque() bool })
	if mime == "image/jpeg" || mime == "image/webp" && plain && seen.Opaque() {
		err = jpeg.Encode(&out, img, &jpeg.Options{Quality: quality})
		data = out.Bytes()
		if mime == "image/jpeg" && err == nil {
			data = insert(data, len(startOfJPEG), profile)
		}
		return data, "image/jpeg", err
	}
	err = png.Encode(&out, img)
	data = out.Bytes()
	if mime == "image/png" && err == nil {
		data = insert(data, len(startOfPNG)+headOfPNG, profile)
	}
	return data, "image/png", err
}

func insert(data []byte, at int, parts [][]byte) []byte {
	out := bytes.Clone(data[:at])
	for _, p := range parts {
		out = append(out, p...)
	}
	return append(out, data[at:]...)
}
