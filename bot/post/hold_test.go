package post_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/bot/series"
	"ponte/internal/coretest"
	"ponte/storage"
)

// planned writes a draft for in an hour, and has it approved.
func (h *house) planned(accounts ...bot.AccountID) bot.Draft {
	h.Helper()
	d := h.writes(says("planned", time.Now().Add(time.Hour), accounts...))
	h.approves(d)
	return d
}

func TestNobodyDecidesInTime(t *testing.T) {
	in(t, func(h *house) {
		d := h.writes(says("first", time.Now().Add(time.Hour), page, shop))
		h.Pass(time.Hour - time.Second)
		h.is(d, "in review, in review")
		h.Pass(2 * time.Second)
		h.Idle()
		h.is(d, "expired, expired")
		r := h.request(d)
		if got := h.told("ask/" + string(r.ID)); r.State != bot.Lapsed || len(got) != 0 {
			t.Errorf("the request is %s, of which those who decide tell; told besides: %q", r.State, got)
		}
		h.retries(d)
		h.is(d, "in review, in review")
		if c := h.draft(d).Content; !c.When.IsZero() {
			t.Errorf("asked again for %v", c.When)
		}
		h.approves(d)
		h.is(d, "published, published")
	})
}

// A word that comes after the time lets nothing out.
func TestTheWordComesTooLate(t *testing.T) {
	in(t, func(h *house) {
		d := h.writes(says("first", time.Now().Add(time.Hour)))
		r := h.request(d)
		h.Halt()
		time.Sleep(time.Hour + time.Second)
		h.Update(func(tx *storage.Tx) error { return h.court.says(tx, h.brand(), d.ID, "pia", "yes") })
		h.is(d, "expired")
		h.Run()
		h.Idle()
		if got := h.public(); len(got) != 0 || r.State != bot.Awaiting {
			t.Errorf("the public reads %q", got)
		}
	})
}

// What needs nobody's word and is looked at beyond its time is expired, and said to be.
func TestTheLookTakesTooLong(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: 0} })
		d := h.writes(says(link, time.Now().Add(5*time.Second)))
		h.Pass(10 * time.Second)
		h.looked(h.draft(d), nil)
		h.is(d, "expired")
		if told := h.told("draft/" + string(d.ID)); !cmp.Equal(told, []string{"post.stands.expired_at u-ana"}) {
			t.Errorf("told %q", told)
		}
		if h.retries(d); len(h.public()) != 0 {
			t.Errorf("out: %q", h.public())
		}
		h.looked(h.draft(d), nil)
		h.is(d, "published")
	})
}

// After a down-time what is older than the grace does not go out in a burst.
func TestMissed(t *testing.T) {
	for down, want := range map[time.Duration]string{time.Hour + 29*time.Minute: "published", time.Hour + 31*time.Minute: "expired"} {
		in(t, func(h *house) {
			d := h.planned()
			h.Down(down)
			h.is(d, want)
			if told := h.told("ask/" + string(h.request(d).ID)); (want == "expired") != cmp.Equal(told, []string{"post.stands.expired_at u-ana"}) {
				t.Errorf("down for %v, told %q", down, told)
			}
		})
	}
}

// What the network turns away is tried within the grace, and not after it.
func TestTheGraceEndsWhileItIsTried(t *testing.T) {
	in(t, func(h *house) {
		d := h.planned()
		h.Net.Fails(func(string, act.Act) *coretest.Fault {
			return &coretest.Fault{Err: &bot.Error{Kind: bot.RateLimited, Key: "error.unavailable", RetryAfter: 20 * time.Minute}}
		})
		h.Pass(time.Hour + 29*time.Minute)
		h.is(d, "publishing")
		h.Net.Fails(nil)
		h.Pass(20 * time.Minute)
		h.Idle()
		h.is(d, "expired")
		if len(h.public()) != 0 {
			t.Errorf("the public reads %q", h.public())
		}
	})
}

