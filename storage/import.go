package storage

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
)

// ErrBadExport is what Import returns for a stream that is not whole.
var ErrBadExport = errors.New("storage: the export is damaged or cut short")

// longestLine bounds a line of an export, in bytes.
const longestLine = 64 << 20

// Import takes in what Export wrote and returns how many records there were by
// collection. The store must hold no record of the collections: the error is
// ErrConflict otherwise, ErrNewerFormat for an export of a newer version, and
// ErrBadExport for one that is cut short or altered. That is known for certain
// only at its end: a store whose import failed is of no use.
func Import(ctx context.Context, s Store, r io.Reader, defs ...Definition) (map[string]int, error) {
	if err := s.View(ctx, func(tx *Tx) error { return allEmpty(tx, defs) }); err != nil {
		return nil, err
	}
	in := &importer{in: bufio.NewReaderSize(r, 1<<16), sum: sha256.New(), counts: map[string]int{}, defs: map[string]Definition{}}
	for _, d := range defs {
		in.defs[d.Name()] = d
	}
	if err := in.head(); err != nil {
		return nil, err
	}
	for !in.ended {
		page, err := in.page()
		if err != nil {
			return nil, err
		}
		if err := s.Update(ctx, func(tx *Tx) error { return in.put(tx, page) }); err != nil {
			return nil, err
		}
	}
	return in.counts, nil
}

func allEmpty(tx *Tx, defs []Definition) error {
	for _, d := range defs {
		for _, err := range tx.keys.Scan(d.Name(), Range{}) {
			return errors.Join(fmt.Errorf("%w: the store is not empty: it has %s", ErrConflict, d.Name()), err)
		}
	}
	return nil
}

type importer struct {
	in     *bufio.Reader
	sum    hash.Hash // of the lines before the one that was read last
	line   []byte
	number int
	counts map[string]int
	defs   map[string]Definition
	ended  bool
}

// next reads a line into in.line.
func (in *importer) next() error {
	in.sum.Write(in.line)
	in.line = in.line[:0]
	in.number++
	for {
		part, err := in.in.ReadSlice('\n')
		if in.line = append(in.line, part...); err == nil {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: it ends in line %d", ErrBadExport, in.number)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if len(in.line) > longestLine {
			return fmt.Errorf("%w: line %d has no end", ErrBadExport, in.number)
		}
	}
}

// read reads a line of JSON, which has no field that to does not know.
func (in *importer) read(to any) error {
	d := json.NewDecoder(bytes.NewReader(in.line))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("%w: line %d: %w", ErrBadExport, in.number, err)
	}
	return nil
}

func (in *importer) head() error {
	if err := in.next(); err != nil {
		return err
	}
	var h exportHead
	if err := json.Unmarshal(in.line, &h); err != nil || h.Export == 0 {
		return fmt.Errorf("%w: its first line is not the head of an export", ErrBadExport)
	}
	if h.Export > exportFormat {
		return fmt.Errorf("%w: export format %d, known is %d", ErrNewerFormat, h.Export, exportFormat)
	}
	for name, schema := range h.Collections {
		if d := in.defs[name]; d != nil && schema > d.schema() {
			return fmt.Errorf("%w: %s has schema %d, known is %d", ErrNewerFormat, name, schema, d.schema())
		}
	}
	return nil
}

// page reads the next records, at most a chunk, and the end when it comes.
func (in *importer) page() ([]exportLine, error) {
	var page []exportLine
	for size := 0; len(page) < chunk && size < 8<<20; size += len(in.line) {
		if err := in.next(); err != nil {
			return nil, err
		}
		if bytes.HasPrefix(in.line, []byte(`{"end"`)) {
			in.ended = true
			return page, in.end()
		}
		var l exportLine
		if err := in.read(&l); err != nil {
			return nil, err
		}
		d := in.defs[l.In]
		if d == nil {
			return nil, fmt.Errorf("%w: line %d is of the collection %q", ErrNewerFormat, in.number, l.In)
		}
		if l.Schema < 1 {
			return nil, fmt.Errorf("%w: line %d has no schema", ErrBadExport, in.number)
		}
		page = append(page, l)
		in.counts[l.In]++
	}
	return page, nil
}

func (in *importer) end() error {
	var e exportEnd
	if err := in.read(&e); err != nil {
		return err
	}
	if e.SHA256 != hex.EncodeToString(in.sum.Sum(nil)) || !sameCounts(e.Counts, in.counts) {
		return fmt.Errorf("%w: its sum is not that of its lines", ErrBadExport)
	}
	if _, err := in.in.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows its end", ErrBadExport)
	}
	return nil
}

func (in *importer) put(tx *Tx, page []exportLine) error {
	for _, l := range page {
		if err := in.defs[l.In].take(tx, l.Schema, l.Record); err != nil {
			return err
		}
	}
	return nil
}

// take puts a record of a schema into the collection.
func (c *Collection[T]) take(tx *Tx, schema int, body json.RawMessage) error {
	var t T
	if err := upgrade(body, uint64(schema), c.up, &t); err != nil {
		return about(err, c.name, nil)
	}
	return c.Put(tx, t)
}
