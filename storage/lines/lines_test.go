package lines_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ponte/storage"
	"ponte/storage/bolt"
	"ponte/storage/lines"
)

type book struct {
	ID    string
	Shelf string
}

type library struct {
	books *storage.Collection[book]
	shelf *storage.Index[book]
}

func newLibrary(up ...storage.Upgrade) library {
	books := storage.Define("books", func(b *book) storage.Key { return storage.K(b.ID) }, up...)
	return library{books, books.Index("shelf.1", func(b *book) storage.Key { return storage.K(b.Shelf) })}
}

func openStore(t testing.TB, defs ...storage.Definition) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "data.db"), bolt.Options{}, defs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// exported is what a store with n books writes, and what it should count.
func exported(t testing.TB, n int) (string, map[string]int) {
	t.Helper()
	l := newLibrary()
	s := openStore(t, l.books)
	if err := s.Update(t.Context(), func(tx *storage.Tx) error {
		if _, err := storage.Acquire(tx, "reading", "somebody", 1e12); err != nil {
			return err
		}
		for i := range n {
			if err := l.books.Put(tx, book{fmt.Sprintf("b%04d", i), "<“shelf” & " + fmt.Sprint(i%7) + ">"}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	counts, err := lines.Write(t.Context(), s, &out, l.books)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), counts
}

func withoutHead(export string) string {
	return export[strings.Index(export, "\n"):strings.LastIndex(export, `,"sha256"`)]
}

// TestWriteRead: what comes out of a store that took an export in is the
// same export.
func TestWriteRead(t *testing.T) {
	first, counts := exported(t, 2500)
	if want := map[string]int{"books": 2500}; !cmp.Equal(counts, want) {
		t.Errorf("%v, want %v", counts, want)
	}
	l := newLibrary()
	s := openStore(t, l.books)
	if got, err := lines.Read(t.Context(), s, strings.NewReader(first), l.books); err != nil || !cmp.Equal(got, counts) {
		t.Fatalf("%v, %v", got, err)
	}
	var again bytes.Buffer
	if _, err := lines.Write(t.Context(), s, &again, l.books); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(withoutHead(first), withoutHead(again.String())); d != "" {
		t.Error(d)
	}
	n, err := storage.Look(t.Context(), s, func(tx *storage.Tx) (int, error) { return l.shelf.Count(tx, nil) })
	if err != nil || n != 2500 {
		t.Errorf("%d books are in the index, %v", n, err)
	}
	if _, err := lines.Read(t.Context(), s, strings.NewReader(first), l.books); !errors.Is(err, storage.ErrConflict) {
		t.Errorf("%v, want %v: the store is not empty", err, storage.ErrConflict)
	}
}

// TestReadUpgrades: an export of an older version is taken in as of today.
func TestReadUpgrades(t *testing.T) {
	export, _ := exported(t, 3)
	l := newLibrary(func(old json.RawMessage) (json.RawMessage, error) {
		return bytes.ReplaceAll(old, []byte("shelf” &"), []byte("board” &")), nil
	})
	s := openStore(t, l.books)
	if _, err := lines.Read(t.Context(), s, strings.NewReader(export), l.books); err != nil {
		t.Fatal(err)
	}
	b, err := storage.Look(t.Context(), s, func(tx *storage.Tx) (book, error) { return l.books.Get(tx, storage.K("b0001")) })
	if want := (book{"b0001", "<“board” & 1>"}); err != nil || b != want {
		t.Errorf("%v, %v, want %v", b, err, want)
	}
}

func TestReadRefuses(t *testing.T) {
	whole, _ := exported(t, 10)
	each := strings.SplitAfter(whole, "\n")
	for name, c := range map[string]struct {
		export string
		want   error
	}{
		"nothing":              {"", lines.ErrDamaged},
		"another file":         {"PK\x03\x04 or so\n", lines.ErrDamaged},
		"a cut line":           {whole[:len(whole)/2], lines.ErrDamaged},
		"no end":               {strings.Join(each[:len(each)-2], ""), lines.ErrDamaged},
		"a missing record":     {each[0] + strings.Join(each[2:], ""), lines.ErrDamaged},
		"an altered record":    {strings.Replace(whole, "b0004", "b9999", 1), lines.ErrDamaged},
		"more behind the end":  {whole + "{}\n", lines.ErrDamaged},
		"another form":         {strings.Replace(whole, `"export":1`, `"export":2`, 1), storage.ErrNewerFormat},
		"a newer schema":       {strings.Replace(whole, `"books":1`, `"books":2`, 1), storage.ErrNewerFormat},
		"a newer collection":   {strings.Replace(whole, `"in":"books"`, `"in":"films"`, 1), storage.ErrNewerFormat},
		"a field of no export": {strings.Replace(whole, `"schema":1`, `"scheme":1`, 1), lines.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLibrary()
			_, err := lines.Read(t.Context(), openStore(t, l.books), strings.NewReader(c.export), l.books)
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// TestWriteLeavesNothingOut: a collection that this version does not know is
// an error, not a gap.
func TestWriteLeavesNothingOut(t *testing.T) {
	l := newLibrary()
	films := storage.Define("films", func(b *book) storage.Key { return storage.K(b.ID) })
	s := openStore(t, l.books, films)
	if _, err := lines.Write(t.Context(), s, new(bytes.Buffer), l.books); err != nil {
		t.Errorf("an empty collection is missed: %v", err)
	}
	if err := s.Update(t.Context(), func(tx *storage.Tx) error { return films.Put(tx, book{ID: "f"}) }); err != nil {
		t.Fatal(err)
	}
	if _, err := lines.Write(t.Context(), s, new(bytes.Buffer), l.books); !errors.Is(err, storage.ErrNewerFormat) {
		t.Errorf("%v, want %v", err, storage.ErrNewerFormat)
	}
}

func FuzzRead(f *testing.F) {
	whole, _ := exported(f, 3)
	f.Add(whole)
	f.Add(`{"export":1}` + "\n" + `{"end":true}` + "\n")
	f.Add("{\"export\":1,\"collections\":{\"books\":0}}\n{\"in\":\"books\",\"schema\":-1,\"record\":[]}\n")
	l := newLibrary()
	s := openStore(f, l.books)
	f.Fuzz(func(t *testing.T, export string) {
		if len(export) > 1<<16 {
			return
		}
		counts, err := lines.Read(t.Context(), s, strings.NewReader(export), l.books)
		n, lerr := storage.Look(t.Context(), s, func(tx *storage.Tx) (int, error) { return l.shelf.Count(tx, nil) })
		if lerr != nil || err == nil && n > counts["books"] {
			t.Errorf("%d books of %v, %v", n, counts, lerr)
		}
		if err := s.Update(t.Context(), func(tx *storage.Tx) error {
			for b, err := range l.books.Under(tx, nil) {
				if err != nil {
					return err
				}
				if err := l.books.Delete(tx, storage.K(b.ID)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
