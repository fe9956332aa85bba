package rate_test

import (
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox/rate"
)

var (
	place = act.Place{Platform: "there", Space: "us", Channel: "c1"}
	now   = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
)

// An effect keeps its place where nothing of its budget can go before it, for a short
// while and not for ever; else it is due after the wait.
func TestPark(t *testing.T) {
	for name, c := range map[string]struct {
		parks bot.Scope
		after time.Duration
		tries int
		keeps bool
	}{
		"its budget":        {bot.ParksBudget, time.Minute, 1, true},
		"its account":       {bot.ParksAccount, time.Second, 4, true},
		"its lane":          {bot.ParksLane, time.Second, 1, false},
		"for long":          {bot.ParksBudget, time.Minute + 1, 1, false},
		"again and again":   {bot.ParksBudget, time.Second, 5, false},
		"nobody knows when": {bot.ParksBudget, 0, 1, false},
	} {
		e := act.Effect{At: place, Budget: rate.Name(place, true), Due: now.Add(-time.Hour), Tries: c.tries}
		parked, want := rate.Parked{}, e.Due
		delay := c.after
		if delay == 0 {
			delay = 3 * time.Second // by a schedule
		}
		if !c.keeps {
			want = now.Add(delay)
		}
		if due := parked.Park(&e, &bot.Error{Kind: bot.RateLimited, RetryAfter: c.after, Parks: c.parks}, now, delay); !due.Equal(want) {
			t.Errorf("%s: it is due at %s, not %s", name, due, want)
		}
		until := parked.Held(&rate.Budget{Name: e.Budget, At: place})
		if held := until.After(now); held != (c.parks != bot.ParksLane && c.after > 0) || held && !until.Equal(now.Add(c.after)) {
			t.Errorf("%s: its budget is held back until %s", name, until)
		}
	}
}
