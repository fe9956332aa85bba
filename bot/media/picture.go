package media

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strconv"

	"golang.org/x/image/webp"

	"ponte/bot"
)

// What is taken of one picture.
const (
	maxBytes  = 20 << 20
	maxPixels = 50_000_000
	maxSide   = 12_000
	maxScans  = 100           // in which a JPEG is painted
	maxWork   = 1_000_000_000 // pixels painted in all its scans: seconds
)

// A kind is a way in which pictures are written.
type kind struct {
	mime   string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	strip  func([]byte) (stripped, bool)
}

var kinds = []kind{
	{"image/jpeg", jpeg.DecodeConfig, jpeg.Decode, stripJPEG},
	{"image/png", png.DecodeConfig, png.Decode, stripPNG},
	{"image/gif", gif.DecodeConfig, gif.Decode, stripGIF},
	{"image/webp", webp.DecodeConfig, webp.Decode, stripWebP},
}

// stripped is a picture without anything that is not seen.
type stripped struct {
	data    []byte
	turn    int      // orientation by EXIF, 1 to 8; 1 and 0: upright
	profile [][]byte // colour profile, as segments or a chunk of its kind
}

// cleaned brings a picture into the form it is kept in. What it is, is told by
// decoding it and by nothing else.
func cleaned(data []byte) (p bot.Picture, out []byte, err error) {
	defer func() {
		if v := recover(); v != nil { // of a decoder
			err = wrong("error.picture_broken").Because(fmt.Errorf("panic: %v", v))
		}
	}()
	if len(data) > maxBytes {
		return bot.Picture{}, nil, wrong("error.picture_large")
	}
	for _, k := range kinds {
		c, err := k.config(bytes.NewReader(data))
		if err != nil {
			continue
		}
		if err := sized(c); err != nil {
			return bot.Picture{}, nil, err
		}
		return k.clean(data)
	}
	return bot.Picture{}, nil, wrong("error.picture_kind")
}

// sized refuses a picture by its head, before anything is unpacked.
func sized(c image.Config) error {
	if c.Width < 1 || c.Height < 1 {
		return wrong("error.picture_broken")
	}
	if c.Width > maxSide || c.Height > maxSide || c.Width > maxPixels/c.Height {
		return wrong("error.picture_measures", "Width", strconv.Itoa(c.Width), "Height", strconv.Itoa(c.Height))
	}
	return nil
}

func (k kind) clean(data []byte) (bot.Picture, []byte, error) {
	s, whole := k.strip(data)
	if !whole {
		s.data, s.profile = data, nil
	}
	c, err := k.config(bytes.NewReader(s.data))
	if err == nil {
		err = sized(c)
	}
	if err == nil && k.mime == "image/jpeg" {
		err = painted(s.data, c)
	}
	if err != nil {
		return bot.Picture{}, nil, broken(err)
	}
	img, err := k.decode(bytes.NewReader(s.data))
	if err != nil {
		return bot.Picture{}, nil, broken(err)
	}
	p := bot.Picture{Type: k.mime, Width: c.Width, Height: c.Height}
	if whole && s.turn <= 1 {
		return p, s.data, nil
	}
	img = turned(img, s.turn)
	out, mime, err := written(img, k.mime, s.profile)
	if err != nil {
		return bot.Picture{}, nil, broken(err)
	}
	if len(out) > maxBytes {
		return bot.Picture{}, nil, wrong("error.picture_large")
	}
	return bot.Picture{Type: mime, Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}, out, nil
}

// painted refuses a JPEG that is painted over and over: each scan may touch every
// pixel, and a few bytes are enough for one.
func painted(data []byte, c image.Config) error {
	scans := bytes.Count(data, []byte{0xff, markerSOS})
	if scans > maxScans || scans*c.Width*c.Height > maxWork {
		return wrong("error.picture_scans")
	}
	return nil
}

func broken(err error) error {
	if _, told := bot.Asked(err); told {
		return err
	}
	return wrong("error.picture_broken").Because(err)
}

func wrong(key string, pairs ...string) *bot.Error {
	e := bot.Errorf(bot.Invalid, key, pairs...)
	e.Field = "pictures"
	return e
}
