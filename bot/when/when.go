// Package when reads moments in words, in English, Spanish and Italian.
// It knows nothing of what is to happen then, or of who asked for it.
//
// What can be read in two ways is read in one:
//
//   - Hours are those of 24 ("at 3" is at night), unless am, pm or a part of the
//     day tells otherwise. Alone, "13h" to "23h" are times; "2h" is two hours on.
//   - Days stand before months: 4/5 is the fourth of May.
//   - A weekday is the next one. The name of today's is today with a time that is
//     still to come, and a week ahead otherwise or after "next".
//   - A date without a year is the next one; today's is today.
//   - "3 days" is then at this time of the day; "in 3 days at 9" is then at 9.
//   - Midnight is the end of the day it is said with.
//   - A time of the day that the clock skips in spring, or shows twice in autumn
//     while both are to come, is asked back. "2:30 CEST" says which of the two.
//     Where no time of the day was told it is the first moment after the gap, and
//     the first of the two to come.
//   - A number that could be a day or an hour ("monday 9") is refused.
package when

import (
	"strconv"
	"strings"
	"time"

	"ponte/bot/hours"
)

// Limits of Parse.
const (
	longestText = 200 // bytes
	longestWord = 40  // of a Fault, in runes
	yearsAhead  = 2
)

// Reasons of a Fault.
const (
	Empty      = "empty"      // no word at all
	Unreadable = "unreadable" // a word that is not known or does not fit the others, or a text too long
	Past       = "past"       // not after now
	Far        = "far"        // more than two years from now
	Skipped    = "skipped"    // the clock never shows that time on that day
	Twice      = "twice"      // the clock shows that time twice on that day
)

// Fault says why a text is no moment.
type Fault struct {
	Reason string // Empty, Unreadable, Past, Far, Skipped or Twice; of Every also Timeless
	At     string // the word it stumbled over, as it was written, at most 40 runes; empty with Empty
	// Meant is what probably is: as much later as the clock skips, or the first of the two.
	Meant time.Time
	Other time.Time // the second of the two; zero but with Twice
}

// Error tells a developer what is wrong, in English.
func (f *Fault) Error() string {
	if f.At == "" {
		return "when: " + f.Reason
	}
	return "when: " + f.Reason + " at " + strconv.Quote(f.At)
}

// Parse reads a moment as people write it: "tomorrow 18:30", "2h", "lunes a las
// 9", "domani mattina", "27 nov 18:30", "2026-11-27 18:30", "in 3 days". The
// moment is after now and in the zone (UTC when nil); an error is a *Fault.
//
// A day without a time is the start of work on that day by the calendar's week,
// read in the zone given here; 9:00 on days without work and on those that work
// from midnight on. A time without a day is today, or tomorrow when past.
func Parse(text string, now time.Time, zone *time.Location, cal hours.Calendar) (time.Time, error) {
	if zone == nil {
		zone = time.UTC
	}
	words := strings.Fields(strings.ToValidUTF8(text, "\uFFFD"))
	if len(words) == 0 {
		return time.Time{}, &Fault{Reason: Empty}
	}
	if len(text) > longestText {
		return time.Time{}, fault(Unreadable, words[0])
	}
	if moment, err := time.Parse(time.RFC3339, words[0]); err == nil && len(words) == 1 {
		return timely(moment.In(zone), now, words[0])
	}
	tokens := lex(text)
	if len(tokens) == 0 {
		return time.Time{}, fault(Unreadable, words[0])
	}
	found, f := read(tokens, names(now, zone))
	if f != nil {
		return time.Time{}, f
	}
	moment, f := found.moment(now, zone, cal)
	if f != nil {
		return time.Time{}, f
	}
	return timely(moment, now, found.word())
}

// timely refuses what is not after now, or too far from it.
func timely(moment, now time.Time, word string) (time.Time, error) {
	switch {
	case !moment.After(now):
		return time.Time{}, fault(Past, word)
	case moment.After(now.AddDate(yearsAhead, 0, 0)):
		return time.Time{}, fault(Far, word)
	}
	return moment, nil
}

func fault(reason, word string) *Fault {
	if runes := []rune(word); len(runes) > longestWord {
		word = string(runes[:longestWord])
	}
	return &Fault{Reason: reason, At: word}
}
