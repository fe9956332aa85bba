package app

import (
	"errors"

	"ponte/bot"
	"ponte/bot/outbox"
	"ponte/platforms/social/webhook"
)

// served is what of a configuration can change while a Ponte runs. It is never
// altered: a change is a new one, which every reader takes whole.
type served struct {
	brands   *bot.Brands
	webhooks []webhook.Account
	pace     outbox.Pace
}

func (c *Config) serves() *served {
	return &served{brands: bot.NewBrands(c.Brands...), webhooks: c.Webhooks, pace: c.Pace}
}

// ErrRestart says that a configuration changes what cannot change while Ponte runs.
var ErrRestart = errors.New("this needs a restart")

// Reload takes in the brands, webhooks and pace of a configuration while the
// App runs, whole or not at all. The rest of it stays as it was opened with. The
// error is ErrRestart when the square is another account, or begins or ends.
func (a *App) Reload(cfg Config) error {
	if cfg.Square != a.cfg.Square {
		return ErrRestart
	}
	a.served.Store(cfg.serves())
	a.out.Wake()
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

// Brands returns what is served now.
func (a *App) Brands() *bot.Brands { return a.served.Load().brands }

func (a *App) webhooks() []webhook.Account { return a.served.Load().webhooks }
