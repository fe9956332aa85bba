package storage

import (
	"encoding/json"
	"fmt"
)

// A Definition is a collection of any type, as an engine gets it.
type Definition interface {
	// Name is the name the collection was defined with.
	Name() string
	// Schema is the one its records are written in.
	Schema() int
	// Take puts a record into the collection, upgraded to its schema.
	Take(tx *Tx, r Raw) error

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

// Name is the name the collection was defined with.
func (c *Collection[T]) Name() string { return c.name }

// Schema is the one its records are written in, 1 at first.
func (c *Collection[T]) Schema() int { return len(c.up) + 1 }

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

// CatalogueSpace holds the notes, by the name of what they are about. Every store
// that was ever opened has some.
const CatalogueSpace = ".catalogue"

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

func readNote(tx *Tx, name string) (note, error) {
	raw, err := get(tx, CatalogueSpace, Key(name))
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
	return tx.keys.Put(CatalogueSpace, []byte(name), raw)
}
