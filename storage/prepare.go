package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// chunk is how many records one transaction of Prepare takes.
const chunk = 1000

// Prepare is for engines: it brings an opened store in line with its
// definitions, in transactions of at most 1,000 records. It drops the indexes
// that a collection no longer has and builds those that are missing, going on
// where an earlier call was stopped. It returns ErrNewerFormat when a newer
// version of the program wrote the store, and ErrConflict when the records do
// not fit a new unique index. In a full store the indexes that could not be
// completed answer ErrNotBuilt, and the rest works.
func (c *Catalogue) Prepare(ctx context.Context, s Store) error {
	unfinished, err := Do(Urgent(ctx), s, c.survey)
	if err != nil {
		return err
	}
	for _, name := range unfinished {
		for n := (note{State: stateDropping}); n.State == stateDropping; {
			if n, err = Do(Urgent(ctx), s, func(tx *Tx) (note, error) { return c.drop(tx, name) }); err != nil {
				return err
			}
		}
	}
	for _, d := range c.order {
		for _, ix := range d.spaces() {
			if err := c.complete(ctx, s, ix); err != nil && !errors.Is(err, ErrFull) {
				return err
			}
		}
	}
	return nil
}

// survey compares the store with the definitions, notes what is to be done, and
// returns the indexes to be dropped.
func (c *Catalogue) survey(tx *Tx) (dropping []string, err error) {
	root, err := readNote(tx, "format")
	if err != nil {
		return nil, err
	}
	if root.Format > format {
		return nil, fmt.Errorf("%w: store format %d, known is %d", ErrNewerFormat, root.Format, format)
	}
	if root.Format < format {
		if err := writeNote(tx, "format", note{Format: format}); err != nil {
			return nil, err
		}
	}
	for _, d := range c.order {
		more, err := c.surveyOne(tx, d)
		if err != nil {
			return nil, err
		}
		dropping = append(dropping, more...)
	}
	return dropping, nil
}

func (c *Catalogue) surveyOne(tx *Tx, d Definition) (dropping []string, err error) {
	was, err := readNote(tx, d.Name())
	if err != nil {
		return nil, err
	}
	if was.Schema > d.Schema() {
		return nil, fmt.Errorf("%w: %s has schema %d, known is %d", ErrNewerFormat, d.Name(), was.Schema, d.Schema())
	}
	if was.Schema < d.Schema() {
		if err := writeNote(tx, d.Name(), note{Schema: d.Schema()}); err != nil {
			return nil, err
		}
	}
	declared := make(map[string]indexKind)
	for _, ix := range d.spaces() {
		declared[ix.spaceName()] = ix.spaceKind()
	}
	for kv, err := range tx.keys.Scan(CatalogueSpace, walkOf(Key(d.Name()+"."), nil).Range) {
		if err != nil {
			return nil, err
		}
		n, err := parseNote(kv.Value)
		if err != nil {
			return nil, err
		}
		name := string(kv.Key)
		if n.State == stateDropping || declared[name] != n.Kind {
			n.State = stateDropping
			if err := writeNote(tx, name, n); err != nil {
				return nil, err
			}
			dropping = append(dropping, name)
		}
		delete(declared, name)
	}
	return dropping, c.addEmpty(tx, d, declared)
}

// addEmpty notes the new indexes of a collection without records: they are
// complete as they are.
func (c *Catalogue) addEmpty(tx *Tx, d Definition, missing map[string]indexKind) error {
	if len(missing) == 0 {
		return nil
	}
	for _, err := range tx.keys.Scan(d.Name(), Range{}) {
		return err
	}
	for name, kind := range missing {
		if err := writeNote(tx, name, note{Kind: kind, State: stateReady}); err != nil {
			return err
		}
	}
	return nil
}

// drop removes some of an index's entries, and the note when none is left.
func (c *Catalogue) drop(tx *Tx, name string) (note, error) {
	left := chunk
	for kv, err := range tx.keys.Scan(name, Range{}) {
		if err != nil {
			return note{}, err
		}
		if left--; left < 0 {
			return note{State: stateDropping}, nil
		}
		if err := tx.keys.Delete(name, bytes.Clone(kv.Key)); err != nil {
			return note{}, err
		}
	}
	return note{}, tx.keys.Delete(CatalogueSpace, []byte(name))
}

// complete builds what is missing of an index.
func (c *Catalogue) complete(ctx context.Context, s Store, ix space) error {
	read := func(tx *Tx) (note, error) { return readNote(tx, ix.spaceName()) }
	n, err := Look(ctx, s, read)
	for err == nil && n.State != stateReady {
		n, err = Do(ctx, s, func(tx *Tx) (note, error) { return extend(tx, ix) })
	}
	if err == nil {
		c.ready[ix.spaceName()] = true
	}
	return err
}

// extend indexes the next records.
func extend(tx *Tx, ix space) (note, error) {
	n, err := readNote(tx, ix.spaceName())
	if err != nil {
		return n, err
	}
	last, err := ix.build(tx, n.At, chunk)
	if err != nil {
		return n, err
	}
	n = note{Kind: ix.spaceKind(), State: stateBuilding, At: last}
	if last == nil {
		n.State = stateReady
	}
	return n, writeNote(tx, ix.spaceName(), n)
}

// build indexes the n records behind from and returns the last one's key, nil
// at the end of the collection.
func (ix *Index[T]) build(tx *Tx, from Key, n int) (Key, error) {
	if from != nil {
		from = append(bytes.Clone(from), 0)
	}
	for kv, err := range tx.keys.Scan(ix.of.name, Range{From: from}) {
		if err != nil {
			return nil, err
		}
		key := Key(bytes.Clone(kv.Key))
		t, err := ix.of.decode(key, kv.Value)
		if err != nil {
			return nil, err
		}
		has := ix.keys(&t)
		if err := ix.free(tx, key, has); err != nil {
			return nil, err
		}
		if err := ix.move(tx, key, nil, has); err != nil {
			return nil, err
		}
		if n--; n == 0 {
			return key, nil
		}
	}
	return nil, nil
}
