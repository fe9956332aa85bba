package results

import (
	"cmp"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/postcard"
	"ponte/bot/records"
	"ponte/storage"
)

const (
	mostRead  = 100 // readings of a post that are looked at, the newest
	mostTold  = 8   // of them in a list
	lateAfter = 10 * time.Minute
)

func lane(draft bot.ID) string { return "results/" + string(draft) }

// sheet is a draft with all that was read of it.
type sheet struct {
	b     *bot.Brand
	draft bot.Draft
	rows  []row
	chart bot.Picture
}

// row is one post that is out, with its readings, the oldest first.
type row struct {
	post     bot.Post
	plan     *bot.Readings // nil: its network gives no numbers
	readings []bot.Reading
}

// open looks up what is known of a draft's results.
func (d *Desk) open(tx *storage.Tx, b *bot.Brand, draft bot.ID) (*sheet, error) {
	s := &sheet{b: b}
	var ok bool
	var err error
	if s.draft, ok, err = records.Found(records.Drafts.Get(tx, storage.K(b.ID, draft))); err != nil || !ok {
		return nil, cmp.Or[error](err, bot.Errorf(bot.NotFound, "error.not_found"))
	}
	shown, _, err := records.Found(records.Results.Get(tx, storage.K(draft)))
	if err != nil {
		return nil, err
	}
	s.chart = shown.Chart
	posts, err := published(tx, draft)
	for _, p := range posts {
		r := row{post: p}
		plan, ok, err := records.Found(records.ToRead.Get(tx, storage.K(p.ID)))
		if err != nil {
			return nil, err
		}
		if ok {
			r.plan = &plan
		}
		for got, err := range records.Readings.Under(tx, storage.K(p.ID), storage.Reverse(), storage.Limit(mostRead)) {
			if err != nil {
				return nil, err
			}
			r.readings = append([]bot.Reading{got}, r.readings...)
		}
		s.rows = append(s.rows, r)
	}
	return s, err
}

// draw shows the results of a draft in its thread.
func (d *Desk) draw(tx *storage.Tx, at act.Slot) (outbox.Drawing, error) {
	s, err := d.open(tx, d.brand(at.Brand), at.Subject.ID)
	if err != nil {
		return outbox.Drawing{}, err
	}
	return outbox.Drawing{Card: s.card()}, nil
}

// Card is what is known of a draft's results, with the readings so far where list is set.
func (d *Desk) Card(tx *storage.Tx, b *bot.Brand, draft bot.ID, list bool) (card.Card, error) {
	s, err := d.open(tx, b, draft)
	if err != nil {
		return card.Card{}, err
	}
	c := s.card()
	if told := s.history(); list && len(told) > 0 {
		c.Blocks = append(c.Blocks, card.Say(card.W("results.history")), card.Block{List: told})
	}
	return c, nil
}

func (s *sheet) card() card.Card {
	out := card.Card{
		Mark: card.MarkOut, Title: card.W("results.title", card.Text("Number", strconv.Itoa(s.draft.Number))),
		Subject: act.OnResults + "/" + string(s.draft.ID),
	}
	var list []card.Line
	for i := range s.rows {
		list = append(list, s.rows[i].line(s.b))
	}
	out.Blocks = append(out.Blocks, card.Block{List: list})
	if facts := s.facts(); len(facts) > 0 {
		out.Blocks = append(out.Blocks, card.Block{Facts: facts})
	}
	if s.chart.Hash != "" {
		out.Blocks = append(out.Blocks, card.Block{Picture: &card.Picture{Hash: s.chart.Hash, Type: s.chart.Type, Alt: card.Outside(s.chart.Alt)}})
	}
	if s.readable() {
		out.Actions = []card.Action{{Verb: "results", Label: card.W("results.action"), Subject: act.OnDraft + "/" + string(s.draft.ID)}}
	}
	return out
}

// readable reports whether there is a post of which more can be read.
func (s *sheet) readable() bool {
	for i := range s.rows {
		r := &s.rows[i]
		if last := r.last(); r.plan != nil && (last == nil || !gone(last)) {
			return true
		}
	}
	return false
}

// last is the newest reading, good or not.
func (r *row) last() *bot.Reading {
	if len(r.readings) == 0 {
		return nil
	}
	return &r.readings[len(r.readings)-1]
}

