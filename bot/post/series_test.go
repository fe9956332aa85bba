package post_test

import (
	"strconv"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/post"
	"ponte/bot/records"
	"ponte/bot/series"
	"ponte/storage"
)

// every is how far the times of the series below lie apart.
const every = 20 * time.Minute

// again is a model of a series: when its times are, and what became of them.
type again struct {
	series  bot.Series
	version *version
	first   time.Time
	times   int
	own     []time.Time // that were changed or left out: nothing of the series is said then
	said    int
}

// judges says what is wrong with a time of the series that is said now.
func (a *again) judges(now time.Time) string {
	came := int(now.Sub(a.first)/every) + 1
	own := 0
	for _, t := range a.own {
		if !t.After(now) {
			own++
		}
	}
	switch a.said++; {
	case now.Before(a.first):
		return "its first time is yet to come"
	case now.Sub(a.first.Add(time.Duration(min(came, a.times)-1)*every)) > 30*time.Minute:
		return "its last time is long past"
	case a.said > min(came, a.times)-own:
		return "of " + strconv.Itoa(came) + " times it was said " + strconv.Itoa(a.said)
	}
	return ""
}

// repeats is something that somebody does about a series.
func (y *try) repeats(what int) {
	if len(y.series) == 0 || what == 0 && len(y.series) < 4 {
		y.begins()
		return
	}
	a := y.series[y.rng.IntN(len(y.series))]
	switch y.rng.IntN(8) {
	case 0:
		y.takesOne(a, true)
	case 1:
		y.takesOne(a, false)
	case 2:
		if y.rng.IntN(3) == 0 {
			y.stops(a)
		}
	default:
		y.saysAgain(a, []bot.PersonID{"pia", "sven", "ana"}[y.rng.IntN(3)], []string{"yes", "yes", "yes", "off", "no"}[y.rng.IntN(5)])
	}
}

// begins has ana write a series.
func (y *try) begins() {
	now := time.Now().UTC()
	a := &again{first: now.Truncate(every).Add(every), times: 4 + y.rng.IntN(8)}
	c := bot.Content{
		Text: "version " + strconv.Itoa(len(y.versions)), Accounts: []bot.AccountID{page},
		Repeat: &bot.Repeat{Rule: "*/20 * * * *", Zone: "UTC", Times: a.times},
	}
	a.version = y.version(-1, c, "ana")
	a.version.again = a
	y.mu.Lock()
	y.versions, y.series = append(y.versions, a.version), append(y.series, a)
	y.mu.Unlock()
	y.do(func(tx *storage.Tx) (err error) {
		a.series, _, err = y.again.Write(tx, y.brand(), series.Order{By: "ana", Content: c})
		return err
	})
	for _, who := range []bot.PersonID{"pia", "sven"}[:y.rng.IntN(3)] {
		y.saysAgain(a, who, "yes")
	}
}

// saysAgain puts a word on a series.
func (y *try) saysAgain(a *again, who bot.PersonID, word string) {
	defer y.Idle()
	y.mu.Lock()
	defer y.mu.Unlock()
	err := y.Try(func(tx *storage.Tx) error { return y.court.says(tx, y.brand(), a.series.ID, who, word) })
	if ignored(err) != nil {
		y.Error(err)
	}
	if err != nil {
		return
	}
	delete(a.version.yes, who)
	switch p, _ := y.brand().Person(who); {
	case !p.Has(bot.Approver) || who == "ana":
	case word == "no":
		a.version.refused = true
	case word == "yes":
		a.version.yes[who] = true
	}
}

func (y *try) stops(a *again) {
	defer y.Idle()
	y.mu.Lock()
	defer y.mu.Unlock()
	err := y.Try(func(tx *storage.Tx) error {
		_, err := y.again.Stop(tx, y.brand(), "bo", a.series.ID)
		return err
	})
	if ignored(err) != nil {
		y.Error(err)
	}
	if err == nil {
		a.version.over = true
		for _, v := range y.versions {
			v.over = v.over || v.again == nil && v.draft >= 0 && y.drafts[v.draft].Series == a.series.ID
		}
	}
}

