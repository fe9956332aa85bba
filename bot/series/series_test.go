package series_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/approval"
	"ponte/bot/post"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

func TestACountEnds(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("0 9 * * *", 3)
		h.stand(s, "01-01T09:00 scheduled")
		h.until("01 09:00")
		h.stand(s, "01-01T09:00 published, 01-02T09:00 scheduled")
		h.until(days(2, 3)...)
		h.stand(s, "01-01T09:00 published, 01-02T09:00 published, 01-03T09:00 published")
		if got := h.series(s); got.State != bot.SeriesRuns || got.Made != 3 {
			t.Errorf("after its last time it is %s with %d made", got.State, got.Made)
		}
		h.until("05 09:00")
		if got := h.series(s); got.State != bot.SeriesOver || h.public() != 3 || len(h.missed()) != 0 {
			t.Errorf("it is %s, was said %d times, and told %q", got.State, h.public(), h.missed())
		}
	})
}

func TestNobodyAgrees(t *testing.T) {
	in(t, func(h *house) {
		s := h.writes(order("0 9 * * *", 10))
		h.until("02 09:00")
		h.stand(s, "")
		h.until("04 01:00") // the patience of a request is three days
		if got := h.series(s); got.State != bot.SeriesOff || h.public() != 0 {
			t.Errorf("it is %s, and said %d times", got.State, h.public())
		}
	})
}

// Who agrees late agrees on what is to come; what passed is counted.
func TestAgreedLate(t *testing.T) {
	in(t, func(h *house) {
		s := h.writes(order("0 9 * * *", 4))
		h.until("02 09:00")
		h.says(s, "yes")
		h.stand(s, "01-03T09:00 scheduled")
		want := []string{"series.missed N=2 Number=1 From=2000-01-01T09:00:00Z To=2000-01-02T09:00:00Z"}
		if diff := cmp.Diff(want, h.missed()); diff != "" {
			t.Error(diff)
		}
		h.until(days(3, 6)...)
		if h.public() != 2 {
			t.Errorf("said %d times, want 2 of 4", h.public())
		}
	})
}

// Down for three days: nothing comes in a burst, the newest time asks, the others
// are counted in one line, and both series go on.
func TestThreeDaysDown(t *testing.T) {
	in(t, func(h *house) {
		daily, hourly := h.runs("0 9 * * *", 100), h.runs("30 * * * *", 1000)
		for hour := range 10 {
			h.until(fmt.Sprintf("01 %02d:00", hour), fmt.Sprintf("01 %02d:30", hour))
		}
		if h.public() != 11 {
			t.Fatalf("said %d times before", h.public())
		}
		h.until("04 10:15") // 09:00 and 09:30 are older than the grace
		if h.public() != 11 {
			t.Errorf("said %d times after", h.public()-11)
		}
		h.stand(daily, "01-01T09:00 published, 01-02T09:00 cancelled, 01-04T09:00 expired, 01-05T09:00 scheduled")
		if d, _ := h.drafts(hourly); len(d) != 13 || d[11].Slot != "2000-01-04T09:30" || d[12].Slot != "2000-01-04T10:30" {
			t.Errorf("the hourly one has %d drafts", len(d))
		}
		want := []string{
			"series.missed N=2 Number=1 From=2000-01-02T09:00:00Z To=2000-01-03T09:00:00Z",
			"series.missed N=71 Number=2 From=2000-01-01T10:30:00Z To=2000-01-04T08:30:00Z",
		}
		if diff := cmp.Diff(want, h.missed()); diff != "" {
			t.Error(diff)
		}
		h.until("04 10:30")
		h.until("05 09:00")
		h.stand(daily, "01-01T09:00 published, 01-02T09:00 cancelled, 01-04T09:00 expired, 01-05T09:00 published, 01-06T09:00 scheduled")
	})
}

