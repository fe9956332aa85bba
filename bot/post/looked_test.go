package post_test

import (
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

// Described keeps every picture whose hash it is given but "gone".
func (h *house) Described(_ *storage.Tx, _ bot.BrandID, all []bot.Picture, _ []bot.Fetch) ([]bot.Picture, error) {
	for _, p := range all {
		if p.Hash == "" || p.Hash == "gone" {
			e := bot.Errorf(bot.Invalid, "error.draft_picture")
			e.Field = "pictures"
			return nil, e
		}
	}
	return all, nil
}

// Given says where pictures are, and since when.
func (h *house) Given(tx *storage.Tx, _ bot.BrandID, all []bot.Picture) (out []act.Picture, err error) {
	for _, p := range all {
		out = append(out, act.Picture{URL: "https://ponte.example/m/" + p.Hash + "?from=" + tx.Now().Format(time.RFC3339), Hash: p.Hash, Type: p.Type, Alt: p.Alt})
	}
	return out, nil
}

// Wants a look at whatever has a link.
func (h *house) Wants(_ *storage.Tx, d *bot.Draft) (bool, error) {
	return len(d.Fetch) > 0 || strings.Contains(d.Content.Text, "https://"), nil
}

// looked hands a draft back as it was seen.
func (h *house) looked(seen bot.Draft, fetched []bot.Picture, left ...bot.Fetch) {
	h.Helper()
	h.do(func(tx *storage.Tx) error { return h.desk.Looked(tx, seen, fetched, left) })
}

const link = "Look: https://shop.example/lamp"

func TestLinksAreLookedAtFirst(t *testing.T) {
	in(t, func(h *house) {
		d := h.writes(says(link, time.Time{}))
		h.is(d, "draft")
		if d.LooksAt.IsZero() || d.LooksBy != "ana" || d.Request != "" {
			t.Fatalf("it waits for no look: %+v", d)
		}
		h.looked(h.draft(d), nil)
		h.is(d, "in review")
		if d = h.draft(d); !d.LooksAt.IsZero() || d.LooksBy != "" {
			t.Errorf("it still waits for a look: %+v", d)
		}
		h.approves(d)
		h.Idle()
		h.is(d, "published")
	})
}

func TestAnEditWhileLinksAreLookedAtWins(t *testing.T) {
	in(t, func(h *house) {
		d := h.writes(says(link, time.Time{}))
		seen := h.draft(d)
		if err := h.edits(d, says(link+" now", time.Time{}), -1); err != nil {
			t.Fatal(err)
		}
		h.looked(seen, []bot.Picture{{Hash: "h"}})
		h.is(d, "draft")
		if now := h.draft(d); now.LooksAt.IsZero() || len(now.Content.Pictures) > 0 {
			t.Errorf("the old look counted: %+v", now)
		}
		h.looked(h.draft(d), nil)
		h.is(d, "in review")
		h.looked(h.draft(d), []bot.Picture{{Hash: "h"}}) // nobody asked for this one
		if now := h.draft(d); len(now.Content.Pictures) > 0 {
			t.Errorf("a look that nobody waits for counted: %+v", now)
		}
	})
}

func TestAnEditWithLinksVoidsWhatWasApproved(t *testing.T) {
	in(t, func(h *house) {
		d := h.writes(says("first", time.Now().Add(time.Hour)))
		h.approves(d)
		h.is(d, "scheduled")
		old := h.request(d)
		if err := h.edits(d, says(link, time.Now().Add(time.Hour)), -1); err != nil {
			t.Fatal(err)
		}
		h.is(d, "draft")
		if r := h.request(d); r.ID != old.ID || !r.Over() {
			t.Errorf("the old decision still counts: %s", r.State)
		}
		h.Pass(2 * time.Hour)
		h.Idle()
		if got := h.public(); len(got) > 0 {
			t.Errorf("out: %v", got)
		}
	})
}

func TestCancelledWhileLookedAt(t *testing.T) {
	in(t, func(h *house) {
		d := h.writes(says(link, time.Time{}))
		h.do(func(tx *storage.Tx) error { return h.desk.Cancel(tx, h.brand(), "ana", h.draft(d)) })
		h.looked(h.draft(d), nil)
		h.is(d, "cancelled")
		if now := h.draft(d); !now.LooksAt.IsZero() || now.Request != "" {
			t.Errorf("somebody was asked about it: %+v", now)
		}
	})
}

func TestFetchedPicturesAreDecidedAbout(t *testing.T) {
	in(t, func(h *house) {
		o := says("A lamp", time.Time{})
		o.Fetch = []bot.Fetch{{URL: "https://shop.example/lamp.jpg", Alt: "a lamp"}}
		d := h.writes(o)
		h.is(d, "draft")
		h.looked(h.draft(d), []bot.Picture{{Hash: "lamp", Alt: "a lamp"}})
		h.is(d, "in review")
		r := h.request(d)
		if len(r.Content.Pictures) != 1 || r.Content.Pictures[0].Hash != "lamp" || len(h.draft(d).Fetch) > 0 {
			t.Errorf("asked about %+v", r.Content)
		}
		h.approves(d)
		h.Idle()
		h.is(d, "published")
	})
}

// TestAPictureThatIsMissingIsSaid shows the draft to its author, who may not look for it.
func TestAPictureThatIsMissingIsSaid(t *testing.T) {
	in(t, func(h *house) {
		o := says("A lamp", time.Time{})
		o.Fetch = []bot.Fetch{{URL: "https://shop.example/lamp.jpg"}}
		d := h.writes(o)
		h.found = []bot.Finding{{Check: "fetch", Stops: true}}
		h.looked(h.draft(d), nil, o.Fetch...)
		h.Idle()
		h.is(d, "draft")
		if now := h.draft(d); len(now.Fetch) != 1 || !now.LooksAt.IsZero() {
			t.Errorf("%+v", now)
		}
		if got := h.shows("draft/" + string(d.ID)); !strings.Contains(got, "[retry] [edit]") {
			t.Errorf("its card is %q", got)
		}
		h.found = nil
		h.do(func(tx *storage.Tx) error {
			_, _, err := h.desk.Retry(tx, h.brand(), "ana", h.draft(d))
			return err
		})
		if now := h.draft(d); now.LooksAt.IsZero() || len(now.Fetch) != 1 {
			t.Errorf("it is not tried again: %+v", now)
		}
	})
}

// TestADuplicateKeepsWhatIsMissing hands the copy of a draft in whose picture was not there.
func TestADuplicateKeepsWhatIsMissing(t *testing.T) {
	in(t, func(h *house) {
		o := says("A lamp", time.Time{})
		o.Fetch = []bot.Fetch{{URL: "https://shop.example/lamp.jpg", Alt: "a lamp"}}
		d := h.writes(o)
		var copied bot.Draft
		h.do(func(tx *storage.Tx) (err error) {
			copied, err = h.desk.Duplicate(tx, h.brand(), "bo", "again", d)
			return err
		})
		h.do(func(tx *storage.Tx) error {
			_, _, err := h.desk.Retry(tx, h.brand(), "bo", copied)
			return err
		})
		if now := h.draft(copied); now.LooksAt.IsZero() || len(now.Fetch) != 1 || now.Fetch[0] != o.Fetch[0] {
			t.Errorf("%+v", now)
		}
	})
}

// TestAMissingPictureTakenOut has all posts held meanwhile.
func TestAMissingPictureTakenOut(t *testing.T) {
	in(t, func(h *house) {
		o := says("A lamp", time.Now().Add(time.Hour))
		d := h.writes(o)
		h.approves(d)
		h.do(func(tx *storage.Tx) error {
			return h.desk.Hold(tx, h.brand(), "ana", h.row(tx, d), "", time.Time{})
		})
		with := o
		with.Fetch = []bot.Fetch{{URL: "https://shop.example/lamp.jpg"}}
		if err := h.edits(d, with, -1); err != nil {
			t.Fatal(err)
		}
		h.found = []bot.Finding{{Check: "fetch", Stops: true}}
		h.looked(h.draft(d), nil, with.Fetch...)
		h.found = nil
		if err := h.edits(d, o, -1); err != nil {
			t.Fatal(err)
		}
		h.do(func(tx *storage.Tx) error { return h.desk.Release(tx, h.brand(), "ana", h.row(tx, d)) })
		h.is(d, "in review")
	})
}

// TestReleasedWhileAPictureIsFetched lets go of a post that needs nobody's word.
func TestReleasedWhileAPictureIsFetched(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: 0} })
		o := says("A lamp", time.Now().Add(time.Hour))
		d := h.writes(o)
		h.is(d, "scheduled")
		h.do(func(tx *storage.Tx) error {
			return h.desk.Hold(tx, h.brand(), "ana", h.row(tx, d), "", time.Time{})
		})
		o.Fetch = []bot.Fetch{{URL: "https://shop.example/lamp.jpg"}}
		if err := h.edits(d, o, -1); err != nil {
			t.Fatal(err)
		}
		h.do(func(tx *storage.Tx) error { return h.desk.Release(tx, h.brand(), "ana", h.row(tx, d)) })
		h.is(d, "draft")
		h.looked(h.draft(d), []bot.Picture{{Hash: "lamp"}})
		h.is(d, "scheduled")
		if now := h.draft(d); len(now.Content.Pictures) != 1 || len(now.Fetch) > 0 {
			t.Errorf("it goes out with %v", now.Content.Pictures)
		}
	})
}

