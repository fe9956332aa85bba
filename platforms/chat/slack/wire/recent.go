package wire

import (
	"slices"
	"sync"
)

// Recent remembers the last few of something, by name.
type Recent[V any] struct {
	mu   sync.Mutex
	most int
	all  map[string]V
	line []string // the oldest first
}

// NewRecent makes one that remembers at most so many.
func NewRecent[V any](most int) *Recent[V] { return &Recent[V]{most: most, all: map[string]V{}} }

// Get returns what is remembered under a name.
func (r *Recent[V]) Get(name string) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.all[name]
	return v, ok
}

// Put remembers something, and forgets the oldest of too many.
func (r *Recent[V]) Put(name string, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.all[name]; !known {
		r.line = append(r.line, name)
	}
	r.all[name] = v
	for len(r.line) > r.most {
		delete(r.all, r.line[0])
		r.line = r.line[1:]
	}
}

// Drop forgets what is remembered under a name.
func (r *Recent[V]) Drop(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.all, name)
	if i := slices.Index(r.line, name); i >= 0 {
		r.line = slices.Delete(r.line, i, i+1)
	}
}

// Turns lets only one at a time do what has the same name.
type Turns struct {
	mu  sync.Mutex
	all map[string]*turn
}

type turn struct {
	sync.Mutex
	waiting int
}

// Lock waits for its turn under a name.
func (t *Turns) Lock(name string) (unlock func()) {
	t.mu.Lock()
	if t.all == nil {
		t.all = map[string]*turn{}
	}
	one := t.all[name]
	if one == nil {
		one = &turn{}
		t.all[name] = one
	}
	one.waiting++
	t.mu.Unlock()
	one.Lock()
	return func() {
		one.Unlock()
		t.mu.Lock()
		defer t.mu.Unlock()
		if one.waiting--; one.waiting == 0 {
			delete(t.all, name)
		}
	}
}
