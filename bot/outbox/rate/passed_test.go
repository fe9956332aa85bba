package rate_test

import (
	"strings"
	"testing"

	"ponte/bot/outbox/rate"
)

// Of those that always wait, the best goes most of the time, and each in the end; what
// does not wait is not owed anything.
func TestTurns(t *testing.T) {
	for always, want := range map[string]string{
		"a":   "aaaaaaaaaaaa",
		"ab":  "aaaabaaaabaa",
		"abc": "aaaabcaaaabc",
		"bc":  "bbbbcbbbbcbb",
	} {
		var passed rate.Passed
		var went strings.Builder
		for range 12 {
			var turns []rate.Turn
			for _, class := range always {
				turns = append(turns, rate.Turn{Class: string(class), Waits: true})
			}
			next, _ := passed.Over(turns)
			turns[next].Went = true
			went.WriteString(turns[next].Class)
			passed = passed.After(turns)
		}
		if went.String() != want {
			t.Errorf("of %s go %s, and not %s", always, went.String(), want)
		}
	}
}

func TestNothingIsOwed(t *testing.T) {
	var passed rate.Passed
	for range 20 {
		passed = passed.After([]rate.Turn{{Class: "a", Went: true, Waits: true}, {Class: "b"}})
		passed = passed.After([]rate.Turn{{Class: "a", Waits: true}, {Class: "b", Waits: true}}) // no turn was taken
	}
	if n := passed["b"]; n != 0 {
		t.Errorf("it was passed over %d times", n)
	}
}
