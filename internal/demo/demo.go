// Package demo is a café chain that does not exist: a brand, a team, and a
// handful of conversations in different states, so that a first look shows what
// the product is. Everything in it goes the way that real input goes.
package demo

import (
	"log/slog"
	"time"

	"ponte/bot"
	"ponte/bot/hours"
	"ponte/bot/outbox"
	"ponte/internal/app"
	"ponte/platforms/social/webhook"
)

const (
	brand = bot.BrandID("aurora")
	page  = bot.AccountID("square:aurora")
	hook  = bot.AccountID("webhook:demo")
)

// pace is how fast every channel is written to once the seed is in.
var pace = outbox.Pace{Messages: 1, Edits: 2}

// seeding is how fast the seed goes in: at once to the eye, and in order.
var seeding = outbox.Pace{Messages: 100, Edits: 100}

// Config is the demo's configuration, but for its addresses and its folder.
func Config(log *slog.Logger) app.Config {
	return app.Config{
		Brands: []bot.Brand{cafe()}, Square: page, Log: log, Pace: pace,
		Webhooks: []webhook.Account{{ID: hook, Unsigned: true, Network: "reviews and messages"}},
	}
}

func cafe() bot.Brand {
	day := []hours.Span{{From: 8 * 60, To: 20 * 60}}
	return bot.Brand{
		ID: brand, Name: "Caffè Aurora", Language: bot.English, Zone: "Europe/Madrid",
		Hours: hours.Calendar{Zone: "Europe/Madrid", Week: [7][]hours.Span{day, day, day, day, day, day, day}, Holidays: []string{"2026-12-25", "2027-01-01"}},
		Accounts: []bot.Account{
			{ID: page, Platform: "square", Network: "the square", Name: "Caffè Aurora"},
			{ID: hook, Platform: "webhook", Network: "reviews and messages", Name: "Caffè Aurora"},
		},
		Channels: []bot.Channel{
			{ID: "inbox", Platform: "console", Space: string(brand), Remote: "inbox", Default: true},
			{ID: "reviews", Platform: "console", Space: string(brand), Remote: "reviews"},
			{ID: "approvals", Platform: "console", Space: string(brand), Remote: "approvals"},
			{ID: "messages", Platform: "console", Space: string(brand), Remote: "messages", Direct: true, Restricted: []bot.Role{bot.Manager, bot.Approver}},
		},
		People: []bot.Person{
			person("tom", "Tom Baker", bot.English, bot.Manager, bot.Strategist),
			person("ana", "Ana Ruiz", bot.Spanish, bot.Manager, bot.Approver),
			person("giulia", "Giulia Conti", bot.Italian, bot.Manager, bot.Approver),
			person("sam", "Sam Okafor", bot.English, bot.Observer),
		},
		Routes: []bot.Route{{Kind: bot.Review, Channel: "reviews"}},
		Targets: map[bot.Priority]bot.Target{
			bot.Urgent: {First: 15 * time.Minute, Next: 30 * time.Minute},
			bot.High:   {First: 30 * time.Minute, Next: time.Hour},
			bot.Normal: {First: 2 * time.Hour, Next: 4 * time.Hour},
			bot.Low:    {First: 8 * time.Hour, Next: 16 * time.Hour},
		},
		Undo: 20 * time.Second, Grace: 30 * time.Minute, Reach: 50_000,
		Approvals: bot.Approvals{Channel: "approvals", Quorum: map[bot.Matter]int{bot.PostMatter: 1}},
		Folding:   bot.Folding{After: 8, Within: 10 * time.Minute},
	}
}

func person(id bot.PersonID, name string, lang bot.Lang, roles ...bot.Role) bot.Person {
	return bot.Person{ID: id, Name: name, Roles: roles, Language: lang, Users: []string{"console/" + string(brand) + "/" + string(id)}}
}
