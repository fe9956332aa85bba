package aparttest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ponte/bot"
)

// mark is what everything of a brand begins with, and nothing of another has.
type mark string

// marks are the brands'. What they count by themselves is their numbers: those of the
// first are 911 911 000 and what follows, with or without marks between the thousands.
var (
	marks   = []mark{"Qamber", "Qbrick", "Qcedar"}
	numbers = []int{911_911_000, 922_922_000, 933_933_000}
)

// of is a text of the brand.
func (m mark) of(text string) string { return string(m) + " " + text }

// space is a workspace, a server, or what the console has of a brand.
type space struct{ platform, id string }

func (s space) String() string { return s.platform + "/" + s.id }

// room is a channel of a brand.
type room struct {
	brand int
	bot.Channel
}

func (r room) space() space { return space{r.Platform, r.Space} }

// person is somebody of a brand's team. Some are in two teams, under one name in chat.
type person struct {
	brand int
	bot.Person
	users map[space]string
}

// newBrand makes a brand whose channels are anywhere. Its short names are those of all
// others, and so are the ids of what comes in and the names of saved replies and labels:
// what keeps them apart is the brand alone.
func newBrand(r *rand.Rand, i int, places func(i int, name string) bot.Channel) bot.Brand {
	m := marks[i]
	id := strings.ToLower(string(m))
	b := bot.Brand{
		ID: bot.BrandID(id), Name: m.of("House"), Language: bot.Langs[r.IntN(len(bot.Langs))], Zone: []string{"Europe/Madrid", "Europe/Rome", "UTC"}[r.IntN(3)],
		Undo: time.Duration(r.IntN(3)) * 10 * time.Second, Grace: time.Hour, Reach: 50_000, NeedsAlt: r.IntN(4) == 0,
		Folding: bot.Folding{After: r.IntN(2) * 4, Within: time.Hour},
		Targets: map[bot.Priority]bot.Target{bot.Normal: {First: 2 * time.Hour, Next: 4 * time.Hour}},
		Results: []time.Duration{10 * time.Minute, time.Hour},
		Approvals: bot.Approvals{
			Channel: []string{"", "approvals"}[r.IntN(2)], Self: r.IntN(2) == 0,
			Quorum: map[bot.Matter]int{bot.PostMatter: r.IntN(2), bot.ReplyMatter: r.IntN(2)},
		},
	}
	for _, name := range []string{"news", "shop"} {
		b.Accounts = append(b.Accounts, bot.Account{
			ID: bot.AccountID("plaza:" + id + "-" + name), Platform: "plaza", Network: m.of(name), Name: m.of("Voice"),
			Spacing: time.Hour, Queue: []bot.Slot{{Day: time.Monday, At: 18 * 60}, {Day: time.Wednesday, At: 12 * 60}}, Refuses: []string{id + "-word"},
		})
	}
	for _, name := range []string{"inbox", "approvals", "messages", "desk"} {
		c := places(i, name)
		switch c.ID = name; name {
		case "inbox":
			c.Default = true
		case "messages":
			c.Direct, c.Restricted = true, []bot.Role{bot.Manager}
		}
		b.Channels = append(b.Channels, c)
	}
	b.Routes = routes(r, &b)
	return b
}

// routes are some at random.
func routes(r *rand.Rand, b *bot.Brand) (list []bot.Route) {
	for range r.IntN(3) {
		way := bot.Route{Channel: b.Channels[r.IntN(len(b.Channels))].ID}
		switch r.IntN(4) {
		case 0:
			way.Account = b.Accounts[1].ID
		case 1:
			way.Kind = bot.ItemKinds[r.IntN(len(bot.ItemKinds)-1)]
		case 2:
			way.Keywords = []string{topics[r.IntN(len(topics))]}
		default:
			way.Verdict.Intent = []string{"question", "complaint", "praise"}[r.IntN(3)]
		}
		list = append(list, way)
	}
	return list
}

// topics are words that are said to all brands.
var topics = []string{"coffee", "delivery", "opening hours", "refund", "lamp", "allergy"}

// sentences are what is said of them.
var sentences = []string{
	"Where is my %s?", "The %s is terrible and I want my money back!", "I love your %s, thank you.", "¿Cuándo llega el %s?", "%s",
	"Il %s non funziona, è una vergogna.", "@everyone %s <b>now</b>", "Someone was hurt by the %s, call me",
}

// says is something about a topic, with the brand's mark at its beginning.
func says(r *rand.Rand, m mark) string {
	return m.of(fmt.Sprintf(sentences[r.IntN(len(sentences))], topics[r.IntN(len(topics))]))
}

// newPeople makes a brand's team. Its people have the short names of all others'.
func newPeople(r *rand.Rand, i int, join func(who string, brand int) map[space]string) (list []*person) {
	roles := [][]bot.Role{{bot.Manager}, {bot.Manager, bot.Approver, bot.Strategist}, {bot.Approver}, {bot.Manager, bot.Strategist}, {bot.Observer}}
	for n, id := range []string{"tom", "ana", "vera", "max", "sam"} {
		who := fmt.Sprintf("%s%d", id, i)
		if id == "ana" { // somebody whom an agency lends to all
			who = "ana"
		}
		p := &person{brand: i, users: join(who, i)}
		p.ID, p.Name, p.Roles, p.Language = bot.PersonID(id), marks[i].of(id), roles[n], bot.Langs[r.IntN(len(bot.Langs))]
		for at, user := range p.users {
			p.Users = append(p.Users, at.String()+"/"+user)
		}
		slices.Sort(p.Users)
		list = append(list, p)
	}
	return list
}
