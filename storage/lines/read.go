package lines

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
	"maps"

	"ponte/storage"
)

// ErrDamaged is what Read returns for a stream that is not whole.
var ErrDamaged = errors.New("the export is damaged or cut short")

// chunk is how many records one transaction takes in.
const chunk = 1000

// longestLine bounds a line of an export, in bytes.
const longestLine = 64 << 20

// Read takes in what Write wrote and returns how many records there were by
// collection. The store must hold no record of the collections: the error is
// storage.ErrConflict otherwise, storage.ErrNewerFormat for an export of a newer
// version, and ErrDamaged for one that is cut short or altered. That is known
// for certain only at its end: a store whose import failed is of no use.
func Read(ctx context.Context, s storage.Store, r io.Reader, defs ...storage.Definition) (map[string]int, error) {
	if err := s.View(ctx, func(tx *storage.Tx) error { return allEmpty(tx, defs) }); err != nil {
		return nil, err
	}
	in := &reader{in: bufio.NewReaderSize(r, 1<<16), sum: sha256.New(), counts: map[string]int{}, defs: map[string]storage.Definition{}}
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
		if err := s.Update(ctx, func(tx *storage.Tx) error { return in.put(tx, page) }); err != nil {
			return nil, err
		}
	}
	return in.counts, nil
}

func allEmpty(tx *storage.Tx, defs []storage.Definition) error {
	for _, d := range defs {
		for _, err := range storage.Raws(tx, d) {
			return errors.Join(fmt.Errorf("%w: the store is not empty: it has %s", storage.ErrConflict, d.Name()), err)
		}
	}
	return nil
}

type reader struct {
	in     *bufio.Reader
	sum    hash.Hash // of the lines before the one that was read last
	line   []byte
	number int
	counts map[string]int
	defs   map[string]storage.Definition
	ended  bool
}

// next reads a line into in.line.
func (in *reader) next() error {
	in.sum.Write(in.line)
	in.line = in.line[:0]
	in.number++
	for {
		part, err := in.in.ReadSlice('\n')
		if in.line = append(in.line, part...); err == nil {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: it ends in line %d", ErrDamaged, in.number)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if len(in.line) > longestLine {
			return fmt.Errorf("%w: line %d has no end", ErrDamaged, in.number)
		}
	}
}

// read reads a line of JSON, which has no field that to does not know.
func (in *reader) read(to any) error {
	d := json.NewDecoder(bytes.NewReader(in.line))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("%w: line %d: %w", ErrDamaged, in.number, err)
	}
	return nil
}

func (in *reader) head() error {
	if err := in.next(); err != nil {
		return err
	}
	var h head
	if err := json.Unmarshal(in.line, &h); err != nil || h.Export == 0 {
		return fmt.Errorf("%w: its first line is not the head of an export", ErrDamaged)
	}
	if h.Export > format {
		return fmt.Errorf("%w: export format %d, known is %d", storage.ErrNewerFormat, h.Export, format)
	}
	for name, schema := range h.Collections {
		if d := in.defs[name]; d != nil && schema > d.Schema() {
			return fmt.Errorf("%w: %s has schema %d, known is %d", storage.ErrNewerFormat, name, schema, d.Schema())
		}
	}
	return nil
}

// page reads the next records, at most a chunk, and the end when it comes.
func (in *reader) page() ([]storage.Raw, error) {
	var page []storage.Raw
	for size := 0; len(page) < chunk && size < 8<<20; size += len(in.line) {
		if err := in.next(); err != nil {
			return nil, err
		}
		if bytes.HasPrefix(in.line, []byte(`{"end"`)) {
			in.ended = true
			return page, in.end()
		}
		var l storage.Raw
		if err := in.read(&l); err != nil {
			return nil, err
		}
		d := in.defs[l.In]
		if d == nil {
			return nil, fmt.Errorf("%w: line %d is of the collection %q", storage.ErrNewerFormat, in.number, l.In)
		}
		if l.Schema < 1 {
			return nil, fmt.Errorf("%w: line %d has no schema", ErrDamaged, in.number)
		}
		page = append(page, l)
		in.counts[l.In]++
	}
	return page, nil
}

func (in *reader) end() error {
	var e end
	if err := in.read(&e); err != nil {
		return err
	}
	if e.SHA256 != hex.EncodeToString(in.sum.Sum(nil)) || !sameCounts(e.Counts, in.counts) {
		return fmt.Errorf("%w: its sum is not that of its lines", ErrDamaged)
	}
	if _, err := in.in.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows its end", ErrDamaged)
	}
	return nil
}

func (in *reader) put(tx *storage.Tx, page []storage.Raw) error {
	for _, l := range page {
		if err := in.defs[l.In].Take(tx, l); err != nil {
			return err
		}
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
