package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
	"ponte/storage/bolt"
)

// told is one call that reached the destination.
type told struct {
	after time.Duration // since the destination was made
	key   string
	text  string
	act   act.Act
	at    act.Place
}

// fault is what the destination does with one call instead of its work.
type fault struct {
	err      error
	accepted bool // the act happens all the same
	hang     bool // until the context ends
	panics   bool
	slow     time.Duration
}

// destination is a platform in memory. It is as strict as one: it knows its
// messages, edits and threads only what is there, takes no mention on an edit,
// and one act of a lane at a time.
type destination struct {
	mu       sync.Mutex
	born     time.Time
	traits   act.Traits
	calls    []told
	messages []told            // what people see, in the order in which it came
	refs     map[string]int    // ref: index into messages
	keys     map[string]string // key: ref, as far as it is remembered
	keyed    map[string]time.Time
	faults   map[string][]fault // by text: the next calls about it
	busy     map[string]bool    // by text
	wrong    []string           // what a vendor would not have taken
	found    []act.Finding      // the next answers when asked; then the truth
	asked    int
}

func newDestination() *destination {
	return &destination{
		born: time.Now(), refs: map[string]int{}, keys: map[string]string{}, keyed: map[string]time.Time{},
		faults: map[string][]fault{}, busy: map[string]bool{},
	}
}

// settling is a destination that can be asked.
type settling struct{ *destination }

func (d *destination) Name() string                { return "there" }
func (d *destination) Traits(act.Place) act.Traits { return d.traits }

func textOf(a act.Act) string {
	switch a := a.(type) {
	case act.Send:
		return a.Card.Title.Text
	case act.Edit:
		return a.Card.Title.Text
	case act.Reply:
		return a.Text
	case act.Change:
		return a.Text
	}
	return ""
}

func textIn(e act.Effect) string {
	a, _ := e.Act.Open()
	return textOf(a)
}

func (d *destination) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	text := textOf(a)
	d.mu.Lock()
	d.calls = append(d.calls, told{time.Since(d.born), key, text, a, at})
	var f fault
	if q := d.faults[text]; len(q) > 0 {
		f, d.faults[text] = q[0], q[1:]
	}
	if d.busy[key] {
		d.wrong = append(d.wrong, "two at once: "+key)
	}
	d.busy[key] = f.slow < time.Hour // an adapter that does not come back is at fault itself
	d.mu.Unlock()
	defer func() { d.mu.Lock(); d.busy[key] = false; d.mu.Unlock() }()
	patient := ctx
	if f.slow > time.Minute {
		patient = context.WithoutCancel(ctx) // an adapter that should not be so
	}
	select {
	case <-time.After(f.slow):
	case <-patient.Done():
		return act.Receipt{}, ctx.Err()
	}
	if f.panics {
		panic("the adapter is broken")
	}
	if f.hang {
		<-ctx.Done()
		return act.Receipt{}, ctx.Err()
	}
	if f.err != nil && !f.accepted {
		return act.Receipt{}, f.err
	}
	r, err := d.take(key, a, at, text)
	if f.err != nil {
		return act.Receipt{}, f.err
	}
	return r, err
}

// take does the act.
func (d *destination) take(key string, a act.Act, at act.Place, text string) (act.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if key == "" {
		d.wrong = append(d.wrong, "no key: "+text)
	}
	switch a := a.(type) {
	case act.Send:
		if _, ok := d.refs[a.Thread]; a.Thread != "" && !ok {
			d.wrong = append(d.wrong, "no thread: "+text)
		}
	case act.Edit:
		if _, used := d.keys[key]; used {
			d.wrong = append(d.wrong, "the key of another act: "+key)
		}
		i, ok := d.refs[a.Ref]
		if !ok {
			d.wrong = append(d.wrong, "no message: "+text)
			return act.Receipt{}, bot.Errorf(bot.NotFound, "error.not_found")
		}
		d.messages[i].text = text
		return act.Receipt{Ref: a.Ref}, nil
	}
	if ref, ok := d.keys[key]; ok && time.Since(d.keyed[key]) < d.traits.Honours {
		return act.Receipt{Ref: ref}, nil
	}
	d.messages = append(d.messages, told{time.Since(d.born), key, text, a, at})
	ref := fmt.Sprintf("m%d", len(d.messages))
	d.refs[ref], d.keys[key], d.keyed[key] = len(d.messages)-1, ref, time.Now()
	return act.Receipt{Ref: ref, URL: "https://there.example/" + ref}, nil
}

func (s settling) Settle(_ context.Context, key string, _ act.Act, _ act.Place) (act.Receipt, act.Finding, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if len(s.found) > 0 {
		f := s.found[0]
		s.found = s.found[1:]
		if f == "later" {
			return act.Receipt{}, act.Unsure, &bot.Error{Kind: bot.Unavailable, Key: "x", RetryAfter: time.Minute}
		}
		if f == "error" {
			return act.Receipt{}, act.Absent, errors.New("no answer")
		}
		return act.Receipt{}, f, nil
	}
	if ref, ok := s.keys[key]; ok {
		return act.Receipt{Ref: ref}, act.Found, nil
	}
	return act.Receipt{}, act.Absent, nil
}

func (d *destination) fails(text string, f ...fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults[text] = append(d.faults[text], f...)
}