// Within the grace the newest time still goes out, and nothing before it.
func TestNoBurstWithinTheGrace(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("*/5 * * * *", 20)
		h.until("01 00:05", "01 00:26")
		h.stand(s, "01-01T00:05 published, 01-01T00:10 cancelled, 01-01T00:25 published, 01-01T00:30 scheduled")
		if h.public() != 2 || len(h.missed()) != 1 {
			t.Errorf("said %d times, and told %q", h.public(), h.missed())
		}
	})
}

// Times that somebody looked at and left as they are come in no burst either.
func TestNoBurstOfWhatWasTaken(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("*/10 * * * *", 20)
		h.takes(s, "2000-01-01T00:20")
		h.takes(s, "2000-01-01T00:30")
		h.until("01 00:37")
		h.stand(s, "01-01T00:10 cancelled, 01-01T00:20 cancelled, 01-01T00:30 published, 01-01T00:40 scheduled")
		if want := []string{"series.missed N=2 Number=1 From=2000-01-01T00:10:00Z To=2000-01-01T00:20:00Z"}; h.public() != 1 || !cmp.Equal(want, h.missed()) {
			t.Errorf("said %d times, and told %q", h.public(), h.missed())
		}
		h.takes(s, "2000-01-01T01:00")
		h.until("01 00:40", "01 00:57", "01 01:17") // 01:10 is newer
		h.stand(s, "01-01T00:10 cancelled, 01-01T00:20 cancelled, 01-01T00:30 published, 01-01T00:40 published, "+
			"01-01T00:50 published, 01-01T01:00 cancelled, 01-01T01:10 published, 01-01T01:20 scheduled")
	})
}

// A series that is refused leaves what somebody is about to change.
func TestRefusedWhileATimeIsChanged(t *testing.T) {
	in(t, func(h *house) {
		s := h.writes(order("0 9 * * *", 9))
		left, stopped, looked := h.takes(s, "2000-01-02T09:00"), h.takes(s, "2000-01-03T09:00"), h.takes(s, "2000-01-04T09:00")
		h.found = []bot.Finding{{Check: "blocked", Stops: true}}
		h.edits(stopped, "We are shut.")
		h.found = nil
		h.do(func(tx *storage.Tx) error {
			looked.LooksAt, looked.Fetch = tx.Now(), []bot.Fetch{{URL: "https://shop.example/a.png"}}
			return records.Drafts.Put(tx, looked)
		})
		h.says(s, "no")
		h.stand(s, "01-02T09:00 cancelled, 01-03T09:00 draft, 01-04T09:00 in review")
		if got := h.series(s); got.State != bot.SeriesOff || left.Request != "" {
			t.Errorf("it is %s", got.State)
		}
	})
}

func TestAPauseKeepsOne(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("0 * * * *", 100)
		h.do(func(tx *storage.Tx) error { return h.posts.Pause(tx, h.brand(), "bo", "", time.Time{}) })
		h.until("01 01:00", "01 02:00", "01 03:00", "01 04:00")
		h.stand(s, "01-01T01:00 held, 01-01T02:00 cancelled, 01-01T03:00 cancelled, 01-01T04:00 cancelled, 01-01T05:00 scheduled")
		if len(h.missed()) != 0 {
			t.Errorf("it told %q in the pause", h.missed())
		}
		h.do(func(tx *storage.Tx) error {
			held, err := h.posts.Resume(tx, h.brand(), "bo")
			if err == nil && len(held) != 1 {
				t.Errorf("%d are held", len(held))
			}
			return err
		})
		h.do(func(tx *storage.Tx) error { _, err := h.posts.ReleaseAll(tx, h.brand(), "bo"); return err })
		h.until("01 05:00")
		h.stand(s, "01-01T01:00 expired, 01-01T02:00 cancelled, 01-01T03:00 cancelled, 01-01T04:00 cancelled, 01-01T05:00 published, 01-01T06:00 scheduled")
		want := []string{"series.missed N=3 Number=1 From=2000-01-01T02:00:00Z To=2000-01-01T04:00:00Z"}
		if diff := cmp.Diff(want, h.missed()); diff != "" {
			t.Error(diff)
		}
	})
}

