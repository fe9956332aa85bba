package storagetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync"
	"testing"

	"ponte/storage"
)

var transactions = map[string]func(*testing.T, Place){
	"Failing":  testFailing,
	"Leaving":  testLeaving,
	"OnCommit": testOnCommit,
	"Skew":     testSkew,
	"Phantom":  testPhantom,
	"Callers":  testCallers,
	"Context":  testContext,
	"Over":     testOver,
	"Now":      testNow,
	"Snapshot": testSnapshot,
}

// spoil does every kind of write, and a few on top of each other.
func spoil(tx *storage.Tx, sh shelf) error {
	if err := sh.posts.Insert(tx, post{ID: "new", Box: "in", Slug: "new"}); err != nil {
		return err
	}
	for range 2 {
		for p, err := range sh.box.Under(tx, storage.K("in")) {
			if err != nil {
				return err
			}
			p.Box, p.Slug, p.Tags = p.Box+"x", p.Slug+"x", []string{"y"}
			if err := sh.posts.Put(tx, p); err != nil {
				return err
			}
		}
	}
	return sh.posts.Delete(tx, storage.K("a"))
}

func testFailing(t *testing.T, in Place) {
	sh, s := open(t, in)
	before := map[string]post{
		"a": {ID: "a", Box: "in", Slug: "a", Tags: []string{"x"}, Due: start},
		"b": {ID: "b", Box: "in", Slug: "b", Due: start},
	}
	put(t, s, sh.posts, before["a"], before["b"])
	boom := errors.New("boom")
	wants(t, s.Update(t.Context(), func(tx *storage.Tx) error {
		if err := spoil(tx, sh); err != nil {
			return err
		}
		return boom
	}), boom)
	compare(t, s, sh, before)
	err := s.Update(t.Context(), func(tx *storage.Tx) error {
		if err := spoil(tx, sh); err != nil {
			return err
		}
		panic("out of the blue")
	})
	if err == nil || !strings.Contains(err.Error(), "out of the blue") || !strings.Contains(err.Error(), "transactions.go") {
		t.Errorf("a panic became %v, without its words or its stack", err)
	}
	compare(t, s, sh, before)
	put(t, s, sh.posts, post{ID: "new", Slug: "new"})
}

// testLeaving ends the goroutine inside its transaction, as a failing test does.
func testLeaving(t *testing.T, in Place) {
	sh, s := open(t, in)
	ctx, ended := t.Context(), make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Update(ctx, func(tx *storage.Tx) error {
			if err := sh.posts.Put(tx, post{ID: "a", Box: "in"}); err != nil {
				return err
			}
			runtime.Goexit()
			return nil
		})
	}()
	<-ended
	put(t, s, sh.posts, post{ID: "b", Box: "in"})
	compare(t, s, sh, map[string]post{"b": {ID: "b", Box: "in"}})
}

func testOnCommit(t *testing.T, in Place) {
	sh, s := open(t, in)
	var rang []int
	ring := func(tx *storage.Tx) {
		for i := range 3 {
			tx.OnCommit(func() { rang = append(rang, i) })
		}
	}
	boom := errors.New("boom")
	wants(t, s.Update(t.Context(), func(tx *storage.Tx) error { ring(tx); return boom }), boom)
	view(t, s, func(tx *storage.Tx) error { ring(tx); return nil })
	same(t, rang, []int(nil))
	update(t, s, func(tx *storage.Tx) error {
		ring(tx)
		tx.OnCommit(func() { // by now others see it
			compare(t, s, sh, map[string]post{"a": {ID: "a"}})
		})
		return sh.posts.Put(tx, post{ID: "a"})
	})
	same(t, rang, []int{0, 1, 2})
}

