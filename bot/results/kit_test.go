package results_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/bot/results"
	"ponte/internal/coretest"
	"ponte/storage"
)

// network tells numbers of posts, by their names there.
type network struct {
	sync.Mutex
	numbers map[string]bot.Numbers
	fails   func(ref string) error
	asked   []string
	at      act.Place
}

func (n *network) Measure(ctx context.Context, at act.Place, ref string) (bot.Numbers, error) {
	n.Lock()
	defer n.Unlock()
	n.asked, n.at = append(n.asked, ref), at
	if _, bounded := ctx.Deadline(); !bounded {
		return bot.Numbers{}, errors.New("a question without an end")
	}
	if n.fails != nil {
		if err := n.fails(ref); err != nil {
			return bot.Numbers{}, err
		}
	}
	got, ok := n.numbers[ref]
	if !ok {
		return bot.Numbers{}, bot.Errorf(bot.NotFound, "error.not_found")
	}
	return got, nil
}

func (n *network) has(ref string, likes, replies int) {
	n.Lock()
	defer n.Unlock()
	n.numbers[ref] = bot.Numbers{Likes: &likes, Replies: &replies}
}

func (n *network) set(f func()) {
	n.Lock()
	defer n.Unlock()
	f()
}

func (n *network) times() int {
	n.Lock()
	defer n.Unlock()
	return len(n.asked)
}

// shelf keeps pictures.
type shelf struct {
	kept int
	err  error
}

func (s *shelf) Keep(_ context.Context, _ bot.BrandID, _ bot.PersonID, png []byte) (bot.Picture, error) {
	if s.err != nil {
		return bot.Picture{}, s.err
	}
	s.kept++
	return bot.Picture{Hash: fmt.Sprintf("picture-%d", s.kept), Type: "image/png", Size: int64(len(png))}, nil
}

// room is where every draft is talked about: the channel itself.
type room struct{}

func (room) Thread(*storage.Tx, bot.BrandID, bot.ID) (act.Place, string, bool, error) {
	return act.Place{Platform: "chat", Space: "team", Channel: "a-inbox"}, "", true, nil
}

type world struct {
	*coretest.World
	desk   *results.Desk
	net    *network
	shelf  *shelf
	every  time.Duration
	drafts int
	mute   map[bot.AccountID]bool
}

// in runs f in a world without charts, and inWith in one whose charts are kept.
func in(t *testing.T, f func(*world)) {
	t.Helper()
	inWith(t, nil, f)
}

func inWith(t *testing.T, pictures *shelf, f func(*world)) {
	t.Helper()
	w := &world{net: &network{numbers: map[string]bot.Numbers{}}, shelf: pictures, mute: map[bot.AccountID]bool{}}
	build := func(c *coretest.World) []func(context.Context) error {
		opt := results.Options{
			Brands: c.Brands, Threads: room{}, Log: c.Log,
			Print: func(_ *bot.Brand, w card.Words) string { return w.String() },
			Source: func(a bot.AccountID) results.Source {
				if w.mute[a] {
					return results.Source{}
				}
				return results.Source{Measurer: w.net, At: act.Place{Platform: "net", Space: string(a)}, Every: w.every}
			},
		}
		if w.shelf != nil {
			opt.Keeper = w.shelf
		}
		w.desk = results.New(c.Store, c.Out, opt)
		return []func(context.Context) error{w.desk.Run}
	}
	coretest.In(t, build, func(c *coretest.World) {
		w.World = c
		w.Run()
		f(w)
	})
}

// out publishes a draft on accounts; its posts are named "DRAFT on ACCOUNT".
func (w *world) out(draft string, accounts ...bot.AccountID) {
	w.Helper()
	w.drafts++
	w.Update(func(tx *storage.Tx) error {
		d := bot.Draft{ID: bot.ID(draft), Number: 11 + w.drafts, Brand: "aurora", By: "ana", Token: draft, At: tx.Now(), Content: bot.Content{Text: "Hello", Accounts: accounts}}
		if err := records.Drafts.Insert(tx, d); err != nil {
			return err
		}
		for _, a := range accounts {
			p := bot.Post{ID: bot.ID(draft + "-" + string(a)), Brand: "aurora", Draft: d.ID, Account: a, State: bot.Published, Remote: draft + " on " + string(a), OutAt: tx.Now()}
			if err := errors.Join(records.Posts.Insert(tx, p), w.desk.Published(tx, p)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) readings(draft string, a bot.AccountID) []bot.Reading {
	w.Helper()
	return coretest.Get(w.World, func(tx *storage.Tx) (out []bot.Reading, _ error) {
		for r, err := range records.Readings.Under(tx, storage.K(bot.ID(draft+"-"+string(a)))) {
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		return out, nil
	})
}

func (w *world) ask(draft string) (asked, fresh int) {
	w.Helper()
	w.Update(func(tx *storage.Tx) (err error) {
		b, _ := w.Brands().Brand("aurora")
		asked, fresh, err = w.desk.Ask(tx, b, bot.ID(draft))
		return err
	})
	w.Idle()
	return asked, fresh
}

// said is a card in one text.
func said(c card.Card) string {
	out := []string{c.Title.String()}
	for _, b := range c.Blocks {
		for _, l := range b.List {
			out = append(out, string(l.Mark)+" "+l.Words.String())
		}
		for _, f := range b.Facts {
			out = append(out, f.String())
		}
		if b.Picture != nil {
			out = append(out, "["+b.Picture.Hash+": "+string(b.Picture.Alt)+"]")
		}
	}
	return strings.Join(out, "\n")
}