// What is held when the series ends, and released after it, is too late, and asks.
func TestReleasedAfterTheEnd(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("0 9 * * *", 2)
		h.do(func(tx *storage.Tx) error { return h.posts.Pause(tx, h.brand(), "bo", "", time.Time{}) })
		h.until(days(1, 3)...)
		if got := h.series(s); got.State != bot.SeriesOver {
			t.Fatalf("it is %s", got.State)
		}
		h.do(func(tx *storage.Tx) error { _, err := h.posts.Resume(tx, h.brand(), "bo"); return err })
		h.do(func(tx *storage.Tx) error { _, err := h.posts.ReleaseAll(tx, h.brand(), "bo"); return err })
		h.stand(s, "01-01T09:00 expired, 01-02T09:00 cancelled")
		if h.public() != 0 {
			t.Errorf("said %d times", h.public())
		}
	})
}

// What is held and released within the grace goes out; with the word on the series
// taken back meanwhile, it asks.
func TestReleasedWithAndWithoutTheWord(t *testing.T) {
	for _, withdrawn := range []bool{false, true} {
		in(t, func(h *house) {
			s := h.runs("0 9 * * *", 10)
			h.do(func(tx *storage.Tx) error { return h.posts.Pause(tx, h.brand(), "bo", "", time.Time{}) })
			h.until("01 09:10")
			want, n := "published", 1
			if withdrawn {
				h.says(s, "off")
				want, n = "expired", 0
			}
			h.do(func(tx *storage.Tx) error { _, err := h.posts.Resume(tx, h.brand(), "bo"); return err })
			h.do(func(tx *storage.Tx) error { _, err := h.posts.ReleaseAll(tx, h.brand(), "bo"); return err })
			next := "scheduled"
			if withdrawn {
				next = "in review"
			}
			h.stand(s, "01-01T09:00 "+want+", 01-02T09:00 "+next)
			if h.public() != n {
				t.Errorf("said %d times", h.public())
			}
		})
	}
}

func TestAWordTakenBack(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("0 9 * * *", 20)
		h.until(days(1, 9)...) // long after anybody was asked
		h.says(s, "off")
		d, _ := h.drafts(s)
		if len(d) != 10 || h.series(s).State != bot.SeriesAsked || h.public() != 9 {
			t.Fatalf("%d drafts, %s, said %d times", len(d), h.series(s).State, h.public())
		}
		h.until(days(10, 11)...)
		if h.public() != 9 {
			t.Error("it was said without anybody's word")
		}
		h.says(s, "yes")
		h.until(days(12, 12)...)
		if got := h.series(s); got.State != bot.SeriesRuns || h.public() != 10 || got.Made != 13 {
			t.Errorf("it is %s, was said %d times, and %d are made", got.State, h.public(), got.Made)
		}
	})
	in(t, func(h *house) {
		s := h.runs("0 9 * * *", 10)
		h.says(s, "off")
		h.stand(s, "01-01T09:00 in review")
		h.says(s, "yes")
		h.stand(s, "01-01T09:00 scheduled")
		h.says(s, "no")
		h.stand(s, "01-01T09:00 cancelled")
		h.until("03 09:00")
		if got := h.series(s); got.State != bot.SeriesOff || h.public() != 0 {
			t.Errorf("it is %s, and was said %d times", got.State, h.public())
		}
	})
}

