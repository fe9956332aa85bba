// Package upload takes in pictures that somebody gives the console, and gives
// those back that Ponte keeps. It bounds how large they are and how many come at
// once, and knows nothing of pages, of messages or of people's rights.
package upload

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"ponte/bot"
)

const (
	// Most is how many bytes a picture may have.
	Most = 20 << 20
	// PerMessage is how many pictures one message may bring.
	PerMessage = 10

	atOnce     = 8 // pictures that are read at the same time
	patience   = 3 * time.Minute
	mostFields = 20
	mostField  = 1 << 10 // bytes
)

// Door lets pictures in, a few at once. It is made by New.
type Door struct{ turns chan struct{} }

// New makes a door.
func New() *Door { return &Door{make(chan struct{}, atOnce)} }

// Read reads a form with a picture, its fields into the request's PostForm, and
// returns the bytes of its field "file". The errors are Invalid: it is no such
// form, it is cut off, or the picture has more than Most bytes.
func (d *Door) Read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	select {
	case d.turns <- struct{}{}:
		defer func() { <-d.turns }()
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience)) // what has no deadlines is a test's
	r.Body = http.MaxBytesReader(w, r.Body, Most+mostFields*2*mostField)
	data, err := read(r)
	if _, large := errors.AsType[*http.MaxBytesError](err); large || len(data) > Most {
		return nil, bot.Errorf(bot.Invalid, "console.picture_large")
	}
	if err != nil {
		return nil, bot.Errorf(bot.Invalid, "console.picture_cut").Because(err)
	}
	if len(data) == 0 {
		return nil, bot.Errorf(bot.Invalid, "console.picture_none")
	}
	return data, nil
}

func read(r *http.Request) (data []byte, err error) {
	r.PostForm = url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for range mostFields {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		if part.FormName() != "file" {
			err = field(r, part)
		} else if data, err = io.ReadAll(io.LimitReader(part, Most+1)); len(data) > Most {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, errors.New("too many fields")
}

func field(r *http.Request, part *multipart.Part) error {
	value, err := io.ReadAll(io.LimitReader(part, mostField))
	r.PostForm.Add(part.FormName(), string(value))
	return err
}

var hash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Hash reports whether the text can be the hash of a picture.
func Hash(text string) bool { return hash.MatchString(text) }

// Hashes reads the hashes that came with a message, with spaces between them. The
// error is Invalid where something else stands there, or too many.
func Hashes(text string) ([]string, error) {
	list := strings.Fields(text)
	if len(list) == 0 {
		return nil, nil
	}
	if len(list) > PerMessage || slices.ContainsFunc(list, func(h string) bool { return !Hash(h) }) {
		return nil, bot.Errorf(bot.Invalid, "console.pictures_wrong")
	}
	return list, nil
}

// shown are the types that a browser draws and runs nothing of.
var shown = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// Show answers with a picture. A browser draws it and does nothing else with it.
func Show(w http.ResponseWriter, r *http.Request, p bot.Picture, data []byte) {
	kind := "application/octet-stream"
	if slices.Contains(shown, p.Type) {
		kind = p.Type
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("ETag", `"`+p.Hash+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}
