package app

import (
	"errors"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
	"ponte/platforms"
	"ponte/platforms/chat/discord"
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
	discord  Discord
	over     chan struct{} // closed when another takes its place
}

func (c *Config) serves() *served {
	return &served{brands: bot.NewBrands(c.Brands...), webhooks: c.Webhooks, pace: c.Pace, slack: c.Slack, discord: c.Discord, over: make(chan struct{})}
}

// ErrRestart says that a configuration changes what cannot change while Ponte runs.
var ErrRestart = errors.New("this needs a restart")

// Reload takes in the brands, webhooks and pace of a configuration while the
// App runs, whole or not at all. The rest of it stays as it was opened with. The
// error is ErrRestart when the square is another account, or begins or ends, and
// when Slack or Discord begins or ends.
func (a *App) Reload(cfg Config) error {
	slackToo := len(cfg.Slack.Workspaces) == 0 == (len(a.cfg.Slack.Workspaces) == 0)
	discordToo := cfg.Discord.Bot.Token == "" == (a.cfg.Discord.Bot.Token == "")
	if cfg.Square != a.cfg.Square || !slackToo || !discordToo {
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

func (a *App) discord() Discord { return a.served.Load().discord }

// Slack says how Slack is reached.
type Slack = platforms.Slack

// Discord says how Discord is reached.
type Discord = platforms.Discord

// Workspace is one installation of the Slack app.
type Workspace = slack.Workspace

// Bot is the bot's account in Discord.
type Bot = discord.Bot

// What team chats take in a channel, a second. Slack takes a message, and fifty edits a
// minute in a workspace, which is left to a few channels at once. Discord takes five of
// either in five seconds; of messages it gets no more than the others. The adapters guard
// what is theirs as well.
var (
	slackTakes   = outbox.Pace{Messages: 1, Edits: 0.5}
	discordTakes = outbox.Pace{Messages: 1, Edits: 1}
)

// paceOf is how fast a place may be talked to: as it is configured, and no faster than
// its platform takes it.
func (s *served) paceOf(at act.Place) outbox.Pace {
	switch {
	case at.Platform == slack.Platform && !s.slack.Unpaced:
		return slower(s.pace, slackTakes)
	case at.Platform == discord.Platform && !s.discord.Unpaced:
		return slower(s.pace, discordTakes)
	}
	return s.pace
}

// slower is a pace, and no faster than most.
func slower(p, most outbox.Pace) outbox.Pace {
	p.Messages, p.Edits = least(p.Messages, most.Messages), least(p.Edits, most.Edits)
	return p
}

// least is the lower of two rates, of which 0 has no limit.
func least(rate, most float64) float64 {
	if rate <= 0 {
		return most
	}
	return min(rate, most)
}
