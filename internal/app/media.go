package app

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/internal/guard"
)

// withMedia has drafts looked at before anybody is asked about them.
func (a *App) withMedia() {
	a.posts.Pictures(a.media)
	a.media.Serves(a.posts, guard.New(a.agent(), a.cfg.Web))
}

// agent is what Ponte calls itself where it asks for a link or a picture.
func (a *App) agent() string {
	name := "Ponte"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		name += "/" + info.Main.Version
	}
	if a.cfg.Address != "" {
		name += " (+" + a.cfg.Address + ")"
	}
	return name
}

// pictured takes in a picture that somebody gives.
func (a *App) pictured(ctx context.Context, e act.Uploaded) (act.Answer, error) {
	ans, err := a.pictures.Uploaded(ctx, e)
	return a.speak(e, ans), err
}

// noted takes in talk; what comes along with it may belong to a draft.
func (a *App) noted(ctx context.Context, e act.Noted) (act.Answer, error) {
	ans, err := a.book.Hear(ctx, e)
	if err != nil {
		return ans, err
	}
	if b, _, err := a.book.Asker(e.Scene); err == nil && len(e.Pictures) > 0 {
		if err := a.media.Talks(ctx, b.ID, e.Pictures); err != nil {
			return ans, err
		}
	}
	if offer, err := a.pictures.Noted(ctx, e); err != nil {
		a.log.Error("a picture in a thread could not be offered", "err", err)
	} else if offer.Notice != nil {
		if ans.Notice != nil { // the hint of somebody's first note
			offer.Notice.Blocks = append(ans.Notice.Blocks, offer.Notice.Blocks...)
		}
		ans = offer
	}
	return a.speak(e, ans), nil
}

// picture serves a picture of a brand at the address that a network was given.
func (a *App) picture(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p, data, until, err := a.media.Shown(r.Context(), bot.BrandID(r.PathValue("brand")), r.PathValue("hash"), q.Get("until"), q.Get("key"))
	if err != nil {
		status := http.StatusNotFound
		if e, ok := errors.AsType[*bot.Error](err); !ok || e.Kind != bot.NotFound {
			a.log.Error("a picture could not be shown", "err", err)
			status = http.StatusServiceUnavailable
		}
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, http.StatusText(status), status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", p.Type)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Content-Disposition", "inline")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, max-age="+strconv.Itoa(max(int(time.Until(until).Seconds()), 0)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(data)
	}
}

// world is what everybody reaches: pictures for the networks, calendars for who knows
// their secret, and what the adapters serve.
func (a *App) world() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /media/{brand}/{hash}", a.picture)
	mux.Handle("GET /calendar/{file}", a.agenda.Feed())
	mux.Handle("/", a.set.Public())
	return mux
}
