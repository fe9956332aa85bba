package train

import (
	"hash/maphash"
	"regexp"
	"slices"
	"strings"
)

var notWords = regexp.MustCompile(`@\w+|https?\S*|[^\p{L}]+`)

var shingleSeed = maphash.MakeSeed()

// shingles are the hashes of a text's words, four at a time; of a short text, of
// all its words.
func shingles(text string) []uint64 {
	const long = 4
	words := strings.Fields(notWords.ReplaceAllString(strings.ToLower(text), " "))
	if len(words) == 0 {
		return nil
	}
	var all []uint64
	for i := 0; i == 0 || i+long <= len(words); i++ {
		all = append(all, maphash.String(shingleSeed, strings.Join(words[i:min(i+long, len(words))], " ")))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// alike finds texts that have most of their words in common, in their order.
type alike struct {
	of   map[uint64][]int32
	size []int
}

func (a *alike) add(text string) {
	s := shingles(text)
	for _, h := range s {
		a.of[h] = append(a.of[h], int32(len(a.size)))
	}
	a.size = append(a.size, len(s))
}

// has tells whether the text is nearly one of those added.
func (a *alike) has(text string) bool {
	s := shingles(text)
	shared := map[int32]int{}
	for _, h := range s {
		for _, i := range a.of[h] {
			if shared[i]++; float64(shared[i]) >= 0.5*float64(min(len(s), a.size[i])) {
				return true
			}
		}
	}
	return false
}

// once leaves out of the lesser sets what is nearly in the others, or nearly in
// what is held out for measuring.
func (d *Data) once(held []string) {
	a := alike{of: map[uint64][]int32{}}
	for _, e := range d.Examples {
		if e.fold >= 0 {
			a.add(e.Text)
		}
	}
	for _, body := range held {
		for _, row := range Rows(body) {
			a.add(Clean(row[len(row)-1]))
		}
	}
	d.Examples = slices.DeleteFunc(d.Examples, func(e Example) bool {
		return e.fold < 0 && e.Sentiment >= 0 && a.has(e.Text)
	})
}
