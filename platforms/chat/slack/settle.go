package slack

import (
	"context"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/slack/web"
)

const (
	settled   = time.Minute        // after an attempt, what is not there is not there
	lookAfter = 15 * time.Second   // a look that failed is repeated
	skew      = 5 * time.Minute    // between Slack's clock and ours
	backwards = 7 * 24 * time.Hour // looked at for an attempt before the last restart
)

// Settle looks for the message that carries the key. Absent takes a complete look
// a minute or more after the attempt; until then it is unsure, and says for how long.
func (s *Slack) Settle(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, act.Finding, error) {
	send, ok := a.(act.Send)
	sp, known := s.space(at.Space)
	if !ok || !known {
		return act.Receipt{}, act.Unsure, nil
	}
	if p, ok := s.sent.Get(at.String() + "\n" + key); ok && (send.Thread == "" || p.thread == send.Thread) {
		return act.Receipt{Ref: p.ref, URL: sp.Address(ctx, at.Channel, p.ref, send.Thread)}, act.Found, nil
	}
	now := s.opt.Now()
	last, ours := s.tried.Get(key)
	oldest := last.Add(-skew)
	if !ours { // of a Ponte before this one, which ended before this one began
		last, oldest = s.started, s.started.Add(-backwards)
	}
	seen, err := sp.Find(ctx, web.Look{Key: key, Channel: at.Channel, Thread: send.Thread, Oldest: oldest})
	switch {
	case err != nil:
		return act.Receipt{}, act.Unsure, repeated(web.Fault(err, true, s.channel(at)))
	case seen.Stray && s.takeBack(ctx, sp, key, at, seen.Ref):
		return act.Receipt{}, act.Absent, nil
	case seen.Ref != "":
		s.posted(key, at, seen.Ref, send.Thread)
		return act.Receipt{Ref: seen.Ref, URL: sp.Address(ctx, at.Channel, seen.Ref, send.Thread)}, act.Found, nil
	case !seen.Whole:
		return act.Receipt{}, act.Unsure, repeated(bot.Errorf(bot.Ambiguous, "slack.unclear"))
	}
	if wait := settled - now.Sub(last); wait > 0 {
		return act.Receipt{}, act.Unsure, &bot.Error{Kind: bot.Unavailable, Key: "slack.unclear", RetryAfter: wait}
	}
	return act.Receipt{}, act.Absent, nil
}

// repeated has a look that failed repeated after a while: as often as Slack is not there or
// gives no answer, and a few times only where it refuses, or shows no end.
func repeated(e *bot.Error) error {
	if e.Err != nil && e.Kind == bot.Ambiguous {
		e.Kind = bot.Unavailable // a look changes nothing
	}
	e.RetryAfter = max(e.RetryAfter, lookAfter)
	return e
}
