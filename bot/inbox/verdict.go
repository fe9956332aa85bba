package inbox

import (
	"slices"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/bot/verdict"
)

// judges are who may say that a verdict is wrong.
var judges = []bot.Role{bot.Manager, bot.Approver}

// found is what an item was found to be, as facts: what is sure, what a person
// decided and who, and what is only guessed. Without a verdict it is nothing.
func (in *Inbox) found(brand bot.BrandID, v *verdict.Verdict) (facts []card.Words) {
	if v == nil {
		return nil
	}
	var guessed []card.Words
	for _, h := range []verdict.Head{verdict.Intent, verdict.Sentiment} {
		switch a := v.Of(h); {
		case a.Sure:
			facts = append(facts, in.by(brand, a, label(h, a.Is)))
		case v.Language.Is != verdict.Other:
			guessed = append(guessed, label(h, a.Is))
		case len(guessed) == 0: // in a language it does not know, a guess says nothing
			guessed = append(guessed, card.Words{})
		}
	}
	switch {
	case len(guessed) == 2 && !guessed[1].Zero():
		facts = append(facts, card.W("verdict.unsure_both", card.In("One", guessed[0]), card.In("Other", guessed[1])))
	case len(guessed) > 0 && !guessed[0].Zero():
		facts = append(facts, card.W("verdict.unsure", card.In("What", guessed[0])))
	case len(guessed) > 0:
		facts = append(facts, card.W("verdict.unknown"))
	}
	if a := &v.Language; a.Sure {
		facts = append(facts, in.by(brand, a, label(verdict.Language, a.Is)))
	}
	return facts
}

// by says who decided what a verdict answers, where a person did.
func (in *Inbox) by(brand bot.BrandID, a *verdict.Answer, what card.Words) card.Words {
	if a.By == "" {
		return what
	}
	return card.W("verdict.by", card.In("What", what), card.Text("Name", in.person(brand, bot.PersonID(a.By))))
}

func label(h verdict.Head, is string) card.Words {
	return card.W("verdict." + string(h) + "." + verdict.Word(is))
}

// urgent says that an item is urgent and why, or that it may be.
func (in *Inbox) urgent(brand bot.BrandID, v *verdict.Verdict) (facts []card.Words) {
	switch {
	case v == nil || v.Urgency.Is != verdict.High:
		return nil
	case !v.Urgency.Sure:
		return []card.Words{card.W("verdict.unsure", card.In("What", label(verdict.Urgency, verdict.High)))}
	}
	return []card.Words{in.by(brand, &v.Urgency, card.W("verdict.urgent", card.In("Why", because(v.Rule))))}
}

// because names what made something urgent: a topic of Ponte's own by its name in the
// language, any other as the brand calls it.
func because(topic string) card.Words {
	switch i := slices.Index(verdict.Topics, topic); {
	case topic == "" || topic == verdict.Tone:
		return card.W("verdict.why.tone")
	case i < 0:
		return card.Literal(topic)
	case topic == "data leak":
		return card.W("verdict.why.data_leak")
	default:
		return card.W("verdict.why." + topic)
	}
}

// pressing says what is urgent about a conversation, and that its priority was raised
// for it where nobody has set one.
func (in *Inbox) pressing(c *bot.Conversation) []card.Words {
	if c.Raised == "" {
		return in.urgent(c.Brand, c.Verdict)
	}
	raised := card.W("verdict.raised", card.In("Priority", card.W("relay.priority."+string(c.Priority))), card.In("Why", because(c.Raised)))
	if c.Verdict != nil {
		raised = in.by(c.Brand, &c.Verdict.Urgency, raised)
	}
	return []card.Words{raised}
}

// menus are those by which a verdict is corrected, at one click.
func menus(v *verdict.Verdict) (out []card.Action) {
	if v == nil {
		return nil
	}
	for _, h := range []verdict.Head{verdict.Intent, verdict.Sentiment} {
		a := card.Action{Verb: "verdict", Label: card.W("verdict.head." + string(h)), Needs: judges}
		for _, is := range h.Labels() {
			a.Choices = append(a.Choices, card.Choice{Value: string(h) + " " + is, Label: label(h, is)})
		}
		out = append(out, a)
	}
	return out
}

// Tags lists all that conversations are sorted by.
func Tags() (out []card.Words) {
	for _, s := range bot.Statuses {
		out = append(out, stands(s))
	}
	for _, h := range sorting {
		for _, l := range h.Labels() {
			out = append(out, label(h, l))
		}
	}
	return out
}

var sorting = []verdict.Head{verdict.Intent, verdict.Language}

func stands(s bot.Status) card.Words { return card.W("choice." + string(s)) }

// tags are what a conversation is sorted by: how it stands, what it is, its language.
func tags(c *bot.Conversation) []card.Words {
	out := []card.Words{stands(c.Status)}
	for _, h := range sorting {
		if is := c.Verdict.Surely(h); is != "" {
			out = append(out, label(h, is))
		}
	}
	return out
}
