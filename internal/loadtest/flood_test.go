//go:build linux

package loadtest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// What a flood of items into one channel may cost.
const (
	floodItems   = 20_000
	floodTakes   = time.Minute
	floodBatch   = 20 // items in a request
	floodClicks  = 250 * time.Millisecond
	mostClick    = 500 * time.Millisecond // until the 99th of a hundred clicks is acknowledged
	mostMemory   = 150 << 20              // bytes of RssAnon
	mostMessages = 60 + 5                 // new ones in a minute: one a second, and a short burst
)

const history = "Who is this"

// BenchmarkSlackFlood has 20,000 items on one post come within a minute into one
// channel of Slack, while people click. It fails when more than one new message a
// second is shown, when the card that folds them does not count them, when a click waits too
// long, or when Ponte takes too much memory.
func BenchmarkSlackFlood(b *testing.B) {
	floods(b, func() flooded { return newSlackTeam(b, 1) })
}

// BenchmarkDiscordFlood is the same in Discord.
func BenchmarkDiscordFlood(b *testing.B) {
	floods(b, func() flooded { return newDiscordTeam(b, 1) })
}

// flooded is a channel that a flood comes into.
type flooded interface {
	connected() bool
	asks() (took time.Duration, why string, ok bool) // somebody has a look at who wrote; ok is false where there is no card yet
	cards() []shownCard
	refused() []string
	settings() string
}

// shownCard is a message of Ponte's, and when it was shown, in seconds.
type shownCard struct {
	text string
	at   float64
}

func (w *team) settings() string { return w.file }

func floods(b *testing.B, opens func() flooded) {
	b.Setenv("LOADTEST_SECRET", theSecret)
	for range b.N {
		w := opens()
		p := starts(b, w.settings())
		for end := time.Now().Add(patience); !w.connected(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				b.Fatal("the chat has no connection")
			}
		}
		f := &flood{flooded: w, b: b, p: p, over: make(chan struct{})}
		var hands sync.WaitGroup
		hands.Go(f.click)
		hands.Go(f.weigh)
		began := time.Now()
		f.comes()
		b.ReportMetric(time.Since(began).Seconds(), "flood-s")
		f.folded()
		close(f.over)
		hands.Wait()
		f.judge()
		p.kill()
	}
	b.ReportMetric(0, "ns/op")
}

// flood is one of them.
type flood struct {
	flooded
	b      *testing.B
	p      *process
	over   chan struct{}
	took   []time.Duration
	memory int64
}

// comes has senders bring the items evenly over the time, and fails when it takes longer.
func (f *flood) comes() {
	began := time.Now()
	var next atomic.Int64
	var hands sync.WaitGroup
	for range 4 {
		hands.Go(func() {
			for n := next.Add(1) - 1; n < floodItems/floodBatch; n = next.Add(1) - 1 {
				time.Sleep(time.Until(began.Add(time.Duration(n) * floodTakes / (floodItems / floodBatch))))
				var body bytes.Buffer
				for i := range floodBatch {
					id := strconv.FormatInt(n*floodBatch+int64(i), 10)
					_, _ = fmt.Fprintf(&body, `{"id": "item-%s", "post": "launch", "author": {"id": "%s", "name": "Marta %s"}, "text": "Where is my order?"}`+"\n", id, id, id)
				}
				f.brings(body.Bytes())
			}
		})
	}
	hands.Wait()
	if took := time.Since(began); took > floodTakes+10*time.Second {
		f.b.Errorf("the items took %s to come in", took)
	}
}

func (f *flood) brings(lines []byte) {
	req, err := http.NewRequestWithContext(f.b.Context(), http.MethodPost, f.p.public+"/webhook/room0", bytes.NewReader(lines))
	if err != nil {
		f.b.Error(err)
		return
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	status, _, body, err := does(req)
	if err != nil || status != http.StatusOK || !strings.Contains(string(body), `"errors":[]`) {
		f.b.Errorf("%d %s %v", status, body, err)
	}
}

// click has people look at who wrote, again and again.
func (f *flood) click() {
	for {
		select {
		case <-f.over:
			return
		case <-time.After(floodClicks):
		}
		took, why, ok := f.asks()
		if why != "" {
			f.b.Errorf("a click was not acknowledged: %s", why)
		}
		if ok {
			f.took = append(f.took, took)
		}
	}
}

func (f *flood) weigh() {
	for {
		f.memory = max(f.memory, f.p.memory("RssAnon"))
		select {
		case <-f.over:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// folded waits for the card that says how many there are.
func (f *flood) folded() {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		for _, c := range f.cards() {
			if strings.Contains(c.text, "19,992 conversations") && strings.Contains(c.text, "19,992 open") {
				return
			}
		}
	}
	var all []string
	for _, c := range f.cards() {
		all = append(all, c.text)
	}
	f.b.Errorf("no card says that 19,992 are open besides the eight that have their own:\n%s", strings.Join(all, "\n\n"))
}

func (f *flood) judge() {
	slices.Sort(f.took)
	if len(f.took) < 100 {
		f.b.Fatalf("only %d clicks", len(f.took))
	}
	p99 := f.took[len(f.took)*99/100]
	if p99 > mostClick {
		f.b.Errorf("a click is acknowledged after %s (p99 of %d)", p99, len(f.took))
	}
	if f.memory > mostMemory {
		f.b.Errorf("it takes %.0f MiB", mega(f.memory))
	}
	most := f.densest()
	if most > mostMessages {
		f.b.Errorf("%d new messages in one minute", most)
	}
	if no := f.refused(); len(no) > 0 {
		f.b.Errorf("%d calls were refused, the first one: %s", len(no), no[0])
	}
	f.b.ReportMetric(float64(p99.Microseconds())/1000, "click-p99-ms")
	f.b.ReportMetric(mega(f.memory), "most-MiB")
	f.b.ReportMetric(float64(most), "messages/min")
}

// densest counts the new messages in the minute that has most of them.
func (f *flood) densest() (most int) {
	all := f.cards()
	for i := range all {
		n := 0
		for _, other := range all[i:] {
			if other.at < all[i].at+60 {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}
