package storage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// A Raw is a record as the store keeps it, for whoever moves records and need
// not understand them.
type Raw struct {
	In     string          `json:"in"` // its collection
	Schema int             `json:"schema"`
	Record json.RawMessage `json:"record"`
}

// Raws yields the records of a collection in the order of their keys, each
// valid until the transaction ends. The error is ErrNewerFormat for a record of
// a newer version.
func Raws(tx *Tx, d Definition) iter.Seq2[Raw, error] {
	return func(yield func(Raw, error) bool) {
		for kv, err := range tx.keys.Scan(d.Name(), Range{}) {
			r := Raw{In: d.Name()}
			if err == nil {
				if r.Schema, r.Record, err = split(kv.Value); err == nil && r.Schema > d.Schema() {
					err = fmt.Errorf("%w: schema %d, known is %d", ErrNewerFormat, r.Schema, d.Schema())
				}
				if err != nil {
					err = about(err, d.Name(), bytes.Clone(kv.Key))
				}
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Unknown returns ErrNewerFormat when the store has records of a collection that
// is not among the definitions. Leases are not looked at.
func Unknown(tx *Tx, defs ...Definition) error {
	known := map[string]bool{leases.name: true, "format": true}
	for _, d := range defs {
		known[d.Name()] = true
	}
	for kv, err := range tx.keys.Scan(CatalogueSpace, Range{}) {
		if err != nil {
			return err
		}
		name := string(kv.Key)
		if known[name] || strings.Contains(name, ".") {
			continue
		}
		for _, err := range tx.keys.Scan(name, Range{}) {
			return errors.Join(fmt.Errorf("%w: the store has the collection %s", ErrNewerFormat, name), err)
		}
	}
	return nil
}

// Take puts a record into the collection, upgraded to its schema.
func (c *Collection[T]) Take(tx *Tx, r Raw) error {
	var t T
	if err := upgrade(r.Record, r.Schema, c.up, &t); err != nil {
		return about(err, c.name, nil)
	}
	return c.Put(tx, t)
}
