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
		{"tomorrow 3:00", spring, "2026-03-29T03:00:00+02:00"},
		{"tomorrow", spring, "2026-03-29T09:00:00+02:00"},
		{"15h", spring, "2026-03-28T15:00:00+01:00"},
		{"in 24h", spring, "2026-03-29T13:00:00+02:00"},
		{"1d", spring, "2026-03-29T12:00:00+02:00"},
		{"1 day 2h", spring, "2026-03-29T14:00:00+02:00"},
		{"tomorrow 2:30 CEST", autumn, "2026-10-25T02:30:00+02:00"},
		{"mañana a las 2:30 cet", autumn, "2026-10-25T02:30:00+01:00"},
		{"25 oct 02:30 CET", autumn, "2026-10-25T02:30:00+01:00"},
		{"domani alle 2:30 CEST", autumn, "2026-10-25T02:30:00+02:00"},
		{"tomorrow 18:30 CET", autumn, "2026-10-25T18:30:00+01:00"},
		{"tomorrow 1:59", autumn, "2026-10-25T01:59:00+02:00"},
		{"tomorrow 3:00", autumn, "2026-10-25T03:00:00+01:00"},
		{"in 24h", autumn, "2026-10-25T11:00:00+01:00"},
		{"1d", autumn, "2026-10-25T12:00:00+01:00"},
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
		"2:50 CEST":  "2026-10-25T02:50:00+02:00",
		"2:50 CET":   "2026-10-25T02:50:00+01:00",
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

// What the clock skips, or shows twice, is asked back with what can be written instead.
func TestTimesThatAreAskedBack(t *testing.T) {
	lordHowe, err := time.LoadLocation("Australia/Lord_Howe")
	if err != nil {
		t.Fatal(err)
	}
	spring, autumn := "2026-03-28 12:00", "2026-10-24 12:00"
	cases := []struct {
		text, now, reason, at, meant, other string
		zone                                *time.Location
	}{
		{"29 mar 02:30", spring, Skipped, "02:30", "2026-03-29T03:30:00+02:00", "", nil},
		{"tomorrow 2:00", spring, Skipped, "2:00", "2026-03-29T03:00:00+02:00", "", nil},
		{"mañana a las 2:59", spring, Skipped, "a", "2026-03-29T03:59:00+02:00", "", nil},
		{"domani alle 2:30", spring, Skipped, "alle", "2026-03-29T03:30:00+02:00", "", nil},
		{"25 oct 02:30", autumn, Twice, "02:30", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", nil},
		{"mañana a las 2 y media", autumn, Twice, "a", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", nil},
		{"domani alle 2.30", autumn, Twice, "alle", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", nil},
		{"2:30", "2026-10-25 00:00", Twice, "2:30", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", nil},
		{"tomorrow 18:30 CEST", autumn, Unreadable, "CEST", "", "", nil},
		{"29 mar 02:30 CET", spring, Unreadable, "CET", "", "", nil},
		{"4 oct 02:10", "2026-09-30 12:00", Skipped, "02:10", "2026-10-04T02:40:00+11:00", "", lordHowe},
		{"5 apr 01:45", "2026-04-01 12:00", Twice, "01:45", "2026-04-05T01:45:00+11:00", "2026-04-05T01:45:00+10:30", lordHowe},
	}
	for _, tc := range cases {
		zone := tc.zone
		if zone == nil {
			zone = madrid(t)
		}
		_, err := Parse(tc.text, wall(t, tc.now), zone, office())
		var f *Fault
		if !errors.As(err, &f) || f.Reason != tc.reason || f.At != tc.at || said(f.Meant) != tc.meant || said(f.Other) != tc.other {
			t.Errorf("%q at %s: got %+v; want %+v", tc.text, tc.now, f, tc)
		}
	}
	for text, want := range map[string]string{"5 apr 01:45 +11": "2026-04-05T01:45:00+11:00", "5 apr 01:45 +1030": "2026-04-05T01:45:00+10:30"} {
		if got, err := Parse(text, wall(t, "2026-04-01 12:00"), lordHowe, office()); err != nil || said(got) != want {
			t.Errorf("%q: got %v, %v; want %s", text, got, err, want)
		}
	}
}

func said(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func TestADayThatTheZoneSkips(t *testing.T) {
	apia, err := time.LoadLocation("Pacific/Apia")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2011, 12, 29, 12, 0, 0, 0, apia)
	_, err = Parse("tomorrow 18:30", now, apia, hours.Calendar{})
	var f *Fault
	if want := time.Date(2011, 12, 31, 18, 30, 0, 0, apia); !errors.As(err, &f) || f.Reason != Skipped || !f.Meant.Equal(want) {
		t.Errorf("got %+v, want %v", f, want)
	}
	got, err := Parse("tomorrow", now, apia, hours.Calendar{})
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
			if layout != time.RFC3339 && len(Shown(onWall(want), madrid(t))) == 2 {
				continue // it is asked back
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