// good are the readings that brought numbers.
func (r *row) good() (out []bot.Reading) {
	for _, g := range r.readings {
		if g.Fault == "" {
			out = append(out, g)
		}
	}
	return out
}

// line is what is known of one post: its newest numbers, and what came since the
// reading before.
func (r *row) line(b *bot.Brand) card.Line {
	good, last := r.good(), r.last()
	var what card.Words
	switch {
	case r.plan == nil:
		what = card.W("results.none")
	case len(good) == 1:
		what = words(good[0].Numbers, nil)
	case len(good) > 1:
		what = words(good[len(good)-1].Numbers, &good[len(good)-2].Numbers)
	case last == nil && !r.plan.Next.IsZero():
		what = card.W("results.first", card.At("At", r.plan.Next))
	default:
		what = card.W("results.unread")
	}
	out := card.Line{Mark: card.MarkOut, Words: card.W("results.line", card.Text("Account", postcard.Account(b, r.post.Account)), card.In("What", what))}
	switch {
	case r.plan == nil:
		out.Mark = card.MarkNote
	case last == nil:
		out.Mark = card.MarkPending
	case gone(last) && len(good) > 0:
		out.Mark, out.Words = card.MarkFailed, card.W("results.gone_last", card.Text("Account", postcard.Account(b, r.post.Account)), card.In("What", what), card.At("At", last.At))
	case gone(last):
		out.Mark, out.Words = card.MarkFailed, card.W("results.gone", card.Text("Account", postcard.Account(b, r.post.Account)), card.At("At", last.At))
	case last.Fault != "":
		out.Mark, out.Words = card.MarkUnknown, card.W("results.failed", card.Text("Account", postcard.Account(b, r.post.Account)), card.In("What", what), card.In("Why", why(last.Fault)))
	}
	return out
}

// why says in words what kept the numbers from being read.
func why(fault string) card.Words {
	switch bot.Kind(fault) {
	case bot.Unavailable, bot.RateLimited:
		return card.W("results.why.silent")
	case bot.Denied:
		return card.W("results.why.denied")
	case bot.NotFound:
		return card.W("results.why.gone")
	}
	return card.W("results.why.unclear")
}

// facts is the muted line: when it was read, what stands in brackets, what comes.
func (s *sheet) facts() (out []card.Words) {
	var last, next time.Time
	var age time.Duration
	grown := false
	for i := range s.rows {
		r := &s.rows[i]
		if good := r.good(); len(good) > 0 && good[len(good)-1].At.After(last) {
			last = good[len(good)-1].At
			age = last.Sub(r.post.OutAt)
			grown = grown || len(good) > 1
		}
		if r.plan != nil && !r.plan.Next.IsZero() && (next.IsZero() || r.plan.Next.Before(next)) {
			next = r.plan.Next
		}
	}
	if last.IsZero() {
		return nil
	}
	out = append(out, card.W("results.read", card.At("At", last), card.In("Age", aged(age))))
	if grown {
		out = append(out, card.W("results.grown_since"))
	}
	if !next.IsZero() {
		out = append(out, card.W("results.next", card.At("At", next)))
	} else {
		out = append(out, card.W("results.all_read"))
	}
	return out
}

// aged is how long after it went out something was, to the minute.
func aged(d time.Duration) card.Words {
	return card.W("results.age", card.For("For", max(d.Round(time.Minute), time.Minute)))
}

// history lists the readings of each post, the oldest first.
func (s *sheet) history() (out []card.Line) {
	for i := range s.rows {
		r := &s.rows[i]
		for _, got := range r.readings[max(0, len(r.readings)-mostTold):] {
			out = append(out, r.told(s.b, &got))
		}
	}
	return out
}

// told is one reading in a list, and whether it was late.
func (r *row) told(b *bot.Brand, got *bot.Reading) card.Line {
	what, mark := words(got.Numbers, nil), card.MarkOut
	if got.Fault != "" {
		what, mark = why(got.Fault), card.MarkUnknown
	}
	age := got.At.Sub(r.post.OutAt)
	args := []card.Arg{card.Text("Account", postcard.Account(b, r.post.Account)), card.In("Age", aged(age)), card.In("What", what)}
	if got.After > 0 && age-got.After > lateAfter {
		return card.Line{Mark: mark, Words: card.W("results.late", append(args, card.In("Planned", aged(got.After)))...)}
	}
	return card.Line{Mark: mark, Words: card.W("results.then", args...)}
}
