package transcript

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/internal/app"
)

// often is what the brand says again and again under kills.
type often struct {
	text, rule, to string
	every          time.Duration
	times          int
}

// series are those that are agreed on before the first kill, by their numbers.
var series = []often{
	{"The minute passes.", "* * * * *", "square", time.Minute, 60},
	{"Five minutes pass.", "*/5 * * * *", "square", 5 * time.Minute, 60},
	{"The hour strikes.", "0 * * * *", "square,shop", time.Hour, 48},
}

// singles are when it says something once, after the beginning.
var singles = []time.Duration{7 * time.Minute, 95 * time.Minute, 4 * time.Hour, 9 * time.Hour, 21 * time.Hour, 33 * time.Hour}

// withdrawn is the series whose approval is taken back once, and given again.
const withdrawn = 1

// TestSeriesUnderKills lets a brand speak by itself for two days, while Ponte dies
// again and again, at the steps of its acts and between them, and stays down now
// and then for longer than the grace. PONTE_CRASHES says how many deaths there
// are at least, of seeds that nobody knows before; empty: those of the seeds below.
func TestSeriesUnderKills(t *testing.T) {
	if raced {
		t.Skip("it takes its time under the race detector, and is told without")
	}
	kills, _ := strconv.Atoi(os.Getenv("PONTE_CRASHES"))
	if kills == 0 {
		for _, seed := range []uint64{1} {
			underKills(t, seed)
		}
	}
	for kills > 0 {
		kills -= underKills(t, rand.Uint64())
	}
}

// underKills is one world, and returns how often its Ponte died.
func underKills(t *testing.T, seed uint64) (deaths int) {
	t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
		r, data := newReceiver(t), folder(t)
		synctest.Test(t, func(t *testing.T) {
			p := &ponte{t: t, given: usual(), replies: r.URL, data: data}
			s := &story{ponte: p, square: &square{p: p, mine: map[string]comment{}}, receiver: r, people: map[string]*somebody{}}
			m := &mortal{story: s, rng: rand.New(rand.NewPCG(seed, 0)), steps: map[string]int{}}
			p.ready = m.lights
			if err := inConsole(s); err != nil {
				t.Fatal(err)
			}
			err := m.lives()
			if err == nil {
				err = m.judged()
			}
			for _, g := range m.graves {
				<-g
			}
			if err != nil {
				t.Fatal(err)
			}
			deaths = len(m.spans) - 1
			for _, w := range m.wrongs {
				t.Error(w)
			}
			t.Logf("%d deaths: %v; %d pauses; posts: %v", deaths, m.steps, len(m.pauses), m.tally)
		})
	})
	return deaths
}

// A fuse ends a Ponte at a step: from then on everything of it ends that reaches
// a step, and so nothing leaves any more.
type fuse struct {
	mu   sync.Mutex
	step string // empty: none
	left int    // so often it passes
	over bool
	dead chan struct{}
}

func (f *fuse) at(s string) {
	f.mu.Lock()
	if s == f.step {
		f.left--
	}
	if s == f.step && f.left < 0 {
		f.burn()
	}
	over := f.over
	f.mu.Unlock()
	if over {
		runtime.Goexit()
	}
}

// burn is called under the lock.
func (f *fuse) burn() {
	if !f.over {
		f.over = true
		close(f.dead)
	}
}

// span is a time: of a life, a pause, a word that stands.
type span struct{ from, to time.Time }

// mortal is a Ponte that dies, and the world around it, which does not.
type mortal struct {
	*story
	rng    *rand.Rand
	fuse   *fuse
	next   fuse // of the life that comes
	steps  map[string]int
	spans  []span // lives
	graves []chan error

	given  time.Time // when all was agreed on
	pauses []doubtful
	words  []doubtful // while the approval of the withdrawn series stood
	paused bool
	off    int // rounds until the approval is given again

	rows   []*row
	tally  map[bot.PostState]int
	wrongs []string
}

