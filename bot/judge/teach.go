package judge

import (
	"errors"
	"strings"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/bot/verdict"
	"ponte/storage"
)

// Lesson is a correction in the form that training reads: a label and a text, in the
// file of its language.
type Lesson struct{ Language, Label, Text string }

// Lessons calls yield with what the people of a brand corrected, the oldest item
// first. What is gone at the source teaches nothing any more. A corrected language
// decides which file a text stands in, and is a lesson by itself only where it is
// none that Ponte knows.
func Lessons(tx *storage.Tx, brand bot.BrandID, yield func(Lesson) error) error {
	for c, err := range records.Corrections.Under(tx, storage.K(string(brand))) {
		if err != nil {
			return err
		}
		it, err := records.Item(tx, brand, bot.ID(c.Item))
		if errors.Is(err, storage.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		text := strings.Join(strings.Fields(it.Reads()), " ")
		known := c.Head != verdict.Language || c.Right == verdict.Other
		if it.Deleted() || it.Verdict == nil || text == "" || !known {
			continue
		}
		if err := yield(Lesson{it.Verdict.Language.Is, c.Right, text}); err != nil {
			return err
		}
	}
	return nil
}
