package inbox

import "testing"

// What was not counted to its end is not said to be all.
func TestStormOpen(t *testing.T) {
	for n, want := range map[int]string{0: "storm.open", stormMost - 1: "storm.open", stormMost: "storm.open_more"} {
		if got := stormOpen(n); got.Key != want {
			t.Errorf("%d are %s, not %s", n, got.Key, want)
		}
	}
}
