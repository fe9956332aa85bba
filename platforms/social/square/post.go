package square

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
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

// publish puts on the page what the brand says by itself.
func (s *Square) publish(tx *storage.Tx, a act.Publish) (post, error) {
	text, err := gate.Text(a.Text, maxPost)
	if err != nil {
		return post{}, err
	}
	if len(a.Pictures) > maxShown {
		return post{}, field("pictures", bot.Errorf(bot.Invalid, "square.too_many_pictures", "max", strconv.Itoa(maxShown)))
	}
	now := s.opt.Now()
	p := post{ID: string(bot.NewID(now)), Text: text, At: now.UTC()}
	for _, from := range a.Pictures {
		shown := picture{Path: s.own(from.URL)}
		if strings.TrimSpace(from.Alt) != "" {
			if shown.Alt, err = gate.Text(from.Alt, maxText); err != nil {
				return post{}, err
			}
		}
		p.Pictures = append(p.Pictures, shown)
	}
	s.changed(tx, p.ID)
	return p, posts.Insert(tx, p)
}

// own is the path of an address, with its query, where it is the square's; empty
// of any other.
func (s *Square) own(address string) string {
	base, err := url.Parse(s.opt.Base())
	if err != nil {
		return ""
	}
	u, err := base.Parse(address)
	if err != nil || u.Scheme != base.Scheme || u.Host != base.Host || u.User != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") {
		return ""
	}
	return u.RequestURI()
}
