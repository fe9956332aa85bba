// Package gallery keeps the square's own copies of the pictures that its posts show,
// and serves them. It knows no post, and not where they come from.
package gallery

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
)

const chunk = 256 << 10 // bytes of a picture that one record has

// A picture is one that is kept.
type picture struct {
	Hash   string `json:"hash"`
	Type   string `json:"type"`
	Size   int    `json:"size"`
	Chunks int    `json:"chunks"`
}

// A part is some of a picture's bytes.
type part struct {
	Hash string `json:"hash"`
	Nth  int    `json:"nth"`
	Data []byte `json:"data"`
}

var (
	pictures = storage.Define("square_pictures", func(p *picture) storage.Key { return storage.K(p.Hash) })
	parts    = storage.Define("square_parts", func(p *part) storage.Key { return storage.K(p.Hash, p.Nth) })
)

// Collections lists what the store must be opened with.
func Collections() []storage.Definition { return []storage.Definition{pictures, parts} }

// Source gives the bytes of a picture by its hash.
type Source func(ctx context.Context, hash string) (bot.Picture, []byte, error)

// Piece is a picture with its bytes, on its way into the gallery.
type Piece struct {
	bot.Picture
	Data []byte
}

// Takes is what the square takes of one picture: what browsers show.
var Takes = act.PictureLimits{Types: []string{"image/jpeg", "image/png", "image/gif", "image/webp"}, Bytes: 20 << 20, Pixels: 50_000_000}

// Fetch asks a source for those pictures that have a hash. The errors prove that
// nothing happened.
func Fetch(ctx context.Context, from Source, all []act.Picture) (map[string]Piece, error) {
	out := map[string]Piece{}
	for _, p := range all {
		h := p.Hash
		if h == "" || from == nil || out[h].Data != nil {
			continue
		}
		p, data, err := from(ctx, h)
		if err != nil {
			if bot.KindOf(err) == bot.NotFound {
				return nil, bot.Errorf(bot.Invalid, "square.no_picture").Because(err)
			}
			return nil, bot.Errorf(bot.Unavailable, "error.unavailable").Because(err)
		}
		out[h] = Piece{p, data}
	}
	return out, nil
}

// Hang keeps a picture, once, and returns its path on the page.
func Hang(tx *storage.Tx, p Piece) (path string, err error) {
	path = "/pictures/" + p.Hash
	if there, err := pictures.Has(tx, storage.K(p.Hash)); there || err != nil {
		return path, err
	}
	n := 0
	for data := range slices.Chunk(p.Data, chunk) {
		if err := parts.Insert(tx, part{Hash: p.Hash, Nth: n, Data: data}); err != nil {
			return "", err
		}
		n++
	}
	return path, pictures.Insert(tx, picture{Hash: p.Hash, Type: p.Type, Size: len(p.Data), Chunks: n})
}

// Handler serves GET /pictures/{hash}; what it cannot serve it leaves to refuse.
func Handler(store storage.Store, refuse func(http.ResponseWriter, *http.Request, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, data, err := read(r.Context(), store, r.PathValue("hash"))
		if err != nil {
			refuse(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", p.Type)
		h.Set("Content-Length", strconv.Itoa(len(data)))
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		if r.Method != http.MethodHead {
			_, _ = w.Write(data)
		}
	}
}

func read(ctx context.Context, store storage.Store, hash string) (p picture, data []byte, err error) {
	err = store.View(ctx, func(tx *storage.Tx) error {
		if p, err = pictures.Get(tx, storage.K(hash)); err != nil {
			if errors.Is(err, storage.ErrNotFound) {
				err = bot.Errorf(bot.NotFound, "square.no_page")
			}
			return err
		}
		data = make([]byte, 0, p.Size)
		for c, err := range parts.Under(tx, storage.K(hash)) {
			if err != nil {
				return err
			}
			data = append(data, c.Data...)
		}
		return nil
	})
	return p, data, err
}
