// Package rate says how fast the acts of a budget may follow each other, what a platform
// holds back, and whose turn it is among the classes that wait. It knows no store.
package rate

import (
	"math/rand/v2"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
)

// Pace is how fast a place may be talked to, per second; 0 or less: no limit.
// A team chat counts by channel, a social platform by account. Nothing is saved
// up: after a pause there is one act at once, and after a start none for as long
// as one takes, so that a restart cannot double the rate.
type Pace struct {
	Messages float64 // new messages and replies
	Edits    float64 // changes of what is there
}

// Budget is how things stand with one rate.
type Budget struct {
	Name   string
	At     act.Place
	Last   time.Time // start of the last act; zero: none yet
	Passed Passed
}

const editing = "#edits"

// Name names a rate: a place has one for what is new there, and one for changes, so
// that neither waits behind the other.
func Name(at act.Place, edit bool) string {
	if edit {
		return at.String() + editing
	}
	return at.String()
}

// Next is when the budget's next act may start, as far as its pace goes, and how long
// one takes: 0 when there is no limit. begun is the start of the process.
func (b *Budget) Next(pace Pace, begun time.Time) (next time.Time, every time.Duration) {
	rate := pace.Messages
	if strings.HasSuffix(b.Name, editing) {
		rate = pace.Edits
	}
	if rate <= 0 {
		return begun, 0
	}
	every = time.Duration(float64(time.Second) / rate)
	if b.Last.IsZero() {
		return begun.Add(every), every
	}
	return b.Last.Add(every), every
}

// Parked are budgets and accounts that a platform holds back, until when.
type Parked map[string]time.Time

const (
	keepsPlace = 5           // attempts in which what is parked stays the first of its budget
	shortly    = time.Minute // for which it is parked at most then
)

// Park holds back what a platform's Retry-After names, and returns when the effect is
// due again after a delay. When all of its budget is held back with it, it keeps its
// place there.
func (p Parked) Park(e *act.Effect, fault *bot.Error, now time.Time, delay time.Duration) time.Time {
	due := now.Add(delay)
	if fault.Parks == bot.ParksLane {
		return due
	}
	name := e.Budget
	if fault.Parks == bot.ParksAccount {
		name = account(e.At)
	}
	until := now.Add(Asked(fault))
	if until.After(p[name]) {
		p[name] = until
	}
	if until.Equal(due) && delay <= shortly && e.Tries < keepsPlace {
		return e.Due
	}
	return due
}

// Held is until when a budget is held back; a time that is over when it is not.
func (p Parked) Held(b *Budget) time.Time {
	until := p[b.Name]
	if all := p[account(b.At)]; all.After(until) {
		return all
	}
	return until
}

// account names all that goes through one account or workspace.
func account(at act.Place) string { return at.Platform + "/" + at.Space }

const (
	firstWait = time.Second
	longest   = 5 * time.Minute // of Ponte's own back-off
	farthest  = 24 * time.Hour  // a platform's Retry-After is believed up to here
)

// Asked is how long an error asks to wait; 0 when it does not say.
func Asked(fault *bot.Error) time.Duration {
	if fault == nil {
		return 0
	}
	return min(fault.RetryAfter, farthest)
}

// Backoff doubles with each try, and spreads by half.
func Backoff(tries int) time.Duration {
	d := min(firstWait<<min(max(tries-1, 0), 10), longest)
	return d/2 + rand.N(d/2+1)
}
