// Package platforms lists the adapters: the one place that knows them all by name.
package platforms

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/console"
	"ponte/platforms/chat/discord"
	"ponte/platforms/chat/slack"
	"ponte/platforms/social/square"
	"ponte/platforms/social/webhook"
	"ponte/storage"
)

// Options is what the adapters are built with.
type Options struct {
	Brands   func() *bot.Brands
	Commands func() []act.Command
	Print    func(bot.Lang, *time.Location, card.Words) string
	Token    string                   // of the console; empty: loopback only
	Square   bot.AccountID            // the account that the public square is; empty: there is none
	Address  string                   // of the public side, as people reach it
	Webhooks func() []webhook.Account // the sources of items by webhook, as they are now
	Loopback bool                     // the public side is reached from this machine only
	Writes   float64                  // writes a minute and address on the square; 0: the square's own, negative: no limit
	Pages    map[string]http.Handler  // served by the console besides its own, to those who may use it
	Media    act.Media                // pictures that Ponte keeps
	Slack    func() Slack             // as it is now
	Discord  func() Discord           // as it is now
	Missed   func(context.Context)    // for a while it was not told what people reacted with
	Log      *slog.Logger
}

// Slack is how its workspaces are reached. The workspaces may change while Ponte
// runs; whether there are any, and the rest, may not.
type Slack struct {
	Workspaces []slack.Workspace                                                    // none: there is no Slack
	APIURL     string                                                               // of its Web API, with a slash at the end; empty: Slack's own
	Client     *http.Client                                                         // nil: one with a time-out
	Dial       func(ctx context.Context, network, address string) (net.Conn, error) // of WebSockets; nil: the network's
	Unpaced    bool                                                                 // tests: this Slack takes all as fast as it comes
}

// Discord is how it is reached, and where it is served. The bot may change while Ponte
// runs; whether there is one, and the rest, may not.
type Discord struct {
	Bot        discord.Bot                                                          // without a token there is no Discord
	APIURL     string                                                               // of its REST interface, as "https://discord.com/api/v10"; empty: Discord's own
	GatewayURL string                                                               // of the WebSocket; empty: the one that Discord names
	Client     *http.Client                                                         // nil: one with a time-out
	Dial       func(ctx context.Context, network, address string) (net.Conn, error) // of WebSockets; nil: the network's
	Unpaced    bool                                                                 // tests: this Discord takes all as fast as it comes
}

// Set is the adapters of one Ponte.
type Set struct {
	Console *console.Console
	Square  *square.Square // nil: there is none
	Webhook *webhook.Webhook
	Slack   *slack.Slack     // nil: there is none
	Discord *discord.Discord // nil: there is none
}

// Collections lists what the store must be opened with.
func Collections() []storage.Definition {
	out := console.Collections()
	out = append(out, square.Collections()...)
	out = append(out, webhook.Collections()...)
	return append(out, notes)
}

// New builds the adapters over a store that was opened with Collections.
func New(store storage.Store, opt Options) *Set {
	s := &Set{
		Console: console.New(store, console.Options{
			Brands: opt.Brands, Commands: opt.Commands, Print: opt.Print, Token: opt.Token, Log: opt.Log, Square: opt.Address,
			Pages: opt.Pages, Media: opt.Media,
		}),
		Webhook: webhook.New(store, webhook.Options{
			Accounts: opt.Webhooks, Loopback: opt.Loopback, Log: opt.Log,
		}),
	}
	if _, _, ok := opt.Brands().Owning(opt.Square); ok {
		s.Square = square.New(store, square.Options{
			Print: opt.Print, Account: opt.Square, Brand: opt.speaker, Writes: opt.Writes, Base: func() string { return opt.Address }, Log: opt.Log,
			Media: opt.pictures,
		})
	}
	if way := opt.Slack(); len(way.Workspaces) > 0 {
		s.Slack = slack.New(slack.Options{
			Workspaces: func() []slack.Workspace { return opt.Slack().Workspaces }, APIURL: way.APIURL, Client: way.Client, Dial: way.Dial, Unpaced: way.Unpaced,
			Brands: opt.Brands, Commands: opt.Commands, Print: opt.Print, Media: opt.Media, Log: opt.Log,
		})
	}
	if way := opt.Discord(); way.Bot.Token != "" {
		s.Discord = discord.New(discord.Options{
			Bot: func() discord.Bot { return opt.Discord().Bot }, APIURL: way.APIURL, GatewayURL: way.GatewayURL, Client: way.Client, Dial: way.Dial, Unpaced: way.Unpaced,
			Brands: opt.Brands, Commands: opt.Commands, Print: opt.Print, Media: opt.Media, Notes: notebook{store, discord.Platform}, Missed: opt.Missed, Log: opt.Log,
		})
	}
	return s
}

// pictures gives the square the pictures of its brand.
func (o *Options) pictures(ctx context.Context, hash string) (bot.Picture, []byte, error) {
	b, _, ok := o.Brands().Owning(o.Square)
	if !ok || o.Media == nil {
		return bot.Picture{}, nil, bot.Errorf(bot.NotFound, "square.no_picture")
	}
	return o.Media.Bytes(ctx, b.ID, hash)
}

// speaker is as whom the brand speaks on the square.
func (o *Options) speaker() string {
	_, a, _ := o.Brands().Owning(o.Square)
	return a.Name
}

// All returns the adapters by name.
func (s *Set) All() map[string]act.Adapter {
	out := map[string]act.Adapter{s.Console.Name(): s.Console, s.Webhook.Name(): s.Webhook}
	if s.Square != nil {
		out[s.Square.Name()] = s.Square
	}
	if s.Slack != nil {
		out[s.Slack.Name()] = s.Slack
	}
	if s.Discord != nil {
		out[s.Discord.Name()] = s.Discord
	}
	return out
}

// Public is what the world may reach: the square, the webhooks under /webhook/, and
// under /slack/ what Slack delivers.
func (s *Set) Public() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/webhook/", s.Webhook.Handler())
	if s.Slack != nil {
		mux.Handle("/slack/", s.Slack.Handler())
	}
	if s.Square != nil {
		mux.Handle("/", s.Square.Handler())
	}
	return mux
}
