package card

import (
	"strconv"
	"time"
)

// Day says which day a moment is on in its own zone, as "Friday 27 November".
func Day(at time.Time) Words {
	return W("day.long", In("Weekday", Weekday(at.Weekday())), Text("Day", strconv.Itoa(at.Day())), In("Month", Month(at.Month())))
}

// Weekday says which day of the week it is.
func Weekday(d time.Weekday) Words { return W("day.weekday." + strconv.Itoa(int(d))) }

// Month says which month it is.
func Month(m time.Month) Words { return W("day.month." + strconv.Itoa(int(m))) }
