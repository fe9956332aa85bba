package storagetest

import (
	"bytes"
	"errors"
	"iter"
	"strings"
	"testing"

	"ponte/storage"
)

var records = map[string]func(*testing.T, Place){
	"Put":       testPut,
	"Insert":    testInsert,
	"Change":    testChange,
	"Delete":    testDelete,
	"Errors":    testErrors,
	"Unique":    testUnique,
	"Many":      testMany,
	"Undefined": testUndefined,
	"Model":     testModel,
}

func testPut(t *testing.T, in Place) {
	sh, s := open(t, in)
	want := post{ID: "a", Box: "in", Slug: "<a>", Tags: []string{"x", "y"}, Due: at(5), N: 7}
	put(t, s, sh.posts, post{ID: "a", Box: "out"}, want)
	view(t, s, func(tx *storage.Tx) error {
		got, err := sh.posts.Get(tx, storage.K("a"))
		same(t, got, want)
		return err
	})
	sees(t, s, nil, func(tx *storage.Tx) iter.Seq2[post, error] { return sh.box.Under(tx, storage.K("out")) })
	sees(t, s, []string{"a"}, func(tx *storage.Tx) iter.Seq2[post, error] { return sh.box.Under(tx, storage.K("in")) })
	wants(t, s.Update(t.Context(), func(tx *storage.Tx) error {
		return sh.posts.Put(tx, post{ID: "b", Slug: "<a>"})
	}), storage.ErrConflict)
}

func testInsert(t *testing.T, in Place) {
	sh, s := open(t, in)
	insert := func(p post) error {
		return s.Update(t.Context(), func(tx *storage.Tx) error { return sh.posts.Insert(tx, p) })
	}
	wants(t, insert(post{ID: "a", N: 1}), nil)
	wants(t, insert(post{ID: "a", N: 2}), storage.ErrConflict)
	view(t, s, func(tx *storage.Tx) error {
		p, err := sh.posts.Get(tx, storage.K("a"))
		same(t, p.N, 1)
		return err
	})
}

func testChange(t *testing.T, in Place) {
	sh, s := open(t, in)
	put(t, s, sh.posts, post{ID: "a", Box: "in", Tags: []string{"x", "y"}, N: 1})
	change := func(id string, fn func(*post) error) (post, error) {
		return storage.Do(t.Context(), s, func(tx *storage.Tx) (post, error) {
			return sh.posts.Change(tx, storage.K(id), fn)
		})
	}
	got, err := change("a", func(p *post) error {
		p.N++
		p.Box = "done"
		p.Tags[0] = "z" // in place: what the record was is remembered
		return nil
	})
	wants(t, err, nil)
	same(t, got, post{ID: "a", Box: "done", Tags: []string{"z", "y"}, N: 2})
	for tag, want := range map[string][]string{"x": nil, "y": {"a"}, "z": {"a"}} {
		sees(t, s, want, func(tx *storage.Tx) iter.Seq2[post, error] { return sh.tags.Under(tx, storage.K(tag)) })
	}
	boom := errors.New("boom")
	_, err = change("a", func(p *post) error { p.N = 9; return boom })
	wants(t, err, boom)
	_, err = change("b", func(*post) error { return nil })
	wants(t, err, storage.ErrNotFound)
	if _, err = change("a", func(p *post) error { p.ID = "b"; return nil }); err == nil {
		t.Error("a change made another key")
	}
	view(t, s, func(tx *storage.Tx) error {
		p, err := sh.posts.Get(tx, storage.K("a"))
		same(t, p.N, 2)
		return err
	})
}

