package post_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/post"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

func TestApprovedGoesOutAtItsTime(t *testing.T) {
	in(t, func(h *house) {
		when := time.Now().Add(2 * time.Hour)
		o := says(" Open on Sunday. ", when, shop, page, shop)
		o.Content.Variants = map[bot.AccountID]string{shop: "The shop is open on Sunday.", page: "Open on Sunday.", "net:other": "x"}
		d := h.writes(o)
		h.is(d, "in review, in review")
		want := bot.Content{Text: "Open on Sunday.", Accounts: []bot.AccountID{page, shop}, Variants: map[bot.AccountID]string{shop: "The shop is open on Sunday."}, When: when.UTC()}
		if diff := cmp.Diff(want, h.draft(d).Content); diff != "" {
			t.Error(diff)
		}
		if r := h.request(d); r.Hash != d.Content.Hash() || r.By != "ana" || r.ID != h.draft(d).Request || r.Content.Hash() != r.Hash {
			t.Errorf("asked %+v", r)
		}
		h.Pass(time.Hour)
		h.approves(d)
		h.is(d, "scheduled, scheduled")
		slot := "draft/" + string(d.ID) + "/" + string(h.request(d).ID)
		if got := h.shows(slot); got != "public post.stands.scheduled post.stands.scheduled [edit] [duplicate] [hold] [cancel]" {
			t.Errorf("it shows %s", got)
		}
		h.Pass(59 * time.Minute)
		if got := h.public(); len(got) != 0 {
			t.Errorf("before its time the public reads %q", got)
		}
		h.Pass(2 * time.Minute)
		h.Idle()
		if diff := cmp.Diff([]string{"net:aurora: Open on Sunday.", "net:shop: The shop is open on Sunday."}, h.public()); diff != "" {
			t.Error(diff)
		}
		p := h.posts(d)[0]
		if m, ok := h.Net.Find(p.Remote); p.State != bot.Published || !ok || m.At.Space != string(page) || p.URL == "" || !p.OutAt.Equal(when) || p.Hash != d.Content.Hash() {
			t.Errorf("it stands as %+v", p)
		}
		if got := h.shows(slot); got != "out post.stands.published post.stands.published [open] [open] [results] [duplicate]" {
			t.Errorf("it shows %s", got)
		}
		audit := coretest.Audit(h.World, "post/"+string(p.ID))
		if diff := cmp.Diff([]string{"ana post.in_review", "ponte post.scheduled", "ponte post.publishing", "ponte post.published"}, audit); diff != "" {
			t.Error(diff)
		}
	})
}

func TestApprovedWithoutATimeGoesOutAtOnce(t *testing.T) {
	in(t, func(h *house) {
		d := h.writes(says("now", time.Time{}))
		h.Pass(time.Hour)
		h.is(d, "in review")
		h.approves(d)
		h.is(d, "published")
	})
}

func TestNobodyNeedsToDecide(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: 0} })
		d, later := h.writes(says("now", time.Time{})), h.writes(says("later", time.Now().Add(time.Hour)))
		h.is(d, "published")
		h.is(later, "scheduled")
		if got := h.shows("draft/" + string(d.ID)); got != "out post.stands.published [open] [results] [duplicate]" {
			t.Errorf("it shows %s", got)
		}
		h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = nil }) // from here on somebody must
		h.Pass(time.Hour + time.Minute)
		h.Idle()
		h.is(later, "failed")
		if got := h.told("draft/" + string(later.ID)); !cmp.Equal(got, []string{"post.stands.failed u-ana"}) {
			t.Errorf("told %q", got)
		}
	})
}

