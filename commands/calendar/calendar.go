// Package calendar is what people ask for about what goes out when: the days in
// chat, and the secret address under which calendar programs read them. Its
// command is part of the one table.
package calendar

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/calendar"
	"ponte/bot/card"
	"ponte/bot/hours"
	"ponte/bot/postcard"
	"ponte/bot/when"
	"ponte/commands"
	"ponte/storage"
)

const (
	linesAtMost = 60 // of one look at the calendar
	daysAtMost  = 22
)

// Commands are the commands about the calendar, with what they work with.
type Commands struct {
	cal  *calendar.Calendar
	page func(act.Place, bot.BrandID) string
	feed func(secret string) string
}

// New makes the commands: page is the address of the calendar's page for people in a
// place of team chat, feed that of the feed with a secret. Either is empty where
// there is none.
func New(cal *calendar.Calendar, page func(act.Place, bot.BrandID) string, feed func(secret string) string) *Commands {
	return &Commands{cal: cal, page: page, feed: feed}
}

// Specs lists the commands for the table.
func (c *Commands) Specs() []commands.Spec { return []commands.Spec{c.calendar()} }

var spans = []string{"day", "week", "month", "feed"}

func (c *Commands) calendar() commands.Spec {
	from := commands.Rest(commands.Option("from_day", act.TextOption))
	from.Name = "date"
	return commands.Spec{
		Name: "calendar", Roles: bot.Anyone, Options: []act.Option{commands.OneOf(commands.Option("span", act.ChoiceOption), spans...), from},
		Examples: []string{"calendar", "calendar month", "calendar day tomorrow", "calendar feed"}, Run: c.runCalendar,
	}
}

// runCalendar shows what goes out, and went out, by day; or makes and ends the
// secret address of the feed.
func (c *Commands) runCalendar(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	if !req.Brand.DecidesIn().Sees(req.Person) {
		return act.Answer{}, bot.Errorf(bot.Denied, "error.room")
	}
	span, date := strings.ToLower(strings.TrimSpace(req.Values["span"])), strings.TrimSpace(req.Values["date"])
	if span == "feed" {
		return c.runFeed(tx, req, strings.ToLower(date))
	}
	zone := req.Brand.Location()
	from := hours.Midnight(tx.Now(), zone)
	if !slices.Contains(spans, span) && span != "" {
		day, err := c.day(tx, req.Brand, strings.TrimSpace(span+" "+date))
		if err != nil {
			return act.Answer{}, bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(span, 30), "Choices", strings.Join(spans, ", "))
		}
		span, date, from = "day", "", day
	}
	if date != "" {
		var err error
		if from, err = c.day(tx, req.Brand, date); err != nil {
			return act.Answer{}, err
		}
	}
	l := look{c: c, tx: tx, req: req, from: from, to: hours.Days(from, map[string]int{"": 7, "day": 1, "week": 7, "month": 31}[span])}
	return l.answer()
}

// day reads which day is meant: a date, a month, or a day in words.
func (c *Commands) day(tx *storage.Tx, b *bot.Brand, text string) (time.Time, error) {
	zone := b.Location()
	for _, form := range []string{time.DateOnly, "2006-01"} {
		if t, err := time.Parse(form, text); err == nil {
			return hours.Midnight(time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, zone), zone), nil
		}
	}
	t, err := when.Parse(text+" 23:59", tx.Now(), zone, b.Hours) // so that today's is today
	if err != nil {
		t, err = when.Parse(text, tx.Now(), zone, b.Hours)
	}
	if err != nil {
		e := bot.Errorf(bot.Invalid, "error.calendar_day", "Given", bot.Short(text, 40)).Because(err)
		e.Field = "date"
		return t, e
	}
	return hours.Midnight(t, zone), nil
}

// look is one look at the calendar.
type look struct {
	c        *Commands
	tx       *storage.Tx
	req      *commands.Request
	from, to time.Time
}

// timed is a line of a day, at its time.
type timed struct {
	at   time.Time
	line card.Line
}

func (l look) answer() (act.Answer, error) {
	list, more, err := l.c.cal.Entries(l.tx, l.req.Brand, l.from, l.to)
	if err != nil {
		return act.Answer{}, err
	}
	var lines []timed
	for i := range list {
		if len(lines) == linesAtMost {
			more += len(list) - i
			break
		}
		line, err := l.line(&list[i])
		if err != nil {
			return act.Answer{}, err
		}
		lines = append(lines, timed{list[i].At, line})
	}
	lines = append(lines, l.free(list)...)
	slices.SortStableFunc(lines, func(a, b timed) int { return a.at.Compare(b.at) })
	n := card.Card{Mark: card.MarkNote, Title: l.title()}
	left := 0
	n.Blocks, left = l.days(lines)
	if len(n.Blocks) == 0 {
		n.Blocks = []card.Block{card.Say(card.W("calendar.empty"))}
	}
	if more += left; more > 0 {
		n.Foot = card.W("calendar.and", card.In("One", card.W("calendar.left", card.Count("N", more))), card.In("Two", card.W("calendar.more_days")))
	}
	if at := l.c.page(l.req.Scene.At, l.req.Brand.ID); at != "" {
		n.Actions = []card.Action{{Verb: "open", Label: card.W("calendar.open"), Link: at}}
	}
	return act.Answer{Notice: &n}, nil
}

