// Package timeline is what people ask of a conversation's history, and how they mark
// what is worth keeping of its thread: by a reaction, or by command. Its commands are
// part of the one table.
package timeline

import (
	"context"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/bot/timeline"
	"ponte/commands"
	"ponte/storage"
)

// Commands are the commands about timelines, with what they work with.
type Commands struct {
	store storage.Store
	book  *commands.Book
	desk  *timeline.Desk
}

// New makes the commands.
func New(store storage.Store, book *commands.Book, desk *timeline.Desk) *Commands {
	return &Commands{store: store, book: book, desk: desk}
}

var onConversation = []string{act.OnConversation}

// Specs lists the commands for the table.
func (c *Commands) Specs() []commands.Spec {
	text := commands.Required(commands.Rest(commands.Option("text", act.TextOption)))
	return []commands.Spec{
		{
			Name: "timeline", Roles: bot.Anyone, About: onConversation, Options: []act.Option{
				commands.OneOf(commands.Option("action", act.ChoiceOption), "list", "add"), commands.Rest(commands.Option("text", act.TextOption)),
			},
			Examples: []string{"timeline", "timeline add Called the shop, they send a new cup"}, Run: c.run,
		},
		{Name: "history", Label: "action.history", Roles: bot.Anyone, About: onConversation, Inner: true, Reads: true, Run: c.history},
		{Name: "timeline-add", Label: "timeline.add", Roles: timeline.Keepers, About: onConversation, Inner: true, Options: []act.Option{text}, Run: c.add},
		{Name: "timeline-off", Label: "timeline.off", Roles: bot.Anyone, About: onConversation, Inner: true, Run: c.off},
	}
}

func (c *Commands) run(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	switch action := strings.ToLower(req.Values["action"]); {
	case action == "" || action == "list":
		return c.history(tx, req)
	case action != "add":
		return act.Answer{}, bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(action, 30), "Choices", "list, add")
	case !req.Person.Has(timeline.Keepers...):
		return act.Answer{}, bot.Errorf(bot.Denied, "error.timeline_role")
	case req.Scene.On != "":
		return c.mark(tx, req)
	case strings.TrimSpace(req.Values["text"]) == "":
		return act.Answer{Form: form(tx, req)}, nil
	}
	return c.add(tx, req)
}

// history shows what happened to the conversation, to whoever asks.
func (c *Commands) history(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	out, err := c.desk.History(tx, req.Brand, req.Conversation)
	return act.Answer{Notice: &out}, err
}

// form asks for the words of a moment.
func form(tx *storage.Tx, req *commands.Request) *card.Form {
	return &card.Form{
		Verb: "timeline-add", Subject: act.OnConversation + "/" + string(req.Conversation.ID), Token: string(bot.NewID(tx.Now())),
		Title: card.W("timeline.form"), Submit: card.W("timeline.add"), Fields: []card.Field{{
			Name: "text", Label: card.W("option.text"), Hint: card.W("timeline.form_hint"), Kind: card.TextField, Required: true, Max: 1000, Count: string(act.Runes),
		}},
	}
}

// add puts words on the conversation's timeline.
func (c *Commands) add(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	m, err := c.desk.Add(tx, req.Brand, req.Person, act.Subject{Kind: act.OnConversation, ID: req.Conversation.ID}, req.Values["text"])
	if err != nil {
		return act.Answer{}, err
	}
	return kept(card.W("timeline.added"), req.Conversation.ID, m.ID), nil
}

// mark puts the message that was picked on the timeline of its thread.
func (c *Commands) mark(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	m, ok, err := c.desk.Mark(tx, req.Brand, req.Person, timeline.Message{At: req.Scene.At, Ref: req.Scene.On, Thread: req.Scene.Thread})
	if err != nil {
		return act.Answer{}, err
	}
	if !ok {
		return act.Answer{}, bot.Errorf(bot.NotFound, "error.gone")
	}
	return kept(card.W("timeline.kept"), req.Conversation.ID, m.ID), nil
}

// kept says what is on the timeline now, and offers to take it off again.
func kept(words card.Words, conversation, moment bot.ID) act.Answer {
	n := card.Notice(words)
	n.Subject = act.OnConversation + "/" + string(conversation) + "?" + string(moment)
	n.Actions = []card.Action{{Verb: "timeline-off", Label: card.W("timeline.off")}}
	return act.Answer{Notice: &n}
}

// off takes back what somebody put on the timeline.
func (c *Commands) off(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	was, err := c.desk.Remove(tx, req.Brand, req.Person, bot.ID(req.Rest))
	if err != nil {
		return act.Answer{}, err
	}
	if !was {
		return act.Answer{}, bot.Errorf(bot.Conflict, "error.timeline_off")
	}
	return commands.Say("timeline.taken_off"), nil
}

// Reacted hears the reaction that marks a message, or marks it no more. Handled is
// false where it means something else in the brand. Whoever marks their first message
// so is told what that does.
func (c *Commands) Reacted(ctx context.Context, e act.Reacted) (ans act.Answer, handled bool, err error) {
	brand, person, err := c.book.Asker(e.Scene)
	if e.Emoji != act.Pin || err != nil || brand.Approvals.Emoji(act.Pin) != 0 {
		return act.Answer{}, false, nil //nolint:nilerr // strangers are left in peace
	}
	ans, err = storage.Do(storage.Urgent(ctx), c.store, func(tx *storage.Tx) (act.Answer, error) {
		return c.reacted(tx, brand, person, e)
	})
	switch bot.KindOf(err) {
	case bot.Invalid, bot.Denied, bot.NotFound, bot.Conflict:
		ans, err = c.book.Refused(ctx, err)
	}
	return ans, true, err // what failed comes again
}

func (c *Commands) reacted(tx *storage.Tx, b *bot.Brand, p bot.Person, e act.Reacted) (act.Answer, error) {
	sum := e.Ref + e.Emoji
	if e.Removed {
		sum += " off"
	}
	if fresh, err := records.Once(tx, e.Who.String()+"/deed", e.ID, sum); err != nil || !fresh {
		return act.Answer{}, err
	}
	o := timeline.Message{At: e.At, Ref: e.Ref, Thread: e.Thread, Pin: true}
	if e.Removed {
		_, err := c.desk.Unmark(tx, b, p, o)
		return act.Answer{}, err
	}
	m, marked, err := c.desk.Mark(tx, b, p, o)
	if err != nil || !marked || m.Subject.ID == "" {
		return act.Answer{}, err
	}
	first, err := records.TellOnce(tx, string(b.ID)+"/"+string(p.ID), "marks are kept")
	if err != nil || !first {
		return act.Answer{}, err
	}
	return commands.Say("timeline.kept_first"), nil
}
