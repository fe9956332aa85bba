package posts

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/postcard"
	"ponte/bot/records"
	"ponte/bot/when"
	"ponte/commands"
	"ponte/commands/draft"
	"ponte/commands/line"
	"ponte/storage"
)

func (c *Commands) pause() commands.Spec {
	o := reason()
	o.Flagged = true
	return commands.Spec{
		Name: "pause", Roles: managers, Options: []act.Option{commands.Option("until", act.TimeOption), o},
		Examples: []string{"pause", "pause Strike at the airport --until tomorrow 9:00"}, Run: c.runPause,
	}
}

// runPause holds everything that the brand has scheduled.
func (c *Commands) runPause(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	var until time.Time
	if text := strings.TrimSpace(req.Values["until"]); text != "" {
		var err error
		if until, err = when.Parse(text, tx.Now(), req.Brand.Location(), req.Brand.Hours); err != nil {
			return act.Answer{}, line.Asked(err, text, "until")
		}
	}
	if err := c.desk.Pause(tx, req.Brand, req.Person.ID, strings.TrimSpace(req.Values["reason"]), until); err != nil {
		return act.Answer{}, err
	}
	return commands.Say("posts.paused"), nil
}

func (c *Commands) resume() commands.Spec {
	return commands.Spec{Name: "resume", Roles: managers, Examples: []string{"resume"}, Run: c.runResume}
}

// runResume lifts the pause and shows what it kept back, which people release.
func (c *Commands) runResume(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	if !req.Brand.DecidesIn().Sees(req.Person) {
		return act.Answer{}, bot.Errorf(bot.Denied, "error.room")
	}
	held, err := c.desk.Resume(tx, req.Brand, req.Person.ID)
	if err != nil {
		return act.Answer{}, err
	}
	if len(held) == 0 {
		return commands.Say("posts.resumed"), nil
	}
	list, err := entries(tx, req.Brand, held)
	return act.Answer{Notice: &card.Card{
		Mark: card.MarkSnoozed, Title: card.W("posts.kept_back", card.Count("N", len(held))),
		Blocks: []card.Block{{List: list}}, Foot: card.W("posts.release_hint"),
	}}, err
}

// entries are the first of the posts, each as it stands now.
func entries(tx *storage.Tx, b *bot.Brand, posts []bot.Post) (list []card.Line, err error) {
	for _, p := range posts[:min(len(posts), shownAtMost)] {
		p, err := records.Posts.Get(tx, storage.K(b.ID, p.ID))
		if err != nil {
			return nil, err
		}
		d, err := records.Drafts.Get(tx, storage.K(b.ID, p.Draft))
		if err != nil {
			return nil, err
		}
		list = append(list, entry(b, &d, &p))
	}
	return list, nil
}

// entry is a post in a line: when, which, and how it stands.
func entry(b *bot.Brand, d *bot.Draft, p *bot.Post) card.Line {
	words, at := "posts.entry", p.Due
	if !p.OutAt.IsZero() {
		at = p.OutAt
	}
	if at.IsZero() {
		words = "posts.entry_soon"
	}
	return card.Line{
		Mark: postcard.Marks[p.State], Text: card.Outside(bot.Short(d.Content.For(p.Account), 60)),
		Words: card.W(words, card.At("At", at), card.Text("Number", strconv.Itoa(d.Number)), card.Text("Account", postcard.Account(b, p.Account)), card.In("State", card.W("posts.state."+key(p.State)))),
	}
}

func (c *Commands) hold() commands.Spec {
	return commands.Spec{
		Name: "hold", Roles: managers, About: onDraft, Maybe: true, Options: []act.Option{draftOption(), reason()}, Examples: []string{"hold 12", "hold 12 The shop is closed"}, Run: c.runHold,
	}
}

