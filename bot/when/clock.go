package when

import (
	"regexp"
	"strings"
)

var (
	wallClock = regexp.MustCompile(`^(\d{1,2})[:.](\d{2})(?::(\d{2}))?$`)
	onlyHalf  = regexp.MustCompile(`^(\d{1,3})[.,]5$`)
)

// A clock is a time of the day.
type clock struct {
	minutes, seconds int
	fixed            bool // it is known which half of the day it is in
}

// A delay is a length of time; months and days are those of the calendar.
type delay struct{ months, days, minutes int }

// clockAt reads a time, and "at" before it.
func (r *reader) clockAt(i int) (end int, c clock, ok bool) {
	_, start, led := r.match(i, at)
	if end, c, ok = r.plainClock(start, led); !ok && led {
		return r.plainClock(i, false)
	}
	return end, c, ok
}

// plainClock reads a time; a bare number is one only when "at" has led to it.
func (r *reader) plainClock(i int, led bool) (end int, c clock, ok bool) {
	if n, end, ok := r.match(i, dayTime); ok {
		return end, clock{minutes: n, fixed: true}, true
	}
	if shift, start, ok := r.match(i, past); ok {
		n, end, ok := r.hourAt(start)
		if !ok || n == 0 || n > 23 {
			return 0, c, false
		}
		return r.halfOfDay(end, clock{minutes: n*hour + shift, fixed: n > 12})
	}
	if m := wallClock.FindStringSubmatch(r.text(i)); m != nil {
		h, _ := integer(m[1], 2)
		minute, _ := integer(m[2], 2)
		second, _ := integer(m[3], 2)
		if minute > 59 || second > 59 || h*hour+minute > day || h == 24 && second > 0 {
			return 0, c, false
		}
		if !led && h < 13 && len(r.tokens) == 2 && strings.Contains(m[0], ".") && r.skipHour(i+1) > i+1 {
			return 0, c, false // 2.25h could be a length of time
		}
		c = clock{minutes: h*hour + minute, seconds: second, fixed: h == 0 || h > 12}
		return r.halfOfDay(r.skipHour(i+1), c)
	}
	return r.hourClock(i, led)
}

// hourClock reads a time that begins with an hour alone: 9h, 9h30, 9 pm, nine
// and a half, 9 o'clock, 9 in the morning.
func (r *reader) hourClock(i int, led bool) (end int, c clock, ok bool) {
	h, end, ok := r.hourAt(i)
	if !ok {
		return 0, c, false
	}
	c = clock{minutes: h * hour, fixed: h == 0 || h > 12}
	if r.hourSign(end) {
		led, end = true, end+1
		if n, ok := integer(r.text(end), 2); ok && n < 60 && h < 24 && !r.isDate(end) {
			c.minutes, end = c.minutes+n, end+1
		}
	} else if led {
		end = r.skipHour(end)
	}
	if c.minutes == h*hour && h > 0 && h < 24 {
		if n, behind, ok := r.minutesAfter(end, led); ok {
			c.minutes, led, end = c.minutes+n, true, behind
		}
	}
	led = led || r.is(end, half) || r.is(end, part)
	end, c, ok = r.halfOfDay(end, c)
	return end, c, ok && led
}

// minutesAfter reads the minutes that follow an hour, in words: y media, e un quarto,
// o'clock and, in a time led to by "at", e 40.
func (r *reader) minutesAfter(i int, led bool) (n, end int, ok bool) {
	if n, end, ok := r.match(i, later); ok {
		return n, end, true
	}
	if _, end, ok := r.match(i, exactly); ok {
		return 0, end, true
	}
	_, end, ok = r.match(i, plus)
	n, digits := integer(r.text(end), 2)
	return n, end + 1, ok && digits && led && n < 60 && !r.is(end+1, unit) && !r.isDate(end)
}

// hourAt reads an hour, up to 24, in digits or letters.
func (r *reader) hourAt(i int) (n, end int, ok bool) {
	n, end, ok = r.numberAt(i, 2)
	return n, end, ok && n <= 24
}

// hourSign reports whether a token marks the hour before it, as in 18h.
func (r *reader) hourSign(i int) bool { return r.text(i) == "h" || r.text(i) == "hs" }

// skipHour passes the word for hours, as in "18:30 h".
func (r *reader) skipHour(i int) int {
	if n, end, ok := r.match(i, unit); ok && n == hour {
		return end
	}
	return i
}

// halfOfDay reads am and pm, which go with the hours 1 to 12 only.
func (r *reader) halfOfDay(i int, c clock) (int, clock, bool) {
	n, end, ok := r.match(i, half)
	if !ok {
		return i, c, true
	}
	if c.fixed || c.minutes >= 13*hour {
		return i, c, false
	}
	c.minutes, c.fixed = c.minutes%(12*hour)+n*hour, true
	return end, c, true
}

// numberAt reads a number of some digits at most, or a word for one.
func (r *reader) numberAt(i, digits int) (n, end int, ok bool) {
	if n, ok := integer(r.text(i), digits); ok {
		return n, i + 1, true
	}
	return r.match(i, number)
}

// delayAt reads lengths of time, each of a smaller unit than the one before.
func (r *reader) delayAt(i int) (end int, d delay, ok bool) {
	last := years + 1
	end = i
	for {
		start := end
		if ok {
			_, start, _ = r.match(end, plus)
		}
		behind, sum, size, more := r.quantity(start)
		if !more || size >= last {
			break
		}
		d.months, d.days, d.minutes = d.months+sum.months, d.days+sum.days, d.minutes+sum.minutes
		end, last, ok = behind, size, true
	}
	if _, behind, led := r.match(end, fromNow); led {
		end = behind
	}
	return end, d, ok
}

// quantity reads one length of time and the size of its unit.
func (r *reader) quantity(i int) (end int, d delay, size int, ok bool) {
	if n, end, ok := r.match(i, amount); ok {
		return end, delay{minutes: n}, minutes, true
	}
	extra := 0
	n, end, ok := r.numberAt(i, 6)
	if m := onlyHalf.FindStringSubmatch(r.text(i)); m != nil {
		n, _ = integer(m[1], 3)
		extra, end, ok = 30, i+1, true
	} else if half, behind, led := r.match(end, later); ok && led && half == 30 {
		extra, end = half, behind
	}
	if !ok {
		return 0, d, 0, false
	}
	size, end, ok = r.match(end, unit)
	switch {
	case !ok || extra > 0 && size != hour:
		return 0, d, 0, false
	case size == years:
		d.months = 12 * n
	case size == months:
		d.months = n
	case size >= day:
		d.days = n * (size / day)
	case size == hour:
		if extra == 0 {
			extra, end = r.minutesBehind(end)
		}
		d.minutes = n*hour + extra
	default:
		d.minutes = n
	}
	return end, d, size, d != delay{}
}

// minutesBehind reads what adds to hours without a unit: 1h30, una hora y media.
func (r *reader) minutesBehind(i int) (n, end int) {
	if n, end, ok := r.match(i, later); ok && n > 0 {
		return n, end
	}
	if n, ok := integer(r.text(i), 2); ok && n < 60 && !r.is(i+1, unit) && !r.isDate(i) {
		return n, i + 1
	}
	return 0, i
}

// integer reads digits, so many at most.
func integer(text string, digits int) (n int, ok bool) {
	if text == "" || len(text) > digits {
		return 0, false
	}
	for _, r := range text {
		if !isDigit(r) {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return n, true
}
