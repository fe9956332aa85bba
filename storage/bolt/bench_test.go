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

// share has b.N calls of fn made by some callers at once.
func share(b *testing.B, callers int, fn func(caller, n int)) {
	each := b.N/callers + 1
	var wg sync.WaitGroup
	b.ResetTimer()
	for caller := range callers {
		wg.Go(func() {
			for n := range each {
				fn(caller, n)
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(each*callers)/b.Elapsed().Seconds(), "updates/s")
}

func timeOrdered(caller int) string { return fmt.Sprintf("%019d-%d", time.Now().UnixNano(), caller) }

// benchInserts inserts records with two indexes; every failEvery-th fails.
func benchInserts(b *testing.B, callers, failEvery int) {
	c := storage.Define("items", func(i *item) storage.Key { return storage.K(i.Brand, i.ID) })
	c.Index("due.1", func(i *item) storage.Key { return storage.K(i.Brand, i.Status, i.Due) })
	c.Unique("remote.1", func(i *item) storage.Key { return storage.K(i.Brand, i.Remote) })
	s := openNew(b, Options{}, c)
	boom := errors.New("boom")
	share(b, callers, func(caller, n int) {
		id := timeOrdered(caller)
		err := s.Update(b.Context(), func(tx *storage.Tx) error {
			if err := c.Insert(tx, item{"acme", id, "open", id, tx.Now(), body}); err != nil {
				return err
			}
			if failEvery > 0 && n%failEvery == 0 {
				return boom
			}
			return nil
		})
		if err != nil && !errors.Is(err, boom) {
			b.Error(err)
		}
	})
	stats := s.Stats()
	b.ReportMetric(float64(stats.Updates)/float64(stats.Commits), "updates/commit")
}

func BenchmarkX1(b *testing.B)         { benchInserts(b, 1, 0) }
func BenchmarkX64(b *testing.B)        { benchInserts(b, 64, 0) }
func BenchmarkX64Failing(b *testing.B) { benchInserts(b, 64, 10) }

// benchRaw puts as many bytes with nothing but the engine's own batches.
func benchRaw(b *testing.B, callers int, put func(*bbolt.DB, func(*bbolt.Tx) error) error) {
	s := openNew(b, Options{})
	s.db.MaxBatchSize = callers
	value := []byte(strings.Repeat("x", 900))
	share(b, callers, func(caller, _ int) {
		id := timeOrdered(caller)
		err := put(s.db, func(tx *bbolt.Tx) error {
			raw, err := tx.CreateBucketIfNotExists([]byte("raw"))
			if err != nil {
				return err
			}
			return raw.Put([]byte(id), value)
		})
		if err != nil {
			b.Error(err)
		}
	})
}

func BenchmarkRawX1(b *testing.B)      { benchRaw(b, 1, (*bbolt.DB).Update) }
func BenchmarkRawBatch64(b *testing.B) { benchRaw(b, 64, (*bbolt.DB).Batch) }

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
