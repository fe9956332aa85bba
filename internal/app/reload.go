package app

import (
	"errors"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/platforms"
	"ponte/platforms/chat/slack"
	"ponte/platforms/social/webhook"
)

// served is what of a configuration can change while a Ponte runs. It is never
// altered: a change is a new one, which every reader takes whole.
type served struct {
	brands   *bot.Brands
	webhooks []webhook.Account
	pace     outbox.Pace
	slack    Slack
	over     chan struct{} // closed when another takes its place
}

func (c *Config) serves() *served {
	return &served{brands: bot.NewBrands(c.Brands...), webhooks: c.Webhooks, pace: c.Pace, slack: c.Slack, over: make(chan struct{})}
}

// ErrRestart says that a configuration changes what cannot change while Ponte runs.
var ErrRestart = errors.New("this needs a restart")

// Reload takes in the brands, webhooks and pace of a configuration while the
// App runs, whole or not at all. The rest of it stays as it was opened with. The
// error is ErrRestart when the square is another account, or begins or ends, and
// when Slack begins or ends.
func (a *App) Reload(cfg Config) error {
	if cfg.Square != a.cfg.Square || len(cfg.Slack.Workspaces) == 0 != (len(a.cfg.Slack.Workspaces) == 0) {
		return ErrRestart
	}
	close(a.served.Swap(cfg.serves()).over)
	a.out.Wake()
	a.team.Wake()
	return nil
}

// SetPace changes how fast every channel and account may be talked to.
func (a *App) SetPace(p outbox.Pace) {
	for {
		was := a.served.Load()
		now := *was
		now.pace = p
		if a.served.CompareAndSwap(was, &now) {
			return
		}
	}
}

// Brands returns what is served now, with all who are in the teams.
func (a *App) Brands() *bot.Brands { return a.team.Brands() }

func (a *App) configured() *bot.Brands { return a.served.Load().brands }

// rosters are the adapters that know who is in a group.
func (a *App) rosters() map[string]act.Roster {
	out := map[string]act.Roster{}
	for name, ad := range a.all {
		if r, ok := ad.(act.Roster); ok {
			out[name] = r
		}
	}
	return out
}

func (a *App) slack() Slack { return a.served.Load().slack }

func (a *App) webhooks() []webhook.Account { return a.served.Load().webhooks }

// Slack says how Slack is reached.
type Slack = platforms.Slack

// Workspace is one installation of the Slack app.
type Workspace = slack.Workspace

// What Slack takes: a message a second in a channel, and fifty edits a minute in a
// workspace, which is left to a few channels at once. The adapter guards both as well.
const (
	slackMessages = 1.0
	slackEdits    = 0.5
)

// paceOf is how fast a place may be talked to: as it is configured, and no faster than
// Slack takes it.
func (s *served) paceOf(at act.Place) outbox.Pace {
	p := s.pace
	if at.Platform == slack.Platform && !s.slack.Unpaced {
		p.Messages, p.Edits = least(p.Messages, slackMessages), least(p.Edits, slackEdits)
	}
	return p
}

// least is the lower of two rates, of which 0 has no limit.
func least(rate, most float64) float64 {
	if rate <= 0 {
		return most
	}
	return min(rate, most)
}
