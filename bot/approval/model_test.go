package approval_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/approval"
	"ponte/storage"
)

// word is what the model keeps of a person on one request.
type word struct {
	yes, off bool
	sign     bool // given or taken back by a reaction
}

// asked is a request as the model sees it.
type asked struct {
	r      bot.Request
	over   bool
	agreed bool
	words  map[bot.PersonID]word
	signs  map[string]bool // "pia ✅": what its message shows
}

// model says, from what happened, what must stand. It keeps its own books and asks
// nothing of the desk but whether it took a word.
type model struct {
	*house
	*rand.Rand
	all     []*asked
	newest  map[bot.ID]*asked
	quorum  int
	self    bool
	rex     bool // he is an approver now
	history []string
}

var (
	team     = []bot.PersonID{"ana", "pia", "rex", "ugo", "bo", "eve"}
	subjects = []bot.ID{"d1", "d2"}
)

func (m *model) may(who bot.PersonID) bool {
	return who == "pia" || who == "ugo" || who == "rex" && m.rex || who == "ana" && m.self
}

func (m *model) count(a *asked) (yes int, no bool) {
	for who, w := range a.words {
		switch {
		case w.off || !m.may(who):
		case w.yes:
			yes++
		default:
			no = true
		}
	}
	return yes, no
}

// open reports whether a word on a request can count.
func (m *model) open(a *asked) bool {
	c, there := m.content[a.r.Subject]
	return !a.over && there && c.Hash() == a.r.Hash && !m.out[a.r.Subject] && (a.agreed || time.Now().Before(a.r.Until))
}

// says puts a word into the books.
func (m *model) says(a *asked, who bot.PersonID, w word) {
	a.words[who] = w
	m.settle(a)
}

func (m *model) settle(a *asked) {
	yes, no := m.count(a)
	a.over, a.agreed = a.over || no, !no && yes >= m.quorum
}

func (m *model) stands(a *asked) bool {
	yes, no := m.count(a)
	return !a.over && a.agreed && !no && yes >= m.quorum && m.newest[a.r.Subject] == a
}

// step does something at random, to the house and to the books.
func (m *model) step() {
	a, who, yes := m.newest[subjects[m.IntN(len(subjects))]], team[m.IntN(len(team))], m.IntN(6) > 0
	if m.IntN(4) == 0 {
		a = m.all[m.IntN(len(m.all))]
	}
	sign := map[bool]string{true: "✅", false: "❌"}[yes]
	switch m.IntN(15) {
	case 0:
		m.ask(subjects[m.IntN(len(subjects))])
	case 1, 2:
		m.decide(a, who, yes)
	case 3, 4, 5:
		m.react(a, who, sign, false)
	case 6:
		m.react(a, who, sign, true)
	case 7:
		if said := slices.Sorted(maps.Keys(a.words)); len(said) > 0 && m.IntN(3) > 0 {
			who = said[m.IntN(len(said))]
		}
		m.withdraw(a, who)
	case 8, 9:
		for range m.IntN(4) {
			m.misses(a)
		}
		m.reconcile(a)
	case 10:
		m.turn(a)
	case 11:
		m.passes(time.Duration(m.IntN(30)) * time.Hour)
	case 12:
		m.rules()
	case 13:
		m.note("%s reads otherwise, and nobody is asked", a.r.Subject)
		m.content[a.r.Subject] = bot.Content{Text: fmt.Sprint("text ", m.IntN(3)), Accounts: []bot.AccountID{"net:aurora"}}
	case 14:
		m.note("%s goes out, or not", a.r.Subject)
		m.out[a.r.Subject] = m.IntN(3) == 0
	}
}

