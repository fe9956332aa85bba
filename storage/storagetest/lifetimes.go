package storagetest

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"testing"
	"time"

	"ponte/storage"
)

var lifetimes = map[string]func(*testing.T, Place){
	"Reopen":     testReopen,
	"Upgrade":    testUpgrade,
	"Newer":      testNewer,
	"IndexAdded": testIndexAdded,
	"IndexGone":  testIndexGone,
	"IndexKind":  testIndexKind,
	"IndexStops": testIndexStops,
	"Lease":      testLease,
}

func testReopen(t *testing.T, in Place) {
	sh, s := open(t, in)
	want := map[string]post{"a": {ID: "a", Box: "in", Tags: []string{"x"}, Due: at(1)}, "b": {ID: "b", Slug: "s"}}
	put(t, s, sh.posts, want["a"], want["b"])
	for range 2 {
		shut(t, s)
		sh = newShelf()
		s = reopen(t, in, sh.posts)
		compare(t, s, sh, want)
	}
}

type oldNote struct{ ID, Text string }

type newNote struct {
	ID    string
	Words []string
}

func noteV1() *storage.Collection[oldNote] {
	return storage.Define("notes", func(n *oldNote) storage.Key { return storage.K(n.ID) })
}

func noteV3() (*storage.Collection[newNote], *storage.Index[newNote]) {
	c := storage.Define("notes", func(n *newNote) storage.Key { return storage.K(n.ID) },
		func(old json.RawMessage) (json.RawMessage, error) {
			var n oldNote
			if err := json.Unmarshal(old, &n); err != nil {
				return nil, err
			}
			return json.Marshal(map[string]any{"ID": n.ID, "Words": []string{n.Text}})
		},
		func(old json.RawMessage) (json.RawMessage, error) {
			var n newNote
			if err := json.Unmarshal(old, &n); err != nil {
				return nil, err
			}
			n.Words = append(n.Words, "third")
			return json.Marshal(n)
		})
	return c, c.Index("words.1", func(n *newNote) storage.Key { return storage.K(n.Words[len(n.Words)-1]) })
}

func testUpgrade(t *testing.T, in Place) {
	v1 := noteV1()
	s := reopen(t, in, v1)
	update(t, s, func(tx *storage.Tx) error {
		return errors.Join(v1.Put(tx, oldNote{"a", "hello"}), v1.Put(tx, oldNote{"b", "bye"}))
	})
	shut(t, s)
	v3, words := noteV3()
	s = reopen(t, in, v3)
	for range 2 { // read as it was stored, and then as it was rewritten
		got, err := storage.Do(t.Context(), s, func(tx *storage.Tx) (newNote, error) {
			got, err := v3.Get(tx, storage.K("a"))
			if err != nil {
				return got, err
			}
			n, err := words.Count(tx, storage.K("third"))
			same(t, n, 2)
			if err != nil {
				return got, err
			}
			return got, v3.Put(tx, got)
		})
		wants(t, err, nil)
		same(t, got, newNote{"a", []string{"hello", "third"}})
	}
}

func testNewer(t *testing.T, in Place) {
	v3, _ := noteV3()
	s := reopen(t, in, v3)
	update(t, s, func(tx *storage.Tx) error { return v3.Put(tx, newNote{ID: "a", Words: []string{"w"}}) })
	shut(t, s)
	_, err := in.Open(t.Context(), clock, noteV1())
	wants(t, err, storage.ErrNewerFormat)
	v3, _ = noteV3()
	s = reopen(t, in, v3) // refusing it changed nothing
	view(t, s, func(tx *storage.Tx) error {
		_, err := v3.Get(tx, storage.K("a"))
		return err
	})
}

func testIndexAdded(t *testing.T, in Place) {
	plain := storage.Define("posts", func(p *post) storage.Key { return storage.K(p.ID) })
	s := reopen(t, in, plain)
	const n = 2500 // more than two chunks
	put(t, s, plain, many(n)...)
	shut(t, s)
	sh := newShelf()
	s = reopen(t, in, sh.posts)
	view(t, s, func(tx *storage.Tx) error {
		got, err := sh.box.Count(tx, storage.K("in"))
		same(t, got, n)
		return err
	})
	sees(t, s, []string{number(1)}, func(tx *storage.Tx) iter.Seq2[post, error] { return sh.box.Under(tx, storage.K("in", at(1))) })
}

// testIndexGone: an index that a version does not declare is not kept up by
// it, so the next version that does must not find what is left of it.
func testIndexGone(t *testing.T, in Place) {
	sh, s := open(t, in)
	put(t, s, sh.posts, many(1200)...)
	shut(t, s)
	plain := storage.Define("posts", func(p *post) storage.Key { return storage.K(p.ID) })
	s = reopen(t, in, plain)
	put(t, s, plain, post{ID: number(7), Box: "out", Due: at(7)})
	shut(t, s)
	sh = newShelf()
	s = reopen(t, in, sh.posts)
	sees(t, s, []string{number(7)}, func(tx *storage.Tx) iter.Seq2[post, error] { return sh.box.Under(tx, storage.K("out")) })
	sees(t, s, nil, func(tx *storage.Tx) iter.Seq2[post, error] { return sh.box.Under(tx, storage.K("in", at(7))) })
}

