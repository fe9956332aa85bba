package square

import (
	"crypto/rand"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"time"

	"golang.org/x/text/language"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/platforms/social/square/gallery"
	"ponte/platforms/social/square/gate"
)

//go:embed assets
var assets embed.FS

// Handler serves the page and its JSON, at the root of its address.
func (s *Square) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /p/{post}", s.onePost)
	mux.HandleFunc("GET /t/{comment}", s.oneThread)
	mux.HandleFunc("POST /p/{post}/comments", s.formComment)
	mux.HandleFunc("POST /p/{post}/like", s.formLikePost)
	mux.HandleFunc("POST /c/{comment}/like", s.formLikeComment)
	mux.HandleFunc("GET /pictures/{hash}", gallery.Handler(s.store, s.refuse))
	mux.HandleFunc("GET /live", func(w http.ResponseWriter, r *http.Request) {
		if err := s.pages.Serve(w, r); err != nil {
			s.refuse(w, r, err)
		}
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /api/posts", s.apiPosts)
	mux.HandleFunc("GET /api/posts/{post}/comments", s.apiComments)
	mux.HandleFunc("POST /api/posts/{post}/comments", s.apiSay)
	mux.HandleFunc("PATCH /api/comments/{comment}", s.apiEdit)
	mux.HandleFunc("DELETE /api/comments/{comment}", s.apiDelete)
	mux.HandleFunc("POST /api/posts/{post}/like", s.apiLikePost)
	mux.HandleFunc("POST /api/comments/{comment}/like", s.apiLikeComment)
	files, _ := fs.Sub(assets, "assets")
	for _, name := range []string{"square.css", "square.js"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, name) })
	}
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, bot.Errorf(bot.NotFound, "square.no_page"))
	})
	return s.gate.Guard(mux, s.refuse)
}

// readerCookie names a browser, so that its likes count once and its comments
// have one author.
const readerCookie = "square_reader"

// who is the reader behind the request: a browser, or else an address.
func (s *Square) who(r *http.Request) (id string, browser bool) {
	if c, err := r.Cookie(readerCookie); err == nil && len(c.Value) == len(rand.Text()) {
		return reader(c.Value), true
	}
	return reader(s.salt + gate.Household(r.RemoteAddr).String()), false
}

// greet gives a browser its cookie.
func (s *Square) greet(w http.ResponseWriter, r *http.Request) {
	if _, known := s.who(r); known {
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: readerCookie, Value: rand.Text(), Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	})
}

var matcher = language.NewMatcher([]language.Tag{language.English, language.Spanish, language.Italian})

// speech writes what the page says in the reader's language.
type speech struct {
	Tongue bot.Lang
	print  func(bot.Lang, *time.Location, card.Words) string
}

func (s *Square) speech(r *http.Request) *speech {
	wanted, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	_, at, _ := matcher.Match(wanted...)
	return &speech{bot.Langs[at], s.opt.Print}
}

// Say writes a message; the pairs are its placeholders' names and values.
func (p *speech) Say(key string, pairs ...any) string {
	var args []card.Arg
	for i := 0; i+1 < len(pairs); i += 2 {
		switch v := pairs[i+1].(type) {
		case int:
			args = append(args, card.Count(pairs[i].(string), v))
		case time.Time:
			args = append(args, card.At(pairs[i].(string), v))
		case string:
			args = append(args, card.Text(pairs[i].(string), v))
		}
	}
	return p.print(p.Tongue, time.UTC, card.Words{Key: key, Args: args})
}

// fault is an error as the page tells it.
func (p *speech) fault(e *bot.Error) string {
	return p.print(p.Tongue, time.UTC, card.Fault(e))
}

// told makes a typed error of any; what is not a person's to read is logged.
func (s *Square) told(r *http.Request, err error) *bot.Error {
	if e, ok := bot.Asked(err); ok {
		return e
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return bot.Errorf(bot.Invalid, "square.too_large").Because(err)
	}
	s.opt.Log.Error("the square failed", "path", r.URL.Path, "err", err)
	return bot.Errorf(bot.Internal, "square.broken")
}
