package storagetest

import (
	"cmp"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"ponte/storage"
)

var errUndo = errors.New("not after all")

// testModel makes random changes to a store and to a map, and compares them.
func testModel(t *testing.T, in Place) {
	sh, s := open(t, in)
	seed := rand.Uint64() //nolint:gosec // a test's dice
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test's dice
	model := map[string]post{}
	for range 60 {
		ops := make([]op, 1+rnd.IntN(8))
		for i := range ops {
			ops[i] = randomOp(rnd)
		}
		fail := rnd.IntN(4) == 0
		next := maps.Clone(model)
		err := s.Update(t.Context(), func(tx *storage.Tx) error {
			next = maps.Clone(model)
			for _, o := range ops {
				if err := o.run(tx, sh, next); err != nil {
					return err
				}
			}
			if fail {
				return errUndo
			}
			return nil
		})
		if fail {
			wants(t, err, errUndo)
			next = model
		} else if err != nil {
			t.Fatal(err)
		}
		model = next
		compare(t, s, sh, model)
		if t.Failed() {
			return
		}
	}
}

type op struct {
	kind int
	p    post
}

func randomOp(rnd *rand.Rand) op {
	pick := func(from ...string) string { return from[rnd.IntN(len(from))] }
	p := post{
		ID:   pick("a", "b", "c", "d", "e", "f", "aa", "a\x00", "ab"),
		Box:  pick("", "in", "out", "in\x00"),
		Slug: pick("", "", "", "s1", "s2", "s3"),
		Due:  at(rnd.IntN(4)),
		N:    rnd.IntN(3),
	}
	for _, tag := range []string{"x", "y", "z"} {
		if rnd.IntN(2) == 0 {
			p.Tags = append(p.Tags, tag)
		}
	}
	return op{kind: rnd.IntN(4), p: p}
}

// run does the operation to both, and checks that they agree on its outcome.
func (o op) run(tx *storage.Tx, sh shelf, model map[string]post) error {
	key, p := storage.K(o.p.ID), o.p
	_, had := model[p.ID]
	taken := false
	for id, other := range model {
		taken = taken || p.Slug != "" && other.Slug == p.Slug && id != p.ID
	}
	var got, want error
	switch o.kind {
	case 0:
		if got = sh.posts.Insert(tx, p); had || taken {
			want = storage.ErrConflict
		}
	case 1:
		if got = sh.posts.Put(tx, p); taken {
			want = storage.ErrConflict
		}
	case 2:
		_, got = sh.posts.Change(tx, key, func(old *post) error { *old = p; return nil })
		if !had {
			want = storage.ErrNotFound
		} else if taken {
			want = storage.ErrConflict
		}
	case 3:
		got = sh.posts.Delete(tx, key)
		delete(model, p.ID)
		return got
	}
	if !errors.Is(got, want) {
		return errors.Join(errors.New("the outcome differs from the model's"), got, want)
	}
	if want == nil {
		model[p.ID] = p
	}
	return nil
}

func compare(t *testing.T, s Store, sh shelf, model map[string]post) {
	t.Helper()
	all := slices.SortedFunc(maps.Values(model), func(a, b post) int { return cmp.Compare(a.ID, b.ID) })
	view(t, s, func(tx *storage.Tx) error {
		var got []post
		for p, err := range sh.posts.Under(tx, nil) {
			if err != nil {
				return err
			}
			got = append(got, p)
		}
		same(t, got, slices.Clone(all))
		var slugs, tags int
		for _, p := range all {
			tags += len(p.Tags)
			if p.Slug == "" {
				continue
			}
			slugs++
			owner, err := sh.slug.First(tx, storage.K(p.Slug))
			if err != nil {
				return err
			}
			same(t, owner.ID, p.ID)
		}
		n, err := sh.slug.Count(tx, nil)
		same(t, n, slugs)
		if err != nil {
			return err
		}
		n, err = sh.tags.Count(tx, nil)
		same(t, n, tags)
		if err != nil {
			return err
		}
		return compareBoxes(t, tx, sh, all)
	})
}

func compareBoxes(t *testing.T, tx *storage.Tx, sh shelf, all []post) error {
	t.Helper()
	for _, box := range []string{"in", "out", "in\x00"} {
		var want []string
		in := slices.DeleteFunc(slices.Clone(all), func(p post) bool { return p.Box != box })
		slices.SortStableFunc(in, func(a, b post) int { return a.Due.Compare(b.Due) })
		for _, p := range in {
			want = append(want, p.ID)
		}
		got, err := ids(sh.box.Under(tx, storage.K(box)))
		if err != nil {
			return err
		}
		same(t, got, want)
		slices.Reverse(want)
		if got, err = ids(sh.box.Under(tx, storage.K(box), storage.Reverse())); err != nil {
			return err
		}
		same(t, got, want)
	}
	return nil
}
