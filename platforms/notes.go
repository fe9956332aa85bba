package platforms

import (
	"context"
	"errors"

	"ponte/storage"
)

// A note is something small that an adapter has to know of itself after a restart.
type note struct {
	Of    string // the adapter
	Name  string
	Value []byte
}

var notes = storage.Define("adapter_notes", func(n *note) storage.Key { return storage.K(n.Of, n.Name) })

// mostNoted is how many bytes a note may have.
const mostNoted = 64 << 10

// A notebook has the notes of one adapter.
type notebook struct {
	store storage.Store
	of    string
}

// Read returns a note; nil: there is none.
func (n notebook) Read(ctx context.Context, name string) ([]byte, error) {
	got, err := storage.Look(ctx, n.store, func(tx *storage.Tx) (note, error) { return notes.Get(tx, storage.K(n.of, name)) })
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	return got.Value, err
}

// Write writes a note over the one of this name.
func (n notebook) Write(ctx context.Context, name string, value []byte) error {
	if len(value) > mostNoted {
		return errors.New("a note that is too large: " + name)
	}
	return n.store.Update(ctx, func(tx *storage.Tx) error {
		return notes.Put(tx, note{Of: n.of, Name: name, Value: value})
	})
}