func (l look) title() card.Words {
	zone := card.Text("Zone", l.req.Brand.Location().String())
	last := hours.Days(l.to, -1)
	if last.Equal(l.from) {
		return card.W("calendar.one_day", card.In("Day", card.Day(l.from)), zone)
	}
	return card.W("calendar.title", card.In("From", card.Day(l.from)), card.In("To", card.Day(last)), zone)
}

// days are the days of which there is something to say, each with its lines; left
// is how many entries stand on days that do not fit.
func (l look) days(lines []timed) (blocks []card.Block, left int) {
	shown := 0
	for day := l.from; day.Before(l.to); day = hours.Days(day, 1) {
		end := hours.Days(day, 1)
		var list []card.Line
		for len(lines) > 0 && lines[0].at.Before(end) {
			list, lines = append(list, lines[0].line), lines[1:]
		}
		head := l.head(day, len(list) > 0)
		if len(list) == 0 && head.Zero() {
			continue
		}
		if shown++; shown > daysAtMost {
			for _, e := range list {
				if e.Text != "" {
					left++
				}
			}
			continue
		}
		if !head.Zero() {
			blocks = append(blocks, card.Say(head))
		}
		if len(list) > 0 {
			blocks = append(blocks, card.Block{List: list})
		}
	}
	return blocks, left
}

// head names a day where something stands below it, unless the title does, and says
// what the clocks do on it.
func (l look) head(day time.Time, below bool) card.Words {
	var name, what card.Words
	t, turns := hours.Turn(day)
	before, after := card.Text("Before", t.Before), card.Text("After", t.After)
	switch {
	case turns && t.By > 0:
		what = card.W("calendar.forward", before, after)
	case turns:
		what = card.W("calendar.back", before, after)
	}
	if (below || turns) && !l.to.Equal(hours.Days(l.from, 1)) {
		name = card.Day(day)
	}
	switch {
	case name.Zero():
		return what
	case what.Zero():
		return name
	}
	return card.W("calendar.and", card.In("One", name), card.In("Two", what))
}

// line is an entry, which opens its thread where that is near.
func (l look) line(e *bot.Entry) (card.Line, error) {
	b := l.req.Brand
	out := card.Line{Mark: postcard.Marks[e.State], Text: card.Outside(bot.Short(e.Text, 60))}
	clock, account := card.Text("Clock", clock(e.At.In(b.Location()))), card.Text("Account", postcard.Account(b, e.Account))
	if e.Number == 0 {
		coming := card.W("calendar.and", card.In("One", card.W("calendar.series", card.Text("Number", strconv.Itoa(e.Series)))), card.In("Two", card.W("calendar.coming")))
		out.Words = card.W("calendar.line_series", clock, account, card.In("State", coming))
		return out, nil
	}
	out.Words = card.W("calendar.line", clock, account, card.Text("Number", strconv.Itoa(e.Number)), card.In("State", card.W("posts.state."+strings.ReplaceAll(string(e.State), " ", "_"))))
	slot, ok, err := l.c.cal.Shown(l.tx, b, e.Draft)
	if ok && slot.At.Platform == l.req.Scene.At.Platform && slot.At.Space == l.req.Scene.At.Space {
		out.Thread = &card.Ref{Channel: slot.At.Channel, Message: slot.Ref}
	}
	return out, err
}

// clock is the time of a moment, with its offset where the clock shows it twice.
func clock(at time.Time) string {
	if hours.Twice(at) {
		return at.Format("15:04 -07:00")
	}
	return at.Format("15:04")
}

// free are the times of the accounts' queues that lie ahead and that nothing has.
func (l look) free(list []bot.Entry) (out []timed) {
	type place struct {
		account bot.AccountID
		at      int64
	}
	taken := map[place]bool{}
	for _, e := range list {
		if e.State != bot.Rejected && e.State != bot.Expired && e.State != bot.Failed {
			taken[place{e.Account, e.At.Unix()}] = true
		}
	}
	zone := l.req.Brand.Location()
	for day := l.from; day.Before(l.to); day = hours.Days(day, 1) {
		for _, a := range l.req.Brand.Accounts {
			for _, s := range a.Queue {
				at := time.Date(day.Year(), day.Month(), day.Day(), s.At/60, s.At%60, 0, 0, zone)
				if day.Weekday() != s.Day || at.Hour()*60+at.Minute() != s.At || !at.After(l.tx.Now()) || taken[place{a.ID, at.Unix()}] || len(out) == linesAtMost {
					continue
				}
				out = append(out, timed{at, card.Line{
					Mark: card.MarkNote, Words: card.W("calendar.free", card.Text("Clock", clock(at)), card.Text("Account", postcard.Account(l.req.Brand, a.ID))),
				}})
			}
		}
	}
	return out
}