func TestWhatIsRefused(t *testing.T) {
	in(t, func(h *house) {
		many := make([]bot.AccountID, 21)
		for i := range many {
			many[i] = bot.AccountID(string(rune(97 + i)))
		}
		pictures := func(n int, hash string) func(*bot.Content) {
			return func(c *bot.Content) {
				for range n {
					c.Pictures = append(c.Pictures, bot.Picture{Hash: hash})
				}
			}
		}
		for name, tc := range map[string]struct {
			change     func(*bot.Content)
			key, field string
		}{
			"good":              {func(*bot.Content) {}, "", ""},
			"nowhere":           {func(c *bot.Content) { c.Accounts = nil }, "error.draft_accounts", "to"},
			"everywhere":        {func(c *bot.Content) { c.Accounts = many }, "error.draft_accounts_many", "to"},
			"another brand's":   {func(c *bot.Content) { c.Accounts = []bot.AccountID{page, "net:boreal"} }, "error.draft_account", "to"},
			"no text":           {func(c *bot.Content) { c.Text = " \n" }, "error.draft_empty", "text"},
			"text by account":   {func(c *bot.Content) { c.Text, c.Variants = "", map[bot.AccountID]string{page: "x"} }, "", ""},
			"pictures only":     {func(c *bot.Content) { c.Text = ""; pictures(1, "h")(c) }, "", ""},
			"as long as it may": {func(c *bot.Content) { c.Text = strings.Repeat("x", bot.MaxItemText) }, "", ""},
			"too long":          {func(c *bot.Content) { c.Text = strings.Repeat("x", bot.MaxItemText+1) }, "error.draft_long", "text"},
			"too long somewhere": {func(c *bot.Content) {
				c.Variants = map[bot.AccountID]string{page: strings.Repeat("x", bot.MaxItemText+1)}
			}, "error.draft_long", "text"},
			"ten pictures":    {pictures(10, "h"), "", ""},
			"eleven pictures": {pictures(11, "h"), "error.draft_pictures", "pictures"},
			"no picture":      {pictures(1, ""), "error.draft_picture", "pictures"},
			"past":            {func(c *bot.Content) { c.When = time.Now().Add(-time.Second) }, "error.past", "at"},
			"far":             {func(c *bot.Content) { c.When = time.Now().AddDate(2, 0, 1) }, "error.draft_far", "at"},
			"almost far":      {func(c *bot.Content) { c.When = time.Now().AddDate(2, 0, -1) }, "", ""},
		} {
			o := says("hello", time.Time{})
			tc.change(&o.Content)
			err := h.try(func(tx *storage.Tx) error {
				_, _, err := h.desk.Write(tx, h.brand(), o)
				return err
			})
			e, _ := bot.Asked(err)
			if key(err) != tc.key || e != nil && (e.Field != tc.field || e.Kind != bot.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		h.Net.Can.CanPost = false
		if err := h.try(func(tx *storage.Tx) error {
			_, _, err := h.desk.Write(tx, h.brand(), says("hello", time.Time{}))
			return err
		}); key(err) != "error.draft_account" {
			t.Errorf("where nothing can be posted: %v", err)
		}
		h.Net.Can.CanPost = true
		d := h.writes(says("bad \xff bytes", time.Time{}))
		if d.Content.Text != "bad � bytes" {
			t.Errorf("kept %q", d.Content.Text)
		}
	})
}

func TestOneTokenOneDraft(t *testing.T) {
	in(t, func(h *house) {
		o := says("once", time.Time{})
		o.Token = "t1"
		d := h.writes(o)
		o.Content.Text = "twice"
		if again := h.writes(o); again.ID != d.ID || again.Content.Text != "once" || again.Number != 1 {
			t.Errorf("made %+v", again)
		}
		if other := h.writes(says("other", time.Time{})); other.Number != 2 {
			t.Errorf("it has the number %d", other.Number)
		}
	})
}

func TestAFindingThatStops(t *testing.T) {
	in(t, func(h *house) {
		h.found = []bot.Finding{{Check: "too_long", Stops: true}}
		var found []bot.Finding
		var d bot.Draft
		h.do(func(tx *storage.Tx) (err error) {
			d, found, err = h.desk.Write(tx, h.brand(), says("too long", time.Time{}))
			return err
		})
		h.is(d, "draft")
		if !cmp.Equal(found, h.found) || d.Request != "" {
			t.Errorf("found %v, asked %q", found, d.Request)
		}
		h.found = []bot.Finding{{Check: "alt"}}
		if err := h.edits(d, says("shorter", time.Time{}), d.Revision); err != nil {
			t.Fatal(err)
		}
		h.is(d, "in review")
		if r := h.request(d); !cmp.Equal(r.Warnings, h.found) {
			t.Errorf("whoever decides reads %v", r.Warnings)
		}
		h.approves(d)
		h.is(d, "published")
		d = h.writes(says("good", time.Now().Add(time.Hour)))
		h.approves(d)
		h.found = []bot.Finding{{Check: "secret", Stops: true}}
		if err := h.edits(d, says("password: x", time.Now().Add(time.Hour)), -1); err != nil {
			t.Fatal(err)
		}
		h.is(d, "draft")
		if r := h.request(d); r.State != bot.Superseded {
			t.Errorf("the old request is %s", r.State)
		}
		h.Pass(2 * time.Hour)
		h.is(d, "draft")
	})
}

func TestAnEditVoidsEverything(t *testing.T) {
	when := func(h *house) time.Time { return time.Now().Add(time.Hour).Truncate(time.Hour) }
	for name, change := range map[string]func(*bot.Content){
		"the text":     func(c *bot.Content) { c.Text = "other" },
		"its time":     func(c *bot.Content) { c.When = c.When.Add(time.Minute) },
		"a variant":    func(c *bot.Content) { c.Variants = map[bot.AccountID]string{page: "other"} },
		"the accounts": func(c *bot.Content) { c.Accounts = []bot.AccountID{page, shop} },
		"a picture":    func(c *bot.Content) { c.Pictures = []bot.Picture{{Hash: "h", Alt: "a cup"}} },
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(h *house) {
				o := says("first", when(h))
				d := h.writes(o)
				h.approves(d)
				h.is(d, "scheduled")
				old := h.request(d)
				change(&o.Content)
				o.By = "bo"
				if err := h.edits(d, o, h.draft(d).Revision); err != nil {
					t.Fatal(err)
				}
				want := "in review" + strings.Repeat(", in review", len(o.Content.Accounts)-1)
				h.is(d, want)
				r := h.request(d)
				if r.ID == old.ID || r.By != "bo" || r.Hash == old.Hash || h.draft(d).Edited != "bo" {
					t.Errorf("asked %+v", r)
				}
				h.do(func(tx *storage.Tx) error { // a word that comes late for the old one
					old.State = bot.Agreed
					return h.desk.Decided(tx, old)
				})
				h.is(d, want)
				h.Pass(2 * time.Hour)
				h.Idle()
				if got := h.public(); len(got) != 0 {
					t.Errorf("the public reads %q", got)
				}
			})
		})
	}
}

