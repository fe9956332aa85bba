package app

import (
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/results"
	"ponte/bot/timeline"
	"ponte/commands/approvals"
	"ponte/commands/posts"
	marks "ponte/commands/timeline"
)

// measures makes the room that reads how posts are doing, once those it works with
// are there.
func (a *App) measures() {
	a.results = results.New(a.store, a.out, results.Options{
		Brands: a.Brands, Source: a.source, Threads: a.posts, Keeper: a.media, Log: a.log,
		Print: func(b *bot.Brand, w card.Words) string { return a.words.Print(b.Language, b.Location(), w) },
	})
	a.posts.Tells(a.results)
	a.book.Add(a.decide.React, posts.Results(a.results))
}

// source is who tells the numbers of an account, and how often it may be asked.
func (a *App) source(id bot.AccountID) results.Source {
	_, account, ok := a.Brands().Owning(id)
	if !ok {
		return results.Source{}
	}
	m, ok := a.all[account.Platform].(act.Measurer)
	if !ok {
		return results.Source{}
	}
	s := results.Source{Measurer: m, At: act.Place{Platform: account.Platform, Space: string(id)}}
	if rate := a.served.Load().pace.Messages; rate > 0 {
		s.Every = time.Duration(float64(time.Second) / rate)
	}
	return s
}

// timelines makes the room that keeps what happened to conversations.
func (a *App) timelines() {
	a.timeline = timeline.New(a.store, a.Brands, func(platform string) (act.Reader, bool) {
		r, ok := a.all[platform].(act.Reader)
		return r, ok
	}, a.log)
	a.marks = marks.New(a.store, a.book, a.timeline)
	a.book.Add(a.decide.React, append(a.marks.Specs(), approvals.Spec())...)
}
