package storage

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"testing"
	"time"
)

type kind string

func TestKeyOrder(t *testing.T) {
	t0 := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for name, parts := range map[string][]any{
		"strings": {"", "\x00", "\x00\x00", "\x00\x01", "\x00\xff", "\x01", "a", "a\x00", "a\x00b", "a\x01", "ab", "b", "\xff", "\xff\xff"},
		"ints":    {math.MinInt64, -256, -1, 0, 1, 255, 256, math.MaxInt64},
		"uints":   {uint64(0), uint64(1), uint64(256), uint64(math.MaxUint64)},
		"bools":   {false, true},
		"times": {time.Time{}, time.Unix(-1, 5), time.Unix(0, 0), t0, t0.Add(1), t0.Add(time.Second),
			time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range len(parts) - 1 {
				if a, b := K(parts[i], "z"), K(parts[i+1], "a"); bytes.Compare(a, b) >= 0 {
					t.Errorf("%v is not below %v", a, b)
				}
			}
		})
	}
}

func TestKeyPrefix(t *testing.T) {
	for _, c := range []struct {
		of, prefix Key
		want       bool
	}{
		{K("a", "b"), K("a"), true},
		{K("a", 1, true), K("a", 1), true},
		{K("ab"), K("a"), false},
		{K("a\x00b"), K("a"), false},
		{K(256), K(1), false},
		{K("a"), nil, true},
	} {
		if got := bytes.HasPrefix(c.of, c.prefix); got != c.want {
			t.Errorf("%v begins with %v: %v", c.of, c.prefix, got)
		}
	}
}

func TestKeyKinds(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	t0 := time.Date(2026, 3, 1, 9, 0, 0, 7, time.UTC)
	for _, same := range [][2]Key{
		{K("a"), K(kind("a"))},
		{K(7), K(int64(7))},
		{K(7), K(time.Duration(7))},
		{K(uint(7)), K(uint64(7))},
		{K(t0), K(t0.In(berlin))},
	} {
		if !bytes.Equal(same[0], same[1]) {
			t.Errorf("%v and %v differ", same[0], same[1])
		}
	}
	for _, bad := range []any{1.5, nil, []byte("a"), Key("a"), &t0, struct{}{}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a %T became a key", bad)
				}
			}()
			K(bad)
		}()
	}
}

func TestKeyString(t *testing.T) {
	k := K("a\x00b", -7, uint(7), true, false, time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	if got, want := k.String(), "a\x00b/-7/7/true/false/2026-03-01T09:00:00Z"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := Key("\x06ab").String(), "066162"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestKeyBeyond(t *testing.T) {
	for _, c := range [][2]Key{
		{Key("a"), Key("b")}, {Key("a\xff"), Key("b")}, {Key("\xff\xff"), nil}, {nil, nil},
	} {
		if got := c[0].beyond(); !bytes.Equal(got, c[1]) {
			t.Errorf("beyond %x is %x, want %x", []byte(c[0]), []byte(got), []byte(c[1]))
		}
	}
}

func FuzzKeyOrder(f *testing.F) {
	f.Add("a", int64(1), int64(2), "ab", int64(-1), int64(3))
	f.Add("a\x00", int64(0), int64(0), "a", int64(0), int64(0))
	f.Add("\x00\xff", int64(0), int64(-62135596800), "\x00", int64(0), int64(0))
	f.Fuzz(func(t *testing.T, s1 string, n1, t1 int64, s2 string, n2, t2 int64) {
		when := func(s int64) time.Time { return time.Unix(s%(1<<40), s&0xffff) }
		a, b := K(s1, n1, when(t1)), K(s2, n2, when(t2))
		want := cmp.Or(cmp.Compare(s1, s2), cmp.Compare(n1, n2), when(t1).Compare(when(t2)))
		if got := bytes.Compare(a, b); got != want {
			t.Errorf("%v and %v compare as %d, want %d", a, b, got, want)
		}
		if prefix := bytes.HasPrefix(a, K(s2)); prefix != (s1 == s2) {
			t.Errorf("%v begins with %q: %v", a, s2, prefix)
		}
		var parts []Key
		for rest := a; len(rest) > 0; {
			n := rest.next()
			if n <= 0 {
				t.Fatalf("%x has no next part", []byte(rest))
			}
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
		if !slices.EqualFunc(parts, []Key{K(s1), K(n1), K(when(t1))}, func(a, b Key) bool { return bytes.Equal(a, b) }) {
			t.Errorf("%v came apart as %v", a, parts)
		}
	})
}

// FuzzKeyString reads what no key was made of.
func FuzzKeyString(f *testing.F) {
	f.Add([]byte(K("a", 1, true)))
	f.Add([]byte("\x06\x00"))
	f.Add([]byte("\x03\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if Key(b).String() == "" && len(b) > 0 && !bytes.Equal(b, K("")) {
			t.Errorf("%x has no words", b)
		}
	})
}