func TestAnEditThatChangesNothing(t *testing.T) {
	in(t, func(h *house) {
		o := says("first", time.Now().Add(time.Hour))
		d := h.writes(o)
		h.approves(d)
		o.Campaign = "spring"
		if err := h.edits(d, o, -1); err != nil {
			t.Fatal(err)
		}
		h.is(d, "scheduled")
		if h.draft(d).Campaign != "spring" {
			t.Error("the campaign is not kept")
		}
	})
}

func TestWhoEditsTooLate(t *testing.T) {
	in(t, func(h *house) {
		o := says("first", time.Now().Add(time.Hour), page, shop)
		d := h.writes(o)
		seen := h.draft(d).Revision
		o.Content.Text = "bo's"
		if err := h.edits(d, o, seen); err != nil {
			t.Fatal(err)
		}
		o.Content.Text = "ana's"
		if err := h.edits(d, o, seen); key(err) != "error.draft_moved" {
			t.Errorf("the second of two: %v", err)
		}
		h.approves(d)
		h.Net.Fails(func(key string, _ act.Act) *coretest.Fault {
			return &coretest.Fault{Err: &bot.Error{Kind: bot.RateLimited, Key: "error.unavailable", RetryAfter: time.Minute}}
		})
		h.Pass(time.Hour)
		h.is(d, "publishing, publishing")
		if err := h.edits(d, o, -1); key(err) != "error.draft_going" {
			t.Errorf("going out: %v", err)
		}
		h.Net.Fails(nil)
		h.Pass(2 * time.Minute)
		h.is(d, "published, published")
		if err := h.edits(d, o, -1); key(err) != "error.draft_is_out" {
			t.Errorf("out: %v", err)
		}
	})
}