// One time is changed and needs a word of its own; another is left out.
func TestOneTimeAlone(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("0 9 * * *", 4)
		var changed, skipped bot.Draft
		h.do(func(tx *storage.Tx) (err error) {
			run := h.series(s)
			if changed, err = h.desk.Take(tx, h.brand(), &run, "2000-01-02T09:00"); err != nil {
				return err
			}
			if skipped, err = h.desk.Take(tx, h.brand(), &run, "2000-01-03T09:00"); err != nil {
				return err
			}
			o := post.Order{By: "bo", Content: changed.Content}
			o.Content.Text = "We are closed."
			if _, _, err = h.posts.Edit(tx, h.brand(), changed, o, -1); err != nil {
				return err
			}
			return h.posts.Cancel(tx, h.brand(), "bo", skipped)
		})
		h.stand(s, "01-01T09:00 scheduled, 01-02T09:00 in review, 01-03T09:00 cancelled")
		h.until(days(1, 5)...)
		h.stand(s, "01-01T09:00 published, 01-02T09:00 expired, 01-03T09:00 cancelled, 01-04T09:00 published")
		if got := h.series(s); got.State != bot.SeriesOver || got.Made != 4 || len(h.missed()) != 0 {
			t.Errorf("it is %s with %d made, and told %q", got.State, got.Made, h.missed())
		}
	})
	in(t, func(h *house) {
		s := h.runs("0 9 * * *", 4)
		run := h.series(s)
		for name, want := range map[string]bot.Kind{"2000-01-02T09:30": bot.NotFound, "x": bot.NotFound, "": bot.NotFound, "2000-01-05T09:00": bot.NotFound} {
			if err := h.Try(func(tx *storage.Tx) error { _, err := h.desk.Take(tx, h.brand(), &run, name); return err }); bot.KindOf(err) != want {
				t.Errorf("%q: %v", name, err)
			}
		}
	})
}

// Changed and changed back, a time is the series's again.
func TestChangedAndBack(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("0 9 * * *", 2)
		d, _ := h.drafts(s)
		edit := func(text string) {
			h.do(func(tx *storage.Tx) error {
				o := post.Order{By: "bo", Content: d[0].Content}
				o.Content.Text = text
				_, _, err := h.posts.Edit(tx, h.brand(), d[0], o, -1)
				return err
			})
		}
		edit("We are closed.")
		h.stand(s, "01-01T09:00 in review")
		edit("We are open.")
		h.stand(s, "01-01T09:00 scheduled")
		h.until("01 09:00")
		if h.public() != 1 {
			t.Errorf("said %d times", h.public())
		}
	})
}

func TestStopAndChange(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("0 9 * * *", 10)
		h.until("01 09:00")
		h.do(func(tx *storage.Tx) error { _, err := h.desk.Stop(tx, h.brand(), "bo", s.ID); return err })
		h.stand(s, "01-01T09:00 published, 01-02T09:00 cancelled")
		if r := coretest.Get(h.World, func(tx *storage.Tx) (bot.Request, error) {
			return records.Requests.Get(tx, storage.K(aurora, s.Request))
		}); r.State != bot.Void {
			t.Errorf("the request is %s", r.State)
		}
		if err := h.Try(func(tx *storage.Tx) error { _, err := h.desk.Stop(tx, h.brand(), "bo", s.ID); return err }); bot.KindOf(err) != bot.Conflict {
			t.Errorf("stopped twice: %v", err)
		}
		h.until("03 09:00")
		if h.public() != 1 {
			t.Errorf("said %d times", h.public())
		}
	})
	in(t, func(h *house) {
		s, next := h.runs("0 9 * * *", 10), bot.Series{}
		o := order("0 12 * * *", 5)
		o.By = "bo"
		h.do(func(tx *storage.Tx) (err error) { next, _, err = h.desk.Change(tx, h.brand(), s.ID, o); return err })
		if h.series(s).State != bot.SeriesOff || next.Number != 2 || next.State != bot.SeriesAsked || !cmp.Equal(next.Wrote, []bot.PersonID{"ana"}) {
			t.Errorf("it is %s, and the next %+v", h.series(s).State, next)
		}
		h.found = []bot.Finding{{Check: "empty", Stops: true}}
		h.do(func(tx *storage.Tx) error {
			got, found, err := h.desk.Change(tx, h.brand(), next.ID, o)
			if got.ID != "" || len(found) != 1 {
				t.Errorf("written: %+v, %v", got, found)
			}
			return err
		})
		if h.series(next).State != bot.SeriesAsked {
			t.Error("what could not be written took its place")
		}
	})
}

