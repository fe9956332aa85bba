package form

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxFaults is how many faults of one file are told.
const maxFaults = 1000

// A Fault is one thing that is wrong in a configuration. It never holds a secret.
type Fault struct {
	File         string
	Line, Column int // from 1; both 0: the file as a whole
	Found        string
	Expected     string
}

// Place is where the fault is, as "file:line:column".
func (f Fault) Place() string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
}

// String writes the fault as editors and compilers do, on one line.
func (f Fault) String() string {
	return fmt.Sprintf("%s: found %s, expected %s", f.Place(), f.Found, f.Expected)
}

// Faults is everything that is wrong in a configuration, in the order of the file.
type Faults []Fault

// Error lists the faults, one on each line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Sort puts the faults in the order of the file.
func (fs Faults) Sort() {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// Quote shows what stands in the file, within reason.
func Quote(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return strconv.Quote(s)
}

// OneOf writes a choice: `"a", "b" or "c"`.
func OneOf(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	if n := len(quoted); n > 1 {
		return strings.Join(quoted[:n-1], ", ") + " or " + quoted[n-1]
	}
	return strings.Join(quoted, "")
}

// Refers is a fault unless a name, of what is called so, is one of those that are there.
func (r *Reader) Refers(name Word, called string, there []string) {
	if !name.OK || slices.Contains(there, name.Text) {
		return
	}
	expected := "one of " + OneOf(there)
	if n := Near(name.Text, there); n != "" {
		expected = Quote(n)
	}
	if len(there) == 0 {
		expected = "one that the brand has"
	}
	r.Fault(name.Spot, "the unknown "+called+" "+Quote(name.Text), expected)
}

// Near returns the word that a mistyped one most likely meant; empty when none is near.
func Near(typed string, words []string) string {
	best, least := "", max(1, len(typed)/3)+1
	if len(typed) > 64 {
		return ""
	}
	for _, w := range words {
		if d := distance(strings.ToLower(typed), strings.ToLower(w)); d < least && d < len(w) {
			best, least = w, d
		}
	}
	return best
}

// distance counts the letters to be put in, taken out, changed, or swapped with
// their neighbour, to make one word of the other.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range y {
		rows[0][j+1] = j + 1
	}
	for i := range x {
		for j := range y {
			change := 1
			if x[i] == y[j] {
				change = 0
			}
			d := min(rows[i][j+1]+1, rows[i+1][j]+1, rows[i][j]+change)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				d = min(d, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = d
		}
	}
	return rows[len(x)][len(y)]
}
