package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"runtime/debug"
	"time"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"ponte/storage"
)

// A DamagedError says that a file is not a whole store. Nothing in it was
// changed.
type DamagedError struct {
	Path string
	Err  error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("open %s: the file is damaged: %v", e.Path, e.Err)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// Contents is what a whole file holds: the number of keys by space.
type Contents map[string]int

// Verify reads a file from beginning to end, without changing it, and returns
// what it holds. The error is a *DamagedError when the file is cut short or does
// not fit together, a *LockedError while a process has it open, and wraps
// os.ErrNotExist when there is none.
func Verify(ctx context.Context, path string) (Contents, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	if _, err := header(path); err != nil {
		return nil, err
	}
	return visit(ctx, path)
}

// Fits tells, without changing a file, whether a store of these collections may
// be opened on it. The error is storage.ErrNewerFormat when a newer version of the
// program wrote it, a *LockedError while a process has it open, a *DamagedError
// when it is no whole file, and wraps os.ErrNotExist when there is none.
func Fits(ctx context.Context, path string, defs ...storage.Definition) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	if _, err := header(path); err != nil {
		return err
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait})
	if errors.Is(err, berrors.ErrTimeout) {
		return lockedBy(path)
	}
	if err != nil {
		return &DamagedError{path, err}
	}
	s := onlooker{&Store{db: db, path: path, opt: Options{Now: time.Now}, cat: storage.NewCatalogue(defs...)}}
	err = s.cat.Prepare(ctx, s)
	if errors.Is(err, storage.ErrReadOnly) {
		err = nil // Open has something to bring in line
	}
	return errors.Join(err, db.Close())
}

// onlooker is a store whose updates cannot write.
type onlooker struct{ *Store }

func (o onlooker) Update(ctx context.Context, fn func(*storage.Tx) error) error {
	return o.View(ctx, fn)
}

// errCut is a file that ends before its last page.
var errCut = errors.New("it is cut short")

const (
	pageHead = 16
	metaSize = 64
	magic    = 0xED0CDAED
	noList   = ^uint64(0)
)

// header checks what the file says of itself against its size, so that no page
// beyond its end is ever read, and tells whether its free pages are noted. A
// file that is not there or empty is a new one.
func header(path string) (listed bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return true, err
	}
	m, ok := newest(f)
	if !ok {
		return false, &DamagedError{path, berrors.ErrInvalid}
	}
	if info.Size()/m.page < m.pages {
		return false, &DamagedError{path, fmt.Errorf("%w: %d bytes of %d", errCut, info.Size(), m.pages*m.page)}
	}
	return m.freelist != noList, nil
}

// Trim gives back the room to grow behind the last page of a closed file.
func Trim(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	m, ok := newest(f)
	if err := f.Close(); err != nil {
		return err
	}
	if !ok {
		return &DamagedError{path, berrors.ErrInvalid}
	}
	return os.Truncate(path, m.pages*m.page)
}

// newest is what counts of what the two first pages say.
func newest(f io.ReaderAt) (meta, bool) {
	one, ok := readMeta(f, 0)
	page := int64(os.Getpagesize())
	if ok {
		page = one.page
	}
	if two, there := readMeta(f, page); there && (!ok || two.txid > one.txid) {
		return two, true
	}
	return one, ok
}

// meta is what one of the file's two first pages says.
type meta struct {
	page, pages    int64
	freelist, txid uint64
}

func readMeta(f io.ReaderAt, at int64) (m meta, ok bool) {
	b := make([]byte, metaSize)
	if _, err := f.ReadAt(b, at+pageHead); err != nil {
		return m, false
	}
	sum := fnv.New64a()
	sum.Write(b[:56])
	if binary.NativeEndian.Uint32(b) != magic || binary.NativeEndian.Uint64(b[56:]) != sum.Sum64() {
		return m, false
	}
	m = meta{
		page: int64(binary.NativeEndian.Uint32(b[8:])), freelist: binary.NativeEndian.Uint64(b[32:]),
		pages: int64(binary.NativeEndian.Uint64(b[40:])), txid: binary.NativeEndian.Uint64(b[48:]),
	}
	return m, m.page > 0 && m.pages > 0
}

// visit goes through every page that holds something. The engine itself ends
// the process over some kinds of damage when it looks for the free pages of such
// a file; here they become an error.
func visit(ctx context.Context, path string) (c Contents, err error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait})
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, lockedBy(path)
	}
	if err != nil {
		return nil, &DamagedError{path, err}
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := readThrough(path); err != nil {
		return nil, err
	}
	err = withoutFaults(path, func() error {
		btx, err := db.Begin(false)
		if err != nil {
			return err
		}
		defer btx.Rollback() //nolint:errcheck // a read transaction has nothing to lose
		c = Contents{}
		return btx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			n, err := visitBucket(ctx, path, b)
			c[string(name)] = n
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

func visitBucket(ctx context.Context, path string, b *bbolt.Bucket) (n int, err error) {
	var last []byte
	cursor := b.Cursor()
	for k, v := cursor.First(); k != nil; k, v = cursor.Next() {
		if n%10_000 == 0 && ctx.Err() != nil {
			return n, ctx.Err()
		}
		if v == nil || last != nil && string(last) >= string(k) {
			return n, &DamagedError{path, errors.New("its keys are out of order")}
		}
		last = append(last[:0], k...)
		n++
	}
	return n, nil
}

// withoutFaults runs f and makes an error of what damage makes it panic with.
func withoutFaults(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = &DamagedError{path, fmt.Errorf("%v", r)}
		}
	}()
	return f()
}
