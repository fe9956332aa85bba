package loadtest_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// crowd is people who go on whatever happens to Ponte.
type crowd struct {
	*world
	ctx   context.Context // of what is begun
	over  chan struct{}   // closed when nothing more is begun
	hands sync.WaitGroup
}

func (w *world) crowd(ctx context.Context) *crowd {
	return &crowd{world: w, ctx: ctx, over: make(chan struct{})}
}

// goes waits until what was begun is done, and begins nothing more.
func (c *crowd) goes() {
	close(c.over)
	c.hands.Wait()
}

// again does something every so often, or without a pause, until the crowd goes.
func (c *crowd) again(every time.Duration, do func()) {
	c.hands.Go(func() {
		for tick := time.NewTicker(max(every, 1)); ; {
			select {
			case <-c.over:
				tick.Stop()
				return
			case <-tick.C:
				do()
			}
		}
	})
}

// words makes a text of so many bytes and a bit less.
func words(rng *rand.Rand, most int) string {
	return strings.Repeat("word ", 1+rng.IntN(max(most/5, 1)))
}

// sender tells of new items, between two requests of every length up to most.
// Now and then it edits or deletes one of its own.
func (c *crowd) sender(account string, seed uint64, every time.Duration, most int) {
	rng := rand.New(rand.NewPCG(seed, 1))
	var mine []string
	c.again(every, func() {
		var list []news
		for range 1 + rng.IntN(most) {
			switch n := rng.IntN(20); {
			case n == 0 && len(mine) > 0:
				list = append(list, news{ID: mine[len(mine)-1], Author: "Jonas", Text: c.unique("said anew"), Edited: true})
			case n == 1 && len(mine) > 0 && account == theFeed:
				list = append(list, news{ID: mine[len(mine)-1], Author: "Jonas", Deleted: true})
			default:
				id := c.unique("item")
				list = append(list, news{ID: id, Author: "Jonas " + id, Text: words(rng, 400) + id})
				continue
			}
			mine = mine[:len(mine)-1]
		}
		if !c.tell(c.ctx, account, list...) {
			return
		}
		mine = mine[:0]
		for _, n := range list {
			if !n.Edited && !n.Deleted {
				mine = append(mine, n.ID)
			}
		}
	})
}

// team answers what is new in the shop's room, every so often and at most so many.
func (c *crowd) team(every time.Duration, most int) {
	met := ""
	c.again(every, func() {
		list, err := c.now().messages(c.ctx, theShop, "")
		if err != nil {
			return // it is away just now
		}
		done := 0
		for _, m := range list {
			if m.Ref > met && m.isConversation() && done < most {
				c.reply(c.ctx, m.Ref)
				met = m.Ref
				done++
			}
		}
	})
}
