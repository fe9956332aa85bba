// Package hours counts working time: several spans a day, holidays, one time
// zone, across daylight saving. It knows nothing of what the time is counted for.
//
// A moment is working time when the clock on the wall reads a time within one of
// the day's spans and the day is no holiday. So an hour that the clock skips in
// spring is no hour of work, and one that it shows
// twice in autumn is two.
package hours

import "time"

// Calendar is when a team works. The zero Calendar works around the clock, and
// so does one without a single span, holidays apart: nothing is ever due never.
type Calendar struct {
	Zone     string    // IANA name; empty, and one that is not known, is UTC
	Week     [7][]Span // by time.Weekday; spans of a day in order, not overlapping
	Holidays []string  // days without work, as "2026-12-25"; what is no date is none
}

// Span is a stretch of one working day, in minutes since midnight by the wall
// clock: From is inside it, To (at most 1440) is not.
type Span struct{ From, To int }

// Limits of Add.
const (
	longestRest = 400 * 24 * time.Hour
	horizon     = 100 * 365 * 24 * time.Hour
)

// Open reports whether the moment is working time.
func (c Calendar) Open(at time.Time) bool {
	for from := range c.stretches(at, time.Second) {
		return from == 0
	}
	return false
}

// Add returns the earliest moment by which d of working time has passed since
// from; from itself when d is not positive. Where work ends, for more than 400
// days or after 100 years, the rest is counted around the clock.
func (c Calendar) Add(from time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return from
	}
	var last time.Duration // where the work so far ended
	for start, end := range c.stretches(from, horizon) {
		if start-last > longestRest {
			break
		}
		if d <= end-start {
			return from.Add(start + d)
		}
		d -= end - start
		last = end
	}
	return from.Add(last).Add(d)
}

// Between returns the working time between two moments, for the first 290 years
// of it; 0 when to is not after from.
func (c Calendar) Between(from, to time.Time) time.Duration {
	var sum time.Duration
	for start, end := range c.stretches(from, to.Sub(from)) {
		sum += end - start
	}
	return sum
}