// doubtful is a time whose ends are known from before a deed to after it.
type doubtful struct{ begins, begun, ends, ended time.Time }

// lights gives the next life its fuse.
func (m *mortal) lights(cfg *app.Config) error {
	m.fuse = &fuse{step: m.next.step, left: m.next.left, dead: make(chan struct{})}
	tells(&cfg.At, m.fuse.at)
	cfg.Brands[0].Results = []time.Duration{30 * 24 * time.Hour} // nobody looks at them here
	return nil
}

// tells has f told of steps, whatever their type is called.
func tells[S ~string](at *func(S), f func(string)) { *at = func(s S) { f(string(s)) } }

// steps are those at which the outbox may end.
var steps = []string{"enqueue", "enqueued", "claimed", "started", "answered", "done"}

// begins starts Ponte, with or without a death before it.
func (m *mortal) begins(sure bool) error {
	m.next = fuse{}
	if !sure && m.rng.IntN(3) > 0 {
		m.next = fuse{step: steps[m.rng.IntN(len(steps))], left: m.rng.IntN(12)}
	}
	m.ponte.log = &diary{}
	m.spans = append(m.spans, span{from: time.Now()})
	return m.ponte.start()
}

// dies leaves what is on disk to the next life, and to the dead one a copy that
// nobody sees.
func (m *mortal) dies() error {
	m.fuse.mu.Lock()
	if m.fuse.over {
		m.steps[m.fuse.step]++
	} else {
		m.steps["idle"]++
		m.fuse.burn()
	}
	m.fuse.mu.Unlock()
	settle()
	p := m.ponte
	next := &ponte{t: p.t, given: p.given, replies: p.replies, data: p.t.TempDir(), ready: p.ready}
	if err := os.CopyFS(next.data, os.DirFS(p.data)); err != nil {
		return err
	}
	m.spans[len(m.spans)-1].to = time.Now()
	m.graves = append(m.graves, p.ended)
	p.stop()
	m.ponte, m.square.p, m.chat = next, next, console{next}
	return nil
}

// lives goes on until the last time of the last series is long past.
func (m *mortal) lives() error {
	time.Sleep(time.Until(m.ponte.given.at))
	if err := m.begins(true); err != nil {
		return err
	}
	if err := m.plans(); err != nil {
		return err
	}
	for until := m.ponte.given.at.Add(47 * time.Hour); time.Now().Before(until); {
		if err := m.round(); err != nil {
			return err
		}
	}
	if err := m.dies(); err != nil {
		return err
	}
	if err := m.begins(true); err != nil {
		return err
	}
	if err := m.calms(); err != nil {
		return err
	}
	pass(time.Until(m.ponte.given.at.Add(50 * time.Hour)))
	if log := m.ponte.log.take(); log != "" {
		return fmt.Errorf("an error was logged: %s", log)
	}
	return nil
}

// plans has everything written and agreed on.
func (m *mortal) plans() error {
	for _, o := range series {
		if err := m.says("Tom", place{room: "inbox"}, fmt.Sprintf("/ponte post %s --to %s --every %q --times %d", o.text, o.to, o.rule, o.times)); err != nil {
			return err
		}
	}
	for i, after := range singles {
		due := m.ponte.given.at.Add(after)
		if err := m.says("Tom", place{room: "inbox"}, fmt.Sprintf("/ponte post %s --to square --at %q", once(i), due.Format("2006-01-02 15:04"))); err != nil {
			return err
		}
	}
	for _, o := range series {
		if err := m.reacts("Vera", "Vera", "✅", o.text, false); err != nil {
			return err
		}
	}
	for i := range singles {
		if err := m.reacts("Vera", "Vera", "✅", once(i), false); err != nil {
			return err
		}
	}
	for i := range series {
		if err := m.skips(i); err != nil {
			return err
		}
	}
	m.given = time.Now()
	m.words = []doubtful{{begins: m.ponte.given.at, begun: m.given}}
	return nil
}

