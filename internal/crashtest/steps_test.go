package crashtest

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// stage is a step of an effect, and what it leaves.
type stage struct {
	step     outbox.Step
	state    act.State // empty: there is no effect
	happened int
}

// steps is every step of an effect, and how the effect is found by whoever opens
// the store next: in what state, and how often it has happened at a far place.
var steps = []stage{
	{outbox.StepEnqueue, "", 0},
	{outbox.StepEnqueued, act.Waiting, 0},
	{outbox.StepClaimed, act.Waiting, 0},
	{outbox.StepStarted, act.Started, 0},
	{outbox.StepAccepted, act.Started, 1},
	{outbox.StepRefusedAfter, act.Started, 1},
	{outbox.StepAnswered, act.Started, 1},
	{outbox.StepDone, act.Done, 1},
}

var everyPlace = []string{onConsole, onSquare, onAsked, onBlind, onChat}

// TestSteps kills Ponte at each step of an act at each place: of a card, a reply,
// and a post that was agreed on.
func TestSteps(t *testing.T) {
	base := prepare(t)
	publications := map[string]*ready{}
	for place := range accountAt {
		publications[place] = base.agreed(t, place)
	}
	var mu sync.Mutex
	hits := map[outbox.Step]int{}
	turns := make(chan func(), 1)
	var hands sync.WaitGroup
	for range 6 {
		hands.Go(func() {
			for turn := range turns {
				turn()
			}
		})
	}
	turn := func(s stage, place, what string, base *ready) {
		turns <- func() {
			t.Run(string(s.step)+what+" at "+place, func(t *testing.T) {
				d := death{world: base.after(t), base: base, step: s.step, place: place}
				d.comes(t)
				if state := d.left(t); state != s.state {
					t.Errorf("it died with an effect %q, want %q", state, s.state)
				}
				if n := len(d.sink.all(place)); d.isFar() && n != s.happened {
					t.Errorf("at its death the act had happened %d times, want %d", n, s.happened)
				}
				d.isOvercome(t)
				mu.Lock()
				defer mu.Unlock()
				hits[s.step]++
			})
		}
	}
	for _, place := range everyPlace {
		for _, s := range steps {
			turn(s, place, "", base)
		}
	}
	for place, base := range publications {
		for _, s := range steps {
			turn(s, place, " of a publication", base)
		}
	}
	close(turns)
	hands.Wait()
	t.Logf("hits: %v", hits)
	for _, s := range steps {
		if whole := !strings.Contains(flag.Lookup("test.run").Value.String(), "/"); whole && hits[s.step] != len(everyPlace)+len(publications) {
			t.Errorf("step %q was hit %d times, want %d", s.step, hits[s.step], len(everyPlace)+len(publications))
		}
	}
}

// ready is a world in which something was said in every room, and all is quiet.
type ready struct {
	*world
	threads map[string]string // by room
	effects map[bot.ID]bool
	draft   *draft // that goes out when Ponte is started next; nil: none
}

func prepare(t *testing.T) *ready {
	r := &ready{world: newWorld(t, 0), threads: map[string]string{}, effects: map[bot.ID]bool{}}
	p := r.opens(t)
	for _, account := range []bot.AccountID{askedAccount, blindAccount} {
		if err := r.tell(t.Context(), account, news{ID: "first", Author: "Jonas", Text: "first"}); err != nil {
			t.Fatal(err)
		}
	}
	r.caughtUp(t.Context(), t)
	p.settled(t)
	for _, room := range []string{onSquare, onAsked, onBlind} {
		list, err := p.messages(t.Context(), room, "", "")
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %v, %v", room, list, err)
		}
		r.threads[room] = list[0].Ref
	}
	p.stop(t)
	r.noted(t)
	return r
}

// noted remembers which effects there are.
func (r *ready) noted(t *testing.T) {
	t.Helper()
	opened(t, r.Data, func(tx *storage.Tx) error {
		for e, err := range records.Effects.Under(tx, nil) {
			if err != nil {
				return err
			}
			r.effects[e.ID] = true
		}
		return nil
	})
}

