// Package rest is Discord's REST API, version 10, in front of what Discord
// holds: tokens, paces, faults, and one handler for each route. It knows how a
// request is written and how it is answered; what it does is the world's.
package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
	"ponte/platforms/chat/discord/discordtest/world"
)

// Obj is a JSON object.
type Obj = shape.Obj

// Prefix is where the API stands on its host.
const Prefix = "/api/v10"

// Request is one request as it came in, faults and refusals included.
type Request struct {
	Method, Path string // the path without the prefix
	Route        string // such as POST /channels/{channel}/messages
	Query        url.Values
	Header       http.Header
	Body         any // JSON, as it was decoded
	Files        []guild.Upload
	At           time.Time
	Status       int // of the answer; 0: the connection was dropped
	Code         int // of a refusal
}

// Obj is the body where it is an object.
func (r Request) Obj() Obj {
	o, _ := r.Body.(Obj)
	return o
}

// API serves REST. It is safe for concurrent use.
type API struct {
	World   *world.World
	Gateway func() Obj // what /gateway/bot answers

	now   func() time.Time
	token string
	mux   *http.ServeMux

	mu       sync.Mutex
	revoked  bool
	faults   []*aimed
	requests []*Request
	pace     *pace
}

// New returns the API of a world for a bot with this token.
func New(w *world.World, token string, now func() time.Time) *API {
	a := &API{World: w, now: now, token: token, mux: http.NewServeMux(), pace: newPace(now)}
	a.Gateway = func() Obj { return Obj{} }
	for route, do := range routes() {
		a.mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) { a.take(route, do, w, r) })
	}
	a.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		a.take("", func(*call) (any, error) { return nil, shape.No(404, 0, "404: Not Found") }, w, r)
	})
	return a
}

// Revoke makes the bot's token good for nothing, or good again.
func (a *API) Revoke(off bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.revoked = off
}

// Good tells whether a token is the bot's.
func (a *API) Good(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return token == a.token && !a.revoked
}

// Requests lists the requests so far, in the order in which they came in. With
// routes, such as "POST /channels/{channel}/messages", only those of them.
func (a *API) Requests(routes ...string) []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []Request
	for _, r := range a.requests {
		if len(routes) == 0 || slices.Contains(routes, r.Route) {
			all = append(all, *r)
		}
	}
	return all
}

// Forget drops what is recorded of requests so far.
func (a *API) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = nil
}

// ServeHTTP answers the API and the addresses of files.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/attachments/") {
		a.download(w, r)
		return
	}
	path, is := strings.CutPrefix(r.URL.EscapedPath(), Prefix)
	if !is {
		http.Error(w, `{"message":"404: Not Found","code":0}`, http.StatusNotFound)
		return
	}
	inner := r.Clone(r.Context())
	inner.URL = &url.URL{RawPath: path, RawQuery: r.URL.RawQuery}
	inner.URL.Path, _ = url.PathUnescape(path)
	inner.RequestURI = path
	a.mux.ServeHTTP(w, inner)
}

func (a *API) download(w http.ResponseWriter, r *http.Request) {
	f, there := a.World.Download(r.URL)
	if !there {
		http.Error(w, "This content is no longer available.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", f.Type)
	_, _ = w.Write(f.Data)
}

// take answers one request.
func (a *API) take(route string, do handler, w http.ResponseWriter, r *http.Request) {
	c := &call{api: a, http: r, route: route, do: do}
	c.request = &Request{
		Method: r.Method, Path: r.URL.EscapedPath(), Route: route, Query: r.URL.Query(), Header: r.Header.Clone(), At: a.now(),
	}
	c.bad = c.read()
	a.mu.Lock()
	a.requests = append(a.requests, c.request)
	a.mu.Unlock()
	if fault := a.fault(c.request); fault != nil {
		fault.strike(c, w)
		return
	}
	c.serve(w)
}

// serve does what is asked for and answers.
func (c *call) serve(w http.ResponseWriter) {
	if c.api.pace.banned() {
		c.cloudflare(w)
		return
	}
	if slow := c.api.pace.take(c, w.Header()); slow != nil {
		c.limited(w, slow)
		return
	}
	body, err := c.act()
	c.finish(w, body, err)
}

// hooks are the routes whose address holds a token itself; the pace of all
// requests does not count them.
func (c *call) hook() bool {
	return strings.Contains(c.route, " /webhooks/") || strings.Contains(c.route, " /interactions/")
}

// act does what a request asks for, if the caller may.
func (c *call) act() (any, error) {
	if !c.hook() {
		token, is := strings.CutPrefix(c.http.Header.Get("Authorization"), "Bot ")
		if !is || !c.api.Good(token) {
			return nil, shape.No(401, 0, "401: Unauthorized")
		}
	}
	if !strings.HasPrefix(c.http.Header.Get("User-Agent"), "DiscordBot (") {
		return nil, shape.No(403, 40333, "internal network error")
	}
	if c.bad != nil {
		return nil, c.bad
	}
	return c.do(c)
}

// finish answers with a body, or with a refusal.
func (c *call) finish(w http.ResponseWriter, body any, err error) {
	refused, is := errors.AsType[*shape.Refusal](err)
	soon, early := errors.AsType[*guild.TooSoon](err)
	switch {
	case early:
		c.limited(w, soon)
	case is:
		c.write(w, refused.Status, refused.Code, refused.Body())
	case err != nil:
		c.write(w, http.StatusInternalServerError, 0, Obj{"message": "500: Internal Server Error", "code": 0})
	case body == nil:
		c.end(http.StatusNoContent, 0)
		w.WriteHeader(http.StatusNoContent)
	default:
		c.write(w, http.StatusOK, 0, body)
	}
}

func (c *call) write(w http.ResponseWriter, status, code int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	c.end(status, code)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

// end records what a request was answered.
func (c *call) end(status, code int) {
	c.api.mu.Lock()
	c.request.Status, c.request.Code = status, code
	c.api.mu.Unlock()
	if status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusTooManyRequests && !c.shared {
		c.api.pace.invalid()
	}
}
