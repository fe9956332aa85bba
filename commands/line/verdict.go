package line

import (
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/verdict"
)

// wanted are the options that ask for a verdict, each with the head it asks of.
var wanted = []struct {
	option string
	of     verdict.Head
	labels []string
}{
	{"intent", verdict.Intent, verdict.Intent.Labels()},
	{"sentiment", verdict.Sentiment, verdict.Sentiment.Labels()},
	{"language", verdict.Language, verdict.Language.Labels()},
	{"urgent", verdict.Urgency, []string{"yes"}},
}

// Judged puts before further options those that ask for a verdict.
func Judged(more ...act.Option) (out []act.Option) {
	for _, w := range wanted {
		offered := slices.DeleteFunc(slices.Clone(w.labels), func(l string) bool { return l == verdict.Other }) // it says little, and is taken all the same
		out = append(out, act.Option{Name: w.option, Summary: card.W("option." + w.option), Kind: act.ChoiceOption, Choices: offered})
	}
	return append(out, more...)
}

// Wants is what the values of those options ask for.
func Wants(values map[string]string) (v verdict.Wants, err error) {
	into := map[string]*string{"intent": &v.Intent, "sentiment": &v.Sentiment, "language": &v.Language}
	for _, w := range wanted {
		given := strings.ToLower(values[w.option])
		switch {
		case given == "":
		case w.of == verdict.Urgency && given == "yes":
			v.Urgent = true
		case w.of != verdict.Urgency && w.of.Knows(given):
			*into[w.option] = given
		default:
			return v, bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(given, 30), "Choices", strings.Join(w.labels, ", "))
		}
	}
	return v, nil
}

// Day reads a date, so many days on; a zero time of nothing.
func Day(text string, zone *time.Location, on int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, bot.Errorf(bot.Invalid, "error.date", "Given", bot.Short(text, 30))
	}
	return t.AddDate(0, 0, on), nil
}
