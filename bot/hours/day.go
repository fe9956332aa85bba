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

// Turn is when the clocks are changed on the day that begins at midnight, and by
// how much; ok is false on a day when they are not. The moment is the first by the
// new time.
func Turn(midnight time.Time) (at time.Time, by time.Duration, ok bool) {
	from, at := midnight.ZoneBounds()
	if from.Equal(midnight) && midnight.Hour()+midnight.Minute() > 0 { // it is midnight that is skipped
		at = midnight
	}
	if at.IsZero() || !at.Before(Days(midnight, 1)) {
		return time.Time{}, 0, false
	}
	_, was := at.Add(-time.Second).Zone()
	_, is := at.Zone()
	return at, time.Duration(is-was) * time.Second, is != was
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
