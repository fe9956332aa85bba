package results

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/chart"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

// cards has the results shown anew that were read since they were shown, each with
// its chart.
func (d *Desk) cards(ctx context.Context) error {
	for {
		list, err := storage.Look(ctx, d.store, func(tx *storage.Tx) (out []bot.Results, err error) {
			for r, err := range records.ResultsBehind.Under(tx, nil, storage.Limit(atOnce)) {
				if err != nil {
					return nil, err
				}
				out = append(out, r)
			}
			return out, nil
		})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, r := range list {
			if err := d.shows(ctx, r); err != nil {
				return err
			}
		}
	}
}

// shows draws the chart of one draft, keeps it, and touches its card. Without a
// chart the card says the same in words.
func (d *Desk) shows(ctx context.Context, r bot.Results) error {
	s, err := storage.Look(ctx, d.store, func(tx *storage.Tx) (*sheet, error) { return d.open(tx, d.brand(r.Brand), r.Draft) })
	if err != nil && bot.KindOf(err) != bot.NotFound {
		return err
	}
	drawn := r.Chart
	if s != nil && d.Keeper != nil {
		if png, alt := d.paint(s); png != nil {
			if kept, err := d.Keeper.Keep(ctx, r.Brand, "", png); err == nil {
				drawn, drawn.Alt = kept, alt
			} else if ctx.Err() == nil {
				d.Log.Warn("the chart of a draft's results could not be kept", "draft", r.Draft, "err", err)
			}
		}
	}
	return d.store.Update(ctx, func(tx *storage.Tx) error {
		still, ok, err := records.Found(records.Results.Get(tx, storage.K(r.Draft)))
		if err != nil || !ok {
			return err
		}
		still.Chart = drawn
		if still.Behind.Equal(r.Behind) {
			still.Behind = time.Time{}
		}
		if err := records.Results.Put(tx, still); err != nil || s == nil {
			return err
		}
		return d.touch(tx, r.Brand, r.Draft)
	})
}

// touch has the card drawn anew in the thread of the draft.
func (d *Desk) touch(tx *storage.Tx, brand bot.BrandID, draft bot.ID) error {
	at, parent, ok, err := d.Threads.Thread(tx, brand, draft)
	if err != nil || !ok {
		return err
	}
	return d.out.Touch(tx, outbox.Shown{
		Slot: act.Slot{ID: "results/" + string(draft), Brand: brand, Subject: act.Subject{Kind: act.OnResults, ID: draft}, At: at, Parent: parent},
		Lane: lane(draft), Class: act.RoutineClass,
	})
}

// line is one line of a chart, with its numbers by age.
type line struct {
	name   string
	points []chart.Point // X in hours since it went out
}

// paint draws how the numbers of a draft went, and says in words what it shows; nil
// where there is nothing to draw.
func (d *Desk) paint(s *sheet) (png []byte, alt string) {
	say := func(w card.Words) string { return d.Print(s.b, w) }
	number := func(v float64) string { return say(card.W("results.number", card.Count("N", int(v)))) }
	rows := slices.DeleteFunc(slices.Clone(s.rows), func(r row) bool { return r.plan == nil })
	y := "results.chart.y"
	var lines []line
	var title string
	switch len(rows) {
	case 0:
		return nil, ""
	case 1:
		lines, title = rows[0].lines(say)
	default:
		lines, title = s.many(say)
		y = "results.chart.y_sum"
	}
	last := 0.0
	c := chart.Lines{Frame: chart.Frame{Title: title, X: say(card.W("results.chart.x")), Y: say(card.W(y)), Number: number}}
	said := []string{title}
	for _, l := range lines {
		if len(l.points) < 2 { // nothing but where it began
			continue
		}
		end := l.points[len(l.points)-1]
		last = max(last, end.X)
		c.Series = append(c.Series, chart.Series{Label: l.name + " " + number(end.Y), Points: l.points})
		said = append(said, s.said(say, l))
	}
	if len(c.Series) == 0 {
		return nil, ""
	}
	for _, at := range ticks(last) {
		label := "0"
		if at > 0 {
			label = say(card.W("results.age", card.For("For", time.Duration(at*float64(time.Hour)))))
		}
		c.Ticks = append(c.Ticks, chart.Tick{At: at, Label: label})
	}
	return c.PNG(), strings.Join(said, ". ") + "."
}

