package bolt

import (
	"bytes"

	bbolt "go.etcd.io/bbolt"

	"ponte/storage"
)

// A walk is a cursor with a range and a direction. In a transaction that has
// deleted, a bucket may have empty pages: going forward the cursor skips them,
// going back it stops there, and looking for the last key of a bucket of
// nothing else it never ends. So the way back always begins with the question
// whether there is a key at all.
type walk struct {
	storage.Range
	bucket *bbolt.Bucket
	cursor *bbolt.Cursor
}

func (w *walk) first() (key, value []byte) {
	if w.Reverse {
		return w.below(w.To)
	}
	return w.cursor.Seek(w.From)
}

func (w *walk) within(key []byte) bool {
	if w.Reverse {
		return bytes.Compare(key, w.From) >= 0
	}
	return w.To == nil || bytes.Compare(key, w.To) < 0
}

// step moves on from the key at which the cursor is.
func (w *walk) step(at []byte) (key, value []byte) {
	if !w.Reverse {
		return w.cursor.Next()
	}
	if key, value = w.cursor.Prev(); key == nil && w.any(at) {
		return w.back()
	}
	return key, value
}

// beyond is the first key behind at, for a cursor that lost its place.
func (w *walk) beyond(at []byte) (key, value []byte) {
	w.cursor = w.bucket.Cursor()
	if w.Reverse {
		return w.below(at)
	}
	key, value = w.cursor.Seek(at)
	if bytes.Equal(key, at) {
		return w.cursor.Next()
	}
	return key, value
}

// below is the last key before to; a nil to is behind them all.
func (w *walk) below(to []byte) (key, value []byte) {
	if !w.any(to) {
		return nil, nil
	}
	if to == nil {
		return w.cursor.Last()
	}
	if key, _ = w.cursor.Seek(to); key == nil {
		return w.cursor.Last()
	}
	return w.back()
}

// any tells whether there is a key before to.
func (w *walk) any(to []byte) bool {
	lowest, _ := w.bucket.Cursor().First()
	return lowest != nil && (to == nil || bytes.Compare(lowest, to) < 0)
}

// back goes back to the key that is known to be there.
func (w *walk) back() (key, value []byte) {
	for key == nil {
		key, value = w.cursor.Prev()
	}
	return key, value
}
