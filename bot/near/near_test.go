package near

import "testing"

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"take", "take", 0}, {"tkae", "take", 2}, {"take", "takes", 1}, {"assign", "", 6}, {"", "who", 3}, {"help", "held", 1}} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
