package calendar_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/calendar"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

const (
	page = bot.AccountID("net:aurora")
	shop = bot.AccountID("net:shop")
)

// house is a world with a calendar in it.
type house struct {
	*coretest.World
	calendar *calendar.Calendar
	coming   []bot.Entry
	n        int
}

// Coming is what the series will say.
func (h *house) Coming(_ *storage.Tx, b *bot.Brand, from, to time.Time) (out []bot.Entry, _ error) {
	for _, e := range h.coming {
		if b.ID == "aurora" && !e.At.Before(from) && e.At.Before(to) {
			out = append(out, e)
		}
	}
	return out, nil
}

func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{}
	coretest.In(t, func(*coretest.World) []func(context.Context) error { return nil }, func(w *coretest.World) {
		h.World, h.calendar = w, calendar.New(h)
		w.Run()
		f(h)
	})
}

func (h *house) brand(id bot.BrandID) *bot.Brand {
	b, _ := h.Brands().Brand(id)
	return b
}

// has keeps a post of a draft of its own, and returns it.
func (h *house) has(text string, at time.Time, state bot.PostState, with func(*bot.Draft, *bot.Post)) bot.Post {
	h.Helper()
	h.n++
	d := bot.Draft{ID: bot.NewID(at), Number: h.n, Brand: "aurora", At: time.Now(), Content: bot.Content{Text: text, Accounts: []bot.AccountID{page}, When: at}, Revision: 2}
	p := bot.Post{ID: bot.NewID(at), Account: page, State: state, Due: at, Revision: 2}
	if with != nil {
		with(&d, &p)
	}
	d.Token, p.Brand, p.Draft = fmt.Sprint(h.n), d.Brand, d.ID
	h.Update(func(tx *storage.Tx) error {
		if err := records.Drafts.Insert(tx, d); err != nil {
			return err
		}
		return records.Posts.Insert(tx, p)
	})
	return p
}

type seen struct {
	list []string
	more int
}

func (h *house) entries(brand bot.BrandID, from, to time.Time) seen {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (out seen, err error) {
		list, more, err := h.calendar.Entries(tx, h.brand(brand), from, to)
		for _, e := range list {
			out.list = append(out.list, fmt.Sprintf("%s %s %s", e.At.UTC().Format("02 15:04"), e.State, e.Text))
		}
		out.more = more
		return out, err
	})
}

func (h *house) feed() []bot.Entry {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) ([]bot.Entry, error) { return h.calendar.Feed(tx, h.brand("aurora")) })
}

func TestEntries(t *testing.T) {
	in(t, func(h *house) {
		day := time.Now().Truncate(24 * time.Hour).Add(48 * time.Hour)
		at := func(hours int) time.Time { return day.Add(time.Duration(hours) * time.Hour) }
		h.has("late", at(20), bot.Scheduled, nil)
		h.has("early", at(0), bot.InReview, nil)
		h.has("tomorrow", at(24), bot.Scheduled, nil)
		h.has("yesterday", at(-1), bot.Expired, nil)
		h.has("taken back", at(9), bot.Cancelled, nil)
		h.has("held", at(10), bot.Held, nil)
		h.has("wrong", at(11), bot.Failed, nil)
		h.has("out", at(12), bot.Published, func(_ *bot.Draft, p *bot.Post) { p.OutAt = p.Due.Add(3 * time.Minute) })
		h.has("no time yet", time.Time{}, bot.InReview, nil)
		h.has("variant", at(13), bot.Scheduled, func(d *bot.Draft, p *bot.Post) {
			p.Account, d.Content.Variants = shop, map[bot.AccountID]string{shop: "of the shop"}
		})
		h.has("another's", at(8), bot.Scheduled, func(d *bot.Draft, p *bot.Post) { d.Brand, p.Account = "boreal", "net:boreal" })

		date := day.Format("02 ")
		want := seen{list: []string{
			date + "00:00 in review early", date + "10:00 held held", date + "11:00 failed wrong", date + "12:03 published out",
			date + "13:00 scheduled of the shop", date + "20:00 scheduled late",
		}}
		if diff := cmp.Diff(want, h.entries("aurora", day, day.Add(24*time.Hour)), cmp.AllowUnexported(seen{})); diff != "" {
			t.Error(diff)
		}
		if got := h.entries("boreal", day, day.Add(24*time.Hour)); len(got.list) != 1 || !strings.Contains(got.list[0], "another's") {
			t.Errorf("the other brand sees %q", got.list)
		}
	})
}

func TestManyEntries(t *testing.T) {
	in(t, func(h *house) {
		day := time.Now().Truncate(24 * time.Hour).Add(24 * time.Hour)
		d := bot.Draft{ID: bot.NewID(day), Number: 1, Brand: "aurora", Content: bot.Content{Text: "again"}}
		const n = calendar.Most + 77
		h.Update(func(tx *storage.Tx) error {
			for i := range n {
				at := day.Add(time.Duration(i) * time.Second)
				if err := records.Posts.Put(tx, bot.Post{ID: bot.NewID(day), Brand: "aurora", Draft: d.ID, Account: page, State: bot.Scheduled, Due: at}); err != nil {
					return err
				}
			}
			return records.Drafts.Put(tx, d)
		})
		h.coming = []bot.Entry{{UID: "s-1-" + string(page), At: day.Add(time.Hour), Account: page, State: bot.Scheduled, Text: "of a series"}}
		if got := h.entries("aurora", day, day.Add(24*time.Hour)); len(got.list) != calendar.Most || got.more != 78 {
			t.Errorf("%d entries and %d more, want %d and 78", len(got.list), got.more, calendar.Most)
		}
		if got := h.entries("aurora", day, day.Add(time.Minute)); len(got.list) != 60 || got.more != 0 {
			t.Errorf("a minute has %d entries and %d more, want 60 and 0", len(got.list), got.more)
		}
	})
}

