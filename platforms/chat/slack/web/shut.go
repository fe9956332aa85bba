package web

import (
	"context"
	"time"
)

// lookAgain is how often a workspace is asked whether it takes Ponte in, while in doubt.
const lookAgain = time.Minute

// doubt is what is known of whether Slack still takes the token.
type doubt struct {
	is   bool
	next time.Time // when Slack is asked
	shut time.Time // since when it is known that Slack does not; zero: it is not
}

// Doubt notes that Ponte may have been shut out of the workspace.
func (sp *Space) Doubt() {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.doubt.is = true
}

// Shut returns since when Ponte is shut out of the workspace; ok is false when it is not.
func (sp *Space) Shut() (since time.Time, ok bool) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.doubt.shut, !sp.doubt.shut.IsZero()
}

// Ask asks Slack, where in doubt, whether it still takes the token. While it gives no
// answer, or refuses, it is asked again a minute later.
func (sp *Space) Ask(ctx context.Context, now time.Time) error {
	sp.mu.Lock()
	due := sp.doubt.is && !now.Before(sp.doubt.next)
	if due {
		sp.doubt.next = now.Add(lookAgain)
	}
	sp.mu.Unlock()
	if !due {
		return nil
	}
	err := Try(ctx, "", func(ctx context.Context) error {
		_, err := sp.API.AuthTestContext(ctx)
		return err
	})
	sp.mu.Lock()
	defer sp.mu.Unlock()
	switch {
	case err == nil:
		sp.doubt = doubt{}
	case Refused(err) && sp.doubt.shut.IsZero():
		sp.doubt.shut = now
		return err
	}
	return nil
}