// What is out stays as it is; the rest is mended and asked about by itself.
func TestTheRestIsMended(t *testing.T) {
	in(t, func(h *house) {
		o := says("first", time.Time{}, page, shop)
		o.Content.Variants = map[bot.AccountID]string{shop: "first, and too long"}
		d := h.writes(o)
		h.Net.Fails(func(_ string, a act.Act) *coretest.Fault {
			if a.(act.Publish).Text == "first" {
				return nil
			}
			return &coretest.Fault{Err: bot.Errorf(bot.Invalid, "error.too_long", "Max", "1", "Over", "4")}
		})
		h.approves(d)
		h.is(d, "published, failed")
		if got := h.told("ask/" + string(h.request(d).ID)); !cmp.Equal(got, []string{"post.stands.failed u-ana"}) {
			t.Errorf("told %q", got)
		}
		h.Net.Fails(nil)
		if err := h.edits(d, says("second", time.Time{}, page), -1); key(err) != "error.draft_out" {
			t.Errorf("only what is out: %v", err)
		}
		if err := h.edits(d, says("second", time.Time{}, page, shop), -1); err != nil {
			t.Fatal(err)
		}
		h.is(d, "published, in review")
		if r := h.request(d); !cmp.Equal(r.Content.Accounts, []bot.AccountID{shop}) {
			t.Errorf("asked about %v", r.Content.Accounts)
		}
		h.approves(d)
		h.is(d, "published, published")
		if diff := cmp.Diff([]string{"net:aurora: first", "net:shop: second"}, h.public()); diff != "" {
			t.Error(diff)
		}
		var copied bot.Draft
		h.do(func(tx *storage.Tx) (err error) {
			copied, err = h.desk.Duplicate(tx, h.brand(), "bo", "", d)
			return err
		})
		h.is(copied, "draft, draft")
		if copied.By != "bo" || copied.Number != 2 || !cmp.Equal(copied.Content.Accounts, []bot.AccountID{page, shop}) {
			t.Errorf("the copy is %+v", copied)
		}
		h.retries(copied)
		h.is(copied, "in review, in review")
	})
}

func (h *house) retries(d bot.Draft) {
	h.Helper()
	h.do(func(tx *storage.Tx) error {
		_, _, err := h.desk.Retry(tx, h.brand(), "ana", d)
		return err
	})
}

func TestDecisions(t *testing.T) {
	in(t, func(h *house) {
		d := h.writes(says("first", time.Now().Add(time.Hour)))
		for _, step := range []struct{ word, want string }{
			{"yes", "scheduled"}, {"off", "in review"}, {"yes", "scheduled"}, {"off", "in review"}, {"return", "draft"},
		} {
			if err := h.decides(d, step.word, "pia"); err != nil {
				t.Fatal(err)
			}
			h.is(d, step.want)
		}
		h.retries(d)
		h.is(d, "in review")
		if err := h.decides(d, "no", "pia"); err != nil {
			t.Fatal(err)
		}
		h.is(d, "rejected")
		h.retries(d)
		h.do(func(tx *storage.Tx) error {
			r, err := records.RequestsOn.First(tx, storage.K(aurora, d.ID), storage.Reverse())
			r.State = bot.Lapsed
			if err == nil {
				err = records.Requests.Put(tx, r)
			}
			if err != nil {
				return err
			}
			return h.desk.Decided(tx, r)
		})
		h.is(d, "expired")
		h.do(func(tx *storage.Tx) error { return h.desk.Cancel(tx, h.brand(), "ana", d) })
		h.is(d, "cancelled")
		if hash := coretest.Get(h.World, func(tx *storage.Tx) (string, error) { return h.desk.Hash(tx, aurora, d.ID) }); hash != "" {
			t.Errorf("cancelled, its hash is %q", hash)
		}
		if err := h.edits(d, says("again", time.Time{}), -1); key(err) != "error.draft_cancelled" {
			t.Errorf("edited when cancelled: %v", err)
		}
	})
}

func TestAFewDecide(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: 2} })
		d := h.writes(says("two of us", time.Now().Add(time.Hour)))
		h.decides(d, "yes", "pia", "pia", "ana") // ana wrote it
		h.is(d, "in review")
		h.decides(d, "yes", "sven")
		h.is(d, "scheduled")
		h.Configure(func(b *bot.Brand) { b.People[3].Roles = []bot.Role{bot.Observer} }) // pia decides no more
		h.Pass(time.Hour + time.Minute)
		h.Idle()
		h.is(d, "failed")
		if p := h.posts(d)[0]; p.Fault == nil || p.Fault.Key != "error.draft_unapproved" || len(h.public()) != 0 {
			t.Errorf("it stands as %+v, the public reads %q", p, h.public())
		}
	})
}

var _ post.Approvals = (*court)(nil)
