package commands

import (
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/inbox"
	"ponte/bot/records"
	"ponte/bot/when"
	"ponte/commands/line"
	"ponte/storage"
)

var onConversationOrStorm = []string{act.OnConversation, act.OnStorm}

func (b *Book) take() Spec {
	return Spec{Name: "take", Roles: managers, About: onConversation, Examples: []string{"take"}, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
		c := *req.Conversation
		if c.Assignee != "" && !req.Person.Is(c.Assignee) && req.Seen >= 0 && req.Seen != c.Revision {
			return act.Answer{}, bot.Errorf(bot.Conflict, "error.taken", "Name", nameOf(req, c.Assignee))
		}
		return act.Answer{}, b.relay.Assign(tx, req.Person.ID, c, req.Person.ID)
	}}
}

func (b *Book) assign() Spec {
	return Spec{
		Name: "assign", Roles: managers, About: onConversation, Options: []act.Option{Required(Option("person", act.PersonOption))},
		Examples: []string{"assign @ana"}, Run: b.runAssign,
	}
}

func (b *Book) runAssign(tx *storage.Tx, req *Request) (act.Answer, error) {
	p, ok := req.Brand.PersonCalled(req.Values["person"])
	if strings.EqualFold(req.Values["person"], "me") {
		p, ok = req.Person, true
	}
	if !ok {
		return act.Answer{}, bot.Errorf(bot.NotFound, "error.person", "Name", bot.Short(req.Values["person"], 40))
	}
	if !slices.ContainsFunc(b.managersOf(req), func(m bot.Person) bool { return m.ID == p.ID }) {
		return act.Answer{}, bot.Errorf(bot.Denied, "error.cannot_have", "Name", p.Name)
	}
	return act.Answer{}, b.relay.Assign(tx, req.Person.ID, *req.Conversation, p.ID)
}

func (b *Book) unassign() Spec {
	return Spec{Name: "unassign", Roles: managers, About: onConversation, Examples: []string{"unassign"}, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
		return act.Answer{}, b.relay.Assign(tx, req.Person.ID, *req.Conversation, "")
	}}
}

func (b *Book) resolve() Spec {
	return Spec{Name: "resolve", Roles: managers, About: onConversationOrStorm, Examples: []string{"resolve"}, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
		if req.Storm != nil {
			return act.Answer{}, b.stormAll(tx, req, "resolve")
		}
		if err := unseen(req); err != nil {
			return act.Answer{}, err
		}
		return act.Answer{}, b.relay.Resolve(tx, req.Person.ID, *req.Conversation)
	}}
}

func (b *Book) spam() Spec {
	return Spec{Name: "spam", Roles: managers, About: onConversationOrStorm, Examples: []string{"spam"}, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
		if req.Storm != nil {
			return act.Answer{}, b.stormAll(tx, req, "spam")
		}
		if err := unseen(req); err != nil {
			return act.Answer{}, err
		}
		return act.Answer{}, b.relay.Spam(tx, req.Person.ID, *req.Conversation)
	}}
}

// stormAll decides on all that the storm's card showed to whoever pressed its
// button, or shows now to whoever wrote it.
func (b *Book) stormAll(tx *storage.Tx, req *Request, verb string) error {
	seen := req.Seen
	if seen < 0 {
		slot, err := records.Slots.Get(tx, storage.K(records.StormSlot(req.Storm.ID)))
		if err != nil {
			return err
		}
		seen = slot.Shown
	}
	return b.relay.StormAll(tx, req.Person.ID, *req.Storm, verb, seen)
}

func (b *Book) reopen() Spec {
	return Spec{Name: "reopen", Roles: managers, About: onConversation, Examples: []string{"reopen"}, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
		return act.Answer{}, b.relay.Reopen(tx, req.Person.ID, *req.Conversation)
	}}
}

func (b *Book) snooze() Spec {
	return Spec{
		Name: "snooze", Roles: managers, About: onConversation, Options: []act.Option{Required(Rest(Option("until", act.TimeOption)))},
		Examples: []string{"snooze 2h", "snooze tomorrow 9:00", "snooze monday"}, Run: b.runSnooze,
	}
}

