package check

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// clusters counts graphemes well enough for these tests: marks, joiners and what
// they join belong to what stands before.
func clusters(text string) int {
	n, joined, flag := 0, false, false
	for _, r := range text {
		switch {
		case unicode.IsMark(r), 0x1f3fb <= r && r <= 0x1f3ff, 0xe0020 <= r && r <= 0xe007f:
		case r == joiner:
			joined = true
		case joined:
			joined = false
		case isFlag(r) && flag:
			flag = false
		default:
			flag = isFlag(r)
			n++
		}
	}
	return n
}

func TestMeasure(t *testing.T) {
	const (
		family   = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
		spain    = "\U0001f1ea\U0001f1f8"
		scotland = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
	)
	cases := []struct {
		name, text                             string
		runes, graphemes, bytes, utf16, weight int
	}{
		{"nothing", "", 0, 0, 0, 0, 0},
		{"ASCII", "Hello, you", 10, 10, 10, 10, 10},
		{"accents", "canción", 7, 7, 8, 7, 7},
		{"an accent of its own", "cancio\u0301n", 8, 7, 9, 8, 8},
		{"a flood of accents", "a" + strings.Repeat("\u0301", 10), 11, 1, 21, 11, 11},
		{"Arabic", "مرحبا", 5, 5, 10, 5, 5},
		{"Hebrew with points", "שָׁלוֹם", 7, 4, 14, 7, 7},
		{"Georgian, the last of weight 1", "ჿ", 1, 1, 3, 1, 1},
		{"Hangul signs, the first of weight 2", "ᄀ", 1, 1, 3, 1, 2},
		{"CJK", "春の風", 3, 3, 9, 3, 6},
		{"quotation marks", "“a”", 3, 3, 7, 3, 3},
		{"the ends of what weighs 1", "\u2000\u2010\u201f\u2032\u2037\u200d", 6, 5, 18, 6, 6},
		{"what lies next to them", "\u1fff\u200e\u200f\u2020\u2031\u2038", 6, 6, 18, 6, 12},
		{"an ellipsis", "…", 1, 1, 3, 1, 2},
		{"a smile", "😀", 1, 1, 4, 2, 2},
		{"two smiles", "😀😀", 2, 2, 8, 4, 4},
		{"a family", family, 7, 1, 25, 11, 2},
		{"a dark hand", "👍🏿", 2, 1, 8, 4, 2},
		{"a tone that fits nothing", "😷🏽", 2, 1, 8, 4, 4},
		{"a flag", spain, 2, 1, 8, 4, 2},
		{"half a flag", "\U0001f1ea", 1, 1, 4, 2, 2},
		{"a flag of a region", scotland, 7, 1, 28, 14, 2},
		{"a key", "1\ufe0f\u20e3", 3, 1, 7, 3, 2},
		{"a heart in colour", "❤\ufe0f", 2, 1, 6, 2, 2},
		{"a heart as text", "❤\ufe0e", 2, 1, 6, 2, 4},
		{"a right reserved", "©", 1, 1, 2, 1, 1},
		{"a right in colour", "©\ufe0f", 2, 1, 5, 2, 2},
		{"a joiner that joins nothing", "😀\u200d", 2, 1, 7, 3, 3},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			for count, want := range map[string]int{"": tc.runes, Runes: tc.runes, Graphemes: tc.graphemes, Bytes: tc.bytes, UTF16: tc.utf16, Weighted: tc.weight} {
				if got := (Limits{Count: count}).Measure(tc.text, clusters); got != want {
					t.Errorf("%q: %d %s, want %d", tc.text, got, count, want)
				}
			}
		})
	}
}

func TestMeasureWithoutGraphemes(t *testing.T) {
	if got := (Limits{Count: Graphemes}).Measure("👍🏿", nil); got != 2 {
		t.Errorf("got %d, want the code points", got)
	}
}

