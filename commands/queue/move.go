package queue

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/post"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/storage"
)

// A swap is what moving a draft in its queue does: it gets the time of the slot
// beside its own, and what has that gets its own.
type swap struct {
	draft    bot.Draft
	from, to time.Time
	other    *bot.Draft // nil: the slot is free
}

// steps are the ways in a queue.
var steps = map[string]int{"up": -1, "down": 1}

func (c *Commands) move() commands.Spec {
	return commands.Spec{
		Name: "move", Roles: managers, About: []string{act.OnDraft, act.OnPost, act.OnRequest}, Maybe: true,
		Options: []act.Option{
			commands.Required(commands.Option("draft", act.WordOption)), commands.Required(commands.OneOf(commands.Option("way", act.ChoiceOption), "up", "down")),
		},
		Examples: []string{"move 12 up"}, Run: c.runMove,
	}
}

// runMove says what moving would do, and leaves it to a button.
func (c *Commands) runMove(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	way := req.Values["way"]
	if steps[way] == 0 {
		return act.Answer{}, wrong("way", bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(way, 30), "Choices", "up, down"))
	}
	d, err := c.draft(tx, req)
	if err != nil {
		return act.Answer{}, err
	}
	s, err := swapOf(tx, req.Brand, d, steps[way])
	if err != nil {
		return act.Answer{}, err
	}
	n := card.Notice(s.asks())
	b := s.button(way)
	b.Confirm, b.Style = card.Words{}, card.Primary
	n.Actions = []card.Action{b}
	return act.Answer{Notice: &n}, nil
}

// moves is the button that moves a draft in its queue.
func (c *Commands) moves(way string) commands.Spec {
	return commands.Spec{
		Name: "move-" + way, Label: "choice." + way, Roles: managers, About: []string{act.OnDraft}, Inner: true, Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			s, err := swapOf(tx, req.Brand, *req.Draft, steps[way])
			if err != nil {
				return act.Answer{}, err
			}
			if req.Rest != s.mark() {
				return act.Answer{}, bot.Errorf(bot.Conflict, "error.draft_moved")
			}
			if err := c.retime(tx, req, s.draft, s.to); err != nil {
				return act.Answer{}, err
			}
			number, at, room := card.Text("Number", strconv.Itoa(s.draft.Number)), card.At("At", s.to), card.Text("Room", req.Brand.DecidesIn().ID)
			if s.other == nil {
				return commands.Say("queue.moved", number, at, room), nil
			}
			if err := c.retime(tx, req, *s.other, s.from); err != nil {
				return act.Answer{}, err
			}
			return commands.Say("queue.swapped", number, at, room, card.Text("Other", strconv.Itoa(s.other.Number)), card.At("Then", s.from)), nil
		},
	}
}

// retime gives a draft another time: a new decision is asked for.
func (c *Commands) retime(tx *storage.Tx, req *commands.Request, d bot.Draft, at time.Time) error {
	o := post.Order{By: req.Person.ID, Content: d.Content, Fetch: d.Fetch, Campaign: d.Campaign}
	o.Content.When = at
	_, _, err := c.desk.Edit(tx, req.Brand, d, o, -1)
	return err
}

// swapOf finds the slot beside a draft's own, in the first queue that it stands in.
func swapOf(tx *storage.Tx, b *bot.Brand, d bot.Draft, step int) (swap, error) {
	number := strconv.Itoa(d.Number)
	for _, id := range d.Content.Accounts {
		all, err := slots(tx, b, id, func(place) bool { return true }, slotsAtMost)
		if err != nil {
			return swap{}, err
		}
		i := slices.IndexFunc(all, func(p place) bool { return p.post != nil && p.post.Draft == d.ID && p.at.Equal(d.Content.When) })
		if i < 0 {
			continue
		}
		if i+step < 0 || i+step >= len(all) {
			return swap{}, bot.Errorf(bot.Conflict, "error.queue_end", "Number", number)
		}
		out, beside := swap{draft: d, from: d.Content.When, to: all[i+step].at}, all[i+step]
		if beside.post == nil {
			return out, nil
		}
		other, err := records.Drafts.Get(tx, storage.K(b.ID, beside.post.Draft))
		out.other = &other
		return out, err
	}
	return swap{}, bot.Errorf(bot.NotFound, "error.queue_not", "Number", number)
}

// asks is what is said before a draft is moved.
func (s *swap) asks() card.Words {
	number := card.Text("Number", strconv.Itoa(s.draft.Number))
	if s.other == nil {
		return card.W("queue.confirm", number, card.At("At", s.to))
	}
	return card.W("queue.confirm_swap", number, card.Text("Other", strconv.Itoa(s.other.Number)))
}

// mark names the drafts as they are and where the first one goes: what somebody agrees
// to is done only while that is the same.
func (s *swap) mark() string {
	out := fmt.Sprintf("%d,%d", s.draft.Revision, s.to.Unix())
	if s.other != nil {
		out += fmt.Sprintf(",%s,%d", s.other.ID, s.other.Revision)
	}
	return out
}

func (s *swap) button(way string) card.Action {
	label := card.W("queue.up", card.Text("Number", strconv.Itoa(s.draft.Number)))
	if way == "down" {
		label.Key = "queue.down"
	}
	return card.Action{
		Verb: "move-" + way, Label: label, Needs: managers, Confirm: s.asks(),
		Subject: act.OnDraft + "/" + string(s.draft.ID) + "?" + s.mark(),
	}
}

// mostMoves is how many buttons a list of queues has.
const mostMoves = 20

// queueMoves are the buttons that move what stands in a queue.
func queueMoves(tx *storage.Tx, b *bot.Brand, d bot.Draft) (out []card.Action, err error) {
	for _, way := range []string{"up", "down"} {
		s, err := swapOf(tx, b, d, steps[way])
		if _, no := bot.Asked(err); no {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, s.button(way))
	}
	return out, nil
}
