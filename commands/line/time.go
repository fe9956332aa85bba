package line

import (
	"errors"

	"ponte/bot"
	"ponte/bot/when"
)

// longestGiven is how much of a text its sentence repeats, in runes.
const longestGiven = 40

// Asked is the sentence that asks a person back about a text that is no moment,
// or no rule, given the error of when.Parse or when.Every and the option it is of.
func Asked(err error, given, field string) *bot.Error {
	e := bot.Errorf(bot.Invalid, "error.time", "Given", bot.Short(given, longestGiven))
	var f *when.Fault
	if errors.As(err, &f) {
		zone := f.Meant.Location().String()
		switch f.Reason {
		case when.Skipped:
			e = bot.Errorf(bot.Invalid, "error.time_skipped", "Given", bot.Short(given, longestGiven), "Zone", zone, "Meant", f.Meant.Format("15:04"))
		case when.Twice:
			e = bot.Errorf(bot.Invalid, "error.time_twice", "Given", bot.Short(given, longestGiven), "Zone", zone,
				"First", f.Meant.Format("15:04 MST"), "Second", f.Other.Format("15:04 MST"))
		case when.Timeless:
			e = bot.Errorf(bot.Invalid, "error.rule_timeless", "Given", bot.Short(given, longestGiven))
		}
	}
	e.Field = field
	return e.Because(err)
}
