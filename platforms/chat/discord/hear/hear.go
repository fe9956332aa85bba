// Package hear takes in what people do in Discord: it tells Ponte of it, and shows
// them what comes of it. It knows what Discord tells, cards, acts and events, and
// nothing of what they mean. What it keeps, it keeps while it runs.
package hear

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/gate"
	"ponte/platforms/chat/discord/gone"
	"ponte/platforms/chat/discord/recent"
	"ponte/platforms/chat/discord/rooms"
	"ponte/platforms/chat/discord/said"
	"ponte/platforms/chat/discord/web"
)

// Chat is what the desk needs of the adapter it is of.
type Chat struct {
	Platform string
	Web      *web.Client
	Client   *http.Client    // for files
	APIURL   string          // whose host brings files as well as Discord's own
	Guilds   func() []string // the servers that are served
	Brands   func() *bot.Brands
	Commands func() []act.Command
	Notes    gate.Notes
	Rooms    *rooms.Rooms
	Pen      func(at act.Place, who *bot.Actor) draw.Pen
	Files    func(ctx context.Context, at act.Place, c card.Card) (files []web.File, names map[string]string) // the pictures of a card
	Sign     func(at act.Place, emoji string) string                                                          // an emoji as the brand writes it
	Saw      func(nonce, channel, id string)                                                                  // a message of ours
	Stands   func(thread, id string)                                                                          // in which thread a message stands
	Held     func(id string) (string, bool)                                                                   // what did not fit into a button's id
	Missed   func(ctx context.Context)                                                                        // what happened for a while was not told
	Now      func() time.Time
	Log      *slog.Logger
}

const (
	memories = 5_000
	mostOpen = 500 // forms
	mostBusy = 256 // interactions under way
	mostHeld = 10_000
	nameKept = time.Hour
)

// Desk takes in what is heard. It is made by New.
type Desk struct {
	chat  Chat
	lanes *gate.Lanes
	busy  chan struct{} // interactions that are under way

	done   *recent.Few[bool]              // messages and interactions that were taken in
	signs  *recent.Few[bool]              // by session, message, person and emoji: whether it was taken off
	forms  *recent.Few[card.Form]         // by token: forms that are open
	finds  *recent.Few[map[string]string] // by token: what is looked for among the choices of a form's fields
	names  *recent.Few[calledAt]          // by server and person
	turned *recent.Few[time.Time]         // by person: when a direct message was refused
	roles  *recent.Few[string]            // by server: the role that is the bot's own
	picked *recent.Few[string]            // by message: what it says, where somebody did something with it
	gone   *gone.Desk

	mu      sync.Mutex
	handler act.Handler
	newest  string // of the messages that were taken in
	written string // of them, as the notes have it
}

type calledAt struct {
	name string
	at   time.Time
}

// New makes a desk.
func New(c Chat) *Desk {
	d := &Desk{
		chat: c, lanes: gate.NewLanes(mostHeld), busy: make(chan struct{}, mostBusy), roles: recent.New[string](mostOpen), picked: recent.New[string](mostOpen),
		done: recent.New[bool](memories), signs: recent.New[bool](memories), forms: recent.New[card.Form](mostOpen), finds: recent.New[map[string]string](mostOpen), names: recent.New[calledAt](memories),
		turned: recent.New[time.Time](mostOpen),
	}
	tells := func(waits []time.Duration) func(context.Context, act.Event) error {
		return func(ctx context.Context, e act.Event) error {
			_, err := d.tell(ctx, e, waits...)
			return err
		}
	}
	d.gone = gone.New(gone.Chat{
		Platform: c.Platform, Web: c.Web, Rooms: c.Rooms, Brands: c.Brands, Guilds: c.Guilds, Place: d.place, Tell: tells(patient), Try: tells(brisk),
		Ask: d.ask, Pen: c.Pen, Held: c.Held, Notes: c.Notes, Now: c.Now, Log: c.Log,
	})
	return d
}

// Gone finds out what is gone.
func (d *Desk) Gone() *gone.Desk { return d.gone }

// Serve tells of everything to h until ctx ends, and then waits for what is under way.
func (d *Desk) Serve(ctx context.Context, h act.Handler, run func(gate.Handler) error) error {
	d.listen(h)
	defer d.listen(nil)
	d.remember(ctx)
	defer d.lanes.Wait()
	return run(func(e gate.Event, done func()) bool { return d.take(ctx, e, done) })
}

func (d *Desk) listen(h act.Handler) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.handler = h
}

func (d *Desk) listener() act.Handler {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.handler
}

// serves reports whether a server is one of those that are served.
func (d *Desk) serves(guild string) bool { return slices.Contains(d.chat.Guilds(), guild) }

// place is where something happened: the channel, and the thread of it.
func (d *Desk) place(ctx context.Context, guild, id string) (at act.Place, thread string, err error) {
	at = act.Place{Platform: d.chat.Platform, Space: guild, Channel: id}
	if d.ours(at) {
		return at, "", nil
	}
	var r rooms.Room
	err = insist(ctx, func() (err error) { r, err = d.chat.Rooms.Get(ctx, id); return err })
	if err == nil && r.Thread {
		at.Channel, thread = r.Parent, id
	}
	return at, thread, err
}

func (d *Desk) ours(at act.Place) bool {
	_, _, ok := d.chat.Brands().Room(at.Platform, at.Space, at.Channel)
	return ok
}

// actor is somebody, as they are called where Discord told it lately.
func (d *Desk) actor(guild string, u said.User, m *said.Member) bot.Actor {
	key, name := guild+"/"+u.ID, said.Called(u, m)
	if name != "" {
		d.names.Put(key, calledAt{name, d.chat.Now()})
	} else if known, ok := d.names.Get(key); ok && d.chat.Now().Sub(known.at) < nameKept {
		name = known.name
	}
	return bot.Actor{Platform: d.chat.Platform, Space: guild, User: u.ID, Name: name}
}

// tell hands an event to whoever listens, again and again for as long as ctx lasts,
// and as often as it makes sense.
func (d *Desk) tell(ctx context.Context, e act.Event, waits ...time.Duration) (act.Answer, error) {
	for try := 0; ; try++ {
		h := d.listener()
		if h == nil {
			return act.Answer{}, errResting
		}
		ans, err := h(ctx, e)
		if err == nil || ctx.Err() != nil || bot.KindOf(err).Final() || try == len(waits) {
			return ans, err
		}
		select {
		case <-ctx.Done():
			return ans, err
		case <-time.After(waits[try]):
		}
	}
}

// patient is how long is waited before what is not told a second time by Discord is
// handed over anew; brisk is the same while somebody waits for an answer.
var (
	brisk   = []time.Duration{100 * time.Millisecond, 400 * time.Millisecond}
	patient = append([]time.Duration{100 * time.Millisecond, 400 * time.Millisecond, 2 * time.Second, 10 * time.Second, 30 * time.Second}, slices.Repeat([]time.Duration{time.Minute}, 12)...)
)
