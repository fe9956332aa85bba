// Package storagetest holds what every engine of package storage must do. An
// engine's own tests call Run; the package knows no engine.
package storagetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/storage"
)

// A Store is an opened store that can be closed.
type Store interface {
	storage.Store
	Close() error
}

// A Place is where one store's records are, at first empty. Open opens the
// store with the clock and the collections given; the former one is closed by
// then.
type Place interface {
	Open(ctx context.Context, now func() time.Time, defs ...storage.Definition) (Store, error)
}

// Run runs the whole suite, each test in a new place.
func Run(t *testing.T, fresh func(testing.TB) Place) {
	for _, part := range []map[string]func(*testing.T, Place){records, walks, transactions, lifetimes} {
		for name, test := range part {
			t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
		}
	}
}

// A post is the record most tests keep.
type post struct {
	ID   string
	Box  string
	Slug string
	Tags []string
	Due  time.Time
	N    int
}

// shelf is a set of definitions of its own for each test, since the indexes of
// a collection belong to it.
type shelf struct {
	posts *storage.Collection[post]
	box   *storage.Index[post]
	slug  *storage.Index[post]
	tags  *storage.Index[post]
}

func newShelf() shelf {
	var s shelf
	s.posts = storage.Define("posts", func(p *post) storage.Key { return storage.K(p.ID) })
	s.box = s.posts.Index("box.1", func(p *post) storage.Key {
		if p.Box == "" {
			return nil
		}
		return storage.K(p.Box, p.Due)
	})
	s.slug = s.posts.Unique("slug.1", func(p *post) storage.Key {
		if p.Slug == "" {
			return nil
		}
		return storage.K(p.Slug)
	})
	s.tags = s.posts.Many("tags.1", func(p *post) (keys []storage.Key) {
		for _, tag := range p.Tags {
			keys = append(keys, storage.K(tag))
		}
		return keys
	})
	return s
}

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func clock() time.Time { return start }

func at(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }

// open opens a shelf that is closed with the test.
func open(t *testing.T, in Place) (shelf, Store) {
	t.Helper()
	sh := newShelf()
	return sh, reopen(t, in, sh.posts)
}

func reopen(t *testing.T, in Place, defs ...storage.Definition) Store {
	t.Helper()
	s, err := in.Open(t.Context(), clock, defs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func shut(t *testing.T, s Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func update(t *testing.T, s storage.Store, fn func(*storage.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s storage.Store, fn func(*storage.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, s storage.Store, c *storage.Collection[post], posts ...post) {
	t.Helper()
	update(t, s, func(tx *storage.Tx) error {
		for _, p := range posts {
			if err := c.Put(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// ids are the posts' ids in the order of the walk.
func ids(seq iter.Seq2[post, error]) (out []string, err error) {
	for p, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, p.ID)
	}
	return out, nil
}

// sees checks, in a view, which posts a walk yields.
func sees(t *testing.T, s storage.Store, want []string, walk func(*storage.Tx) iter.Seq2[post, error]) {
	t.Helper()
	got, err := storage.Look(t.Context(), s, func(tx *storage.Tx) ([]string, error) { return ids(walk(tx)) })
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, want)
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func wants(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error is %v, want %v", err, target)
	}
}

func number(n int) string { return fmt.Sprintf("p%05d", n) }
