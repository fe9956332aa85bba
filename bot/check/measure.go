package check

import (
	"strconv"
	"unicode/utf8"
)

// Limits is what a post on an account may be.
type Limits struct {
	Count         string   // how text is counted there, one of the constants; empty: Runes
	Max           int      // most text, in units of Count; 0: no limit
	MaxBytes      int      // most text in bytes of UTF-8, whatever Count says; 0: no limit
	URL           int      // a link counts as so many, however long it is; 0: as it is (Weighted: 23)
	Pictures      int      // most pictures; 0: it takes none
	PictureTypes  []string // as "image/png"; empty: any
	PictureBytes  int64    // most bytes of one picture; 0: no limit
	PicturePixels int      // most width × height of one picture; 0: no limit
}

// The ways of counting text.
const (
	Runes     = "runes"     // Unicode code points
	Graphemes = "graphemes" // what people call a character
	Bytes     = "bytes"     // of UTF-8
	UTF16     = "utf16"     // code units
	Weighted  = "weighted"  // 1 for most alphabets, 2 for all else and for an emoji as a whole
)

// weightedURL is what a link counts where text is weighted.
const weightedURL = 23

// Measure returns the length of a text in units of Count. Text is counted as it
// stands, accents apart from their letters where they are. Without a function for
// graphemes, code points are counted, which are never fewer.
func (l Limits) Measure(text string, graphemes func(string) int) int {
	url := l.URL
	if url == 0 && l.Count == Weighted {
		url = weightedURL
	}
	if url == 0 {
		return l.plain(text, graphemes)
	}
	n, at := 0, 0
	for _, s := range links(text, l.Count == Weighted) {
		n += l.plain(text[at:s.from], graphemes) + url
		at = s.to
	}
	return n + l.plain(text[at:], graphemes)
}

func (l Limits) plain(text string, graphemes func(string) int) int {
	switch l.Count {
	case Bytes:
		return len(text)
	case UTF16:
		n := 0
		for _, r := range text {
			n++
			if r > 0xffff {
				n++
			}
		}
		return n
	case Weighted:
		return weigh(text)
	case Graphemes:
		if graphemes != nil {
			return graphemes(text)
		}
	}
	return utf8.RuneCountInString(text)
}

// weigh counts an emoji as 2 and every other rune by its place in Unicode.
func weigh(text string) int {
	n := 0
	for len(text) > 0 {
		if size := emoji(text); size > 0 {
			n += 2
			text = text[size:]
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		n += weight(r)
		text = text[size:]
	}
	return n
}

func weight(r rune) int {
	switch {
	case r <= 4351, 8192 <= r && r <= 8205, 8208 <= r && r <= 8223, 8242 <= r && r <= 8247:
		return 1
	}
	return 2
}

func number(n int) string { return strconv.Itoa(n) }
