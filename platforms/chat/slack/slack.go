// Package slack is team chat in Slack: it shows cards as messages, hears what
// people do there, and answers them. It knows Slack's Web API and what it
// delivers, cards, acts and events, and nothing of what they mean; it keeps
// nothing that a restart may not lose.
//
// A place is a workspace (T…) and a channel (C…); a message is known by its
// channel and its timestamp, which is also the name of the thread under it.
//
// Slack documents no key that keeps a message from being sent twice. So each one
// carries its key as metadata, by which Settle finds it again.
package slack

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/gallery"
	"ponte/platforms/chat/slack/missed"
	"ponte/platforms/chat/slack/people"
	"ponte/platforms/chat/slack/setup"
	"ponte/platforms/chat/slack/web"
	"ponte/platforms/chat/slack/wire"
)

// Platform is the adapter's name.
const Platform = "slack"

// Workspace is one installation of the Slack app.
type Workspace = web.Workspace

// Options is what the adapter needs to know of its Ponte.
type Options struct {
	Workspaces func() []Workspace   // as they are now
	Brands     func() *bot.Brands   // channels with Platform "slack", Space the workspace and Remote the channel's id; people with "slack/WORKSPACE/USER"
	Commands   func() []act.Command // what there is to run on a person's home; nil: nothing
	Media      act.Media            // the pictures that cards show; nil: they only describe them
	Print      func(lang bot.Lang, zone *time.Location, w card.Words) string
	APIURL     string                                                               // ends in "/"; empty: Slack's own
	Client     *http.Client                                                         // nil: one with a time-out
	Dial       func(ctx context.Context, network, address string) (net.Conn, error) // of WebSockets; nil: the network's
	Unpaced    bool                                                                 // Slack is asked as often as there is something to send
	Now        func() time.Time
	Log        *slog.Logger
}

// Slack is the adapter. It is made by New.
type Slack struct {
	people.Roster
	opt     Options
	desk    *wire.Desk
	started time.Time

	sent    *wire.Recent[posted]    // by key: messages of ours that are out
	tried   *wire.Recent[time.Time] // by key: when a message was last sent off
	threads *wire.Recent[string]    // by message: the thread it stands in
	forms   *wire.Recent[card.Form] // by token: forms that are open, for what their choices fill in
	newest  *wire.Recent[string]    // by reaction: the last that was heard of it
	homes   *wire.Recent[time.Time] // by person: when their home was last drawn
	said    *wire.Memory            // messages that were heard: Slack tells of one twice when it names the bot
	order   wire.Turns              // of what is heard of one reaction
	mu      sync.Mutex
	handler act.Handler
	spaces  map[string]*web.Space
	ways    wire.Ways
	guard   *web.Guard
	missed  *missed.Desk
	gallery *gallery.Gallery
}

const (
	patience = 15 * time.Second // for one call of the Web API
	memories = 5_000
)

// New makes the adapter. It opens no connection.
func New(opt Options) *Slack {
	opt.Log = cmp.Or(opt.Log, slog.Default())
	opt.APIURL = cmp.Or(opt.APIURL, "https://slack.com/api/")
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Commands == nil {
		opt.Commands = func() []act.Command { return nil }
	}
	if opt.Client == nil {
		opt.Client = &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	s := &Slack{
		opt: opt, started: opt.Now(), spaces: map[string]*web.Space{},
		gallery: gallery.New(opt.Media, opt.Now, opt.Log),
		sent:    wire.NewRecent[posted](memories), tried: wire.NewRecent[time.Time](memories), threads: wire.NewRecent[string](memories),
		forms: wire.NewRecent[card.Form](500), newest: wire.NewRecent[string](memories), homes: wire.NewRecent[time.Time](500), said: wire.NewMemory(),
	}
	if !opt.Unpaced {
		s.guard = web.NewGuard()
	}
	s.missed = &missed.Desk{Tell: s.tell, Named: s.channel, Now: opt.Now, Log: opt.Log}
	s.Roster = people.Roster{Space: s.space, Now: opt.Now}
	s.desk = wire.NewDesk(s.take, opt.Now, opt.Log)
	s.ways.Socket, s.ways.Log = s.socket, opt.Log
	return s
}

// Name returns "slack".
func (s *Slack) Name() string { return Platform }

// Traits says what Slack can do, the same in every channel. It remembers no keys.
func (s *Slack) Traits(act.Place) act.Traits { return act.Traits{Network: "Slack", Count: act.Runes} }

// Handler takes what Slack delivers over HTTP to the workspaces with a signing
// secret, on whatever path it is served. Nothing is taken while nobody listens.
func (s *Slack) Handler() http.Handler {
	return s.desk.Handler(func() map[string]string {
		out := map[string]string{}
		for _, w := range s.opt.Workspaces() {
			if w.SigningSecret != "" {
				out[w.ID] = w.SigningSecret
			}
		}
		return out
	})
}

// Check tries every workspace, channel and user group that the configuration names, and posts nothing.
func (s *Slack) Check(ctx context.Context) (out []setup.Tried) {
	for _, w := range s.opt.Workspaces() {
		if sp, ok := s.space(w.ID); ok {
			out = append(out, setup.Check(ctx, sp, setup.UsedBy(s.opt.Brands(), Platform, w.ID))...)
		}
	}
	return out
}

var _ interface {
	act.Adapter
	act.Settler
	act.Listener
	act.Reacter
	act.Roster
	act.Reader
} = (*Slack)(nil)
