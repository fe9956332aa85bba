package platforms

import (
	"context"
	"path/filepath"
	"testing"

	"ponte/storage/bolt"
)

func TestNotes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store")
	open := func() *bolt.Store {
		t.Helper()
		store, err := bolt.Open(t.Context(), file, bolt.Options{RunTwice: true}, Collections()...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		return store
	}
	read := func(n notebook, name string) string {
		t.Helper()
		got, err := n.Read(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return string(got)
	}
	store := open()
	one := notebook{store, "one"}
	if got, err := one.Read(t.Context(), "session"); got != nil || err != nil {
		t.Errorf("what was never written is %q, %v", got, err)
	}
	for _, text := range []string{"first", "second"} {
		if err := one.Write(t.Context(), "session", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := one.Write(t.Context(), "session", make([]byte, mostNoted+1)); err == nil {
		t.Error("a note may have any size")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := one.Write(ended, "session", nil); err == nil {
		t.Error("it is written when nobody waits for it")
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store = open()
	if a, b := read(notebook{store, "one"}, "session"), read(notebook{store, "other"}, "session"); a != "second" || b != "" {
		t.Errorf("after a restart they are %q and %q", a, b)
	}
}