func TestHoldAndRelease(t *testing.T) {
	in(t, func(h *house) {
		hold := func(tx *storage.Tx, p bot.Post) error {
			return h.desk.Hold(tx, h.brand(), "bo", p, "legal", time.Time{})
		}
		release := func(tx *storage.Tx, p bot.Post) error { return h.desk.Release(tx, h.brand(), "bo", p) }
		one := func(d bot.Draft, f func(*storage.Tx, bot.Post) error) error {
			p := h.posts(d)[0]
			return h.try(func(tx *storage.Tx) error { return f(tx, p) })
		}
		for name, tc := range map[string]struct {
			before, meanwhile func(bot.Draft)
			released, want    string
		}{
			"scheduled, in time":      {nil, nil, "", "scheduled"},
			"scheduled, a bit late":   {nil, func(bot.Draft) { h.Pass(80 * time.Minute) }, "", "published"},
			"scheduled, too late":     {nil, func(bot.Draft) { h.Pass(2 * time.Hour) }, "", "expired"},
			"withdrawn meanwhile":     {nil, func(d bot.Draft) { h.decides(d, "off", "pia") }, "", "in review"},
			"rejected meanwhile":      {nil, func(d bot.Draft) { h.decides(d, "no", "pia") }, "", "rejected"},
			"returned meanwhile":      {nil, func(d bot.Draft) { h.decides(d, "return", "pia") }, "", "draft"},
			"edited meanwhile":        {nil, func(d bot.Draft) { h.edits(d, says("x", time.Now().Add(time.Hour)), -1) }, "", "in review"},
			"edited and agreed on":    {nil, func(d bot.Draft) { h.edits(d, says("x", time.Now().Add(time.Hour)), -1); h.approves(d) }, "", "scheduled"},
			"in review":               {func(d bot.Draft) { h.decides(d, "off", "pia") }, nil, "", "in review"},
			"in review, agreed on":    {func(d bot.Draft) { h.decides(d, "off", "pia") }, h.approves, "", "scheduled"},
			"in review, time is over": {func(d bot.Draft) { h.decides(d, "off", "pia") }, func(bot.Draft) { h.Pass(2 * time.Hour) }, "", "expired"},
			"a paused brand": {nil, func(bot.Draft) {
				h.do(func(tx *storage.Tx) error { return h.desk.Pause(tx, h.brand(), "bo", "", time.Time{}) })
			}, "error.brand_paused", "held"},
		} {
			d := h.planned()
			if tc.before != nil {
				tc.before(d)
			}
			if err := one(d, hold); err != nil {
				t.Fatal(err)
			}
			h.is(d, "held")
			if tc.meanwhile != nil {
				tc.meanwhile(d)
			}
			h.is(d, "held")
			if err := one(d, release); key(err) != tc.released {
				t.Errorf("%s: %v", name, err)
			}
			h.Idle()
			if got := h.stands(d); got != tc.want {
				t.Errorf("%s: it is %s, want %s", name, got, tc.want)
			}
			if paused(h) {
				h.do(func(tx *storage.Tx) error { _, err := h.desk.Resume(tx, h.brand(), "bo"); return err })
			}
			h.do(func(tx *storage.Tx) error { // so that the next one begins with nothing
				if err := h.desk.Cancel(tx, h.brand(), "bo", d); key(err) != "error.draft_going" && key(err) != "error.draft_is_out" {
					return err
				}
				return nil
			})
		}
		d := h.planned()
		if err := one(d, release); key(err) != "error.draft_not_held" {
			t.Errorf("released what is not held: %v", err)
		}
		h.Pass(2 * time.Hour)
		h.Idle()
		if err := one(d, hold); key(err) != "error.draft_no_hold" {
			t.Errorf("held what is out: %v", err)
		}
	})
}

func paused(h *house) bool {
	return coretest.Get(h.World, func(tx *storage.Tx) (bool, error) { return records.BrandHolds.Has(tx, storage.K(aurora)) })
}

