package when

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

func TestEvery(t *testing.T) {
	for want, texts := range map[string]string{
		"0 9 * * 2":             "tuesday 9:00|every tuesday 9:00|Tuesdays at 9|every tue at 9am|cada martes 9:00|cada martes a las 9|los martes a las 9 de la mañana|todos los martes 9:00|ogni martedì alle 9|il martedì alle 9|every week on tuesday 9:00|cada semana el martes 9:00|ogni settimana il martedì alle 9|9:00 every tuesday|on tuesdays, 9:00",
		"0 9 * * 1-5":           "every weekday 9:00|weekdays at 9|monday to friday 9:00|mon-fri 9:00|de lunes a viernes 9:00|lunes a viernes a las 9|cada día laborable a las 9|entre semana a las 9:00|ogni giorno feriale alle 9|dal lunedì al venerdì alle 9|da lunedì a venerdì alle 9|nei giorni feriali alle 9",
		"30 18 * * *":           "every day 18:30|daily 18:30|every day at 6:30 pm|cada día 18:30|todos los días a las 18:30|ogni giorno alle 18.30|tutti i giorni alle 18:30|sunday to saturday 18:30",
		"0 * * * *":             "every hour|cada hora|ogni ora|every 1 hour",
		"0 */2 * * *":           "every 2 hours|every two hours|cada 2 horas|ogni due ore",
		"0 */6 * * 1,3":         "every 6 hours on monday and wednesday",
		"0 9 1 * *":             "1st of the month 9:00|the first of every month at 9|el 1 de cada mes a las 9|el día 1 de cada mes 9:00|el primer día de cada mes 9:00|il primo del mese alle 9|il 1 di ogni mese alle 9|9:00 on the 1st of each month|first day of the month 9:00",
		"15 10 31 * *":          "31st of the month 10:15|el 31 de cada mes a las 10 y cuarto|il 31 del mese alle 10:15",
		"0 12 * * 1,3,5":        "mon, wed and fri 12:00|lunes, miércoles y viernes a las 12|lunedì, mercoledì e venerdì alle 12|every monday, wednesday and friday at noon",
		"0 9,18 * * *":          "every day 9:00 and 18:00|cada día a las 9 y a las 18|ogni giorno alle 9 e alle 18",
		"0 10 * * 0,6":          "saturdays and sundays 10:00|sábados y domingos a las 10|sabato e domenica alle 10",
		"0 0 * * *":             "every day at midnight|every day 0:00|cada día a medianoche",
		"0 0 * * 2":             "monday midnight",
		"0 9 * * 0-1,5-6":       "0  9 * * 0-1,5-6",
		"*/15 9-17 * * mon-fri": "*/15 9-17 * * MON-FRI",
		"0 9 1,15 jan *":        "0 9 1,15 Jan *",
		"0 9 * * 0,1,5,6":       "fri-mon 9:00",
	} {
		for text := range strings.SplitSeq(texts, "|") {
			if got, err := Every(text); err != nil || got != want {
				t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
			}
		}
	}
}

func TestEveryRefuses(t *testing.T) {
	for text, want := range map[string]Fault{
		"":                       {Reason: Empty},
		"every tuesday":          {Reason: Timeless, At: "tuesday"},
		"every day":              {Reason: Timeless, At: "day"},
		"every week 9:00":        {Reason: Unreadable, At: "9:00"},
		"every 2 weeks monday":   {Reason: Unreadable, At: "2"},
		"every 5 hours":          {Reason: Unreadable, At: "5"},
		"every 2 days 9:00":      {Reason: Unreadable, At: "2"},
		"every purple 9:00":      {Reason: Unreadable, At: "purple"},
		"tuesday 9":              {Reason: Unreadable, At: "9"},
		"first monday 9:00":      {Reason: Unreadable, At: "first"},
		"every day 9:00 18:30":   {Reason: Unreadable, At: "18:30"},
		"every hour 9:00":        {Reason: Unreadable, At: "9:00"},
		"9:00":                   {Reason: Unreadable, At: "9:00"},
		"1st of the month tue 9": {Reason: Unreadable, At: "9"},
		"32nd of the month 9:00": {Reason: Unreadable, At: "32nd"},
		"!!!":                    {Reason: Unreadable, At: "!!!"},
	} {
		got, err := Every(text)
		var f *Fault
		if !errors.As(err, &f) || *f != want || got != "" {
			t.Errorf("%q: got %q, %+v; want %+v", text, got, f, want)
		}
	}
}

func FuzzEvery(f *testing.F) {
	for _, text := range []string{"every tuesday 9:00", "1st of the month 9:00", "cada 2 horas", "mon-fri 9:00 and 18:00", "0 9 * * 2", "\xff", "el 31 de cada mes a las 9 y media"} {
		f.Add(text)
	}
	five := regexp.MustCompile(`^\S+ \S+ \S+ \S+ \S+$`)
	f.Fuzz(func(t *testing.T, text string) {
		rule, err := Every(text)
		var fault *Fault
		if err == nil && !five.MatchString(rule) || err != nil && (!errors.As(err, &fault) || len([]rune(fault.At)) > longestWord) {
			t.Fatalf("%q: got %q, %v", text, rule, err)
		}
	})
}
