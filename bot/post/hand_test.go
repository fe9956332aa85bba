package post_test

import (
	"slices"
	"testing"
	"time"

	"ponte/bot"
	"ponte/storage"
)

// Whoever had a hand in a content is named to those who ask for a word, however
// often others changed it since, and in a copy too.
func TestEveryHandIsNamed(t *testing.T) {
	in(t, func(h *house) {
		d := h.writes(says("one", time.Now().Add(2*time.Hour)))
		changes := func(who bot.PersonID, text string) []bot.PersonID {
			t.Helper()
			o := says(text, time.Now().Add(3*time.Hour))
			o.By = who
			if err := h.edits(d, o, -1); err != nil {
				t.Fatal(err)
			}
			r := h.request(d)
			return slices.Sorted(slices.Values(r.Writers()))
		}
		changes("pia", "pia's words")
		if got := changes("ana", "pia's words, later"); !slices.Equal(got, []bot.PersonID{"ana", "pia"}) {
			t.Errorf("after ana's change %v wrote it", got)
		}
		if got := changes("bo", "and bo's"); !slices.Equal(got, []bot.PersonID{"ana", "bo", "pia"}) {
			t.Errorf("after bo's change %v wrote it", got)
		}
		var copied bot.Draft
		h.do(func(tx *storage.Tx) (err error) {
			copied, err = h.desk.Duplicate(tx, h.brand(), "sven", "copy", h.draft(d))
			return err
		})
		h.do(func(tx *storage.Tx) error {
			_, _, err := h.desk.Retry(tx, h.brand(), "sven", copied)
			return err
		})
		if r := h.request(copied); !slices.Contains(r.Writers(), "pia") || !slices.Contains(r.Writers(), "ana") {
			t.Errorf("the copy was written by %v", r.Writers())
		}
	})
}

// Where nobody's word is needed, a release lets go of nothing that a check stops.
func TestReleaseOfWhatACheckStops(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: 0} })
		d := h.writes(says("fine", time.Now().Add(time.Hour)))
		h.do(func(tx *storage.Tx) error {
			return h.desk.Hold(tx, h.brand(), "bo", h.firstPost(tx, d), "", time.Time{})
		})
		h.found = []bot.Finding{{Check: "secret", Stops: true}}
		if err := h.edits(d, says("a secret", time.Now().Add(time.Hour)), -1); err != nil {
			t.Fatal(err)
		}
		h.do(func(tx *storage.Tx) error { _, err := h.desk.ReleaseAll(tx, h.brand(), "bo"); return err })
		if h.Pass(2 * time.Hour); len(h.public()) != 0 {
			t.Errorf("the public reads %q, and it is %s", h.public(), h.stands(d))
		}
	})
}
