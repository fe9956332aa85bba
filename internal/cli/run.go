package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"ponte/internal/app"
	"ponte/internal/config"
	"ponte/internal/form"
)

type runCmd struct {
	Config string `help:"The configuration file." default:"ponte.yaml" placeholder:"FILE"`
	Data   string `help:"Folder that keeps the state. Default: the one that the configuration names." type:"path" placeholder:"DIR"`
}

// Run serves what the configuration says until it is told to stop. SIGHUP has
// the file read again.
func (c *runCmd) Run(e *env) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	if c.Data != "" {
		cfg.Data = c.Data
	}
	s, err := begin(e, cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "console %s\npublic %s\n", s.app.ConsoleURL(), s.app.PublicURL())
	ctx, stop := context.WithCancel(e.ctx)
	defer stop()
	go s.follow(ctx, hup)
	return s.app.Run(ctx)
}

// A server is a Ponte that runs by a configuration file.
type server struct {
	app   *app.App
	log   *slog.Logger
	level *slog.LevelVar

	mu  sync.Mutex
	cfg *config.Config
}

// begin takes the ports and builds the app; it does not run yet.
func begin(e *env, cfg *config.Config) (*server, error) {
	s := &server{cfg: cfg, level: &slog.LevelVar{}}
	s.level.Set(cfg.Level)
	s.log = cfg.Logger(e.err, s.level)
	console, err := listen(e.ctx, "console.listen", cfg.Console)
	if err != nil {
		return nil, err
	}
	public, err := listen(e.ctx, "public.listen", cfg.Public)
	if err != nil {
		return nil, errors.Join(err, console.Close())
	}
	if s.app, err = app.Open(e.ctx, s.built(cfg, console, public)); err != nil {
		return nil, errors.Join(err, console.Close(), public.Close())
	}
	if err := s.post(e.ctx, cfg); err != nil {
		return nil, errors.Join(err, s.app.Close(), console.Close(), public.Close())
	}
	return s, nil
}

func (s *server) built(cfg *config.Config, console, public net.Listener) app.Config {
	return app.Config{
		Data: cfg.Data, Brands: cfg.Brands, Square: cfg.Square, Webhooks: cfg.Webhooks, Slack: cfg.Slack, Discord: cfg.Discord,
		Console: console, Public: public, Address: cfg.Address, Token: cfg.Token,
		Pace: cfg.Pace, Writes: cfg.Writes, MaxSize: cfg.MaxStore, Log: s.log,
		Control: true, Reread: s.reread,
	}
}

// post says on the square what the configuration has the brand say there.
func (s *server) post(ctx context.Context, cfg *config.Config) error {
	for _, p := range cfg.Posts {
		if err := s.app.Set().Square.Post(ctx, p.ID, string(p.Language), p.Text, time.Now()); err != nil {
			return fmt.Errorf("the post %s: %w", p.ID, err)
		}
	}
	return nil
}

// follow reads the file again whenever it is told to.
func (s *server) follow(ctx context.Context, hup <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
			_ = s.reread(ctx) // it is logged
		}
	}
}

// reread takes the file in as it is now, whole, or logs every fault and goes on
// with what it had.
func (s *server) reread(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := config.Load(s.cfg.File)
	if err == nil {
		err = s.replace(ctx, next)
	}
	if faults, ok := errors.AsType[form.Faults](err); ok {
		for _, f := range faults {
			s.log.Error("a fault in the configuration", "at", f.Place(), "found", f.Found, "expected", f.Expected)
		}
	}
	if err != nil {
		s.log.Error("the configuration was not taken in; the old one goes on", "err", told(err))
		return err
	}
	s.log.Info("the configuration was taken in", "file", next.File, "brands", len(next.Brands))
	return nil
}

// told is what a line of the log says of an error whose parts have lines of their own.
func told(err error) string {
	if faults, ok := errors.AsType[form.Faults](err); ok {
		return fmt.Sprintf("faults in it: %d", len(faults))
	}
	return err.Error()
}

func (s *server) replace(ctx context.Context, next *config.Config) error {
	if faults := s.cfg.NeedsRestart(next); faults != nil {
		return faults
	}
	if err := s.post(ctx, next); err != nil {
		return err
	}
	next.Data = s.cfg.Data
	if err := s.app.Reload(s.built(next, nil, nil)); err != nil {
		return err
	}
	s.level.Set(next.Level)
	s.cfg = next
	return nil
}
