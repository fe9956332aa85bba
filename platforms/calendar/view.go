package calendar

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/bot/hours"
	"ponte/bot/postcard"
)

const (
	month = "month"
	week  = "week"

	mostInCell = 6 // entries of a day of the month; the week shows them all
)

// view is the page as one viewer sees it.
type view struct {
	Speech   speech
	Style    []string
	Brand    *bot.Brand
	Title    string
	Home     string
	View     string // month or week
	Day      string // that it stands on, as "2026-11-27"
	Account  string // the one that is shown; empty: all
	Accounts []choice
	Earlier  string
	Later    string
	Today    string
	ByMonth  string
	ByWeek   string
	Weekdays []string
	Weeks    [][]*day
	Left     int // entries that are not shown, as there are too many
	Empty    bool

	from, to time.Time
	now      time.Time
	days     []*day
}

type choice struct {
	ID, Name string
	Here     bool
}

// day is a cell of the page.
type day struct {
	ISO, Number, Name string
	Today, Other      bool   // other: of the month before or after
	Turn              string // what the clocks do, on a day when they are changed
	Entries           []line
	More              int
	Link              string // of its week

	from, to time.Time
}

// line is an entry in a cell.
type line struct {
	ISO, Clock, Mark, State, Word, Account, Text, Link string
}

// newView reads what a request asks for, and lays out its days. What makes no
// sense is as if it was not there.
func newView(s speech, b *bot.Brand, now time.Time, ask url.Values) *view {
	v := &view{Speech: s, Brand: b, View: month, now: now}
	if ask.Get("view") == week {
		v.View = week
	}
	on := hours.Midnight(now, s.zone)
	if t, err := time.Parse(time.DateOnly, ask.Get("day")); err == nil && t.Year() >= 2000 && t.Year() < 2200 {
		y, m, d := t.Date()
		on = hours.Midnight(time.Date(y, m, d, 12, 0, 0, 0, s.zone), s.zone)
	}
	v.Day = on.Format(time.DateOnly)
	for _, a := range b.Accounts {
		here := string(a.ID) == ask.Get("account")
		if here {
			v.Account = string(a.ID)
		}
		v.Accounts = append(v.Accounts, choice{string(a.ID), postcard.Account(b, a.ID), here})
	}
	v.Today = v.link(v.View, hours.Midnight(now, s.zone))
	v.ByMonth, v.ByWeek = v.link(month, on), v.link(week, on)
	if v.View == week {
		v.week(on)
	} else {
		v.month(on)
	}
	v.grid(on)
	return v
}

func (v *view) link(what string, day time.Time) string {
	q := url.Values{"view": {what}, "day": {day.Format(time.DateOnly)}}
	if v.Account != "" {
		q.Set("account", v.Account)
	}
	return "/calendar/" + url.PathEscape(string(v.Brand.ID)) + "?" + q.Encode()
}

// monday is the first day of the week that a day is in.
func monday(day time.Time) time.Time { return hours.Days(day, -(int(day.Weekday())+6)%7) }

func (v *view) week(on time.Time) {
	v.from = monday(on)
	v.to = hours.Days(v.from, 7)
	v.Title = v.Speech.Say("calendar.page.week", "Day", strconv.Itoa(v.from.Day()), "Month", card.Month(v.from.Month()), "Year", strconv.Itoa(v.from.Year()))
	v.Earlier, v.Later = v.link(week, hours.Days(on, -7)), v.link(week, hours.Days(on, 7))
}

func (v *view) month(on time.Time) {
	first := hours.Days(on, 1-on.Day())
	next := hours.Days(hours.Days(first, 31), 1-hours.Days(first, 31).Day())
	v.from = monday(first)
	v.to = hours.Days(monday(hours.Days(next, -1)), 7)
	v.Title = v.Speech.Say("calendar.page.month", "Month", card.Month(first.Month()), "Year", strconv.Itoa(first.Year()))
	before := hours.Days(first, -1)
	v.Earlier, v.Later = v.link(month, hours.Days(before, 1-before.Day())), v.link(month, next)
}

// grid lays out the days, in rows from Monday to Sunday.
func (v *view) grid(on time.Time) {
	for i := range 7 {
		v.Weekdays = append(v.Weekdays, v.Speech.words(card.Weekday(time.Weekday((i+1)%7))))
	}
	for at := v.from; at.Before(v.to); at = hours.Days(at, 1) {
		d := &day{
			ISO: at.Format(time.DateOnly), Number: strconv.Itoa(at.Day()), Name: v.Speech.words(card.Day(at)), from: at, to: hours.Days(at, 1), Link: v.link(week, at),
			Other: v.View == month && at.Month() != on.Month(),
		}
		d.Today = !v.now.Before(d.from) && v.now.Before(d.to)
		d.Turn = v.turn(at)
		if len(v.days)%7 == 0 {
			v.Weeks = append(v.Weeks, nil)
		}
		v.days = append(v.days, d)
		v.Weeks[len(v.Weeks)-1] = append(v.Weeks[len(v.Weeks)-1], d)
	}
}

// turn says what the clocks do on a day when they are changed.
func (v *view) turn(midnight time.Time) string {
	t, ok := hours.Turn(midnight)
	switch {
	case !ok:
		return ""
	case t.By > 0:
		return v.Speech.Say("calendar.forward", "Before", t.Before, "After", t.After)
	}
	return v.Speech.Say("calendar.back", "Before", t.Before, "After", t.After)
}

// fill puts entries into their days.
func (v *view) fill(entries []Entry) {
	most := len(entries)
	if v.View == month {
		most = mostInCell
	}
	n := 0
	for i := range entries {
		e := &entries[i]
		if v.Account != "" && string(e.Account) != v.Account {
			continue
		}
		at, in := slices.BinarySearchFunc(v.days, e.At, func(d *day, t time.Time) int {
			switch {
			case !d.to.After(t):
				return -1
			case d.from.After(t):
				return 1
			}
			return 0
		})
		if !in {
			continue
		}
		n++
		d := v.days[at]
		if len(d.Entries) >= most {
			d.More++
			continue
		}
		d.Entries = append(d.Entries, v.line(e))
	}
	v.Empty = n == 0
}

func (v *view) line(e *Entry) line {
	at := e.At.In(v.Speech.zone)
	clock := at.Format("15:04")
	if hours.Twice(at) {
		clock = at.Format("15:04 -07:00")
	}
	long := 90
	if v.View == week {
		long = 280
	}
	a, _ := v.Brand.Account(e.Account)
	name := cmp.Or(a.Network, string(e.Account))
	if slices.ContainsFunc(v.Brand.Accounts, func(o bot.Account) bool { return o.Network == a.Network && o.ID != a.ID }) {
		name = postcard.Account(v.Brand, e.Account)
	}
	return line{
		ISO: at.Format(time.RFC3339), Clock: clock, Mark: card.Glyphs[postcard.Marks[e.State]], State: string(e.State), Word: v.Speech.words(state(&e.Entry)),
		Account: name, Text: bot.Short(clean(e.Text), long), Link: e.Link,
	}
}
