package when

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Timeless is the reason of a Fault of Every: no time of the day is told.
const Timeless = "timeless"

const mostClocks = 12 // of a day

// cronField is one of the five fields of a rule that is written as cron has it:
// numbers, and names of months and weekdays in the last two.
var (
	cronNumbers = regexp.MustCompile(`^[0-9*][0-9*/,-]*$`)
	cronNames   = regexp.MustCompile(`^([0-9*]|[a-z]{3}([,-]|$))([0-9*/,-]|[a-z]{3}([,-]|$))*$`)
)

// Every reads how often something comes again, in English, Spanish and Italian:
// "tuesday 9:00", "every weekday at 9", "cada martes 9:00", "ogni martedì alle 9",
// "mon, wed and fri 12:00", "1st of the month 9:00", "every day 9:00 and 18:00",
// "every hour", "every 2 hours". It returns the five fields of cron, "0 9 * * 2";
// what is written so already comes back as it is, with single spaces, and is not
// checked further. An error is a *Fault.
//
// Hours are counted from midnight, by the clock on the wall: "every 2 hours" is
// at 0:00, 2:00, 4:00. What cron cannot say, such as every second week, is
// Unreadable.
func Every(text string) (string, error) {
	words := strings.Fields(strings.ToValidUTF8(text, "\uFFFD"))
	switch {
	case len(words) == 0:
		return "", &Fault{Reason: Empty}
	case len(text) > longestText:
		return "", fault(Unreadable, words[0])
	case isCron(words):
		return strings.ToLower(strings.Join(words, " ")), nil
	}
	tokens := lex(text)
	if len(tokens) == 0 {
		return "", fault(Unreadable, words[0])
	}
	r := repeater{reader: reader{tokens: tokens, reading: reading{words: map[fact]string{}}}}
	for i := 0; i < len(tokens); {
		end, ok := r.part(i)
		if !ok {
			return "", fault(Unreadable, tokens[r.blamed(i)].word)
		}
		i = end
	}
	return r.rule(words[len(words)-1])
}

func isCron(words []string) bool {
	if len(words) != 5 {
		return false
	}
	for i, w := range words {
		if i < 3 && !cronNumbers.MatchString(w) || i >= 3 && !cronNames.MatchString(strings.ToLower(w)) {
			return false
		}
	}
	return true
}

// A repeater makes sense of what comes again.
type repeater struct {
	reader
	days   []int // of the week, from Sunday
	date   int   // of the month; 0: none
	daily  bool
	hours  int // between two times; 0: the clock tells
	clocks []clock
	weekly bool // it was said of a week, which needs a day
	led    int  // the token that "every" and the like led to last
}

// part reads one thing that is told, or words that lead to one.
func (r *repeater) part(i int) (end int, ok bool) {
	if end, ok := r.monthly(i); ok {
		return end, true
	}
	if end, ok := r.hourly(i); ok {
		return end, true
	}
	if _, end, ok := r.match(i, workdays); ok {
		r.days = append(r.days, 1, 2, 3, 4, 5)
		return end, true
	}
	if end, ok := r.weekdays(i); ok {
		return end, true
	}
	if end, c, ok := r.clockAt(i); ok {
		n, behind, told := r.match(end, part)
		c, fits := c.within(n)
		if told {
			end = behind
		}
		r.clocks = append(r.clocks, c)
		return end, fits && len(r.clocks) <= mostClocks
	}
	if _, end, ok := r.match(i, daily); ok {
		r.daily = true
		return end, true
	}
	if end, ok := r.unit(i); ok {
		return end, true
	}
	for _, k := range []kind{every, on, plus, at} {
		if _, end, ok := r.match(i, k); ok && end < len(r.tokens) {
			r.led = end
			return end, true
		}
	}
	return 0, false
}

// unit reads "day" and "week" behind "every".
func (r *repeater) unit(i int) (end int, ok bool) {
	if i != r.led {
		return 0, false
	}
	n, end, ok := r.match(i, unit)
	switch {
	case !ok:
		return 0, false
	case n == day:
		r.daily = true
	case n == weeks:
		r.weekly = true
	default:
		return 0, false
	}
	return end, true
}

// hourly reads "hour", "2 hours" and "an hour" behind "every".
func (r *repeater) hourly(i int) (end int, ok bool) {
	_, begin, ok := r.match(i, every)
	if !ok {
		return 0, false
	}
	n, end, counted := r.numberAt(begin, 2)
	if !counted {
		n, end = 1, begin
	}
	size, end, ok := r.match(end, unit)
	if !ok || size != hour || n < 1 || n > 12 || 24%n != 0 || r.hours > 0 {
		return 0, false
	}
	r.hours = n
	return end, true
}