// misses puts a reaction on a message, or takes off one that is there, unheard.
func (m *model) misses(a *asked) {
	sign := string(team[m.IntN(len(team))]) + [...]string{" ✅", " ✅", " ❌"}[m.IntN(3)]
	for _, s := range slices.Sorted(maps.Keys(a.signs)) {
		if a.signs[s] && m.IntN(2) == 0 {
			sign = s
		}
	}
	a.signs[sign] = !a.signs[sign]
	m.note("%s on %s goes unheard", sign, a.r.ID)
}

func (m *model) note(format string, args ...any) {
	m.history = append(m.history, fmt.Sprintf(format, args...))
}

func (m *model) ask(subject bot.ID) {
	c := bot.Content{Text: fmt.Sprint("text ", m.IntN(3)), Accounts: []bot.AccountID{"net:aurora"}}
	m.content[subject] = c
	a := &asked{words: map[bot.PersonID]word{}, signs: map[string]bool{}}
	m.run(func(tx *storage.Tx) (err error) {
		a.r, err = m.desk.Ask(tx, bot.Request{Brand: aurora, Matter: bot.PostMatter, Subject: subject, Hash: c.Hash(), By: "ana", Content: &c})
		return err
	})
	m.note("asks about %s as %s: %s", subject, c.Text, a.r.ID)
	if old := m.newest[subject]; old != nil {
		old.over = true
	}
	m.settle(a)
	m.newest[subject], m.all = a, append(m.all, a)
}

func (m *model) run(f func(*storage.Tx) error) {
	if err := m.Try(f); err != nil {
		m.Fatalf("%v after %q", err, m.history)
	}
}

// took checks that the desk took a word exactly where the books do.
func (m *model) took(want bool, err error) {
	if _, ok := bot.Asked(err); err != nil && !ok || want != (err == nil) {
		m.Fatalf("%v, want it taken: %v, after %q", err, want, m.history)
	}
}

func (m *model) decide(a *asked, who bot.PersonID, yes bool) {
	m.note("%s says %v on %s", who, yes, a.r.ID)
	ok := m.may(who) && m.open(a)
	m.took(ok, m.Try(func(tx *storage.Tx) error {
		_, err := m.desk.Decide(tx, m.brand(), m.person(who), a.r.ID, approval.Word{Yes: yes, How: approval.ByButton})
		return err
	}))
	if ok {
		m.says(a, who, word{yes: yes})
	}
}

func (m *model) withdraw(a *asked, who bot.PersonID) {
	m.note("%s takes it back on %s", who, a.r.ID)
	w, said := a.words[who]
	ok := said && !w.off && m.open(a)
	m.took(ok, m.Try(func(tx *storage.Tx) error {
		_, err := m.desk.Withdraw(tx, m.brand(), m.person(who), a.r.ID)
		return err
	}))
	if ok {
		m.says(a, who, word{yes: w.yes, off: true})
	}
}

func (m *model) react(a *asked, who bot.PersonID, sign string, removed bool) {
	m.note("%s puts %s on %s, or off: %v", who, sign, a.r.ID, removed)
	a.signs[string(who)+" "+sign] = !removed
	slot := slotOf(m.house, a.r)
	m.run(func(tx *storage.Tx) error {
		_, _, err := m.desk.React(tx, m.brand(), m.person(who), slot, sign, removed)
		return err
	})
	w, said := a.words[who]
	switch yes := sign == "✅"; {
	case !m.open(a):
	case removed && said && !w.off && w.yes == yes:
		m.says(a, who, word{yes: yes, off: true, sign: true})
	case !removed && m.may(who):
		m.says(a, who, word{yes: yes, sign: true})
	}
}

