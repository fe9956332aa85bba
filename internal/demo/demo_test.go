package demo_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/records"
	"ponte/internal/app"
	"ponte/internal/demo"
	"ponte/storage"
)

// start opens and runs the demo over a folder until stop, which may interrupt it anywhere.
func start(t *testing.T, data string) (a *app.App, ctx context.Context, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cfg := demo.Config(slog.New(slog.DiscardHandler))
	cfg.Data = data
	a, err := app.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	return a, ctx, func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// states counts the conversations by status, and the replies that are out.
func states(t *testing.T, a *app.App) (byStatus map[bot.Status]int, out int) {
	t.Helper()
	err := a.Store().View(t.Context(), func(tx *storage.Tx) error {
		byStatus, out = map[bot.Status]int{}, 0
		for c, err := range records.Conversations.Under(tx, nil) {
			if err != nil {
				return err
			}
			byStatus[c.Status]++
		}
		for r, err := range records.Replies.Under(tx, nil) {
			if err != nil {
				return err
			}
			if r.State == bot.Published {
				out++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return byStatus, out
}

func TestTheSeedGoesOnWhereItWasInterrupted(t *testing.T) {
	data := t.TempDir()
	for _, after := range []time.Duration{5, 40, 90} {
		a, ctx, stop := start(t, data)
		seeding, cancel := context.WithTimeout(ctx, after*time.Millisecond)
		_ = demo.Seed(seeding, a, false) // it may be interrupted, and may be done
		cancel()
		stop()
	}
	a, ctx, stop := start(t, data)
	defer stop()
	for range 2 { // the second time there is nothing to do
		if err := demo.Seed(ctx, a, false); err != nil {
			t.Fatal(err)
		}
		got, out := states(t, a)
		if got[bot.Open] != 5 || got[bot.Pending] != 1 || got[bot.Resolved] != 3 || got[bot.Snoozed] != 1 || out != 2 {
			t.Errorf("conversations stand %v, and %d replies are out", got, out)
		}
	}
}

// Whoever writes a post finds somebody else who may let it out, and who sees it asked.
func TestEveryAuthorHasAnApprover(t *testing.T) {
	b := demo.Config(slog.New(slog.DiscardHandler)).Brands[0]
	room, ok := b.Channel(b.Approvals.Channel)
	if !ok || b.Approvals.Needs(bot.PostMatter) != 1 {
		t.Fatalf("decisions are made by %+v", b.Approvals)
	}
	for _, author := range b.People {
		var may []bot.PersonID
		for _, p := range b.People {
			if b.Approvals.MayDecide(p, author.ID) && room.Sees(p) {
				may = append(may, p.ID)
			}
		}
		if len(may) == 0 {
			t.Errorf("nobody decides about what %s writes", author.ID)
		}
	}
}

func TestEmptyHasNobody(t *testing.T) {
	data := t.TempDir()
	a, ctx, stop := start(t, data)
	if err := demo.Seed(ctx, a, true); err != nil {
		t.Fatal(err)
	}
	if got, _ := states(t, a); len(got) != 0 {
		t.Errorf("an empty demo has %v", got)
	}
	stop()
	a, ctx, stop = start(t, data)
	defer stop()
	if err := demo.Seed(ctx, a, false); err != nil {
		t.Fatal(err)
	}
	if got, _ := states(t, a); len(got) != 0 {
		t.Errorf("an empty demo that is started again has %v", got)
	}
}