// skips has the last time of a series that is shown left out.
func (m *mortal) skips(i int) error {
	if err := m.says("Tom", place{room: "inbox"}, fmt.Sprintf("/ponte series %d", i+1)); err != nil {
		return err
	}
	label := ""
	for _, b := range m.people["Tom"].shown.buttons {
		if strings.HasPrefix(b.label, "Skip ") {
			label = b.label
		}
	}
	return presses(m.story, []string{"Tom", label})
}

func once(i int) string { return fmt.Sprintf("Single %d of many.", i) }

// round is a life to its end, and the time until the next.
func (m *mortal) round() error {
	if err := m.person(); err != nil {
		return err
	}
	m.waits(m.while(3*time.Minute, 20*time.Minute, 4*time.Hour, 8*time.Hour))
	if err := m.dies(); err != nil {
		return err
	}
	time.Sleep(m.while(0, 2*time.Minute, 40*time.Minute, 3*time.Hour))
	return m.begins(false)
}

// while is a random time, up to one of those: at first mostly a short one, later a long one.
func (m *mortal) while(up ...time.Duration) time.Duration {
	if time.Since(m.ponte.given.at) < 90*time.Minute {
		up = up[:3]
	} else {
		up = up[1:]
	}
	return time.Duration(m.rng.Int64N(1 + int64(up[m.rng.IntN(len(up))])))
}

// waits lets time pass, or Ponte die.
func (m *mortal) waits(d time.Duration) {
	select {
	case <-m.fuse.dead:
	case <-time.After(d):
	}
}

// person is what people do between two kills.
func (m *mortal) person() error {
	n := m.rng.IntN(8)
	switch m.off--; {
	case m.off == 0:
		return m.gives()
	case n == 0 && !m.paused:
		return m.pausing()
	case n < 4 && m.paused:
		return m.resuming()
	case n < 2 && len(m.words) == 1 && time.Since(m.given) < 45*time.Minute:
		return m.takes()
	}
	return nil
}

// surely has a deed done: where Ponte dies of it, it is done again.
func (m *mortal) surely(deeds ...func() error) (span, error) {
	d := span{from: time.Now()}
	for i := 0; i < len(deeds); {
		err := deeds[i]()
		select {
		case <-m.fuse.dead:
			if err := cmp.Or(m.dies(), m.begins(true)); err != nil {
				return d, err
			}
		default:
			if err != nil {
				return d, err
			}
			i++
		}
	}
	d.to = time.Now()
	return d, nil
}

func (m *mortal) types(text string) func() error {
	return func() error { return m.says("Tom", place{room: "inbox"}, text) }
}

func (m *mortal) pausing() error {
	d, err := m.surely(m.types("/ponte pause"))
	m.pauses, m.paused = append(m.pauses, doubtful{begins: d.from, begun: d.to}), true
	return err
}

// resuming also lets go of what was held.
func (m *mortal) resuming() error {
	d, err := m.surely(m.types("/ponte resume"), m.types("/ponte release all"))
	last := &m.pauses[len(m.pauses)-1]
	last.ends, last.ended, m.paused = d.from, d.to, false
	return err
}

func (m *mortal) takes() error {
	d, err := m.surely(func() error { return m.reacts("Vera", "Vera", "✅", series[withdrawn].text, true) })
	m.words[0].ends, m.words[0].ended, m.off = d.from, d.to, 1
	return err
}

func (m *mortal) gives() error {
	d, err := m.surely(func() error { return m.reacts("Vera", "Vera", "✅", series[withdrawn].text, false) })
	m.words = append(m.words, doubtful{begins: d.from, begun: d.to})
	return err
}

// calms ends what people began.
func (m *mortal) calms() error {
	if m.paused {
		if err := m.resuming(); err != nil {
			return err
		}
	}
	if m.off > 0 {
		return m.gives()
	}
	return nil
}
