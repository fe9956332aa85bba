package app

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/calendar"
	"ponte/platforms/chat/console/view"
	"ponte/storage"
)

// calendarPage is the page of brands' calendars, behind the console's door.
func (a *App) calendarPage() map[string]http.Handler {
	return calendar.NewPage(calendar.PageOptions{
		Viewer: a.looksAtCalendar, Entries: a.calendarEntries, Print: a.words.Print,
		Home: func(id bot.BrandID) string { return "/c/" + url.PathEscape(string(id)) }, Style: view.AssetPath + "base.css", Log: a.log,
	}).Handlers()
}

// looksAtCalendar says who asks, as the console knows them. A brand's calendar is
// for those of its people who see where it is decided about.
func (a *App) looksAtCalendar(r *http.Request, id bot.BrandID) calendar.Viewer {
	b, p, ok := a.set.Console.Who(r, id)
	if !ok || !b.DecidesIn().Sees(p) {
		v := calendar.Viewer{Lang: bot.English}
		if ok {
			v.Lang = b.Speaks(p)
		}
		return v
	}
	return calendar.Viewer{Brand: b, Lang: b.Speaks(p)}
}

// calendarEntries reads a brand's calendar, with the threads that the console has.
func (a *App) calendarEntries(ctx context.Context, b *bot.Brand, from, to time.Time) (out []calendar.Entry, more int, err error) {
	err = a.store.View(ctx, func(tx *storage.Tx) error {
		list, left, err := a.calendar.Entries(tx, b, from, to)
		if err != nil {
			return err
		}
		out, more = nil, left
		links := map[bot.ID]string{}
		for _, e := range list {
			link, known := links[e.Draft]
			if !known && e.Draft != "" {
				if link, err = a.calendarLink(tx, b, e.Draft); err != nil {
					return err
				}
				links[e.Draft] = link
			}
			out = append(out, calendar.Entry{Entry: e, Link: link})
		}
		return nil
	})
	return slices.Clip(out), more, err
}

// calendarLink is where the console shows a draft; empty where it does not.
func (a *App) calendarLink(tx *storage.Tx, b *bot.Brand, draft bot.ID) (string, error) {
	slot, ok, err := a.calendar.Shown(tx, b, draft)
	if err != nil || !ok || slot.At.Platform != view.Platform || slot.At.Space != string(b.ID) {
		return "", err
	}
	return view.Link(b.ID, slot.At.Channel, slot.Ref), nil
}

// calendarAt is the address of a brand's calendar for people in a place of team
// chat: those in the console reach it, and others where it is not for this machine alone.
func (a *App) calendarAt(at act.Place, id bot.BrandID) string {
	if a.cfg.Console == nil || at.Platform != view.Platform && a.cfg.Token == "" {
		return ""
	}
	return a.ConsoleURL() + "/calendar/" + url.PathEscape(string(id))
}

// feedAt is the address of the feed with a secret; empty where nothing is served in public.
func (a *App) feedAt(secret string) string {
	if a.cfg.Public == nil {
		return ""
	}
	return a.PublicURL() + "/calendar/" + secret + ".ics"
}

// calendarFeed serves brands' calendars to who knows their secret.
func (a *App) calendarFeed() http.Handler {
	return calendar.NewFeed(calendar.FeedOptions{Read: a.readFeed, Print: a.words.Print, Log: a.log})
}

// readFeed reads what the feed with a secret holds. A brand that is not served any
// more has none.
func (a *App) readFeed(ctx context.Context, secret string) (b *bot.Brand, list []bot.Entry, err error) {
	err = a.store.View(ctx, func(tx *storage.Tx) error {
		id, ok, err := a.calendar.Reads(tx, secret)
		if err != nil || !ok {
			return err
		}
		if b, ok = a.Brands().Brand(id); !ok {
			b = nil
			return nil
		}
		list, err = a.calendar.Feed(tx, b)
		return err
	})
	return b, list, err
}
