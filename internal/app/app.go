// Package app builds a Ponte from its configuration, starts it and stops it. It
// wires rooms together and decides nothing that they decide.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/approval"
	"ponte/bot/calendar"
	"ponte/bot/hello"
	"ponte/bot/inbox"
	"ponte/bot/judge"
	"ponte/bot/lost"
	"ponte/bot/media"
	"ponte/bot/outbox"
	"ponte/bot/post"
	"ponte/bot/records"
	"ponte/bot/relay"
	"ponte/bot/reply"
	"ponte/bot/results"
	"ponte/bot/series"
	crew "ponte/bot/team"
	"ponte/bot/timeline"
	"ponte/commands"
	dates "ponte/commands/calendar"
	"ponte/commands/picture"
	"ponte/commands/posts"
	"ponte/commands/role"
	marks "ponte/commands/timeline"
	"ponte/commands/verdict"
	"ponte/internal/agenda"
	"ponte/internal/i18n"
	"ponte/internal/keep"
	"ponte/internal/ops"
	"ponte/platforms"
	"ponte/platforms/social/webhook"
	"ponte/storage"
	"ponte/storage/bolt"
)

// Config is everything a Ponte is built from.
type Config struct {
	Data     string // folder of the state
	Brands   []bot.Brand
	Square   bot.AccountID // the account that the embedded public square is; empty: none
	Webhooks []webhook.Account
	Slack    Slack
	Discord  Discord
	Console  net.Listener // where the console is served
	Public   net.Listener // where the square and the webhooks are served
	Address  string       // of the public side, as people reach it; empty: where it listens
	Token    string       // of the console; without one it answers on loopback only
	Pace     outbox.Pace  // of every channel and account; zero: no limit
	Writes   float64      // writes a minute and address on the square; 0: its own limit, negative: none
	Log      *slog.Logger

	Adapters []act.Adapter     // further ones; one of the same name takes the built-in's place
	At       func(outbox.Step) // crash tests stop here
	RunTwice bool              // tests: every change to the store is tried twice

	Web http.RoundTripper // asks for links and pictures that people name; nil: the guarded way to public addresses

	Control bool                        // serve the socket in the data folder by which other processes of this user ask
	Reread  func(context.Context) error // reads the configuration file again; nil: there is none
	MaxSize int64                       // bytes that the store may have; 0: as many as there is room for
}

// App is a Ponte that was built. Run starts it.
type App struct {
	cfg      Config
	store    *bolt.Store
	served   atomic.Pointer[served]
	words    *i18n.Catalogue
	set      *platforms.Set
	all      map[string]act.Adapter
	out      *outbox.Outbox
	relay    *relay.Relay
	desk     *reply.Desk
	posts    *post.Desk
	series   *series.Desk
	results  *results.Desk
	media    *media.Desk
	lost     *lost.Desk
	team     *crew.Team
	hello    *hello.Desk
	book     *commands.Book
	decide   *approval.Desk
	calendar *calendar.Calendar
	agenda   *agenda.Agenda
	log      *slog.Logger

	pictures *picture.Commands
	timeline *timeline.Desk
	marks    *marks.Commands

	metrics *ops.Metrics
	began   time.Time

	mu    sync.Mutex
	links map[string]link // by adapter that listens
}

// Open builds a Ponte over the store in the data folder. Close it when it does not Run.
func Open(ctx context.Context, cfg Config) (*App, error) {
	words, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	store, err := bolt.Open(ctx, keep.File(cfg.Data), bolt.Options{RunTwice: cfg.RunTwice, MaxSize: cfg.MaxSize}, keep.Definitions()...)
	if err != nil {
		return nil, err
	}
	if err := keep.Tidy(cfg.Data); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	a := &App{cfg: cfg, store: store, words: words, log: cfg.Log, began: time.Now(), links: map[string]link{}}
	a.metrics = ops.NewMetrics(a.Status, store.Stats)
	a.served.Store(cfg.serves())
	a.team = crew.New(store, a.configured, cfg.Log)
	if err := a.team.Load(ctx); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	a.build()
	return a, nil
}

