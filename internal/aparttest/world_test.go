package aparttest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/internal/app"
	"ponte/platforms/chat/discord/discordtest"
	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/pipetest"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/ground"
)

// world is a Ponte with all that it serves.
type world struct {
	t      *testing.T
	r      *rand.Rand
	ctx    context.Context
	app    *app.App
	plaza  *plaza
	brands []bot.Brand
	rooms  []room
	people []*person
	spaces map[space]place // not the console's
	stop   func()
	ended  chan error
	deeds  int
	own    map[string]int // by what was shown: how often it showed something of a brand to its own
	tally  *tally
	trace  []string

	console, public *http.Client
	streams         []*stream
	given           map[string]bool // "brand platform/space/user": who was given a role there in the course of things
	feeds           map[string]int  // addresses of feeds, and whose they are
	acting          audience        // who does something now, and what they may see
}

// place is a workspace or a server.
type place interface {
	act(p *person, in room)      // somebody of the brand, or a stranger, does something there
	shown(w *world)              // all that is shown there since it was last asked
	gives(p *person, where room) // gives or takes somebody a group
}

// audience is somebody who looks, and the brand whose things they may see: -1 is none.
type audience struct {
	who   string
	user  string // as they are known there, where they do something
	brand int
	also  []int // on a page that is not of one brand
}

func newWorld(t *testing.T, data string, seed uint64, all *tally) *world {
	w := &world{
		t: t, tally: all, r: rand.New(rand.NewPCG(seed, 7)), ctx: t.Context(), plaza: &plaza{count: map[string]int{}, posts: map[string][]string{}}, //nolint:gosec // it is a test's
		spaces: map[space]place{}, given: map[string]bool{}, feeds: map[string]int{}, own: map[string]int{}, ended: make(chan error, 1), acting: audience{brand: -1},
	}
	s, d := slacktest.New(t), discordtest.New(t)
	second := s.Beside(t, "T0BRAVO")
	s.API.Unlimited(true)
	second.API.Unlimited(true)
	d.API.Unlimited(true)
	d.World.ChangeApp(func(a *guild.App) { a.Content, a.Members = true, true })
	w.spaces[space{"slack", s.Workspace.ID}] = &workspace{w: w, Server: s}
	w.spaces[space{"slack", second.Workspace.ID}] = &workspace{w: w, Server: second}
	fake := &discord{w: w, Server: d}
	for _, name := range []string{"Acme", "Bravo"} {
		w.spaces[space{"discord", d.Guild(name).ID}] = &server{discord: fake, Place: d.Guild(name), name: name}
	}
	for i := range marks {
		w.peopled(i)
		b := newBrand(w.r, i, w.opens)
		for _, c := range b.Channels {
			w.rooms = append(w.rooms, room{i, c})
		}
		for _, p := range w.people {
			if p.brand == i {
				b.People = append(b.People, p.Person)
			}
		}
		w.brands = append(w.brands, b)
	}
	for at, p := range w.spaces {
		if p, ok := p.(grouped); ok {
			for i := range w.brands {
				w.brands[i].Groups = append(w.brands[i].Groups, bot.Group{ID: at.String() + "/" + p.group(i), Roles: []bot.Role{bot.Manager}})
			}
		}
	}
	console, public := pipetest.Listen(), pipetest.Listen()
	w.console, w.public = over(console), over(public)
	quiet := slog.New(slog.NewTextHandler(logged{w}, &slog.HandlerOptions{Level: slog.LevelError}))
	cfg := app.Config{
		Data: data, Brands: w.brands, Console: console, Public: public, Writes: -1, Log: quiet, Adapters: []act.Adapter{w.plaza}, Web: nowhere{},
		Address: "http://ponte.example",
		Slack: app.Slack{
			Workspaces: []app.Workspace{
				{ID: s.Workspace.ID, BotToken: slacktest.BotToken, AppToken: slacktest.AppToken},
				{ID: second.Workspace.ID, BotToken: slacktest.BotToken + "-T0BRAVO", AppToken: slacktest.AppToken + "-T0BRAVO"},
			},
			APIURL: s.APIURL(), Client: s.Client(), Dial: s.Dial, Unpaced: true,
		},
		Discord: app.Discord{
			Bot:    app.Bot{Token: discordtest.BotToken, Guilds: []string{d.Guild("Acme").ID, d.Guild("Bravo").ID}, Content: true},
			APIURL: d.APIURL(), GatewayURL: d.GatewayURL(), Client: d.Client(), Dial: d.Dial, Unpaced: true,
		},
	}
	ctx, stop := context.WithCancel(context.Background())
	a, err := app.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.app, w.stop = a, stop
	go func() { w.ended <- a.Run(ctx) }()
	t.Cleanup(w.stops)
	w.pass(10 * time.Second)
	w.listens()
	w.begins()
	return w
}

// grouped is a space whose groups brands give roles to.
type grouped interface{ group(brand int) string }

// logged are errors in the log.
type logged struct{ w *world }

func (l logged) Write(b []byte) (int, error) {
	if testing.Verbose() {
		l.w.t.Logf("logged: %s", b)
	}
	return len(b), nil
}

// nowhere is a net in which nothing answers.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("nothing answers")
}

