package posts

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/bot/when"
	"ponte/commands"
	"ponte/storage"
)

func sortPlaces(p []place) {
	slices.SortFunc(p, func(a, b place) int { return a.at.Compare(b.at) })
}

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
			return act.Answer{}, field(bot.Errorf(bot.Invalid, "error.time", "Given", bot.Short(text, 40)).Because(err), "until")
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
	held, err := c.desk.Resume(tx, req.Brand, req.Person.ID)
	if err != nil {
		return act.Answer{}, err
	}
	if len(held) == 0 {
		return commands.Say("posts.resumed"), nil
	}
	n := card.Card{Mark: card.MarkSnoozed, Title: card.W("posts.kept_back", card.Count("N", len(held)))}
	var list []card.Line
	for _, p := range held[:min(len(held), shownAtMost)] {
		d, err := records.Drafts.Get(tx, storage.K(req.Brand.ID, p.Draft))
		if err != nil {
			return act.Answer{}, err
		}
		list = append(list, card.Line{
			Mark: card.MarkSnoozed, Text: card.Outside(bot.Short(d.Content.For(p.Account), 60)),
			Words: card.W("posts.entry", card.At("At", p.Due), card.Text("Number", strconv.Itoa(d.Number)), card.Text("Account", nameOf(req.Brand, p.Account)), card.In("State", card.W("posts.state."+key(p.State)))),
		})
	}
	n.Blocks, n.Foot = []card.Block{{List: list}}, card.W("posts.release_hint")
	return act.Answer{Notice: &n}, nil
}

func (c *Commands) release() commands.Spec {
	return commands.Spec{
		Name: "release", Roles: managers, About: onDraft, Maybe: true, Options: []act.Option{draftOption()}, Examples: []string{"release 12", "release all"}, Run: c.runRelease,
	}
}

// runRelease lets go what is held: one post, those of a draft, or all of the brand.
func (c *Commands) runRelease(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	var rows []bot.Post
	switch {
	case strings.EqualFold(req.Values["draft"], "all"):
		n, err := c.desk.ReleaseAll(tx, req.Brand, req.Person.ID)
		if err != nil {
			return act.Answer{}, err
		}
		return commands.Say("posts.released", card.Count("N", n)), nil
	case req.Post != nil && req.Values["draft"] == "":
		rows = []bot.Post{*req.Post}
	default:
		d, err := theDraft(tx, req)
		if err != nil {
			return act.Answer{}, err
		}
		if rows, err = rowsOf(tx, &d); err != nil {
			return act.Answer{}, err
		}
	}
	n := 0
	for _, p := range rows {
		if p.State != bot.Held {
			continue
		}
		n++
		if err := c.desk.Release(tx, req.Brand, req.Person.ID, p); err != nil {
			return act.Answer{}, err
		}
	}
	if n == 0 {
		return act.Answer{}, bot.Errorf(bot.Conflict, "error.nothing_held")
	}
	return commands.Say("posts.released", card.Count("N", n)), nil
}

// settle lets a person say what became of a post of unknown outcome.
func (c *Commands) settle(name string, happened bool) commands.Spec {
	return commands.Spec{
		Name: name, Roles: managers, About: []string{act.OnPost}, Inner: true, Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			if req.Post == nil {
				return act.Answer{}, bot.Errorf(bot.NotFound, "error.gone")
			}
			return act.Answer{}, c.desk.Settle(tx, req.Brand, req.Person.ID, *req.Post, happened)
		},
	}
}
