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
			turn, turns := Turn(day)
			if long := next.Sub(day); turns != (long != 24*time.Hour) || turns && long != 24*time.Hour-turn.By {
				t.Errorf("%s: %s takes %s, and turns so: %+v", name, day, long, turn)
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
	for day, want := range map[time.Time][4]string{
		time.Date(2027, 3, 28, 0, 0, 0, 0, madrid):  {"2027-03-28T03:00:00+02:00", "02:00", "03:00", "1h0m0s"},
		time.Date(2027, 10, 31, 0, 0, 0, 0, madrid): {"2027-10-31T02:00:00+01:00", "03:00", "02:00", "-1h0m0s"},
	} {
		turn, ok := Turn(day)
		if got := [4]string{turn.At.Format(time.RFC3339), turn.Before, turn.After, turn.By.String()}; !ok || got != want {
			t.Errorf("%s: %q (%v), want %q", day, got, ok, want)
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
