// Package discordtest is a Discord of our own for tests: servers whose people
// write, press and react, with REST and a gateway in front of the app, as strict
// as Discord is and as faulty as it can be. It can be reached in memory, so that
// it works within a bubble of testing/synctest, and over a real address. It knows
// Discord's wire and nothing of Ponte.
//
// A test reads as what people do and see:
//
//	discord := discordtest.New(t)
//	discord.Channel("#inbox")
//	ana := discord.User("Ana")
//	card := discord.Channel("#inbox").Messages()[0]
//	ana.Presses(card, "Reply")
//	ana.Modal().Fill("Your reply", "It is on its way.").Submit()
package discordtest

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

	"ponte/platforms/chat/discord/discordtest/gateway"
	"ponte/platforms/chat/discord/discordtest/rest"
	"ponte/platforms/chat/discord/discordtest/show"
	"ponte/platforms/chat/discord/discordtest/world"
	"ponte/platforms/chat/pipetest"
)

// BotToken is what the app holds to be let in.
const BotToken = "bot-token-of-the-fake" //nolint:gosec // it opens the fake only

// Server is a Discord with everything in front of it, and one of its servers,
// in which the words below are said unless Guild opens another.
type Server struct {
	*Place
	World   *world.World
	API     *rest.API        // faults, requests, paces
	Gateway *gateway.Gateway // connections, events, and how they go wrong

	t    testing.TB
	line *pipetest.Listener
	mu   sync.Mutex
	base string
}

// New starts a Discord for this test, with the clock of the test's bubble or of
// the machine. There is one server with nobody but the app in it, and no channel.
func New(t testing.TB) *Server { return NewAt(t, time.Now) }

// NewAt starts a Discord with a clock of its own. What it waits for, it waits
// for by the clock of the test.
func NewAt(t testing.TB, now func() time.Time) *Server {
	s := &Server{t: t, line: pipetest.Listen(), base: "http://discord.test"}
	s.World = world.New(now, s.Base)
	s.API = rest.New(s.World, BotToken, now)
	s.Gateway = gateway.New(s.World, now, s.Base)
	s.API.Gateway = s.Gateway.Bot
	s.Gateway.Good = s.API.Good
	s.Gateway.Revoke = func() { s.API.Revoke(true) }
	s.Place = &Place{s, s.World.AddGuild("Acme")}
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(s.line) // it ends when the test does
	}()
	t.Cleanup(func() {
		s.Gateway.Drop()
		server.Close()
		<-done
	})
	return s
}

// ServeHTTP answers everything that Discord has an address for.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/gateway") {
		s.Gateway.ServeHTTP(w, r)
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

// APIURL is the address of the REST API, without a slash at the end.
func (s *Server) APIURL() string { return s.Base() + rest.Prefix }

// GatewayURL is the address of the gateway, as /gateway/bot names it too.
func (s *Server) GatewayURL() string { return s.Gateway.URL() }

// Dial opens a connection in memory, whatever address is asked for. Its shape
// is that of DialContext and NetDialContext.
func (s *Server) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return s.line.Dial(ctx, network, address)
}

// Client speaks to the fake in memory.
func (s *Server) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: s.line.Dial, DisableKeepAlives: true}}
}

// Dialer opens WebSockets to the fake in memory.
func (s *Server) Dialer() *websocket.Dialer {
	return &websocket.Dialer{NetDialContext: s.Dial, HandshakeTimeout: 10 * time.Second}
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

// Quiet waits until nothing is on its way to the app.
func (s *Server) Quiet() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Gateway.Quiet(ctx); err != nil {
		s.t.Fatal("the app is still being told of something")
	}
}

// must ends the test when a person cannot do what the test lets them do.
func (s *Server) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("discord: %v", err)
	}
}

// ReadText is a text of somebody's as people read it.
func (s *Server) ReadText(content string) string {
	return show.Message(content, nil, nil, s.World.Called).Text()
}
