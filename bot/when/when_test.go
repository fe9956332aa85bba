package when

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ponte/bot/hours"
)

func madrid(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func wall(t testing.TB, text string) time.Time {
	t.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04", text, madrid(t))
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

// office works from 8:30, on Saturday from 10:00.
func office() hours.Calendar {
	var c hours.Calendar
	for d := time.Monday; d <= time.Friday; d++ {
		c.Week[d] = []hours.Span{{From: 8*60 + 30, To: 14 * 60}, {From: 16 * 60, To: 19 * 60}}
	}
	c.Week[time.Saturday] = []hours.Span{{From: 10 * 60, To: 12 * 60}}
	return c
}

// Now is Wednesday 25 November 2026 at 11:00.
var phrases = map[string]string{
	// lengths of time
	"2026-11-25 11:30": "30m|30 min|in 30 minutes|half an hour|en media hora|tra mezz'ora|dentro de 30 minutos|thirty minutes|30 minuti|0h30",
	"2026-11-25 11:15": "quarter of an hour|in 15 min|un cuarto de hora|fra un quarto d'ora|in quindici minuti",
	"2026-11-25 12:30": "90m|1h30|1h 30m|1h30m|1 hour and 30 minutes|hoy 12:30|una hora y media|tra un'ora e mezza|1.5h|1,5 horas|an hour and a half|en 1 hora y 30 minutos",
	"2026-11-25 13:00": "2h|in 2 hours|en 2 horas|tra 2 ore|fra due ore|2 hours from now|dos horas|In Two Hours|2 h|tra 2 ore da adesso|oggi alle 13|13h",
	"2026-11-25 13:30": "two and a half hours|2 ore e mezza|2h30|dos horas y media",
	"2026-11-28 11:00": "3d|in 3 days|en 3 días|tra tre giorni|3 giorni|dentro de tres dias|3 gg",
	"2026-11-26 13:00": "1d 2h|1 day and 2 hours|un día y 2 horas|un giorno e due ore",
	"2026-12-09 11:00": "2w|in 2 weeks|en dos semanas|fra 2 settimane|14d|1w 7d",
	"2027-01-25 11:00": "2 months|dentro de 2 meses|tra due mesi",
	"2027-11-25 11:00": "in a year|en un año|tra un anno|12 months",
	"2026-11-26 05:00": "in 18h|18 hours|en 18 horas|18 ore",
	"2026-11-28 09:00": "in 3 days at 9|en 3 días a las 9|tra tre giorni alle 9|at 9 in 3 days|sat at 9|sabato alle nove",

	// times
	"2026-11-25 18:30": "18:30|18.30|18h30|today 18:30|hoy a las 18:30|oggi alle 18.30|6:30 pm|6.30pm|at 18:30 today|a las 6 y media de la tarde|alle sei e mezza di sera|half past six pm|ore 18:30|18:30h|a las 18 y 30|alle 18 e 30|this afternoon 18:30|6:30 p. m.",
	"2026-11-25 18:00": "18h|6pm|6 p.m.|at 18|a las 18|alle 18|ore 18|6 o'clock pm|6 in the afternoon|a las seis de la tarde|alle sei del pomeriggio|a las 18 horas|18 hs|6 en punto de la tarde",
	"2026-11-25 20:00": "tonight|esta noche|stasera|this evening|hoy por la noche|oggi di sera|at night|stasera alle 8|8 in the evening",
	"2026-11-25 21:15": "tonight at 9:15|esta noche a las nueve y cuarto|stasera alle nove e un quarto|quarter past nine pm|tonight at quarter past nine",
	"2026-11-25 20:45": "a las nueve menos cuarto de la noche|alle nove meno un quarto di sera|quarter to 9 pm|stasera alle 20:45",
	"2026-11-25 12:00": "noon|mediodía|mezzogiorno|at noon|al mediodía|a mezzogiorno|today at midday|12pm|12 del mediodía|a las 12",
	"2026-11-26 00:00": "midnight|medianoche|mezzanotte|tonight at 12|today at midnight|24:00|a las 12 de la noche|12am",
	"2026-11-25 15:00": "this afternoon|esta tarde|questo pomeriggio|in the afternoon|today at 3 pm|esta tarde a las 3",
	"2026-11-26 10:00": "10:00|at 10|a las diez|alle 10|10am|tomorrow 10:00|mañana a las 10|domani alle dieci|10 de la mañana|domani 10h",
	"2026-11-26 09:00": "9am|tomorrow at 9|tomorrow 9 in the morning|mañana a las 9 de la mañana|domani mattina alle 9|alle 9 del mattino|domattina alle nove|9h mañana|nine o'clock",
	"2026-11-26 01:00": "a la una|all'una|at one|1 de la madrugada|1am",
	"2026-11-25 11:01": "11:01|today at 11:01|1m|un minuto",

	// days
	"2026-11-26 08:30": "tomorrow|mañana|domani|MAÑANA|man\u0303ana|manana|domattina|tomorrow morning|mañana por la mañana|domani mattina|in the morning|thursday|jueves|giovedì|giovedi|thu|jue.|gio|26/11|26 nov|mañana jueves",
	"2026-11-27 08:30": "day after tomorrow|the day after tomorrow|pasado mañana|dopodomani|friday|viernes|venerdì|el viernes|this friday|next friday|próximo viernes|el viernes que viene|venerdì prossimo|il prossimo venerdì|27 nov|nov 27|27th of november|27 de noviembre|el 27 de noviembre|il 27 novembre|27/11|27-11|27/11/2026|27.11.2026|27/11/26|2026-11-27|November 27, 2026|27 de noviembre de 2026|vie 27 nov|friday the 27th of november|27-nov-2026",
	"2026-11-27 18:30": "27 nov 18:30|2026-11-27 18:30|2026-11-27T18:30|2026-11-27 18:30:00|fri 6:30pm|viernes 18.30|venerdì alle 18:30|el viernes a las seis y media de la tarde|18:30 on friday|a las 18:30 del viernes|27 de noviembre a las 18:30|2026-11-27T17:30:00Z|27/11 18h30|dopodomani 18:30",
	"2026-11-28 10:00": "saturday|sábado|sabato|sat.|sab",
	"2026-11-29 09:00": "sunday|domingo|domenica|dom|sunday at 9|domenica mattina",
	"2026-11-30 08:30": "monday|lunes|lunedì|next week|la próxima semana|la semana que viene|settimana prossima|la prossima settimana|next monday|monday next week|lun|lunes 30 de noviembre",
	"2026-11-30 09:00": "lunes 9:00|monday 9am|lunedì alle 9|el lunes a las 9|monday at nine|lun. 9h|alle 9 di lunedì",
	"2026-12-01 08:30": "tuesday|martes|martedì|mar|tues|1 dic|1º de diciembre|1st dec",
	"2026-12-01 09:00": "mar 9:00|mar 9h|mar 1 dic alle 9|martedì 1 dicembre alle ore 9",
	"2026-12-04 08:30": "friday next week|viernes de la próxima semana|venerdì della prossima settimana|next week on friday",
	"2026-12-02 08:30": "wednesday|miércoles|mercoledì|miercoles|wed|next wednesday|2/12",
	"2026-11-25 19:00": "wednesday 19:00|miércoles a las 19|mercoledì alle 19|wed 7pm|today at 19:00|25/11 19:00",
	"2026-12-02 19:00": "next wednesday 19:00|el próximo miércoles a las 19|mercoledì prossimo alle 19",
	"2026-12-02 07:00": "wednesday 7:00|miércoles a las 7|mercoledì alle 7",
	"2026-11-26 20:00": "tomorrow night|mañana por la noche|domani sera|tomorrow evening|mañana noche|jueves a las 8 de la noche",
	"2026-11-27 15:00": "friday afternoon|viernes por la tarde|venerdì pomeriggio",
	"2027-03-09 08:30": "9 mar|mar 9|9 de marzo|9 march|9 marzo|march 9th",
	"2027-11-24 08:30": "24 nov|24/11",
	"2028-02-29 08:30": "29 feb|29 febbraio",
	"2028-11-25 11:00": "in 2 years|2 años|24 mesi",
}

func TestPhrases(t *testing.T) {
	now, count := wall(t, "2026-11-25 11:00"), 0
	for text, list := range phrases {
		want := wall(t, text)
		for text := range strings.SplitSeq(list, "|") {
			count++
			got, err := Parse(text, now, madrid(t), office())
			if err != nil || !got.Equal(want) {
				t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
			} else if got.Format(time.RFC3339) != want.Format(time.RFC3339) {
				t.Errorf("%q: in %v", text, got.Location())
			}
		}
	}
	if count < 120 {
		t.Errorf("only %d phrases", count)
	}
}

func TestFaults(t *testing.T) {
	long := strings.Repeat("tomorrow ", 30)
	cases := []struct{ text, reason, at string }{
		{"", Empty, ""}, {" \t\n", Empty, ""},
		{"whenever", Unreadable, "whenever"}, {"mañana qizás", Unreadable, "qizás"},
		{"tomorrow at purple", Unreadable, "purple"}, {"in 3 lightyears", Unreadable, "lightyears"},
		{"in 3", Unreadable, "3"}, {"tomorrow at", Unreadable, "at"}, {"monday 9", Unreadable, "9"},
		{"lunes 9", Unreadable, "9"}, {"9", Unreadable, "9"}, {"25:00", Unreadable, "25:00"},
		{"at 18:60", Unreadable, "18:60"}, {"24:01", Unreadable, "24:01"}, {"13pm", Unreadable, "13pm"},
		{"31/2", Unreadable, "31/2"}, {"31 nov", Unreadable, "31"}, {"0/5", Unreadable, "0/5"}, {"27/13", Unreadable, "27/13"},
		{"11/27", Unreadable, "11/27"}, {"2026-02-30", Unreadable, "2026-02-30"}, {"27.11", Unreadable, "27.11"},
		{"tomorrow today", Unreadable, "today"}, {"18:30 19:30", Unreadable, "19:30"}, {"2h tomorrow at 9", Unreadable, "9"},
		{"2 horas mañana", Unreadable, "2"}, {"monday tuesday", Unreadable, "tuesday"}, {"2h a day", Unreadable, "day"},
		{"thursday 27 nov", Unreadable, "thursday"}, {"mañana lunes", Unreadable, "lunes"}, {"3 days ago", Unreadable, "3"},
		{"-2h", Unreadable, "-2h"}, {"2.25h", Unreadable, "2.25h"}, {"tonight at 3", Unreadable, "at"}, {"1.5d", Unreadable, "1.5d"},
		{"morning 18:30", Unreadable, "18:30"}, {"9am tonight", Unreadable, "9am"}, {"in 3 days monday", Unreadable, "monday"},
		{"!!!", Unreadable, "!!!"}, {",,,", Unreadable, ",,,"}, {"...", Unreadable, "..."}, {"mañ\xffana", Unreadable, "mañ\uFFFDana"},
		{"18:30 ½", Unreadable, "½"}, {"0m", Unreadable, "0m"}, {"in in 2h", Unreadable, "in"}, {"nine and 30", Unreadable, "nine"}, {"9 9", Unreadable, "9"}, {"1 2 3", Unreadable, "1"},
		{long, Unreadable, "tomorrow"}, {strings.Repeat("é", 90), Unreadable, strings.Repeat("é", 40)},
		{"today", Past, "today"}, {"hoy a las 9", Past, "hoy"}, {"today 11:00", Past, "today"}, {"2026-11-25 10:59", Past, "2026-11-25"},
		{"1/1/2020", Past, "1/1/2020"}, {"27 nov 2025", Past, "27"}, {"2026-11-25T09:00:00Z", Past, "2026-11-25T09:00:00Z"},
		{"stamattina", Past, "stamattina"}, {"25/11 9:00", Past, "25/11"},
		{"3 years", Far, "3"}, {"in 999999w", Far, "999999w"}, {"2030-01-01", Far, "2030-01-01"}, {"en 999999 horas", Far, "999999"},
		{"25 months", Far, "25"}, {"9999-12-31T00:00:00Z", Far, "9999-12-31T00:00:00Z"}, {"26 nov 2028", Far, "26"},
	}
	now := wall(t, "2026-11-25 11:00")
	for _, tc := range cases {
		got, err := Parse(tc.text, now, madrid(t), office())
		var f *Fault
		if !errors.As(err, &f) || *f != (Fault{Reason: tc.reason, At: tc.at}) || !got.IsZero() {
			t.Errorf("%q: got %v, %v; want %s at %q", tc.text, got, err, tc.reason, tc.at)
		} else if !strings.Contains(err.Error(), tc.reason) {
			t.Errorf("%q: error %v", tc.text, err)
		}
	}
}

func TestPhrasesAreOneThingOfAKind(t *testing.T) {
	for phrase, senses := range lexicon {
		kinds := map[kind]bool{}
		for _, s := range senses {
			if kinds[s.kind] {
				t.Errorf("%q is two things of a kind: %v", phrase, senses)
			}
			kinds[s.kind] = true
		}
		if n := len(strings.Fields(phrase)); n == 0 || n > longestPhrase {
			t.Errorf("%q: %d tokens", phrase, n)
		}
	}
}
