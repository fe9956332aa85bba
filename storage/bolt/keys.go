package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"

	bbolt "go.etcd.io/bbolt"

	"ponte/storage"
)

var errOver = errors.New("storage: the transaction is over")

// keys is the storage.Keys of one run of a closure. It remembers what the run
// overwrote, so that one closure of a group can be undone.
type keys struct {
	tx      *bbolt.Tx
	buckets map[string]*bbolt.Bucket // shared by the group
	view    bool
	over    bool
	log     []undo
	writes  int // moves with every write, undone ones included
	grown   int // bytes
}

type undo struct {
	bucket   *bbolt.Bucket
	key, old []byte
}

// guard runs fn, and turns a panic into an error.
func guard(fn func(*storage.Tx) error, tx *storage.Tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("storage: a transaction panicked: %v\n%s", r, debug.Stack())
		}
	}()
	return fn(tx)
}

// end makes the keys unusable for whoever kept the Tx.
func (k *keys) end() { k.over = true }

// undo takes back everything the run wrote.
func (k *keys) undo() error {
	for i := len(k.log) - 1; i >= 0; i-- {
		var err error
		if u := k.log[i]; u.old == nil {
			err = u.bucket.Delete(u.key)
		} else {
			err = u.bucket.Put(u.key, u.old)
		}
		if err != nil {
			return err
		}
	}
	k.log, k.grown = nil, 0
	k.writes++
	return nil
}

// full is how far a page is filled before it is split. Most keys are in time order,
// so that what is split is written to no more; half-full pages, the engine's own
// choice, make the file half as large again at the same cost of time.
const full = 0.9

// bucket returns nil when nothing was ever written to the space.
func (k *keys) bucket(space string) *bbolt.Bucket {
	b := k.buckets[space]
	if b == nil {
		if b = k.tx.Bucket([]byte(space)); b != nil {
			b.FillPercent = full
			k.buckets[space] = b
		}
	}
	return b
}

// Get returns the values as the file holds them.
func (k *keys) Get(space string, keys ...[]byte) ([][]byte, error) {
	if k.over {
		return nil, errOver
	}
	out := make([][]byte, len(keys))
	if b := k.bucket(space); b != nil {
		for i, key := range keys {
			out[i] = b.Get(key)
		}
	}
	return out, nil
}

// Put keeps value until the commit.
func (k *keys) Put(space string, key, value []byte) error {
	if err := k.mayWrite(); err != nil {
		return err
	}
	b := k.bucket(space)
	if b == nil {
		var err error
		if b, err = k.tx.CreateBucket([]byte(space)); err != nil {
			return err
		}
		b.FillPercent = full
		k.buckets[space] = b
	}
	old := k.note(b, key)
	k.grown += len(value) - len(old)
	if old == nil {
		k.grown += len(key)
	}
	return b.Put(key, value)
}

// Delete does nothing when the key is absent.
func (k *keys) Delete(space string, key []byte) error {
	if err := k.mayWrite(); err != nil {
		return err
	}
	b := k.bucket(space)
	if b == nil || b.Get(key) == nil {
		return nil
	}
	k.grown -= len(key) + len(k.note(b, key))
	return b.Delete(key)
}

func (k *keys) mayWrite() error {
	if k.over {
		return errOver
	}
	if k.view {
		return storage.ErrReadOnly
	}
	return nil
}

// note remembers what is under key, and returns it.
func (k *keys) note(b *bbolt.Bucket, key []byte) []byte {
	old := bytes.Clone(b.Get(key))
	k.log = append(k.log, undo{b, bytes.Clone(key), old})
	k.writes++
	return old
}

// Scan walks with a cursor, which is set anew whenever the loop's body wrote.
func (k *keys) Scan(space string, r storage.Range) iter.Seq2[storage.KV, error] {
	return func(yield func(storage.KV, error) bool) {
		if k.over {
			yield(storage.KV{}, errOver)
			return
		}
		b := k.bucket(space)
		if b == nil {
			return
		}
		w := walk{bucket: b, cursor: b.Cursor(), Range: r}
		key, value := w.first()
		for key != nil && w.within(key) {
			writes := k.writes
			if !yield(storage.KV{Key: key, Value: value}, nil) {
				return
			}
			if k.over {
				yield(storage.KV{}, errOver)
				return
			}
			if k.writes == writes {
				key, value = w.step(key)
			} else {
				key, value = w.beyond(key)
			}
		}
	}
}
