// Package queue is what people ask for about the queues of accounts: which slots
// come next, what has them, and moving it up and down. Its commands are part of the
// one table.
package queue

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/post"
	"ponte/bot/postcard"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/storage"
)

// Commands are the commands about queues, with what they work with.
type Commands struct {
	desk     *post.Desk
	accounts func(b *bot.Brand, text string) ([]bot.AccountID, error)
	draft    func(tx *storage.Tx, req *commands.Request) (bot.Draft, error)
}

// New makes the commands: accounts reads which accounts are meant, draft which
// draft.
func New(desk *post.Desk, accounts func(*bot.Brand, string) ([]bot.AccountID, error), draft func(*storage.Tx, *commands.Request) (bot.Draft, error)) *Commands {
	return &Commands{desk: desk, accounts: accounts, draft: draft}
}

// Specs lists the commands for the table.
func (c *Commands) Specs() []commands.Spec {
	return []commands.Spec{c.queue(), c.move(), c.moves("up"), c.moves("down")}
}

var managers = []bot.Role{bot.Manager, bot.Strategist}

func wrong(name string, e *bot.Error) *bot.Error { e.Field = name; return e }

// Next is the next time that the queues of all the accounts share and at which
// none of them has a post; an account without a queue has no say.
func Next(tx *storage.Tx, b *bot.Brand, accounts []bot.AccountID) (time.Time, error) {
	free, queues := map[time.Time]int{}, 0
	for _, id := range accounts {
		if a, _ := b.Account(id); len(a.Queue) == 0 {
			continue
		}
		queues++
		slots, err := freeSlots(tx, b, id, slotsAtMost)
		if err != nil {
			return time.Time{}, err
		}
		for _, s := range slots {
			free[s.at]++
		}
	}
	for _, at := range slices.SortedFunc(maps.Keys(free), time.Time.Compare) {
		if free[at] == queues {
			return at, nil
		}
	}
	return time.Time{}, wrong("at", bot.Errorf(bot.Invalid, "error.no_slot"))
}

// A place is a time of a queue, and what goes out then.
type place struct {
	at   time.Time
	post *bot.Post
}

const (
	weeksAhead  = 9
	slotsAtMost = 1000
)

// slots are the next times of an account's queue, with what has them.
func slots(tx *storage.Tx, b *bot.Brand, id bot.AccountID, keep func(place) bool, n int) ([]place, error) {
	account, _ := b.Account(id)
	planned := map[int64]*bot.Post{}
	end := tx.Now().AddDate(0, 0, 7*weeksAhead)
	for p, err := range records.PostsAt.Under(tx, storage.K(b.ID), storage.From(storage.K(b.ID, tx.Now())), storage.Until(storage.K(b.ID, end))) {
		if err != nil {
			return nil, err
		}
		if p.Account == id && p.State != bot.Rejected && p.State != bot.Expired && p.State != bot.Failed {
			planned[p.Due.Unix()] = &p
		}
	}
	var out []place
	now := tx.Now().In(b.Location())
	for day := range 7 * weeksAhead {
		date := now.AddDate(0, 0, day)
		for _, s := range account.Queue {
			at := time.Date(date.Year(), date.Month(), date.Day(), s.At/60, s.At%60, 0, 0, b.Location())
			if date.Weekday() != s.Day || !at.After(now) || at.Hour()*60+at.Minute() != s.At { // no such time that day
				continue
			}
			p := place{at, planned[at.Unix()]}
			if keep(p) {
				out = append(out, p)
			}
		}
		if len(out) >= n {
			break
		}
	}
	slices.SortFunc(out, func(a, b place) int { return a.at.Compare(b.at) })
	return out[:min(n, len(out))], nil
}

func freeSlots(tx *storage.Tx, b *bot.Brand, id bot.AccountID, n int) ([]place, error) {
	return slots(tx, b, id, func(p place) bool { return p.post == nil }, n)
}

func (c *Commands) queue() commands.Spec {
	return commands.Spec{
		Name: "queue", Roles: bot.Anyone, Reads: true, Options: []act.Option{{Name: "to", Summary: card.W("option.accounts"), Kind: act.WordOption}}, Examples: []string{"queue", "queue shop"}, Run: c.runQueue,
	}
}

// runQueue shows the next slots of each account, and what has them.
func (c *Commands) runQueue(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	if !req.Brand.DecidesIn().Sees(req.Person) {
		return act.Answer{}, bot.Errorf(bot.Denied, "error.room")
	}
	ids, err := c.accounts(req.Brand, req.Values["to"])
	if err != nil {
		return act.Answer{}, err
	}
	n := card.Card{Mark: card.MarkNote, Title: card.W("posts.queue")}
	for _, id := range ids {
		next, err := slots(tx, req.Brand, id, func(place) bool { return true }, 6)
		if err != nil {
			return act.Answer{}, err
		}
		list := []card.Line{}
		for _, p := range next {
			l := card.Line{Mark: card.MarkNote, Words: card.W("posts.slot_free", card.At("At", p.at))}
			if p.post != nil {
				d, err := records.Drafts.Get(tx, storage.K(req.Brand.ID, p.post.Draft))
				if err != nil {
					return act.Answer{}, err
				}
				moves, err := queueMoves(tx, req.Brand, d)
				if err != nil {
					return act.Answer{}, err
				}
				if len(n.Actions)+len(moves) <= mostMoves && !p.post.Over() {
					n.Actions = append(n.Actions, moves...)
				}
				l = card.Line{Mark: postcard.Marks[p.post.State], Words: card.W("posts.slot_taken", card.At("At", p.at), card.Text("Number", strconv.Itoa(d.Number))), Text: card.Outside(bot.Short(d.Content.For(id), 80))}
			}
			list = append(list, l)
		}
		n.Blocks = append(n.Blocks, card.Say(card.Literal(postcard.Account(req.Brand, id))))
		if len(list) == 0 {
			n.Blocks = append(n.Blocks, card.Say(card.W("posts.no_queue")))
			continue
		}
		n.Blocks = append(n.Blocks, card.Block{List: list})
	}
	return act.Answer{Notice: &n}, nil
}
