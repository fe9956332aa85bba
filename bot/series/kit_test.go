package series_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/approval"
	"ponte/bot/post"
	"ponte/bot/records"
	"ponte/bot/series"
	"ponte/internal/coretest"
	"ponte/storage"
)

const (
	aurora = bot.BrandID("aurora")
	page   = bot.AccountID("net:aurora")
	shop   = bot.AccountID("net:shop")
)

// house is a world in which things are said again and again. Its bubble begins on
// 1 January 2000, a Saturday, at midnight in UTC.
type house struct {
	*coretest.World
	desk      *series.Desk
	posts     *post.Desk
	approvals *approval.Desk
	found     []bot.Finding // what the checks say of everything
}

func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{}
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		h.World = w
		h.approvals = approval.New(w.Store, w.Out, w.Brands, w.Log)
		h.posts = post.New(w.Store, w.Out, w.Brands, w.Traits, h.approvals, h, w.Log)
		h.desk = series.New(w.Store, w.Out, w.Brands, h.posts, h.approvals, w.Log)
		h.posts.Repeats(h.desk)
		h.approvals.For(bot.PostMatter, h.posts)
		h.approvals.For(bot.SeriesMatter, h.desk)
		return []func(context.Context) error{h.posts.Run, h.approvals.Run}
	}, func(w *coretest.World) {
		w.Run()
		f(h)
	})
}

// Findings is what the checks say.
func (h *house) Findings(*storage.Tx, *bot.Brand, *bot.Draft) ([]bot.Finding, error) {
	return slices.Clone(h.found), nil
}

func (h *house) brand() *bot.Brand {
	b, _ := h.Brands().Brand(aurora)
	return b
}

func (h *house) person(id bot.PersonID) bot.Person {
	p, _ := h.brand().Person(id)
	return p
}

func (h *house) do(f func(*storage.Tx) error) {
	h.Helper()
	if err := h.Try(f); err != nil {
		h.Fatal(err)
	}
	h.Idle()
}

func order(rule string, times int) series.Order {
	return series.Order{By: "ana", Content: bot.Content{
		Text: "We are open.", Accounts: []bot.AccountID{page}, Repeat: &bot.Repeat{Rule: rule, Zone: "UTC", Times: times},
	}}
}

// writes has ana write a series, which nobody agreed on yet.
func (h *house) writes(o series.Order) bot.Series {
	h.Helper()
	var s bot.Series
	h.do(func(tx *storage.Tx) (err error) {
		s, _, err = h.desk.Write(tx, h.brand(), o)
		return err
	})
	return s
}

// runs is a series that pia agreed on.
func (h *house) runs(rule string, times int) bot.Series {
	h.Helper()
	s := h.writes(order(rule, times))
	h.says(s, "yes")
	return s
}

// says has pia say a word on the series.
func (h *house) says(s bot.Series, word string) {
	h.Helper()
	h.do(func(tx *storage.Tx) (err error) {
		if word == "off" {
			_, err = h.approvals.Withdraw(tx, h.brand(), h.person("pia"), s.Request)
			return err
		}
		_, err = h.approvals.Decide(tx, h.brand(), h.person("pia"), s.Request, approval.Word{Yes: word == "yes", How: approval.ByCommand, Seen: -1})
		return err
	})
}

// takes has a time of a series written before its turn.
func (h *house) takes(s bot.Series, name string) bot.Draft {
	h.Helper()
	var d bot.Draft
	run := h.series(s)
	h.do(func(tx *storage.Tx) (err error) { d, err = h.desk.Take(tx, h.brand(), &run, name); return err })
	return d
}

// edits has bo give a draft another text.
func (h *house) edits(d bot.Draft, text string) {
	h.Helper()
	h.do(func(tx *storage.Tx) error {
		o := post.Order{By: "bo", Content: d.Content}
		o.Content.Text = text
		_, _, err := h.posts.Edit(tx, h.brand(), d, o, -1)
		return err
	})
}

func (h *house) series(s bot.Series) bot.Series {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (bot.Series, error) { return records.Series.Get(tx, storage.K(aurora, s.ID)) })
}

func (h *house) draft(d bot.Draft) bot.Draft {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (bot.Draft, error) { return records.Drafts.Get(tx, storage.K(aurora, d.ID)) })
}

// drafts are the times of a series that are written, and how each stands.
func (h *house) drafts(s bot.Series) (all []bot.Draft, stand string) {
	h.Helper()
	var out []string
	coretest.Get(h.World, func(tx *storage.Tx) (any, error) {
		all, out = nil, nil
		for d, err := range records.DraftBySlot.Under(tx, storage.K(s.ID)) {
			if err != nil {
				return nil, err
			}
			var posts []bot.Post
			for p, err := range records.PostsOf.Under(tx, storage.K(d.ID)) {
				if err != nil {
					return nil, err
				}
				posts = append(posts, p)
			}
			all, out = append(all, d), append(out, d.Slot[5:]+" "+string(bot.Whole(posts)))
		}
		return nil, nil
	})
	return all, strings.Join(out, ", ")
}

func (h *house) stand(s bot.Series, want string) {
	h.Helper()
	if _, got := h.drafts(s); got != want {
		h.Fatalf("the drafts are\n  %s\nwant\n  %s", got, want)
	}
}

// at is the moment of a time of the bubble's first days.
func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", "2000-01-"+text)
	if err != nil {
		panic(err)
	}
	return t
}

// until lets time go by up to a minute after a moment, of which there may be
// several: nothing runs between them, which is quicker than days of a clock.
func (h *house) until(moments ...string) {
	h.Helper()
	for _, m := range moments {
		h.Down(time.Until(at(m)) + time.Minute)
		h.Pass(time.Second)
		h.Idle()
	}
}

// days are so many mornings of a series, from one on.
func days(from, to int) (out []string) {
	for d := from; d <= to; d++ {
		out = append(out, time.Date(2000, 1, d, 9, 0, 0, 0, time.UTC).Format("02 15:04"))
	}
	return out
}

// public is how often the text was said, by account.
func (h *house) public() (n int) {
	for _, m := range h.Net.All() {
		if m.Text != "" {
			n++
		}
	}
	return n
}

// missed is what was told of times that passed.
func (h *house) missed() (out []string) {
	defer func() { slices.Sort(out) }()
	for _, m := range h.Chat.All() {
		for _, b := range m.Card.Blocks {
			if b.Words != nil && b.Words.Key == "series.missed" {
				out = append(out, b.Words.String())
			}
		}
	}
	return out
}
