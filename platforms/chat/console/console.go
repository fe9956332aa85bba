// Package console is the team chat that is built in: a page with the brand's
// channels, their messages and the open thread. It plays the platform itself,
// keeping messages, reactions and read marks in collections of its own, and is
// an adapter to Ponte like any other. It knows cards, acts and events, and
// nothing of what they mean.
//
// # The page
//
// What tests and scripts find on it:
//
//	a[data-channel]                       a channel, by the room's id; its count is [data-unread]
//	section[data-room] [data-list]        the messages of the open channel
//	section[data-thread] [data-list]      the open thread, by the ref of its first message
//	article[data-message][data-kind]      a message by its ref: card, note or notice
//	button[data-verb][data-subject]       a button of a card
//	button[data-emoji][data-count]        a reaction
//	textarea[name=text]                   a composer, one in the room and one in the thread
//	dialog[data-form] [name=value.NAME]   an open form by its verb, and its fields
//	[data-fault=NAME]                     why a field was refused
//
// # The wire
//
// The cookie ponte_as, "brand/user", says who speaks. With a token set, the
// header "Authorization: Bearer TOKEN" stands for having typed it.
//
//	GET  /                                 the first channel
//	GET  /c/BRAND[/ROOM[/REF]]             a channel, with a thread open; ?before=REF pages back
//	GET  /pane/BRAND/ROOM[/REF]            the messages alone, as HTML, or as JSON where Accept asks for it
//	GET  /live/BRAND                       server-sent events: message, rooms, refetch, enough
//	GET  /commands/BRAND                   the commands the viewer may use, as JSON
//	GET  /media/BRAND/HASH                 a picture that Ponte keeps
//	POST /act/say                          room, thread, seen, text, pictures: a note, or a command when it begins with /ponte or @ponte
//	POST /act/upload                       room, thread, file, as multipart: a picture, answered with its hash
//	POST /act/click                        room, thread, seen, ref, verb, subject, revision
//	POST /act/submit                       room, thread, seen, verb, subject, revision, token, value.NAME…
//	POST /act/react                        room, thread, ref, emoji, removed
//	POST /act/suggest                      room, thread, command, option, prefix
//	POST /act/read                         room, thread, ref: read up to there
//	POST /as                               who: BRAND/USER, who one is from now on
//	POST /token                            token
//
// Acts are form-encoded, carry "brand" and a "deed" of their own (the same deed
// sent again is one deed), and answer JSON: see reply. Seen is the newest message
// that the page shows of the thread or, for what is said in a room, the newest card
// of the room; pictures are hashes with spaces between them.
package console

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/console/room"
	"ponte/platforms/chat/console/untold"
	"ponte/platforms/chat/console/upload"
	"ponte/platforms/chat/console/view"
	"ponte/storage"
)

// Options is what the console needs to know of its Ponte.
type Options struct {
	Brands   func() *bot.Brands   // channels with Platform "console", Space the brand and Remote the room; people with "console/BRAND/USER"
	Commands func() []act.Command // for completion and argument hints
	Print    func(lang bot.Lang, zone *time.Location, w card.Words) string
	Token    string // asked for once by the page; empty: loopback only
	Now      func() time.Time
	Log      *slog.Logger
	Square   string                  // address of the public page, for a link; may be empty
	Pages    map[string]http.Handler // more to serve behind the same door, by pattern
	Media    act.Media               // pictures that Ponte keeps; nil: there are none
}

// Console is the built-in team chat. It is made by New.
type Console struct {
	store  storage.Store
	opt    Options
	hub    *room.Hub
	untold *untold.Queue
	door   *upload.Door
	mux    *http.ServeMux

	mu      sync.Mutex
	handler act.Handler
	wrong   wrongTokens
	open    []*opened // live streams, the oldest first
}

// New makes the console. The store must have been opened with Collections.
func New(store storage.Store, opt Options) *Console {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Commands == nil {
		opt.Commands = func() []act.Command { return nil }
	}
	opt.Log = cmp.Or(opt.Log, slog.Default())
	c := &Console{store: store, opt: opt, hub: room.NewHub(), untold: untold.New(store, opt.Now, opt.Log), door: upload.New()}
	c.mux = c.routes()
	return c
}

// Collections lists what the store must be opened with.
func Collections() []storage.Definition { return append(room.Collections(), untold.Collections()...) }

// Name returns "console".
func (c *Console) Name() string { return view.Platform }

// Traits says what the console can do, the same in every room. It remembers
// every key for as long as the message stands.
func (c *Console) Traits(act.Place) act.Traits {
	return act.Traits{Network: "console", Honours: 10 * 365 * 24 * time.Hour, Count: act.Graphemes}
}

// Listen hands what people do on the page to h until ctx ends. While nobody
// listens the page can be read, and answers every deed with a kind refusal. A
// reaction that is shown comes to h again until h takes it.
func (c *Console) Listen(ctx context.Context, h act.Handler) error {
	c.listen(h)
	c.untold.Run(ctx, h)
	c.listen(nil)
	c.hub.HangUp()
	return nil
}

func (c *Console) listen(h act.Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handler = h
}

func (c *Console) listener() act.Handler {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.handler
}

var _ interface {
	act.Adapter
	act.Settler
	act.Listener
	act.Reacter
} = (*Console)(nil)
