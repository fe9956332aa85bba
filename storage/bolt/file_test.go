package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ponte/storage"
)

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	path := filepath.Join(dir, "data.db")
	s := openAt(t, path, Options{})
	for name, want := range map[string]os.FileMode{dir: 0o700, path: 0o600, markOf(path): 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s is %o, want %o", name, got, want)
		}
	}
	if s.Path() != path {
		t.Errorf("the path is %s", s.Path())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(markOf(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the mark of an open store is still there: %v", err)
	}
	if _, err := Open(t.Context(), path, Options{MaxSize: 1000}); err == nil {
		t.Error("a limit of 1000 bytes was taken")
	}
}

// freelist is the page of the file's free pages: none while the store runs.
func freelist(t *testing.T, path string) uint64 {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const at, txid = 16 + 32, 16 + 48
	one, two := raw, raw[os.Getpagesize():]
	if binary.NativeEndian.Uint64(two[txid:]) > binary.NativeEndian.Uint64(one[txid:]) {
		one = two
	}
	return binary.NativeEndian.Uint64(one[at:])
}

func TestFreePagesAreNotedAtTheEnd(t *testing.T) {
	const none = ^uint64(0)
	c := newCards()
	path := filepath.Join(t.TempDir(), "data.db")
	for range 2 {
		s := openAt(t, path, Options{}, c)
		if err := s.Update(t.Context(), func(tx *storage.Tx) error { return c.Put(tx, card{ID: "a", Text: tx.Now().String()}) }); err != nil {
			t.Fatal(err)
		}
		if freelist(t, path) != none {
			t.Error("every commit writes the free pages")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if freelist(t, path) == none {
			t.Error("the next opening has to look for the free pages")
		}
	}
}

func TestBackup(t *testing.T) {
	c := newCards()
	s := openNew(t, Options{}, c)
	if err := s.Update(t.Context(), insert(c, "a")); err != nil {
		t.Fatal(err)
	}
	var copied bytes.Buffer
	if err := s.Backup(t.Context(), &copied); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, copied.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if !has(t, openAt(t, path, Options{}, c), c, "a") {
		t.Error("the copy is not whole")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the opened copy is %v, %v", info.Mode(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Backup(ctx, &copied); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
}

// fill inserts cards until there is no room, and returns how many there are.
func fill(ctx context.Context, t *testing.T, s *Store, c *storage.Collection[card], name string) int {
	t.Helper()
	for n := range 10000 {
		err := s.Update(ctx, func(tx *storage.Tx) error {
			return c.Insert(tx, card{ID: fmt.Sprintf("%s%05d", name, n), Text: strings.Repeat("x", 5000)})
		})
		if errors.Is(err, storage.ErrFull) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("the store is never full")
	return 0
}

func TestFull(t *testing.T) {
	const limit = 2 << 20
	c := newCards()
	path := filepath.Join(t.TempDir(), "data.db")
	s := openAt(t, path, Options{MaxSize: limit}, c)
	n := fill(t.Context(), t, s, c, "a")
	failed := s.Stats().Failed
	if fill(storage.Urgent(t.Context()), t, s, c, "person") == 0 {
		t.Error("there was no room for a person")
	}
	if failed > 0 {
		t.Error("the limit was only found at the commit")
	}
	if !s.Stats().Full {
		t.Error("nothing says that the store is full")
	}
	for i := range n {
		if !has(t, s, c, fmt.Sprintf("a%05d", i)) {
			t.Fatalf("card %d of %d is lost", i, n)
		}
	}
	if size := s.Stats().Size; size > limit {
		t.Errorf("the file has %d bytes", size)
	}
	for i := range n / 2 { // as it is full: what makes it smaller is taken
		if err := s.Update(t.Context(), func(tx *storage.Tx) error { return c.Delete(tx, storage.K(fmt.Sprintf("a%05d", i))) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Update(t.Context(), insert(c, "first")); err != nil || s.Stats().Full {
		t.Errorf("there is room again, but it is said that there is none: %v", err)
	}
	if again := fill(t.Context(), t, s, c, "b"); again < n/4 {
		t.Errorf("of %d places that were freed, %d are used", n/2, again)
	}
	if size := s.Stats().Size; size > limit {
		t.Errorf("the file has %d bytes", size)
	}
}

// TestFullForMuch: a store that had no room for much is full, also when something little
// goes in after it, until there is room for as much.
func TestFullForMuch(t *testing.T) {
	c := newCards()
	s := openNew(t, Options{MaxSize: 2 << 20}, c)
	much := func(name string) error {
		return s.Update(t.Context(), func(tx *storage.Tx) error {
			for i := range 50 {
				if err := c.Insert(tx, card{ID: fmt.Sprintf("%s%02d", name, i), Text: strings.Repeat("x", 3000)}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	var last int
	for n := 0; !errors.Is(much(fmt.Sprint(n)), storage.ErrFull); n++ {
		last = n
	}
	if err := s.Update(t.Context(), insert(c, "little")); err != nil || !s.Stats().Full {
		t.Errorf("something little goes in: %v; full: %t", err, s.Stats().Full)
	}
	for i := range 100 * (last + 1) / 2 {
		if err := s.Update(t.Context(), func(tx *storage.Tx) error {
			return c.Delete(tx, storage.K(fmt.Sprintf("%d%02d", i/50, i%50)))
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Update(t.Context(), insert(c, "more")); err != nil || s.Stats().Full {
		t.Errorf("with room for much something goes in: %v; full: %t", err, s.Stats().Full)
	}
}

// TestFullGroup: the room is reckoned with a page for each key. A group of small
// ones that would not fit by that reckoning is no reason to refuse any of them.
func TestFullGroup(t *testing.T) {
	c := newCards()
	s := openNew(t, Options{MaxSize: smallest, GroupFor: time.Minute}, c)
	l := newLine(t, s)
	errs := make([]error, 250)
	for i := range errs {
		l.add(t.Context(), insert(c, fmt.Sprint(i)), into(&errs[i]))
	}
	l.run()
	for i, err := range errs {
		if err != nil || !has(t, s, c, fmt.Sprint(i)) {
			t.Errorf("card %d: %v", i, err)
		}
	}
}

// TestFullIndex: an index that finds no room is refused, and the rest works.
func TestFullIndex(t *testing.T) {
	const limit = 2 << 20
	c := newCards()
	path := filepath.Join(t.TempDir(), "data.db")
	s := openAt(t, path, Options{MaxSize: limit}, c)
	n := fill(t.Context(), t, s, c, "a")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	indexed := func() (*storage.Collection[card], *storage.Index[card]) {
		c := newCards()
		c.Unique("id.1", func(c *card) storage.Key { return storage.K(c.ID, c.Text[:100]) })
		return c, c.Index("text.1", func(c *card) storage.Key { return storage.K(c.Text[:100]) })
	}
	c, text := indexed()
	s = openAt(t, path, Options{MaxSize: limit}, c)
	count := func(tx *storage.Tx) (int, error) { return text.Count(tx, nil) }
	if _, err := storage.Look(t.Context(), s, count); !errors.Is(err, storage.ErrNotBuilt) {
		t.Errorf("%v, want %v", err, storage.ErrNotBuilt)
	}
	if !has(t, s, c, "a00000") {
		t.Error("the records cannot be read")
	}
	if err := s.Update(storage.Urgent(t.Context()), insert(c, "new")); !errors.Is(err, storage.ErrNotBuilt) {
		t.Errorf("%v, want %v, since nobody can tell a conflict", err, storage.ErrNotBuilt)
	}
	for i := range n / 2 {
		if err := s.Update(t.Context(), func(tx *storage.Tx) error { return c.Delete(tx, storage.K(fmt.Sprintf("a%05d", i))) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c, text = indexed()
	s = openAt(t, path, Options{MaxSize: limit}, c)
	if got, err := storage.Look(t.Context(), s, count); err != nil || got != n-n/2 {
		t.Errorf("%d of %d are in the index: %v", got, n-n/2, err)
	}
}
