package square

import (
	"context"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/social/square/gallery"
	"ponte/platforms/social/square/gate"
	"ponte/storage"
)

// Post puts a post of the brand on the page. The same id again changes nothing.
func (s *Square) Post(ctx context.Context, id, lang, text string, at time.Time) error {
	text, err := gate.Text(text, maxPost)
	if err != nil {
		return err
	}
	if id == "" || len(id) > 255 {
		return bot.Errorf(bot.Invalid, "square.unknown_post")
	}
	return s.store.Update(ctx, func(tx *storage.Tx) error {
		if there, err := posts.Has(tx, storage.K(id)); there || err != nil {
			return err
		}
		s.changed(tx, id)
		return posts.Insert(tx, post{ID: id, Lang: lang, Text: text, At: at.UTC()})
	})
}

// publish puts on the page what the brand says by itself, with pictures that the
// square has its own copies of.
func (s *Square) publish(tx *storage.Tx, a act.Publish, pieces map[string]gallery.Piece) (p post, err error) {
	now := s.opt.Now()
	p = post{ID: string(bot.NewID(now)), At: now.UTC()}
	read := gate.Text
	if len(a.Pictures) > 0 {
		read = gate.Some
	}
	if p.Text, err = read(a.Text, maxPost); err != nil {
		return post{}, err
	}
	if len(a.Pictures) > maxShown {
		return post{}, field("pictures", bot.Errorf(bot.Invalid, "square.too_many_pictures", "max", strconv.Itoa(maxShown)))
	}
	for _, from := range a.Pictures {
		var shown picture
		if shown.Alt, err = gate.Some(from.Alt, maxText); err != nil {
			return post{}, err
		}
		if piece, ok := pieces[from.Hash]; ok {
			shown.Width, shown.Height = piece.Width, piece.Height
			if shown.Path, err = gallery.Hang(tx, piece); err != nil {
				return post{}, err
			}
		}
		p.Pictures = append(p.Pictures, shown)
	}
	s.changed(tx, p.ID)
	return p, posts.Insert(tx, p)
}
