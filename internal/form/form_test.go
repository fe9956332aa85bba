package form

import (
	"fmt"
	"strings"
	"testing"
)

func TestNear(t *testing.T) {
	names := []string{"accounts", "channels", "people", "id"}
	for typed, want := range map[string]string{"chanels": "channels", "Accounts": "accounts", "poeple": "people", "nonsense": "", "xx": "", "": "", strings.Repeat("x", 1000): ""} {
		if got := Near(typed, names); got != want {
			t.Errorf("near %q: got %q, want %q", typed, got, want)
		}
	}
}

type nothingIn struct{ Spot }

func (*nothingIn) Called() string { return "the file" }
func (*nothingIn) Keys() []Key    { return nil }

// TestSizes reads files that are as large as allowed, and just over.
func TestSizes(t *testing.T) {
	keys := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "a%d: 1\n", i)
		}
		return b.String()
	}
	for _, c := range []struct{ name, text, want string }{
		{"bytes, at the limit", "#" + strings.Repeat("x", MaxBytes-1), "found an empty file"},
		{"bytes, over it", "#" + strings.Repeat("x", MaxBytes), "found a file of more than 1 MiB"},
		{"keys, at the limit", keys(maxBeside), `found the unknown key "a0"`},
		{"keys, over it", keys(maxBeside + 1), "found more than 5000 keys"},
		{"items, over it", strings.Repeat("- a\n", maxBeside+1), "found more than 5000 keys or items"},
		{"levels, at the limit", "a: " + strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), `found the unknown key "a"`},
		{"levels, over it", "a: " + strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), "found lists and mappings deep within"},
		{"levels without brackets", strings.Repeat("- ", maxDepth+2) + "a", "found lists and mappings deep within"},
		{"no text", "a: \xff", "found bytes that are no text"},
		{"a mark at the start", "\ufeffa: 1", `:1:1: found the unknown key "a"`},
		{"carriage returns", "a: 1\r\nb: 2\r\n", `:1:1: found the unknown key "a"`},
	} {
		r := &Reader{Name: "f"}
		r.Read([]byte(c.text), &nothingIn{})
		if got := r.Faults(); len(got) == 0 || len(got) > maxFaults || !strings.Contains(got.Error(), c.want) {
			t.Errorf("%s: %d faults, first %v, none is %s", c.name, len(got), got[:min(1, len(got))], c.want)
		}
	}
}

func TestNearZone(t *testing.T) {
	for typed, want := range map[string]string{"Europe/Madird": "Europe/Madrid", "europe/madrid": "Europe/Madrid", "Madrid": "Europe/Madrid", "new york": "America/New_York", "Rmoe": "Europe/Rome", "": ""} {
		if got := nearZone(typed); got != want {
			t.Errorf("near %q: got %q, want %q", typed, got, want)
		}
	}
}
