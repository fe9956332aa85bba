package crashtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
)

// load is people who go on whatever happens to Ponte.
type load struct {
	*world
	ctx  context.Context // of what is begun
	over chan struct{}   // closed when nothing more is begun
	all  sync.WaitGroup
	mu   sync.Mutex
	err  error
}

// crowd starts two customers' hands, two of those who answer them, and those who
// write and approve posts.
func (w *world) crowd(ctx context.Context, seed uint64) *load {
	l := &load{world: w, ctx: ctx, over: make(chan struct{})}
	for i, do := range []func(*rand.Rand) error{l.writers(), l.passersBy(), l.answers(onAsked, onBlind), l.answers(onSquare), l.author(), l.approver()} {
		rng := rand.New(rand.NewPCG(seed, uint64(i)+10))
		l.all.Go(func() {
			for {
				select {
				case <-l.over:
					return
				case <-time.After(time.Duration(15+rng.IntN(40)) * time.Millisecond):
				}
				if err := do(rng); err != nil {
					l.mu.Lock()
					defer l.mu.Unlock()
					l.err = err
					return
				}
			}
		})
	}
	return l
}

// goes waits until what was begun is done, and begins nothing more.
func (l *load) goes() error {
	close(l.over)
	l.all.Wait()
	return l.err
}

// writers send items by webhook: new ones, answers to them, edits, deletions.
func (l *load) writers() func(*rand.Rand) error {
	stand := map[bot.AccountID][]string{}
	return func(rng *rand.Rand) error {
		account := []bot.AccountID{askedAccount, blindAccount, heardAccount}[rng.IntN(3)]
		known := stand[account]
		fresh := func(to string) news {
			id := l.unique("item")
			return news{ID: id, Author: l.unique("Jonas"), Text: "said in " + id, Post: thePost, InReplyTo: to}
		}
		var list []news
		switch n := rng.IntN(20); {
		case n < 11 || len(known) == 0:
			for range 1 + rng.IntN(3) {
				one := fresh("")
				stand[account] = append(stand[account], one.ID)
				list = append(list, one)
			}
		case n < 15:
			list = append(list, fresh(known[rng.IntN(len(known))]))
		case n < 18:
			list = append(list, news{ID: known[rng.IntN(len(known))], Author: "Jonas", Text: l.unique("said anew"), Edited: true})
		default:
			at := rng.IntN(len(known))
			list = append(list, news{ID: known[at], Deleted: true})
			known[at] = known[len(known)-1]
			stand[account] = known[:len(known)-1]
		}
		return l.tell(l.ctx, account, list...)
	}
}

// passersBy comment on the square, and change their minds.
func (l *load) passersBy() func(*rand.Rand) error {
	return func(rng *rand.Rand) error {
		var mine []string // that can be changed
		l.world.mu.Lock()
		for k, it := range l.items {
			if k.account == squareAccount && it.token != "" && !it.deleted {
				mine = append(mine, k.remote)
			}
		}
		l.world.mu.Unlock()
		n := rng.IntN(20)
		if n < 11 || len(mine) == 0 {
			return l.comment(l.ctx, l.unique("heard on the square"), "")
		}
		switch one := mine[rng.IntN(len(mine))]; {
		case n < 15:
			return l.comment(l.ctx, l.unique("and also"), one)
		case n < 18:
			return l.amend(l.ctx, one, l.unique("rather"))
		default:
			return l.amend(l.ctx, one, "")
		}
	}
}

// answers is one of the team who works through some rooms.
func (l *load) answers(rooms ...string) func(*rand.Rand) error {
	met := map[string]bool{}
	var out []*reply // that may be changed
	return func(rng *rand.Rand) error {
		if len(out) > 0 && rng.IntN(5) == 0 {
			r := out[0]
			out = out[1:]
			return l.rewrite(r)
		}
		room := rooms[rng.IntN(len(rooms))]
		card, err := l.pick(rng, room, met)
		if card == nil || err != nil {
			return err
		}
		r := &reply{room: room, thread: card.Ref, place: room, text: l.unique("reply")}
		write := l.command
		if rng.IntN(2) == 0 {
			write = func(r *reply) (bool, error) { return l.form(r, card) }
		}
		if done, err := write(r); !done || err != nil {
			return err
		}
		l.accepted(r)
		if rng.IntN(4) == 0 {
			r.undone, err = l.says(l.ctx, room, r.thread, "undo")
		} else if room != onBlind {
			out = append(out, r)
		}
		return err
	}
}

// pick takes a conversation of a room that nobody answered yet.
func (l *load) pick(rng *rand.Rand, room string, met map[string]bool) (*message, error) {
	var list []message
	err := l.insist(l.ctx, func(p *ponte) (err error) {
		list, err = p.messages(l.ctx, room, "", "")
		return err
	})
	var open []message
	for _, m := range list {
		if m.about(act.OnConversation) != "" && !met[m.Ref] {
			open = append(open, m)
		}
	}
	if err != nil || len(open) == 0 {
		return nil, err
	}
	m := open[rng.IntN(len(open))]
	met[m.Ref] = true
	return &m, nil
}

func (l *load) command(r *reply) (bool, error) {
	return l.says(l.ctx, r.room, r.thread, "reply "+r.text)
}

// form writes a reply in the form. Where the answer with the form is lost they
// press the button once more; where the conversation moved they look and send again.
func (l *load) form(r *reply, on *message) (bool, error) {
	var a answer
	for range 3 {
		var err error
		a, err = l.does(l.ctx, "click", r.room, r.thread, url.Values{
			"ref": {on.Ref}, "verb": {"reply"}, "subject": {on.Card.Subject}, "revision": {fmt.Sprint(on.Card.Revision)},
		})
		if err != nil || a.Refused {
			return false, err
		}
		if a.Form != nil {
			break
		}
	}
	for a.Form != nil {
		f := a.Form.Form
		var err error
		a, err = l.does(l.ctx, "submit", r.room, r.thread, url.Values{
			"verb": {f.Verb}, "subject": {f.Subject}, "revision": {fmt.Sprint(f.Revision)}, "token": {f.Token}, "value.text": {r.text},
		})
		if err != nil {
			return false, err
		}
		if !a.Refused {
			return true, nil
		}
	}
	return false, nil
}

// rewrite changes a reply that is out.
func (l *load) rewrite(r *reply) error {
	text := l.unique("rather reply")
	done, err := l.says(l.ctx, r.room, r.thread, "edit "+text)
	if done {
		r.edited = text
	}
	return err
}
