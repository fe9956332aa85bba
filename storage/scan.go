package storage

import (
	"bytes"
	"iter"
)

// An Option narrows or turns a walk. The bounds are whole keys, prefix
// included, and hold for either direction: After and From bound the walk from
// below, Until from above.
type Option func(*walk)

type walk struct {
	Range
	limit int
}

// After leaves out every key up to k, and those that begin with k.
func After(k Key) Option { return func(w *walk) { w.above(k.beyond()) } }

// From leaves out the keys below k.
func From(k Key) Option { return func(w *walk) { w.above(k) } }

// Until leaves out k, the keys that begin with k, and those above.
func Until(k Key) Option {
	return func(w *walk) {
		if w.To == nil || bytes.Compare(k, w.To) < 0 {
			w.To = k
		}
	}
}

// Reverse walks from the last key to the first.
func Reverse() Option { return func(w *walk) { w.Reverse = true } }

// Limit ends the walk after n records; below 1 there are none.
func Limit(n int) Option { return func(w *walk) { w.limit = max(n, 0) } }

func (w *walk) above(k Key) {
	if bytes.Compare(k, w.From) > 0 {
		w.From = k
	}
}

func walkOf(prefix Key, opts []Option) walk {
	w := walk{Range: Range{From: prefix, To: prefix.beyond()}, limit: -1}
	for _, o := range opts {
		o(&w)
	}
	return w
}

// scan yields the walk's keys; the limit is the caller's business, since it
// counts records.
func (w walk) scan(tx *Tx, space string) iter.Seq2[KV, error] {
	if w.limit == 0 || w.To != nil && bytes.Compare(w.From, w.To) >= 0 {
		return func(func(KV, error) bool) {}
	}
	return tx.keys.Scan(space, w.Range)
}
