package results

import (
	"slices"
	"time"

	"ponte/bot"
)

const (
	firstWait = time.Minute // before a reading that failed is tried again; then twice as long each time
	longWait  = time.Hour
	farthest  = 24 * time.Hour // a network's own wait is believed up to here
	lastGrace = 24 * time.Hour // how long the last moment is tried
	askedMost = 5              // tries because somebody asked

	surelyGone = 15 * time.Minute // a post is gone that is missing at both ends of it
)

// moments are when the brand's posts are read, after they went out, in their order.
func moments(b *bot.Brand) []time.Duration {
	return slices.Compact(slices.Sorted(slices.Values(b.ReadsAfter())))
}

// passed is how many of the moments are over at an age.
func passed(moments []time.Duration, age time.Duration) int {
	n := 0
	for n < len(moments) && moments[n] <= age {
		n++
	}
	return n
}

// planned is the next moment of a post; zero when all are read.
func planned(r *bot.Readings, moments []time.Duration) time.Time {
	if r.Step >= len(moments) {
		return time.Time{}
	}
	return r.OutAt.Add(moments[r.Step])
}

// A try is what came of asking for the numbers of a post, begun at a moment.
type try struct {
	at      time.Time
	numbers bot.Numbers
	fault   *bot.Error // nil: it went well
}

// follows is what a try leaves to be read, and the readings to be kept: moments that
// passed meanwhile are not made up for, and one that was tried in vain until the
// next is kept with why. What a network does not find is asked for once more before it
// is gone.
func follows(r bot.Readings, moments []time.Duration, t try) (bot.Readings, []bot.Reading) {
	keep := bot.Reading{Post: r.Post, Brand: r.Brand, Account: r.Account, At: t.at, Numbers: t.numbers}
	var out []bot.Reading
	due := passed(moments, t.at.Sub(r.OutAt))
	if r.Tries > 0 && due > r.Step+1 {
		out = append(out, missed(r, moments[r.Step]))
		r.Tries = 0
	}
	if due > r.Step {
		r.Step, keep.After = due-1, moments[due-1]
	}
	switch {
	case t.fault == nil:
		r.Missing = time.Time{}
		return over(r, moments, due), append(out, keep)
	case t.fault.Kind == bot.NotFound && (r.Missing.IsZero() || t.at.Before(r.Missing.Add(surelyGone))):
		if r.Missing.IsZero() {
			r.Missing = t.at
		}
		r.Next = r.Missing.Add(surelyGone)
		return r, out
	case t.fault.Kind == bot.NotFound:
		keep.Fault = string(bot.NotFound)
		r.Step, r.Next, r.Tries = len(moments), time.Time{}, 0
		return r, append(out, keep)
	}
	r.Tries++
	wait := max(min(firstWait<<min(r.Tries-1, 10), longWait), min(t.fault.RetryAfter, farthest))
	r.Next = t.at.Add(wait)
	keep.Fault = string(t.fault.Kind)
	switch {
	case due > r.Step && due == len(moments) && t.at.Sub(r.OutAt) > keep.After+lastGrace:
		keep = missed(r, keep.After)
		keep.Fault = string(t.fault.Kind)
		return over(r, moments, due), append(out, keep)
	case due == r.Step && r.Tries >= askedMost:
		return over(r, moments, due), append(out, keep)
	}
	if due < len(moments) {
		if next := r.OutAt.Add(moments[due]); r.Next.After(next) {
			r.Next = next
		}
	}
	return r, out
}

// over is a plan of which so many moments are read or passed.
func over(r bot.Readings, moments []time.Duration, step int) bot.Readings {
	r.Step, r.Tries = max(r.Step, step), 0
	r.Next = planned(&r, moments)
	return r
}

// missed is the reading of a moment at which nothing was to be had until the next.
func missed(r bot.Readings, after time.Duration) bot.Reading {
	return bot.Reading{
		Post: r.Post, Brand: r.Brand, Account: r.Account, At: r.OutAt.Add(after), After: after, Fault: string(bot.Unavailable),
	}
}
