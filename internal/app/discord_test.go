package app

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/bot/hours"
	"ponte/commands"
	"ponte/internal/ops"
	"ponte/platforms/chat/discord/discordtest"
)

// guild is a brand whose people work in a fake Discord, and nowhere else.
type guild struct {
	*discordtest.Server
	t   *testing.T
	log *bytes.Buffer
	cfg Config

	tom, ana, sam    *discordtest.Person
	inbox, approvals *discordtest.Room

	app  *App
	stop func()
}

func newGuild(t *testing.T) *guild {
	s := discordtest.New(t)
	w := &guild{Server: s, t: t, log: &bytes.Buffer{}}
	w.tom, w.ana, w.sam = s.User("Tom Baker"), s.User("Ana Ruiz"), s.User("Sam Okafor")
	w.inbox, w.approvals = s.Channel("#inbox"), s.Channel("#approvals")
	person := func(id bot.PersonID, p *discordtest.Person, roles ...bot.Role) bot.Person {
		return bot.Person{ID: id, Name: p.Name, Roles: roles, Users: []string{"discord/" + s.ID + "/" + p.ID}}
	}
	w.cfg = Config{
		Data: t.TempDir(), Square: "square:acme", Writes: -1, Address: "http://square.test", Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Discord: Discord{Bot: Bot{Token: discordtest.BotToken, Guilds: []string{s.ID}}, APIURL: s.APIURL(), GatewayURL: s.GatewayURL(), Client: s.Client(), Dial: s.Dial},
		Brands: []bot.Brand{{
			ID: "acme", Name: "Acme", Language: bot.English, Zone: "UTC", Hours: hours.Calendar{Zone: "UTC"}, Undo: 20 * time.Second, Grace: time.Hour,
			Accounts: []bot.Account{{ID: "square:acme", Platform: "square", Network: "the square", Name: "Acme"}},
			Channels: []bot.Channel{
				{ID: "inbox", Platform: "discord", Space: s.ID, Remote: w.inbox.ID, Default: true},
				{ID: "approvals", Platform: "discord", Space: s.ID, Remote: w.approvals.ID},
			},
			People:    []bot.Person{person("tom", w.tom, bot.Manager), person("ana", w.ana, bot.Manager, bot.Approver)},
			Approvals: bot.Approvals{Channel: "approvals", Quorum: map[bot.Matter]int{bot.PostMatter: 1}},
		}},
	}
	return w
}

// opens starts a Ponte for the brand.
func (w *guild) opens() {
	w.t.Helper()
	a, err := Open(w.t.Context(), w.cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := a.Set().Square.Post(w.t.Context(), "opening", "en", "We open tomorrow.", time.Now()); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	w.app, w.stop = a, sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("it ended with %v", err)
		}
	})
	w.t.Cleanup(w.stop)
	w.pass(3 * time.Second)
}

// pass lets time go by, and all that is due be done.
func (w *guild) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// square asks the public square.
func (w *guild) square(method, path, body string) string {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.app.Set().Public().ServeHTTP(rec, r)
	if rec.Code >= 300 {
		w.t.Fatalf("%s %s: %d %s", method, path, rec.Code, rec.Body)
	}
	return rec.Body.String()
}

// comments somebody says something on the square, and it comes in.
func (w *guild) comments(author, text string) {
	w.t.Helper()
	body, err := json.Marshal(map[string]string{"author": author, "text": text})
	if err != nil {
		w.t.Fatal(err)
	}
	w.square("POST", "/api/posts/opening/comments", string(body))
	w.pass(3 * time.Second)
}

// last is the newest message in a channel.
func (w *guild) last(r *discordtest.Room) discordtest.Message {
	w.t.Helper()
	all := r.Messages()
	if len(all) == 0 {
		w.t.Fatalf("nothing stands there:\n%s", w.log)
	}
	return all[len(all)-1]
}

// is how Discord is, as it is told to who operates Ponte.
func (w *guild) is() ops.Adapter {
	w.t.Helper()
	st, err := w.app.Status(w.t.Context())
	i := slices.IndexFunc(st.Adapters, func(a ops.Adapter) bool { return a.Name == "discord" })
	if err != nil || i < 0 {
		w.t.Fatalf("the status is %+v, %v", st.Adapters, err)
	}
	return st.Adapters[i]
}

// closes ends the test's Ponte, which has told nobody a secret.
func (w *guild) closes() {
	w.t.Helper()
	w.stop()
	if strings.Contains(w.log.String(), discordtest.BotToken) {
		w.t.Errorf("the log has a secret:\n%s", w.log)
	}
}

