// Package slacktest is a Slack of our own for tests: a workspace whose people
// write, press and react, with a Web API, Socket Mode and signed requests in
// front of the app, as strict as Slack is and as faulty as it can be. It can be
// reached in memory, so that it works within a bubble of testing/synctest, and
// over a real address. It knows Slack's wire and nothing of Ponte.
//
// A test reads as what people do and see:
//
//	slack := slacktest.New(t)
//	slack.Channel("#inbox")
//	ana := slack.User("Ana")
//	card := slack.Channel("#inbox").Messages()[0]
//	ana.Presses(card, "Reply")
//	ana.Modal().Fill("Your reply", "It is on its way.").Submit()
package slacktest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ponte/platforms/chat/pipetest"
	"ponte/platforms/chat/slack/slacktest/deliver"
	"ponte/platforms/chat/slack/slacktest/ground"
	"ponte/platforms/chat/slack/slacktest/webapi"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// What the app holds to be let in.
const (
	BotToken = "xoxb-of-the-fake" //nolint:gosec // it opens the fake only
	AppToken = "xapp-of-the-fake" //nolint:gosec // it opens the fake only
	Secret   = "signing-secret-of-the-fake"
)

// Server is one workspace with everything in front of it.
type Server struct {
	Workspace *workspace.Workspace
	API       *webapi.API      // faults, requests, tokens, paces
	Carrier   *deliver.Carrier // what the app was told, and how that goes wrong
	Sockets   *deliver.Sockets // connections, and how they end

	t    testing.TB
	line *pipetest.Listener
	mu   sync.Mutex
	base string

	beside []*Server
}

// New starts a Slack for this test, with the clock of the test's bubble or of
// the machine. Nobody but the app is in it, and there is no channel.
func New(t testing.TB) *Server { return NewAt(t, time.Now) }

// NewAt starts a Slack with a clock of its own. What it waits for, it waits for
// by the clock of the test.
func NewAt(t testing.TB, now func() time.Time) *Server { return open(t, now, BotToken, AppToken) }

func open(t testing.TB, now func() time.Time, bot, app string) *Server {
	s := &Server{t: t, line: pipetest.Listen(), base: "http://slack.test"}
	s.Workspace = workspace.New(now, s.Base)
	s.API = webapi.New(s.Workspace, now)
	s.Sockets = deliver.NewSockets(s.Workspace.App.ID, s.Base)
	s.Carrier = deliver.New(now, s.Sockets)
	s.Workspace.Carry(s.Carrier.Deliver)
	s.API.Connect = s.Sockets.Connect
	s.API.Know(bot, webapi.Token{})
	s.API.Know(app, webapi.Token{App: true, Scopes: []string{"connections:write"}})
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(s.line) // it ends when the test does
	}()
	t.Cleanup(func() {
		s.Carrier.Close()
		server.Close()
		<-done
	})
	return s
}

// ServeHTTP answers everything that Slack has an address for.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if o := s.other(r); o != nil {
		o.ServeHTTP(w, r)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/link/") {
		s.Sockets.ServeHTTP(w, r)
		return
	}
	s.API.ServeHTTP(w, r)
}

// Base is the address of all of it, without a slash at the end.
func (s *Server) Base() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base
}

// APIURL is the address of the Web API, with a slash at the end.
func (s *Server) APIURL() string { return s.Base() + "/api/" }

// Dial opens a connection in memory, whatever address is asked for. Its shape
// is that of DialContext and NetDialContext.
func (s *Server) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return s.line.Dial(ctx, network, address)
}

// Client speaks to the fake in memory.
func (s *Server) Client() *http.Client { return over(s.line) }

func over(l *pipetest.Listener) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: l.Dial, DisableKeepAlives: true}}
}

// Dialer opens WebSockets to the fake in memory.
func (s *Server) Dialer() *websocket.Dialer {
	return &websocket.Dialer{NetDialContext: s.Dial, WriteBufferSize: 32 << 10, HandshakeTimeout: 10 * time.Second}
}

// Listen opens a real address as well and returns it. From now on the fake
// names that one in what it answers.
func (s *Server) Listen() string {
	real := httptest.NewServer(s)
	s.t.Cleanup(real.CloseClientConnections)
	s.t.Cleanup(real.Close)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = real.URL
	return real.URL
}

// DeliverTo brings the app everything over signed HTTP instead of sockets, in
// memory. The handler is asked under /slack/events, /slack/commands and
// /slack/interactions.
func (s *Server) DeliverTo(h http.Handler) *deliver.Web {
	line := pipetest.Listen()
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(line) }()
	s.t.Cleanup(func() { server.Close() })
	return s.DeliverOver("http://app.test", over(line))
}

// DeliverOver brings the app everything over signed HTTP to this address.
func (s *Server) DeliverOver(base string, client *http.Client) *deliver.Web {
	w := &deliver.Web{
		Events: base + "/slack/events", Commands: base + "/slack/commands", Interactions: base + "/slack/interactions",
		Client: client, Secret: Secret,
	}
	s.Carrier.Over(w)
	return w
}

// Tells has the app hear of something that is about no channel, such as that it was
// uninstalled. Whether it was is up to what the Web API says of its token.
func (s *Server) Tells(event string) {
	_, _ = ground.Locked(s.Workspace.Ground, func() (any, error) {
		s.Workspace.Tell(nil, map[string]any{"type": event})
		return nil, nil //nolint:nilnil // there is nothing to return
	})
}

// Quiet waits until nothing is on its way to the app.
func (s *Server) Quiet() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Carrier.Quiet(ctx); err != nil {
		s.t.Fatal("the app is still being told of something")
	}
}

// must ends the test when a person cannot do what the test lets them do.
func (s *Server) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("slack: %v", err)
	}
}
