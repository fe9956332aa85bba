package console

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"ponte/bot"
	"ponte/platforms/chat/console/view"
)

// Handler serves the page; it is to be mounted at "/".
func (c *Console) Handler() http.Handler {
	cross := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if r.URL.Path == "/healthz" {
			c.mux.ServeHTTP(w, r)
			return
		}
		if c.opt.Token == "" && relayed(r) {
			http.Error(w, "A proxy stands in front of this console, so it cannot tell who is on this machine: set a token.", http.StatusForbidden)
			return
		}
		if !c.near(r) {
			http.Error(w, "This console answers on this machine only, unless a token is set.", http.StatusForbidden)
			return
		}
		if err := cross.Check(r); err != nil || foreign(r) {
			http.Error(w, "This came from another site's page.", http.StatusForbidden)
			return
		}
		if !strings.HasPrefix(r.URL.Path, view.AssetPath) && r.URL.Path != "/token" && !c.admitted(w, r) {
			return
		}
		c.mux.ServeHTTP(w, r)
	})
}

func (c *Console) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) })
	mux.HandleFunc("GET "+view.AssetPath+"{file}", view.Asset)
	for _, p := range []string{"/{$}", "/c/{brand}", "/c/{brand}/{room}", "/c/{brand}/{room}/{ref}"} {
		mux.HandleFunc("GET "+p, c.page)
	}
	mux.HandleFunc("GET /pane/{brand}/{room}", c.known(c.pane))
	mux.HandleFunc("GET /pane/{brand}/{room}/{ref}", c.known(c.pane))
	mux.HandleFunc("GET /live/{brand}", c.known(c.live))
	mux.HandleFunc("GET /commands/{brand}", c.known(c.commands))
	mux.HandleFunc("GET /media/{brand}/{hash}", c.known(c.media))
	mux.HandleFunc("GET /people", c.everyone)
	mux.HandleFunc("POST /as", c.become)
	mux.HandleFunc("POST /token", c.takeToken)
	mux.HandleFunc("POST /act/say", c.deed(say))
	mux.HandleFunc("POST /act/upload", c.upload)
	mux.HandleFunc("POST /act/click", c.deed(click))
	mux.HandleFunc("POST /act/submit", c.deed(submit))
	mux.HandleFunc("POST /act/react", c.deed(react))
	mux.HandleFunc("POST /act/suggest", c.deed(suggest))
	mux.HandleFunc("POST /act/read", c.deed(read))
	for pattern, h := range c.opt.Pages {
		mux.Handle(pattern, h)
	}
	return mux
}

// known gives a handler its viewer, and anybody else a plain 404.
func (c *Console) known(h func(http.ResponseWriter, *http.Request, *view.Viewer)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if v := c.viewerFor(r, bot.BrandID(r.PathValue("brand"))); v != nil {
			h(w, r, v)
			return
		}
		http.NotFound(w, r)
	}
}

// near reports whether the request may be answered by where it came from.
// Without a token only this machine is, under a name of its own: a page
// elsewhere whose name was made to point here is not.
func (c *Console) near(r *http.Request) bool {
	if c.opt.Token != "" {
		return true
	}
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && remote.Addr().Unmap().IsLoopback() && loopback(r.Host)
}

// relayed reports whether a proxy passed the request on, which makes anybody
// look like this machine.
func relayed(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Via"} {
		if len(r.Header.Values(name)) > 0 {
			return true
		}
	}
	return false
}

func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// foreign reports whether another site's page asks for anything but to be led here.
func foreign(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return (site == "cross-site" || site == "same-site") && r.Header.Get("Sec-Fetch-Mode") != "navigate"
}

// keep sets a cookie for a year that scripts cannot read.
func keep(w http.ResponseWriter, r *http.Request, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	})
}
