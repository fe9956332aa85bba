// Package calendar shows when brands say what, to people and to their calendars: a
// page of a month or a week for the team, and a feed that calendar programs read
// under a secret address. It draws what it is given, and knows neither where that
// is kept nor what becomes of it.
package calendar

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/card"
)

// Print writes words in a language, with times of a zone.
type Print func(lang bot.Lang, zone *time.Location, w card.Words) string

// FeedOptions is what the feed needs to know of its Ponte.
type FeedOptions struct {
	// Read returns the brand that a secret reads and what its calendar holds; nil for
	// a secret that reads nothing.
	Read  func(ctx context.Context, secret string) (*bot.Brand, []bot.Entry, error)
	Print Print
	Now   func() time.Time // nil: time.Now
	Log   *slog.Logger
}

// Feed serves calendars as iCalendar, to whoever knows the secret. It is to be
// mounted where {file} of the path is the secret and ".ics". No secret is ever
// logged. An address may ask 120 times a minute.
type Feed struct {
	opt   FeedOptions
	limit *limiter
}

// NewFeed makes the feed.
func NewFeed(opt FeedOptions) *Feed {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Feed{opt: opt, limit: newLimiter(120)}
}

// ServeHTTP answers one request for a calendar, or that it is as it was.
func (f *Feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if !f.limit.allow(r.RemoteAddr, f.opt.Now()) {
		h.Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	secret, named := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !named || len(secret) > 100 {
		http.NotFound(w, r)
		return
	}
	b, entries, err := f.opt.Read(r.Context(), secret)
	if err != nil {
		f.opt.Log.Error("a calendar's feed could not be read", "err", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if b == nil {
		http.NotFound(w, r)
		return
	}
	body := write(b, entries, f.opt.Print)
	sum := sha256.Sum256([]byte(body))
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(body))
}
