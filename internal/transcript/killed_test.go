package transcript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/internal/keep"
)

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
	kept, err := m.exports()
	if err != nil {
		return err
	}
	m.reads(kept)
	for _, p := range public.Posts {
		if slices.ContainsFunc(posts, func(old [2]string) bool { return old[0] == p.ID }) {
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
		if err := m.counts(kept, i, o); err != nil {
			return err
		}
		m.bursts(o)
	}
	return nil
}

// export is what a store holds, as anybody may have it written out.
type export struct {
	drafts  map[bot.ID]bot.Draft
	posts   []bot.Post
	series  map[int]bot.Series
	effects []act.Effect
	log     map[string][]bot.Record // by subject
}

func (m *mortal) exports() (export, error) {
	out := export{drafts: map[bot.ID]bot.Draft{}, series: map[int]bot.Series{}, log: map[string][]bot.Record{}}
	store, err := keep.Open(m.ponte.t.Context(), m.ponte.data)
	if err != nil {
		return out, err
	}
	defer store.Close()
	var all bytes.Buffer
	if _, err := keep.ExportTo(m.ponte.t.Context(), store, &all); err != nil {
		return out, err
	}
	for d := json.NewDecoder(&all); d.More(); {
		var l struct {
			Of     string          `json:"in"`
			Record json.RawMessage `json:"record"`
		}
		if err := d.Decode(&l); err != nil {
			return out, err
		}
		if err := out.takes(l.Of, l.Record); err != nil {
			return out, fmt.Errorf("%s: %w", l.Of, err)
		}
	}
	return out, nil
}

func (x *export) takes(of string, raw []byte) (err error) {
	switch of {
	case "drafts":
		var d bot.Draft
		err = json.Unmarshal(raw, &d)
		x.drafts[d.ID] = d
	case "posts":
		x.posts = append(x.posts, bot.Post{})
		err = json.Unmarshal(raw, &x.posts[len(x.posts)-1])
	case "series":
		var s bot.Series
		err = json.Unmarshal(raw, &s)
		x.series[s.Number] = s
	case "effects":
		x.effects = append(x.effects, act.Effect{})
		err = json.Unmarshal(raw, &x.effects[len(x.effects)-1])
	case "audit":
		var r bot.Record
		err = json.Unmarshal(raw, &r)
		x.log[r.Subject] = append(x.log[r.Subject], r)
	}
	return err
}

func clock(t time.Time) string { return t.In(madrid).Format("02 15:04:05.000") }

// passedOver is how many times of a series passed, as its thread says.
func (x *export) passedOver(s bot.Series) (n int, err error) {
	for _, e := range x.effects {
		if e.Subject != (act.Subject{Kind: act.OnSeries, ID: s.ID}) {
			continue
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
func (m *mortal) reads(x export) {
	m.tally = map[bot.PostState]int{}
	started := map[bot.ID][]time.Time{} // by post
	for _, e := range x.effects {
		for _, l := range x.log["effect/"+string(e.ID)] {
			if l.What == "effect.started" && e.Subject.Kind == act.OnPost {
				started[e.Subject.ID] = append(started[e.Subject.ID], l.At)
			}
		}
	}
	for _, p := range x.posts {
		d := x.drafts[p.Draft]
		r := &row{Post: p, text: d.Content.Text, due: d.Content.When, starts: started[p.ID]}
		m.rows = append(m.rows, r)
		m.tally[p.State]++
		for _, l := range x.log[act.OnPost+"/"+string(p.ID)] {
			r.held = r.held || l.What == "post.held"
			r.taken = r.taken || l.What == "post.cancelled" && l.Who == "tom"
			if l.What == "post.publishing" && r.sent.IsZero() {
				r.sent = l.At
			}
		}
	}
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
func (m *mortal) counts(x export, i int, o often) error {
	s := x.series[i+1]
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
	n, err := x.passedOver(s)
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
