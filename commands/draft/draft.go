// Package draft is what commands about drafts share: which draft is meant, and what
// is said of it once it was written, changed or refused.
package draft

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/postcard"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/storage"
)

// The is the draft of the card or thread, or the one with the number given.
func The(tx *storage.Tx, req *commands.Request) (bot.Draft, error) {
	given := strings.TrimPrefix(strings.TrimSpace(req.Values["draft"]), "#")
	if given == "" && req.Draft != nil {
		return *req.Draft, nil
	}
	if given == "" {
		return bot.Draft{}, field(bot.Errorf(bot.Invalid, "error.which_draft"), "draft")
	}
	if !req.Brand.DecidesIn().Sees(req.Person) {
		return bot.Draft{}, bot.Errorf(bot.Denied, "error.room")
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < 1 {
		return bot.Draft{}, field(bot.Errorf(bot.NotFound, "error.no_draft", "Given", bot.Short(given, 20)), "draft")
	}
	d, err := records.DraftByNumber.First(tx, storage.K(req.Brand.ID, n))
	if errors.Is(err, storage.ErrNotFound) {
		err = field(bot.Errorf(bot.NotFound, "error.no_draft", "Given", bot.Short(given, 20)), "draft")
	}
	return d, err
}

// Title names a draft in one line.
func Title(d *bot.Draft) card.Words {
	return card.W("posts.draft", card.Text("Number", strconv.Itoa(d.Number)))
}

// Told says what became of a draft that was written or changed, what the checks found,
// and whether anything goes out for now. The key is of what is said where a decision
// is asked for.
func Told(tx *storage.Tx, b *bot.Brand, d *bot.Draft, found []bot.Finding, key string) (act.Answer, error) {
	stops := slices.ContainsFunc(found, func(f bot.Finding) bool { return f.Stops })
	waits, err := inReview(tx, d)
	if err != nil {
		return act.Answer{}, err
	}
	switch looking := !d.LooksAt.IsZero(); {
	case looking && (b.Approvals.Needs(bot.PostMatter) == 0 || d.Series != ""):
		key = "posts.looking_on"
	case looking:
		key = "posts.looking"
	case stops:
		key = "posts.stopped"
	case d.Request == "" && waits: // with its series
		key = "posts.same"
	case d.Request == "":
		key = "posts.goes_out"
	}
	n := card.Notice(card.W(key, card.In("Draft", Title(d)), card.Text("Room", b.DecidesIn().ID)))
	for _, f := range found {
		mark := card.MarkOverdue
		if f.Stops {
			mark = card.MarkFailed
		}
		n.Blocks = append(n.Blocks, card.Block{List: []card.Line{{Mark: mark, Words: Finding(b, f)}}})
	}
	if stops {
		n.Actions = []card.Action{{Verb: "edit", Label: card.W("posts.action.edit"), Style: card.Primary, Subject: act.OnDraft + "/" + string(d.ID)}}
	}
	paused, err := records.BrandHolds.Has(tx, storage.K(b.ID))
	if paused {
		n.Blocks = append(n.Blocks, card.Say(card.W("posts.while_paused")))
	}
	return act.Answer{Notice: &n}, err
}

func inReview(tx *storage.Tx, d *bot.Draft) (bool, error) {
	for p, err := range records.PostsOf.Under(tx, storage.K(d.ID)) {
		if err != nil || p.State == bot.InReview {
			return err == nil, err
		}
	}
	return false, nil
}

// Over says of a draft that cannot be changed since when it was taken back, or that
// it is out; any other error is left as it is.
func Over(tx *storage.Tx, d *bot.Draft, err error) (act.Answer, error) {
	e, ok := bot.Asked(err)
	if !ok || e.Key != "error.draft_cancelled" && e.Key != "error.draft_is_out" {
		return act.Answer{}, err
	}
	ans := commands.Say("posts.is_out", card.In("Draft", Title(d)))
	ans.Refused = true
	if e.Key == "error.draft_is_out" {
		return ans, nil
	}
	for r, failed := range records.AuditOn.Under(tx, storage.K(act.OnDraft+"/"+string(d.ID)), storage.Reverse()) {
		if failed != nil {
			return act.Answer{}, failed
		}
		if r.What == "draft.cancelled" {
			ans = commands.Say("posts.was_cancelled", card.In("Draft", Title(d)), card.At("At", r.At))
			ans.Refused = true
			return ans, nil
		}
	}
	return act.Answer{}, err
}

// Finding is what a check says, and of which account where it is one's.
func Finding(b *bot.Brand, f bot.Finding) card.Words {
	w := card.Found(f)
	if f.Account == "" || f.Args["Account"] != "" { // the sentence says it
		return w
	}
	return card.W("posts.finding", card.Text("Account", postcard.Account(b, f.Account)), card.In("What", w))
}

func field(e *bot.Error, name string) *bot.Error { e.Field = name; return e }
