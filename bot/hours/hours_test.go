package hours

import (
	"math/rand/v2"
	"testing"
	"time"
)

// office works two spans on weekdays and one on Saturday, with two holidays.
func office(zone string) Calendar {
	c := Calendar{Zone: zone, Holidays: []string{"2026-12-25", "2026-12-08", "not a date"}}
	for d := time.Monday; d <= time.Friday; d++ {
		c.Week[d] = []Span{{9 * 60, 14 * 60}, {16 * 60, 19 * 60}}
	}
	c.Week[time.Saturday] = []Span{{10 * 60, 12 * 60}}
	return c
}

func at(t *testing.T, zone, wall string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	moment, err := time.ParseInLocation("2006-01-02 15:04:05", wall, loc)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func TestOpen(t *testing.T) {
	const madrid = "Europe/Madrid"
	cases := []struct {
		name, wall string
		want       bool
	}{
		{"before work", "2026-11-27 08:59:59", false},
		{"the first second", "2026-11-27 09:00:00", true},
		{"the last second of a span", "2026-11-27 13:59:59", true},
		{"the end of a span", "2026-11-27 14:00:00", false},
		{"the second span", "2026-11-27 16:00:00", true},
		{"in the evening", "2026-11-27 19:00:00", false},
		{"Saturday", "2026-11-28 11:00:00", true},
		{"Sunday", "2026-11-29 11:00:00", false},
		{"a holiday", "2026-12-25 11:00:00", false},
		{"the day after a holiday", "2026-12-26 11:00:00", true},
		{"long ago", "1905-11-27 10:00:00", true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := office(madrid).Open(at(t, madrid, tc.wall)); got != tc.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestAddAndBetween(t *testing.T) {
	const madrid = "Europe/Madrid"
	night := Calendar{Zone: madrid}
	for d := range night.Week {
		night.Week[d] = []Span{{0, 6 * 60}, {22 * 60, 24 * 60}}
	}
	cases := []struct {
		name     string
		calendar Calendar
		from     string
		d        time.Duration
		want     string
	}{
		{"within a span", office(madrid), "2026-11-27 09:30:00", 2 * time.Hour, "2026-11-27 11:30:00"},
		{"to the end of a span", office(madrid), "2026-11-27 13:00:00", time.Hour, "2026-11-27 14:00:00"},
		{"over the break", office(madrid), "2026-11-27 13:00:00", 61 * time.Minute, "2026-11-27 16:01:00"},
		{"from before work", office(madrid), "2026-11-27 03:00:00", time.Second, "2026-11-27 09:00:01"},
		{"over the weekend", office(madrid), "2026-11-27 18:30:00", 3 * time.Hour, "2026-11-30 09:30:00"},
		{"over holidays", office(madrid), "2026-12-24 18:00:00", 2 * time.Hour, "2026-12-26 11:00:00"},
		{"less than a second", office(madrid), "2026-11-27 18:59:59", 1500 * time.Millisecond, "2026-11-28 10:00:00.5"},
		{"around the clock", Calendar{}, "2026-03-29 00:00:00", 100 * time.Hour, "2026-04-02 05:00:00"},
		{"a night that is short", night, "2026-03-28 22:00:00", 7*time.Hour + time.Minute, "2026-03-29 22:01:00"},
		{"a night that is long", night, "2026-10-24 22:00:00", 8 * time.Hour, "2026-10-25 05:00:00"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			from, want := at(t, madrid, tc.from), at(t, madrid, tc.want)
			if got := tc.calendar.Add(from, tc.d); !got.Equal(want) {
				t.Errorf("Add: got %v, want %v", got, want)
			}
			if got := tc.calendar.Between(from, want); got != tc.d {
				t.Errorf("Between: got %v, want %v", got, tc.d)
			}
			if got := tc.calendar.Between(want, from); got != 0 {
				t.Errorf("Between, backwards: got %v", got)
			}
		})
	}
}

func TestWithoutWork(t *testing.T) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var away Calendar
	for n := range 500 {
		away.Holidays = append(away.Holidays, from.AddDate(0, 0, n+2).Format(time.DateOnly))
	}
	if got, want := away.Add(from, 50*time.Hour), from.Add(50*time.Hour); !got.Equal(want) {
		t.Errorf("rest of 500 days: got %v, want the rest around the clock, %v", got, want)
	}
	away.Holidays = away.Holidays[:300]
	if got, want := away.Add(from, 50*time.Hour), from.AddDate(0, 0, 302).Add(2*time.Hour); !got.Equal(want) {
		t.Errorf("rest of 300 days: got %v, want %v", got, want)
	}
	minute := Calendar{}
	minute.Week[time.Monday] = []Span{{0, 1}}
	if got, want := minute.Add(from, 1<<63-1), from.AddDate(393, 0, 0); got.Before(from.AddDate(100, 0, 0)) || got.After(want) {
		t.Errorf("beyond the horizon: got %v", got)
	}
	if got := minute.Add(from, -time.Hour); !got.Equal(from) {
		t.Errorf("a negative length: got %v", got)
	}
}

func TestFarApart(t *testing.T) {
	var ever Calendar
	if got := ever.Between(time.Time{}, time.Date(2500, 1, 1, 0, 0, 0, 0, time.UTC)); got != longest {
		t.Errorf("got %v, want %v", got, longest)
	}
	if (Calendar{Zone: "No/Such"}).Add(time.Time{}, 1<<63-1).IsZero() {
		t.Error("the longest length ended where it began")
	}
}

var changes = []struct{ zone, around string }{
	{"Europe/Madrid", "2026-03-29 02:00:00"},
	{"Europe/Madrid", "2026-10-25 03:00:00"},
	{"America/New_York", "2026-03-08 02:00:00"},
	{"America/New_York", "2026-11-01 02:00:00"},
	{"Australia/Lord_Howe", "2026-04-05 02:00:00"},
	{"Australia/Lord_Howe", "2026-10-04 02:00:00"},
	{"Pacific/Apia", "2011-12-31 00:00:00"}, // the day before did not exist
	{"UTC", "1969-12-31 12:00:00"},
}

// random makes a calendar whose spans and holidays lie around a moment.
func random(r *rand.Rand, zone string, around time.Time) Calendar {
	c := Calendar{Zone: zone}
	for d := range c.Week {
		for from := r.IntN(400); from < 1440 && r.IntN(4) > 0; {
			to := min(1440, from+1+r.IntN(500))
			c.Week[d] = append(c.Week[d], Span{from, to})
			from = to + r.IntN(300)
		}
	}
	for range r.IntN(3) {
		c.Holidays = append(c.Holidays, around.AddDate(0, 0, r.IntN(7)-3).Format(time.DateOnly))
	}
	return c
}

// works tells whether the wall clock shows working time, the plain way.
func works(c Calendar, moment time.Time) bool {
	spans := 0
	for _, holiday := range c.Holidays {
		if moment.Format(time.DateOnly) == holiday {
			return false
		}
	}
	for d, day := range c.Week {
		spans += len(day)
		minute := moment.Hour()*60 + moment.Minute()
		for _, s := range day {
			if time.Weekday(d) == moment.Weekday() && s.From <= minute && minute < s.To {
				return true
			}
		}
	}
	return spans == 0
}

func TestEqualsCountingMinuteByMinute(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, change := range changes {
		around := at(t, change.zone, change.around)
		for range 2 {
			c := random(r, change.zone, around)
			from := around.Add(time.Duration(r.IntN(4*1440)-3*1440) * time.Minute)
			var sum time.Duration
			moment := from
			for range 4 * 1440 {
				open := works(c, moment)
				if c.Open(moment) != open || c.Open(moment.Add(time.Minute-1)) != open {
					t.Fatalf("%v open at %v: want %v", c, moment, open)
				}
				if open && r.IntN(8) == 0 {
					if got := c.Add(from, sum+time.Second); !got.Equal(moment.Add(time.Second)) {
						t.Fatalf("%v from %v, %v on: got %v, want a second after %v", c, from, sum, got, moment)
					}
				}
				if open {
					sum += time.Minute
				}
				moment = moment.Add(time.Minute)
			}
			if got := c.Between(from, moment); got != sum {
				t.Fatalf("%v from %v to %v: got %v, want %v", c, from, moment, got, sum)
			}
		}
	}
}

func TestAddUndoesBetween(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 2000 {
		change := changes[n%len(changes)]
		around := at(t, change.zone, change.around)
		c := random(r, change.zone, around)
		from := around.Add(time.Duration(r.Int64N(int64(96*time.Hour))) - 48*time.Hour)
		d := time.Duration(r.Int64N(int64(90 * time.Hour)))
		until := c.Add(from, d)
		if got := c.Between(from, until); got != d {
			t.Fatalf("%v from %v: %v ends at %v, which is %v", c, from, d, until, got)
		}
		longer := d + time.Duration(r.Int64N(int64(9*time.Hour)))
		if later := c.Add(from, longer); later.Before(until) {
			t.Fatalf("%v from %v: %v ends at %v and %v at %v", c, from, d, until, longer, later)
		}
		middle := from.Add(time.Duration(r.Int64N(int64(until.Sub(from)) + 1)))
		if got := c.Between(from, middle) + c.Between(middle, until); got != d {
			t.Fatalf("%v: %v to %v by way of %v is %v, want %v", c, from, until, middle, got, d)
		}
	}
}

func BenchmarkAddAYear(b *testing.B) {
	c := office("Europe/Madrid")
	from := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	for b.Loop() {
		c.Add(from, 52*42*time.Hour)
	}
}

func BenchmarkAddTwoHours(b *testing.B) {
	c := office("Europe/Madrid")
	from := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	for b.Loop() {
		c.Add(from, 2*time.Hour)
	}
}
