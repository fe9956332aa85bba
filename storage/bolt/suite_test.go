package bolt

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"ponte/storage"
	"ponte/storage/storagetest"
)

type place struct {
	path  string
	twice bool
}

func (p place) Open(ctx context.Context, now func() time.Time, defs ...storage.Definition) (storagetest.Store, error) {
	s, err := Open(ctx, p.path, Options{Now: now, RunTwice: p.twice}, defs...)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func TestSuite(t *testing.T) {
	for name, twice := range map[string]bool{"Once": false, "Twice": true} {
		t.Run(name, func(t *testing.T) {
			storagetest.Run(t, func(t testing.TB) storagetest.Place {
				return place{filepath.Join(t.TempDir(), "store", "data.db"), twice}
			})
		})
	}
}