func TestPauseAndResume(t *testing.T) {
	in(t, func(h *house) {
		before, during, after := h.planned(), h.writes(says("no time", time.Time{})), h.writes(says("tomorrow", time.Now().Add(24*time.Hour)))
		h.approves(after)
		h.do(func(tx *storage.Tx) error { return h.desk.Pause(tx, h.brand(), "bo", "a strike", time.Time{}) })
		h.approves(during)
		h.is(during, "held")
		h.Pass(2 * time.Hour)
		h.Idle()
		h.is(before, "held")
		h.is(after, "scheduled")
		if p := h.posts(before)[0]; p.Held == nil || p.Held.Why != "a strike" || p.Held.By != "bo" {
			t.Errorf("held for %+v", p.Held)
		}
		var waiting []bot.Post
		h.do(func(tx *storage.Tx) (err error) {
			waiting, err = h.desk.Resume(tx, h.brand(), "bo")
			return err
		})
		h.Pass(time.Hour)
		if len(waiting) != 2 || len(h.public()) != 0 {
			t.Fatalf("%d wait, the public reads %q", len(waiting), h.public())
		}
		var n int
		h.do(func(tx *storage.Tx) (err error) { n, err = h.desk.ReleaseAll(tx, h.brand(), "bo"); return err })
		h.is(before, "expired") // it was agreed on for a time that is over
		h.is(during, "published")
		h.Down(time.Until(h.posts(after)[0].Due))
		h.is(after, "published")
		if n != 2 {
			t.Errorf("released %d", n)
		}
		if err := h.try(func(tx *storage.Tx) error { _, err := h.desk.Resume(tx, h.brand(), "bo"); return err }); key(err) != "error.brand_not_paused" {
			t.Errorf("resumed again: %v", err)
		}
	})
}

// What is due in the instant of the resume is held, and not sent.
func TestResumeSendsNothing(t *testing.T) {
	in(t, func(h *house) {
		d := h.planned()
		h.do(func(tx *storage.Tx) error { return h.desk.Pause(tx, h.brand(), "bo", "", time.Time{}) })
		h.Halt()
		time.Sleep(time.Hour + time.Minute)
		var waiting []bot.Post
		h.Update(func(tx *storage.Tx) (err error) {
			waiting, err = h.desk.Resume(tx, h.brand(), "bo")
			return err
		})
		h.Run()
		h.Idle()
		h.is(d, "held")
		if len(waiting) != 1 || waiting[0].State != bot.Held {
			t.Errorf("waiting: %+v", waiting)
		}
	})
}

// A pause that comes while the network turns a post away keeps it from starting again.
func TestPauseWhileItIsTried(t *testing.T) {
	in(t, func(h *house) {
		d := h.planned(page, shop)
		h.Net.Fails(func(string, act.Act) *coretest.Fault {
			return &coretest.Fault{Err: &bot.Error{Kind: bot.RateLimited, Key: "error.unavailable", RetryAfter: 5 * time.Minute}}
		})
		h.Pass(time.Hour + time.Minute)
		h.is(d, "publishing, publishing")
		p := h.posts(d)[1]
		h.do(func(tx *storage.Tx) error { return h.desk.Hold(tx, h.brand(), "bo", p, "", time.Time{}) })
		h.is(d, "publishing, held")
		h.do(func(tx *storage.Tx) error { return h.desk.Pause(tx, h.brand(), "bo", "stop", time.Time{}) })
		h.Net.Fails(nil)
		h.Pass(10 * time.Minute)
		h.Idle()
		h.is(d, "held, held")
		if len(h.public()) != 0 {
			t.Errorf("the public reads %q", h.public())
		}
	})
}

func TestSettle(t *testing.T) {
	for name, tc := range map[string]struct {
		taken, happened bool
		want            int // in public
	}{
		"it is out": {true, true, 1}, "it is not": {false, false, 1}, "somebody is wrong": {true, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(h *house) {
				h.Net.Asked = false
				h.Halt()
				h.Run() // with a network that cannot be asked
				d := h.planned()
				h.Net.Fails(func(string, act.Act) *coretest.Fault {
					return &coretest.Fault{Err: bot.Errorf(bot.Ambiguous, "error.unknown_outcome"), Taken: tc.taken}
				})
				h.Pass(time.Hour + time.Second)
				h.Idle()
				h.is(d, "unknown")
				ask := "ask/" + string(h.request(d).ID)
				if got := h.told(ask); !cmp.Equal(got, []string{"post.stands.unknown u-ana"}) {
					t.Errorf("told %q", got)
				}
				if got := h.shows("draft/" + string(d.ID) + "/" + string(h.request(d).ID)); got != "unknown post.stands.unknown [post-is-out] [post-again] [duplicate]" {
					t.Errorf("it shows %s", got)
				}
				if err := h.edits(d, says("other", time.Time{}), -1); key(err) != "error.draft_unsettled" {
					t.Errorf("edited: %v", err)
				}
				h.Net.Fails(nil)
				h.Pass(2 * time.Hour)
				p := h.posts(d)[0]
				settle := func(tx *storage.Tx) error { return h.desk.Settle(tx, h.brand(), "bo", p, tc.happened) }
				h.do(settle)
				h.is(d, "published")
				if len(h.public()) != tc.want {
					t.Errorf("the public reads %q", h.public())
				}
				if err := h.try(settle); key(err) != "error.draft_settled" {
					t.Errorf("again: %v", err)
				}
			})
		})
	}
}

