package hours

import (
	"iter"
	"slices"
	"sync"
	"time"
)

const (
	day     = 24 * 60 * 60               // seconds, by the wall clock
	longest = 290 * 365 * 24 * time.Hour // less than a duration can hold, to the next day's end
)

var wholeDay = []Span{{0, 24 * 60}}

// stretches yields the working time within a length of time from a moment on, in
// order, each stretch as its start and end counted from the moment.
//
// A length over 290 years is cut to that.
//
// It walks from one change of the zone's offset to the next, since in between
// the wall clock is the clock plus a constant.
func (c Calendar) stretches(from time.Time, length time.Duration) iter.Seq2[time.Duration, time.Duration] {
	return func(yield func(start, end time.Duration) bool) {
		if length = min(length, longest); length <= 0 {
			return
		}
		week, off, zone := c.week(), c.daysOff(), zone(c.Zone)
		origin, part := from.Unix(), time.Duration(from.Nanosecond())
		since := func(second int64) time.Duration { return time.Duration(second-origin)*time.Second - part }
		final := origin + int64(length/time.Second) + 2 // no second of the length lies beyond
		for at := origin; at < final; {
			moment := time.Unix(at, 0).In(zone)
			_, offset := moment.Zone()
			shift := int64(offset)
			until := final
			if _, change := moment.ZoneBounds(); !change.IsZero() {
				until = min(final, change.Unix())
			}
			for n := floor(at+shift, day); n*day-shift < until; n++ {
				if _, free := slices.BinarySearch(off, n); free {
					continue
				}
				midnight := n*day - shift
				for _, s := range week[weekday(n)] {
					start := max(0, since(max(at, midnight+int64(s.From)*60)))
					end := min(length, since(min(until, midnight+int64(s.To)*60)))
					if start < end && !yield(start, end) {
						return
					}
				}
			}
			at = until
		}
	}
}

// week returns the spans by weekday; whole days when there are none.
func (c Calendar) week() [7][]Span {
	for _, spans := range c.Week {
		if len(spans) > 0 {
			return c.Week
		}
	}
	var week [7][]Span
	for i := range week {
		week[i] = wholeDay
	}
	return week
}

// daysOff returns the holidays as days since 1 January 1970, sorted.
func (c Calendar) daysOff() []int64 {
	if len(c.Holidays) == 0 {
		return nil
	}
	days := make([]int64, 0, len(c.Holidays))
	for _, text := range c.Holidays {
		if date, err := time.Parse(time.DateOnly, text); err == nil {
			days = append(days, floor(date.Unix(), day))
		}
	}
	slices.Sort(days)
	return days
}

// weekday returns the day of the week of a day since 1 January 1970, a Thursday.
func weekday(n int64) int64 { return ((n+int64(time.Thursday))%7 + 7) % 7 }

// floor divides, rounding down also below zero.
func floor(a, b int64) int64 {
	if a < 0 {
		a -= b - 1
	}
	return a / b
}

var zones sync.Map // *time.Location by name, since loading one reads a file

func zone(name string) *time.Location {
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location)
	}
	loaded, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	zones.Store(name, loaded)
	return loaded
}