func (a *App) build() {
	a.agenda = agenda.New(agenda.Options{
		Store: a.store, Brands: a.Brands, Calendar: func() *calendar.Calendar { return a.calendar }, Print: a.words.Print, Log: a.log,
		Who:     func(r *http.Request, id bot.BrandID) (*bot.Brand, bot.Person, bool) { return a.set.Console.Who(r, id) },
		Console: a.ConsoleURL, Public: a.PublicURL, Near: a.cfg.Token == "",
	})
	a.media = media.New(a.store, a.PublicURL, a.log)
	a.set = platforms.New(a.store, platforms.Options{
		Brands: a.Brands, Commands: func() []act.Command { return a.book.List() }, Print: a.words.Print, Token: a.cfg.Token,
		Square: a.cfg.Square, Address: a.PublicURL(), Webhooks: a.webhooks, Loopback: loopback(a.cfg.Public), Writes: a.cfg.Writes, Log: a.log,
		Pages: a.pages(), Media: a.media, Slack: a.slack, Discord: a.discord, Missed: a.missed,
	})
	a.all = a.set.All()
	for _, ad := range a.cfg.Adapters {
		a.all[ad.Name()] = ad
	}
	a.out = outbox.New(a.store, outbox.Options{
		Adapters: a.timed(), Print: a.print, Log: a.log, At: a.cfg.At,
		Pace: func(at act.Place) outbox.Pace { return a.served.Load().paceOf(at) },
	})
	a.relay = relay.New(a.store, a.out, a.Brands, a.log)
	a.relay.Judged(judge.New(a.store, a.Brands, a.log).Came)
	a.lost = lost.New(a.store, a.out, a.Brands)
	a.team.With(a.out, a.rosters())
	a.hello = hello.New(a.store, a.out, a.Brands)
	a.desk = reply.New(a.out, a.Brands, a.traits, a.relay, graphemes)
	a.decide = approval.New(a.store, a.out, a.Brands, a.log)
	a.posts = post.New(a.store, a.out, a.Brands, a.traits, a.decide, checks{a.traits, a.coming}, a.log)
	a.decide.For(bot.PostMatter, a.posts)
	a.decide.Room(a.room)
	a.withSeries()
	a.withMedia()
	a.decide.For(bot.ReplyMatter, a.desk)
	a.desk.Review(a.decide)
	a.calendar = calendar.New(a.series)
	a.book = commands.New(a.store, a.Brands, inbox.New(a.out, a.Brands, a.traits), a.relay, a.desk, a.out, a.health, a.log)
	a.timelines()
	a.book.Add(a.decide.React, posts.New(a.posts, a.decide, a.traits, checks{a.traits, a.coming}).Repeats(a.series).Specs()...)
	a.book.Add(a.decide.React, dates.New(a.calendar, a.agenda.PageAt, a.agenda.FeedAt).Specs()...)
	a.book.Add(a.decide.React, verdict.New(a.relay).Specs()...)
	a.book.Add(a.decide.React, role.Spec(a.team))
	a.measures()
	a.pictures = picture.New(a.store, a.book, a.media, a.posts)
	a.book.Add(a.decide.React, a.pictures.Specs()...)
}

// Store returns the store.
func (a *App) Store() storage.Store { return a.store }

// Set returns the built-in adapters.
func (a *App) Set() *platforms.Set { return a.set }

// Outbox returns the outbox.
func (a *App) Outbox() *outbox.Outbox { return a.out }

// ConsoleURL is the console's address.
func (a *App) ConsoleURL() string { return address(a.cfg.Console) }

// PublicURL is the public side's address, as people reach it.
func (a *App) PublicURL() string { return cmp.Or(a.cfg.Address, address(a.cfg.Public)) }

// Close closes the store.
func (a *App) Close() error { return a.store.Close() }

// Hear takes in what an adapter brings, from wherever it comes.
func (a *App) Hear(ctx context.Context, e act.Event) (act.Answer, error) {
	switch e := e.(type) {
	case act.Arrived:
		return a.relay.Hear(ctx, e)
	case act.Uploaded:
		return a.pictured(ctx, e)
	case act.Noted:
		return a.noted(ctx, e)
	case act.Lost:
		return act.Answer{}, a.lost.Hear(ctx, e)
	case act.Joined:
		return act.Answer{}, a.hello.Hear(ctx, e)
	case act.Met:
		return act.Answer{}, a.team.Met(ctx, e)
	case act.Reacted:
		if ans, handled, err := a.marks.Reacted(ctx, e); handled {
			return a.speak(e, ans), err
		}
	}
	ans, err := a.book.Hear(ctx, e)
	return a.speak(e, ans), err
}

