package records

import (
	"strings"

	"ponte/bot"
	"ponte/storage"
)

// DraftsWith, SeriesWith and ResultsWith are those that name a picture.
var (
	DraftsWith = Drafts.Many("picture.1", func(d *bot.Draft) []storage.Key { return naming(d.Brand, &d.Content) })
	SeriesWith = Series.Many("picture.1", func(s *bot.Series) []storage.Key { return naming(s.Brand, &s.Content) })

	ResultsWith = Results.Index("chart.1", func(r *bot.Results) storage.Key {
		if r.Chart.Hash == "" {
			return nil
		}
		return storage.K(r.Brand, r.Chart.Hash)
	})
)

func naming(brand bot.BrandID, c *bot.Content) (keys []storage.Key) {
	for _, p := range c.Pictures {
		keys = append(keys, storage.K(brand, p.Hash))
	}
	return keys
}

// PictureThatBegins is a picture of a brand whose hash begins so. The error is
// storage.ErrNotFound where there is none.
func PictureThatBegins(tx *storage.Tx, brand bot.BrandID, begins string) (bot.Kept, error) {
	for k, err := range Pictures.Under(tx, storage.K(brand), storage.From(storage.K(brand, begins)), storage.Limit(1)) {
		if err != nil || begins != "" && strings.HasPrefix(k.Picture.Hash, begins) {
			return k, err
		}
	}
	return bot.Kept{}, storage.ErrNotFound
}
