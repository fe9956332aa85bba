package series

import (
	"time"

	"github.com/robfig/cron/v3"

	"ponte/bot"
)

const (
	wallClock  = "2006-01-02T15:04"
	withOffset = "2006-01-02T15:04-07:00"
	mostJumps  = 64 // of a zone's clock that are looked beyond for one time
)

// everyHour is the field of a rule that every hour of the day fits.
const everyHour = 1<<24 - 1

// rule gives the times of a Repeat. Cron's own schedule is asked in UTC only, as
// if it were the clock on the wall: in a zone it leaves out what the clock skips,
// runs twice what the clock shows twice, and loses whole days where the clock is
// moved at midnight. Here a time that is skipped comes at the first moment after
// the gap, one that is shown twice comes the first time; a rule that holds for
// every hour goes by real hours instead.
type rule struct {
	fields *cron.SpecSchedule
	zone   *time.Location
	hourly bool
}

// A slot is one time of a rule.
type slot struct {
	at   time.Time
	name string // see bot.Series

	draft *bot.Draft // that was made of it; nil: none, or not looked for
}

// parse reads a rule. The errors are Invalid, with the field "every".
func parse(r *bot.Repeat) (rule, error) {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return rule{}, wrong("every", "error.rule_zone", "Zone", bot.Short(r.Zone, 40))
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	read, err := parser.Parse("CRON_TZ=UTC " + r.Rule)
	fields, ok := read.(*cron.SpecSchedule)
	if err != nil || !ok {
		return rule{}, wrong("every", "error.rule", "Given", bot.Short(r.Rule, 40)).Because(err)
	}
	return rule{fields: fields, zone: zone, hourly: fields.Hour&everyHour == everyHour}, nil
}

// after returns the first time after a moment; ok is false where none comes
// within five years.
func (r *rule) after(t time.Time) (s slot, ok bool) {
	from := r.from(t)
	for range mostJumps {
		t = t.In(r.zone)
		_, end := t.ZoneBounds()
		_, east := t.Zone()
		wall := r.fields.Next(from)
		if wall.IsZero() {
			return slot{}, false
		}
		if at := wall.Add(-time.Duration(east) * time.Second); end.IsZero() || at.Before(end) {
			return slot{at: at.UTC(), name: r.name(wall, at)}, true
		}
		before, behind := end.Add(time.Duration(east)*time.Second).UTC(), onWall(end.In(r.zone))
		t, from = end, behind
		switch {
		case r.hourly:
		case behind.After(before) && wall.Before(behind):
			return slot{at: end.UTC(), name: wall.Format(wallClock)}, true
		case before.After(behind):
			from = before
		}
		from = from.Add(-time.Second)
	}
	return slot{}, false
}

// from is what the clock on the wall shows at a moment, or the first that it did
// not show already, less a second.
func (r *rule) from(t time.Time) time.Time {
	t = t.In(r.zone)
	wall := onWall(t)
	start, _ := t.ZoneBounds()
	if r.hourly || start.IsZero() {
		return wall
	}
	_, east := start.Add(-1).In(r.zone).Zone()
	if shown := start.Add(time.Duration(east)*time.Second - time.Second).UTC(); shown.After(wall) {
		return shown
	}
	return wall
}

// name is the name of a time: the clock on the wall, with the offset where the
// rule means both of two that look the same.
func (r *rule) name(wall, at time.Time) string {
	if r.hourly {
		for _, other := range []time.Duration{-26 * time.Hour, 26 * time.Hour} {
			_, east := at.Add(other).In(r.zone).Zone()
			twin := wall.Add(-time.Duration(east) * time.Second)
			if !twin.Equal(at) && onWall(twin.In(r.zone)).Equal(wall) {
				return at.In(r.zone).Format(withOffset)
			}
		}
	}
	return wall.Format(wallClock)
}

// onWall is what the clock on the wall shows, as if it were in UTC.
func onWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// times walks through the times of a Repeat from a moment on, that one included
// unless it was the last before: its own end ends it, its count does not.
type times struct {
	rule  rule
	until time.Time
	last  time.Time
}

// timesAfter are those after a moment, and none before the first of all.
func timesAfter(r *bot.Repeat, last time.Time) (times, error) {
	read, err := parse(r)
	if first := r.From.Add(-time.Second); last.Before(first) {
		last = first
	}
	return times{rule: read, until: r.Until, last: last}, err
}

func (w *times) next() (slot, bool) {
	s, ok := w.rule.after(w.last)
	if !ok || !w.until.IsZero() && s.at.After(w.until) {
		return slot{}, false
	}
	w.last = s.at
	return s, true
}
