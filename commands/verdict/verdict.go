// Package verdict is what people say of what an item was found to be: its intent,
// sentiment, urgency and language. Its command is part of the one table.
package verdict

import (
	"slices"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/judge"
	"ponte/bot/records"
	"ponte/bot/relay"
	"ponte/bot/verdict"
	"ponte/commands"
	"ponte/storage"
)

// Commands are the commands about verdicts, with what they work with.
type Commands struct{ relay *relay.Relay }

// New makes the commands.
func New(r *relay.Relay) *Commands { return &Commands{r} }

// Specs lists the commands for the table.
func (c *Commands) Specs() []commands.Spec {
	var matters, answers []string
	for _, h := range verdict.Heads {
		matters = append(matters, string(h))
		for _, is := range h.Labels() {
			if !slices.Contains(answers, is) {
				answers = append(answers, is)
			}
		}
	}
	return []commands.Spec{{
		Name: "verdict", Roles: []bot.Role{bot.Manager, bot.Approver}, About: []string{act.OnConversation}, Asks: true,
		Options: []act.Option{
			commands.OneOf(commands.Option("matter", act.ChoiceOption), matters...), commands.OneOf(commands.Option("answer", act.ChoiceOption), answers...),
		},
		Examples: []string{"verdict intent praise", "verdict sentiment negative", "verdict urgency normal"}, Run: c.run,
	}}
}

// run takes a person's word on the newest item of a conversation.
func (c *Commands) run(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	conv := req.Conversation
	if conv == nil {
		return act.Answer{}, bot.Errorf(bot.Invalid, "error.no_thread", "Command", "verdict")
	}
	if conv.Verdict == nil {
		return act.Answer{}, bot.Errorf(bot.NotFound, "error.no_verdict")
	}
	if req.Seen >= 0 && req.Seen < conv.Said {
		return act.Answer{}, bot.Errorf(bot.Conflict, "error.move") // the newest is another one by now
	}
	words, err := said(req)
	if err != nil {
		return act.Answer{}, err
	}
	if len(words) == 0 && !req.Submitted {
		f := asks(tx, req)
		return act.Answer{Form: &f}, nil
	}
	it, err := records.Item(tx, conv.Brand, conv.Last)
	if err != nil {
		return act.Answer{}, err
	}
	was := it.Verdict
	for _, h := range verdict.Heads {
		if right, ok := words[h]; ok {
			if it, err = judge.Correct(tx, req.Person.ID, it, h, right); err != nil {
				return act.Answer{}, err
			}
		}
	}
	if it.Verdict == was {
		return act.Answer{}, nil
	}
	return act.Answer{}, c.relay.Corrected(tx, *conv, it)
}

// said is what somebody says it is, by head: in words, from a menu, or in the form,
// where what they left as it is says nothing.
func said(req *commands.Request) (map[verdict.Head]string, error) {
	v, out := req.Conversation.Verdict, map[verdict.Head]string{}
	if req.Submitted && req.Values["matter"] == "" {
		for _, h := range verdict.Heads {
			if right := req.Values[string(h)]; right != "" && right != v.Surely(h) {
				out[h] = right
			}
		}
		return out, nil
	}
	matter, right := verdict.Head(strings.ToLower(req.Values["matter"])), strings.ToLower(req.Values["answer"])
	switch {
	case matter == "":
		return nil, nil
	case len(matter.Labels()) == 0:
		return nil, choose(string(matter), verdict.Heads)
	case right == "":
		return nil, choose(right, matter.Labels())
	}
	out[matter] = right
	return out, nil
}

func choose[S ~string](given string, from []S) error {
	var names []string
	for _, s := range from {
		names = append(names, string(s))
	}
	return bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(given, 30), "Choices", strings.Join(names, ", "))
}

// asks is the form with all that a verdict answers.
func asks(tx *storage.Tx, req *commands.Request) card.Form {
	c := req.Conversation
	f := card.Form{
		Verb: "verdict", Subject: act.OnConversation + "/" + string(c.ID), Revision: max(req.Seen, c.Said), Token: string(bot.NewID(tx.Now())),
		Title: card.W("verdict.form"), Submit: card.W("form.submit"), Blocks: []card.Block{card.Say(card.W("verdict.form_hint"))},
	}
	for _, h := range verdict.Heads {
		d := card.Field{Name: string(h), Label: card.W("verdict.head." + string(h)), Kind: card.ChoiceField, Value: c.Verdict.Surely(h)}
		if d.Value == "" {
			d.Choices = append(d.Choices, card.Choice{Label: card.W("verdict.leave")})
		}
		for _, is := range h.Labels() {
			d.Choices = append(d.Choices, card.Choice{Value: is, Label: card.W("verdict." + string(h) + "." + verdict.Word(is))})
		}
		f.Fields = append(f.Fields, d)
	}
	return f
}
