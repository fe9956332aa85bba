// Package webapi is Slack's Web API in front of a workspace: tokens, scopes,
// paces, and one handler for each method. It knows how a call is written and
// how it is answered; what a call does is the workspace's.
package webapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"ponte/platforms/chat/slack/slacktest/ground"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// Token is what Slack knows of a token.
type Token struct {
	App    bool     // an app-level token rather than the bot's
	Scopes []string // of an app-level token; the bot's are the workspace's
	State  string   // empty, or why it is refused: token_revoked, account_inactive
}

// Request is one call as it came in, faults and refusals included.
type Request struct {
	Method string            // such as chat.postMessage, or the path of another address
	Args   map[string]string // JSON values as JSON
	Header http.Header
	Body   []byte
	At     time.Time
	Error  string // what it was answered: empty for ok
	Status int
}

// API serves one workspace's Web API. It is safe for concurrent use.
type API struct {
	Workspace *workspace.Workspace
	Connect   func() (address string, err error) // opens a socket for the app; errors are refusals

	now     func() time.Time
	methods map[string]method
	pace    *pace

	mu       sync.Mutex
	tokens   map[string]Token
	faults   map[string][]*Fault
	requests []*Request
	pageCap  int
}

// method is one method of the Web API.
type method struct {
	scopes []string // any one of them is enough
	tier   int      // calls a minute
	json   bool     // takes JSON as well as a form
	do     func(*call) (map[string]any, error)
}

// New returns the Web API of a workspace, which knows no token yet.
func New(w *workspace.Workspace, now func() time.Time) *API {
	return &API{
		Workspace: w, now: now, methods: methods(), pace: newPace(now),
		tokens: map[string]Token{}, faults: map[string][]*Fault{},
	}
}

// Know makes a token good, or changes what is known of it.
func (a *API) Know(token string, t Token) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tokens[token] = t
}

// Knows tells whether there is such a token, good or not.
func (a *API) Knows(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, known := a.tokens[token]
	return known
}

// CapPages gives history and replies out in pages of no more than this, as apps
// outside the Marketplace get them. Zero: no cap.
func (a *API) CapPages(most int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pageCap = most
}

// Requests lists the calls so far, in the order in which they came in. With
// names, only the calls of these methods.
func (a *API) Requests(names ...string) []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []Request
	for _, r := range a.requests {
		if len(names) == 0 || slices.Contains(names, r.Method) {
			all = append(all, *r)
		}
	}
	return all
}

// note records a call.
func (a *API) note(r *Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, r)
}

// ended records what a call was answered.
func (a *API) ended(r *Request, status int, code string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r.Status, r.Error = status, code
}

// ServeHTTP answers calls of the Web API, uploads, downloads, and posts to
// response addresses.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := read(a, r)
	a.note(c.request)
	if err != nil {
		c.finish(w, http.StatusOK, nil, err)
		return
	}
	fault := a.fault(c.request.Method)
	if fault == nil {
		c.serve(w)
		return
	}
	fault.strike(c, w)
}

// serve does what is asked for and answers.
func (c *call) serve(w http.ResponseWriter) {
	if raw := c.raw(); raw != nil {
		raw(c, w)
		return
	}
	if wait := c.tooFast(); wait > 0 {
		c.limited(w, wait)
		return
	}
	answer, err := c.act()
	c.finish(w, http.StatusOK, answer, err)
}

// act does what a method does, if the caller may.
func (c *call) act() (map[string]any, error) {
	m, known := c.api.methods[c.request.Method]
	if !known {
		return nil, &ground.Refusal{Code: "unknown_method", Extra: map[string]any{"req_method": c.request.Method}}
	}
	if err := c.allowed(m); err != nil {
		return nil, err
	}
	if !m.json && strings.HasPrefix(c.kind, "application/json") {
		clear(c.args)
	}
	return m.do(c)
}

// allowed checks the token and its scopes.
func (c *call) allowed(m method) error {
	c.api.mu.Lock()
	t, known := c.api.tokens[c.token]
	c.api.mu.Unlock()
	app := c.request.Method == "apps.connections.open"
	switch {
	case c.token == "":
		return refuse("not_authed")
	case !known:
		return refuse("invalid_auth")
	case t.State != "":
		return refuse(t.State)
	case t.App != app:
		return refuse("not_allowed_token_type")
	case app && !c.inHeader:
		return refuse("invalid_auth")
	}
	has := t.Scopes
	if !t.App {
		has = c.api.Workspace.Scopes()
	}
	if len(m.scopes) > 0 && !slices.ContainsFunc(m.scopes, func(s string) bool { return slices.Contains(has, s) }) {
		return &ground.Refusal{Code: "missing_scope", Extra: map[string]any{
			"needed": strings.Join(m.scopes, ","), "provided": strings.Join(has, ","),
		}}
	}
	c.scopes = has
	return nil
}

// finish answers as Slack does: 200 with ok, or with ok false and a code.
func (c *call) finish(w http.ResponseWriter, status int, answer map[string]any, err error) {
	body := map[string]any{"ok": true}
	for key, value := range answer {
		body[key] = value
	}
	code := ""
	if err != nil {
		body, code = refusal(err)
	} else if strings.EqualFold(c.kind, "application/json") && c.request.Method != "" {
		body["warning"] = "missing_charset"
		body["response_metadata"] = merged(body["response_metadata"], "warnings", []string{"missing_charset"})
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Oauth-Scopes", strings.Join(c.scopes, ","))
	w.WriteHeader(status)
	c.api.ended(c.request, status, code)
	_ = json.NewEncoder(w).Encode(body) // who went away hears nothing
}

// refusal is what an error is answered with.
func refusal(err error) (map[string]any, string) {
	no, ok := errors.AsType[*ground.Refusal](err)
	if !ok {
		no = &ground.Refusal{Code: "fatal_error"}
	}
	body := map[string]any{"ok": false, "error": no.Code}
	for key, value := range no.Extra {
		body[key] = value
	}
	return body, no.Code
}

func merged(v any, key string, value any) map[string]any {
	o, _ := v.(map[string]any)
	if o == nil {
		o = map[string]any{}
	}
	o[key] = value
	return o
}

func refuse(code string) error { return &ground.Refusal{Code: code} }

func missing(field string) error {
	return &ground.Refusal{Code: "invalid_arguments", Extra: map[string]any{
		"response_metadata": map[string]any{"messages": []string{"[ERROR] missing required field: " + field}},
	}}
}
