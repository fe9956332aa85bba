package commands

import (
	"context"
	"errors"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/bot/when"
	"ponte/storage"
)

// noted hears what people say among themselves. It is internal and stays so: the
// first note of a person in a thread is answered, once and only to them, with
// just that.
func (b *Book) noted(ctx context.Context, e act.Noted) (act.Answer, error) {
	if e.Thread == "" {
		return act.Answer{}, nil
	}
	ans, err := storage.Do(ctx, b.store, func(tx *storage.Tx) (act.Answer, error) {
		brand, person, err := b.Asker(e.Scene)
		if err != nil {
			return act.Answer{}, nil //nolint:nilerr // whom Ponte does not know it leaves in peace
		}
		slot, err := records.SlotByRef.First(tx, storage.K(e.At.String(), e.Thread))
		if errors.Is(err, storage.ErrNotFound) {
			return act.Answer{}, nil
		}
		if err != nil {
			return act.Answer{}, err
		}
		first, err := records.TellOnce(tx, string(brand.ID)+"/"+string(person.ID), "notes are internal")
		if err != nil || !first {
			return act.Answer{}, err
		}
		if slot.Subject.Kind == act.OnDraft || slot.Subject.Kind == act.OnPost || slot.Subject.Kind == act.OnRequest || slot.Subject.Kind == act.OnSeries {
			return Say("note.draft"), nil
		}
		return Say("note.internal"), nil
	})
	if err != nil {
		return b.Refused(ctx, err)
	}
	return ans, nil
}

// suggest offers what could stand in an option that somebody is typing.
func (b *Book) suggest(ctx context.Context, e act.Suggest) (act.Answer, error) {
	s, ok := b.spec(e.Command)
	if !ok {
		return act.Answer{}, nil
	}
	var option act.Option
	for _, o := range s.Options {
		if o.Name == e.Option {
			option = o
		}
	}
	return storage.Look(ctx, b.store, func(tx *storage.Tx) (act.Answer, error) {
		brand, person, err := b.Asker(e.Scene)
		if err != nil {
			return act.Answer{}, nil //nolint:nilerr // a stranger is offered nothing
		}
		if option.Kind == act.TimeOption {
			return act.Answer{Choices: moments(tx, brand, e.Prefix)}, nil
		}
		all, err := b.choices(tx, brand, person, option)
		if err != nil {
			return act.Answer{}, err
		}
		var ans act.Answer
		prefix := strings.ToLower(strings.TrimPrefix(e.Prefix, "@"))
		for _, c := range all {
			if len(ans.Choices) < 25 && (strings.HasPrefix(strings.ToLower(c.Value), prefix) || strings.HasPrefix(strings.ToLower(c.Label.Text), prefix)) {
				ans.Choices = append(ans.Choices, c)
			}
		}
		return ans, nil
	})
}

// moments says how a time in words is understood; nothing where it is not.
func moments(tx *storage.Tx, brand *bot.Brand, text string) []card.Choice {
	at, err := when.Parse(text, tx.Now(), brand.Location(), brand.Hours)
	if err != nil {
		return nil
	}
	return []card.Choice{{Value: strings.TrimSpace(text), Label: card.W("form.time_read", card.At("At", at), card.Text("Zone", brand.Zone))}}
}

func (b *Book) choices(tx *storage.Tx, brand *bot.Brand, person bot.Person, o act.Option) ([]card.Choice, error) {
	var out []card.Choice
	switch o.Kind {
	case act.ChoiceOption:
		for _, c := range o.Choices {
			out = append(out, card.Choice{Value: c, Label: act.Chosen(c)})
		}
	case act.PersonOption:
		for _, p := range brand.People {
			if o.Anybody || p.Has(bot.Manager) {
				out = append(out, card.Choice{Value: string(p.ID), Label: card.Literal(p.Name)})
			}
		}
	case act.SavedOption:
		all, err := b.desk.AllSaved(tx, brand.ID)
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			out = append(out, card.Choice{Value: s.Name, Label: card.Literal(bot.Short(s.Text, 60))})
		}
	case act.LabelOption:
		labels, err := b.seen.Labels(tx, brand, person)
		if err != nil {
			return nil, err
		}
		for _, l := range labels {
			out = append(out, card.Choice{Value: l, Label: card.Literal(l)})
		}
	case act.WordOption:
		if o.Name == "command" {
			for _, s := range b.table {
				if !s.Inner {
					out = append(out, card.Choice{Value: s.Name, Label: card.W("command." + s.Name)})
				}
			}
		}
	}
	return out, nil
}
