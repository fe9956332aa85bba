package posts

import (
	"cmp"
	"slices"
	"strconv"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/postcard"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/commands/draft"
	"ponte/storage"
)

const shownAtMost = 20

func (c *Commands) drafts() commands.Spec {
	return commands.Spec{Name: "drafts", Roles: bot.Anyone, Reads: true, Examples: []string{"drafts"}, Run: c.runDrafts}
}

// lookBack is how many drafts a list reads at most, the newest first.
const lookBack = 500

// runDrafts lists what is not over, what somebody must look at first.
func (c *Commands) runDrafts(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	if !req.Brand.DecidesIn().Sees(req.Person) {
		return act.Answer{}, bot.Errorf(bot.Denied, "error.room")
	}
	type entry struct {
		line  card.Line
		state bot.PostState
	}
	var all []entry
	for d, err := range records.Drafts.Under(tx, storage.K(req.Brand.ID), storage.Reverse(), storage.Limit(lookBack)) {
		if err != nil {
			return act.Answer{}, err
		}
		rows, err := rowsOf(tx, &d)
		if err != nil {
			return act.Answer{}, err
		}
		if state := bot.Whole(rows); state != bot.Published && state != bot.Cancelled {
			all = append(all, entry{c.line(&d, state), state})
		}
	}
	if len(all) == 0 {
		return commands.Say("posts.no_drafts"), nil
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(bot.Weight(a.state), bot.Weight(b.state)) })
	n := card.Card{Mark: card.MarkNote, Title: card.W("posts.drafts", card.Count("N", len(all)))}
	var list []card.Line
	for _, e := range all[:min(len(all), shownAtMost)] {
		list = append(list, e.line)
	}
	n.Blocks = []card.Block{{List: list}}
	if len(all) > shownAtMost {
		n.Foot = card.W("inbox.more", card.Count("N", len(all)-shownAtMost))
	}
	return act.Answer{Notice: &n}, nil
}

func (c *Commands) line(d *bot.Draft, state bot.PostState) card.Line {
	w := card.W("posts.line", card.Text("Number", strconv.Itoa(d.Number)), card.In("State", card.W("posts.state."+key(state))))
	if !d.Content.When.IsZero() {
		w = card.W("posts.line_at", card.Text("Number", strconv.Itoa(d.Number)), card.In("State", card.W("posts.state."+key(state))), card.At("At", d.Content.When))
	}
	return card.Line{Mark: postcard.Marks[state], Words: w, Text: card.Outside(bot.Short(d.Content.Text, 80))}
}

// key is a state as the catalogues name it.
func key(s bot.PostState) string {
	if s == bot.InReview {
		return "in_review"
	}
	return string(s)
}

func rowsOf(tx *storage.Tx, d *bot.Draft) ([]bot.Post, error) {
	var rows []bot.Post
	for p, err := range records.PostsOf.Under(tx, storage.K(d.ID)) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, p)
	}
	return rows, nil
}

func (c *Commands) show() commands.Spec {
	return commands.Spec{
		Name: "show", Roles: bot.Anyone, Reads: true, About: onDraft, Maybe: true, Options: []act.Option{draftOption()}, Examples: []string{"show 12"},
		Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			d, err := draft.The(tx, req)
			if err != nil {
				return act.Answer{}, err
			}
			shown, err := c.desk.Card(tx, req.Brand, d)
			return act.Answer{Notice: &shown}, err
		},
	}
}
