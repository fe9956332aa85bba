package app

import (
	"ponte/bot"
	"ponte/bot/check"
)

// room counts what is left of a text on an account, and what it takes; 0: no limit.
func (a *App) room(id bot.AccountID, text string) (left, most int) {
	t := a.traits(id)
	l := check.Limits{Count: string(t.Count), Max: t.MaxPost, URL: t.Link}
	return l.Max - l.Measure(text, graphemes), l.Max
}
