package check

import (
	"hash/fnv"
	"slices"
	"strings"
	"time"
	"unicode"

	"ponte/bot"
)

const (
	sameWithin = 30 * 24 * time.Hour
	shingle    = 3         // words that follow each other
	alike      = 0.8       // part of their shingles that two texts share
	compared   = 256 << 10 // bytes of earlier posts that a draft is compared with, the newest
)

// again finds the post of the account that the draft repeats: the same text, or
// the one most like it.
func again(in *Input, a Account) []bot.Finding {
	text := in.Content.For(a.ID)
	words := told(text)
	if len(words) == 0 {
		return nil
	}
	mine := shingles(words)
	var closest Recent
	best, read := alike, 0
	for _, r := range newest(in.Recent, a.ID) {
		if read += len(r.Text); read > compared {
			break
		}
		theirs := told(r.Text)
		if len(theirs) == 0 {
			continue
		}
		if slices.Equal(words, theirs) && in.Now.Sub(r.At) <= sameWithin {
			return []bot.Finding{repeated("same", in, r)}
		}
		if share := jaccard(mine, shingles(theirs)); share >= best && (closest.At.IsZero() || share > best) {
			best, closest = share, r
		}
	}
	if closest.At.IsZero() {
		return nil
	}
	return []bot.Finding{repeated("similar", in, closest)}
}

func repeated(check string, in *Input, r Recent) bot.Finding {
	f := warns(check, "Text", quote(r.Text))
	f.Field, f.On = "text", r.At.In(in.Now.Location())
	return f
}

func newest(all []Recent, a bot.AccountID) []Recent {
	var own []Recent
	for _, r := range all {
		if r.Account == a {
			own = append(own, r)
		}
	}
	slices.SortStableFunc(own, func(a, b Recent) int { return b.At.Compare(a.At) })
	return own
}

// told returns the words of a text in the form in which texts are compared; where
// words are not spaced every sign is one, and a text without words is one itself.
func told(text string) []string {
	var b strings.Builder
	for _, r := range bot.Words(text) {
		if unspaced(r) {
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		} else {
			b.WriteRune(r)
		}
	}
	if words := strings.Fields(b.String()); len(words) > 0 {
		return words
	}
	if bare := strings.Join(strings.FieldsFunc(text, unicode.IsSpace), " "); bare != "" {
		return []string{bare}
	}
	return nil
}

// shingles returns every run of words as a number; of a text with fewer words, all of it.
func shingles(words []string) map[uint64]bool {
	set := make(map[uint64]bool, len(words))
	for i := range max(1, len(words)-shingle+1) {
		h := fnv.New64a()
		for _, w := range words[i:min(i+shingle, len(words))] {
			_, _ = h.Write([]byte(w))
			_, _ = h.Write([]byte{0})
		}
		set[h.Sum64()] = true
	}
	return set
}

// jaccard is the part of all members that both sets have.
func jaccard(a, b map[uint64]bool) float64 {
	both := 0
	for k := range a {
		if b[k] {
			both++
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// tooClose finds the post next to the draft's time, when the account wants more time between.
func tooClose(in *Input, a Account) []bot.Finding {
	when := in.Content.When
	if when.IsZero() {
		when = in.Now
	}
	gap := a.Spacing
	for _, p := range in.Planned {
		if p.Account == a.ID {
			gap = min(gap, p.At.Sub(when).Abs())
		}
	}
	for _, r := range in.Recent {
		if r.Account == a.ID {
			gap = min(gap, r.At.Sub(when).Abs())
		}
	}
	if gap >= a.Spacing {
		return nil
	}
	f := warns("spacing", "Gap", length(gap), "Spacing", length(a.Spacing))
	if gap < time.Minute {
		f = warns("at_once", "Spacing", length(a.Spacing))
	}
	f.Field = "when"
	return []bot.Finding{f}
}

// length writes a time in hours and minutes, which every language shortens alike.
func length(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h == 0:
		return number(m) + " min"
	case m == 0:
		return number(h) + " h"
	}
	return number(h) + " h " + number(m) + " min"
}