// runHold keeps what a draft has scheduled from going out, until somebody releases it.
func (c *Commands) runHold(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	why := strings.TrimSpace(req.Values["reason"])
	if _, err := strconv.Atoi(strings.TrimPrefix(req.Values["draft"], "#")); err != nil && req.Draft != nil { // in its thread all is the reason
		why = strings.TrimSpace(req.Values["draft"] + " " + why)
		req.Values["draft"] = ""
	}
	d, err := draft.The(tx, req)
	if err != nil {
		return act.Answer{}, err
	}
	rows, err := rowsOf(tx, &d)
	if err != nil {
		return act.Answer{}, err
	}
	n := 0
	for _, p := range rows {
		if p.State != bot.InReview && p.State != bot.Approved && p.State != bot.Scheduled {
			continue
		}
		if err := c.desk.Hold(tx, req.Brand, req.Person.ID, p, why, time.Time{}); err != nil {
			return act.Answer{}, err
		}
		n++
	}
	if n == 0 {
		return act.Answer{}, bot.Errorf(bot.Conflict, "error.nothing_to_hold")
	}
	return commands.Say("posts.held", card.In("Draft", draft.Title(&d))), nil
}

func (c *Commands) release() commands.Spec {
	return commands.Spec{
		Name: "release", Roles: managers, About: onDraft, Maybe: true, Options: []act.Option{draftOption()}, Examples: []string{"release 12", "release all"}, Run: c.runRelease,
	}
}

// runRelease lets go what is held, and shows where that leaves it.
func (c *Commands) runRelease(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	if !req.Brand.DecidesIn().Sees(req.Person) {
		return act.Answer{}, bot.Errorf(bot.Denied, "error.room")
	}
	rows, err := c.held(tx, req)
	if err != nil {
		return act.Answer{}, err
	}
	if len(rows) == 0 {
		return act.Answer{}, bot.Errorf(bot.Conflict, "error.nothing_held")
	}
	n := len(rows)
	if everything(req) {
		if n, err = c.desk.ReleaseAll(tx, req.Brand, req.Person.ID); err != nil {
			return act.Answer{}, err
		}
	} else {
		for _, p := range rows {
			if err := c.desk.Release(tx, req.Brand, req.Person.ID, p); err != nil {
				return act.Answer{}, err
			}
		}
	}
	list, err := entries(tx, req.Brand, rows)
	out := card.Card{Mark: card.MarkNote, Title: card.W("posts.released", card.Count("N", n)), Blocks: []card.Block{{List: list}}}
	if more := n - len(list); more > 0 {
		out.Foot = card.W("inbox.more", card.Count("N", more))
	}
	return act.Answer{Notice: &out}, err
}

// everything tells whether all that the brand holds is meant.
func everything(req *commands.Request) bool { return strings.EqualFold(req.Values["draft"], "all") }

// held is what a person wants released and is held: one post, those of a draft, or
// the first of all.
func (c *Commands) held(tx *storage.Tx, req *commands.Request) (rows []bot.Post, err error) {
	switch {
	case everything(req):
		for p, err := range records.PostsByState.Under(tx, storage.K(req.Brand.ID, bot.Held), storage.Limit(shownAtMost)) {
			if err != nil {
				return nil, err
			}
			rows = append(rows, p)
		}
		return rows, nil
	case req.Post != nil && req.Values["draft"] == "":
		return []bot.Post{*req.Post}, nil
	}
	d, err := draft.The(tx, req)
	if err != nil {
		return nil, err
	}
	rows, err = rowsOf(tx, &d)
	return slices.DeleteFunc(rows, func(p bot.Post) bool { return p.State != bot.Held }), err
}

// settle lets a person say what became of a post of unknown outcome.
func (c *Commands) settle(name string, happened bool) commands.Spec {
	return commands.Spec{
		Name: name, Label: "post.action." + strings.ReplaceAll(name, "-", "_"), Roles: managers, About: []string{act.OnPost}, Inner: true, Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			if req.Post == nil {
				return act.Answer{}, bot.Errorf(bot.NotFound, "error.gone")
			}
			return act.Answer{}, c.desk.Settle(tx, req.Brand, req.Person.ID, *req.Post, happened)
		},
	}
}