// What was left out, changed or held of a series stays so when another takes its place.
func TestChangeKeepsWhatIsOnesOwn(t *testing.T) {
	in(t, func(h *house) {
		s, next := h.runs("0 9 * * *", 10), bot.Series{}
		skipped, changed, held, moved := h.takes(s, "2000-01-02T09:00"), h.takes(s, "2000-01-03T09:00"), h.takes(s, "2000-01-04T09:00"), h.takes(s, "2000-01-10T09:00")
		h.takes(s, "2000-01-05T09:00")
		h.edits(changed, "Today we close at two.")
		h.edits(moved, "The tenth.")
		h.do(func(tx *storage.Tx) error {
			for p, err := range records.PostsOf.Under(tx, storage.K(held.ID)) {
				if err := errors.Join(err, h.posts.Hold(tx, h.brand(), "bo", p, "", time.Time{})); err != nil {
					return err
				}
			}
			return h.posts.Cancel(tx, h.brand(), "bo", skipped)
		})
		o := order("0 9 * * *", 6)
		o.Content.Text = "Come in."
		h.do(func(tx *storage.Tx) (err error) { next, _, err = h.desk.Change(tx, h.brand(), s.ID, o); return err })
		h.stand(s, "01-01T09:00 cancelled, 01-05T09:00 cancelled, 01-10T09:00 in review")
		h.stand(next, "01-02T09:00 cancelled, 01-03T09:00 in review, 01-04T09:00 held")
		h.says(next, "yes")
		h.says(bot.Series{Request: h.draft(changed).Request}, "yes")
		h.until(days(1, 5)...)
		h.stand(next, "01-01T09:00 published, 01-02T09:00 cancelled, 01-03T09:00 published, 01-04T09:00 held, 01-05T09:00 published, 01-06T09:00 scheduled")
		if h.public() != 3 || len(h.missed()) != 0 {
			t.Errorf("said %d times, and told %q", h.public(), h.missed())
		}
	})
}

// Where the word on a series suffices no more it is asked about anew, once.
func TestAQuorumThatRises(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("0 9 * * *", 10)
		h.until("01 09:00")
		h.Configure(func(b *bot.Brand) {
			b.People[2].Roles = append(b.People[2].Roles, bot.Approver)
			b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: 2, bot.SeriesMatter: 2}
		})
		h.takes(s, "2000-01-04T09:00")
		h.until(days(2, 3)...)
		now := h.series(s)
		if now.State != bot.SeriesAsked || now.Request == s.Request || h.public() != 1 {
			t.Fatalf("it is %s, said %d times", now.State, h.public())
		}
		h.stand(s, "01-01T09:00 published, 01-02T09:00 expired, 01-04T09:00 in review")
		h.says(now, "yes")
		h.do(func(tx *storage.Tx) error {
			_, err := h.approvals.Decide(tx, h.brand(), h.brand().People[2], now.Request, approval.Word{Yes: true, How: approval.ByCommand, Seen: -1})
			return err
		})
		h.until("04 09:00")
		h.stand(s, "01-01T09:00 published, 01-02T09:00 expired, 01-04T09:00 published, 01-05T09:00 scheduled")
	})
}

// The zone of the brand may change: a series keeps its own.
func TestZoneStays(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("0 9 * * *", 3)
		h.Configure(func(b *bot.Brand) { b.Zone = "Asia/Tokyo" })
		h.until(days(1, 2)...)
		h.stand(s, "01-01T09:00 published, 01-02T09:00 published, 01-03T09:00 scheduled")
	})
}

func TestWithoutAQuorum(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: 0} })
		s := h.writes(order("0 9 * * *", 2))
		h.until(days(1, 3)...)
		h.stand(s, "01-01T09:00 published, 01-02T09:00 published")
	})
}