// both runs two functions at the same time, many times over.
func both(t *testing.T, rounds int, one, two func(round int) error) {
	t.Helper()
	for round := range rounds {
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, fn := range []func(int) error{one, two} {
			wg.Go(func() { errs[i] = fn(round) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
}

// testSkew: two who may both step back as long as the other one stays.
func testSkew(t *testing.T, in Place) {
	sh, s := open(t, in)
	step := func(me, other string) func(int) error {
		return func(round int) error {
			return s.Update(t.Context(), func(tx *storage.Tx) error {
				gone, err := sh.posts.Has(tx, storage.K(fmt.Sprint(other, round)))
				if err != nil || gone {
					return err
				}
				return sh.posts.Put(tx, post{ID: fmt.Sprint(me, round), Box: fmt.Sprint(round)})
			})
		}
	}
	const rounds = 20
	both(t, rounds, step("a", "b"), step("b", "a"))
	onePer(t, s, sh, rounds)
}

// testPhantom: two who each add a record unless the box has one.
func testPhantom(t *testing.T, in Place) {
	sh, s := open(t, in)
	add := func(me string) func(int) error {
		return func(round int) error {
			return s.Update(t.Context(), func(tx *storage.Tx) error {
				n, err := sh.box.Count(tx, storage.K(fmt.Sprint(round)))
				if err != nil || n > 0 {
					return err
				}
				return sh.posts.Put(tx, post{ID: fmt.Sprint(me, round), Box: fmt.Sprint(round)})
			})
		}
	}
	const rounds = 20
	both(t, rounds, add("a"), add("b"))
	onePer(t, s, sh, rounds)
}

func onePer(t *testing.T, s Store, sh shelf, rounds int) {
	t.Helper()
	view(t, s, func(tx *storage.Tx) error {
		for round := range rounds {
			n, err := sh.box.Count(tx, storage.K(fmt.Sprint(round)))
			if err != nil {
				return err
			}
			same(t, n, 1)
		}
		return nil
	})
}

func testCallers(t *testing.T, in Place) {
	sh, s := open(t, in)
	const callers, each = 64, 10
	put(t, s, sh.posts, post{ID: "sum"})
	boom := errors.New("boom")
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				err := s.Update(t.Context(), func(tx *storage.Tx) error {
					if _, err := sh.posts.Change(tx, storage.K("sum"), func(p *post) error { p.N++; return nil }); err != nil {
						return err
					}
					if err := sh.posts.Insert(tx, post{ID: fmt.Sprint(c, "-", i), Box: "in"}); err != nil {
						return err
					}
					if i%5 == 4 {
						return boom
					}
					return nil
				})
				if err != nil && !errors.Is(err, boom) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	view(t, s, func(tx *storage.Tx) error {
		sum, err := sh.posts.Get(tx, storage.K("sum"))
		if err != nil {
			return err
		}
		n, err := sh.box.Count(tx, storage.K("in"))
		same(t, []int{sum.N, n}, []int{callers * each * 4 / 5, callers * each * 4 / 5})
		return err
	})
}

func testContext(t *testing.T, in Place) {
	_, s := open(t, in)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never := func(*storage.Tx) error { t.Error("it ran"); return nil }
	wants(t, s.Update(ctx, never), context.Canceled)
	wants(t, s.View(ctx, never), context.Canceled)
	urgent := storage.Urgent(t.Context())
	same(t, storage.IsUrgent(urgent), true)
	same(t, storage.IsUrgent(t.Context()), false)
	wants(t, s.Update(urgent, func(*storage.Tx) error { return nil }), nil)
}

// testOver keeps a Tx beyond its closure.
func testOver(t *testing.T, in Place) {
	sh, s := open(t, in)
	var kept *storage.Tx
	keep := func(tx *storage.Tx) error { kept = tx; return nil }
	for _, run := range []func(context.Context, func(*storage.Tx) error) error{s.View, s.Update} {
		wants(t, run(t.Context(), keep), nil)
		if _, err := sh.posts.Has(kept, storage.K("a")); err == nil {
			t.Error("a transaction that is over still reads")
		}
		if _, err := ids(sh.posts.Under(kept, nil)); err == nil {
			t.Error("a transaction that is over still walks")
		}
	}
	shut(t, s)
	wants(t, s.Update(t.Context(), keep), storage.ErrClosed)
	wants(t, s.View(t.Context(), keep), storage.ErrClosed)
}

func testNow(t *testing.T, in Place) {
	_, s := open(t, in)
	for _, run := range []func(context.Context, func(*storage.Tx) error) error{s.View, s.Update} {
		wants(t, run(t.Context(), func(tx *storage.Tx) error {
			same(t, tx.Now(), start)
			return nil
		}), nil)
	}
}

// testSnapshot: a view does not see what is written while it is open.
func testSnapshot(t *testing.T, in Place) {
	sh, s := open(t, in)
	put(t, s, sh.posts, post{ID: "a", Box: "in"})
	walk := func(tx *storage.Tx) iter.Seq2[post, error] { return sh.box.Under(tx, storage.K("in")) }
	view(t, s, func(tx *storage.Tx) error {
		written := make(chan error)
		go func() {
			written <- s.Update(t.Context(), func(tx *storage.Tx) error { return sh.posts.Put(tx, post{ID: "b", Box: "in"}) })
		}()
		if err := <-written; err != nil {
			return err
		}
		got, err := ids(walk(tx))
		same(t, got, []string{"a"})
		return err
	})
	sees(t, s, []string{"a", "b"}, walk)
}
