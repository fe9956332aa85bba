// Package keep looks after the store's file in a data folder: it copies, puts
// back, moves and shrinks it, and never leaves half a file where a whole one
// was. It knows what a store holds and nothing of who serves it.
package keep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/platforms"
	"ponte/storage"
	"ponte/storage/bolt"
	"ponte/storage/lines"
)

// ErrThere is what is returned instead of overwriting a file.
var ErrThere = errors.New("there is one already, and it is left as it is")

// File is the store's file in a data folder.
func File(data string) string { return filepath.Join(data, "ponte.db") }

// Definitions lists the collections that a store is opened with.
func Definitions() []storage.Definition {
	return append(records.All(), platforms.Collections()...)
}

// Open opens the store in a data folder, which must be there.
func Open(ctx context.Context, data string) (*bolt.Store, error) {
	if _, err := os.Stat(File(data)); err != nil {
		return nil, err
	}
	return bolt.Open(ctx, File(data), bolt.Options{}, Definitions()...)
}

// Snapshot writes a store's file as it is at one moment, while it is in use.
type Snapshot func(ctx context.Context, w io.Writer) error

// Backup writes a copy of a store to file, readable by its owner only, and
// returns its size in bytes. The copy is checked, marked as one, so that whoever
// runs on it begins with a pause, and on disk before it gets its name. A file
// that is there is replaced only by force; it stays when anything fails.
func Backup(ctx context.Context, take Snapshot, file string, force bool) (int64, error) {
	if err := free(file, force); err != nil {
		return 0, err
	}
	return whole(file, func(temp string, w io.Writer) error {
		since := time.Now()
		if err := take(ctx, w); err != nil {
			return err
		}
		return copied(ctx, temp, since)
	})
}

// Restore puts a backup into a data folder that holds no store. What runs on it
// begins with a pause.
func Restore(ctx context.Context, backup, data string) (int64, error) {
	if err := free(File(data), false); err != nil {
		return 0, err
	}
	if err := genuine(ctx, backup); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return 0, err
	}
	return whole(File(data), func(temp string, w io.Writer) error {
		from, err := os.Open(backup)
		if err != nil {
			return err
		}
		if _, err := io.Copy(w, from); err != nil {
			return errors.Join(err, from.Close())
		}
		return errors.Join(from.Close(), copied(ctx, temp, time.Time{}))
	})
}

// secret are the collections that stand in no export: what a store signs with is its
// own, and whoever takes an export in makes another.
var secret = []string{records.Keys.Name()}

// ExportTo writes a store as lines of JSON, without what it signs with; see package
// lines.
func ExportTo(ctx context.Context, s storage.Store, w io.Writer) (map[string]int, error) {
	return lines.WriteBut(ctx, s, w, secret, Definitions()...)
}

// Export is ExportTo a file, which is on disk before it gets its name.
func Export(ctx context.Context, s storage.Store, file string, force bool) (map[string]int, error) {
	if err := free(file, force); err != nil {
		return nil, err
	}
	var counts map[string]int
	_, err := whole(file, func(_ string, w io.Writer) (err error) {
		counts, err = ExportTo(ctx, s, w)
		return err
	})
	return counts, err
}

// Import makes the store of a data folder that holds none of an export. What
// runs on it begins with a pause.
func Import(ctx context.Context, r io.Reader, data string) (counts map[string]int, err error) {
	if err := free(File(data), false); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	_, err = whole(File(data), func(temp string, _ io.Writer) error {
		return within(ctx, temp, func(s *bolt.Store) error {
			if counts, err = lines.Read(ctx, s, r, Definitions()...); err != nil {
				return err
			}
			return pause(ctx, s, time.Time{})
		})
	})
	return counts, err
}

// Tidy removes what an interrupted backup, restore, export or import left in a data
// folder. Only who holds the store may call it.
func Tidy(data string) error {
	var all error
	for _, pattern := range []string{".backup", "..backup.*", ".ponte.db.*", ".ponte-export-*"} {
		left, err := filepath.Glob(filepath.Join(data, pattern))
		all = errors.Join(all, err)
		for _, file := range left {
			all = errors.Join(all, os.RemoveAll(file))
		}
	}
	return all
}

// copied marks the file as the copy that it is.
func copied(ctx context.Context, file string, since time.Time) error {
	err := within(ctx, file, func(s *bolt.Store) error { return pause(ctx, s, since) })
	if err == nil {
		err = bolt.Trim(file)
	}
	if err != nil {
		return err
	}
	return genuine(ctx, file)
}

// pause marks a store that is a copy: nothing goes out of it until a person says
// that the original is off, and what waited in it at since may be out already.
func pause(ctx context.Context, s storage.Store, since time.Time) error {
	err := s.Update(ctx, func(tx *storage.Tx) error { return records.Hold(tx, records.Copied) })
	if err != nil {
		return err
	}
	for page, err := range storage.Pages(ctx, s, records.EffectsByState, 500, storage.K(act.Waiting)) {
		if err != nil {
			return err
		}
		if err := s.Update(ctx, func(tx *storage.Tx) error { return records.Doubt(tx, page, since) }); err != nil {
			return err
		}
	}
	return nil
}

// genuine makes sure that a file is whole and a store of Ponte's.
func genuine(ctx context.Context, file string) error {
	has, err := bolt.Verify(ctx, file)
	if err == nil && has[storage.CatalogueSpace] == 0 {
		err = &bolt.DamagedError{Path: file, Err: errors.New("it is no store of Ponte's")}
	}
	return err
}

func within(ctx context.Context, file string, f func(*bolt.Store) error) error {
	s, err := bolt.Open(ctx, file, bolt.Options{}, Definitions()...)
	if err != nil {
		return err
	}
	return errors.Join(f(s), s.Close())
}

func free(file string, force bool) error {
	_, err := os.Lstat(file)
	switch {
	case errors.Is(err, os.ErrNotExist), err == nil && force:
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%s: %w", file, ErrThere)
}

// whole has f write a file under another name beside it, and gives it its own
// when it is done and on disk. It returns its size in bytes.
func whole(file string, f func(temp string, w io.Writer) error) (int64, error) {
	w, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(w.Name()) //nolint:errcheck // after a success it is not there any more
	defer w.Close()           //nolint:errcheck // it is synced where that counts
	if err := f(w.Name(), w); err != nil {
		return 0, err
	}
	if err := w.Sync(); err != nil {
		return 0, err
	}
	info, err := os.Stat(w.Name())
	if err != nil {
		return 0, err
	}
	return info.Size(), bolt.Replace(w.Name(), file)
}
