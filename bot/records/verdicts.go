package records

import (
	"ponte/bot/verdict"
	"ponte/storage"
)

var (
	// Corrections are what people said of items in place of what they were found to be,
	// one for each item and head.
	Corrections = storage.Define("corrections", func(c *verdict.Correction) storage.Key { return storage.K(c.Brand, c.Item, string(c.Head)) })
	// Tallies are how often people of a brand corrected to which label.
	Tallies = storage.Define("tallies", func(t *verdict.Tally) storage.Key { return storage.K(t.Brand) })
)