func testIndexKind(t *testing.T, in Place) {
	byBox := func(p *post) storage.Key { return storage.K(p.Box) }
	one := storage.Define("posts", func(p *post) storage.Key { return storage.K(p.ID) })
	one.Index("by.1", byBox)
	s := reopen(t, in, one)
	put(t, s, one, post{ID: "a", Box: "x"}, post{ID: "b", Box: "y"})
	shut(t, s)
	unique := storage.Define("posts", func(p *post) storage.Key { return storage.K(p.ID) })
	by := unique.Unique("by.1", byBox)
	s = reopen(t, in, unique)
	view(t, s, func(tx *storage.Tx) error {
		p, err := by.First(tx, storage.K("y"))
		same(t, p.ID, "b")
		return err
	})
	wants(t, s.Update(t.Context(), func(tx *storage.Tx) error { return unique.Put(tx, post{ID: "c", Box: "y"}) }), storage.ErrConflict)
	shut(t, s)

	one = storage.Define("posts", func(p *post) storage.Key { return storage.K(p.ID) })
	s = reopen(t, in, one)
	put(t, s, one, post{ID: "c", Box: "y"})
	shut(t, s)
	unique = storage.Define("posts", func(p *post) storage.Key { return storage.K(p.ID) })
	unique.Unique("by.2", byBox)
	_, err := in.Open(t.Context(), clock, unique)
	wants(t, err, storage.ErrConflict)
}

// testIndexStops stops the building of an index in its second chunk; the next
// opening goes on there.
func testIndexStops(t *testing.T, in Place) {
	const n, stop = 3000, 1500
	plain := storage.Define("posts", func(p *post) storage.Key { return storage.K(p.ID) })
	s := reopen(t, in, plain)
	put(t, s, plain, many(n)...)
	shut(t, s)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	half := storage.Define("posts", func(p *post) storage.Key { return storage.K(p.ID) })
	half.Index("box.2", func(p *post) storage.Key {
		if p.ID == number(stop) {
			cancel()
		}
		return storage.K(p.Box)
	})
	_, err := in.Open(ctx, clock, half)
	wants(t, err, context.Canceled)

	first := number(n)
	whole := storage.Define("posts", func(p *post) storage.Key { return storage.K(p.ID) })
	box := whole.Index("box.2", func(p *post) storage.Key {
		first = min(first, p.ID)
		return storage.K(p.Box)
	})
	s = reopen(t, in, whole)
	if first < number(1000) {
		t.Errorf("the building began anew at record %s", first)
	}
	view(t, s, func(tx *storage.Tx) error {
		got, err := box.Count(tx, storage.K("in"))
		same(t, got, n)
		return err
	})
}

func testLease(t *testing.T, in Place) {
	now := start
	s, err := in.Open(t.Context(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	acquire := func(holder string) (storage.Lease, error) {
		return storage.Do(t.Context(), s, func(tx *storage.Tx) (storage.Lease, error) {
			return storage.Acquire(tx, "outbox", holder, time.Minute)
		})
	}
	renew := func(l storage.Lease) (storage.Lease, error) {
		return storage.Do(t.Context(), s, func(tx *storage.Tx) (storage.Lease, error) { return l.Renew(tx, time.Minute) })
	}
	a, err := acquire("a")
	wants(t, err, nil)
	_, err = acquire("b")
	wants(t, err, storage.ErrConflict)
	now = now.Add(50 * time.Second)
	a, err = renew(a)
	wants(t, err, nil)
	now = now.Add(50 * time.Second)
	_, err = acquire("b") // it was renewed
	wants(t, err, storage.ErrConflict)
	now = now.Add(10 * time.Second)
	b, err := acquire("b") // it ran out
	wants(t, err, nil)
	if b.Fence <= a.Fence {
		t.Errorf("fence %d after %d", b.Fence, a.Fence)
	}
	_, err = renew(a)
	wants(t, err, storage.ErrConflict)
	wants(t, s.Update(t.Context(), a.Check), storage.ErrConflict)
	wants(t, s.Update(t.Context(), b.Check), nil)
	again, err := acquire("b") // b was restarted
	wants(t, err, nil)
	wants(t, s.Update(t.Context(), b.Check), storage.ErrConflict)
	wants(t, s.Update(t.Context(), b.Release), nil) // no longer its own: nothing happens
	wants(t, s.Update(t.Context(), again.Release), nil)
	wants(t, s.Update(t.Context(), again.Check), storage.ErrConflict)
	c, err := acquire("c")
	wants(t, err, nil)
	if c.Fence <= again.Fence {
		t.Errorf("fence %d after %d", c.Fence, again.Fence)
	}
}
