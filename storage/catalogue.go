package storage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// A Definition is a collection of any type, as an engine gets it.
type Definition interface {
	// Name is the name the collection was defined with.
	Name() string

	schema() int
	spaces() []space
}

// A space is what the catalogue knows of an index.
type space interface {
	spaceName() string
	spaceKind() indexKind
	build(tx *Tx, from Key, n int) (last Key, err error)
}

// A Catalogue is what one open store knows: its collections, and which of their
// indexes are complete.
type Catalogue struct {
	defs  map[string]Definition
	order []Definition
	ready map[string]bool
}

// NewCatalogue is for engines: it takes the collections a store is opened with,
// and adds this package's own. It panics when two of them, or two of their
// indexes, have the same name.
func NewCatalogue(defs ...Definition) *Catalogue {
	c := &Catalogue{defs: make(map[string]Definition), ready: make(map[string]bool)}
	taken := make(map[string]bool)
	for _, d := range append(defs[:len(defs):len(defs)], leases) {
		names := []string{d.Name()}
		for _, ix := range d.spaces() {
			names = append(names, ix.spaceName())
		}
		for _, n := range names {
			if taken[n] {
				panic(fmt.Sprintf("storage: %q is defined twice", n))
			}
			taken[n] = true
		}
		c.defs[d.Name()] = d
		c.order = append(c.order, d)
	}
	return c
}

const (
	catalogueSpace = ".catalogue"
	chunk          = 1000
)

// A note is what the store itself remembers: its format, the schema a
// collection has reached, or how far an index is.
type note struct {
	Format int       `json:"format,omitempty"`
	Schema int       `json:"schema,omitempty"`
	Kind   indexKind `json:"kind,omitempty"`
	State  string    `json:"state,omitempty"`
	At     []byte    `json:"at,omitempty"` // the last record that was indexed
}

const (
	stateReady    = "ready"
	stateBuilding = "building"
	stateDropping = "dropping"
)

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
	if was.Schema > d.schema() {
		return nil, fmt.Errorf("%w: %s has schema %d, known is %d", ErrNewerFormat, d.Name(), was.Schema, d.schema())
	}
	if was.Schema < d.schema() {
		if err := writeNote(tx, d.Name(), note{Schema: d.schema()}); err != nil {
			return nil, err
		}
	}
	declared := make(map[string]indexKind)
	for _, ix := range d.spaces() {
		declared[ix.spaceName()] = ix.spaceKind()
	}
	for kv, err := range tx.keys.Scan(catalogueSpace, walkOf(Key(d.Name()+"."), nil).Range) {
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
	return note{}, tx.keys.Delete(catalogueSpace, []byte(name))
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

func readNote(tx *Tx, name string) (note, error) {
	raw, err := get(tx, catalogueSpace, Key(name))
	if err != nil || raw == nil {
		return note{}, err
	}
	return parseNote(raw)
}

func parseNote(raw []byte) (n note, err error) {
	if err := json.Unmarshal(raw, &n); err != nil {
		return n, fmt.Errorf("storage: the catalogue cannot be read: %w", err)
	}
	return n, nil
}

func writeNote(tx *Tx, name string, n note) error {
	raw, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return tx.keys.Put(catalogueSpace, []byte(name), raw)
}

// Name is the name the collection was defined with.
func (c *Collection[T]) Name() string { return c.name }

func (c *Collection[T]) schema() int { return len(c.up) + 1 }

func (c *Collection[T]) spaces() []space {
	out := make([]space, len(c.indexes))
	for i, ix := range c.indexes {
		out[i] = ix
	}
	return out
}

// known refuses a collection that the store was not opened with, since nobody
// looked after its indexes.
func (c *Collection[T]) known(tx *Tx) error {
	if tx.cat == nil || tx.cat.defs[c.name] != Definition(c) {
		return fmt.Errorf("storage: the store was opened without the collection %s", c.name)
	}
	return nil
}

// writable refuses new records and changes in a view, and while a unique index
// is incomplete and could not tell a conflict.
func (c *Collection[T]) writable(tx *Tx) error {
	if err := c.known(tx); err != nil {
		return err
	}
	if !tx.writable {
		return fmt.Errorf("%w: %s", ErrReadOnly, c.name)
	}
	for _, ix := range c.indexes {
		if ix.kind == uniqueKey && !tx.cat.ready[ix.name] {
			return fmt.Errorf("%w: %s", ErrNotBuilt, ix.name)
		}
	}
	return nil
}

func (ix *Index[T]) spaceName() string    { return ix.name }
func (ix *Index[T]) spaceKind() indexKind { return ix.kind }

func (ix *Index[T]) ready(tx *Tx) error {
	if err := ix.of.known(tx); err != nil {
		return err
	}
	if !tx.cat.ready[ix.name] {
		return fmt.Errorf("%w: %s", ErrNotBuilt, ix.name)
	}
	return nil
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
