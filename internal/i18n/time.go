package i18n

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// times is how a language writes moments and lengths of time.
type times struct {
	moment   pattern
	weekdays []string // from Sunday
	months   []string
	units    []unit // the longest first
}

type unit struct {
	length  time.Duration
	pattern pattern
}

// newTimes reads the messages under "time.".
func newTimes(messages []*i18n.Message) (times, error) {
	var faults []error
	texts := map[string]string{}
	for _, m := range messages {
		texts[m.ID] = m.Other
	}
	take := func(key string, names ...string) pattern {
		p, err := parse(texts[key])
		if err != nil || !slices.Equal(slices.Sorted(slices.Values(p.names())), names) {
			faults = append(faults, fmt.Errorf("%s: want each of the placeholders %v once", key, names))
		}
		return p
	}
	list := func(key string, n int) []string {
		words := strings.Fields(texts[key])
		if len(words) != n {
			faults = append(faults, fmt.Errorf("%s: found %d words, want %d", key, len(words), n))
		}
		return words
	}
	t := times{
		moment:   take("time.at", "Clock", "Day", "Month", "Weekday"),
		weekdays: list("time.weekdays", 7),
		months:   list("time.months", 12),
		units: []unit{
			{24 * time.Hour, take("time.day", "N")},
			{time.Hour, take("time.hour", "N")},
			{time.Minute, take("time.minute", "N")},
			{time.Second, take("time.second", "N")},
		},
	}
	return t, errors.Join(faults...)
}

// at writes a moment as "Fri 27 Nov 18:30", in its own zone, or to the second
// where it is exact. It is the same whenever it is read.
func (t times) at(m time.Time, exact bool) string {
	clock := "15:04"
	if exact {
		clock = time.TimeOnly
	}
	return t.moment.fill(func(name string) string {
		switch name {
		case "Weekday":
			return t.weekdays[m.Weekday()]
		case "Day":
			return strconv.Itoa(m.Day())
		case "Month":
			return t.months[m.Month()-1]
		default:
			return m.Format(clock)
		}
	})
}

// length writes a length of time in its two largest units, as "2 h 5 min": to
// the second, and what is smaller than the two is dropped.
func (t times) length(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "−", -max(d, -1<<62)
	}
	d = d.Round(time.Second)
	for i, u := range t.units {
		if d < u.length && i < len(t.units)-1 {
			continue
		}
		text := u.write(d / u.length)
		if i+1 < len(t.units) {
			next := t.units[i+1]
			if n := d % u.length / next.length; n > 0 {
				text += " " + next.write(n)
			}
		}
		return sign + text
	}
	return ""
}

func (u unit) write(n time.Duration) string {
	return u.pattern.fill(func(string) string { return strconv.FormatInt(int64(n), 10) })
}
