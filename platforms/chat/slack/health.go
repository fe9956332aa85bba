package slack

import (
	"context"
	"time"

	"ponte/bot"
	"ponte/platforms/chat/slack/wire"
)

// Health is how the way to Slack is while somebody listens, and since when it is so,
// where that is known. Denied is what a person has to mend; Unavailable is a Slack that
// cannot be reached, and is tried again.
func (s *Slack) Health() (since time.Time, err error) {
	for _, w := range s.opt.Workspaces() {
		if sp, ok := s.space(w.ID); ok {
			if since, shut := sp.Shut(); shut {
				return since, bot.Errorf(bot.Denied, "slack.shut_out", "Space", w.ID)
			}
		}
	}
	apps, _ := s.apps()
	state, since := s.ways.State(apps)
	switch state {
	case wire.Refused:
		return since, bot.Errorf(bot.Denied, "slack.deaf")
	case wire.Unheard:
		return since, bot.Errorf(bot.Unavailable, "slack.unreachable")
	}
	return since, nil
}

// watch finds out about workspaces that may have shut Ponte out, until ctx ends.
func (s *Slack) watch(ctx context.Context) {
	for ctx.Err() == nil {
		for _, w := range s.opt.Workspaces() {
			if sp, ok := s.space(w.ID); ok {
				if err := sp.Ask(ctx, s.opt.Now()); err != nil {
					s.opt.Log.Error("slack: Ponte is shut out of a workspace; install the app again", "workspace", w.ID, "err", err)
				}
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(lookAgain):
		}
	}
}
