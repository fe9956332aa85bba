package storage

import (
	"bytes"
	"context"
	"iter"
)

// An Order is a collection or an index.
type Order[T any] interface {
	page(tx *Tx, prefix Key, opts []Option) (page[T], error)
}

type page[T any] struct {
	records []T
	last    Key
}

// Pages walks the records under prefix in pages of at most size records, each
// page a View of its own, so that a long read neither holds a snapshot nor
// sees one: records that move while it goes on may come twice or not at all.
// A Limit among the options has no effect.
func Pages[T any](ctx context.Context, s Store, in Order[T], size int, prefix Key, opts ...Option) iter.Seq2[[]T, error] {
	reverse := walkOf(prefix, opts).Reverse
	return func(yield func([]T, error) bool) {
		opts := append(opts[:len(opts):len(opts)], Limit(size))
		for {
			p, err := Look(ctx, s, func(tx *Tx) (page[T], error) { return in.page(tx, prefix, opts) })
			if err != nil {
				yield(nil, err)
				return
			}
			if len(p.records) > 0 && !yield(p.records, nil) || len(p.records) < size {
				return
			}
			if reverse {
				opts = append(opts, Until(p.last))
			} else {
				opts = append(opts, From(append(p.last, 0)))
			}
		}
	}
}

func (c *Collection[T]) page(tx *Tx, prefix Key, opts []Option) (p page[T], err error) {
	for t, err := range c.Under(tx, prefix, opts...) {
		if err != nil {
			return p, err
		}
		p.records, p.last = append(p.records, t), c.key(&t)
	}
	return p, nil
}

func (ix *Index[T]) page(tx *Tx, prefix Key, opts []Option) (p page[T], err error) {
	ix.walk(tx, prefix, opts, func(kv KV, t T, e error) bool {
		if err = e; e == nil {
			p.records, p.last = append(p.records, t), bytes.Clone(kv.Key)
		}
		return e == nil
	})
	return p, err
}
