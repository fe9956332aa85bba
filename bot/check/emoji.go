package check

import (
	"unicode"
	"unicode/utf8"
)

const (
	joiner     = '\u200d'
	textual    = '\ufe0e' // makes the sign before it text
	colourful  = '\ufe0f' // makes the sign before it an emoji
	keycap     = '\u20e3'
	blackFlag  = '\U0001f3f4'
	cancelTag  = '\U000e007f'
	mostJoined = 4 // emoji in a sequence of joined ones: a family has four
)

// pictured are the signs that are emoji, or become one before colourful.
var pictured = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0xa9, 0xa9, 1}, {0xae, 0xae, 1}, {0x203c, 0x203c, 1}, {0x2049, 0x2049, 1}, {0x2122, 0x2122, 1},
		{0x2139, 0x2139, 1}, {0x2194, 0x2199, 1}, {0x21a9, 0x21aa, 1}, {0x231a, 0x231b, 1}, {0x2328, 0x2328, 1},
		{0x23cf, 0x23cf, 1}, {0x23e9, 0x23f3, 1}, {0x23f8, 0x23fa, 1}, {0x24c2, 0x24c2, 1}, {0x25aa, 0x25ab, 1},
		{0x25b6, 0x25b6, 1}, {0x25c0, 0x25c0, 1}, {0x25fb, 0x25fe, 1}, {0x2600, 0x27bf, 1}, {0x2934, 0x2935, 1},
		{0x2b05, 0x2b07, 1}, {0x2b1b, 0x2b1c, 1}, {0x2b50, 0x2b50, 1}, {0x2b55, 0x2b55, 1}, {0x3030, 0x3030, 1},
		{0x303d, 0x303d, 1}, {0x3297, 0x3297, 1}, {0x3299, 0x3299, 1},
	},
	R32: []unicode.Range32{{0x1f000, 0x1f1e5, 1}, {0x1f200, 0x1faff, 1}},
	// The signs below 0x100 are in the first two ranges.
	LatinOffset: 2,
}

// skinned are the emoji that a tone of skin may follow.
var skinned = &unicode.RangeTable{
	R16: []unicode.Range16{{0x261d, 0x261d, 1}, {0x26f9, 0x26f9, 1}, {0x270a, 0x270d, 1}},
	R32: []unicode.Range32{
		{0x1f385, 0x1f385, 1}, {0x1f3c2, 0x1f3c4, 1}, {0x1f3c7, 0x1f3c7, 1}, {0x1f3ca, 0x1f3cc, 1},
		{0x1f442, 0x1f443, 1}, {0x1f446, 0x1f450, 1}, {0x1f466, 0x1f478, 1}, {0x1f47c, 0x1f47c, 1},
		{0x1f481, 0x1f483, 1}, {0x1f485, 0x1f487, 1}, {0x1f48f, 0x1f48f, 1}, {0x1f491, 0x1f491, 1},
		{0x1f4aa, 0x1f4aa, 1}, {0x1f574, 0x1f575, 1}, {0x1f57a, 0x1f57a, 1}, {0x1f590, 0x1f590, 1},
		{0x1f595, 0x1f596, 1}, {0x1f645, 0x1f647, 1}, {0x1f64b, 0x1f64f, 1}, {0x1f6a3, 0x1f6a3, 1},
		{0x1f6b4, 0x1f6b6, 1}, {0x1f6c0, 0x1f6c0, 1}, {0x1f6cc, 0x1f6cc, 1}, {0x1f90c, 0x1f90c, 1},
		{0x1f90f, 0x1f90f, 1}, {0x1f918, 0x1f91f, 1}, {0x1f926, 0x1f926, 1}, {0x1f930, 0x1f939, 1},
		{0x1f93c, 0x1f93e, 1}, {0x1f977, 0x1f977, 1}, {0x1f9b5, 0x1f9b6, 1}, {0x1f9b8, 0x1f9b9, 1},
		{0x1f9bb, 0x1f9bb, 1}, {0x1f9cd, 0x1f9cf, 1}, {0x1f9d1, 0x1f9dd, 1}, {0x1fac3, 0x1fac5, 1},
		{0x1faf0, 0x1faf8, 1},
	},
}

// emoji returns the bytes of the emoji that the text begins with, all that is
// joined to it included; 0 when it begins with something else.
func emoji(text string) int {
	r, n := utf8.DecodeRuneInString(text)
	switch {
	case r < 0xa9:
		return keycapped(text, r)
	case isFlag(r):
		if second, size := utf8.DecodeRuneInString(text[n:]); isFlag(second) {
			return n + size
		}
		return 0
	}
	n = picture(text)
	for joined := 1; n > 0 && joined < mostJoined; joined++ {
		r, size := utf8.DecodeRuneInString(text[n:])
		if r != joiner {
			break
		}
		next := picture(text[n+size:])
		if next == 0 {
			break
		}
		n += size + next
	}
	return n
}

// keycapped is emoji for a digit, # or * that may stand on a key.
func keycapped(text string, r rune) int {
	if r != '#' && r != '*' && (r < '0' || r > '9') {
		return 0
	}
	next, size := utf8.DecodeRuneInString(text[1:])
	n := 1
	if next == colourful {
		n += size
		next, size = utf8.DecodeRuneInString(text[n:])
	}
	if next != keycap {
		return 0
	}
	return n + size
}

// picture is emoji for one that nothing is joined to.
func picture(text string) int {
	r, n := utf8.DecodeRuneInString(text)
	if !unicode.Is(pictured, r) {
		return 0
	}
	next, size := utf8.DecodeRuneInString(text[n:])
	switch {
	case next == textual:
		return 0
	case next == colourful:
		return n + size
	case r == 0xa9 || r == 0xae || r == 0x2122 || r == 0x265f:
		return 0 // signs of writing, unless they are told to be more
	case 0x1f3fb <= next && next <= 0x1f3ff && unicode.Is(skinned, r):
		return n + size
	case r == blackFlag:
		return n + tags(text[n:])
	}
	return n
}

// tags returns the bytes of the tags that make a flag one of a region.
func tags(text string) int {
	for n, r := range text {
		switch {
		case r == cancelTag && n > 0:
			return n + utf8.RuneLen(r)
		case r < 0xe0020 || r > 0xe007e:
			return 0
		}
	}
	return 0
}

func isFlag(r rune) bool { return 0x1f1e6 <= r && r <= 0x1f1ff }
