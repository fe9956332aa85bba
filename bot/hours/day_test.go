package hours

import (
	"testing"
	"time"
)

func TestDaysOfTheYear(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Madrid", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		day := Midnight(time.Date(2027, 1, 1, 12, 0, 0, 0, zone), zone)
		var sum time.Duration
		for range 365 {
			next := Days(day, 1)
			if got := Midnight(next.Add(-time.Nanosecond), zone); !got.Equal(day) {
				t.Fatalf("%s: the day of %s began at %s, want %s", name, next.Add(-time.Nanosecond), got, day)
			}
			if back := Days(next, -1); !back.Equal(day) {
				t.Fatalf("%s: a day before %s is %s, want %s", name, next, back, day)
			}
			at, by, turns := Turn(day)
			if long := next.Sub(day); turns != (long != 24*time.Hour) || turns && long != 24*time.Hour-by {
				t.Errorf("%s: %s takes %s, and turns at %s by %s", name, day, long, at, by)
			}
			sum, day = sum+next.Sub(day), next
		}
		if day.Year() != 2028 || sum != 365*24*time.Hour {
			t.Errorf("%s: a year took %s and ended on %s", name, sum, day)
		}
	}
}

func TestTurn(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		day  time.Time
		want string
		by   time.Duration
	}{
		{time.Date(2027, 3, 28, 0, 0, 0, 0, madrid), "2027-03-28T03:00:00+02:00", time.Hour},
		{time.Date(2027, 10, 31, 0, 0, 0, 0, madrid), "2027-10-31T02:00:00+01:00", -time.Hour},
	} {
		if at, by, ok := Turn(c.day); !ok || at.Format(time.RFC3339) != c.want || by != c.by {
			t.Errorf("%s: %s by %s (%v), want %s by %s", c.day, at, by, ok, c.want, c.by)
		}
	}
	for at, want := range map[string]bool{
		"2027-10-31T00:30:00Z": true, "2027-10-31T01:30:00Z": true, "2027-10-30T23:59:59Z": false, "2027-10-31T02:00:00Z": false,
		"2027-03-28T00:30:00Z": false, "2027-03-28T01:30:00Z": false,
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := Twice(moment.In(madrid)); got != want {
			t.Errorf("%s is shown twice: %v", at, got)
		}
	}
	if Twice(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("UTC shows a time twice")
	}
}