func (m *model) reconcile(a *asked) {
	var seen []approval.Seen
	for s, there := range a.signs {
		if there {
			who, sign, _ := strings.Cut(s, " ")
			seen = append(seen, approval.Seen{Who: bot.Actor{Platform: "chat", Space: "team", User: "u-" + who}, Emoji: sign})
		}
	}
	m.note("looks at %s: %v", a.r.ID, seen)
	time.Sleep(time.Second)
	slot := slotOf(m.house, a.r)
	m.run(func(tx *storage.Tx) error { return m.desk.Reconcile(tx, m.brand(), slot, time.Now(), seen) })
	if !m.open(a) {
		return
	}
	heard := false
	for _, who := range team {
		yes, no := a.signs[string(who)+" ✅"], a.signs[string(who)+" ❌"]
		w, said := a.words[who]
		is := w
		if said && !w.off && w.sign && (w.yes && !yes || !w.yes && !no) {
			is.off = true
		}
		if takenBack := said && w.off && !w.sign && w.yes == !no; m.may(who) && (yes || no) && !takenBack {
			is = word{yes: !no, sign: true}
		}
		if is != w {
			a.words[who], heard = is, true
		}
	}
	if heard {
		m.settle(a)
	}
}

// turn ends what is asked about a subject, or wants changes of it.
func (m *model) turn(a *asked) {
	if m.IntN(2) == 0 {
		m.note("%s wants changes of %s", "pia", a.r.ID)
		ok := m.open(a)
		m.took(ok, m.Try(func(tx *storage.Tx) error {
			_, err := m.desk.Return(tx, m.brand(), m.person("pia"), a.r.ID, "shorter")
			return err
		}))
		a.over = a.over || ok
		return
	}
	as := []bot.RequestState{bot.Superseded, bot.Lapsed, bot.Void}[m.IntN(3)]
	m.note("%s is %s", a.r.Subject, as)
	m.run(func(tx *storage.Tx) error { return m.desk.Void(tx, aurora, a.r.Subject, as) })
	m.newest[a.r.Subject].over = true
	if m.IntN(2) == 0 {
		delete(m.content, a.r.Subject)
	}
}

func (m *model) passes(d time.Duration) {
	m.note("%s pass", d)
	time.Sleep(d)
	if m.IntN(3) == 0 {
		return // the clock does not come by
	}
	if _, err := m.desk.Tick(context.Background()); err != nil {
		m.Fatal(err)
	}
	for _, a := range m.all {
		a.over = a.over || !a.agreed && !time.Now().Before(a.r.Until)
	}
}

// rules changes the brand's rules and people.
func (m *model) rules() {
	m.quorum, m.self, m.rex = 1+m.IntN(3), m.IntN(3) == 0, m.IntN(3) > 0
	m.note("quorum %d, self %v, rex %v", m.quorum, m.self, m.rex)
	m.house.quorum(m.quorum)
	m.Configure(func(b *bot.Brand) {
		b.Approvals.Self = m.self
		b.People = slices.Clone(b.People)
		for i := range b.People {
			if b.People[i].ID == "rex" {
				b.People[i].Roles = map[bool][]bot.Role{true: {bot.Approver}, false: {bot.Observer}}[m.rex]
			}
		}
	})
}

// Whatever happens in whatever order, exactly that stands which has its quorum of
// those who may decide now, on the newest content.
func TestWhatStands(t *testing.T) {
	stood := 0
	for seed := range uint64(50) {
		in(t, func(h *house) {
			h.Halt()
			h.Configure(func(b *bot.Brand) { b.Approvals.Lapse = 20 * time.Hour })
			m := &model{house: h, Rand: rand.New(rand.NewPCG(seed, 1)), newest: map[bot.ID]*asked{}}
			m.rules()
			m.ask("d1")
			m.ask("d2")
			for range 80 {
				m.step()
				for _, a := range m.all {
					want := m.stands(a)
					if want {
						stood++
					}
					newest := m.newest[a.r.Subject]
					if newest != a && newest.r.Hash == a.r.Hash {
						continue // the same content, asked about again
					}
					if got := m.house.stands(a.r); got != want {
						t.Fatalf("seed %d: %s stands: %v, want %v, after %q", seed, a.r.ID, got, want, m.history)
					}
				}
			}
		})
	}
	if stood == 0 {
		t.Error("nothing ever stood")
	}
}