func over(l *pipetest.Listener) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DialContext: l.Dial, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// peopled has a brand's people join every space there is.
func (w *world) peopled(brand int) {
	w.people = append(w.people, newPeople(w.r, brand, func(who string, i int) map[space]string {
		users := map[space]string{{"console", strings.ToLower(string(marks[i]))}: who}
		for at, p := range w.spaces {
			switch p := p.(type) {
			case *workspace:
				id := "U0" + strings.ToUpper(who)
				if !slices.ContainsFunc(p.Workspace.Users(), func(u ground.User) bool { return u.ID == id }) {
					p.Workspace.AddUser(ground.User{ID: id, Name: who})
				}
				users[at] = id
			case *server:
				users[at] = p.User(who).ID
			}
		}
		return users
	})...)
}

// opens opens a channel of a brand somewhere.
func (w *world) opens(brand int, name string) bot.Channel {
	id := strings.ToLower(string(marks[brand]))
	var all []space
	for at := range w.spaces {
		all = append(all, at)
	}
	slices.SortFunc(all, func(a, b space) int { return strings.Compare(a.String(), b.String()) })
	all = append(all, space{"console", id})
	at := all[w.r.IntN(len(all))]
	c := bot.Channel{Platform: at.platform, Space: at.id, Remote: name}
	switch p := w.spaces[at].(type) {
	case *workspace:
		c.Remote = p.Workspace.AddChannel(id+"-"+name, false, p.Workspace.App.UserID)
	case *server:
		if c.Remote = p.Channel(id + "-" + name).ID; name == "desk" && w.r.IntN(2) == 0 {
			c.Remote = p.Forum(id+"-forum", "Open", "Pending", "Resolved", "Complaint", "English").ID
		}
	}
	return c
}

// pass lets time go by.
func (w *world) pass(d time.Duration) {
	synctest.Wait()
	time.Sleep(d)
	synctest.Wait()
}

// does tells of a deed, for who looks for the cause of what was found.
func (w *world) does(format string, args ...any) {
	w.trace = append(w.trace, fmt.Sprintf(format, args...))
}

var count = regexp.MustCompile(`(\d{3})[.,\x{a0}\x{202f}' ]?(\d{3})[.,\x{a0}\x{202f}' ]?\d{3}`)

// sees searches what somebody is shown for what is not their brand's.
func (w *world) sees(a audience, what string, shown any) {
	text, plain := shown.(string)
	if !plain {
		raw, err := json.Marshal(shown)
		if err != nil {
			w.t.Fatal(err)
		}
		text = string(raw)
	}
	text = strings.ToLower(text)
	for i, m := range marks {
		if i == a.brand || slices.Contains(a.also, i) {
			if strings.Contains(text, strings.ToLower(string(m))) {
				w.own[what]++
			}
			continue
		}
		at := strings.Index(text, strings.ToLower(string(m)))
		prefix := fmt.Sprint(numbers[i] / 1_000_000)
		for _, found := range count.FindAllStringSubmatchIndex(text, -1) {
			alone := (found[0] == 0 || text[found[0]-1] < '0' || text[found[0]-1] > '9') && (found[1] == len(text) || text[found[1]] < '0' || text[found[1]] > '9')
			if at < 0 && alone && text[found[2]:found[3]] == prefix && text[found[4]:found[5]] == prefix {
				at = found[0]
			}
		}
		if at >= 0 {
			w.t.Errorf("%s, for %s: it shows %s, and is for %s:\n%s\nafter\n%s", what, a.who, m, w.owns(a.brand), text[max(0, at-300):min(len(text), at+200)],
				strings.Join(w.trace[max(0, len(w.trace)-8):], "\n"))
			w.t.FailNow()
		}
	}
}

func (*world) owns(brand int) string {
	if brand < 0 {
		return "a stranger to all"
	}
	return string(marks[brand])
}

// looks is who somebody is in a room: of its brand, or a stranger to whom nothing of it is told.
func (w *world) looks(p *person, in room) audience {
	return w.looker(in.space(), p.users[in.space()], in)
}

func (w *world) looker(at space, user string, in room) audience {
	a := audience{who: fmt.Sprintf("%s in %s of %s", user, in.Remote, marks[in.brand]), user: user, brand: -1}
	if w.member(at, user, in.brand) {
		a.brand = in.brand
	}
	return a
}

// member tells whether somebody is, or was ever made, one of a brand's team.
func (w *world) member(at space, user string, brand int) bool {
	return w.given[fmt.Sprint(brand, " ", at, "/", user)] ||
		slices.ContainsFunc(w.people, func(p *person) bool { return p.brand == brand && p.users[at] == user })
}

// of is the room with this name there.
func (w *world) of(at space, remote string) (room, bool) {
	i := slices.IndexFunc(w.rooms, func(r room) bool { return r.space() == at && r.Remote == remote })
	if i < 0 {
		return room{}, false
	}
	return w.rooms[i], true
}

// alone is somebody whom Ponte writes to alone: in answer to what they do, or by itself.
func (w *world) alone(at space, user string) audience {
	if w.acting.user == user {
		return w.acting
	}
	return w.every(at, user)
}

// every is everything that somebody may see in all of the brands they work for.
func (w *world) every(at space, user string) audience {
	a := audience{who: user, brand: -1}
	for i := range w.brands {
		if w.member(at, user, i) {
			a.also = append(a.also, i)
		}
	}
	return a
}

// ends looks at everything once more.
func (w *world) ends() {
	w.pass(11 * time.Minute)
	w.looksAround()
	w.tally.adds(w.own)
}

// stops has Ponte end, and waits until it has.
func (w *world) stops() {
	w.stop()
	if err := <-w.ended; err != nil {
		w.t.Error(err)
	}
	for _, s := range w.streams {
		<-s.done
	}
}
