package posts

import (
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/approval"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/commands/draft"
	"ponte/storage"
)

func reason() act.Option { return commands.Rest(commands.Option("reason", act.TextOption)) }

// decision is a command that says a word on a request: about its card or thread,
// or about the draft with the number given.
func (c *Commands) decision(name string, say func(*storage.Tx, *commands.Request, bot.ID, string) (bot.Request, error)) commands.Spec {
	return commands.Spec{
		Name: name, Roles: bot.Anyone, For: []bot.Role{bot.Approver}, Asks: true, About: onDraft, Maybe: true, Options: []act.Option{draftOption(), reason()}, Examples: []string{name + " 12"},
		Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			why := strings.TrimSpace(req.Values["reason"])
			here := req.Draft != nil || req.Asked != nil
			if _, err := strconv.Atoi(strings.TrimPrefix(req.Values["draft"], "#")); err != nil && here && !req.Submitted { // in its thread all is the reason
				why = strings.TrimSpace(req.Values["draft"] + " " + why)
				req.Values["draft"] = ""
			}
			id, err := c.asked(tx, req)
			if err != nil {
				return act.Answer{}, err
			}
			r, err := say(tx, req, id, why)
			if e, ok := bot.Asked(err); ok && e.Field == "reason" && why == "" && !req.Submitted {
				return act.Answer{Form: whyForm(tx, req, name, id)}, nil
			}
			if err != nil || r.Number == 0 || req.Seen >= 0 || here && req.Values["draft"] == "" {
				return act.Answer{}, err
			}
			return commands.Say("posts.word", card.Text("Number", strconv.Itoa(r.Number))), nil
		},
	}
}

// whyForm asks for the reason that a word needs.
func whyForm(tx *storage.Tx, req *commands.Request, name string, id bot.ID) *card.Form {
	return &card.Form{
		Verb: name, Subject: act.OnRequest + "/" + string(id), Revision: max(req.Seen, 0), Token: string(bot.NewID(tx.Now())),
		Title: card.W("command." + name), Submit: card.W("form.submit"),
		Fields: []card.Field{{Name: "reason", Label: card.W("option.reason"), Kind: card.TextField, Required: true, Max: approval.MaxReason, Count: string(act.Runes)}},
	}
}

// asked is the request that is meant: that of the card, or the newest about the draft.
func (c *Commands) asked(tx *storage.Tx, req *commands.Request) (bot.ID, error) {
	if req.Asked != nil && req.Values["draft"] == "" {
		return req.Asked.ID, nil
	}
	d, err := draft.The(tx, req)
	if err != nil {
		return "", err
	}
	var all []bot.Request
	for r, err := range records.RequestsOn.Under(tx, storage.K(req.Brand.ID, d.ID), storage.Reverse(), storage.Limit(2)) {
		if err != nil {
			return "", err
		}
		all = append(all, r)
	}
	switch {
	case len(all) == 0:
		return "", bot.Errorf(bot.Conflict, "error.not_asked")
	case len(all) > 1 && tx.Now().Sub(all[0].At) < justNow: // whoever typed the number may have read the one before
		saw, err := sawAsked(tx, req.Scene, all[0].ID)
		if err == nil && !saw {
			err = bot.Errorf(bot.Conflict, "error.just_asked")
		}
		return all[0].ID, err
	}
	return all[0].ID, nil
}

// sawAsked reports whether the person's page showed the message of a request, or one
// that came after it; false where the platform cannot tell.
func sawAsked(tx *storage.Tx, scene act.Scene, request bot.ID) (bool, error) {
	saw, known, err := records.Found(records.SlotByRef.First(tx, storage.K(scene.At.String(), scene.Seen)))
	return known && saw.Subject.ID >= request, err
}

// justNow is how young a new request about a draft is that whoever types its number
// may not have seen.
const justNow = 15 * time.Second

func (c *Commands) word(yes bool) func(*storage.Tx, *commands.Request, bot.ID, string) (bot.Request, error) {
	return func(tx *storage.Tx, req *commands.Request, id bot.ID, why string) (bot.Request, error) {
		how := "command"
		if req.Seen >= 0 {
			how = "button"
		}
		return c.approvals.Decide(tx, req.Brand, req.Person, id, approval.Word{Yes: yes, Reason: why, How: how, Seen: req.Seen})
	}
}

func (c *Commands) approve() commands.Spec { return c.decision("approve", c.word(true)) }
func (c *Commands) reject() commands.Spec  { return c.decision("reject", c.word(false)) }

// giveBack asks the author for changes.
func (c *Commands) giveBack() commands.Spec {
	return c.decision("return", func(tx *storage.Tx, req *commands.Request, id bot.ID, why string) (bot.Request, error) {
		return c.approvals.Return(tx, req.Brand, req.Person, id, why)
	})
}
