package storagetest

import (
	"cmp"
	"iter"
	"slices"
	"testing"
	"time"

	"ponte/storage"
)

var walks = map[string]func(*testing.T, Place){
	"Order":     testOrder,
	"Bounds":    testBounds,
	"Groups":    testGroups,
	"OwnWrites": testOwnWrites,
	"WalkWrite": testWalkAndWrite,
	"WalkMove":  testWalkAndMove,
	"Emptied":   testEmptied,
	"Pages":     testPages,
}

func testOrder(t *testing.T, in Place) {
	sh, s := open(t, in)
	put(t, s, sh.posts,
		post{ID: "b", Box: "in", Due: at(1)}, post{ID: "a", Box: "in", Due: at(1)},
		post{ID: "c", Box: "in", Due: at(-1)}, post{ID: "d", Box: "inner", Due: at(0)},
		post{ID: "e", Box: "in", Due: time.Time{}}, post{ID: "f"})
	for _, c := range []struct {
		prefix storage.Key
		opts   []storage.Option
		want   []string
	}{
		{storage.K("in"), nil, []string{"e", "c", "a", "b"}},
		{storage.K("in"), []storage.Option{storage.Reverse()}, []string{"b", "a", "c", "e"}},
		{storage.K("in", at(1)), nil, []string{"a", "b"}},
		{storage.K("inn"), nil, nil},
		{nil, []storage.Option{storage.Limit(2)}, []string{"e", "c"}},
		{nil, []storage.Option{storage.Limit(0)}, nil},
		{nil, []storage.Option{storage.Reverse(), storage.Limit(1)}, []string{"d"}},
	} {
		sees(t, s, c.want, func(tx *storage.Tx) iter.Seq2[post, error] { return sh.box.Under(tx, c.prefix, c.opts...) })
		view(t, s, func(tx *storage.Tx) error {
			n, err := sh.box.Count(tx, c.prefix, c.opts...)
			same(t, n, len(c.want))
			return err
		})
	}
	sees(t, s, []string{"f", "e", "d", "c", "b", "a"}, func(tx *storage.Tx) iter.Seq2[post, error] {
		return sh.posts.Under(tx, nil, storage.Reverse())
	})
}

func testBounds(t *testing.T, in Place) {
	sh, s := open(t, in)
	put(t, s, sh.posts, post{ID: "a", Box: "in", Due: at(1)}, post{ID: "b", Box: "in", Due: at(2)},
		post{ID: "c", Box: "in", Due: at(2)}, post{ID: "d", Box: "in", Due: at(3)}, post{ID: "e", Box: "out", Due: at(2)})
	two := storage.K("in", at(2))
	for name, c := range map[string]struct {
		opts []storage.Option
		want []string
	}{
		"after":             {[]storage.Option{storage.After(two)}, []string{"d"}},
		"from":              {[]storage.Option{storage.From(two)}, []string{"b", "c", "d"}},
		"until":             {[]storage.Option{storage.Until(two)}, []string{"a"}},
		"from until":        {[]storage.Option{storage.From(two), storage.Until(storage.K("in", at(3)))}, []string{"b", "c"}},
		"reverse from":      {[]storage.Option{storage.From(two), storage.Reverse()}, []string{"d", "c", "b"}},
		"reverse until":     {[]storage.Option{storage.Until(two), storage.Reverse()}, []string{"a"}},
		"outside":           {[]storage.Option{storage.From(storage.K("a")), storage.Until(storage.K("z"))}, []string{"a", "b", "c", "d"}},
		"nothing":           {[]storage.Option{storage.From(two), storage.Until(two)}, nil},
		"after a position":  {[]storage.Option{storage.After(sh.box.Position(post{ID: "b", Box: "in", Due: at(2)}))}, []string{"c", "d"}},
		"before a position": {[]storage.Option{storage.Until(sh.box.Position(post{ID: "c", Box: "in", Due: at(2)}))}, []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			sees(t, s, c.want, func(tx *storage.Tx) iter.Seq2[post, error] {
				return sh.box.Under(tx, storage.K("in"), c.opts...)
			})
		})
	}
	sees(t, s, []string{"d", "e"}, func(tx *storage.Tx) iter.Seq2[post, error] {
		return sh.posts.Under(tx, nil, storage.After(sh.posts.Position(post{ID: "c"})))
	})
	view(t, s, func(tx *storage.Tx) error {
		p, err := sh.box.First(tx, storage.K("in"), storage.After(two))
		same(t, p.ID, "d")
		return err
	})
}

func testGroups(t *testing.T, in Place) {
	sh, s := open(t, in)
	put(t, s, sh.posts, post{ID: "a", Box: "in", Due: at(1)}, post{ID: "b", Box: "in", Due: at(1)},
		post{ID: "c", Box: "in", Due: at(2)}, post{ID: "d", Box: "in\x00"}, post{ID: "e", Box: "inner"}, post{ID: "f", Slug: "s"})
	for _, c := range []struct {
		in     *storage.Index[post]
		prefix storage.Key
		want   []string
	}{
		{sh.box, nil, []string{"in", "in\x00", "inner"}},
		{sh.box, storage.K("in"), []string{"in/2026-03-01T09:01:00Z", "in/2026-03-01T09:02:00Z"}},
		{sh.box, storage.K("none"), nil},
		{sh.slug, nil, []string{"s"}},
		{sh.slug, storage.K("s"), nil},
		{sh.tags, nil, nil},
	} {
		var got []string
		view(t, s, func(tx *storage.Tx) error {
			for k, err := range c.in.Groups(tx, c.prefix) {
				if err != nil {
					return err
				}
				got = append(got, k.String())
			}
			return nil
		})
		same(t, got, c.want)
	}
}

