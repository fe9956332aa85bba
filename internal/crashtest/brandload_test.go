package crashtest

import (
	"math/rand/v2"
	"slices"
	"time"
)

// author is Ana, who has the brand say things, and changes her mind.
func (l *load) author() func(*rand.Rand) error {
	var mine []*draft
	onTheSquare := 0
	return func(rng *rand.Rand) error {
		n := rng.IntN(20)
		if n < 12 || len(mine) == 0 {
			d := &draft{wordings: []*wording{{text: l.unique("said by the brand")}}, to: []string{onSquare, onAsked, onBlind}}
			at := rng.IntN(3)
			switch rng.IntN(3) {
			case 0:
				d.to = slices.Delete(d.to, at, at+1)
			case 1:
				d.to = d.to[at : at+1]
			}
			if slices.Contains(d.to, onSquare) {
				if onTheSquare++; onTheSquare >= manyEntries {
					d.to = []string{onAsked}
				}
			}
			if rng.IntN(3) == 0 {
				d.due = time.Now().Add(time.Duration(1000+rng.IntN(1000)) * time.Millisecond).Truncate(time.Second)
			}
			done, err := l.writes(l.ctx, d)
			if done {
				mine = append(mine, d)
			}
			return err
		}
		if n == 12 {
			return l.holds(l.ctx, time.Duration(rng.IntN(300))*time.Millisecond)
		}
		d := mine[max(0, len(mine)-5)+rng.IntN(min(5, len(mine)))]
		m, err := l.asked(d.last())
		if m == nil || err != nil {
			return err
		}
		if n < 17 {
			return l.rewords(l.ctx, d, m.Ref)
		}
		done, err := l.says(l.ctx, theBoard, m.Ref, "cancel")
		d.cancelled = d.cancelled || done
		return err
	}
}

// asked finds the message that asks about a text, if it is there yet.
func (l *load) asked(t *wording) (*message, error) {
	list, err := l.asks(l.ctx)
	for _, m := range list {
		if m.quotes() == t.text {
			return &m, err
		}
	}
	return nil, err
}

// approver is Olga, who works through what is asked, and changes her mind.
func (l *load) approver() func(*rand.Rand) error {
	type word struct {
		m   message
		t   *wording
		how int
	}
	met := map[string]bool{}
	var said []word // that may be taken back
	return func(rng *rand.Rand) error {
		if len(said) > 0 && rng.IntN(4) == 0 {
			w := said[0]
			said = said[1:]
			return l.objects(l.ctx, &w.m, w.t, w.how)
		}
		list, err := l.asks(l.ctx)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(m message) bool { return met[m.Ref] })
		if len(list) == 0 {
			return nil
		}
		m := list[rng.IntN(len(list))]
		met[m.Ref] = true
		l.world.mu.Lock()
		t := l.worded[m.quotes()]
		l.world.mu.Unlock()
		n, how := rng.IntN(10), rng.IntN(ways)
		switch {
		case t == nil || n == 0:
			return nil
		case n == 1:
			return l.objects(l.ctx, &m, t, byCommand)
		case n < 4:
			said = append(said, word{m, t, how})
		}
		return l.agrees(l.ctx, &m, t, how)
	}
}
