package when

import (
	"regexp"
	"time"
)

var (
	isoDate  = regexp.MustCompile(`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$`)
	fullDate = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})$`)
	dayMonth = regexp.MustCompile(`^(\d{1,2})[-/](\d{1,2})$`)
)

// leapYears is how far away the next 29 February can be.
const leapYears = 8

// A date is a day of a year, or of any year when that is 0.
type date struct{ year, month, day int }

// dateAt reads a date: ISO, day first, or with the month's name.
func (r *reader) dateAt(i int) (end int, d date, ok bool) {
	text := r.text(i)
	if m := isoDate.FindStringSubmatch(text); m != nil {
		return i + 1, inDigits(m[3], m[2], m[1]), true
	}
	if m := fullDate.FindStringSubmatch(text); m != nil {
		d = inDigits(m[1], m[2], m[3])
		if len(m[3]) == 2 {
			d.year += 2000
		}
		return i + 1, d, true
	}
	if m := dayMonth.FindStringSubmatch(text); m != nil {
		return i + 1, inDigits(m[1], m[2], ""), true
	}
	if end, d, ok = r.namedDate(i); !ok {
		return 0, d, false
	}
	_, year, _ := r.match(end, of)
	if n, ok := integer(r.text(year), 4); ok && n > 999 {
		d.year, end = n, year+1
	}
	return end, d, true
}

func inDigits(day, month, year string) (d date) {
	d.day, _ = integer(day, 2)
	d.month, _ = integer(month, 2)
	d.year, _ = integer(year, 4)
	return d
}

// namedDate reads "27 de noviembre" and "nov 27th". A month's short name that is
// a weekday's as well is the weekday before a date or a time.
func (r *reader) namedDate(i int) (end int, d date, ok bool) {
	if n, ok := integer(r.text(i), 2); ok {
		_, end, _ := r.match(i+1, ordinal)
		_, end, _ = r.match(end, of)
		name, end, ok := r.match(end, month)
		return end, date{month: name, day: n}, ok
	}
	name, end, ok := r.match(i, month)
	if !ok {
		return 0, d, false
	}
	n, ok := integer(r.text(end), 2)
	if ok && r.is(i, weekday) {
		_, _, timed := r.clockAt(end)
		ok = !timed && !r.isDate(end)
	}
	_, end, _ = r.match(end+1, ordinal)
	return end, date{month: name, day: n}, ok
}

// isDate reports whether a number begins a date.
func (r *reader) isDate(i int) bool {
	if _, ok := integer(r.text(i), 2); !ok {
		return false
	}
	_, _, ok := r.namedDate(i)
	return ok
}

// on returns midnight of the date, in UTC; that of the next one from today on
// when it has no year.
func (d date) on(today time.Time) (time.Time, bool) {
	from, to := d.year, d.year
	if d.year == 0 {
		from, to = today.Year(), today.Year()+leapYears
	}
	for year := from; year <= to; year++ {
		moment := time.Date(year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC)
		if valid := moment.Month() == time.Month(d.month) && moment.Day() == d.day; !valid {
			continue
		}
		if d.year != 0 || !moment.Before(today) {
			return moment, true
		}
	}
	return time.Time{}, false
}