// Run serves until ctx ends, finishes what is under way within ten seconds, and
// closes the store. A part that stops for another reason stops all.
func (a *App) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.out.Run(ctx) })
	group.Go(func() error { return a.relay.Run(ctx) })
	group.Go(func() error { return a.decide.Run(ctx) })
	group.Go(func() error { return a.publishes(ctx) })
	group.Go(func() error { return a.media.Run(ctx) })
	group.Go(func() error { return a.results.Run(ctx) })
	group.Go(func() error { return a.team.Run(ctx) })
	group.Go(func() error { return a.timeline.Run(ctx) })
	group.Go(func() error { return a.timeline.Missed(ctx) })
	group.Go(func() error { return a.keepHouse(ctx) })
	group.Go(func() error { return a.watchRoom(ctx) })
	group.Go(func() error { return a.watchStore(ctx) })
	group.Go(func() error { return a.watchClock(ctx) })
	if a.cfg.Control {
		group.Go(func() error { return a.answerControl(ctx) })
	}
	for name, ad := range a.all {
		if l, ok := ad.(act.Listener); ok {
			group.Go(func() error { return a.listen(ctx, name, l) })
		}
	}
	if a.cfg.Console != nil {
		group.Go(func() error { return serve(ctx, a.cfg.Console, a.set.Console.Handler()) })
	}
	if a.cfg.Public != nil {
		group.Go(func() error { return serve(ctx, limit(a.cfg.Public, maxVisitors), timely(a.world())) })
	}
	return errors.Join(group.Wait(), a.store.Close())
}

// listen keeps an adapter listening; one that stumbles is started again, later each
// time. One that is refused waits for somebody to mend what is refused: it is started
// again when a configuration is taken in, and otherwise only every hour.
func (a *App) listen(ctx context.Context, name string, l act.Listener) error {
	wait := time.Second
	a.fault(name, nil)
	for {
		began := time.Now()
		well := time.AfterFunc(settled, func() { a.fault(name, nil) })
		err := l.Listen(ctx, a.measured(a.Hear))
		well.Stop()
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was asked to end
		}
		if time.Since(began) > time.Minute {
			wait = time.Second
		}
		next := wait
		if refused(err) {
			next = unmended
		}
		a.log.Error("an adapter stopped listening; it is started again", "adapter", name, "in", next, "err", err)
		if err != nil {
			a.fault(name, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.served.Load().over:
		case <-time.After(next):
		}
		wait = min(2*wait, time.Minute)
	}
}

// watchStore ends, with an error, when the store takes no more updates: what
// starts Ponte again finds out what was written last. Close tells the cause.
func (a *App) watchStore(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-a.store.Broken():
		return errors.New("the store takes no more updates")
	}
}

// keepHouse forgets what was remembered only against doing it twice, after a week,
// and pictures that nobody uses any more.
func (a *App) keepHouse(ctx context.Context) error {
	for {
		for more := true; more && ctx.Err() == nil; {
			var err error
			more, err = storage.Do(ctx, a.store, func(tx *storage.Tx) (bool, error) {
				return records.Forget(tx, tx.Now().Add(-7*24*time.Hour), 500)
			})
			if err != nil {
				a.log.Error("housekeeping stumbled; it tries again", "err", err)
				break
			}
		}
		if err := a.media.Tidy(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("housekeeping of pictures stumbled; it tries again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Hour):
		}
	}
}

// serve answers HTTP on a listener until ctx ends; open streams end with it.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil {
		return srv.Close()
	}
	return nil
}

// address is where people on this machine reach a listener, which may listen on all its addresses.
func address(l net.Listener) string {
	if l == nil {
		return ""
	}
	if at, ok := l.Addr().(*net.TCPAddr); ok && at.IP.IsUnspecified() {
		return fmt.Sprintf("http://localhost:%d", at.Port)
	}
	return "http://" + l.Addr().String()
}

func loopback(l net.Listener) bool {
	if l == nil {
		return true
	}
	a, ok := l.Addr().(*net.TCPAddr)
	return ok && a.IP.IsLoopback()
}