// texts are what people see.
func (d *destination) texts() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []string{}
	for _, m := range d.messages {
		out = append(out, m.text)
	}
	return out
}

// attempts are the calls so far, in order.
func (d *destination) attempts() []told {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.calls)
}

// carried are the texts of every attempt, in order.
func (d *destination) carried() []string {
	out := []string{}
	for _, m := range d.attempts() {
		out = append(out, m.text)
	}
	return out
}

// world is a store, a destination, and an outbox between them.
type world struct {
	*testing.T
	path  string
	opt   outbox.Options
	dest  *destination
	store storage.Store
	close func()
	out   *outbox.Outbox
	title map[string]string // what the card of a slot says
	stop  func() error
}

const thing = "thing"

// in runs a test in a bubble of its own time, with a new world.
func in(t *testing.T, setup func(*world), f func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, path: filepath.Join(t.TempDir(), "store"), dest: newDestination(), title: map[string]string{}}
		w.opt = outbox.Options{
			Adapters: map[string]act.Adapter{"there": w.dest},
			Log:      slog.New(slog.NewTextHandler(io.Discard, nil)),
		}
		if setup != nil {
			setup(w)
		}
		w.open(bolt.Options{RunTwice: true})
		defer func() {
			if w.stop != nil {
				w.halt()
			}
			w.close()
		}()
		f(w)
		w.dest.mu.Lock()
		defer w.dest.mu.Unlock()
		for _, s := range w.dest.wrong {
			t.Errorf("the destination was used wrongly: %s", s)
		}
	})
}

// asks makes the destination one that can be asked.
func (w *world) asks() { w.opt.Adapters["there"] = settling{w.dest} }

func (w *world) open(opt bolt.Options) {
	w.Helper()
	s, err := bolt.Open(w.Context(), w.path, opt, records.All()...)
	if err != nil {
		w.Fatal(err)
	}
	w.store, w.close = s, func() {
		if err := s.Close(); err != nil {
			w.Error(err)
		}
	}
	w.make(w.store)
}

// make makes the outbox anew, as a new process would.
func (w *world) make(s storage.Store) {
	w.out = outbox.New(s, w.opt)
	w.out.Draws(thing, func(_ *storage.Tx, slot act.Slot) (outbox.Drawing, error) {
		title, ok := w.title[slot.ID]
		return outbox.Drawing{Card: card.Card{Title: card.Literal(title), Revision: len(title)}, Nothing: !ok}, nil
	})
}

// run starts the pump.
func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.out.Run(ctx) }()
	w.stop = func() error { cancel(); return <-ended }
}

func (w *world) halt() {
	w.Helper()
	stop := w.stop
	w.stop = nil
	if err := stop(); err != nil {
		w.Errorf("Run ended with %v", err)
	}
}

func (w *world) idle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 24*time.Hour)
	defer cancel()
	if err := w.out.Idle(ctx); err != nil {
		w.Fatalf("it does not become idle: %v", err)
	}
}

func (w *world) update(f func(*storage.Tx) error) {
	w.Helper()
	if err := w.store.Update(context.Background(), f); err != nil {
		w.Fatal(err)
	}
}

var place = act.Place{Platform: "there", Space: "us", Channel: "c1"}

func send(text string) act.Envelope {
	return act.Seal(act.Send{Card: card.Card{Title: card.Literal(text)}})
}

// say enqueues a message in a lane.
func (w *world) say(lane, text string, with ...func(*act.Effect)) act.Effect {
	w.Helper()
	var e act.Effect
	w.update(func(tx *storage.Tx) (err error) {
		in := act.Effect{Brand: "aurora", Subject: act.Subject{Kind: thing, ID: "1"}, At: place, Lane: lane, Act: send(text)}
		for _, f := range with {
			f(&in)
		}
		e, err = w.out.Say(tx, in)
		return err
	})
	return e
}

// touch shows a slot with a title.
func (w *world) touch(slot, title string, with ...func(*outbox.Shown)) {
	w.Helper()
	w.update(func(tx *storage.Tx) error {
		w.title[slot] = title
		s := outbox.Shown{Slot: act.Slot{ID: slot, Brand: "aurora", Subject: act.Subject{Kind: thing, ID: "1"}, At: place}}
		for _, f := range with {
			f(&s)
		}
		return w.out.Touch(tx, s)
	})
}

func (w *world) effect(id bot.ID) act.Effect {
	w.Helper()
	e, err := storage.Look(context.Background(), w.store, func(tx *storage.Tx) (act.Effect, error) {
		return records.Effects.Get(tx, storage.K(id))
	})
	if err != nil {
		w.Fatal(err)
	}
	return e
}

func (w *world) shown(slot string) act.Effect { return w.effect(bot.ID("show/" + slot)) }

func (w *world) slot(id string) act.Slot {
	w.Helper()
	s, err := storage.Look(context.Background(), w.store, func(tx *storage.Tx) (act.Slot, error) {
		return records.Slots.Get(tx, storage.K(id))
	})
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func (w *world) state(id bot.ID, want act.State) {
	w.Helper()
	if e := w.effect(id); e.State != want {
		w.Errorf("effect %s is %s, want %s (%v)", textIn(e), e.State, want, e.Fault)
	}
}

// pass lets time go by.
func pass(d time.Duration) { time.Sleep(d); synctest.Wait() }
