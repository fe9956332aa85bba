package aparttest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
)

// plaza is a network on which all brands have accounts. It gives the same names to what
// is said on each of them.
type plaza struct {
	mu      sync.Mutex
	hears   act.Handler
	carried []carried
	count   map[string]int
	posts   map[string][]string // what a brand said by itself, by account
	lost    int
}

type carried struct {
	at  act.Place
	act act.Act
}

func (*plaza) Name() string { return "plaza" }

func (*plaza) Traits(act.Place) act.Traits {
	return act.Traits{
		Network: "the plaza", MaxText: 500, MaxPost: 500, Count: act.Runes, CanReply: true, CanPost: true, CanChange: true, CanRemove: true, Pictures: 4,
	}
}

func (p *plaza) Listen(ctx context.Context, h act.Handler) error {
	p.mu.Lock()
	p.hears = h
	p.mu.Unlock()
	<-ctx.Done()
	return ctx.Err()
}

// Carry takes what a brand says. Now and then nobody can tell whether it did, or it refuses.
func (p *plaza) Carry(_ context.Context, _ string, a act.Act, at act.Place) (act.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.carried = append(p.carried, carried{at, a})
	p.count[at.Space]++
	n := p.count[at.Space]
	brand := ownerOf(at.Space)
	switch n % 9 {
	case 4:
		return act.Receipt{}, fmt.Errorf("the line broke")
	case 7:
		return act.Receipt{}, bot.Errorf(bot.Invalid, "error.not_found")
	}
	ref := fmt.Sprintf("said-%d", n)
	if _, post := a.(act.Publish); post {
		p.posts[at.Space] = append(p.posts[at.Space], ref)
	}
	return act.Receipt{Ref: ref, URL: "https://" + string(marks[brand]) + ".example/" + ref}, nil
}

// Measure gives numbers that only this brand has.
func (p *plaza) Measure(_ context.Context, at act.Place, ref string) (bot.Numbers, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost++
	n := numbers[ownerOf(at.Space)] + p.lost%900
	return bot.Numbers{Likes: &n, Replies: &n}, nil
}

// ownerOf is whose account it is.
func ownerOf(account string) int {
	for i, m := range marks {
		if strings.HasPrefix(account, "plaza:"+strings.ToLower(string(m))) {
			return i
		}
	}
	panic("nobody owns " + account)
}

// comes has somebody say, change or take back something in public.
func (w *world) comes() {
	brand := w.r.IntN(len(w.brands))
	b, m := w.brands[brand], marks[brand]
	account := b.Accounts[w.r.IntN(len(b.Accounts))].ID
	author := w.r.IntN(4)
	in := act.Incoming{
		Kind: bot.ItemKinds[w.r.IntN(len(bot.ItemKinds))], Remote: fmt.Sprint("item-", w.r.IntN(60)), Text: says(w.r, m), CreatedAt: time.Now(),
		Author: bot.Author{ID: fmt.Sprint("who-", author), Name: m.of(fmt.Sprint("Guest ", author)), Handle: strings.ToLower(string(m)) + fmt.Sprint(author), Followers: author * 20_000},
		URL:    "https://" + string(m) + ".example/item", Post: "post-1",
	}
	if said := w.plaza.posts[string(account)]; len(said) > 0 && w.r.IntN(2) == 0 {
		in.Post = said[w.r.IntN(len(said))]
	}
	switch w.r.IntN(8) {
	case 0:
		in.Edited = true
	case 1:
		in.Deleted = true
	case 2:
		in.Media = []bot.Media{{URL: "https://" + string(m) + ".example/p.jpg", Type: "image/jpeg", Alt: m.of("picture")}}
	case 3:
		in.InReplyTo = fmt.Sprint("item-", w.r.IntN(60))
	}
	if in.Kind == bot.Direct {
		in.Post = ""
	}
	if _, err := w.plaza.hears(w.ctx, act.Arrived{Account: account, Items: []act.Incoming{in}}); err != nil {
		w.t.Errorf("an item is not taken in: %v", err)
	}
}