// takesOne changes a time of a series alone, or leaves it out.
func (y *try) takesOne(a *again, change bool) {
	slot := a.first.Add(time.Duration(y.rng.IntN(a.times)) * every)
	o := post.Order{By: "bo", Content: bot.Content{Text: "version " + strconv.Itoa(len(y.versions)), Accounts: []bot.AccountID{page}, When: slot}}
	next := y.version(len(y.drafts), o.Content, "bo")
	y.mu.Lock()
	defer y.Idle()
	defer y.mu.Unlock()
	var d bot.Draft
	err := y.Try(func(tx *storage.Tx) (err error) {
		s, err := records.Series.Get(tx, storage.K(aurora, a.series.ID))
		if err != nil {
			return err
		}
		if d, err = y.again.Take(tx, y.brand(), &s, slot.Format("2006-01-02T15:04")); err != nil {
			return err
		}
		if !slot.After(tx.Now()) || d.Edited != "" {
			return bot.Errorf(bot.Conflict, "error.series_past")
		}
		if !change {
			return y.desk.Cancel(tx, y.brand(), "bo", d)
		}
		d, _, err = y.desk.Edit(tx, y.brand(), d, o, -1)
		return err
	})
	if ignored(err) != nil {
		y.Error(err)
	}
	if err != nil {
		return
	}
	a.own = append(a.own, slot)
	if change {
		y.drafts, y.versions = append(y.drafts, d), append(y.versions, next)
	}
}

// A time of a series goes out only by the word on the series as it is.
func TestCoveredBySeries(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(*house, bot.Series, bot.Draft)
		want  string
	}{
		"nothing": {func(*house, bot.Series, bot.Draft) {}, "published"},
		"another text": {func(h *house, _ bot.Series, d bot.Draft) {
			d.Content.Text = "other"
			h.Update(func(tx *storage.Tx) error { return records.Drafts.Put(tx, d) })
		}, "failed"},
		"another text of the series": {func(h *house, s bot.Series, _ bot.Draft) {
			s.Content.Text, s.WakeAt = "other", time.Time{} // the clock does not look at it
			h.Update(func(tx *storage.Tx) error { return records.Series.Put(tx, s) })
		}, "failed"},
		"another slot": {func(h *house, _ bot.Series, d bot.Draft) {
			d.Slot = "2000-01-01T02:00"
			h.Update(func(tx *storage.Tx) error { return records.Drafts.Put(tx, d) })
		}, "failed"},
		"a series that is off": {func(h *house, s bot.Series, _ bot.Draft) {
			s.State = bot.SeriesOff
			h.Update(func(tx *storage.Tx) error { return records.Series.Put(tx, s) })
		}, "failed"},
		"no quorum": {func(h *house, s bot.Series, _ bot.Draft) {
			h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: 2} })
			s.WakeAt = time.Time{}
			h.Update(func(tx *storage.Tx) error { return records.Series.Put(tx, s) })
		}, "failed"},
		"no quorum when the clock looks": {func(h *house, _ bot.Series, _ bot.Draft) {
			h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: 2} })
		}, "expired"},
		"a word taken back": {func(h *house, s bot.Series, _ bot.Draft) {
			h.do(func(tx *storage.Tx) error { return h.court.says(tx, h.brand(), s.ID, "pia", "off") })
		}, "in review"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(h *house) {
				var s bot.Series
				var d bot.Draft
				h.do(func(tx *storage.Tx) (err error) {
					o := series.Order{By: "ana", Content: bot.Content{Text: "hello", Accounts: []bot.AccountID{page}, Repeat: &bot.Repeat{Rule: "0 * * * *", Zone: "UTC", Times: 3}}}
					if s, _, err = h.again.Write(tx, h.brand(), o); err != nil {
						return err
					}
					return h.court.says(tx, h.brand(), s.ID, "pia", "yes")
				})
				h.do(func(tx *storage.Tx) (err error) {
					if s, err = records.Series.Get(tx, storage.K(aurora, s.ID)); err != nil {
						return err
					}
					d, err = records.DraftBySlot.First(tx, storage.K(s.ID))
					return err
				})
				h.is(d, "scheduled")
				tc.spoil(h, s, d)
				h.Down(time.Hour + time.Second)
				h.Idle()
				if tc.want == "in review" {
					tc.want = "expired"
				}
				h.is(d, tc.want)
				if got := h.public(); (len(got) == 1) != (tc.want == "published") {
					t.Errorf("the public reads %q", got)
				}
			})
		})
	}
}
