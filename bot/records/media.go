package records

import (
	"ponte/bot"
	"ponte/storage"
)

// DraftsWith and SeriesWith are those that name a picture.
var (
	DraftsWith = Drafts.Many("picture.1", func(d *bot.Draft) []storage.Key { return naming(d.Brand, &d.Content) })
	SeriesWith = Series.Many("picture.1", func(s *bot.Series) []storage.Key { return naming(s.Brand, &s.Content) })
)

func naming(brand bot.BrandID, c *bot.Content) (keys []storage.Key) {
	for _, p := range c.Pictures {
		keys = append(keys, storage.K(brand, p.Hash))
	}
	return keys
}
