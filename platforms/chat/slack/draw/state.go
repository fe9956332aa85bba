package draw

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// State is what stands in the inputs of a modal, by block and action.
type State map[string]map[string]Input

// Input is what stands in one input.
type Input struct {
	Value    string   `json:"value"`
	Selected *option  `json:"selected_option"`
	Checked  []option `json:"selected_options"`
}

type option struct {
	Value string `json:"value"`
}

// Option returns the value of a choice as the form has it.
func Option(value string) string { return strings.TrimPrefix(value, "=") }

// Values returns what was filled in, by field; a box that is not checked is not there.
func (s State) Values() map[string]string {
	type part struct {
		n    int
		text string
	}
	parts := map[string][]part{}
	for block, inputs := range s {
		name, _, n, ok := fieldOf(block)
		if !ok {
			continue
		}
		for action, in := range inputs {
			switch {
			case action == kept:
				in.Value = hashes(in.Checked)
			case in.Selected != nil:
				in.Value = Option(in.Selected.Value)
			case len(in.Checked) > 0:
				in.Value = "true"
			case in.Checked != nil:
				continue
			}
			parts[name] = append(parts[name], part{n, in.Value})
		}
	}
	out := map[string]string{}
	for name, all := range parts {
		slices.SortFunc(all, func(a, b part) int { return cmp.Compare(a.n, b.n) })
		for _, p := range all {
			out[name] += p.text
		}
	}
	return out
}

// How the fields of pictures are named: the box of those that are kept, and what is
// said of one of them.
const (
	kept = "kept"
	alt  = "alt:"
)

func hashes(checked []option) string {
	var all []string
	for _, o := range checked {
		all = append(all, o.Value)
	}
	return strings.Join(all, " ")
}

// Turns returns how often each field was written into so far.
func (s State) Turns() Turns {
	out := Turns{}
	for block := range s {
		if name, turn, _, ok := fieldOf(block); ok {
			out[name] = max(out[name], turn)
		}
	}
	return out
}

// Read reads what a form carried; ok is false for what is none of ours.
func Read(private string) (m Meta, ok bool) {
	err := json.Unmarshal([]byte(private), &m)
	return m, err == nil && m.Verb != ""
}
