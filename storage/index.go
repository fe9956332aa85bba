package storage

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
)

// An Index is another order of a collection's records, kept with them in the
// same transaction. Its name carries a number, as in "inbox.1": when the keys
// it is made of change, the number does too, and the store builds it anew.
type Index[T any] struct {
	of   *Collection[T]
	name string
	kind indexKind
	keys func(*T) []Key
}

type indexKind string

const (
	oneKey    indexKind = "one"
	manyKeys  indexKind = "many"
	uniqueKey indexKind = "unique"
)

// Index declares an index with at most one key for each record: a record whose
// key is nil is not in it.
func (c *Collection[T]) Index(name string, key func(*T) Key) *Index[T] {
	return c.add(name, oneKey, single(key))
}

// Many declares an index with any number of keys for each record.
func (c *Collection[T]) Many(name string, keys func(*T) []Key) *Index[T] {
	return c.add(name, manyKeys, keys)
}

// Unique declares an index in which no two records have the same key. A record
// whose key is nil is not in it.
func (c *Collection[T]) Unique(name string, key func(*T) Key) *Index[T] {
	return c.add(name, uniqueKey, single(key))
}

func single[T any](key func(*T) Key) func(*T) []Key {
	return func(t *T) []Key {
		if k := key(t); k != nil {
			return []Key{k}
		}
		return nil
	}
}

func (c *Collection[T]) add(name string, kind indexKind, keys func(*T) []Key) *Index[T] {
	ix := &Index[T]{of: c, name: c.name + "." + name, kind: kind, keys: keys}
	c.indexes = append(c.indexes, ix)
	return ix
}

// Under yields the records that have a key beginning with prefix, in the order
// of that key and then of their own; a nil prefix means all. A record comes
// once, at the first of its keys, also when the loop's body moves it further
// on. The error is ErrNotBuilt while the index is incomplete; an error ends
// the walk.
func (ix *Index[T]) Under(tx *Tx, prefix Key, opts ...Option) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		ix.walk(tx, prefix, opts, func(_ KV, t T, err error) bool { return yield(t, err) })
	}
}

func (ix *Index[T]) walk(tx *Tx, prefix Key, opts []Option, yield func(KV, T, error) bool) {
	var zero T
	if err := ix.ready(tx); err != nil {
		yield(KV{}, zero, err)
		return
	}
	var seen map[string]bool
	if tx.writable || ix.kind == manyKeys {
		seen = make(map[string]bool)
	}
	w := walkOf(prefix, opts)
	for kv, err := range w.scan(tx, ix.name) {
		if err != nil {
			yield(KV{}, zero, err)
			return
		}
		if seen != nil {
			if seen[string(kv.Value)] {
				continue
			}
			seen[string(kv.Value)] = true
		}
		t, raw, err := ix.of.read(tx, kv.Value)
		if err == nil && raw == nil {
			err = about(errors.New("storage: the index names a record that is not there"), ix.name, bytes.Clone(kv.Key))
		}
		if !yield(kv, t, err) || err != nil {
			return
		}
		if w.limit--; w.limit == 0 {
			return
		}
	}
}

// First returns the first record Under yields, or ErrNotFound.
func (ix *Index[T]) First(tx *Tx, prefix Key, opts ...Option) (T, error) {
	for t, err := range ix.Under(tx, prefix, opts...) {
		return t, err
	}
	return *new(T), about(ErrNotFound, ix.name, prefix)
}

// Count counts the index's keys that begin with prefix, without reading the
// records: a record counts once for each of its keys.
func (ix *Index[T]) Count(tx *Tx, prefix Key, opts ...Option) (int, error) {
	if err := ix.ready(tx); err != nil {
		return 0, err
	}
	n, w := 0, walkOf(prefix, opts)
	for _, err := range w.scan(tx, ix.name) {
		if err != nil {
			return 0, err
		}
		if n++; n == w.limit {
			break
		}
	}
	return n, nil
}

// Groups yields every distinct continuation of prefix by one part, in order:
// the keys begin with prefix, have one part more, and can be given to Under.
// It seeks from one group to the next, so that it costs as much as there are
// groups, whatever they hold.
func (ix *Index[T]) Groups(tx *Tx, prefix Key) iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		if err := ix.ready(tx); err != nil {
			yield(nil, err)
			return
		}
		for w := walkOf(prefix, nil); ; {
			group, err := firstGroup(tx, ix.name, w, len(prefix))
			if group == nil && err == nil || !yield(group, err) || err != nil {
				return
			}
			w.From = group.beyond()
		}
	}
}

// firstGroup is the walk's first key that goes on for at least a part behind
// the prefix, cut after that part; nil when there is none.
func firstGroup(tx *Tx, space string, w walk, prefix int) (Key, error) {
	for kv, err := range w.scan(tx, space) {
		if err != nil {
			return nil, err
		}
		switch n := Key(kv.Key[prefix:]).next(); {
		case n > 0:
			return bytes.Clone(kv.Key[:prefix+n]), nil
		case n < 0:
			return nil, about(errors.New("storage: the prefix ends inside a part"), space, bytes.Clone(kv.Key))
		}
	}
	return nil, nil
}

// Position is the record's place in a walk of the index, at the first of its
// keys: After it the walk goes on behind the record, and Until it the walk ends
// before the record. It is nil for a record that is not in the index.
func (ix *Index[T]) Position(t T) Key {
	keys := ix.keys(&t)
	if len(keys) == 0 {
		return nil
	}
	return ix.entry(slices.MinFunc(keys, func(a, b Key) int { return bytes.Compare(a, b) }), ix.of.key(&t))
}

// move takes the record's entries from the keys it had to those it has now.
func (ix *Index[T]) move(tx *Tx, record Key, had, has []Key) error {
	for _, k := range had {
		if contains(has, k) {
			continue
		}
		if err := ix.leave(tx, record, k); err != nil {
			return err
		}
	}
	for _, k := range has {
		if contains(had, k) {
			continue
		}
		if err := tx.keys.Put(ix.name, ix.entry(k, record), record); err != nil {
			return err
		}
	}
	return nil
}

// leave removes the record's entry under k. In a unique index that is not built
// yet it may be another record's.
func (ix *Index[T]) leave(tx *Tx, record, k Key) error {
	if ix.kind == uniqueKey && !tx.cat.ready[ix.name] {
		owner, err := get(tx, ix.name, k)
		if err != nil || !bytes.Equal(owner, record) {
			return err
		}
	}
	return tx.keys.Delete(ix.name, ix.entry(k, record))
}

// free returns ErrConflict when another record has one of the keys in a unique
// index.
func (ix *Index[T]) free(tx *Tx, record Key, keys []Key) error {
	for _, k := range keys {
		if len(k) == 0 {
			return about(fmt.Errorf("storage: an empty key in %s", ix.name), ix.of.name, record)
		}
		if ix.kind != uniqueKey {
			continue
		}
		other, err := get(tx, ix.name, k)
		if err != nil {
			return err
		}
		if other != nil && !bytes.Equal(other, record) {
			return about(ErrConflict, ix.name, k)
		}
	}
	return nil
}

// entry is a key of the index's space: in a unique index the key itself, else
// the key and behind it the record's.
func (ix *Index[T]) entry(k, record Key) Key {
	if ix.kind == uniqueKey {
		return k
	}
	return slices.Concat(k, record)
}

func contains(keys []Key, k Key) bool {
	return slices.ContainsFunc(keys, func(o Key) bool { return bytes.Equal(o, k) })
}
