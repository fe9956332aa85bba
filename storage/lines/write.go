// Package lines writes a whole store as lines of JSON that any engine can take
// in, and takes them in: a line for the head, one for each record, one for the
// end with counts and a sum. It knows collections, and nothing of their records.
package lines

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"time"

	"ponte/storage"
)

// format is the form of the stream.
const format = 1

// head is the first line.
type head struct {
	Export      int            `json:"export"` // its format
	At          time.Time      `json:"at"`
	Collections map[string]int `json:"collections"` // and their schemas
}

// end is the last line.
type end struct {
	End    bool           `json:"end"`
	Counts map[string]int `json:"counts"`
	SHA256 string         `json:"sha256"` // of all lines before, in hexadecimal
}

// Write writes every record of the collections, collection by collection, each
// in the order of its keys, as they were at one moment. Indexes and leases are
// not among them. It returns how many records there are by collection. The error
// is storage.ErrNewerFormat when the store has records or collections of a newer
// version: nothing is left out in silence.
func Write(ctx context.Context, s storage.Store, w io.Writer, defs ...storage.Definition) (map[string]int, error) {
	return WriteBut(ctx, s, w, nil, defs...)
}

// WriteBut is Write without the records of the collections with these names, such as
// what belongs to this store alone.
func WriteBut(ctx context.Context, s storage.Store, w io.Writer, but []string, defs ...storage.Definition) (map[string]int, error) {
	out := bufio.NewWriterSize(w, 1<<16)
	sum := sha256.New()
	enc := json.NewEncoder(io.MultiWriter(out, sum))
	enc.SetEscapeHTML(false)
	counts := map[string]int{}
	err := s.View(ctx, func(tx *storage.Tx) error {
		if err := storage.Unknown(tx, defs...); err != nil {
			return err
		}
		defs := slices.DeleteFunc(slices.Clone(defs), func(d storage.Definition) bool { return slices.Contains(but, d.Name()) })
		h := head{Export: format, At: tx.Now(), Collections: map[string]int{}}
		for _, d := range defs {
			h.Collections[d.Name()] = d.Schema()
		}
		if err := enc.Encode(h); err != nil {
			return err
		}
		for _, d := range defs {
			for r, err := range storage.Raws(tx, d) {
				if err == nil {
					err = ctx.Err()
				}
				if err == nil {
					err = enc.Encode(r)
				}
				if err != nil {
					return err
				}
				counts[d.Name()]++
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	last := end{End: true, Counts: counts, SHA256: hex.EncodeToString(sum.Sum(nil))}
	if err := json.NewEncoder(out).Encode(last); err != nil {
		return nil, err
	}
	return counts, out.Flush()
}
