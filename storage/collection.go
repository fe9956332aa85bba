package storage

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// A Collection is a kind of record, kept under a key that is made of the record
// itself.
type Collection[T any] struct {
	name    string
	key     func(*T) Key
	up      []Upgrade
	indexes []*Index[T]
}

// Define declares a collection. It is called once for each name, as the value
// of a package variable, and given to the engine when the store is opened. The
// name has no dot. The number of upgrades tells the schema: the first one leads
// from schema 1 to 2.
func Define[T any](name string, key func(*T) Key, up ...Upgrade) *Collection[T] {
	if name == "" || strings.Contains(name, ".") {
		panic(fmt.Sprintf("storage: %q cannot be the name of a collection", name))
	}
	return &Collection[T]{name: name, key: key, up: up}
}

// Get returns the record under key, or ErrNotFound.
func (c *Collection[T]) Get(tx *Tx, key Key) (T, error) {
	t, raw, err := c.read(tx, key)
	if err == nil && raw == nil {
		err = about(ErrNotFound, c.name, key)
	}
	return t, err
}

// Has tells whether there is a record under key.
func (c *Collection[T]) Has(tx *Tx, key Key) (bool, error) {
	if err := c.known(tx); err != nil {
		return false, err
	}
	raw, err := get(tx, c.name, key)
	return raw != nil, err
}

// Insert adds a record. It returns ErrConflict when there is one under its key,
// or under its key in a unique index.
func (c *Collection[T]) Insert(tx *Tx, t T) error {
	if err := c.writable(tx); err != nil {
		return err
	}
	key := c.key(&t)
	old, err := get(tx, c.name, key)
	if err != nil {
		return err
	}
	if old != nil {
		return about(ErrConflict, c.name, key)
	}
	return c.write(tx, key, nil, nil, &t)
}

// Put adds a record or replaces the one under its key. It returns ErrConflict
// when another record has its key in a unique index.
func (c *Collection[T]) Put(tx *Tx, t T) error {
	if err := c.writable(tx); err != nil {
		return err
	}
	key := c.key(&t)
	raw, err := get(tx, c.name, key)
	if err != nil {
		return err
	}
	had, known := tx.read[c.name+string(key)]
	if raw != nil && !known {
		old, err := c.decode(key, raw)
		if err != nil {
			return err
		}
		had = c.entries(&old)
	}
	return c.write(tx, key, raw, had, &t)
}

// Change reads the record under key, lets fn change it, and writes it unless it
// stayed the same. It returns the record as it is now. The error is ErrNotFound
// when there is none, ErrConflict when another record has its new key in a
// unique index, or fn's own; the record's key may not change.
func (c *Collection[T]) Change(tx *Tx, key Key, fn func(*T) error) (T, error) {
	var zero T
	if err := c.writable(tx); err != nil {
		return zero, err
	}
	t, raw, err := c.read(tx, key)
	if err != nil {
		return zero, err
	}
	if raw == nil {
		return zero, about(ErrNotFound, c.name, key)
	}
	had := tx.read[c.name+string(key)]
	if err := fn(&t); err != nil {
		return zero, err
	}
	if now := c.key(&t); !bytes.Equal(now, key) {
		return zero, about(fmt.Errorf("storage: a change made the key %v", now), c.name, key)
	}
	if err := c.write(tx, key, raw, had, &t); err != nil {
		return zero, err
	}
	return t, nil
}

// Delete removes the record under key, if there is one.
func (c *Collection[T]) Delete(tx *Tx, key Key) error {
	if !tx.writable {
		return fmt.Errorf("%w: %s", ErrReadOnly, c.name)
	}
	_, raw, err := c.read(tx, key)
	if err != nil || raw == nil {
		return err
	}
	had := tx.read[c.name+string(key)]
	delete(tx.read, c.name+string(key))
	for i, had := range had {
		if err := c.indexes[i].move(tx, key, had, nil); err != nil {
			return err
		}
	}
	return tx.keys.Delete(c.name, key)
}

// Under yields the records whose key begins with prefix, in the order of their
// keys; a nil prefix means all. The loop's body may write. An error ends the
// walk.
func (c *Collection[T]) Under(tx *Tx, prefix Key, opts ...Option) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if err := c.known(tx); err != nil {
			yield(*new(T), err)
			return
		}
		w := walkOf(prefix, opts)
		for kv, err := range w.scan(tx, c.name) {
			var t T
			if err == nil {
				t, err = c.decode(kv.Key, kv.Value)
			}
			if !yield(t, err) || err != nil {
				return
			}
			if w.limit--; w.limit == 0 {
				return
			}
		}
	}
}

// Position is the record's place in a walk of the collection: After it the walk
// goes on behind the record, and Until it the walk ends before the record.
func (c *Collection[T]) Position(t T) Key { return c.key(&t) }

// read returns the record and the bytes it was read from, nil when there is
// none.
func (c *Collection[T]) read(tx *Tx, key Key) (t T, raw []byte, err error) {
	if err := c.known(tx); err != nil {
		return t, nil, err
	}
	raw, err = get(tx, c.name, key)
	if err != nil || raw == nil {
		return t, nil, err
	}
	t, err = c.decode(key, raw)
	if err == nil && tx.writable {
		tx.read[c.name+string(key)] = c.entries(&t)
	}
	return t, raw, err
}

func (c *Collection[T]) decode(key Key, raw []byte) (T, error) {
	var t, zero T
	if err := decode(raw, c.up, &t); err != nil {
		return zero, about(err, c.name, bytes.Clone(key))
	}
	return t, nil
}

// entries are the index keys of the record, by index.
func (c *Collection[T]) entries(t *T) [][]Key {
	out := make([][]Key, len(c.indexes))
	for i, ix := range c.indexes {
		out[i] = ix.keys(t)
	}
	return out
}

// write writes the record, whose bytes and index keys were was and had. When
// another record has one of its unique keys, nothing is written.
func (c *Collection[T]) write(tx *Tx, key Key, was []byte, had [][]Key, t *T) error {
	if len(key) == 0 {
		return about(errors.New("storage: a record without a key"), c.name, key)
	}
	now, err := encode(t, c.Schema())
	if err != nil {
		return about(err, c.name, key)
	}
	if bytes.Equal(was, now) {
		return nil
	}
	has := c.entries(t)
	for i, ix := range c.indexes {
		if err := ix.free(tx, key, has[i]); err != nil {
			return err
		}
	}
	for i, ix := range c.indexes {
		var old []Key
		if had != nil {
			old = had[i]
		}
		if err := ix.move(tx, key, old, has[i]); err != nil {
			return err
		}
	}
	tx.read[c.name+string(key)] = has
	return tx.keys.Put(c.name, key, now)
}

func get(tx *Tx, space string, key Key) ([]byte, error) {
	values, err := tx.keys.Get(space, key)
	if err != nil {
		return nil, err
	}
	return values[0], nil
}
