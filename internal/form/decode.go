// Package form reads a file that people write: YAML, strictly, by tables of keys,
// with every fault at once, each with its place, what was found and what was
// expected. It knows nothing of what the file configures.
package form

import (
	"path/filepath"
	"slices"
)

// A Reader reads one file and collects every fault in it.
type Reader struct {
	Name   string                      // of the file, as it is told
	Folder string                      // that paths in the file start from
	Env    func(string) (string, bool) // the environment, for secrets

	faults Faults
}

// Read reads a file's text into an object. It reports whether there was anything
// to read; what is wrong with it is among the Faults.
func (r *Reader) Read(raw []byte, into Object) bool {
	root := r.parse(raw)
	if root == nil {
		return false
	}
	r.take(Mapping(into), root)
	return true
}

// Fault notes that something is wrong at a place.
func (r *Reader) Fault(at Spot, found, expected string) {
	if !r.full() {
		r.faults = append(r.faults, Fault{r.Name, at.Line, at.Column, found, expected})
	}
}

// Faults returns what is wrong so far, in the order of the file.
func (r *Reader) Faults() Faults {
	r.faults.Sort()
	return r.faults
}

// Path resolves a path of the file, which starts from the file's own folder.
func (r *Reader) Path(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(r.Folder, p)
}

func (r *Reader) full() bool { return len(r.faults) >= maxFaults }

// A Reading takes one value of the file into its place.
type Reading struct {
	Want string               // what is expected there
	Take func(*Reader, *Node) // tells the reader every fault
	Part Object               // what a mapping holds, or each mapping of a list; nil: neither
}

func (r *Reader) take(v Reading, n *Node) {
	if n.is != unread {
		v.Take(r, n)
	}
}

// Wrong is the fault of a value that is not what a reading wants.
func (r *Reader) Wrong(n *Node, want string) { r.Fault(n.Spot, n.shown(), want) }

// An Object is a mapping of the file: its keys are the one table that it is read
// by, and documented from.
type Object interface {
	Keys() []Key
	Called() string // as "a brand"
	Lies(Spot)      // is told where it stands
}

// A Key is a row of that table.
type Key struct {
	Name   string
	Must   bool   // it has to be there
	Usual  string // the value when the key is absent, as it would be written; empty: nothing is read
	Says   string // for the documentation
	Value  Reading
	nested bool // a mapping, all of whose keys are as usual when it is absent
}

// Needed is a key that has to be there.
func Needed(name, says string, v Reading) Key {
	return Key{Name: name, Must: true, Says: says, Value: v}
}

// Free is a key that may be left out, and then means nothing.
func Free(name, says string, v Reading) Key { return Key{Name: name, Says: says, Value: v} }

// Usual is a key that may be left out, and then has a value as if it were written.
func Usual(name, value, says string, v Reading) Key {
	return Key{Name: name, Usual: value, Says: says, Value: v}
}

// Within is a key with a mapping that may be left out, and then is as an empty one.
func Within(name, says string, o Object) Key {
	return Key{Name: name, Says: says, Value: Mapping(o), nested: true}
}

// Mapping reads an object.
func Mapping(o Object) Reading {
	want := "a mapping with the keys of " + o.Called()
	return Reading{Want: want, Part: o, Take: func(r *Reader, n *Node) {
		if n.is != aMapping && n.is != usual {
			r.Wrong(n, want)
			return
		}
		o.Lies(n.Spot)
		keys := o.Keys()
		for _, p := range n.pairs {
			at := slices.IndexFunc(keys, func(k Key) bool { return k.Name == p.key })
			if at < 0 {
				r.unknown(p, o.Called(), keys)
				continue
			}
			if keys[at].Must && p.value.is == aList && len(p.value.items) == 0 {
				r.Fault(p.value.Spot, "an empty list", keys[at].Value.Want)
				continue
			}
			r.take(keys[at].Value, p.value)
		}
		r.absent(n, o.Called(), keys)
	}}
}

// unknown is the fault of a key that an object does not have.
func (r *Reader) unknown(p pair, called string, keys []Key) {
	expected := "one of " + OneOf(namesOf(keys))
	if k := meant(p.key, keys); k != "" {
		expected = Quote(k)
	}
	r.Fault(p.Spot, "the unknown key "+Quote(p.key)+" in "+called, expected)
}

func namesOf(keys []Key) []string {
	var names []string
	for _, k := range keys {
		names = append(names, k.Name)
	}
	return names
}

// meant is the key that a mistyped one most likely is.
func meant(typed string, keys []Key) string { return Near(typed, namesOf(keys)) }

// absent reads what is usual for the keys that are not there.
func (r *Reader) absent(n *Node, called string, keys []Key) {
	for _, k := range keys {
		switch {
		case slices.ContainsFunc(n.pairs, func(p pair) bool { return p.key == k.Name }):
		case k.Must && slices.ContainsFunc(n.pairs, func(p pair) bool { return meant(p.key, keys) == k.Name }):
		case k.Must:
			r.Fault(n.Spot, called+" without the key "+Quote(k.Name), k.Value.Want)
		case k.Usual != "" || k.nested:
			k.Value.Take(r, &Node{Spot: n.Spot, is: usual, Text: k.Usual})
		}
	}
}

// list reads a list, each item by a reading of its own.
func list(want string, part Object, item func() Reading) Reading {
	return Reading{Want: "a list of " + want, Part: part, Take: func(r *Reader, n *Node) {
		if n.is != aList {
			r.Wrong(n, "a list of "+want)
			return
		}
		for _, in := range n.items {
			r.take(item(), in)
		}
	}}
}

// Objects reads a list of mappings into a slice.
func Objects[T any, P interface {
	*T
	Object
}](into *[]P, want string) Reading {
	return list(want, P(new(T)), func() Reading {
		o := P(new(T))
		return Reading{Take: func(r *Reader, n *Node) {
			if n.is == aMapping {
				*into = append(*into, o)
			}
			Mapping(o).Take(r, n)
		}}
	})
}

// Marked remembers where a list stands, and refuses an empty one.
func Marked(at *Spot, v Reading) Reading {
	take := v.Take
	v.Take = func(r *Reader, n *Node) {
		if *at = n.Spot; n.is == aList && len(n.items) == 0 {
			r.Fault(n.Spot, "an empty list", "something in it, or no such key")
			return
		}
		take(r, n)
	}
	return v
}