// What is not out, and may not go out any more, has failed: it can be asked about anew.
func TestSettleWhatMayNotGoOut(t *testing.T) {
	in(t, func(h *house) {
		h.Net.Asked = false
		h.Halt()
		h.Run()
		var s bot.Series
		h.do(func(tx *storage.Tx) (err error) {
			c := bot.Content{Text: "again", Accounts: []bot.AccountID{page}, Repeat: &bot.Repeat{Rule: "0 * * * *", Zone: "UTC", Times: 3}}
			if s, _, err = h.again.Write(tx, h.brand(), series.Order{By: "ana", Content: c}); err != nil {
				return err
			}
			return h.court.says(tx, h.brand(), s.ID, "pia", "yes")
		})
		h.Net.Fails(func(string, act.Act) *coretest.Fault {
			return &coretest.Fault{Err: bot.Errorf(bot.Ambiguous, "error.unknown_outcome")}
		})
		h.Pass(time.Hour + time.Second)
		h.Idle()
		d := coretest.Get(h.World, func(tx *storage.Tx) (bot.Draft, error) { return records.DraftBySlot.First(tx, storage.K(s.ID)) })
		h.is(d, "unknown")
		h.Net.Fails(nil)
		h.do(func(tx *storage.Tx) error { _, err := h.again.Stop(tx, h.brand(), "bo", s.ID); return err })
		h.do(func(tx *storage.Tx) error { return h.desk.Settle(tx, h.brand(), "bo", h.posts(d)[0], false) })
		h.is(d, "failed")
		if p := h.posts(d)[0]; p.Fault == nil || p.Fault.Key != "error.draft_unapproved" || len(h.public()) > 0 {
			t.Errorf("for %v; the public reads %q", p.Fault, h.public())
		}
		h.retries(d)
		h.is(d, "in review")
	})
}

// Where the clock looks twice, or a process ends in between, one post goes out.
func TestOnce(t *testing.T) {
	in(t, func(h *house) {
		d := h.planned()
		h.Halt()
		time.Sleep(time.Hour)
		for range 3 {
			if _, err := h.desk.Tick(context.Background()); err != nil {
				t.Fatal(err)
			}
			h.Restart()
			h.Idle()
		}
		h.is(d, "published")
		p := h.posts(d)[0]
		e := coretest.Get(h.World, func(tx *storage.Tx) (n int, _ error) {
			return records.EffectsOn.Count(tx, storage.K(act.OnPost, p.ID))
		})
		if e != 1 || len(h.public()) != 1 {
			t.Errorf("%d effects, the public reads %q", e, h.public())
		}
	})
}

func TestTickSaysWhenItIsWanted(t *testing.T) {
	in(t, func(h *house) {
		h.Halt()
		next, err := h.desk.Tick(context.Background())
		if err != nil || !next.IsZero() {
			t.Errorf("with nothing planned: %v, %v", next, err)
		}
		h.Run()
		d := h.planned()
		h.Halt()
		if next, err := h.desk.Tick(context.Background()); err != nil || !next.Equal(h.posts(d)[0].Due) {
			t.Errorf("with a post in an hour: %v, %v", next, err)
		}
		h.Serve(coretest.Boreal()) // the brand is configured no more
		time.Sleep(time.Hour)
		if _, err := h.desk.Tick(context.Background()); err != nil {
			t.Error(err)
		}
		h.is(d, "failed")
		h.Serve(coretest.Aurora(), coretest.Boreal())
	})
}
