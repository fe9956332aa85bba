package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"ponte/bot"
	"ponte/bot/inbox"
	"ponte/internal/config"
	"ponte/internal/control"
	"ponte/internal/i18n"
	"ponte/internal/keep"
	"ponte/platforms/chat/discord"
	"ponte/platforms/chat/slack"
	"ponte/platforms/social/webhook"
	"ponte/storage"
	"ponte/storage/bolt"
)

type checkCmd struct {
	Config string `help:"The configuration file." default:"ponte.yaml" placeholder:"FILE"`
	Data   string `help:"Folder that keeps the state. Default: the one that the configuration names." type:"path" placeholder:"DIR"`
}

// reachTime is how long an address for answers may take.
const reachTime = 5 * time.Second

// Run tells every fault of the file, or what it would serve and how what can be
// tried came out.
func (c *checkCmd) Run(e *env) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	if c.Data != "" {
		cfg.Data = c.Data
	}
	fmt.Fprintf(e.out, "%s has no fault\n", cfg.File)
	for i := range cfg.Brands {
		outline(e.out, cfg, &cfg.Brands[i])
	}
	t := trial{out: e.out}
	t.data(cfg.Data)
	if running, err := control.Dial(e.ctx, cfg.Data); err == nil && running != nil {
		t.well("state %s: a Ponte runs on it; ponte reload has it take this file in", cfg.Data)
	} else {
		t.store(e.ctx, cfg.Data)
		t.port(e.ctx, "console", cfg.Console)
		t.port(e.ctx, "public", cfg.Public)
	}
	t.answers(e.ctx, cfg.Webhooks)
	t.slack(e.ctx, cfg)
	t.discord(e.ctx, cfg)
	if t.wrong > 0 {
		return fmt.Errorf("%d of what was tried is wrong", t.wrong)
	}
	return nil
}

// outline says what a brand is served with.
func outline(w io.Writer, cfg *config.Config, b *bot.Brand) {
	fmt.Fprintf(w, "brand %s, %s: %d channels, %d people, %d routes\n", b.ID, b.Name, len(b.Channels), len(b.People), len(b.Routes))
	base := cfg.Address
	if base == "" {
		base = "http://" + cfg.Public
	}
	for _, a := range b.Accounts {
		if a.ID == cfg.Square {
			fmt.Fprintf(w, "  %s: the square at %s\n", a.ID, base)
		}
	}
	for _, a := range cfg.Webhooks {
		if _, mine := b.Account(a.ID); !mine {
			continue
		}
		_, name, _ := strings.Cut(string(a.ID), ":")
		signed, answered := "signed", "can be answered"
		if a.Unsigned {
			signed = "without a signature, from this machine only"
		}
		if a.Out == "" {
			answered = "cannot be answered"
		}
		fmt.Fprintf(w, "  %s: takes items in at %s/webhook/%s, %s; they %s\n", a.ID, base, name, signed, answered)
	}
}

// A trial tries things and counts what is wrong.
type trial struct {
	out   io.Writer
	wrong int
}

