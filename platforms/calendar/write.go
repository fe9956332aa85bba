package calendar

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/bot/postcard"
)

const (
	looksLike = 15 * time.Minute // a post is a moment, and drawn as so long
	refresh   = "PT15M"
)

// stands is how a state is told to calendar programs. What did not go out, and
// may yet by somebody's word, is tentative.
var stands = map[bot.PostState]ics.ObjectStatus{
	bot.Approved: ics.ObjectStatusConfirmed, bot.Scheduled: ics.ObjectStatusConfirmed, bot.Publishing: ics.ObjectStatusConfirmed,
	bot.Published: ics.ObjectStatusConfirmed, bot.Rejected: ics.ObjectStatusCancelled, bot.Cancelled: ics.ObjectStatusCancelled,
}

// write writes a brand's entries as iCalendar (RFC 5545, RFC 7986), the same for
// the same entries.
func write(b *bot.Brand, entries []bot.Entry, print Print) string {
	say := func(w card.Words) string { return clean(print(b.Language, b.Location(), w)) }
	cal := ics.NewCalendarFor("Ponte")
	cal.SetProductId("-//Ponte//Ponte//EN")
	cal.SetCalscale("GREGORIAN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(say(card.W("calendar.feed.name", card.Text("Brand", b.Name))))
	cal.SetXWRTimezone(b.Location().String())
	cal.SetRefreshInterval(refresh)
	cal.SetXPublishedTTL(refresh)
	for i := range entries {
		event(cal, b, &entries[i], say)
	}
	return cal.Serialize(ics.WithNewLine("\r\n"))
}

func event(cal *ics.Calendar, b *bot.Brand, e *bot.Entry, say func(card.Words) string) {
	ev := cal.AddEvent(clean(e.UID) + "@ponte")
	stamp := e.Changed
	if stamp.IsZero() { // the feed must be the same until something changes
		stamp = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	} else {
		ev.SetModifiedAt(stamp)
	}
	ev.SetDtStampTime(stamp)
	ev.SetSequence(e.Revision)
	ev.SetStartAt(e.At)
	ev.SetEndAt(e.At.Add(looksLike))
	ev.SetTimeTransparency(ics.TransparencyTransparent)
	status, known := stands[e.State]
	if !known {
		status = ics.ObjectStatusTentative
	}
	ev.SetStatus(status)
	ev.SetSummary(say(summary(b, e)))
	ev.SetDescription(clean(e.Text) + "\n\n" + say(facts(b, e)))
	if at := web(e.URL); at != "" {
		ev.SetURL(at)
	}
}

// summary is an entry in one line. What is certain needs no word for it.
func summary(b *bot.Brand, e *bot.Entry) card.Words {
	network := string(e.Account)
	if a, ok := b.Account(e.Account); ok {
		network = a.Network
	}
	args := []card.Arg{
		card.Text("Mark", card.Glyphs[postcard.Marks[e.State]]), card.Text("Network", network), card.Text("Text", bot.Short(clean(e.Text), 80)), card.In("State", state(e)),
	}
	if stands[e.State] == ics.ObjectStatusConfirmed {
		return card.W("calendar.feed.certain", args...)
	}
	return card.W("calendar.feed.summary", args...)
}

// facts are what stands below the text of an entry.
func facts(b *bot.Brand, e *bot.Entry) card.Words {
	all := []card.Words{card.Literal(postcard.Account(b, e.Account)), state(e)}
	if e.Number > 0 {
		all = append(all, card.W("calendar.draft", card.Text("Number", strconv.Itoa(e.Number))))
	}
	if e.Series > 0 {
		all = append(all, card.W("calendar.series", card.Text("Number", strconv.Itoa(e.Series))))
	}
	if e.Campaign != "" {
		all = append(all, card.W("post.campaign", card.Text("Name", e.Campaign)))
	}
	out := all[0]
	for _, w := range all[1:] {
		out = card.W("calendar.and", card.In("One", out), card.In("Two", w))
	}
	return out
}

// state is how an entry stands, in words.
func state(e *bot.Entry) card.Words {
	if e.Number == 0 {
		return card.W("calendar.coming")
	}
	return card.W("posts.state." + strings.ReplaceAll(string(e.State), " ", "_"))
}

// clean makes text fit for a line that others read: valid, with line feeds alone
// between lines, and nothing in it that cannot be seen.
func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n").Replace(strings.ToValidUTF8(text, "\ufffd"))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
			return -1
		}
		return r
	}, text)
}

// web returns an address that may be linked, or nothing: http and https only.
func web(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" || u.User != nil || len(link) > 2048 || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}