func testOwnWrites(t *testing.T, in Place) {
	sh, s := open(t, in)
	put(t, s, sh.posts, post{ID: "a", Box: "in"}, post{ID: "b", Box: "in"}, post{ID: "c", Box: "out"})
	got, err := storage.Do(t.Context(), s, func(tx *storage.Tx) ([]string, error) {
		if err := sh.posts.Put(tx, post{ID: "d", Box: "in"}); err != nil {
			return nil, err
		}
		if err := sh.posts.Delete(tx, storage.K("a")); err != nil {
			return nil, err
		}
		if _, err := sh.posts.Change(tx, storage.K("c"), func(p *post) error { p.Box = "in"; return nil }); err != nil {
			return nil, err
		}
		return ids(sh.box.Under(tx, storage.K("in")))
	})
	wants(t, err, nil)
	same(t, got, []string{"b", "c", "d"})
}

func many(n int) (out []post) {
	for i := range n {
		out = append(out, post{ID: number(i), Box: "in", Due: at(i)})
	}
	return out
}

// testWalkAndWrite takes every record away from under the walk.
func testWalkAndWrite(t *testing.T, in Place) {
	sh, s := open(t, in)
	const n = 300
	put(t, s, sh.posts, many(n)...)
	for _, opts := range [][]storage.Option{nil, {storage.Reverse()}} {
		for _, box := range []string{"in", "out"} {
			walked, err := storage.Do(t.Context(), s, func(tx *storage.Tx) (walked int, err error) {
				for p, err := range sh.box.Under(tx, storage.K(box), opts...) {
					if err != nil {
						return 0, err
					}
					if p.Box = "out"; box == "out" {
						p.Box = "in"
					}
					if err := sh.posts.Put(tx, p); err != nil {
						return 0, err
					}
					walked++
				}
				return walked, nil
			})
			wants(t, err, nil)
			same(t, walked, n)
		}
	}
	update(t, s, func(tx *storage.Tx) error {
		for p, err := range sh.posts.Under(tx, nil) {
			if err != nil {
				return err
			}
			if err := sh.posts.Delete(tx, storage.K(p.ID)); err != nil {
				return err
			}
		}
		return nil
	})
	sees(t, s, nil, func(tx *storage.Tx) iter.Seq2[post, error] { return sh.posts.Under(tx, nil) })
}

// testEmptied walks what the same transaction has emptied, in part and wholly.
func testEmptied(t *testing.T, in Place) {
	sh, s := open(t, in)
	const n = 300
	put(t, s, sh.posts, many(n)...)
	err := s.Update(t.Context(), func(tx *storage.Tx) error {
		clear := func(from, to int) error {
			for i := from; i < to; i++ {
				if err := sh.posts.Delete(tx, storage.K(number(i))); err != nil {
					return err
				}
			}
			return nil
		}
		check := func(want ...string) error {
			for _, opts := range [][]storage.Option{nil, {storage.Reverse()}} {
				for _, walk := range []iter.Seq2[post, error]{sh.posts.Under(tx, nil, opts...), sh.box.Under(tx, nil, opts...)} {
					got, err := ids(walk)
					if err != nil {
						return err
					}
					same(t, got, want)
				}
				slices.Reverse(want)
			}
			return nil
		}
		return cmp.Or(clear(1, n-1), check(number(0), number(n-1)), clear(n-1, n), check(number(0)), clear(0, 1), check())
	})
	wants(t, err, nil)
}

// testWalkAndMove moves every record further on in the index that is walked.
func testWalkAndMove(t *testing.T, in Place) {
	sh, s := open(t, in)
	const n = 50
	put(t, s, sh.posts, many(n)...)
	walked, err := storage.Do(t.Context(), s, func(tx *storage.Tx) (walked int, err error) {
		for p, err := range sh.box.Under(tx, storage.K("in")) {
			if err != nil || walked > n {
				return walked, err
			}
			p.Due = p.Due.Add(n * time.Hour)
			if err := sh.posts.Put(tx, p); err != nil {
				return 0, err
			}
			walked++
		}
		return walked, nil
	})
	wants(t, err, nil)
	same(t, walked, n)
}

func testPages(t *testing.T, in Place) {
	sh, s := open(t, in)
	put(t, s, sh.posts, many(25)...)
	for size, want := range map[int][]int{10: {10, 10, 5}, 5: {5, 5, 5, 5, 5}, 100: {25}} {
		for _, order := range []storage.Order[post]{sh.posts, sh.box} {
			for _, opts := range [][]storage.Option{nil, {storage.Reverse()}} {
				var sizes []int
				seen := map[string]bool{}
				for page, err := range storage.Pages(t.Context(), s, order, size, nil, opts...) {
					if err != nil {
						t.Fatal(err)
					}
					sizes = append(sizes, len(page))
					for _, p := range page {
						seen[p.ID] = true
					}
				}
				same(t, sizes, want)
				same(t, len(seen), 25)
			}
		}
	}
}