func (b *Book) runSnooze(tx *storage.Tx, req *Request) (act.Answer, error) {
	if err := unseen(req); err != nil {
		return act.Answer{}, err
	}
	until, err := moment(tx, req, req.Values["until"])
	if err != nil {
		return act.Answer{}, err
	}
	return Say("snooze.done", card.At("Until", until)), b.relay.Snooze(tx, req.Person.ID, *req.Conversation, until)
}

// moment reads a time as people write it, in the brand's zone.
func moment(tx *storage.Tx, req *Request, text string) (time.Time, error) {
	t, err := when.Parse(text, tx.Now(), req.Brand.Location(), req.Brand.Hours)
	if err != nil {
		return t, line.Asked(err, text, "until")
	}
	return t, nil
}

func (b *Book) label() Spec {
	return Spec{
		Name: "label", Roles: managers, About: onConversation, Options: []act.Option{Required(Rest(Option("labels", act.LabelOption)))},
		Examples: []string{"label refund", "label -refund delivery"}, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
			return act.Answer{}, b.relay.Label(tx, req.Person.ID, *req.Conversation, strings.Fields(req.Values["labels"]))
		},
	}
}

var priorities = []string{string(bot.Urgent), string(bot.High), string(bot.Normal), string(bot.Low)}

func (b *Book) priority() Spec {
	return Spec{
		Name: "priority", Roles: managers, About: onConversation,
		Options:  []act.Option{Required(OneOf(Option("priority", act.ChoiceOption), priorities...))},
		Examples: []string{"priority high"}, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
			p := strings.ToLower(req.Values["priority"])
			if !slices.Contains(priorities, p) {
				return act.Answer{}, bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(p, 30), "Choices", strings.Join(priorities, ", "))
			}
			return act.Answer{}, b.relay.Prioritise(tx, req.Person.ID, *req.Conversation, bot.Priority(p))
		},
	}
}

func (b *Book) pull() Spec {
	return Spec{Name: "pull", Roles: managers, About: []string{act.OnStorm}, Inner: true, Options: []act.Option{Option("conversation", act.ChoiceOption), Option("words", act.TextOption)}, Run: b.runPull}
}

// runPull gives one conversation of a storm a thread of its own.
func (b *Book) runPull(tx *storage.Tx, req *Request) (act.Answer, error) {
	if req.Storm == nil {
		return act.Answer{}, bot.Errorf(bot.NotFound, "error.gone")
	}
	if id := req.Values["conversation"]; id != "" {
		c, err := records.ConversationOf(tx, req.Brand.ID, bot.ID(id))
		if err != nil || c.Storm != req.Storm.ID {
			return act.Answer{}, bot.Errorf(bot.NotFound, "error.gone")
		}
		return act.Answer{}, b.relay.PullOut(tx, req.Person.ID, c)
	}
	f := card.Form{
		Verb: "pull", Subject: subjectOf(req), Token: string(bot.NewID(tx.Now())), Title: card.W("storm.pull_form"), Submit: card.W("storm.action.pull"),
	}
	words := req.Values["words"]
	choices, err := inbox.Offer(tx, req.Storm, strings.Fields(words))
	if err != nil {
		return act.Answer{}, err
	}
	search := card.Field{Name: "words", Label: card.W("option.words"), Kind: card.LineField, Value: words, Max: 200, Count: string(act.Runes)}
	switch {
	case len(choices) > 0:
		f.Fields = append(f.Fields, card.Field{Name: "conversation", Label: card.W("storm.pull_which"), Kind: card.ChoiceField, Choices: choices})
	case strings.TrimSpace(words) == "":
		return act.Answer{}, bot.Errorf(bot.NotFound, "error.storm_empty")
	default:
		search.Fault = card.W("find.none", card.Text("Words", bot.Short(words, 60)))
	}
	f.Fields = append(f.Fields, search)
	return act.Answer{Form: &f}, nil
}

// unseen refuses to put a conversation away in which something was said after
// the card that the person looked at was drawn.
func unseen(req *Request) error {
	if req.Seen >= 0 && req.Seen < req.Conversation.Said {
		return bot.Errorf(bot.Conflict, "error.move")
	}
	return nil
}

func nameOf(req *Request, id bot.PersonID) string {
	if p, ok := req.Brand.Person(id); ok {
		return p.Name
	}
	return string(id)
}

func itemOf(tx *storage.Tx, c *bot.Conversation) (bot.Item, error) {
	return records.Item(tx, c.Brand, c.First)
}
