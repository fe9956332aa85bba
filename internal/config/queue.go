package config

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/internal/form"
)

var weekdays = map[string]time.Weekday{
	"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday,
	"fri": time.Friday, "sat": time.Saturday, "sun": time.Sunday,
}

var slotForm = regexp.MustCompile(`^(mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))? ([01]?[0-9]|2[0-3]):([0-5][0-9])$`)

// slot reads a time of the week, on one day or on each of several.
func slot(into *form.Word) form.Reading {
	return form.Matching(into, `a weekday or several and a time, such as "mon 09:00" or "tue-fri 18:30"`, slotForm)
}

// slots are the times of the week that a text names, which is one of slotForm.
func slots(text string) []bot.Slot {
	part := slotForm.FindStringSubmatch(text)
	if part == nil {
		return nil
	}
	hour, _ := strconv.Atoi(part[3])
	minute, _ := strconv.Atoi(part[4])
	day, last := weekdays[part[1]], weekdays[cmp.Or(part[2], part[1])]
	out := []bot.Slot{{Day: day, At: hour*60 + minute}}
	for day != last {
		day = (day + 1) % 7
		out = append(out, bot.Slot{Day: day, At: hour*60 + minute})
	}
	return out
}

// queued is a fault when a time is there a second time.
func (c *checker) queued(a *account) {
	seen := map[bot.Slot]bool{}
	for _, w := range a.queue {
		for _, s := range slots(w.Text) {
			if seen[s] {
				c.Fault(w.Spot, form.Quote(w.Text)+", which names a time a second time", "every time once")
				break
			}
			seen[s] = true
		}
	}
}

// week lists the times of the queue, in the order of the week from Sunday on.
func (a *account) week() []bot.Slot {
	var out []bot.Slot
	for _, w := range a.queue {
		out = append(out, slots(w.Text)...)
	}
	slices.SortFunc(out, func(x, y bot.Slot) int { return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.At, y.At)) })
	return out
}
