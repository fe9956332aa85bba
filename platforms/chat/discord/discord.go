// Package discord is team chat in Discord: it shows cards as messages, hears what
// people do there, and answers them. It knows Discord's REST interface and gateway,
// cards, acts and events, and nothing of what they mean; it keeps nothing that a
// restart may not lose, but for a few notes.
//
// A place is a server (guild) and a channel of it; a message is known by its id. The
// thread under a message has the id of the message, in a forum as well, so one id
// names both. What stands in a thread is a message of that thread to Discord.
//
// A message is sent with a nonce made from its key, which keeps Discord from making
// it twice for a few minutes. After that a look at the channel tells whether it is there.
package discord

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/gate"
	"ponte/platforms/chat/discord/hear"
	"ponte/platforms/chat/discord/recent"
	"ponte/platforms/chat/discord/register"
	"ponte/platforms/chat/discord/rooms"
	"ponte/platforms/chat/discord/seen"
	"ponte/platforms/chat/discord/web"
)

// Platform is the adapter's name.
const Platform = "discord"

// Bot is the bot's account in Discord, and where it serves.
type Bot struct {
	Token   string
	Guilds  []string // the servers it serves, by their ids
	Content bool     // the text of messages that do not name Ponte is read too, as notes
}

// Options is what the adapter needs to know of its Ponte.
type Options struct {
	Bot        func() Bot                                                           // as it is configured now
	APIURL     string                                                               // as "https://discord.com/api/v10"; empty: Discord's own
	GatewayURL string                                                               // of the WebSocket; empty: the one that Discord names
	Client     *http.Client                                                         // nil: one that follows no redirects
	Dial       func(ctx context.Context, network, address string) (net.Conn, error) // of WebSockets; nil: the network's
	Brands     func() *bot.Brands                                                   // channels with Platform "discord", Space the server and Remote the channel's id; people with "discord/SERVER/USER"
	Commands   func() []act.Command                                                 // what there is to run; nil: nothing
	Print      func(lang bot.Lang, zone *time.Location, w card.Words) string
	Media      act.Media             // the pictures that cards show; nil: they only describe them
	Notes      Notes                 // nil: nothing is kept across restarts
	Missed     func(context.Context) // what people reacted with for a while was not told; nil: nobody is to know
	Unpaced    bool                  // Discord is asked as often as there is something to ask
	Now        func() time.Time
	Log        *slog.Logger
}

// Notes keeps what the adapter has to know of itself after a restart, by name: small
// values, at most 64 KiB each. Of a name that was never written both results are nil.
type Notes interface {
	Read(ctx context.Context, name string) ([]byte, error)
	Write(ctx context.Context, name string, value []byte) error
}

// Discord is the adapter. It is made by New.
type Discord struct {
	opt     Options
	web     *web.Client
	rooms   *rooms.Rooms
	started time.Time
	desk    *hear.Desk
	table   func() []*discordgo.ApplicationCommand // what there is to run, as Discord has it
	gate    atomic.Pointer[gate.Gate]              // as it is now; nil: nobody listens

	apps    *recent.Few[string]      // by token: the app that the bot is of
	sent    *recent.Few[posted]      // by nonce: messages of ours that are out
	owner   *recent.Few[string]      // by message: the nonce it was sent with
	tried   *recent.Few[time.Time]   // by nonce: when a message was last sent off
	shown   *recent.Few[[]seen.File] // by message: the files it has
	stands  *recent.Few[string]      // by message: the thread it stands in
	offered *recent.Few[string]      // by server: what Discord calls "/ponte" there
	sure    *recent.Few[string]      // by a button's id: what is asked before it acts, or what it stands for
}

// memories is how many messages are remembered.
const memories = 5_000

// New makes the adapter. It opens no connection.
func New(opt Options) *Discord {
	opt.Log = cmp.Or(opt.Log, slog.Default())
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Commands == nil {
		opt.Commands = func() []act.Command { return nil }
	}
	client := web.New(web.Options{
		Token: func() string { return opt.Bot().Token }, URL: opt.APIURL, Client: opt.Client, Unpaced: opt.Unpaced, Now: opt.Now, Log: opt.Log,
	})
	d := &Discord{
		apps: recent.New[string](2), offered: recent.New[string](memories),
		opt: opt, started: opt.Now(), web: client, rooms: rooms.New(client, opt.Now, opt.Log),
		sent: recent.New[posted](memories), owner: recent.New[string](memories), tried: recent.New[time.Time](memories),
		shown: recent.New[[]seen.File](memories), stands: recent.New[string](memories), sure: recent.New[string](memories),
	}
	d.table = sync.OnceValue(func() []*discordgo.ApplicationCommand {
		return register.Commands(opt.Commands(), register.Printer(opt.Print))
	})
	d.desk = d.ears()
	return d
}

// Name returns "discord".
func (d *Discord) Name() string { return Platform }

// posted is a message of ours that is out.
type posted struct{ channel, ref string }

// saw notes a message of ours that Discord told of: the nonce it was sent with, the
// channel or thread it stands in, and its id.
func (d *Discord) saw(nonce, channel, id string) {
	if nonce == "" {
		return
	}
	d.sent.Put(nonce, posted{channel, id})
	d.owner.Put(id, nonce)
	if channel != id {
		d.stands.Put(id, channel)
	}
}

var _ interface {
	act.Adapter
	act.Settler
	act.Listener
	act.Reacter
	act.Reader
	act.Roster
} = (*Discord)(nil)
