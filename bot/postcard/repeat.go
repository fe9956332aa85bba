package postcard

import (
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/card"
)

// dayNames are the weekdays as keys name them, from Sunday.
var dayNames = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// Rule is when something is said again and again, in words: "every Tuesday at
// 09:00". What words have no short way for is told as cron has it.
func Rule(r *bot.Repeat) card.Words {
	f := strings.Fields(r.Rule)
	if len(f) != 5 {
		return card.W("series.rule.cron", card.Text("Rule", r.Rule))
	}
	minute, hour, date, month, day := f[0], f[1], f[2], f[3], f[4]
	at, fixed := clocks(minute, hour)
	days, known := weekdays(day)
	switch {
	case month != "*":
	case fixed && date == "*" && day == "*":
		return card.W("series.rule.daily", card.Text("Clock", at))
	case fixed && date == "*" && day == "1-5":
		return card.W("series.rule.workdays", card.Text("Clock", at))
	case fixed && date == "*" && known:
		return card.W("series.rule.weekly", card.In("Days", days), card.Text("Clock", at))
	case fixed && day == "*" && number(date, 31) > 0:
		return card.W("series.rule.monthly", card.Text("Day", date), card.Text("Clock", at))
	case date == "*" && day == "*" && hour == "*" && minute == "0":
		return card.W("series.rule.hourly")
	case date == "*" && day == "*" && hour == "*" && number(minute, 59) > 0:
		return card.W("series.rule.hourly_at", card.Text("Minute", minute))
	case date == "*" && day == "*" && minute == "0" && strings.HasPrefix(hour, "*/") && number(hour[2:], 12) > 1:
		return card.W("series.rule.hours", card.Count("N", number(hour[2:], 12)))
	}
	return card.W("series.rule.cron", card.Text("Rule", r.Rule))
}

// clocks are times of the day: "09:00, 18:00".
func clocks(minute, hours string) (string, bool) {
	m := number(minute, 59)
	var out []string
	for h := range strings.SplitSeq(hours, ",") {
		n := number(h, 23)
		if n < 0 || m < 0 {
			return "", false
		}
		out = append(out, time.Date(1, 1, 1, n, m, 0, 0, time.UTC).Format("15:04"))
	}
	return strings.Join(out, ", "), true
}

// weekdays are days of the week, by name.
func weekdays(field string) (words card.Words, ok bool) {
	var days []int
	for part := range strings.SplitSeq(field, ",") {
		from, to, run := strings.Cut(part, "-")
		first, last := number(from, 6), number(from, 6)
		if run {
			last = number(to, 6)
		}
		if first < 0 || last < first {
			return words, false
		}
		for d := first; d <= last; d++ {
			days = append(days, d)
		}
	}
	for i, d := range days {
		name := card.W("series.day." + dayNames[d])
		switch {
		case i == 0:
			words = name
		case i == len(days)-1:
			words = card.W("series.and", card.In("A", words), card.In("B", name))
		default:
			words = card.W("series.comma", card.In("A", words), card.In("B", name))
		}
	}
	return words, true
}

// number reads one up to a limit; -1 where there is none.
func number(text string, most int) int {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 && n <= most && len(text) < 3 {
		return n
	}
	return -1
}

// Day is a moment with its year, in the zone given: a series may be long.
func Day(t time.Time, zone *time.Location) card.Words {
	return card.W("series.moment", card.At("At", t), card.Text("Year", t.In(zone).Format("2006")))
}

// Span is the rule of a series with its zone, its first and last time, and how
// many there are.
func Span(b *bot.Brand, r *bot.Repeat) []card.Words {
	out := []card.Words{card.W("series.rule_in", card.In("Rule", Rule(r)), card.Text("Zone", r.Zone))}
	if r.From.Equal(r.Until) {
		return append(out, card.W("series.once", card.In("At", Day(r.From, b.Location()))))
	}
	return append(out, card.W("series.span", card.In("From", Day(r.From, b.Location())), card.In("To", Day(r.Until, b.Location()))), card.W("series.times", card.Count("N", r.Times)))
}

// Texts are the texts of a content as the public gets them, each once.
func Texts(b *bot.Brand, c *bot.Content) []card.Block {
	return Sheet{Brand: b, Draft: &bot.Draft{Content: *c}}.quotes(false)
}

// again says of which series a draft is a time, and where the clock skips the time
// that the rule names.
func (s Sheet) again() (out []card.Words) {
	if s.Series == 0 {
		return nil
	}
	out = append(out, card.W("series.number", card.Text("Number", strconv.Itoa(s.Series))))
	wall, err := time.Parse("2006-01-02T15:04", s.Draft.Slot)
	zone := s.Brand.Location()
	shown := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, zone)
	if start, _ := shown.ZoneBounds(); err == nil && shown.Format("15:04") != wall.Format("15:04") && s.Draft.Content.When.Sub(start).Abs() < 24*time.Hour {
		out = append(out, card.W("series.gap", card.Text("Clock", wall.Format("15:04"))))
	}
	return out
}
