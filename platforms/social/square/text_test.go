package square

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ponte/platforms/social/square/gate"
)

// attacks are texts that must be shown as what they are.
var attacks = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `' autofocus onfocus='alert(1)`,
	`</textarea><script>alert(1)</script>`, `</template><b>`, `javascript:alert(1)`, `<a href="javascript:alert(1)">x</a>`,
	`{{.Token}}`, `<!--`, `]]>`, `&lt;script&gt;`, "\u202Egnp.exe", "\u2066\u2067x", strings.Repeat("a\u0301", 900),
	"a" + strings.Repeat("\u0301", 1900), "\x01\x02\x7f\u0085x", "\ufeff\u00ad x", strings.Repeat("\n", 1000) + "x" + strings.Repeat("\n", 500) + "y",
	strings.Repeat("W", 2000), "\xff\xfe x", "@everyone <!channel>",
}

// tags lists the elements of a page, each with the names of its attributes.
func tags(page string) string {
	var out []string
	for rest := page; ; {
		_, after, found := strings.Cut(rest, "<")
		if !found {
			return strings.Join(out, "\n")
		}
		tag, next := scanTag(after)
		out, rest = append(out, tag), next
	}
}

// scanTag reads a tag whose values are quoted, as the page's all are.
func scanTag(s string) (tag, rest string) {
	var b strings.Builder
	quoted := false
	for i, r := range s {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '>' && !quoted:
			return b.String(), s[i:]
		case !quoted:
			b.WriteRune(r)
		}
	}
	return b.String(), ""
}

func TestAttacks(t *testing.T) {
	plain := newRig(t)
	_, _ = plain.Say("Ada", "hello", ""), 0
	_, page, _ := plain.ask("GET", "/", "")
	want := tags(page)
	for _, attack := range attacks {
		for _, c := range [][2]string{{"Ada", attack}, {"Eve" + attack, "hello"}} {
			r := newRig(t)
			if _, err := r.square.Comment(t.Context(), Comment{Post: "p1", Author: cutTo(c[0], maxAuthor), Text: c[1]}); err != nil {
				t.Errorf("%.30q: %v", attack, err)
				continue
			}
			_, page, _ := r.ask("GET", "/", "")
			if got := tags(page); got != want {
				t.Errorf("%.30q changed the page's elements:\n%s", attack, got)
			}
			if !utf8.ValidString(page) || strings.ContainsAny(page, "\u202e\u2066\u2067\x01\x7f") {
				t.Errorf("%.30q came through as it is", attack)
			}
		}
	}
}

func cutTo(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

func TestShown(t *testing.T) {
	for in, want := range map[string]string{
		"plain é 👩‍👩‍👧 नि":                             "plain é 👩‍👩‍👧 नि",
		"a\u0301\u0302\u0303\u0304\u0305\u0306b\u0301": "a\u0301\u0302\u0303\u0304b\u0301",
		"a\u202eb\u202c\u2068c":                        "abc",
		"a\x00\x1b[0m\tb\u0085":                        "a␀␛[0m b\ufffd",
		"a\n\n\n \n\nb":                                "a\n\n b",
		"שלום\u200f!":                                  "שלום\u200f!",
	} {
		if got := gate.Shown(in); got != want {
			t.Errorf("%q shows as %q, want %q", in, got, want)
		}
	}
}

func FuzzShown(f *testing.F) {
	for _, a := range attacks {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := gate.Shown(text)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > utf8.RuneCountInString(text) {
			t.Fatalf("%q shows as %q", text, got)
		}
		marks := 0
		for _, r := range got {
			if marks++; !unicode.In(r, unicode.Mn, unicode.Me) {
				marks = 0
			}
			if marks > 4 || unicode.IsControl(r) && r != '\n' || r >= 0x202A && r <= 0x202E {
				t.Fatalf("%q shows as %q", text, got)
			}
		}
		if again := gate.Shown(got); again != got {
			t.Fatalf("%q shows as %q, and that as %q", text, got, again)
		}
		if clean, err := gate.Text(text, maxText); err == nil && (!utf8.ValidString(clean) || strings.Contains(clean, "\x00") || utf8.RuneCountInString(clean) > maxText) {
			t.Fatalf("%q was taken as %q", text, clean)
		}
	})
}

func ExampleSquare_Traits() {
	traits := New(nil, Options{}).Traits(place)
	fmt.Println(traits.MaxText, traits.Count, traits.CanReply, traits.CanPost, traits.CanChange, traits.CanRemove)
	// Output: 2000 runes true true true true
}
