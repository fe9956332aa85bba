package loadtest_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"ponte/internal/ops"
)

// What the team reads in the room that takes what no other does.
const (
	saysFull = "There is no room left on the disk."
	saysRoom = "There is room on the disk again"
)

// TestFullBySize: the store has the size that the configuration allows; then it
// may be larger, which takes a restart.
func TestFullBySize(t *testing.T) {
	if watched {
		t.Skip("it is not that fast; TestFullByQuota goes the same way")
	}
	t.Parallel()
	w := newWorld(t)
	w.writes(t, w.config("64MiB"))
	p := w.opens(t)
	w.fillsUp(t, 28<<20, true, func() {
		w.writes(t, w.config("none"))
		p.stop(t)
		w.opens(t)
	})
}

// fillsUp has senders offer more than there is room for, makes room, and sees to
// it that everything goes on: nothing that was acknowledged is lost or twice
// there. With a reserve the team is told at once, and can answer all the while.
func (w *world) fillsUp(t *testing.T, bytes int, reserve bool, makeRoom func()) {
	items := bytes / 30_000
	if os.Getenv("PONTE_LOAD") == "full" {
		items, bytes = 10_000, 3*bytes
	}
	w.asks(t, 20)
	list := w.offers(items, bytes)
	refused := w.flood(t, list)
	taken := w.acknowledged.Load()
	if len(refused) == 0 || len(refused) == len(list) {
		t.Fatalf("%d of %d requests were refused", len(refused), len(list))
	}
	if reserve {
		w.until(t, "the team hears that it is full", func() bool { return w.reads(t, saysFull) == 1 })
		w.answers(t, 5)
	}
	var st ops.Status
	if err := w.now().status(t.Context(), &st); err != nil || st.Ready || !st.Store.Full {
		t.Errorf("full as it is, it says %+v, %v", st, err)
	}
	full := st.Store.Size

	var insisting sync.WaitGroup
	insisting.Go(func() { w.insist(t, refused) })
	makeRoom()
	insisting.Wait()
	w.until(t, "the team hears that there is room", func() bool { return w.reads(t, saysRoom) == w.reads(t, saysFull) })
	w.answers(t, 5)
	w.settles(t)
	w.until(t, "the answers are out", func() bool { return w.shop.out() == len(w.replies) })
	if n := w.reads(t, saysFull); n > 1 || reserve && n != 1 {
		t.Errorf("the team heard %d times that it is full", n)
	}
	w.now().stop(t)
	w.counts(t)
	if len(w.items) != items+20 {
		t.Errorf("%d items were acknowledged of %d", len(w.items), items+20)
	}
	t.Logf("%d of %d items were taken until the file had %.1f MiB; %d of %d requests were refused at first, %d times in all; %d answers went out",
		taken, items+20, mega(full), len(refused), len(list), w.refused.Load(), w.shop.out())
}

// asks has customers say something that can be answered.
func (w *world) asks(t *testing.T, n int) {
	for range n {
		id := w.unique("question")
		w.tell(t.Context(), theShop, news{ID: id, Author: "Marta " + id, Text: "Is it open? " + id})
	}
}

// answers has the team answer so many questions that nobody answered yet.
func (w *world) answers(t *testing.T, n int) {
	t.Helper()
	done := len(w.replies)
	list, err := w.now().messages(t.Context(), theShop, "")
	if err != nil {
		t.Fatal(err)
	}
	var open []message
	for _, m := range list {
		if m.isConversation() {
			open = append(open, m)
		}
	}
	for i := range n {
		w.reply(t.Context(), open[done+i].Ref)
	}
	if len(w.replies) != done+n {
		t.Errorf("%d of %d answers were accepted", len(w.replies)-done, n)
	}
}

// reads counts the notices that the team can read.
func (w *world) reads(t *testing.T, notice string) (n int) {
	for before := ""; ; {
		list, err := w.now().messages(t.Context(), "inbox", before)
		if err != nil || len(list) == 0 {
			return n
		}
		for _, m := range list {
			if strings.HasPrefix(m.says(), notice) {
				n++
			}
		}
		before = list[0].Ref
	}
}

// offered is a request that a sender makes.
type offered struct {
	id   string
	list []news
	body []byte
}

// offers makes requests of every length, with items of every length: so many
// items, of about so many bytes in all.
func (w *world) offers(items, bytes int) (list []offered) {
	rng := rand.New(rand.NewPCG(7, 7))
	most := 2 * bytes / items
	for items > 0 {
		o := offered{id: w.unique("request")}
		for range min(1+rng.IntN(12), items) {
			id := w.unique("item")
			o.list = append(o.list, news{ID: id, Author: "Jonas " + id, Text: words(rng, most) + id})
			items--
		}
		o.body, _ = json.Marshal(o.list)
		list = append(list, o)
	}
	return list
}

// flood has four senders offer everything once, and returns what was refused.
func (w *world) flood(t *testing.T, list []offered) (refused []offered) {
	var mu sync.Mutex
	w.spread(list, func(o offered) {
		w.sent.Add(int64(len(o.list)))
		if !w.offer(t.Context(), theFeed, o.id, o.body, o.list) {
			mu.Lock()
			refused = append(refused, o)
			mu.Unlock()
		}
	})
	return refused
}

// insist has four senders offer everything until it is taken.
func (w *world) insist(t *testing.T, list []offered) {
	ctx := t.Context()
	end := time.Now().Add(2 * patience)
	w.spread(list, func(o offered) {
		for !w.offer(ctx, theFeed, o.id, o.body, o.list) {
			if time.Now().After(end) || !wait(ctx, 100*time.Millisecond) {
				w.remarks("it is never taken", o.id)
				return
			}
		}
	})
}

func (w *world) spread(list []offered, do func(offered)) {
	work := make(chan offered)
	var hands sync.WaitGroup
	for range 4 {
		hands.Go(func() {
			for o := range work {
				do(o)
			}
		})
	}
	for _, o := range list {
		work <- o
	}
	close(work)
	hands.Wait()
}
