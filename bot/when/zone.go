package when

import (
	"strings"
	"time"
)

// names are the names of a zone's offsets within the next years, in seconds.
func names(now time.Time, zone *time.Location) map[string]int {
	out := map[string]int{}
	end := now.AddDate(yearsAhead, 0, 1)
	for t := now.In(zone); t.Before(end); {
		name, east := t.Zone()
		out[strings.ToLower(name)] = east
		_, next := t.ZoneBounds()
		if next.IsZero() {
			break
		}
		t = next
	}
	return out
}

// zoneAt reads the name of an offset behind a time: CEST, +11. It returns the
// token behind it, that token itself when there is none.
func (r *reader) zoneAt(i int) int {
	text, end := r.text(i), i+1
	if text == "+" || text == "-" {
		text, end = text+r.text(end), end+1
	}
	east, ok := r.zones[text]
	if !ok {
		return i
	}
	r.zone, r.east = r.tokens[i].word, east
	return end
}

// shown is the moment at which the wall clock of a zone shows a time. One that it
// never shows, or twice to come, is a fault unless the offset was told.
func (r reading) shown(wall time.Time, zone *time.Location, now time.Time) (time.Time, *Fault) {
	all := Shown(wall, zone)
	word := r.words[factClock]
	if r.zone != "" {
		for _, t := range all {
			if _, east := t.Zone(); east == r.east {
				return t, nil
			}
		}
		return time.Time{}, fault(Unreadable, r.zone)
	}
	switch {
	case len(all) == 0:
		f := fault(Skipped, word)
		f.Meant = movedOn(wall, zone)
		return time.Time{}, f
	case len(all) == 2 && all[0].After(now):
		f := fault(Twice, word)
		f.Meant, f.Other = all[0], all[1]
		return time.Time{}, f
	}
	return all[len(all)-1], nil
}

// Shown returns the moments at which the wall clock of a zone shows a time, which
// is given as if it were in UTC: none, one, or two.
func Shown(wall time.Time, zone *time.Location) (all []time.Time) {
	for _, around := range []time.Duration{-26 * time.Hour, 26 * time.Hour} {
		_, east := wall.Add(around).In(zone).Zone()
		t := wall.Add(-time.Duration(east) * time.Second).In(zone)
		if onWall(t).Equal(wall) && (len(all) == 0 || !all[0].Equal(t)) {
			all = append(all, t)
		}
	}
	return all
}

// movedOn is a time that the clock of a zone skips, as much later as it skips.
func movedOn(wall time.Time, zone *time.Location) time.Time {
	_, east := wall.Add(-26 * time.Hour).In(zone).Zone()
	return wall.Add(-time.Duration(east) * time.Second).In(zone)
}
