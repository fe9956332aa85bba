// Package recent remembers the last few of something, by name: what makes the
// adapter quicker or surer while it runs, and what a restart may forget.
package recent

import "sync"

// Few remembers at most so many values by name. It is made by New.
type Few[V any] struct {
	mu   sync.Mutex
	most int
	all  map[string]V
	line []string // the oldest first
}

// New makes one that remembers at most so many.
func New[V any](most int) *Few[V] { return &Few[V]{most: most, all: map[string]V{}} }

// Get returns what is remembered under a name.
func (f *Few[V]) Get(name string) (V, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v, ok := f.all[name]
	return v, ok
}

// Put remembers something, and forgets the oldest of too many.
func (f *Few[V]) Put(name string, v V) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.all[name]; !known {
		f.line = append(f.line, name)
	}
	f.all[name] = v
	for len(f.all) > f.most {
		delete(f.all, f.line[0])
		f.line = f.line[1:]
	}
}

// Drop forgets what is remembered under a name.
func (f *Few[V]) Drop(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.all[name]; !known {
		return
	}
	delete(f.all, name)
	for i, n := range f.line {
		if n == name {
			f.line = append(f.line[:i:i], f.line[i+1:]...)
			break
		}
	}
}