func (t *trial) well(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

func (t *trial) fault(what, found, expected string) {
	t.wrong++
	fmt.Fprintf(t.out, "%s: found %s, expected %s\n", what, found, expected)
}

// data tries to write into the folder, or into the nearest one above it that is there.
func (t *trial) data(folder string) {
	at := folder
	for {
		if _, err := os.Stat(at); !errors.Is(err, os.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		at = filepath.Dir(at)
	}
	f, err := os.CreateTemp(at, ".ponte-check")
	if err != nil {
		t.fault("data "+folder, "a folder that cannot be written ("+reason(err)+")", "one that this user may write to")
		return
	}
	_ = errors.Join(f.Close(), os.Remove(f.Name()))
	t.well("data %s: can be written", folder)
}

// reason is an error of the system without the path that it is about.
func reason(err error) string {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		err = e.Err
	}
	return err.Error()
}

func (t *trial) store(ctx context.Context, folder string) {
	file := keep.File(folder)
	err := bolt.Fits(ctx, file, keep.Definitions()...)
	locked, isLocked := errors.AsType[*bolt.LockedError](err)
	switch {
	case err == nil:
		t.well("store %s: can be opened", file)
	case errors.Is(err, os.ErrNotExist):
		t.well("store %s: there is none yet; it is made at the start", file)
	case isLocked:
		t.fault("store "+file, fmt.Sprintf("a file that process %d (%s) has open", locked.PID, locked.Command), "one that nobody uses")
	case errors.Is(err, storage.ErrNewerFormat):
		t.fault("store "+file, "a store of a newer version of Ponte", "one of this version or before")
	default:
		t.fault("store "+file, "a file that cannot be opened ("+reason(err)+")", "a whole store; ponte restore puts a backup in its place")
	}
}

func (t *trial) port(ctx context.Context, what, addr string) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		_ = l.Close()
		t.well("%s %s: free", what, addr)
	case errors.Is(err, syscall.EADDRINUSE):
		t.fault(what+" "+addr, "a port that another program has", "a free one")
	case errors.Is(err, syscall.EACCES):
		t.fault(what+" "+addr, "a port that this user may not use", "one above 1023")
	default:
		t.fault(what+" "+addr, "an address that is not of this machine", "one to listen on")
	}
}

// chatTime is how long all that is asked of a team chat may take.
const chatTime = time.Minute

// slack tries the tokens, permissions and channels of Slack.
func (t *trial) slack(ctx context.Context, cfg *config.Config) {
	if len(cfg.Slack.Workspaces) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, chatTime)
	defer cancel()
	brands := bot.NewBrands(cfg.Brands...)
	way := slack.New(slack.Options{
		Workspaces: func() []slack.Workspace { return cfg.Slack.Workspaces }, APIURL: cfg.Slack.APIURL,
		Brands: func() *bot.Brands { return brands }, Log: slog.New(slog.DiscardHandler),
	})
	for _, tried := range way.Check(ctx) {
		t.tried(tried.What, tried.Found, tried.Expected)
	}
}

// discord tries the token, intents, servers, commands and channels of Discord.
func (t *trial) discord(ctx context.Context, cfg *config.Config) {
	if cfg.Discord.Bot.Token == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, chatTime)
	defer cancel()
	words, err := i18n.Load()
	if err != nil {
		t.fault("discord", err.Error(), "Ponte's own sentences")
		return
	}
	brands := bot.NewBrands(cfg.Brands...)
	way := discord.New(discord.Options{
		Bot: func() discord.Bot { return cfg.Discord.Bot }, APIURL: cfg.Discord.APIURL,
		Brands: func() *bot.Brands { return brands }, Print: words.Print, Log: slog.New(slog.DiscardHandler),
	})
	for _, tried := range way.Check(ctx, inbox.Tags()...) {
		if tried.Note != "" {
			t.well("%s: well, %s", tried.What, tried.Note)
			continue
		}
		t.tried(tried.What, tried.Found, tried.Expected)
	}
}

// tried tells how something came out; nothing was found when it is well.
func (t *trial) tried(what, found, expected string) {
	if found != "" {
		t.fault(what, found, expected)
		return
	}
	t.well("%s: well", what)
}

// answers tries the addresses that answers go to, all at once.
func (t *trial) answers(ctx context.Context, accounts []webhook.Account) {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	came := make([]error, len(accounts))
	var all sync.WaitGroup
	for i, a := range accounts {
		if a.Out != "" {
			all.Go(func() { came[i] = webhook.Reach(ctx, a) })
		}
	}
	all.Wait()
	for i, a := range accounts {
		switch {
		case a.Out == "":
		case came[i] == nil:
			t.well("answers of %s: the address can be reached", a.ID)
		default:
			t.fault(fmt.Sprintf("answers of %s", a.ID), "an address that cannot be reached ("+came[i].Error()+")", "one that takes connections")
		}
	}
}
