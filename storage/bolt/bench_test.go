package bolt

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"ponte/storage"
)

type item struct {
	Brand, ID, Status, Remote string
	Due                       time.Time
	Body                      string
}

var body = strings.Repeat("x", 700)

// collection is one with two indexes, as a kind of record has them.
func collection() *storage.Collection[item] {
	c := storage.Define("items", func(i *item) storage.Key { return storage.K(i.Brand, i.ID) })
	c.Index("due.1", func(i *item) storage.Key { return storage.K(i.Brand, i.Status, i.Due) })
	c.Unique("remote.1", func(i *item) storage.Key { return storage.K(i.Brand, i.Remote) })
	return c
}

func timeOrdered(caller int) string { return fmt.Sprintf("%019d-%d", time.Now().UnixNano(), caller) }

// share has n calls of fn made by some callers at once, and returns how long that took.
func share(callers, n int, fn func(caller, n int)) time.Duration {
	var wg sync.WaitGroup
	began := time.Now()
	for caller := range callers {
		wg.Go(func() {
			for i := caller; i < n; i += callers {
				fn(caller, i)
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// BenchmarkIngest compares durable updates, each with so many records, with the
// engine's own Batch, MaxBatchSize = callers, putting the same keys and values.
// The two take turns, so that the ratio is of one run.
func BenchmarkIngest(b *testing.B) {
	for _, c := range []struct{ callers, records int }{{1, 1}, {64, 1}, {256, 1}, {1, 100}, {64, 100}} {
		b.Run(fmt.Sprintf("callers=%d/records=%d", c.callers, c.records), func(b *testing.B) { ingest(b, c.callers, c.records) })
	}
}

func ingest(b *testing.B, callers, each int) {
	c := collection()
	ours := openNew(b, Options{}, c)
	theirs := openNew(b, Options{}).db
	theirs.MaxBatchSize = callers
	const rounds = 4
	n := max(b.N/rounds, callers)
	var took, raw time.Duration
	b.ResetTimer()
	for range rounds {
		raw += share(callers, n, func(caller, _ int) {
			if err := rawIngest(theirs, caller, each); err != nil {
				b.Error(err)
			}
		})
		took += share(callers, n, func(caller, _ int) {
			err := ours.Update(b.Context(), func(tx *storage.Tx) error {
				for range each {
					id := timeOrdered(caller)
					if err := c.Insert(tx, item{"acme", id, "open", id, tx.Now(), body}); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Error(err)
			}
		})
	}
	b.StopTimer()
	all := float64(n * rounds * each)
	b.ReportMetric(all/took.Seconds(), "records/s")
	b.ReportMetric(all/raw.Seconds(), "raw/s")
	b.ReportMetric(raw.Seconds()/took.Seconds(), "of-raw")
	stats := ours.Stats()
	b.ReportMetric(float64(stats.Updates)/float64(stats.Commits), "updates/commit")
}

// rawIngest puts what an insert of the records puts, without a record's layers.
func rawIngest(db *bbolt.DB, caller, each int) error {
	value := []byte(`xx{"Brand":"acme","ID":"","Status":"open","Remote":"","Due":"2026-11-22T06:38:57.123456789Z","Body":""}` + strings.Repeat("x", 700+2*22))
	return db.Batch(func(tx *bbolt.Tx) error {
		for range each {
			id := timeOrdered(caller)
			key := storage.K("acme", id)
			for _, put := range []struct {
				in         string
				key, value []byte
			}{
				{"items", key, value}, {"items.due.1", append(storage.K("acme", "open", time.Now()), key...), key}, {"items.remote.1", storage.K("acme", id), key},
			} {
				bucket, err := tx.CreateBucketIfNotExists([]byte(put.in))
				if err != nil {
					return err
				}
				if err := bucket.Put(put.key, put.value); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// BenchmarkFailing is 64 callers of whom every tenth call changes its mind.
func BenchmarkFailing(b *testing.B) {
	c := collection()
	s := openNew(b, Options{}, c)
	boom := errors.New("boom")
	share(64, b.N, func(caller, n int) {
		id := timeOrdered(caller)
		err := s.Update(b.Context(), func(tx *storage.Tx) error {
			if err := c.Insert(tx, item{"acme", id, "open", id, tx.Now(), body}); err != nil || n%10 != 0 {
				return err
			}
			return boom
		})
		if err != nil && !errors.Is(err, boom) {
			b.Error(err)
		}
	})
}

func BenchmarkGet(b *testing.B) {
	c := storage.Define("items", func(i *item) storage.Key { return storage.K(i.ID) })
	s := openNew(b, Options{}, c)
	if err := s.Update(b.Context(), func(tx *storage.Tx) error { return c.Put(tx, item{ID: "a", Body: body}) }); err != nil {
		b.Fatal(err)
	}
	err := s.View(b.Context(), func(tx *storage.Tx) error {
		for b.Loop() {
			if _, err := c.Get(tx, storage.K("a")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
