package crashtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/internal/app"
	"ponte/platforms/social/webhook"
	"ponte/storage"
)

// asChild is the environment variable that makes the test binary a Ponte; it
// holds an order.
const asChild = "PONTE_CRASHTEST_CHILD"

// order is what a child is told.
type order struct {
	Data  string        `json:"data"`
	Sink  string        `json:"sink"` // address of the far places
	Undo  time.Duration `json:"undo"`
	Grace time.Duration `json:"grace,omitempty"` // after which nothing goes out any more; 0: an hour
	Step  outbox.Step   `json:"step,omitempty"`  // where it kills itself
	Place string        `json:"place,omitempty"` // when it is about an act at this platform
	Note  string        `json:"note,omitempty"`  // the file in which it says where it did

	Dismissed bool `json:"dismissed,omitempty"` // the approver is none any more
}

// addresses is what a child answers once it serves.
type addresses struct {
	Console string `json:"console"`
	Public  string `json:"public"`
	Stats   string `json:"stats"`
}

func TestMain(m *testing.M) {
	text, ok := os.LookupEnv(asChild)
	if !ok {
		os.Exit(m.Run())
	}
	if err := child(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child is the process that is killed: a Ponte with nothing left out.
func child(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() { // without its parent it ends
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	var doors [3]net.Listener
	for i := range doors {
		var err error
		if doors[i], err = (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
			return err
		}
	}
	fuse := &fuse{order: o}
	console, square := &near{name: onConsole, fuse: fuse}, &near{name: onSquare, fuse: fuse}
	a, err := app.Open(ctx, app.Config{
		Data: o.Data, Brands: []bot.Brand{theBrand(o)}, Square: squareAccount, Console: doors[0], Public: doors[1], Writes: -1,
		Webhooks: []webhook.Account{{ID: askedAccount, Unsigned: true}, {ID: blindAccount, Unsigned: true}, {ID: heardAccount, Unsigned: true}},
		Log:      slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Adapters: []act.Adapter{console, square, asked{newFar(onAsked, fuse)}, newFar(onBlind, fuse), asked{newFar(onChat, fuse)}},
		At:       fuse.at,
	})
	if err != nil {
		return err
	}
	console.in, square.in, fuse.store = a.Set().Console, a.Set().Square, a.Store()
	console.reacts = a.Set().Console
	if err := a.Set().Square.Post(ctx, thePost, "en", "Which of our cafés is yours?", time.Now()); err != nil {
		return errors.Join(err, a.Close())
	}
	go func() { _ = http.Serve(doors[2], stats(a)) }()
	if err := json.NewEncoder(os.Stdout).Encode(addresses{a.ConsoleURL(), a.PublicURL(), "http://" + doors[2].Addr().String()}); err != nil {
		return errors.Join(err, a.Close())
	}
	return a.Run(ctx)
}

// standing is how much is still to happen by itself.
type standing struct {
	outbox.Stats
	Posts int `json:"posts"` // that wait for their time, or are going out
}

// stats serves how things stand, and at /idle waits first until the outbox sleeps.
func stats(a *app.App) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		if r.URL.Path == "/idle" {
			err = a.Outbox().Idle(r.Context())
		}
		var s standing
		if err == nil {
			err = a.Store().View(r.Context(), func(tx *storage.Tx) error { return s.look(tx, a.Outbox()) })
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_ = json.NewEncoder(w).Encode(s)
	})
}

func (s *standing) look(tx *storage.Tx, out *outbox.Outbox) (err error) {
	s.Posts = 0
	if s.Stats, err = out.Stats(tx); err != nil {
		return err
	}
	for p, err := range records.Posts.Under(tx, nil) {
		if err != nil {
			return err
		}
		switch p.State {
		case bot.Approved, bot.Scheduled, bot.Publishing:
			s.Posts++
		case bot.InReview:
			if !p.Due.IsZero() {
				s.Posts++
			}
		}
	}
	return nil
}
