package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/internal/control"
	"ponte/internal/keep"
	"ponte/internal/ops"
	"ponte/storage"
)

// link is how an adapter that listens is.
type link struct {
	fault error     // nil: well
	since time.Time // of the state it is in
}

// settled is how long an adapter that stumbled has to listen until it is believed
// to be connected.
const settled = 10 * time.Second

// unmended is how long an adapter that is refused waits until it tries again.
const unmended = time.Hour

// refused reports whether an adapter cannot listen until somebody mends something.
func refused(err error) bool { return err != nil && bot.KindOf(err).Final() }

// fault notes that an adapter stumbled over an error, or, when it is nil, that it
// listens. One that stumbles again and again has done so since the first time.
func (a *App) fault(name string, what error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if was, known := a.links[name]; known && (was.fault == nil) == (what == nil) {
		a.links[name] = link{what, was.since}
		return
	}
	a.links[name] = link{what, time.Now()}
}

// feeling can tell how it is while it listens: what it does not end for, but people
// have to know of. Since is when that began, zero where it is not known.
type feeling interface {
	Health() (since time.Time, err error)
}

// linked is how an adapter that listens is now. The lock is held.
func (a *App) linked(name string) link {
	l := a.links[name]
	f, ok := a.all[name].(feeling)
	if !ok || l.fault != nil {
		return l
	}
	since, err := f.Health()
	if since.After(l.since) {
		l.since = since
	}
	l.fault = err
	return l
}

// mend is what people are told of an adapter that waits for somebody to mend something.
func mend(e *bot.Error) commands.Health { return commands.Health{Key: e.Key, Args: card.Fault(e).Args} }

func (a *App) health() []commands.Health {
	var out []commands.Health
	if a.store.Stats().Full {
		out = append(out, commands.Health{Key: "status.full"})
	}
	for _, t := range a.team.Troubles() {
		out = append(out, commands.Health{Brand: t.Brand, Key: t.Words.Key, Args: t.Words.Args})
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(a.links)) {
		h := commands.Health{Name: name}
		fault := a.linked(name).fault
		if e, asked := bot.Asked(fault); asked && refused(e) {
			h = mend(e)
		} else if fault != nil {
			h.Fault = string(bot.KindOf(fault))
		}
		out = append(out, h)
	}
	return out
}

func (a *App) adapters() []ops.Adapter {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []ops.Adapter
	for name := range a.links {
		l := a.linked(name)
		ad := ops.Adapter{Name: name, State: ops.Connected, Since: l.since}
		if e, asked := bot.Asked(l.fault); asked && refused(e) {
			ad.State, ad.Fault = ops.Stopped, a.words.Print(bot.English, time.UTC, card.Fault(e))
		} else if l.fault != nil {
			ad.State, ad.Fault = ops.Retrying, string(bot.KindOf(l.fault))
		}
		out = append(out, ad)
	}
	slices.SortFunc(out, func(a, b ops.Adapter) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Status is how this Ponte is now.
func (a *App) Status(ctx context.Context) (ops.Status, error) {
	st, err := ops.Look(ctx, a.store, a.out)
	st.Running = &ops.Process{PID: os.Getpid(), Since: a.began, Console: a.ConsoleURL(), Public: a.PublicURL()}
	st.Adapters = a.adapters()
	return st, err
}

// pages are what else the console serves, to those who may use it.
func (a *App) pages() map[string]http.Handler {
	out := a.agenda.Page()
	out["GET /metrics"], out["GET /readyz"] = a.metrics.Handler(), ops.ReadyHandler(a.Status)
	return out
}

// measured is h with how long it took.
func (a *App) measured(h act.Handler) act.Handler {
	return func(ctx context.Context, e act.Event) (act.Answer, error) {
		began := time.Now()
		ans, err := h(ctx, e)
		a.metrics.Handled(strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", e), "act.")), time.Since(began), err)
		return ans, err
	}
}

// answerControl serves the socket in the data folder until ctx ends. Where none can
// be made, the rest works without.
func (a *App) answerControl(ctx context.Context) error {
	l, err := control.Listen(ctx, a.cfg.Data)
	if err != nil {
		a.log.Warn("no control socket: ponte backup, status and the like need Ponte to be stopped", "err", err)
		return nil
	}
	return serve(ctx, l, control.Handler(control.Deeds{
		Backup: a.backup,
		Status: func(ctx context.Context) (any, error) { return a.Status(ctx) },
		Trace: func(ctx context.Context, id string) (any, error) {
			return storage.Look(ctx, a.store, func(tx *storage.Tx) (ops.Story, error) { return ops.Tell(tx, id) })
		},
		Pause: func(ctx context.Context) error { return a.store.Update(storage.Urgent(ctx), pause) },
		Resume: func(ctx context.Context) (bool, error) {
			was, err := storage.Do(storage.Urgent(ctx), a.store, func(tx *storage.Tx) (bool, error) {
				tx.OnCommit(a.out.Wake)
				return records.Unhold(tx)
			})
			if was {
				a.log.Info("the outbox goes on")
			}
			return was, err
		},
		Reload: a.cfg.Reread,
	}, a.log))
}

// backup makes a copy of the store in the data folder.
func (a *App) backup(ctx context.Context) (string, error) {
	file := filepath.Join(a.cfg.Data, ".backup")
	began := time.Now()
	size, err := keep.Backup(ctx, a.store.Backup, file, true)
	if errors.Is(err, storage.ErrFull) {
		return "", fmt.Errorf("there is no room for a copy in %s; stop Ponte, and ponte backup writes straight to where you want it", a.cfg.Data)
	}
	if err != nil {
		return "", err
	}
	a.log.Info("a backup was made", "bytes", size, "took", time.Since(began))
	return file, nil
}

// pause holds the outbox, unless it is held already.
func pause(tx *storage.Tx) error {
	if _, paused, err := records.Paused(tx); paused || err != nil {
		return err
	}
	return records.Hold(tx, records.Asked)
}

// timed is an adapter whose attempts are measured.
type timed struct {
	act.Adapter
	m *ops.Metrics
}

func (t timed) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	began := time.Now()
	r, err := t.Adapter.Carry(ctx, key, a, at)
	t.m.Attempted(at.Platform, time.Since(began), err)
	return r, err
}

// timedSettler can be asked, too.
type timedSettler struct {
	timed
	act.Settler
}

// timed are the adapters as the outbox uses them.
func (a *App) timed() map[string]act.Adapter {
	out := map[string]act.Adapter{}
	for name, ad := range a.all {
		out[name] = timed{ad, a.metrics}
		if s, ok := ad.(act.Settler); ok {
			out[name] = timedSettler{timed{ad, a.metrics}, s}
		}
	}
	return out
}
