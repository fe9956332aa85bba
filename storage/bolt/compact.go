package bolt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	bbolt "go.etcd.io/bbolt"
)

// Shrunk says what a compaction came to, in bytes.
type Shrunk struct{ Before, After int64 }

// chunk is how many bytes of keys and values one transaction of Compact copies.
const chunk = 8 << 20

// Compact writes the file at path anew without its free pages and puts the new
// one in its place when that is whole and on disk. Until then the old one stays
// as it is. Nobody may have the store open: the error is a *LockedError then.
// progress is told how many keys of how many were copied.
func Compact(ctx context.Context, path string, progress func(done, all int)) (out Shrunk, err error) {
	has, err := Verify(ctx, path)
	if err != nil {
		return out, err
	}
	src, err := openFile(ctx, path, Options{})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, src.Close(), os.Remove(markOf(path))) }()
	small := path + ".compact"
	defer os.Remove(small) //nolint:errcheck // after a success it is not there any more
	if err := os.Remove(small); err != nil && !errors.Is(err, os.ErrNotExist) {
		return out, err
	}
	if err := rewrite(ctx, src, small, func(done int) { progress(done, has.keys()) }); err != nil {
		return out, fmt.Errorf("compact %s: %w", path, plain(err))
	}
	now, err := Verify(ctx, small)
	if err != nil {
		return out, err
	}
	if !maps.Equal(has, now) {
		return out, fmt.Errorf("compact %s: the copy has other contents; nothing was changed", path)
	}
	out.Before, out.After = sizeOf(path), sizeOf(small)
	return out, Replace(small, path)
}

func (c Contents) keys() (n int) {
	for _, k := range c {
		n += k
	}
	return n
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// Replace puts the file at from, which is closed, in the place of the one at to
// in the same folder, so that a crash leaves one of them there and whole.
func Replace(from, to string) error {
	if err := syncPath(from); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncPath(filepath.Dir(to))
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// rewrite copies everything into a new file, every page full.
func rewrite(ctx context.Context, src *bbolt.DB, path string, progress func(done int)) error {
	dst, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoSync: true, NoGrowSync: true})
	if err != nil {
		return err
	}
	c := &copier{ctx: ctx, dst: dst, progress: progress}
	err = src.View(func(from *bbolt.Tx) error { return c.all(from) })
	if c.tx != nil {
		_ = c.tx.Rollback()
	}
	return errors.Join(err, dst.Sync(), dst.Close())
}

// copier copies bucket by bucket, in transactions of a chunk.
type copier struct {
	ctx      context.Context
	dst      *bbolt.DB
	tx       *bbolt.Tx
	size     int
	done     int
	progress func(done int)
}

func (c *copier) all(from *bbolt.Tx) error {
	err := from.ForEach(func(name []byte, b *bbolt.Bucket) error {
		if err := c.next(); err != nil {
			return err
		}
		to, err := c.tx.CreateBucket(name)
		if err != nil {
			return err
		}
		return b.ForEach(func(k, v []byte) error {
			if c.size > chunk {
				if err := c.next(); err != nil {
					return err
				}
				to = c.tx.Bucket(name)
			}
			to.FillPercent = 1
			c.size += len(k) + len(v)
			c.done++
			return to.Put(k, v)
		})
	})
	if err != nil {
		return err
	}
	return c.commit()
}

// next begins another transaction.
func (c *copier) next() (err error) {
	if err := errors.Join(c.ctx.Err(), c.commit()); err != nil {
		return err
	}
	c.tx, err = c.dst.Begin(true)
	return err
}

func (c *copier) commit() error {
	if c.tx == nil {
		return nil
	}
	tx := c.tx
	c.tx, c.size = nil, 0
	if err := tx.Commit(); err != nil {
		return err
	}
	c.progress(c.done)
	return nil
}
