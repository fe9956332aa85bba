package app

import (
	"context"
	"time"
)

const (
	clockEvery = 10 * time.Second
	clockJump  = time.Minute // a difference that nobody's drifting explains
)

// watchClock says when the machine's clock was set, which nothing else would tell:
// what is due by the clock comes sooner or later then, and what came too late for
// its grace asks a person instead of going out.
func (a *App) watchClock(ctx context.Context) error {
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(clockEvery):
		}
		now := time.Now()
		switch by := jump(last, now); {
		case by > clockJump:
			a.log.Warn("the clock went forward; nothing was lost, what is too late now asks before it goes out", "by", by)
			a.out.Wake()
			a.posts.Wake()
		case by < -clockJump:
			a.log.Warn("the clock went back; nothing was lost, what was due waits until its time comes again", "by", -by)
		}
		last = now
	}
}

// jump is by how much the wall clock moved more than the time that passed.
func jump(last, now time.Time) time.Duration {
	return now.Round(0).Sub(last.Round(0)) - now.Sub(last)
}
