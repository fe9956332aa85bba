package bolt

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ponte/storage"
)

// filled returns the path of a closed store with n cards, half of them deleted.
func filled(t *testing.T, n int) string {
	t.Helper()
	path, c := filepath.Join(t.TempDir(), "data.db"), newCards()
	s := openAt(t, path, Options{}, c)
	err := s.Update(t.Context(), func(tx *storage.Tx) error {
		for i := range n {
			if err := c.Insert(tx, card{ID: fmt.Sprintf("c%05d", i), Text: strings.Repeat("x", 500)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = s.Update(t.Context(), func(tx *storage.Tx) error {
			for i := range n / 2 {
				if err := c.Delete(tx, storage.K(fmt.Sprintf("c%05d", i))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func bytesOf(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestDamaged: a damaged file is refused by whatever opens it, and left as it is.
func TestDamaged(t *testing.T) {
	path, page := filled(t, 2000), os.Getpagesize()
	if err := Trim(path); err != nil {
		t.Fatal(err)
	}
	if has, err := Verify(t.Context(), path); err != nil || has["cards"] != 1000 {
		t.Errorf("it was trimmed too far: %v, %v", has, err)
	}
	whole := bytesOf(t, path)
	zero := func(raw []byte, from, to int) []byte { clear(raw[from:to]); return raw }
	c := newCards()
	for name, spoil := range map[string]func([]byte) []byte{
		"cut at half":          func(b []byte) []byte { return b[:len(b)/2/page*page] },
		"cut within a page":    func(b []byte) []byte { return b[:len(b)/2+17] },
		"cut in the first":     func(b []byte) []byte { return b[:100] },
		"no file of ours":      func([]byte) []byte { return []byte(strings.Repeat("hello\n", 5000)) },
		"both heads lost":      func(b []byte) []byte { return zero(b, 0, 2*page) },
		"zeroes in the middle": func(b []byte) []byte { return noFreelist(zero(b, 2*page, len(b)-page)) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "data.db")
			raw := spoil([]byte(string(whole)))
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			_, opened := Open(t.Context(), path, Options{}, c)
			_, verified := Verify(t.Context(), path)
			_, compacted := Compact(t.Context(), path, func(int, int) {})
			for what, err := range map[string]error{"Open": opened, "Verify": verified, "Compact": compacted} {
				if _, ok := errors.AsType[*DamagedError](err); !ok {
					t.Errorf("%s: %v does not say that the file is damaged", what, err)
				}
			}
			if string(bytesOf(t, path)) != string(raw) {
				t.Error("the file was changed")
			}
		})
	}
}

// noFreelist makes both heads say that the free pages are not noted, as they do
// while a store is open.
func noFreelist(raw []byte) []byte {
	for _, at := range []int{pageHead, os.Getpagesize() + pageHead} {
		m := raw[at : at+metaSize]
		for i := range 8 {
			m[32+i] = 0xff
		}
		seal(m)
	}
	return raw
}

func TestVerify(t *testing.T) {
	path := filled(t, 2000)
	has, err := Verify(t.Context(), path)
	if err != nil || has["cards"] != 1000 {
		t.Errorf("%v, %v", has, err)
	}
	if _, err := Verify(t.Context(), path+".none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v, want %v", err, os.ErrNotExist)
	}
	openAt(t, path, Options{}, newCards())
	_, err = Verify(t.Context(), path)
	if locked, ok := errors.AsType[*LockedError](err); !ok || locked.PID != os.Getpid() {
		t.Errorf("%v, want that this process has it", err)
	}
}

func TestCompact(t *testing.T) {
	path := filled(t, 20_000)
	was := len(bytesOf(t, path))
	var last, all int
	got, err := Compact(t.Context(), path, func(done, of int) { last, all = done, of })
	if err != nil {
		t.Fatal(err)
	}
	if last != all || all < 10_000 {
		t.Errorf("%d of %d keys were copied", last, all)
	}
	if now := len(bytesOf(t, path)); int64(now) != got.After || int64(was) != got.Before || now > was*6/10 {
		t.Errorf("%d bytes became %d; %+v was said", was, now, got)
	}
	left, err := filepath.Glob(path + "?*")
	if err != nil || len(left) > 0 {
		t.Errorf("%v was left behind, %v", left, err)
	}
	c := newCards()
	s := openAt(t, path, Options{}, c)
	if has(t, s, c, "c00000") || !has(t, s, c, "c19999") {
		t.Error("the contents are other ones")
	}
	if _, err := Compact(t.Context(), path, func(int, int) {}); err == nil || !strings.Contains(err.Error(), "in use by process") {
		t.Errorf("an open store was compacted: %v", err)
	}
}

// seal writes the checksum of a head that was changed.
func seal(m []byte) {
	sum := fnv.New64a()
	sum.Write(m[:56])
	binary.NativeEndian.PutUint64(m[56:], sum.Sum64())
}

// TestFits: a store of a newer version, one that is open and one that is none are
// told apart, and no file is changed by asking.
func TestFits(t *testing.T) {
	path := filled(t, 100)
	before := bytesOf(t, path)
	again := storage.Define("cards", func(c *card) storage.Key { return storage.K(c.ID) })
	if err := Fits(t.Context(), path, again); err != nil {
		t.Errorf("a store that fits: %v", err)
	}
	if err := Fits(t.Context(), path, newCards(), storage.Define("more", func(c *card) storage.Key { return storage.K(c.ID) })); err != nil {
		t.Errorf("a store without a collection: %v", err)
	}
	if err := Fits(t.Context(), path+"x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no store: %v", err)
	}
	if string(bytesOf(t, path)) != string(before) {
		t.Error("the file was changed")
	}
	up := func(old json.RawMessage) (json.RawMessage, error) { return old, nil }
	s := openAt(t, path, Options{}, storage.Define("cards", func(c *card) storage.Key { return storage.K(c.ID) }, up))
	if _, ok := errors.AsType[*LockedError](Fits(t.Context(), path, again)); !ok {
		t.Error("a store that is open seems free")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Fits(t.Context(), path, again); !errors.Is(err, storage.ErrNewerFormat) {
		t.Errorf("a store of a newer version: %v", err)
	}
}