func testDelete(t *testing.T, in Place) {
	sh, s := open(t, in)
	put(t, s, sh.posts, post{ID: "a", Box: "in", Slug: "s", Tags: []string{"x"}})
	for range 2 { // the second time there is nothing to delete
		update(t, s, func(tx *storage.Tx) error { return sh.posts.Delete(tx, storage.K("a")) })
	}
	view(t, s, func(tx *storage.Tx) error {
		_, err := sh.posts.Get(tx, storage.K("a"))
		wants(t, err, storage.ErrNotFound)
		has, err := sh.posts.Has(tx, storage.K("a"))
		same(t, has, false)
		for _, ix := range []*storage.Index[post]{sh.box, sh.slug, sh.tags} {
			n, err := ix.Count(tx, nil)
			wants(t, err, nil)
			same(t, n, 0)
		}
		return err
	})
}

func testErrors(t *testing.T, in Place) {
	sh, s := open(t, in)
	err := s.View(t.Context(), func(tx *storage.Tx) error {
		_, err := sh.posts.Get(tx, storage.K("nobody", 7))
		return err
	})
	wants(t, err, storage.ErrNotFound)
	if err == nil || !strings.Contains(err.Error(), "posts nobody/7") {
		t.Errorf("%v does not name the record", err)
	}
	for name, write := range map[string]func(*storage.Tx) error{
		"put":    func(tx *storage.Tx) error { return sh.posts.Put(tx, post{ID: "a"}) },
		"insert": func(tx *storage.Tx) error { return sh.posts.Insert(tx, post{ID: "a"}) },
		"delete": func(tx *storage.Tx) error { return sh.posts.Delete(tx, storage.K("a")) },
	} {
		if err := s.View(t.Context(), write); !errors.Is(err, storage.ErrReadOnly) {
			t.Errorf("%s in a view: %v", name, err)
		}
	}
}

func testUnique(t *testing.T, in Place) {
	sh, s := open(t, in)
	put(t, s, sh.posts, post{ID: "a", Slug: "one"}, post{ID: "b", Slug: "two"}, post{ID: "c"}, post{ID: "d"})
	take := func(id, slug string) error {
		return s.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := sh.posts.Change(tx, storage.K(id), func(p *post) error { p.Slug = slug; p.N++; return nil })
			return err
		})
	}
	wants(t, take("b", "one"), storage.ErrConflict)
	wants(t, take("a", "three"), nil) // lets go of one
	wants(t, take("b", "one"), nil)
	wants(t, take("b", "one"), nil) // keeps its own
	for slug, id := range map[string]string{"one": "b", "three": "a"} {
		view(t, s, func(tx *storage.Tx) error {
			p, err := sh.slug.First(tx, storage.K(slug))
			same(t, p.ID, id)
			return err
		})
	}
	view(t, s, func(tx *storage.Tx) error {
		_, err := sh.slug.First(tx, storage.K("two"))
		wants(t, err, storage.ErrNotFound)
		return nil
	})
}

func testMany(t *testing.T, in Place) {
	sh, s := open(t, in)
	put(t, s, sh.posts, post{ID: "a", Tags: []string{"x", "y", "x"}}, post{ID: "b", Tags: []string{"y"}}, post{ID: "c"})
	sees(t, s, []string{"a", "b"}, func(tx *storage.Tx) iter.Seq2[post, error] { return sh.tags.Under(tx, storage.K("y")) })
	sees(t, s, []string{"a", "b"}, func(tx *storage.Tx) iter.Seq2[post, error] { return sh.tags.Under(tx, nil) })
	view(t, s, func(tx *storage.Tx) error {
		n, err := sh.tags.Count(tx, nil)
		same(t, n, 3)
		return err
	})
}

func testUndefined(t *testing.T, in Place) {
	_, s := open(t, in)
	other := storage.Define("others", func(p *post) storage.Key { return storage.K(p.ID) })
	if err := s.Update(t.Context(), func(tx *storage.Tx) error { return other.Put(tx, post{ID: "a"}) }); err == nil {
		t.Error("a store took a collection that it was opened without")
	}
	defer func() {
		if recover() == nil {
			t.Error("two collections with one name were taken")
		}
	}()
	_, _ = in.Open(t.Context(), clock, other, storage.Define("others", func(b *bytes.Buffer) storage.Key { return nil }))
}
