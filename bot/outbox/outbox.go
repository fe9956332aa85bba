// Package outbox is the one road to the outside world. Behaviours put acts into
// it within their own transactions; it carries them out in order, at the rate
// each place allows, and settles what a crash or a lost answer left open, so that
// nothing is said twice. It knows no behaviour and no platform.
package outbox

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox/rate"
	"ponte/storage"
)

// Options is what an Outbox is made with. Every field may be empty.
type Options struct {
	Adapters map[string]act.Adapter             // by act.Place.Platform
	Print    func(bot.BrandID, act.Act) act.Act // writes an act's words in the brand's language, once before it is carried; nil: as they are
	Pace     func(act.Place) Pace               // read at each turn, so that a reloaded configuration counts at once; nil: no limits
	Log      *slog.Logger                       // nil: the default logger
	At       func(Step)                         // told of every step, for tests that stop there
	Parallel int                                // acts under way at once; 0: 64
	Timeout  time.Duration                      // of one attempt; 0: 30 s
}

// Pace is how fast a place may be talked to.
type Pace = rate.Pace

// Step is a moment in the life of an effect at which a process may die.
type Step string

// The steps, in order. Accepted and Refused are the destination's to call.
const (
	StepEnqueue  Step = "enqueue"  // before the enqueueing commit
	StepEnqueued Step = "enqueued" // after it
	StepClaimed  Step = "claimed"  // chosen, before the commit of started
	StepStarted  Step = "started"  // after that commit, before the first byte
	StepAccepted Step = "accepted" // the destination took it and its answer was not read

	StepRefusedAfter Step = "refused after" // the destination took it and answered with a failure
	StepAnswered     Step = "answered"      // the answer was read and not recorded
	StepDone         Step = "done"          // after the commit of done
)

// Drawing is what a Show looks like now.
type Drawing struct {
	Card    card.Card
	Mention []string // pinged when it goes out as a new message, with those of Shown
	Nothing bool     // there is nothing to show any more
}

// Outbox carries effects out. The functions that take a transaction may be used
// in any process of the store; Run is the pump.
type Outbox struct {
	store    storage.Store
	adapters map[string]act.Adapter
	print    func(bot.BrandID, act.Act) act.Act
	pace     func(act.Place) Pace
	log      *slog.Logger
	at       func(Step)
	parallel int
	timeout  time.Duration
	holder   string

	draws   map[string]func(*storage.Tx, act.Slot) (Drawing, error)
	gates   []func(*storage.Tx, *act.Effect) error
	watches map[string][]func(*storage.Tx, act.Effect) error
	names   map[string][]func(*storage.Tx, act.Slot) error
	returns func(*storage.Tx, act.Slot) (act.Slot, error)

	wake     chan struct{}
	outcomes chan outcome
	waiters  chan chan struct{}

	mem memory     // Run's own
	mu  sync.Mutex // guards mem.parked, which Stats reads
}

// New makes an outbox on a store that was opened with records.All. It carries
// nothing before Run.
func New(store storage.Store, opt Options) *Outbox {
	o := &Outbox{
		store: store, adapters: opt.Adapters, print: opt.Print, pace: opt.Pace,
		log: cmp.Or(opt.Log, slog.Default()), at: opt.At,
		parallel: cmp.Or(opt.Parallel, 64), timeout: cmp.Or(opt.Timeout, 30*time.Second),
		draws:   map[string]func(*storage.Tx, act.Slot) (Drawing, error){},
		watches: map[string][]func(*storage.Tx, act.Effect) error{},
		names:   map[string][]func(*storage.Tx, act.Slot) error{},
		wake:    make(chan struct{}, 1),
		waiters: make(chan chan struct{}),
		mem:     memory{under: map[bot.ID]int{}, asks: map[bot.ID]question{}, rates: map[string]rate.Budget{}, aside: map[bot.ID]time.Time{}},
	}
	o.outcomes = make(chan outcome, o.parallel)
	o.holder, _ = os.Hostname()
	o.holder = cmp.Or(o.holder, "ponte")
	if o.at == nil {
		o.at = func(Step) {}
	}
	return o
}

// Draws sets who draws a kind of subject. f runs in the transaction that starts
// a Show and only reads. Draws, Gates, Watches and Names are called before Run.
func (o *Outbox) Draws(kind string, f func(tx *storage.Tx, slot act.Slot) (Drawing, error)) {
	o.draws[kind] = f
}

// Gates adds a gate: it runs in the transaction that writes started, so that
// nothing leaves that is not allowed at that moment. Nil lets the effect pass. A
// *bot.Error that is final (Invalid, Denied, NotFound, Conflict) fails it; any
// other error makes it wait for RetryAfter, or for Ponte's back-off.
func (o *Outbox) Gates(f func(tx *storage.Tx, e *act.Effect) error) { o.gates = append(o.gates, f) }

// Watches has f told, in the recording transaction, of every move the outbox
// makes with a Say about that kind of subject: started, done, failed, unknown,
// waiting again.
func (o *Outbox) Watches(kind string, f func(tx *storage.Tx, e act.Effect) error) {
	o.watches[kind] = append(o.watches[kind], f)
}

// Names has f told, in the recording transaction, when the platform has named a
// message about that kind of subject.
func (o *Outbox) Names(kind string, f func(tx *storage.Tx, slot act.Slot) error) {
	o.names[kind] = append(o.names[kind], f)
}

// Returns sets who says, in the transaction that starts a Show, whether a message that
// stays away since somebody took it away is shown anew, and gives back its slot as it is
// kept then. It is called before Run.
func (o *Outbox) Returns(f func(tx *storage.Tx, slot act.Slot) (act.Slot, error)) { o.returns = f }

// Idle waits until nothing is due or under way, as tests and seeding do. What
// waits for a later time does not count. It needs a Run that is going on.
func (o *Outbox) Idle(ctx context.Context) error {
	quiet := make(chan struct{})
	select {
	case o.waiters <- quiet:
	case <-ctx.Done():
	}
	select {
	case <-quiet:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Wake has the pump look at once, as when a pause is lifted.
func (o *Outbox) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}
