package storage

import (
	"fmt"
	"iter"
	"time"
)

// Keys is what an engine gives to one transaction: ordered keys in named
// spaces. A space that was never written is empty, not an error.
type Keys interface {
	// Get returns one value for each key, nil for those that are absent.
	Get(space string, keys ...[]byte) ([][]byte, error)
	// Put keeps key and value as they are; the caller no longer changes them.
	Put(space string, key, value []byte) error
	// Delete does nothing when the key is absent.
	Delete(space string, key []byte) error
	// Scan yields the keys of a range in order. It sees the transaction's own
	// writes, and the loop's body may write: keys put ahead of the scan are
	// met, keys deleted ahead of it are not.
	Scan(space string, r Range) iter.Seq2[KV, error]
}

// A KV is a key and its value as the engine holds them: they are read only, and
// valid until the transaction ends.
type KV struct{ Key, Value []byte }

// A Range holds the keys from From up to, but without, To. A nil bound is open.
type Range struct {
	From, To []byte
	Reverse  bool
}

// NewTx is for engines: it makes the transaction that one run of a closure gets.
func NewTx(keys Keys, now time.Time, cat *Catalogue, writable bool) *Tx {
	return &Tx{keys: keys, now: now.Round(0).UTC(), cat: cat, writable: writable, read: map[string][][]Key{}}
}

// Committed is for engines: it runs the hooks of OnCommit, in order.
func (tx *Tx) Committed() {
	for _, fn := range tx.hooks {
		fn()
	}
	tx.hooks = nil
}

// keyError says which key of which collection or index an error is about. It
// is written out only when somebody reads it.
type keyError struct {
	err   error
	space string
	key   Key
}

func about(err error, space string, key Key) error { return &keyError{err, space, key} }

func (e *keyError) Error() string { return fmt.Sprintf("%v: %s %v", e.err, e.space, e.key) }
func (e *keyError) Unwrap() error { return e.err }