// monthly reads a day of the month: "1st of the month", "el 15 de cada mes".
func (r *repeater) monthly(i int) (end int, ok bool) {
	if r.date != 0 {
		return 0, false
	}
	for _, k := range []kind{every, on} {
		if _, begin, ok := r.match(i, k); ok {
			i = begin
		}
	}
	if n, begin, ok := r.match(i, unit); ok && n == day { // "day 15 of the month"
		i = begin
	}
	n, end, ok := r.numberAt(i, 2)
	if !ok {
		n, end, ok = r.match(i, first)
	}
	if !ok || n < 1 || n > 31 {
		return 0, false
	}
	_, end, _ = r.match(end, ordinal)
	if m, behind, ok := r.match(end, unit); ok && m == day { // "first day of the month"
		end = behind
	}
	_, end, ok = r.match(end, ofMonth)
	r.date = n
	if !ok {
		r.date = 0
	}
	return end, ok
}

// weekdays reads a weekday, or all from one to another: "monday to friday",
// "lunes a viernes", "mon-fri".
func (r *repeater) weekdays(i int) (end int, ok bool) {
	from, end, ok := r.weekday(i)
	if !ok {
		return 0, false
	}
	r.days = append(r.days, from)
	begin, joined := end, end < len(r.tokens) && r.tokens[i].word == r.tokens[end].word && strings.ContainsAny(r.tokens[i].word, "-–")
	if !joined {
		_, begin, joined = r.match(end, through)
	}
	if !joined {
		return end, true
	}
	to, behind, ok := r.weekday(begin)
	if !ok {
		return end, true
	}
	for d := from; d != to; {
		d = (d + 1) % 7
		r.days = append(r.days, d)
	}
	return behind, true
}

// weekday reads the name of one, also in the plural.
func (r *repeater) weekday(i int) (n, end int, ok bool) {
	if n, end, ok = r.match(i, weekday); !ok {
		n, end, ok = r.match(i, weekdaysOf)
	}
	return n, end, ok
}

// rule writes what was told as five fields of cron.
func (r *repeater) rule(last string) (string, error) {
	kinds := 0
	for _, told := range []bool{len(r.days) > 0, r.date > 0, r.daily} {
		if told {
			kinds++
		}
	}
	switch {
	case kinds > 1, r.weekly && len(r.days) == 0, r.hours > 0 && (r.date > 0 || r.daily || len(r.clocks) > 0):
		return "", fault(Unreadable, last)
	case r.hours > 0:
		every := "*"
		if r.hours > 1 {
			every += "/" + strconv.Itoa(r.hours)
		}
		return "0 " + every + " * * " + weekdaysField(r.days, 0), nil
	case kinds == 0:
		return "", fault(Unreadable, last)
	case len(r.clocks) == 0:
		return "", fault(Timeless, last)
	}
	minute, later, hours, ok := r.times()
	if !ok || later && r.date > 0 {
		return "", fault(Unreadable, last)
	}
	shift := 0
	if later {
		shift = 1
	}
	date := "*"
	if r.date > 0 {
		date = strconv.Itoa(r.date)
	}
	return strconv.Itoa(minute) + " " + hours + " " + date + " * " + weekdaysField(r.days, shift), nil
}

// times are the hours of the day and the minute that they share. Midnight is the
// end of the day it is said with, and then the only time.
func (r *repeater) times() (minute int, later bool, hours string, ok bool) {
	var all []int
	minute = r.clocks[0].minutes % hour
	for _, c := range r.clocks {
		if c.seconds != 0 || c.minutes%hour != minute {
			return 0, false, "", false
		}
		later = later || c.minutes == day
		all = append(all, c.minutes/hour%24)
	}
	return minute, later, numbers(all), !later || len(all) == 1
}

// weekdaysField writes the days of the week, each moved on by so many.
func weekdaysField(days []int, later int) string {
	moved := make([]int, len(days))
	for i, d := range days {
		moved[i] = (d + later) % 7
	}
	if field := numbers(moved); field != "0-6" {
		return field
	}
	return "*"
}

// numbers writes a field: all of it when there are none, and three or more that
// follow each other as one.
func numbers(all []int) string {
	if len(all) == 0 {
		return "*"
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if n := len(all); n > 2 && all[n-1]-all[0] == n-1 {
		return strconv.Itoa(all[0]) + "-" + strconv.Itoa(all[n-1])
	}
	out := make([]string, len(all))
	for i, n := range all {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, ",")
}
