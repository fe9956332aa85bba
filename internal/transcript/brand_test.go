package transcript

import (
	"slices"
	"time"

	"ponte/bot"
	"ponte/bot/hours"
	"ponte/internal/app"
)

// given is what a story may set before it begins.
type given struct {
	at       time.Time
	language bot.Lang
	folding  int
	quorum   map[bot.Matter]int // approvers who must agree
	self     bool               // authors may decide
	alt      bool               // pictures need a description
	shop     int                // characters that the shop takes; 0: any
	web      world
	roles    map[string][]bot.Role // by name, where they differ
	zone     *time.Location        // of the brand, and of the story's moments
}

var madrid = func() *time.Location {
	l, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		panic(err)
	}
	return l
}()

// usual is a Monday morning.
func usual() given {
	return given{at: time.Date(2026, 3, 2, 10, 0, 0, 0, madrid), language: bot.English, quorum: map[bot.Matter]int{bot.PostMatter: 1}, web: world{}, roles: map[string][]bot.Role{}, zone: madrid}
}

// users says who the people of the stories are in team chat, as "brand/user".
var users = map[string]string{
	"Tom": "aurora/tom", "Ana": "aurora/ana", "Giulia": "aurora/giulia", "Sam": "aurora/sam", "Zoe": "aurora/zoe", "Vera": "aurora/vera", "Luca": "borea/luca",
}

// posts are what the brand said in public before a story begins.
var posts = [][2]string{{"oat", "The oat flat white is back."}, {"cups", "Our new cups are here."}}

// secret signs what goes to the shop.
const secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// config is a Ponte for two brands; the shop's replies go to an address.
func config(g given, replies string) app.Config {
	cfg := app.Config{Square: "square:aurora", Writes: -1, RunTwice: true, Web: g.web}
	cfg.Webhooks = slices.Grow(cfg.Webhooks, 2)[:2]
	shop, book := &cfg.Webhooks[0], &cfg.Webhooks[1]
	shop.ID, shop.Network, shop.Unsigned = "webhook:shop", "the shop", true
	shop.MaxText = g.shop
	shop.Out, shop.OutSecret, shop.AllowPrivate = replies, secret, true
	book.ID, book.Network, book.Unsigned = "webhook:borea", "the book", true
	cfg.Pace.Messages, cfg.Pace.Edits = 200, 200 // one after the other, so that a story is the same each time
	cfg.Brands = []bot.Brand{aurora(g), borea()}
	for i := range cfg.Brands[0].People {
		if p := &cfg.Brands[0].People[i]; g.roles[p.Name] != nil {
			p.Roles = g.roles[p.Name]
		}
	}
	return cfg
}

func aurora(g given) bot.Brand {
	day := []hours.Span{{From: 9 * 60, To: 18 * 60}}
	return bot.Brand{
		ID: "aurora", Name: "Caffè Aurora", Language: g.language, Zone: g.zone.String(),
		Hours: hours.Calendar{Zone: g.zone.String(), Week: [7][]hours.Span{nil, day, day, day, day, day, nil}},
		Accounts: []bot.Account{
			{
				ID: "square:aurora", Platform: "square", Network: "the square", Name: "Caffè Aurora",
				Spacing: time.Hour, Queue: []bot.Slot{{Day: time.Monday, At: 18 * 60}, {Day: time.Wednesday, At: 12*60 + 30}}, Refuses: []string{"cheap"},
			},
			{ID: "webhook:shop", Platform: "webhook", Network: "the shop", Name: "Caffè Aurora"},
		},
		Channels: []bot.Channel{
			{ID: "inbox", Platform: "console", Space: "aurora", Remote: "inbox", Default: true},
			{ID: "messages", Platform: "console", Space: "aurora", Remote: "messages", Direct: true, Restricted: []bot.Role{bot.Manager}},
			{ID: "approvals", Platform: "console", Space: "aurora", Remote: "approvals"},
		},
		People: []bot.Person{
			person("aurora", "tom", "Tom", bot.English, bot.Manager),
			person("aurora", "ana", "Ana", bot.Spanish, bot.Manager, bot.Approver),
			person("aurora", "giulia", "Giulia", bot.Italian, bot.Manager),
			person("aurora", "sam", "Sam", bot.English, bot.Observer),
			person("aurora", "zoe", "Zoe", bot.English),
			person("aurora", "vera", "Vera", bot.English, bot.Approver),
		},
		Targets: map[bot.Priority]bot.Target{
			bot.Urgent: {First: 15 * time.Minute, Next: 30 * time.Minute},
			bot.Normal: {First: 2 * time.Hour, Next: 4 * time.Hour},
		},
		Undo: 20 * time.Second, Grace: 30 * time.Minute, Reach: 50_000, NeedsAlt: g.alt,
		Folding:   bot.Folding{After: g.folding, Within: 10 * time.Minute},
		Approvals: bot.Approvals{Channel: "approvals", Quorum: g.quorum, Self: g.self},
	}
}

func borea() bot.Brand {
	return bot.Brand{
		ID: "borea", Name: "Bottega Borea", Language: bot.Italian, Zone: "Europe/Rome",
		Accounts: []bot.Account{{ID: "webhook:borea", Platform: "webhook", Network: "the book", Name: "Bottega Borea"}},
		Channels: []bot.Channel{{ID: "posta", Platform: "console", Space: "borea", Remote: "inbox", Default: true}},
		People:   []bot.Person{person("borea", "luca", "Luca", bot.Italian, bot.Manager, bot.Approver)},
		Undo:     20 * time.Second, Grace: 30 * time.Minute,
	}
}

func person(brand, id, name string, lang bot.Lang, roles ...bot.Role) bot.Person {
	return bot.Person{ID: bot.PersonID(id), Name: name, Roles: roles, Language: lang, Users: []string{"console/" + brand + "/" + id}}
}
