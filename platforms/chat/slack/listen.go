package slack

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
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
	s.listen(h)
	defer s.listen(nil)
	ctx, cancel := context.WithCancel(ctx)
	closed := s.desk.Open(ctx)
	defer closed()
	defer cancel()

	type end struct {
		token string
		err   error
	}
	ends := make(chan end)
	open, over := map[string]context.CancelFunc{}, map[string]error{}
	running := 0
	defer func() {
		cancel()
		for ; running > 0; running-- {
			<-ends
		}
	}()
	for {
		apps, web := s.apps()
		for token, stop := range open {
			if _, still := apps[token]; !still {
				stop()
			}
		}
		for token, w := range apps {
			if open[token] != nil || over[token] != nil {
				continue
			}
			socket := s.socket(w)
			under, cancel := context.WithCancel(ctx)
			open[token] = cancel
			running++
			go func() { err := socket.Run(under, s.desk); ends <- end{token, err} }()
		}
		if len(apps) > 0 && len(over) >= len(apps) && len(open) == 0 && !web {
			return bot.Errorf(bot.Denied, "slack.deaf").Because(errors.Join(slices.Collect(maps.Values(over))...))
		}
		select {
		case <-ctx.Done():
			return nil
		case e := <-ends:
			running--
			open[e.token]()
			delete(open, e.token)
			if e.err != nil {
				over[e.token] = e.err
				s.opt.Log.Error("slack: an app hears nothing any more, until somebody mends it", "workspace", apps[e.token].ID, "err", e.err)
			}
		case <-time.After(lookAgain):
		}
	}
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
func (s *Slack) apps() (apps map[string]Workspace, web bool) {
	apps = map[string]Workspace{}
	for _, w := range s.opt.Workspaces() {
		if _, known := apps[w.AppToken]; w.AppToken != "" && !known {
			apps[w.AppToken] = w
		}
		web = web || w.SigningSecret != ""
	}
	return apps, web
}

// hopeless are the codes after which asking for a connection again is of no use.
var hopeless = []string{
	"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
	"not_allowed_token_type", "no_permission", "org_login_required", "access_denied", "app_missing_action_url",
}

func (s *Slack) socket(w Workspace) *wire.Socket {
	dialer := &websocket.Dialer{NetDialContext: s.opt.Dial, HandshakeTimeout: patience, WriteBufferSize: writeBuffer}
	if s.opt.Dial == nil {
		dialer.Proxy = http.ProxyFromEnvironment
	}
	client := slack.New("", slack.OptionHTTPClient(s.opt.Client), slack.OptionAPIURL(s.opt.APIURL), slack.OptionAppLevelToken(w.AppToken))
	return &wire.Socket{
		App: w.ID, Log: s.opt.Log,
		Ask: func(ctx context.Context) (string, error) {
			_, address, err := client.StartSocketModeContext(ctx)
			return address, err
		},
		Retry: func(err error) (time.Duration, bool) {
			if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
				return max(limited.RetryAfter, time.Second), true
			}
			refused, ok := errors.AsType[slack.SlackErrorResponse](err)
			return 0, !ok || !slices.Contains(hopeless, refused.Err)
		},
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
