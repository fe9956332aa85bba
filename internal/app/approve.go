package app

import (
	"context"
	"errors"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/approval"
	"ponte/bot/records"
	"ponte/storage"
)

// lookFor is how long one look at a message's reactions may take.
const lookFor = 20 * time.Second

// Reactions that a chat cannot tell now are asked for again. All posts wait meanwhile,
// so it is not for long.
const (
	askAgain = 2 * time.Second
	askFor   = 2 * time.Minute
)

// reconcile asks the team's chats, once Ponte runs, which reactions stand under
// what still waits for a decision: those that came and went while it was down
// count as well. What a chat cannot tell now it is asked for again.
func (a *App) reconcile(ctx context.Context) error {
	open, err := a.undecided(ctx)
	for end := time.Now().Add(askFor); err == nil && len(open) > 0; {
		var again []act.Slot
		wait := askAgain
		for _, s := range open {
			err := a.reacted(ctx, s)
			if err == nil || ctx.Err() != nil {
				continue
			}
			if e, ok := bot.Asked(err); ok && !e.Kind.Final() && time.Now().Before(end) {
				again, wait = append(again, s), max(wait, min(e.RetryAfter, time.Minute))
				continue
			}
			a.log.Warn("which reactions stand under a request is not known", "request", s.Subject.ID, "err", err)
		}
		if open = again; len(open) == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
	return err
}

// undecided are the messages under which a reaction still counts.
func (a *App) undecided(ctx context.Context) (out []act.Slot, err error) {
	for _, b := range a.Brands().All() {
		open, err := storage.Look(ctx, a.store, func(tx *storage.Tx) (open []act.Slot, err error) {
			for r, err := range records.RequestsOpen.Under(tx, storage.K(b.ID)) {
				if err != nil {
					return nil, err
				}
				s, ok, err := records.Found(records.Slots.Get(tx, storage.K(approval.Slot(r.ID))))
				if err != nil {
					return nil, err
				}
				if ok && s.Ref != "" {
					open = append(open, s)
				}
			}
			return open, nil
		})
		if err != nil && ctx.Err() == nil {
			return nil, err
		}
		out = append(out, open...)
	}
	return out, nil
}

// missed asks for the reactions again, because a team chat did not tell of some.
func (a *App) missed(ctx context.Context) {
	if err := a.reconcile(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("which reactions were missed is not known", "err", err)
	}
}

// publishes runs the posts' clock once the reactions that were missed are known, so
// that a word taken back meanwhile keeps back what it was about.
func (a *App) publishes(ctx context.Context) error {
	if err := a.reconcile(ctx); err != nil {
		return err
	}
	return a.posts.Run(ctx)
}

// reacted takes in what people reacted with on the message of one request.
func (a *App) reacted(ctx context.Context, s act.Slot) error {
	chat, ok := a.all[s.At.Platform].(act.Reacter)
	if !ok {
		return nil
	}
	over, err := storage.Do(ctx, a.store, func(tx *storage.Tx) (bool, error) { return a.decide.Close(tx, s.Brand, s.Subject.ID) })
	if err != nil || over {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	looked := time.Now()
	there, err := chat.Reactions(ctx, s.At, s.Ref)
	if err != nil {
		return err
	}
	var seen []approval.Seen
	for _, r := range there {
		seen = append(seen, approval.Seen{Who: r.Who, Emoji: r.Emoji})
	}
	return a.store.Update(storage.Urgent(ctx), func(tx *storage.Tx) error {
		b, ok := a.Brands().Brand(s.Brand)
		if !ok {
			return errors.New("the brand is gone")
		}
		return a.decide.Reconcile(tx, b, s, looked, seen)
	})
}
