package hours

import "time"

// Midnight is when the day begins that the moment is on, by the clock on the wall
// of the zone; where the clock skips midnight, it is the first moment after.
func Midnight(at time.Time, zone *time.Location) time.Time {
	at = at.In(zone)
	y, m, d := at.Date()
	begin := time.Date(y, m, d, 0, 0, 0, 0, zone)
	if begin.Day() != d { // it lies before the gap
		_, begin = begin.ZoneBounds()
	}
	if twice := begin.Add(-time.Hour); twice.Day() == d {
		return twice
	}
	return begin
}

// Days returns the beginning of the day so many days after the one that begins at
// midnight; the number may be negative.
func Days(midnight time.Time, n int) time.Time {
	y, m, d := midnight.Date()
	return Midnight(time.Date(y, m, d+n, 12, 0, 0, 0, midnight.Location()), midnight.Location())
}

// Turned is a change of the clocks: at a moment they go from one time of the day to
// another, each as "15:04".
type Turned struct {
	At            time.Time
	Before, After string // 02:00 and 03:00 where an hour is skipped
	By            time.Duration
}

// Turn is how the clocks are changed on the day that begins at midnight; ok is false
// on a day when they are not.
func Turn(midnight time.Time) (t Turned, ok bool) {
	from, at := midnight.ZoneBounds()
	if from.Equal(midnight) && midnight.Hour()+midnight.Minute() > 0 { // it is midnight that is skipped
		at = midnight
	}
	if at.IsZero() || !at.Before(Days(midnight, 1)) {
		return Turned{}, false
	}
	_, was := at.Add(-time.Second).Zone()
	_, is := at.Zone()
	by := time.Duration(is-was) * time.Second
	return Turned{At: at, Before: at.In(time.FixedZone("", was)).Format("15:04"), After: at.Format("15:04"), By: by}, by != 0
}

// Twice reports whether the clock on the wall shows the moment's time twice.
func Twice(at time.Time) bool {
	const clock = "2006-01-02 15:04:05"
	from, to := at.ZoneBounds()
	_, offset := at.Zone()
	shows := func(zone time.Time, far bool) bool {
		if far {
			return false
		}
		_, other := zone.Zone()
		again := at.Add(time.Duration(offset-other) * time.Second)
		return !again.Equal(at) && again.Format(clock) == at.Format(clock)
	}
	return shows(from.Add(-time.Second), from.IsZero()) || shows(to, to.IsZero())
}
