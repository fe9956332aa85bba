package when

import (
	"time"

	"ponte/bot/hours"
)

// usualStart is when a day begins that no calendar tells the start of, in
// minutes, and the other parts of the day after it.
const (
	usualStart     = 9 * hour
	afternoonStart = 15 * hour
	eveningStart   = 20 * hour
)

// moment returns the moment that is told. Days are counted by the wall clock, in
// UTC, and set in the zone at last.
func (r reading) moment(now time.Time, zone *time.Location, cal hours.Calendar) (time.Time, *Fault) {
	clock, fits := r.clock.within(r.part)
	if !fits {
		return time.Time{}, fault(Unreadable, r.words[factClock])
	}
	if r.delay.tooLong() {
		return time.Time{}, fault(Far, r.words[factDelay])
	}
	wall := onWall(now.In(zone))
	if r.has == factDelay {
		moment := now.In(zone)
		if r.delay.months > 0 || r.delay.days > 0 {
			moment = set(r.delay.after(wall), zone, now)
		}
		return moment.Add(time.Duration(r.delay.minutes) * time.Minute), nil
	}
	today := time.Date(wall.Year(), wall.Month(), wall.Day(), 0, 0, 0, 0, time.UTC)
	on := func(date time.Time) time.Time {
		start := time.Duration(r.start(date, cal)) * time.Minute
		if r.has&factClock != 0 {
			start = time.Duration(clock.minutes)*time.Minute + time.Duration(clock.seconds)*time.Second
		}
		return set(date.Add(start), zone, now)
	}
	date, f := r.dayOf(today, on(today).After(now))
	if f != nil {
		return time.Time{}, f
	}
	if r.has&factClock == 0 {
		return on(date), nil
	}
	return r.shown(date.Add(time.Duration(clock.minutes)*time.Minute+time.Duration(clock.seconds)*time.Second), zone, now)
}

// dayOf returns the day that is told, as midnight in UTC, given whether the time
// that is told is still to come today.
func (r reading) dayOf(today time.Time, toCome bool) (time.Time, *Fault) {
	ahead := (r.name - int(today.Weekday()) + 7) % 7
	date, ok := today, true
	switch {
	case r.has&factRelative != 0:
		date = today.AddDate(0, 0, r.offset)
	case r.has&factDelay != 0:
		date = r.delay.after(today)
	case r.has&factWeek != 0:
		date = today.AddDate(0, 0, 7-sinceMonday(today.Weekday()))
		if r.has&factWeekday != 0 {
			date = date.AddDate(0, 0, sinceMonday(time.Weekday(r.name)))
		}
	case r.has&factDate != 0:
		date, ok = r.date.on(today)
	case r.has&factWeekday != 0:
		if timed := r.has&(factClock|factPart) != 0; ahead == 0 && (r.strict || !timed || !toCome) {
			ahead = 7
		}
		date = today.AddDate(0, 0, ahead)
	case !toCome:
		date = today.AddDate(0, 0, 1)
	}
	if !ok {
		return date, fault(Unreadable, r.words[factDate])
	}
	if r.has&factWeekday != 0 && date.Weekday() != time.Weekday(r.name) {
		return date, fault(Unreadable, r.words[factWeekday])
	}
	return date, nil
}

func sinceMonday(d time.Weekday) int { return (int(d) + 6) % 7 }

// start returns when the part of the day that is told begins, in minutes: work,
// unless it is another.
func (r reading) start(date time.Time, cal hours.Calendar) int {
	work := usualStart
	if spans := cal.Week[date.Weekday()]; len(spans) > 0 && spans[0].From > 0 && spans[0].From < day {
		work = spans[0].From
	}
	switch {
	case r.part == afternoon:
		return afternoonStart
	case r.part == evening:
		return eveningStart
	case r.part == morning && work >= 12*hour:
		return usualStart
	}
	return work
}

// within returns the time as it is meant in a part of the day, and whether the
// part has it: 3 is 15:00 in the afternoon, and there is none in the evening.
func (c clock) within(part int) (clock, bool) {
	from, to := 0, day
	switch part {
	case morning:
		to = 12*hour - 1
	case afternoon:
		from, to = 12*hour, 21*hour-1
	case evening:
		from = 17 * hour
		if c.minutes == 12*hour && !c.fixed {
			c.minutes = day
		}
	}
	if part == 0 || c == (clock{}) {
		return c, true
	}
	if part != morning && c.minutes < 12*hour && !c.fixed {
		c.minutes += 12 * hour
	}
	return c, from <= c.minutes && c.minutes <= to
}

// tooLong reports whether the delay ends more than two years ahead anyway, so
// that no sum overflows.
func (d delay) tooLong() bool {
	const most = yearsAhead * 366
	return d.months > yearsAhead*12 || d.days > most || d.minutes > most*day
}

// after counts the months and days on; a day that the month has not is its last.
func (d delay) after(from time.Time) time.Time {
	to := from.AddDate(0, d.months, 0)
	if to.Day() != from.Day() {
		to = to.AddDate(0, 0, -to.Day())
	}
	return to.AddDate(0, 0, d.days)
}

// onWall returns what the wall clock shows at a moment, as if it were in UTC.
func onWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// set returns the moment at which the wall clock of a zone shows a time: the
// first moment after the gap when it never does, and the first one after now
// when it does twice.
func set(wall time.Time, zone *time.Location, now time.Time) time.Time {
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone)
	start, end := t.ZoneBounds()
	switch onWall(t).Compare(wall) {
	case -1:
		return end
	case 1:
		return start
	}
	_, offset := t.Zone()
	best := t
	for _, edge := range []time.Time{start.Add(-1), end} {
		_, other := edge.Zone()
		twin := t.Add(time.Duration(offset-other) * time.Second)
		if !onWall(twin).Equal(wall) {
			continue
		}
		if !best.After(now) || twin.After(now) && twin.Before(best) {
			best = twin
		}
	}
	return best
}
