package calendar

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"ponte/bot"
	"ponte/bot/card"
)

//go:embed page.html page.css
var files embed.FS

var layout = template.Must(template.ParseFS(files, "page.html"))

// stylePath is where the stylesheet is served. It changes when the sheet does, so
// that browsers may keep it for ever.
var stylePath = func() string {
	body, _ := files.ReadFile("page.css")
	sum := sha256.Sum256(body)
	return "/calendar/style/" + hex.EncodeToString(sum[:6]) + ".css"
}()

// Viewer is who looks at the page.
type Viewer struct {
	Brand *bot.Brand // nil: the one asked for is not theirs to see
	Lang  bot.Lang
}

// Entry is a line of the page, and where people talk about it.
type Entry struct {
	bot.Entry
	Link string // of its thread; empty: there is none here
}

// PageOptions is what the page needs to know of its Ponte.
type PageOptions struct {
	// Viewer says who asks for the calendar of a brand. It decides who may see it.
	Viewer func(r *http.Request, brand bot.BrandID) Viewer
	// Entries returns what a brand says from a moment on and before another, by time,
	// and how much more there is.
	Entries func(ctx context.Context, b *bot.Brand, from, to time.Time) ([]Entry, int, error)
	Print   Print
	Now     func() time.Time // nil: time.Now
	Home    func(bot.BrandID) string
	Style   string // address of a stylesheet with the colours, before the page's own
	Log     *slog.Logger
}

// Page shows a brand's calendar by month or by week, without a script. What it
// serves stands behind a door of somebody else's.
type Page struct{ opt PageOptions }

// NewPage makes the page.
func NewPage(opt PageOptions) *Page {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Page{opt}
}

// Handlers is what to serve, by pattern.
func (p *Page) Handlers() map[string]http.Handler {
	return map[string]http.Handler{"GET /calendar/{brand}": http.HandlerFunc(p.show), "GET " + stylePath: http.HandlerFunc(style)}
}

func style(w http.ResponseWriter, _ *http.Request) {
	body, _ := files.ReadFile("page.css")
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(body)
}

// show answers a request for the month or week around a day, all accounts or one.
func (p *Page) show(w http.ResponseWriter, r *http.Request) {
	who := p.opt.Viewer(r, bot.BrandID(r.PathValue("brand")))
	s := speech{lang: who.Lang, zone: time.UTC, print: p.opt.Print}
	if who.Brand == nil {
		p.render(w, http.StatusNotFound, "plain", plain{Speech: s, Style: p.styles(), Text: s.Say("calendar.page.nothing")})
		return
	}
	s.zone = who.Brand.Location()
	v := newView(s, who.Brand, p.opt.Now().In(s.zone), r.URL.Query())
	entries, more, err := p.opt.Entries(r.Context(), who.Brand, v.from, v.to)
	if err != nil {
		p.opt.Log.Error("the calendar could not be read", "err", err)
		p.render(w, http.StatusServiceUnavailable, "plain", plain{Speech: s, Style: p.styles(), Text: s.Say("calendar.page.failed")})
		return
	}
	v.Style, v.Left, v.Home = p.styles(), more, p.opt.Home(who.Brand.ID)
	v.fill(entries)
	p.render(w, http.StatusOK, "page", v)
}

func (p *Page) styles() []string {
	if p.opt.Style == "" {
		return []string{stylePath}
	}
	return []string{p.opt.Style, stylePath}
}

// render writes a page whole, or nothing of it.
func (p *Page) render(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := layout.ExecuteTemplate(&b, name, data); err != nil {
		p.opt.Log.Error("the calendar could not be drawn", "err", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// plain is a page of one sentence.
type plain struct {
	Speech speech
	Style  []string
	Text   string
}

// speech writes for one viewer.
type speech struct {
	lang  bot.Lang
	zone  *time.Location
	print Print
}

// Lang is the viewer's language.
func (s speech) Lang() bot.Lang { return s.lang }

// Say writes a message; the pairs are its placeholders' names and values.
func (s speech) Say(key string, pairs ...any) string {
	w := card.W(key)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		switch v := pairs[i+1].(type) {
		case int:
			w.Args = append(w.Args, card.Count(name, v))
		case card.Words:
			w.Args = append(w.Args, card.In(name, v))
		case string:
			w.Args = append(w.Args, card.Text(name, v))
		}
	}
	return s.words(w)
}

func (s speech) words(w card.Words) string { return s.print(s.lang, s.zone, w) }
