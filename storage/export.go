package storage

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// exportFormat is the form of the stream that Export writes: a line of JSON for
// the head, one for each record, one for the end.
const exportFormat = 1

// exportHead is the first line.
type exportHead struct {
	Export      int            `json:"export"` // its format
	At          time.Time      `json:"at"`
	Collections map[string]int `json:"collections"` // and their schemas
}

// exportLine is a record.
type exportLine struct {
	In     string          `json:"in"`
	Schema int             `json:"schema"`
	Record json.RawMessage `json:"record"`
}

// exportEnd is the last line.
type exportEnd struct {
	End    bool           `json:"end"`
	Counts map[string]int `json:"counts"`
	SHA256 string         `json:"sha256"` // of all lines before, in hexadecimal
}

// Export writes every record of the collections as lines of JSON that any engine
// can take in: collection by collection, each in the order of its keys, as they
// were at one moment. Indexes and leases are not among them. It returns how many
// records there are by collection. The error is ErrNewerFormat when the store
// has records or collections of a newer version: nothing is left out in silence.
func Export(ctx context.Context, s Store, w io.Writer, defs ...Definition) (map[string]int, error) {
	out := bufio.NewWriterSize(w, 1<<16)
	sum := sha256.New()
	lines := json.NewEncoder(io.MultiWriter(out, sum))
	lines.SetEscapeHTML(false)
	counts := map[string]int{}
	err := s.View(ctx, func(tx *Tx) error {
		clear(counts)
		if err := allKnown(tx, defs); err != nil {
			return err
		}
		head := exportHead{Export: exportFormat, At: tx.Now(), Collections: map[string]int{}}
		for _, d := range defs {
			head.Collections[d.Name()] = d.schema()
		}
		if err := lines.Encode(head); err != nil {
			return err
		}
		for _, d := range defs {
			if err := exportOne(ctx, tx, d, lines, counts); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	end := exportEnd{End: true, Counts: counts, SHA256: hex.EncodeToString(sum.Sum(nil))}
	if err := json.NewEncoder(out).Encode(end); err != nil {
		return nil, err
	}
	return counts, out.Flush()
}

// allKnown refuses a store with records that the definitions do not know.
func allKnown(tx *Tx, defs []Definition) error {
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

func exportOne(ctx context.Context, tx *Tx, d Definition, lines *json.Encoder, counts map[string]int) error {
	for kv, err := range tx.keys.Scan(d.Name(), Range{}) {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		schema, body, err := split(kv.Value)
		if err == nil && schema > uint64(d.schema()) {
			err = fmt.Errorf("%w: schema %d, known is %d", ErrNewerFormat, schema, d.schema())
		}
		if err == nil {
			err = lines.Encode(exportLine{In: d.Name(), Schema: int(schema), Record: body})
		}
		if err != nil {
			return about(err, d.Name(), slices.Clone(kv.Key))
		}
		counts[d.Name()]++
	}
	return nil
}

// sameCounts compares without regard to collections of nothing.
func sameCounts(a, b map[string]int) bool {
	none := func(_ string, n int) bool { return n == 0 }
	a, b = maps.Clone(a), maps.Clone(b)
	maps.DeleteFunc(a, none)
	maps.DeleteFunc(b, none)
	return maps.Equal(a, b)
}
