package transcript

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ponte/internal/app"
)

// ponte is a Ponte in process, which may be stopped, started and killed.
type ponte struct {
	t       *testing.T
	given   given
	replies string // where the shop's replies go
	data    string
	log     *diary
	ready   func(*app.Config) error // puts the chat of the story in; nil: it is there

	stop    context.CancelFunc // nil while it does not run
	ended   chan error
	console *http.Client
	public  *http.Client
}

const (
	consoleURL = "http://127.0.0.1:8480"
	publicURL  = "http://127.0.0.1:8481"
)

// start serves what the data folder holds.
func (p *ponte) start() error {
	if p.stop != nil {
		return fmt.Errorf("it runs already")
	}
	console, public := newLine(8480), newLine(8481)
	cfg := config(p.given, p.replies)
	cfg.Data, cfg.Console, cfg.Public, cfg.Log = p.data, console, public, slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelError}))
	if p.ready != nil {
		if err := p.ready(&cfg); err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	a, err := app.Open(ctx, cfg)
	if err != nil {
		stop()
		return err
	}
	p.stop, p.ended = stop, make(chan error, 1)
	go func() { p.ended <- a.Run(ctx) }()
	for _, post := range posts {
		if err := a.Set().Square.Post(ctx, post[0], "en", post[1], p.given.at.Add(-time.Hour)); err != nil {
			return err
		}
	}
	p.console, p.public = console.client(), public.client()
	settle()
	return nil
}

// end stops serving, as when somebody asks it to.
func (p *ponte) end() error {
	if p.stop == nil {
		return nil
	}
	p.stop()
	p.stop = nil
	return <-p.ended
}

// kill leaves nothing but what is on disk at this moment: a copy of it is what
// the next start finds, and nothing of the farewell of this one.
func (p *ponte) kill() error {
	settle()
	next := p.t.TempDir()
	if err := os.CopyFS(next, os.DirFS(p.data)); err != nil {
		return err
	}
	if err := p.end(); err != nil {
		return err
	}
	p.data = next
	return p.start()
}

// settle waits until all that can be done without the clock is done.
func settle() { synctest.Wait() }

// pass moves the clock.
func pass(d time.Duration) {
	settle()
	time.Sleep(d)
	settle()
}

// diary keeps what was logged as an error.
type diary struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (d *diary) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.Write(b)
}

func (d *diary) take() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.text.Reset()
	return d.text.String()
}

// folder is where a new Ponte keeps its state.
func folder(t *testing.T) string { return filepath.Join(t.TempDir(), "data") }