// TestAMissingPictureKeepsAPostBack has one that could not be fetched, and that no
// check speaks of.
func TestAMissingPictureKeepsAPostBack(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: 0} })
		d := h.writes(says("A lamp", time.Now().Add(time.Hour)))
		h.do(func(tx *storage.Tx) error {
			_, err := records.Drafts.Change(tx, storage.K(aurora, d.ID), func(d *bot.Draft) error {
				d.Fetch = []bot.Fetch{{URL: "https://shop.example/lamp.jpg"}}
				return nil
			})
			return err
		})
		h.Pass(time.Hour + time.Minute)
		if got := h.public(); len(got) > 0 {
			t.Errorf("out: %v", got)
		}
	})
}

// TestALateLookChangesNothingThatIsOver hands pictures back for a draft that was taken back.
func TestALateLookChangesNothingThatIsOver(t *testing.T) {
	in(t, func(h *house) {
		d := h.writes(says(link, time.Time{}))
		h.do(func(tx *storage.Tx) error { return h.desk.Cancel(tx, h.brand(), "ana", h.draft(d)) })
		h.looked(h.draft(d), []bot.Picture{{Hash: "lamp"}})
		if now := h.draft(d); len(now.Content.Pictures) > 0 || !now.LooksAt.IsZero() {
			t.Errorf("%+v", now)
		}
	})
}