func TestATimeOfASeriesStaysTheSameEntry(t *testing.T) {
	in(t, func(h *house) {
		at := time.Now().Add(72 * time.Hour).Truncate(time.Hour)
		s := bot.Series{ID: bot.NewID(at), Number: 4, Brand: "aurora", Token: "s", State: bot.SeriesRuns, Revision: 5}
		h.Update(func(tx *storage.Tx) error { return records.Series.Insert(tx, s) })
		slot := at.Format("2006-01-02T15:04")
		h.coming = []bot.Entry{{UID: bot.TimeUID(s.ID, slot, page), At: at, Account: page, State: bot.Scheduled, Text: "planned", Series: 4, Revision: 5}}
		before := h.feed()
		h.has("written", at, bot.Scheduled, func(d *bot.Draft, _ *bot.Post) { d.Series, d.Slot = s.ID, slot })
		after := h.feed()
		if len(before) != 1 || len(after) != 1 {
			t.Fatalf("%d entries, then %d, want one", len(before), len(after))
		}
		if b, a := before[0], after[0]; a.UID != b.UID || a.Text != "written" || a.Series != 4 || a.Revision <= b.Revision {
			t.Errorf("it was %+v and is %+v", b, a)
		}
	})
}

func TestTheFeedTellsWhatWasTakenBack(t *testing.T) {
	in(t, func(h *house) {
		at := time.Now().Add(40 * 24 * time.Hour)
		p := h.has("gone", at, bot.Cancelled, nil)
		h.has("too old", time.Now().Add(-61*24*time.Hour), bot.Published, nil)
		h.has("old", time.Now().Add(-59*24*time.Hour), bot.Published, nil)
		h.has("too far", time.Now().Add(366*24*time.Hour), bot.Scheduled, nil)
		h.Pass(24 * time.Hour)
		h.Update(func(tx *storage.Tx) error {
			return records.Log(tx, bot.Record{Brand: "aurora", What: "post.cancelled", Subject: act.OnPost + "/" + string(p.ID)})
		})
		texts := func() (out []string) {
			for _, e := range h.feed() {
				out = append(out, e.Text)
			}
			return out
		}
		if diff := cmp.Diff([]string{"old", "gone"}, texts()); diff != "" {
			t.Error(diff)
		}
		if e := h.feed()[1]; e.State != bot.Cancelled || !e.Changed.Equal(time.Now()) || e.UID != string(p.ID) {
			t.Errorf("it is told as %+v", e)
		}
		h.Down(30*24*time.Hour + time.Minute)
		if diff := cmp.Diff([]string{"too far"}, texts()); diff != "" {
			t.Error("after 30 days: ", diff)
		}
	})
}

func TestSecrets(t *testing.T) {
	in(t, func(h *house) {
		makes := func(brand bot.BrandID) (secret string) {
			h.Update(func(tx *storage.Tx) (err error) {
				secret, err = h.calendar.NewFeed(tx, h.brand(brand), "ana")
				return err
			})
			return secret
		}
		reads := func(secret string) bot.BrandID {
			return coretest.Get(h.World, func(tx *storage.Tx) (bot.BrandID, error) {
				id, ok, err := h.calendar.Reads(tx, secret)
				if ok != (id != "") {
					t.Errorf("%q and %v", id, ok)
				}
				return id, err
			})
		}
		one, other := makes("aurora"), makes("boreal")
		two := makes("aurora")
		for secret, want := range map[string]bot.BrandID{one: "", two: "aurora", other: "boreal", "": "", two[1:]: "", strings.ToLower(two) + "x": ""} {
			if got := reads(secret); got != want {
				t.Errorf("a secret of %d characters reads %q, want %q", len(secret), got, want)
			}
		}
		if len(two) != 43 || one == two {
			t.Errorf("secrets %q, %q", one, two)
		}
		kept := coretest.Get(h.World, func(tx *storage.Tx) (bot.Feed, error) { return records.Feeds.Get(tx, storage.K("aurora")) })
		if strings.Contains(fmt.Sprint(kept), two) || kept.By != "ana" {
			t.Errorf("%+v is kept", kept)
		}
		h.Update(func(tx *storage.Tx) error {
			had, err := h.calendar.EndFeed(tx, h.brand("aurora"), "ana")
			if !had {
				t.Error("there was no feed to end")
			}
			return err
		})
		if got := reads(two); got != "" || reads(other) != "boreal" {
			t.Errorf("after its end the secret reads %q", got)
		}
		want := []string{"ana feed.made", "ana feed.made", "ana feed.ended"}
		if diff := cmp.Diff(want, coretest.Audit(h.World, "feed/aurora")); diff != "" {
			t.Error(diff)
		}
	})
}