func TestRefusals(t *testing.T) {
	in(t, func(h *house) {
		for name, tc := range map[string]struct {
			change func(*bot.Repeat)
			want   string
		}{
			"no end":               {func(r *bot.Repeat) { r.Times = 0 }, "until error.series_end"},
			"too often":            {func(r *bot.Repeat) { r.Times = 1001 }, "times error.series_many"},
			"too often by its end": {func(r *bot.Repeat) { r.Rule, r.Times, r.Until = "* * * * *", 0, at("20 00:00") }, "until error.series_many"},
			"too far":              {func(r *bot.Repeat) { r.Rule, r.Times = "0 9 1 1 *", 6 }, "until error.series_far"},
			"never":                {func(r *bot.Repeat) { r.Rule = "0 9 30 2 *" }, "until error.series_none"},
			"ends before":          {func(r *bot.Repeat) { r.Times, r.Until = 0, at("01 08:00") }, "until error.series_none"},
			"no rule":              {func(r *bot.Repeat) { r.Rule = "now and then" }, "every error.rule"},
			"every second":         {func(r *bot.Repeat) { r.Rule = "@every 1s" }, "every error.rule"},
			"no zone":              {func(r *bot.Repeat) { r.Zone = "Europe/Atlantis" }, "every error.rule_zone"},
		} {
			o := order("0 9 * * *", 3)
			tc.change(o.Content.Repeat)
			err := h.Try(func(tx *storage.Tx) error { _, _, err := h.desk.Write(tx, h.brand(), o); return err })
			if e, ok := bot.Asked(err); !ok || e.Field+" "+e.Key != tc.want {
				t.Errorf("%s: %v, want %s", name, err, tc.want)
			}
		}
	})
}

// The same form twice is one series; whoever decides sees when it begins and ends.
func TestWrittenOnce(t *testing.T) {
	in(t, func(h *house) {
		o := order("0 9 * * 2", 6)
		o.Token = "form"
		a, b := h.writes(o), h.writes(o)
		if a.ID != b.ID || a.Number != 1 {
			t.Errorf("two series: %d, %d", a.Number, b.Number)
		}
		r := coretest.Get(h.World, func(tx *storage.Tx) (bot.Request, error) {
			return records.Requests.Get(tx, storage.K(aurora, a.Request))
		})
		kept := h.series(a)
		want := &bot.Repeat{Rule: "0 9 * * 2", Zone: "UTC", From: at("04 09:00"), Until: time.Date(2000, 2, 8, 9, 0, 0, 0, time.UTC), Times: 6}
		if diff := cmp.Diff(want, r.Content.Repeat); diff != "" || r.Hash != a.Content.Hash() || r.Hash != kept.Content.Hash() {
			t.Error(diff)
		}
	})
}

// What the calendar shows of a series before it is written has the name that it
// keeps once it is.
func TestComing(t *testing.T) {
	in(t, func(h *house) {
		s := h.runs("0 9 * * *", 3)
		var coming []bot.Entry
		h.do(func(tx *storage.Tx) (err error) {
			coming, err = h.desk.Coming(tx, h.brand(), at("01 00:00"), at("31 00:00"))
			return err
		})
		if len(coming) != 2 || coming[0].UID != string(s.ID)+"-2000-01-02T09:00-net:aurora" || coming[0].State != bot.Scheduled || coming[1].At != at("03 09:00") {
			t.Errorf("coming: %+v", coming)
		}
	})
}

// Of very much that is to come the nearest is shown, of whichever series it is.
func TestTheNearestIsComing(t *testing.T) {
	in(t, func(h *house) {
		often := order("0 * * * *", 1000)
		often.Content.Accounts = []bot.AccountID{page, shop}
		h.writes(often)
		also := order("30 * * * *", 1000)
		also.Content.Accounts = often.Content.Accounts
		h.writes(also)
		seldom := h.writes(order("15 9 * * *", 2))
		var coming []bot.Entry
		h.do(func(tx *storage.Tx) (err error) {
			coming, err = h.desk.Coming(tx, h.brand(), at("01 00:00"), at("31 00:00").AddDate(1, 0, 0))
			return err
		})
		n := 0
		for i, e := range coming {
			if e.Series == seldom.Number {
				n++
			}
			if i > 0 && e.At.Before(coming[i-1].At) {
				t.Fatalf("%v comes after %v", e.At, coming[i-1].At)
			}
		}
		if n != 2 || len(coming) != 2000 {
			t.Errorf("%d in all, %d of them of the last series", len(coming), n)
		}
	})
}