func TestTheSamePictureTwiceIsOne(t *testing.T) {
	in(t, func(h *house) {
		o := says("A lamp", time.Time{})
		o.Content.Pictures = []bot.Picture{{Hash: "lamp", Alt: "mine"}}
		o.Fetch = []bot.Fetch{{URL: "https://shop.example/lamp.jpg"}}
		d := h.writes(o)
		h.looked(h.draft(d), []bot.Picture{{Hash: "lamp"}, {Hash: "other"}, {Hash: "other"}})
		if got := h.draft(d).Content.Pictures; len(got) != 2 || got[0].Alt != "mine" || got[1].Hash != "other" {
			t.Errorf("%+v", got)
		}
	})
}

// TestOnlyThePicturesAgreedOnGoOut swaps what an approved post shows.
func TestOnlyThePicturesAgreedOnGoOut(t *testing.T) {
	for name, change := range map[string]func(*act.Picture){
		"as they are": func(*act.Picture) {}, "another": func(p *act.Picture) { p.Hash = "other" }, "another description": func(p *act.Picture) { p.Alt = "other" },
	} {
		in(t, func(h *house) {
			o := says("A lamp", time.Now().Add(time.Hour))
			o.Content.Pictures = []bot.Picture{{Hash: "lamp", Alt: "a lamp"}}
			d := h.writes(o)
			h.approves(d)
			h.do(func(tx *storage.Tx) error {
				return records.Hold(tx, records.Asked)
			})
			h.Pass(time.Hour + time.Second)
			h.do(func(tx *storage.Tx) error {
				p := h.row(tx, d)
				_, err := records.Effects.Change(tx, storage.K(p.Effect), func(e *act.Effect) error {
					a, err := e.Act.Open()
					if err != nil {
						return err
					}
					said := a.(act.Publish)
					change(&said.Pictures[0])
					e.Act = act.Seal(said)
					return nil
				})
				if err != nil {
					return err
				}
				_, err = records.Unhold(tx)
				return err
			})
			h.Out.Wake()
			h.Pass(time.Minute)
			want := "failed"
			if name == "as they are" {
				want = "published"
			}
			h.is(d, want)
		})
	}
}

// TestAddressesOfPicturesAreNew has a network that does not say what became of a
// post, and a person who does, when the first address is long over.
func TestAddressesOfPicturesAreNew(t *testing.T) {
	in(t, func(h *house) {
		h.Net.Asked = false
		h.Halt()
		h.Run() // with a network that cannot be asked
		o := says("A lamp", time.Now().Add(time.Hour))
		o.Content.Pictures = []bot.Picture{{Hash: "lamp", Alt: "a lamp"}}
		d := h.writes(o)
		h.approves(d)
		var given string
		unknown := &coretest.Fault{Err: bot.Errorf(bot.Ambiguous, "error.unknown_outcome")}
		h.Net.Fails(func(_ string, a act.Act) *coretest.Fault {
			given = a.(act.Publish).Pictures[0].URL
			if unknown == nil {
				return nil
			}
			return unknown
		})
		h.Pass(time.Hour + time.Second)
		h.Idle()
		h.is(d, "unknown")
		h.Down(72 * time.Hour)
		unknown = nil
		h.do(func(tx *storage.Tx) error { return h.desk.Settle(tx, h.brand(), "bo", h.row(tx, d), false) })
		h.is(d, "published")
		if want := "?from=" + time.Now().UTC().Format(time.RFC3339); !strings.HasSuffix(given, want) {
			t.Errorf("its picture lies at %s, want %s", given, want)
		}
	})
}

// row is the one post of a draft.
func (h *house) row(tx *storage.Tx, d bot.Draft) bot.Post {
	h.Helper()
	p, err := records.PostsOf.First(tx, storage.K(d.ID))
	if err != nil {
		h.Fatal(err)
	}
	return p
}
