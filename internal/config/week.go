package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot/hours"
	"ponte/internal/form"
)

// A week is when a brand works.
type week struct {
	form.Spot
	days     [7][]hours.Span
	holidays []form.Word
}

func (*week) Called() string { return "the hours" }

func (w *week) Keys() []form.Key {
	var keys []form.Key
	for i, name := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		keys = append(keys, form.Free(name, "Working time on this weekday; a day that is not named has none.", day(&w.days[(i+1)%7])))
	}
	return append(keys, form.Free("holidays", "Days without work.", form.Words(&w.holidays, "dates", date)))
}

const dayForm = `spans of a day in order, such as "9:00-13:00, 15:00-19:00"`

var spanForm = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{2}) ?[-–] ?([0-9]{1,2}):([0-9]{2})$`)

// day reads the spans of a working day.
func day(into *[]hours.Span) form.Reading {
	return form.Reading{Want: dayForm, Take: func(r *form.Reader, n *form.Node) {
		var spans []hours.Span
		for _, s := range strings.Split(n.Text, ",") {
			span, ok := oneSpan(strings.TrimSpace(s))
			if ok = ok && (len(spans) == 0 || spans[len(spans)-1].To <= span.From); !ok || !n.IsText() {
				r.Wrong(n, dayForm)
				return
			}
			spans = append(spans, span)
		}
		*into = spans
	}}
}

func oneSpan(s string) (hours.Span, bool) {
	part := spanForm.FindStringSubmatch(s)
	if part == nil {
		return hours.Span{}, false
	}
	var v [4]int
	for i := range v {
		v[i], _ = strconv.Atoi(part[i+1])
	}
	from, to := v[0]*60+v[1], v[2]*60+v[3]
	return hours.Span{From: from, To: to}, v[1] < 60 && v[3] < 60 && from < to && to <= 24*60
}

// date reads a day of the calendar.
func date(into *form.Word) form.Reading {
	return form.Written(into, `a date such as "2026-12-25"`, func(s string) string {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return form.Quote(s)
		}
		return ""
	})
}

// calendar is the week as it is counted in a zone.
func (w *week) calendar(zone string) hours.Calendar {
	c := hours.Calendar{Zone: zone, Week: w.days}
	for _, h := range w.holidays {
		c.Holidays = append(c.Holidays, h.Text)
	}
	slices.Sort(c.Holidays)
	return c
}
