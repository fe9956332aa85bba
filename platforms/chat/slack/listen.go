package slack

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/platforms/chat/slack/web"
	"ponte/platforms/chat/slack/wire"
)

const (
	lookAgain   = 10 * time.Second // for workspaces that came or went
	writeBuffer = 32 << 10         // an acknowledgement in fragments is not read by Slack
)

// Listen hands what people do in Slack to h until ctx ends: what comes by HTTP, and
// what comes over the WebSockets of each app that has a token for them. The error
// tells that Slack has no connection for any app, and that nothing comes by HTTP either.
func (s *Slack) Listen(ctx context.Context, h act.Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	closed := s.desk.Open(ctx)
	s.listen(h)
	defer s.listen(nil)
	defer closed()
	var watch sync.WaitGroup
	defer watch.Wait()
	defer cancel()
	watch.Go(func() { s.watch(ctx) })
	if err := s.ways.Run(ctx, s.desk, s.apps); err != nil {
		return bot.Errorf(bot.Denied, "slack.deaf").Because(err)
	}
	return nil
}

func (s *Slack) listen(h act.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = h
}

func (s *Slack) listener() act.Handler {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.handler
}

// apps lists one workspace of each app that is reached by WebSocket, by the app's
// token, and tells whether anything comes by HTTP.
func (s *Slack) apps() (apps map[string]string, web bool) {
	apps = map[string]string{}
	for _, w := range s.opt.Workspaces() {
		if _, known := apps[w.AppToken]; w.AppToken != "" && !known {
			apps[w.AppToken] = w.ID
		}
		web = web || w.SigningSecret != ""
	}
	return apps, web
}

func (s *Slack) socket(token, app string) *wire.Socket {
	dialer := &websocket.Dialer{NetDialContext: s.opt.Dial, HandshakeTimeout: patience, WriteBufferSize: writeBuffer}
	if s.opt.Dial == nil {
		dialer.Proxy = http.ProxyFromEnvironment
	}
	client := slack.New("", slack.OptionHTTPClient(s.opt.Client), slack.OptionAPIURL(s.opt.APIURL), slack.OptionAppLevelToken(token))
	return &wire.Socket{
		App: app, Log: s.opt.Log,
		Ask: func(ctx context.Context) (string, error) {
			_, address, err := client.StartSocketModeContext(ctx)
			return address, err
		},
		Retry: web.Again,
		Dial: func(ctx context.Context, address string) (*websocket.Conn, error) {
			conn, answer, err := dialer.DialContext(ctx, address, nil)
			if answer != nil && answer.Body != nil {
				answer.Body.Close()
			}
			return conn, err
		},
	}
}

// belongs reports whether what came to one workspace's app may be about another:
// they must have the app in common.
func (s *Slack) belongs(sp *web.Space, app string) bool {
	if sp.ID == app {
		return true
	}
	other, ok := s.space(app)
	return ok && (other.AppToken != "" && other.AppToken == sp.AppToken || other.SigningSecret != "" && other.SigningSecret == sp.SigningSecret)
}
