// Package bolt keeps a store in one file, with go.etcd.io/bbolt. One writer
// takes the updates of all callers in turn and puts those that wait together on
// disk in one commit. The package knows ordered keys and no records.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"ponte/storage"
)

// Options say how a store runs. The zero value is fit for use.
type Options struct {
	MaxSize  int64            // bytes the file may have; 0 means no limit
	Now      func() time.Time // the store's clock; nil means time.Now
	Group    int              // updates in one commit at most; 0 means 256
	GroupFor time.Duration    // how long a group takes in updates; 0 means 20 ms
	RunTwice bool             // for tests: every update runs twice, the first time in vain
}

// A Store is a storage.Store in one file.
type Store struct {
	db    *bbolt.DB
	path  string
	opt   Options
	cat   *storage.Catalogue
	queue queue
	calls chan call     // closures to run, one after another
	ran   chan struct{} // the closure has ended
	ended chan struct{} // the writer has ended
	count counters

	broken bool                  // the writer's: the disk did not confirm a commit
	lacks  need                  // the writer's: what there was no room for, last
	rest   time.Time             // the writer's: until when a disk that was full is left alone
	lost   chan struct{}         // closed once it is broken
	commit func(*bbolt.Tx) error // tests put faults here
}

// lockWait is how long Open waits for another process to let go of the file.
const lockWait = 500 * time.Millisecond

// growth is how many bytes are mapped beyond the file's end, so that a growing
// file seldom has to wait until no view is open.
const growth = 1 << 30

// Open opens the store in the file at path, making it and its folder when they
// are missing, and brings its indexes in line with the collections given. It
// panics when two collections have the same name. The error is
// storage.ErrNewerFormat when a newer version of the program wrote the file, a
// *LockedError while another process has it open, and a *DamagedError when it is
// not whole.
func Open(ctx context.Context, path string, opt Options, defs ...storage.Definition) (*Store, error) {
	cat := storage.NewCatalogue(defs...)
	if opt.MaxSize != 0 && opt.MaxSize < smallest {
		return nil, fmt.Errorf("open %s: a limit of %d bytes is below the least one, %d", path, opt.MaxSize, smallest)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Group <= 0 {
		opt.Group = 256
	}
	if opt.GroupFor <= 0 {
		opt.GroupFor = 20 * time.Millisecond
	}
	db, err := openFile(ctx, path, opt)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, path: path, opt: opt, cat: cat, calls: make(chan call), ran: make(chan struct{}), ended: make(chan struct{}), lost: make(chan struct{}), commit: (*bbolt.Tx).Commit}
	s.queue.wake = make(chan struct{}, 1)
	go s.write()
	go s.work()
	if err := cat.Prepare(ctx, s); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), s.Close())
	}
	return s, nil
}

func openFile(ctx context.Context, path string, opt Options) (*bbolt.DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	listed, err := header(path)
	if err == nil && !listed { // it was not closed, or is a copy of an open one
		_, err = visit(ctx, path)
	}
	if err != nil {
		return nil, err
	}
	db, err := openLocked(path, opt)
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, lockedBy(path)
	}
	if errors.Is(err, berrors.ErrInvalid) || errors.Is(err, berrors.ErrVersionMismatch) || errors.Is(err, berrors.ErrChecksum) {
		return nil, &DamagedError{path, err}
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if opt.MaxSize > 0 {
		db.AllocSize = int(min(max(opt.MaxSize/64, 64<<10), 16<<20))
	}
	// An empty transaction has the free pages counted.
	if err := errors.Join(os.Chmod(path, 0o600), mark(path), turn(db)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// openLocked opens the file and makes sure that it is still the one at path once
// the lock is had: a compaction may have put another in its place meanwhile.
func openLocked(path string, opt Options) (db *bbolt.DB, err error) {
	size := 0
	if info, err := os.Stat(path); err == nil {
		size = int(info.Size())
	}
	var file *os.File
	err = withoutFaults(path, func() (err error) {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout:         lockWait,
			FreelistType:    bbolt.FreelistMapType,
			NoFreelistSync:  true, // else every commit after a large deletion writes the whole list
			InitialMmapSize: size + growth,
			MaxSize:         int(opt.MaxSize),
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				f, err := os.OpenFile(name, flag, mode)
				file = f
				return f, err
			},
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	mine, err := file.Stat()
	if err == nil {
		var there os.FileInfo
		if there, err = os.Stat(path); err == nil && !os.SameFile(mine, there) {
			err = berrors.ErrTimeout
		}
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func turn(db *bbolt.DB) error {
	btx, err := db.Begin(true)
	if err != nil {
		return err
	}
	return btx.Rollback()
}

// readThrough reads the file from beginning to end. Visiting every page is
// several times faster when they are in memory already.
func readThrough(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, f, make([]byte, 1<<20))
	return err
}

// Close runs the updates that wait, notes the free pages so that the next Open
// need not look for them, and closes the file. Views that are open are waited
// for. Closing twice does nothing.
func (s *Store) Close() error {
	if !s.queue.close() {
		<-s.ended
		return nil
	}
	<-s.ended
	if s.broken {
		return errors.Join(errBroken, s.db.Close())
	}
	s.db.NoFreelistSync = false
	err := s.db.Update(func(*bbolt.Tx) error { return nil })
	full := errors.Is(plain(err), storage.ErrFull)
	if cerr := s.db.Close(); cerr != nil {
		return errors.Join(err, cerr)
	}
	if full {
		return nil // nothing is lost, and the mark stays: the next Open looks for the free pages
	}
	if err != nil {
		return err
	}
	return os.Remove(markOf(s.path))
}

// Broken is closed when the disk failed in the middle of a commit. The store
// takes no more updates then, and Close returns the cause.
func (s *Store) Broken() <-chan struct{} { return s.lost }

// Path is the store's file.
func (s *Store) Path() string { return s.path }

// View runs fn on a snapshot, at once and beside others. A panic of fn becomes
// an error.
func (s *Store) View(ctx context.Context, fn func(*storage.Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	btx, err := s.db.Begin(false)
	if err != nil {
		return plain(err)
	}
	defer btx.Rollback() //nolint:errcheck // a read transaction has nothing to lose
	k := &keys{tx: btx, buckets: make(map[string]*bbolt.Bucket), view: true}
	defer k.end()
	return guard(fn, storage.NewTx(k, s.opt.Now(), s.cat, false))
}

// Backup writes a snapshot of the whole file to w, while updates go on. The
// file grows as long as it takes: w is a local file rather than a network.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	btx, err := s.db.Begin(false)
	if err != nil {
		return plain(err)
	}
	defer btx.Rollback() //nolint:errcheck // a read transaction has nothing to lose
	if _, err = btx.WriteTo(ctxWriter{ctx, w}); err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return plain(err)
}

type ctxWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c ctxWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// plain turns the engine's errors into those of package storage.
func plain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return storage.ErrClosed
	case errors.Is(err, berrors.ErrMaxSizeReached), refuses(err):
		return fmt.Errorf("%w: %w", storage.ErrFull, err)
	default:
		return err
	}
}
