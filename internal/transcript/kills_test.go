package transcript

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/internal/app"
	"ponte/internal/keep"
	"ponte/storage"
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
			m := &mortal{story: s, rng: rand.New(rand.NewPCG(seed, 0)), steps: map[outbox.Step]int{}}
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
	step outbox.Step // empty: none
	left int         // so often it passes
	over bool
	dead chan struct{}
}

func (f *fuse) at(s outbox.Step) {
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
	steps  map[outbox.Step]int
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
	cfg.At = m.fuse.at
	cfg.Brands[0].Results = []time.Duration{30 * 24 * time.Hour} // nobody looks at them here
	return nil
}

// begins starts Ponte, with or without a death before it.
func (m *mortal) begins(sure bool) error {
	m.next = fuse{}
	if steps := []outbox.Step{outbox.StepEnqueue, outbox.StepEnqueued, outbox.StepClaimed, outbox.StepStarted, outbox.StepAnswered, outbox.StepDone}; !sure && m.rng.IntN(3) > 0 {
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

func (m *mortal) tells(text string) func() error {
	return func() error { return m.says("Tom", place{room: "inbox"}, text) }
}

func (m *mortal) pausing() error {
	d, err := m.surely(m.tells("/ponte pause"))
	m.pauses, m.paused = append(m.pauses, doubtful{begins: d.from, begun: d.to}), true
	return err
}

// resuming also lets go of what was held.
func (m *mortal) resuming() error {
	d, err := m.surely(m.tells("/ponte resume"), m.tells("/ponte release all"))
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

// row is a post as the store knows it, and what the public saw of it.
type row struct {
	bot.Post
	text   string
	due    time.Time
	sent   time.Time   // into the outbox, first
	held   bool        // once
	taken  bool        // back, by a person
	starts []time.Time // of attempts
	out    time.Time   // on the square; zero: it is not there
}

const (
	onSquare = "square:aurora"
	grace    = 30 * time.Minute
	soon     = 2 * time.Second // what is due is out by then, where Ponte lives
)

func (m *mortal) wrong(format string, args ...any) {
	m.wrongs = append(m.wrongs, fmt.Sprintf(format, args...))
}

// judged looks at what is public and at what the store holds, and notes what is wrong.
func (m *mortal) judged() error {
	var public struct {
		Posts []struct {
			ID, Text string
			At       time.Time `json:"created_at"`
		}
	}
	if err := m.square.call(http.MethodGet, "/api/posts", nil, &public); err != nil {
		return err
	}
	if err := m.ponte.end(); err != nil {
		return err
	}
	store, err := keep.Open(m.ponte.t.Context(), m.ponte.data)
	if err != nil {
		return err
	}
	defer store.Close()
	return store.View(m.ponte.t.Context(), func(tx *storage.Tx) error {
		if err := m.reads(tx); err != nil {
			return err
		}
		for _, p := range public.Posts {
			if slices.ContainsFunc(posts[:], func(old [2]string) bool { return old[0] == p.ID }) {
				continue
			}
			i := slices.IndexFunc(m.rows, func(r *row) bool { return r.Account == onSquare && r.Remote == p.ID && r.text == p.Text })
			if i < 0 || !m.rows[i].out.IsZero() {
				m.wrong("%q is public since %s, and nobody knows why", p.Text, clock(p.At))
				continue
			}
			m.rows[i].out = p.At
		}
		m.weighs()
		for i, o := range series {
			if err := m.counts(tx, i, o); err != nil {
				return err
			}
			m.bursts(o)
		}
		return nil
	})
}

func clock(t time.Time) string { return t.In(madrid).Format("02 15:04:05.000") }

// passedOver is how many times of a series passed, as its thread says.
func passedOver(tx *storage.Tx, s bot.Series) (n int, err error) {
	for e, err := range records.EffectsOn.Under(tx, storage.K(act.OnSeries, s.ID)) {
		if err != nil {
			return n, err
		}
		said, err := e.Act.Open()
		if err != nil || e.State != act.Done {
			return n, fmt.Errorf("what passed of series %d is not said: it is %s, %w", s.Number, e.State, err)
		}
		w := said.(act.Send).Card.Blocks[0].Words
		if i := slices.IndexFunc(w.Args, func(a card.Arg) bool { return a.Name == "N" }); i >= 0 && w.Key == "series.missed" {
			n += *w.Args[i].Count
		}
	}
	return n, nil
}

// reads collects the posts of all drafts, with what the log says of them.
func (m *mortal) reads(tx *storage.Tx) error {
	m.tally = map[bot.PostState]int{}
	for d, err := range records.Drafts.Under(tx, nil) {
		if err != nil {
			return err
		}
		for p, err := range records.PostsOf.Under(tx, storage.K(d.ID)) {
			if err != nil {
				return err
			}
			r := &row{Post: p, text: d.Content.Text, due: d.Content.When}
			m.rows = append(m.rows, r)
			m.tally[p.State]++
			if err := r.reads(tx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *row) reads(tx *storage.Tx) error {
	for l, err := range records.AuditOn.Under(tx, storage.K(act.OnPost+"/"+string(r.ID))) {
		if err != nil {
			return err
		}
		r.held = r.held || l.What == "post.held"
		r.taken = r.taken || l.What == "post.cancelled" && l.Who == "tom"
		if l.What == "post.publishing" && r.sent.IsZero() {
			r.sent = l.At
		}
	}
	for e, err := range records.EffectsOn.Under(tx, storage.K(act.OnPost, r.ID)) {
		if err != nil {
			return err
		}
		for l, err := range records.AuditOn.Under(tx, storage.K("effect/"+string(e.ID))) {
			if err != nil {
				return err
			}
			if l.What == "effect.started" {
				r.starts = append(r.starts, l.At)
			}
		}
	}
	return nil
}

// weighs judges every post: what is public is so once, in time, by a word that
// stood when it started, and in no pause; what is not says why.
func (m *mortal) weighs() {
	type time struct {
		text    string
		account bot.AccountID
		due     string
	}
	had := map[time]bool{}
	shop := 0
	for _, r := range m.rows {
		k := time{r.text, r.Account, clock(r.due)}
		if had[k] {
			m.wrong("%s is written twice", r)
		}
		had[k] = true
		switch fits := !r.out.IsZero() || r.Account != onSquare; r.State {
		case bot.Published:
			if !fits {
				m.wrong("%s is not public", r)
			}
			if r.Account != onSquare {
				shop++
			}
		case bot.Expired, bot.Cancelled:
			if !r.out.IsZero() {
				m.wrong("%s is public", r)
			}
		case bot.Uncertain:
			if r.Account == onSquare {
				m.wrong("%s, and the square can tell", r)
			}
		default:
			m.wrong("%s in the end", r)
		}
		if !r.out.IsZero() && (r.out.Before(r.due) || r.out.After(r.due.Add(grace))) {
			m.wrong("%s went out at %s", r, clock(r.out))
		}
		m.gates(r)
		m.lively(r)
	}
	lines := m.receiver.take()
	heard := len(slices.DeleteFunc(lines, func(l string) bool { return strings.Contains(l, "(again)") }))
	if unsure := m.unsure(); heard < shop || heard > shop+unsure {
		m.wrong("the shop heard %d posts, want %d and at most %d more", heard, shop, unsure)
	}
}

func (m *mortal) unsure() (n int) {
	for _, r := range m.rows {
		if r.State == bot.Uncertain {
			n++
		}
	}
	return n
}

func (r *row) String() string {
	return fmt.Sprintf("%q for %s at %s is %s", r.text, clock(r.due), r.Account, r.State)
}

// gates: no attempt began in a pause, or when the word on it was not there.
func (m *mortal) gates(r *row) {
	for _, at := range r.starts {
		for _, p := range m.pauses {
			if at.After(p.begun) && at.Before(p.ends) {
				m.wrong("%s started at %s in a pause", r, clock(at))
			}
		}
		words := m.words
		if r.text != series[withdrawn].text {
			words = m.words[:1]
		}
		if !slices.ContainsFunc(words, func(w doubtful) bool {
			return at.After(w.begins) && (w.ended.IsZero() || at.Before(w.ended) || r.text != series[withdrawn].text)
		}) {
			m.wrong("%s started at %s, and nobody agreed", r, clock(at))
		}
	}
}

// lively: what came due while Ponte lived, and nothing was in its way, is out at
// once; what is said once is so also where Ponte came back within the grace.
func (m *mortal) lively(r *row) {
	for _, l := range m.spans {
		at := r.due
		if once := !slices.ContainsFunc(series, func(o often) bool { return o.text == r.text }); once && l.from.After(at) && l.from.Before(r.due.Add(grace-soon)) {
			at = l.from
		}
		if r.taken || l.from.After(at) || !l.to.IsZero() && l.to.Before(at.Add(soon)) || !m.may(r, at) {
			continue
		}
		if r.State != bot.Published || r.Account == onSquare && r.out.After(at.Add(soon)) {
			m.wrong("%s, and it lived from %s to %s", r, clock(l.from), clock(l.to))
		}
	}
}

// may tells whether the word on a post surely stood around a moment, and nothing was paused.
func (m *mortal) may(r *row, at time.Time) bool {
	for _, p := range m.pauses {
		if at.Add(soon).After(p.begins) && (p.ended.IsZero() || at.Before(p.ended)) {
			return false
		}
	}
	return r.text != series[withdrawn].text || slices.ContainsFunc(m.words, func(w doubtful) bool {
		return at.After(w.begun) && (w.ends.IsZero() || at.Add(soon).Before(w.ends))
	})
}

// counts: each time of a series is a draft, or is counted as missed; both where it
// was passed over.
func (m *mortal) counts(tx *storage.Tx, i int, o often) error {
	s, err := records.SeriesByNumber.First(tx, storage.K("aurora", i+1))
	if err != nil {
		return err
	}
	if s.State != bot.SeriesOver || s.Missed != 0 {
		m.wrong("series %d is %s in the end, with %d missed", i+1, s.State, s.Missed)
	}
	missed, all := 0, o.slots(m.ponte.given.at)
	for _, due := range all {
		n := slices.IndexFunc(m.rows, func(r *row) bool { return r.text == o.text && r.Account == onSquare && r.due.Equal(due) })
		if n < 0 || m.rows[n].State == bot.Cancelled && !m.rows[n].taken {
			missed++
		}
		if n >= 0 {
			continue
		}
		for _, l := range m.spans {
			at := &row{text: o.text, Post: bot.Post{Account: onSquare}}
			if !l.from.After(due) && (l.to.IsZero() || l.to.After(due.Add(soon))) && m.may(at, due) {
				m.wrong("%q was never written for %s", o.text, clock(due))
			}
		}
	}
	n, err := passedOver(tx, s)
	if err != nil {
		return err
	}
	if n != missed {
		m.wrong("of series %d %d times are told as missed, and %d were", i+1, n, missed)
	}
	for _, r := range m.rows {
		if r.text == o.text && !slices.ContainsFunc(all, r.due.Equal) {
			m.wrong("%s, which is no time of it", r)
		}
	}
	return nil
}

// slots are all times of a series.
func (o *often) slots(from time.Time) (all []time.Time) {
	for i := range o.times {
		all = append(all, from.Truncate(o.every).Add(time.Duration(i+1)*o.every))
	}
	return all
}

// bursts: of the times that came before a life began it says the newest at most,
// besides what was on its way before, and what a person releases.
func (m *mortal) bursts(o often) {
	for _, l := range m.spans {
		var newest time.Time
		for _, due := range o.slots(m.ponte.given.at) {
			if !due.After(l.from) {
				newest = due
			}
		}
		for _, r := range m.rows {
			if r.text != o.text || r.out.IsZero() || r.out.Before(l.from) || !l.to.IsZero() && r.out.After(l.to) || r.held || r.sent.Before(l.from) {
				continue
			}
			if r.due.Before(newest) {
				m.wrong("%s came out at %s, after a start at %s", r, clock(r.out), clock(l.from))
			}
		}
	}
}
