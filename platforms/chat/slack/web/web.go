// Package web is Slack's Web API as Ponte uses it: who Ponte is in a workspace, what
// people are called, where a message is found, which message carries a key, and
// what each refusal means. It knows no cards and no events.
package web

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"
)

// Workspace is one installation of the Slack app.
type Workspace struct {
	ID            string // of the team, as "T012AB3C4"
	BotToken      string // "xoxb-…"
	AppToken      string // "xapp-…", to be reached by WebSocket; empty: by HTTP only
	SigningSecret string // of what comes by HTTP; empty: nothing does
}

// Space is a workspace, with what was learned of it. It is made by Open.
type Space struct {
	Workspace
	API *slack.Client

	mu      sync.Mutex
	doubt   doubt
	me      *Identity
	people  map[string]known
	lookups *rate.Limiter // of people, one after the other
}

// Identity is who Ponte is in a workspace.
type Identity struct {
	User, Bot string
	URL       string // of the workspace
}

// Open makes a workspace's client. It asks for nothing yet. The library's retries stay
// off: they send a message again whose answer was lost. So does its debugging, which
// writes tokens and shortens connections.
func Open(w Workspace, client *http.Client, apiURL string) *Space {
	return &Space{Workspace: w, people: map[string]known{}, lookups: rate.NewLimiter(lookupsEach, lookupsAtOnce), API: slack.New(w.BotToken,
		slack.OptionHTTPClient(client), slack.OptionAPIURL(apiURL), slack.OptionAppLevelToken(w.AppToken))}
}

// Self asks who Ponte is in the workspace, once.
func (sp *Space) Self(ctx context.Context) (Identity, error) {
	sp.mu.Lock()
	me := sp.me
	sp.mu.Unlock()
	if me != nil {
		return *me, nil
	}
	r, err := sp.API.AuthTestContext(ctx)
	if err != nil {
		return Identity{}, err
	}
	me = &Identity{User: r.UserID, Bot: r.BotID, URL: r.URL}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.me = me
	return *me, nil
}

// Address is where people find a message, empty while that is not known. It is put
// together rather than asked for: one card may open many threads.
func (sp *Space) Address(ctx context.Context, channel, ref, thread string) string {
	me, err := sp.Self(ctx)
	if err != nil || !strings.HasPrefix(me.URL, "http") || !IsRef(ref) {
		return ""
	}
	link := strings.TrimSuffix(me.URL, "/") + "/archives/" + channel + "/p" + strings.Replace(ref, ".", "", 1)
	if thread != "" && thread != ref {
		link += "?thread_ts=" + thread + "&cid=" + channel
	}
	return link
}

var refs = regexp.MustCompile(`^\d{1,12}\.\d{6}$`)

// IsRef reports whether a text can be a message's timestamp.
func IsRef(ref string) bool { return refs.MatchString(ref) }
