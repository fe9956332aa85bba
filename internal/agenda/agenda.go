// Package agenda brings brands' calendars to the page and the feed that show them:
// who may see one, what is on it, and where people talk about each entry. It
// changes nothing of what goes out, and draws nothing itself.
package agenda

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	planned "ponte/bot/calendar"
	"ponte/platforms/calendar"
	"ponte/platforms/chat/console/view"
	"ponte/storage"
)

// Options is what an agenda brings together.
type Options struct {
	Store    storage.Store
	Brands   func() *bot.Brands
	Calendar func() *planned.Calendar
	Who      func(*http.Request, bot.BrandID) (*bot.Brand, bot.Person, bool) // asks for a page
	Print    calendar.Print
	Console  func() string // its address; empty: there is none
	Public   func() string // address of the public side; empty: there is none
	Near     bool          // the console answers on this machine only
	Log      *slog.Logger
}

// Agenda shows calendars. It is made by New.
type Agenda struct{ opt Options }

// New makes an agenda.
func New(opt Options) *Agenda { return &Agenda{opt} }

// Page is the page of brands' calendars, to be served behind the console's door.
func (a *Agenda) Page() map[string]http.Handler {
	return calendar.NewPage(calendar.PageOptions{
		Viewer: a.viewer, Entries: a.entries, Print: a.opt.Print, Log: a.opt.Log,
		Home: func(id bot.BrandID) string { return "/c/" + url.PathEscape(string(id)) }, Style: view.AssetPath + "base.css",
	}).Handlers()
}

// Feed serves brands' calendars to whoever knows their secret.
func (a *Agenda) Feed() http.Handler {
	return calendar.NewFeed(calendar.FeedOptions{Read: a.feed, Print: a.opt.Print, Log: a.opt.Log})
}

// PageAt is the address of a brand's page for people in a place of team chat: those
// in the console reach it, and others where it is not for this machine alone.
func (a *Agenda) PageAt(at act.Place, id bot.BrandID) string {
	if a.opt.Console() == "" || at.Platform != view.Platform && a.opt.Near {
		return ""
	}
	return a.opt.Console() + "/calendar/" + url.PathEscape(string(id))
}

// FeedAt is the address of the feed with a secret; empty where nothing is served in public.
func (a *Agenda) FeedAt(secret string) string {
	if a.opt.Public() == "" {
		return ""
	}
	return a.opt.Public() + "/calendar/" + secret + ".ics"
}

// viewer says who asks, as the console knows them. A brand's calendar is for those of
// its people who see where it is decided about.
func (a *Agenda) viewer(r *http.Request, id bot.BrandID) calendar.Viewer {
	b, p, ok := a.opt.Who(r, id)
	switch {
	case !ok:
		return calendar.Viewer{Lang: bot.English}
	case !b.DecidesIn().Sees(p):
		return calendar.Viewer{Lang: b.Speaks(p)}
	}
	return calendar.Viewer{Brand: b, Lang: b.Speaks(p)}
}

// entries reads a brand's calendar, with the threads that the console has.
func (a *Agenda) entries(ctx context.Context, b *bot.Brand, from, to time.Time) (out []calendar.Entry, more int, err error) {
	err = a.opt.Store.View(ctx, func(tx *storage.Tx) error {
		list, left, err := a.opt.Calendar().Entries(tx, b, from, to)
		if err != nil {
			return err
		}
		out, more = nil, left
		links := map[bot.ID]string{}
		for _, e := range list {
			link, known := links[e.Draft]
			if !known && e.Draft != "" {
				if link, err = a.link(tx, b, e.Draft); err != nil {
					return err
				}
				links[e.Draft] = link
			}
			out = append(out, calendar.Entry{Entry: e, Link: link})
		}
		return nil
	})
	return out, more, err
}

// link is where the console shows a draft; empty where it does not.
func (a *Agenda) link(tx *storage.Tx, b *bot.Brand, draft bot.ID) (string, error) {
	slot, ok, err := a.opt.Calendar().Shown(tx, b, draft)
	if err != nil || !ok || slot.At.Platform != view.Platform || slot.At.Space != string(b.ID) {
		return "", err
	}
	return view.Link(b.ID, slot.At.Channel, slot.Ref), nil
}

// feed reads what the feed with a secret holds. A brand that is not served any more
// has none.
func (a *Agenda) feed(ctx context.Context, secret string) (b *bot.Brand, list []bot.Entry, err error) {
	err = a.opt.Store.View(ctx, func(tx *storage.Tx) error {
		b, list = nil, nil
		id, ok, err := a.opt.Calendar().Reads(tx, secret)
		if err != nil || !ok {
			return err
		}
		if b, ok = a.opt.Brands().Brand(id); !ok {
			b = nil
			return nil
		}
		list, err = a.opt.Calendar().Feed(tx, b)
		return err
	})
	return b, list, err
}