// TestInDiscord goes the main way in Discord, with nobody on the console: a comment
// becomes a card, talk under it stays inside, a reply goes out after the time in which
// it can be taken back, and a post goes out when another person agrees, with a restart
// before that.
func TestInDiscord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGuild(t)
		w.opens()
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(w.inbox)
		if !card.Says("Do you have oat milk?") || !card.Says("Bea") || !slices.Contains(card.Buttons(), "Reply") {
			t.Fatalf("the card is\n%s\n%v", card.Text(), card.Buttons())
		}
		w.tom.InThread(card).Says("Of course we do. Who answers?")
		w.pass(3 * time.Second)

		if h := w.ana.Presses(card, "Reply"); !h.OK {
			t.Fatalf("the press: %+v", h)
		}
		w.pass(time.Second)
		if h := w.ana.Modal().Fill("Text", "We do, and soy as well.").Submit(); !h.OK {
			t.Fatalf("the form: %+v", h)
		}
		w.pass(10 * time.Second)
		if out := w.square("GET", "/api/posts/opening/comments", ""); strings.Contains(out, "soy") || strings.Contains(out, "Who answers") {
			t.Fatalf("it went out at once: %s", out)
		}
		w.pass(15 * time.Second)
		if out := w.square("GET", "/api/posts/opening/comments", ""); strings.Count(out, "We do, and soy as well.") != 1 || strings.Contains(out, "Who answers") {
			t.Fatalf("on the square: %s\n%s", out, w.log)
		}

		if h := w.tom.In("#inbox").Commands("/ponte post text:We open on Sunday as well."); !h.OK {
			t.Fatalf("the command: %+v", h)
		}
		w.pass(5 * time.Second)
		request := w.last(w.approvals)
		if !request.Says("We open on Sunday as well.") || !request.Says("by Tom Baker") {
			t.Fatalf("the request is\n%s", request.Text())
		}
		w.tom.Reacts(request, "✅") // an author does not decide
		w.pass(5 * time.Second)
		w.stop()
		w.ana.Reacts(request, "✅") // while nobody listens
		w.opens()
		w.pass(30 * time.Second)
		if out := w.square("GET", "/api/posts", ""); strings.Count(out, "We open on Sunday as well.") != 1 {
			t.Fatalf("on the square: %s\n%s", out, w.log)
		}
		if cards := w.inbox.Messages(); len(cards) != 1 || !cards[0].Says("Do you have oat milk?") {
			t.Errorf("%d messages stand in the inbox", len(cards))
		}
		w.closes()
	})
}

// TestMissedInDiscord: a decision made while the session was lost counts once there is
// another.
func TestMissedInDiscord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGuild(t)
		w.opens()
		w.tom.In("#inbox").Commands("/ponte post text:We open on Sunday as well.")
		w.pass(5 * time.Second)
		request := w.last(w.approvals)
		w.Gateway.Forget()
		w.Gateway.Drop()
		w.ana.Reacts(request, "✅")
		w.pass(2 * time.Minute)
		if out := w.square("GET", "/api/posts", ""); strings.Count(out, "We open on Sunday as well.") != 1 {
			t.Errorf("on the square: %s\n%s", out, w.log)
		}
		w.closes()
	})
}

// TestShutOutOfDiscord: a bot whose token is refused says what is to be mended and does
// not ask again and again; a new token, taken in while Ponte runs, mends it, and the
// threads are those of before.
func TestShutOutOfDiscord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGuild(t)
		w.opens()
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(w.inbox)
		w.API.Revoke(true)
		w.Gateway.Drop()
		w.pass(time.Minute)
		asked := len(w.API.Requests())
		w.pass(30 * time.Minute)
		if more := len(w.API.Requests()) - asked; more > 0 {
			t.Errorf("Discord is asked %d times more", more)
		}
		if got := w.is(); got.State != ops.Stopped || !strings.Contains(got.Fault, "token") {
			t.Errorf("the status is %+v", got)
		}
		if h := w.app.health(); !slices.ContainsFunc(h, func(h commands.Health) bool { return h.Key == "discord.deaf_token" }) {
			t.Errorf("people are told %+v", h)
		}

		w.API.Revoke(false)
		next := w.cfg
		if err := w.app.Reload(next); err != nil {
			t.Fatal(err)
		}
		w.pass(30 * time.Second)
		if got := w.is(); got.State != ops.Connected {
			t.Errorf("after the reload the status is %+v", got)
		}
		w.ana.Presses(card, "Take")
		w.pass(5 * time.Second)
		if got := w.inbox.Find(card.ID); !got.Says("with Ana Ruiz") {
			t.Errorf("nothing came of it:\n%s\n%s", got.Text(), w.log)
		}
		w.closes()
	})
}

// TestStrangersInDiscord: who is nobody in the brand is told so, and nothing comes of
// what they do.
func TestStrangersInDiscord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGuild(t)
		w.opens()
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(w.inbox)
		w.sam.Presses(card, "Reply")
		w.sam.In("#inbox").Commands("/ponte post text:Half price for everybody.")
		w.pass(3 * time.Second)
		if told := w.sam.Whispers("#inbox"); len(told) != 2 || w.sam.Opened() != nil || !told[0].Says("Ponte does not know you in this brand.") {
			t.Errorf("they are told %d things", len(told))
		}
		if got := w.last(w.inbox); got.Text() != card.Text() || len(w.approvals.All()) > 0 {
			t.Errorf("something came of it:\n%s", got.Text())
		}
		w.closes()
	})
}

// TestDiscordBeginsOrEnds: that there is Discord changes with a restart only.
func TestDiscordBeginsOrEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGuild(t)
		w.opens()
		next := w.cfg
		next.Discord = Discord{}
		if err := w.app.Reload(next); err != ErrRestart { //nolint:errorlint // it is that one
			t.Errorf("without Discord: %v", err)
		}
		w.closes()
	})
}
