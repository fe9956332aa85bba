package when

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"ponte/bot/hours"
)

func TestDaylightSaving(t *testing.T) {
	spring, autumn := "2026-03-28 12:00", "2026-10-24 12:00"
	cases := []struct{ text, now, want string }{
		{"tomorrow 1:59", spring, "2026-03-29T01:59:00+01:00"},
		{"tomorrow 2:00", spring, "2026-03-29T03:00:00+02:00"},
		{"mañana 2:30", spring, "2026-03-29T03:00:00+02:00"},
		{"domani 2:59", spring, "2026-03-29T03:00:00+02:00"},
		{"tomorrow 3:00", spring, "2026-03-29T03:00:00+02:00"},
		{"tomorrow", spring, "2026-03-29T09:00:00+02:00"},
		{"15h", spring, "2026-03-28T15:00:00+01:00"},
		{"in 24h", spring, "2026-03-29T13:00:00+02:00"},
		{"1d", spring, "2026-03-29T12:00:00+02:00"},
		{"1 day 2h", spring, "2026-03-29T14:00:00+02:00"},
		{"tomorrow 2:30", autumn, "2026-10-25T02:30:00+02:00"},
		{"tomorrow 1:59", autumn, "2026-10-25T01:59:00+02:00"},
		{"tomorrow 3:00", autumn, "2026-10-25T03:00:00+01:00"},
		{"in 24h", autumn, "2026-10-25T11:00:00+01:00"},
		{"1d", autumn, "2026-10-25T12:00:00+01:00"},
		{"2:30", "2026-10-25 00:00", "2026-10-25T02:30:00+02:00"},
		{"2026-10-25T02:30:00+01:00", autumn, "2026-10-25T02:30:00+01:00"},
	}
	for _, tc := range cases {
		got, err := Parse(tc.text, wall(t, tc.now), madrid(t), hours.Calendar{})
		if err != nil || got.Format(time.RFC3339) != tc.want {
			t.Errorf("%q at %s: got %v, %v; want %s", tc.text, tc.now, got, err, tc.want)
		}
	}
}

func TestBetweenTheTwoHalvesOfAnOverlap(t *testing.T) {
	now := time.Date(2026, 10, 25, 0, 40, 0, 0, time.UTC) // 2:40 for the first time
	cases := map[string]string{
		"2:50":       "2026-10-25T02:50:00+02:00",
		"2:30":       "2026-10-25T02:30:00+01:00",
		"today 2:40": "2026-10-25T02:40:00+01:00",
		"1:30":       "2026-10-26T01:30:00+01:00",
	}
	for text, want := range cases {
		got, err := Parse(text, now, madrid(t), hours.Calendar{})
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q: got %v, %v; want %s", text, got, err, want)
		}
	}
}

func TestADayThatTheZoneSkips(t *testing.T) {
	apia, err := time.LoadLocation("Pacific/Apia")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2011, 12, 29, 12, 0, 0, 0, apia)
	got, err := Parse("tomorrow 18:30", now, apia, hours.Calendar{})
	if want := time.Date(2011, 12, 31, 0, 0, 0, 0, apia); err != nil || !got.Equal(want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestMonthsEndWithTheMonth(t *testing.T) {
	got, err := Parse("in a month", wall(t, "2027-01-31 11:00"), madrid(t), hours.Calendar{})
	if want := wall(t, "2027-02-28 11:00"); err != nil || !got.Equal(want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestStartOfWork(t *testing.T) {
	now := wall(t, "2026-11-25 11:00")
	var night, late hours.Calendar
	for d := range night.Week {
		night.Week[d] = []hours.Span{{From: 0, To: 6 * 60}}
		late.Week[d] = []hours.Span{{From: 14 * 60, To: 22 * 60}}
	}
	cases := []struct {
		name, text string
		calendar   hours.Calendar
		want       string
	}{
		{"no calendar", "tomorrow", hours.Calendar{}, "2026-11-26 09:00"},
		{"a day without work", "sunday", office(), "2026-11-29 09:00"},
		{"work from midnight", "tomorrow", night, "2026-11-26 09:00"},
		{"work in the afternoon", "tomorrow", late, "2026-11-26 14:00"},
		{"a morning without work", "tomorrow morning", late, "2026-11-26 09:00"},
		{"today, still to come", "today", late, "2026-11-25 14:00"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Parse(tc.text, now, madrid(t), tc.calendar)
			if want := wall(t, tc.want); err != nil || !got.Equal(want) {
				t.Errorf("got %v, %v; want %v", got, err, want)
			}
		})
	}
}

func TestWithoutAZone(t *testing.T) {
	got, err := Parse("18:30", wall(t, "2026-11-25 11:00"), nil, hours.Calendar{})
	if want := time.Date(2026, 11, 25, 18, 30, 0, 0, time.UTC); err != nil || !got.Equal(want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestReadsWhatIsPrinted(t *testing.T) {
	now, r := wall(t, "2026-11-25 11:00"), rand.New(rand.NewPCG(1, 2))
	layouts := []string{"2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339, "2/1/2006 15:04", "2 Jan 2006 3:04pm", "Mon Jan 2, 2006 at 15.04"}
	for range 3000 {
		want := now.Add(time.Duration(1+r.IntN(2*365*24*60-1)) * time.Minute)
		for _, layout := range layouts {
			if twin := want.Add(-time.Hour); layout != time.RFC3339 && twin.Hour() == want.Hour() {
				continue // the second time that the clock shows it
			}
			text := want.Format(layout)
			if got, err := Parse(text, now, madrid(t), office()); err != nil || !got.Equal(want) {
				t.Fatalf("%q: got %v, %v; want %v", text, got, err, want)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, list := range phrases {
		for text := range strings.SplitSeq(list, "|") {
			f.Add(text, int64(1795600800))
		}
	}
	for _, text := range []string{"tomorrow 18:30", "lunes 9:00", "tra un'ora e mezza", "999999y 999999h", "29 feb", "24:00", "\xff", "a la 1 menos cuarto"} {
		f.Add(text, int64(1774659600))
	}
	zone := madrid(f)
	f.Fuzz(func(t *testing.T, text string, second int64) {
		now := time.Unix(second%(1<<35), 0)
		got, err := Parse(text, now, zone, office())
		var fault *Fault
		switch {
		case err == nil && (!got.After(now) || got.After(now.AddDate(2, 0, 0))):
			t.Fatalf("%q at %v: got %v", text, now, got)
		case err != nil && (!errors.As(err, &fault) || len([]rune(fault.At)) > longestWord || (fault.At == "") != (fault.Reason == Empty)):
			t.Fatalf("%q at %v: %#v", text, now, err)
		}
	})
}
