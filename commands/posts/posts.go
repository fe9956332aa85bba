// Package posts is what people ask for about what the brand says by itself:
// writing, deciding, scheduling, and looking at what is planned. Its commands are
// part of the one table.
package posts

import (
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/approval"
	"ponte/bot/card"
	"ponte/bot/post"
	"ponte/bot/series"
	"ponte/bot/when"
	"ponte/commands"
	"ponte/commands/draft"
	"ponte/commands/length"
	"ponte/commands/line"
	"ponte/commands/queue"
	"ponte/storage"
)

// Commands are the commands about posts, with what they work with.
type Commands struct {
	desk      *post.Desk
	approvals *approval.Desk
	traits    func(bot.AccountID) act.Traits

	again *series.Desk
	keeps length.Form // open while a text is too long
}

// New makes the commands.
func New(desk *post.Desk, approvals *approval.Desk, traits func(bot.AccountID) act.Traits, checks post.Checks) *Commands {
	c := &Commands{desk: desk, approvals: approvals, traits: traits}
	c.keeps = length.Form{Own: own, Findings: func(tx *storage.Tx, req *commands.Request) ([]bot.Finding, error) {
		o, err := c.order(tx, req, bot.Content{})
		if err != nil {
			return nil, err
		}
		return checks.Findings(tx, req.Brand, &bot.Draft{Brand: req.Brand.ID, Content: o.Content})
	}, Pictures: func(tx *storage.Tx, req *commands.Request) (card.Field, error) {
		sent, err := pictures(tx, req, nil)
		return pictureField(req.Brand, &bot.Content{Pictures: sent}), err
	}}
	return c
}

// own is the field of an account's own text.
func own(id bot.AccountID) string { return "text:" + string(id) }

// Specs lists the commands for the table.
func (c *Commands) Specs() []commands.Spec {
	return append([]commands.Spec{
		c.keeps.Within(c.post()), c.keeps.Within(c.edit()), c.duplicate(), c.cancel(), c.drafts(), c.show(), c.approve(), c.reject(), c.giveBack(), c.schedule(),
		c.pause(), c.resume(), c.hold(), c.release(), c.retry(), c.settle("post-is-out", true), c.settle("post-again", false),
		c.series(), c.stopSeries(), c.keeps.Within(c.changeSeries()), c.keeps.Within(c.editTime()), c.skipTime(),
	}, queue.New(c.desk, c.accounts, draft.The).Specs()...)
}

var (
	managers = []bot.Role{bot.Manager, bot.Strategist}
	onDraft  = []string{act.OnDraft, act.OnPost, act.OnRequest}
)

// draftOption names a draft by its number; on a draft's own card it is not needed.
func draftOption() act.Option { return commands.Option("draft", act.WordOption) }

// toOption names accounts.
func toOption() act.Option {
	return act.Option{Name: "to", Summary: card.W("option.accounts"), Kind: act.WordOption}
}

// finding is what a check says.

func field(e *bot.Error, name string) *bot.Error { e.Field = name; return e }

// moment reads when something is to go out: a time in words, "now", or the next
// free slot of the accounts' queues.
func (c *Commands) moment(tx *storage.Tx, b *bot.Brand, accounts []bot.AccountID, text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	switch strings.ToLower(text) {
	case "", "now", "ahora", "ora", "adesso", "subito":
		return time.Time{}, nil
	case "next slot", "next free slot", "slot", "próximo hueco", "proximo hueco", "prossimo spazio", "prossimo slot":
		return queue.Next(tx, b, accounts)
	}
	t, err := when.Parse(text, tx.Now(), b.Location(), b.Hours)
	if err != nil {
		return t, line.Asked(err, text, "at")
	}
	return t, nil
}

// accounts reads which accounts are meant: ids, or what stands behind the colon in
// one, or a network's name, with commas or spaces between them. Nothing means all
// that can post.
func (c *Commands) accounts(b *bot.Brand, text string) ([]bot.AccountID, error) {
	var out []bot.AccountID
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
	for _, a := range b.Accounts {
		if len(words) == 0 && c.traits(a.ID).CanPost {
			out = append(out, a.ID)
		}
	}
	for _, w := range words {
		found := false
		for _, a := range b.Accounts {
			_, short, _ := strings.Cut(string(a.ID), ":")
			if strings.EqualFold(w, string(a.ID)) || strings.EqualFold(w, short) || strings.EqualFold(w, a.Platform) || strings.EqualFold(w, a.Network) {
				out, found = append(out, a.ID), true
			}
		}
		if !found {
			return nil, field(bot.Errorf(bot.NotFound, "error.no_account", "Given", bot.Short(w, 40)), "to")
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
