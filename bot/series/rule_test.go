package series

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/robfig/cron/v3"

	"ponte/bot"
)

// list writes the times of a rule from a moment on: the moment, and the slot.
func list(t *testing.T, rule, zone, from string, n int) (out []string) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, from)
	if err != nil {
		t.Fatal(err)
	}
	walk, err := timesAfter(&bot.Repeat{Rule: rule, Zone: zone, From: at}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		s, ok := walk.next()
		if !ok {
			break
		}
		out = append(out, s.at.Format("02T15:04Z")+" "+s.name)
	}
	return out
}

func TestTimes(t *testing.T) {
	for _, tc := range []struct{ name, rule, zone, from, want string }{
		{"weekly across the last Sunday of March", "0 9 * * 0", "Europe/Madrid", "2026-03-20T00:00:00Z",
			"22T08:00Z 2026-03-22T09:00|29T07:00Z 2026-03-29T09:00|05T07:00Z 2026-04-05T09:00"},
		{"weekly across the last Sunday of October", "0 9 * * 0", "Europe/Madrid", "2026-10-12T00:00:00Z",
			"18T07:00Z 2026-10-18T09:00|25T08:00Z 2026-10-25T09:00|01T08:00Z 2026-11-01T09:00"},
		{"a time that the clock skips comes at the first minute after", "30 2 * * *", "Europe/Madrid", "2026-03-28T00:00:00Z",
			"28T01:30Z 2026-03-28T02:30|29T01:00Z 2026-03-29T02:30|30T00:30Z 2026-03-30T02:30"},
		{"two that it skips are one, as is the one that comes with them", "0,30 2,3 * * *", "Europe/Madrid", "2026-03-29T00:00:00Z",
			"29T01:00Z 2026-03-29T02:00|29T01:30Z 2026-03-29T03:30|30T00:00Z 2026-03-30T02:00"},
		{"a time that it shows twice comes the first time", "30 2 * * *", "Europe/Madrid", "2026-10-24T00:00:00Z",
			"24T00:30Z 2026-10-24T02:30|25T00:30Z 2026-10-25T02:30|26T01:30Z 2026-10-26T02:30"},
		{"also when it is looked for between the two", "30 2 * * *", "Europe/Madrid", "2026-10-25T00:40:00Z", "26T01:30Z 2026-10-26T02:30"},
		{"also when it is looked for in the second hour", "50 2 * * *", "Europe/Madrid", "2026-10-25T01:40:00Z", "26T01:50Z 2026-10-26T02:50"},
		{"hourly goes by real hours in March", "0 * * * *", "Europe/Madrid", "2026-03-29T00:00:00Z",
			"29T00:00Z 2026-03-29T01:00|29T01:00Z 2026-03-29T03:00|29T02:00Z 2026-03-29T04:00"},
		{"hourly goes by real hours in October, and tells them apart", "0 * * * *", "Europe/Madrid", "2026-10-24T23:00:00Z",
			"24T23:00Z 2026-10-25T01:00|25T00:00Z 2026-10-25T02:00+02:00|25T01:00Z 2026-10-25T02:00+01:00|25T02:00Z 2026-10-25T03:00"},
		{"every second hour goes by the clock on the wall", "0 */2 * * *", "Europe/Madrid", "2026-10-24T22:00:00Z",
			"24T22:00Z 2026-10-25T00:00|25T00:00Z 2026-10-25T02:00|25T03:00Z 2026-10-25T04:00"},
		{"half an hour is skipped", "15 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00:00Z",
			"03T15:30Z 2026-10-04T02:15|04T15:15Z 2026-10-05T02:15"},
		{"half an hour comes twice", "45 1 * * *", "Australia/Lord_Howe", "2026-04-03T20:00:00Z",
			"04T14:45Z 2026-04-05T01:45|05T15:15Z 2026-04-06T01:45"},
		{"hourly where half an hour comes twice", "45 * * * *", "Australia/Lord_Howe", "2026-04-04T13:00:00Z",
			"04T13:45Z 2026-04-05T00:45|04T14:45Z 2026-04-05T01:45+11:00|04T15:15Z 2026-04-05T01:45+10:30|04T16:15Z 2026-04-05T02:45"},
		{"where midnight is skipped", "0 0 * * 5", "Africa/Cairo", "2026-04-20T00:00:00Z",
			"23T22:00Z 2026-04-24T00:00|30T21:00Z 2026-05-01T00:00"},
		{"hourly on a day whose midnight is skipped", "0 * * * 5", "Africa/Cairo", "2026-04-23T20:00:00Z",
			"23T22:00Z 2026-04-24T01:00|23T23:00Z 2026-04-24T02:00"},
		{"a day that the zone has not", "30 18 30 * *", "Pacific/Apia", "2011-12-02T00:00:00Z",
			"30T10:00Z 2011-12-30T18:30|30T04:30Z 2012-01-30T18:30"},
		{"the last of the month", "0 9 31 * *", "UTC", "2026-01-01T00:00:00Z", "31T09:00Z 2026-01-31T09:00|31T09:00Z 2026-03-31T09:00|31T09:00Z 2026-05-31T09:00"},
		{"never", "0 9 30 2 *", "UTC", "2026-01-01T00:00:00Z", ""},
		{"the first of a month or a tuesday, as cron has it", "0 9 1 * 2", "UTC", "2026-11-29T00:00:00Z", "01T09:00Z 2026-12-01T09:00|08T09:00Z 2026-12-08T09:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := strings.Split(tc.want, "|")
			if tc.want == "" {
				want = nil
			}
			if diff := cmp.Diff(want, list(t, tc.rule, tc.zone, tc.from, max(len(want), 1))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What cron's own schedule does in a zone is why it is asked in UTC only.
func TestCronInAZone(t *testing.T) {
	next := func(rule, zone, from string) string {
		s, err := cron.ParseStandard("CRON_TZ=" + zone + " " + rule)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		return s.Next(at).UTC().Format(time.RFC3339)
	}
	for _, tc := range []struct{ what, rule, zone, from, want string }{
		{"it leaves a skipped time out", "30 2 * * *", "Europe/Madrid", "2026-03-28T02:00:00Z", "2026-03-30T00:30:00Z"},
		{"it runs a repeated one twice", "30 2 * * *", "Europe/Madrid", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
		{"it loses a day whose midnight is skipped", "0 9 * * 5", "Africa/Cairo", "2026-04-20T00:00:00Z", "2026-05-01T06:00:00Z"},
	} {
		if got := next(tc.rule, tc.zone, tc.from); got != tc.want {
			t.Errorf("%s no more: got %s", tc.what, got)
		}
	}
}

// Whatever the rule and the zone, times follow each other, have names of their
// own, and are found again from anywhere before them.
func TestTimesFollowEachOther(t *testing.T) {
	for _, zone := range []string{"Europe/Madrid", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo", "Asia/Tehran", "UTC"} {
		for _, rule := range []string{"30 2 * * *", "0 * * * *", "15,45 0-3 * * *", "*/20 * * * 0", "0 0 * * *", "0 */2 * * *"} {
			from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
			r := &bot.Repeat{Rule: rule, Zone: zone, From: from}
			walk, err := timesAfter(r, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			last, seen := slot{}, map[string]bool{}
			for range 1500 {
				s, ok := walk.next()
				if !ok || !s.at.After(last.at) || seen[s.name] {
					t.Fatalf("%s in %s: %v follows %v", rule, zone, s, last)
				}
				again, err := timesAfter(r, s.at.Add(-time.Second))
				if err != nil {
					t.Fatal(err)
				}
				if found, _ := again.next(); found != s {
					t.Fatalf("%s in %s: from a second before %v is found %v", rule, zone, s, found)
				}
				last, seen[s.name] = s, true
			}
		}
	}
}

func FuzzRule(f *testing.F) {
	for _, rule := range []string{"0 9 * * 2", "*/5 * * * *", "0 0 31 2 *", "1-5/2 3,4 1 jan mon", "@every 1s", "CRON_TZ=UTC * * * * *", ""} {
		f.Add(rule, "Europe/Madrid", int64(1774659600))
	}
	f.Fuzz(func(t *testing.T, text, zone string, second int64) {
		from := time.Unix(second%(1<<34), 0)
		walk, err := timesAfter(&bot.Repeat{Rule: text, Zone: zone, From: from}, time.Time{})
		for range 5 {
			if err != nil {
				return
			}
			last := walk.last
			if s, ok := walk.next(); ok && !s.at.After(last) {
				t.Fatalf("%q in %q: %v after %v", text, zone, s.at, last)
			}
		}
	})
}
