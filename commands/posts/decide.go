package posts

import (
	"errors"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/approval"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/commands"
	"ponte/storage"
)

func reason() act.Option { return commands.Rest(commands.Option("reason", act.TextOption)) }

// decision is a command that says a word on a request: about its card or thread,
// or about the draft with the number given.
func (c *Commands) decision(name string, say func(*storage.Tx, *commands.Request, bot.ID, string) (bot.Request, error)) commands.Spec {
	return commands.Spec{
		Name: name, Roles: bot.Anyone, Asks: true, About: onDraft, Maybe: true, Options: []act.Option{draftOption(), reason()}, Examples: []string{name + " 12"},
		Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			why := strings.TrimSpace(req.Values["reason"])
			if (req.Draft != nil || req.Asked != nil) && !req.Submitted { // in its thread all is the reason
				why = strings.TrimSpace(req.Values["draft"] + " " + why)
				req.Values["draft"] = ""
			}
			id, err := c.asked(tx, req)
			if err != nil {
				return act.Answer{}, err
			}
			_, err = say(tx, req, id, why)
			if e, ok := bot.Asked(err); ok && e.Field == "reason" && why == "" && !req.Submitted {
				return act.Answer{Form: whyForm(tx, req, name, id)}, nil
			}
			return act.Answer{}, err
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
	d, err := theDraft(tx, req)
	if err != nil {
		return "", err
	}
	r, err := records.RequestsOn.First(tx, storage.K(req.Brand.ID, d.ID), storage.Reverse())
	if errors.Is(err, storage.ErrNotFound) {
		err = bot.Errorf(bot.Conflict, "error.not_asked")
	}
	return r.ID, err
}

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