// agreed goes on from here to where a post at a place was agreed on and Ponte was
// stopped before its time. On a machine too busy for that it is done again, with
// more time.
func (r *ready) agreed(t *testing.T, place string) *ready {
	t.Helper()
	for ahead := 2 * time.Second; ahead < patience; ahead *= 2 {
		next := &ready{world: r.after(t), threads: r.threads, effects: map[bot.ID]bool{}}
		next.draft = &draft{
			to: []string{place}, due: time.Now().Add(ahead).Truncate(time.Second), wordings: []*wording{{text: next.unique("said by the brand")}},
		}
		copied(t, r.Data, next.Data)
		p := next.opens(t)
		if done, err := next.writes(t.Context(), next.draft); !done || err != nil {
			t.Fatalf("a draft is refused: %v", err)
		}
		var asks []message
		for err := error(nil); len(asks) == 0; wait(t.Context(), 5*time.Millisecond) {
			if asks, err = next.asks(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := next.agrees(t.Context(), &asks[0], next.draft.last(), byReaction); err != nil {
			t.Fatal(err)
		}
		if err := get(t.Context(), p.Stats+"/idle", &standing{}); err != nil {
			t.Fatal(err)
		}
		p.stop(t)
		if time.Now().Before(next.draft.due) && !next.draft.last().heard.IsZero() {
			next.noted(t)
			return next
		}
	}
	t.Fatal("no post is agreed on in time")
	return nil
}

// death is one at a step of an act at a place.
type death struct {
	*world
	base  *ready
	step  outbox.Step
	place string
	reply *reply     // nil: the act is a card
	done  chan error // of what the world does
}

// comes starts Ponte, has the world do what leads to the act, and waits until it
// has killed Ponte at the step.
func (d *death) comes(t *testing.T) {
	copied(t, d.base.Data, d.Data)
	d.Step, d.Place = d.step, d.place
	if d.isFar() && d.step == outbox.StepAccepted {
		d.Step = "" // the place kills it
	}
	var p *ponte
	begun := make(chan struct{})
	if d.base.draft == nil {
		p = d.opens(t)
		if err := get(t.Context(), p.Stats+"/idle", &standing{}); err != nil {
			t.Fatal(err)
		}
	}
	d.sink.moods(func(place string) outcome {
		switch {
		case place == d.place && d.step == outbox.StepAccepted:
			return deadly
		case place == d.place && d.step == outbox.StepRefusedAfter:
			return takesLate
		}
		return takes
	}, sync.OnceFunc(func() {
		_ = os.WriteFile(d.Note, []byte(string(d.step)+" at "+d.place), 0o600)
		<-begun
		p.kill()
	}))
	d.done = make(chan error, 1)
	if d.base.draft == nil {
		go func() { d.done <- d.act(t.Context()) }()
	} else {
		wait(t.Context(), time.Until(d.base.draft.due))
		p, _ = begin(t, d.order)
		d.done <- nil
	}
	close(begun)
	p.killed(t)
	d.died()
	d.sink.drain(t)
	if note, err := os.ReadFile(d.Note); err != nil || string(note) != string(d.step)+" at "+d.place {
		t.Fatalf("it died at %q, %v", note, err)
	}
	d.sink.moods(calm, nil)
	d.Step, d.Place = "", ""
}

// act is what leads to an act at the place: an item that gets a card there, or a reply.
func (d *death) act(ctx context.Context) error {
	said := news{ID: "second", Author: "Marta", Text: "second"}
	switch d.place {
	case onConsole:
		return d.tell(ctx, askedAccount, said)
	case onChat:
		return d.tell(ctx, heardAccount, said)
	}
	d.reply = &reply{room: d.place, thread: d.base.threads[d.place], place: d.place, text: "an answer"}
	done, err := d.says(ctx, d.reply.room, d.reply.thread, "reply "+d.reply.text)
	if done {
		d.accepted(d.reply)
	}
	return err
}

func (d *death) isFar() bool { return d.place != onConsole && d.place != onSquare }

// left looks at what the dead left behind and returns the state of the act's effect.
func (d *death) left(t *testing.T) (state act.State) {
	t.Helper()
	corpse := filepath.Join(t.TempDir(), "corpse")
	copied(t, d.Data, corpse)
	opened(t, corpse, func(tx *storage.Tx) error {
		for e, err := range records.Effects.Under(tx, nil) {
			if err != nil {
				return err
			}
			if d.base.effects[e.ID] || e.At.Platform != d.place {
				continue
			}
			if state != "" {
				t.Errorf("effect %s at %s is one too many", e.ID, d.place)
			}
			state = e.State
		}
		return nil
	})
	return state
}

func copied(t *testing.T, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(from, "ponte.db"))
	if err == nil {
		err = os.MkdirAll(to, 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(to, "ponte.db"), raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// isOvercome starts Ponte again and lets the world finish what it began.
func (d *death) isOvercome(t *testing.T) {
	p := d.opens(t)
	if err := <-d.done; err != nil {
		t.Fatal(err)
	}
	f := d.closes(t, p)
	want := bot.Published
	switch d.step {
	case outbox.StepStarted, outbox.StepAccepted, outbox.StepRefusedAfter, outbox.StepAnswered:
		if d.place == onBlind {
			want = bot.Uncertain // and nothing is sent again
		}
	}
	switch got := bot.PostState(""); {
	case d.base.draft != nil:
		if got = f.posts[d.base.draft.last().text+" at "+d.place].State; got != want {
			t.Errorf("the post is %s, want %s", got, want)
		}
	case d.reply != nil:
		if got = f.found[d.reply.text].State; got != want {
			t.Errorf("the reply is %s, want %s", got, want)
		}
	}
}
