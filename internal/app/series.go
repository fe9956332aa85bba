package app

import (
	"ponte/bot"
	"ponte/bot/series"
)

// withSeries has posts say things again and again, by one decision for all times.
func (a *App) withSeries() {
	a.series = series.New(a.store, a.out, a.Brands, a.posts, a.decide, a.log)
	a.posts.Repeats(a.series)
	a.decide.For(bot.SeriesMatter, a.series)
}
