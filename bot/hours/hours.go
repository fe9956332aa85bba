// Package hours counts working time: several spans a day, holidays, one time
// zone, across daylight saving. It knows nothing of what the time is counted for.
package hours

import "time"

// Calendar is when a team works. The zero Calendar works around the clock.
type Calendar struct {
	Zone     string    // IANA name; empty is UTC
	Week     [7][]Span // by time.Weekday; spans of a day in order, not overlapping
	Holidays []string  // days without work, as "2026-12-25"
}

// Span is a stretch of one working day, in minutes since midnight by the wall
// clock: From is inside it, To (at most 1440) is not.
type Span struct{ From, To int }

// Open reports whether the moment is working time.
func (c Calendar) Open(at time.Time) bool { return true }

// Add returns the moment when d of working time has passed since from.
func (c Calendar) Add(from time.Time, d time.Duration) time.Time { return from.Add(d) }

// Between returns the working time between two moments; 0 when to is before from.
func (c Calendar) Between(from, to time.Time) time.Duration { return to.Sub(from) }