const saidMost = 6 // numbers of a line that its description has, the newest

// said is a line of a chart in words.
func (s *sheet) said(say func(card.Words) string, l line) string {
	var parts []string
	points := l.points[1:]
	for _, p := range points[max(0, len(points)-saidMost):] {
		age := time.Duration(p.X * float64(time.Hour))
		parts = append(parts, say(card.W("results.chart.point", card.Count("N", int(p.Y)), card.In("Age", aged(age)))))
	}
	return say(card.W("results.chart.line", card.Text("Name", l.name), card.Text("Points", strings.Join(parts, ", "))))
}

// lines are those of a single post: likes, replies and shares.
func (r *row) lines(say func(card.Words) string) (out []line, title string) {
	good := r.good()
	for i, name := range []string{"likes", "replies", "shares"} {
		l := line{name: say(card.W("results.name." + name)), points: []chart.Point{{}}}
		for _, g := range good {
			if n := numbers(&g.Numbers)[i].count; n != nil {
				l.points = append(l.points, point(r, &g, *n))
			}
		}
		out = append(out, l)
	}
	if len(good) == 0 {
		return nil, ""
	}
	var parts []card.Words
	for i, v := range numbers(&good[len(good)-1].Numbers) {
		if v.count != nil && i < 3 {
			parts = append(parts, card.W("results.count."+v.name, card.Count("N", *v.count)))
		}
	}
	if len(parts) == 0 {
		return nil, ""
	}
	age := good[len(good)-1].At.Sub(r.post.OutAt)
	return out, say(card.W("results.chart.title", card.In("What", joined(parts)), card.In("Age", aged(age))))
}

// many are the lines of several posts: what a network gives of each, together.
func (s *sheet) many(say func(card.Words) string) (out []line, title string) {
	total, age := 0, time.Duration(0)
	for i := range s.rows {
		r := &s.rows[i]
		l := line{name: s.name(r.post.Account), points: []chart.Point{{}}}
		for _, g := range r.good() {
			if n, ok := sum(&g.Numbers); ok {
				l.points = append(l.points, point(r, &g, n))
				age = max(age, g.At.Sub(r.post.OutAt))
			}
		}
		if len(l.points) > 1 {
			out = append(out, l)
			total += int(l.end())
		}
	}
	if len(out) == 0 {
		return nil, ""
	}
	slices.SortStableFunc(out, func(a, b line) int { return cmp.Compare(b.end(), a.end()) })
	args := []card.Arg{card.Count("N", total), card.In("Age", aged(age)), card.Text("Account", out[0].name)}
	key := "results.chart.title_sum"
	if len(out) > 1 && out[0].end() > out[1].end() {
		key = "results.chart.title_most"
	}
	return out[:min(len(out), chart.MaxSeries)], say(card.W(key, args...))
}

func (l line) end() float64 { return l.points[len(l.points)-1].Y }

func point(r *row, g *bot.Reading, n int) chart.Point {
	return chart.Point{X: g.At.Sub(r.post.OutAt).Hours(), Y: float64(n)}
}

// name is an account in a word: its network, or as whom it speaks where the draft
// went out twice on one network.
func (s *sheet) name(id bot.AccountID) string {
	a, ok := s.b.Account(id)
	if !ok {
		return string(id)
	}
	for i := range s.rows {
		if other, _ := s.b.Account(s.rows[i].post.Account); other.ID != a.ID && other.Network == a.Network {
			return a.Name
		}
	}
	return a.Network
}

// ticks are the ages to write at an axis that goes up to an age, in hours: 0 and
// three to five more.
func ticks(last float64) []float64 {
	step := 1.0 / 60
	for _, s := range []float64{5. / 60, 10. / 60, 15. / 60, 30. / 60, 1, 2, 3, 6, 12, 24, 48, 24 * 7, 24 * 14, 24 * 30, 24 * 90} {
		if last/step > 5 {
			step = s
		}
	}
	out := []float64{0}
	for n := 1; float64(n)*step <= last+1e-9 && n <= 6; n++ {
		out = append(out, float64(n)*step)
	}
	return out
}