func TestMeasureLinks(t *testing.T) {
	cases := []struct {
		name, text      string
		plain, weighted int // with a link as 23
	}{
		{"short", "http://t.co", 23, 23},
		{"long", "Read https://example.com/" + strings.Repeat("a", 300), 5 + 23, 5 + 23},
		{"two", "https://a.com https://b.com/?x=1&y=2#z", 47, 47},
		{"a full stop behind", "See https://example.com.", 4 + 23 + 1, 4 + 23 + 1},
		{"in brackets", "(https://example.com/a)", 25, 25},
		{"with brackets", "https://example.com/a_(b)", 23, 23},
		{"a comma and a word", "https://example.com/a, b", 26, 26},
		{"capitals", "HTTPS://EXAMPLE.COM", 23, 23},
		{"with a port", "http://example.com:8080/", 23, 23},
		{"a number", "http://192.168.0.1/a", 23, 23},
		{"beyond Latin", "http://пример.рф/путь", 23, 23},
		{"CJK behind", "https://example.com/aを見て", 26, 29},
		{"CJK before", "詳細https://example.com", 25, 27},
		{"an emoji behind", "https://example.com/🎉", 24, 25},
		{"no link", "http://example", 14, 14},
		{"no link at all", "https://", 8, 8},
		{"bare", "example.com", 11, 23},
		{"bare with a page", "at www.example.es/a/b?c=d now", 29, 3 + 23 + 4},
		{"bare of a country", "foo.co.jp", 9, 23},
		{"bare with a stop", "go to example.com.", 18, 6 + 23 + 1},
		{"an address", "ana@example.com", 15, 15},
		{"a handle", "@ana.example.com", 16, 16},
		{"a file", "photo.jpeg and e.g. this", 24, 24},
		{"a sentence without a space", "End.Begin", 9, 9},
		{"a number with places", "3.14", 4, 4},
		{"both", "example.com https://example.com/example.com", 35, 47},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := (Limits{Count: Runes, URL: 23}).Measure(tc.text, nil); got != tc.plain {
				t.Errorf("%q: %d, want %d", tc.text, got, tc.plain)
			}
			if got := (Limits{Count: Weighted}).Measure(tc.text, nil); got != tc.weighted {
				t.Errorf("%q weighted: %d, want %d", tc.text, got, tc.weighted)
			}
			if got := (Limits{}).Measure(tc.text, nil); got != utf8.RuneCountInString(tc.text) {
				t.Errorf("%q as it is: %d", tc.text, got)
			}
		})
	}
	if got := (Limits{URL: 25}).Measure("a http://t.co", nil); got != 27 {
		t.Errorf("a link as 25: %d", got)
	}
}

// TestSequencesHaveAnEnd keeps a chain of joined emoji from counting as one.
func TestSequencesHaveAnEnd(t *testing.T) {
	if got := weigh(strings.Repeat("😀\u200d", 100)); got < 50 {
		t.Errorf("a hundred joined emoji weigh %d", got)
	}
}

func FuzzMeasure(f *testing.F) {
	for _, s := range []string{"", "a http://b.co/c. d", "👨\u200d👩\u200d👧", "1\ufe0f\u20e3", "\xff\xfe", "https://[::1]:80/(a", "example.com.", "\U0001f3f4\U000e0067\U000e007f", "http://\u200d"} {
		f.Add(s, 23)
	}
	f.Fuzz(func(t *testing.T, text string, url int) {
		url = max(0, min(url, 1000))
		for _, count := range []string{Runes, Graphemes, Bytes, UTF16, Weighted} {
			n := Limits{Count: count, URL: url}.Measure(text, clusters)
			if n < 0 || n > 2*len(text)+(url+weightedURL)*len(text) {
				t.Errorf("%d %s in %d bytes", n, count, len(text))
			}
		}
		at := 0
		for _, s := range links(text, true) {
			if s.from < at || s.to <= s.from || s.to > len(text) {
				t.Fatalf("the link %v after %d of %d", s, at, len(text))
			}
			at = s.to
		}
	})
}

// long is a text of 10 KB of what draws every check's attention.
var long = strings.Repeat("Mira https://example.com/a?b=c, {casi} TODO 600 123 456 o ana@example.com 👍🏿 4111-1111-1111-1112 春の風 http//x ", 86)

func BenchmarkMeasureWeighted(b *testing.B) {
	for b.Loop() {
		Limits{Count: Weighted}.Measure(long, nil)
	}
}
