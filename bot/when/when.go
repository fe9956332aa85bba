// Package when reads moments in words, in English, Spanish and Italian.
// It knows nothing of what is to happen then, or of who asked for it.
package when

import (
	"strconv"
	"strings"
	"time"

	"ponte/bot/hours"
)

// longestText is how much text Parse reads, in bytes.
const longestText = 200

// Reasons of a Fault.
const (
	Empty      = "empty"      // no word at all
	Unreadable = "unreadable" // a word that is not known, or does not fit the ones before
	Past       = "past"       // not after now
	Far        = "far"        // more than two years from now
)

// Fault says why a text is no moment.
type Fault struct {
	Reason string // Empty, Unreadable, Past or Far
	At     string // the word it stumbled over, as it was written; empty with Empty
}

// Error tells a developer what is wrong, in English.
func (f *Fault) Error() string {
	if f.At == "" {
		return "when: " + f.Reason
	}
	return "when: " + f.Reason + " at " + strconv.Quote(f.At)
}

// Parse reads a moment as people write it; the error is a *Fault.
func Parse(text string, now time.Time, zone *time.Location, cal hours.Calendar) (time.Time, error) {
	if strings.TrimSpace(text) == "" {
		return time.Time{}, &Fault{Reason: Empty}
	}
	moment, err := time.ParseInLocation("2006-01-02 15:04", strings.TrimSpace(text), zone)
	switch {
	case err != nil:
		return time.Time{}, &Fault{Reason: Unreadable, At: text}
	case !moment.After(now):
		return time.Time{}, &Fault{Reason: Past, At: text}
	}
	return moment, nil
}
