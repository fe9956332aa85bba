package bot

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"":                         " ",
		"...":                      " ",
		"Refund":                   " refund ",
		"  Where's my REFUND?!  ":  " where s my refund ",
		"¿Dónde está?":             " dónde está ",
		"a-b_c":                    " a b c ",
		"e\u0301te\u0301":          " e\u0301te\u0301 ",
		"24/7":                     " 24 7 ",
		"line\nbreak\ttab\u00a0nb": " line break tab nb ",
		"bad\xffbyte":              " bad byte ",
		"Σ ПРИВЕТ":                 " σ привет ",
	} {
		if got := Words(in); got != want {
			t.Errorf("Words(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	cases := []struct {
		in   string
		n    int
		want string
	}{
		{"", 5, ""},
		{"hello", 5, "hello"},
		{"hello!", 5, "hell…"},
		{"hello", 1, "…"},
		{"h", 1, "h"},
		{"hello", 0, ""},
		{"hello", -1, ""},
		{" two\n\n lines ", 20, "two lines"},
		{"two lines", 5, "two…"},
		{"ñandú", 5, "ñandú"},
		{"ñandúes", 5, "ñand…"},
		{"bad\xffbyte", 20, "bad\ufffdbyte"},
	}
	for _, tc := range cases {
		if got := Short(tc.in, tc.n); got != tc.want {
			t.Errorf("Short(%q, %d) = %q, want %q", tc.in, tc.n, got, tc.want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "hello world", "¿Dónde?\x00", "\xff\xfe", "e\u0301\u0301\u0301", "\u2028\u202e", "İI"} {
		f.Add(s, 4)
	}
	f.Fuzz(func(t *testing.T, text string, n int) {
		words := Words(text)
		if !utf8.ValidString(words) || strings.Contains(words, "  ") || !strings.HasPrefix(words, " ") || !strings.HasSuffix(words, " ") {
			t.Errorf("Words(%q) = %q", text, words)
		}
		if again := Words(words); again != words {
			t.Errorf("Words(%q) = %q", words, again)
		}
		short := Short(text, n)
		if !utf8.ValidString(short) || utf8.RuneCountInString(short) > max(n, 0) || strings.ContainsAny(short, "\r\n\t\u2028") {
			t.Errorf("Short(%q, %d) = %q", text, n, short)
		}
		if whole := strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " "); utf8.RuneCountInString(whole) <= n && short != whole {
			t.Errorf("Short(%q, %d) = %q, though it fits", text, n, short)
		}
	})
}
