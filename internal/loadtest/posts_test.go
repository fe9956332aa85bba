//go:build linux

package loadtest_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/storage"
)

// A few scheduled posts and many, and how many of them are in the month that is
// looked at: the same in both. The rest lies in the two years after it.
const (
	fewPosts, manyPosts = 1_000, 100_000
	inTheMonth          = 600
	firedAtOnce         = 100
)

const thePage = bot.AccountID("square:aurora")

// postingFile is a configuration of full speed in which posts need nobody's word.
const postingFile = `data: data
console: {listen: "127.0.0.1:0"}
public: {listen: "127.0.0.1:0"}
limits: {messages_per_second: none, edits_per_second: none, square_writes_per_minute: none}
brands:
  - id: aurora
    name: Caffè Aurora
    approvals: {posts: 0}
    accounts: [{id: square:aurora}]
    channels: [{id: feed, default: true}]
    people: [{id: ana, name: Ana Ruiz, roles: [manager]}]
`

// BenchmarkPosts is what many scheduled posts cost: the same is asked of a store
// with few and of one with many, in turn, so that the ratio is of one run.
func BenchmarkPosts(b *testing.B) {
	needsRoom(b, 2<<30)
	small, large := newPostingHouse(b, "1k"), newPostingHouse(b, "100k")
	month := time.Now().UTC().AddDate(0, 2, 0)
	month = time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, time.UTC)
	small.plans(b, fewPosts, month)
	large.plans(b, manyPosts, month)
	times(b, fmt.Sprint("a tick that fires ", firedAtOnce), small, large, func(h *house) (time.Duration, error) { return h.fires(b.Context()) })
	times(b, "a month's page", small, large, func(h *house) (time.Duration, error) { return h.looksAtMonth(b.Context(), month) })
	compares(b, "a month in chat", small, large, func(h *house) error {
		return h.asks(b.Context(), "/ponte calendar month "+month.Format(time.DateOnly))
	})
	times(b, "start after a clean stop", small, large, func(h *house) (time.Duration, error) {
		h.stops(b)
		began := time.Now()
		h.opens(b)
		return time.Since(began), nil
	})
	small.stops(b)
	large.stops(b)
}

// times does the same in both houses in turn, and reports the medians and how they
// compare.
func times(b *testing.B, name string, small, large *house, do func(*house) (time.Duration, error)) {
	b.Run(name, func(b *testing.B) {
		took := map[*house][]time.Duration{}
		for b.Loop() {
			for _, h := range []*house{small, large} {
				d, err := do(h)
				if err != nil {
					b.Fatal(err)
				}
				took[h] = append(took[h], d)
				if err := h.app.Outbox().Idle(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(0, "ns/op")
		for _, h := range []*house{small, large} {
			b.ReportMetric(milli(median(took[h])), h.name+"-p50-ms")
		}
		b.ReportMetric(float64(median(took[large]))/float64(median(took[small])), "ratio")
	})
}

func newPostingHouse(b *testing.B, name string) *house {
	b.Helper()
	h := &house{name: name, dir: b.TempDir()}
	h.file = filepath.Join(h.dir, "ponte.yaml")
	if err := os.WriteFile(h.file, []byte(postingFile), 0o600); err != nil {
		b.Fatal(err)
	}
	h.opens(b)
	return h
}

// plans keeps posts that are scheduled: some in a month, the rest in the two years after it.
func (h *house) plans(b *testing.B, n int, month time.Time) {
	b.Helper()
	const piece = 1000
	next := month.AddDate(0, 1, 0)
	for from := 0; from < n; from += piece {
		err := h.app.Store().Update(b.Context(), func(tx *storage.Tx) error {
			for i := from; i < min(from+piece, n); i++ {
				at := month.Add(time.Duration(i) * (next.Sub(month) / inTheMonth))
				if i >= inTheMonth {
					at = next.Add(time.Duration(i-inTheMonth) * (2 * 365 * 24 * time.Hour / time.Duration(n-inTheMonth)))
				}
				if err := h.schedules(tx, i+1, at); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	h.heard = n
}

// schedules keeps one post as it is when it was handed in and planned.
func (h *house) schedules(tx *storage.Tx, number int, at time.Time) error {
	d := bot.Draft{
		ID: bot.NewID(tx.Now()), Number: number, Brand: "aurora", By: "ana", Token: fmt.Sprint("plan ", number), At: tx.Now(), Revision: 2,
		Content: bot.Content{Text: fmt.Sprintf("We are open, and this is what we say as number %d.", number), Accounts: []bot.AccountID{thePage}, When: at},
	}
	if err := records.Drafts.Insert(tx, d); err != nil {
		return err
	}
	return records.Posts.Insert(tx, bot.Post{ID: bot.NewID(tx.Now()), Brand: "aurora", Draft: d.ID, Account: thePage, State: bot.Scheduled, Due: at, Revision: 3})
}

// fires has posts become due at once, and one more written, which the clock hears
// of; it returns how long it takes from then on until all are out.
func (h *house) fires(ctx context.Context) (time.Duration, error) {
	var before int
	err := h.app.Store().Update(ctx, func(tx *storage.Tx) (err error) {
		before, err = records.PostsByState.Count(tx, storage.K("aurora", bot.Published))
		for i := 1; err == nil && i <= firedAtOnce; i++ {
			err = h.schedules(tx, h.heard+i, tx.Now())
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	h.heard += firedAtOnce + 1
	began := time.Now()
	if err := h.asks(ctx, fmt.Sprintf("/ponte post The door is open now, %d of us are here.", h.heard)); err != nil {
		return 0, err
	}
	for {
		out, err := storage.Look(ctx, h.app.Store(), func(tx *storage.Tx) (int, error) {
			return records.PostsByState.Count(tx, storage.K("aurora", bot.Published))
		})
		if err != nil || out > before+firedAtOnce {
			return time.Since(began), err
		}
		if time.Since(began) > patience {
			return 0, fmt.Errorf("%d of %d are out", out-before, firedAtOnce+1)
		}
		wait(ctx, time.Millisecond)
	}
}

// looksAtMonth opens the calendar's page at a month.
func (h *house) looksAtMonth(ctx context.Context, month time.Time) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.console+"/calendar/aurora?day="+month.Format(time.DateOnly), nil)
	if err != nil {
		return 0, err
	}
	req.AddCookie(whoSpeaks)
	began := time.Now()
	status, _, body, err := does(req)
	if err == nil && (status != http.StatusOK || len(body) < 50_000) {
		err = fmt.Errorf("%d: %d bytes", status, len(body))
	}
	return time.Since(began), err
}
