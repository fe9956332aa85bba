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
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/webapi"
)

// team is a brand whose people work in a fake Slack, and nowhere else.
type team struct {
	*slacktest.Server
	t    *testing.T
	data string
	log  *bytes.Buffer
	cfg  Config

	tom, ana, sam    *slacktest.Person
	inbox, approvals *slacktest.Room

	app  *App
	stop func()
}

func newTeam(t *testing.T) *team {
	s := slacktest.New(t)
	w := &team{Server: s, t: t, data: t.TempDir(), log: &bytes.Buffer{}}
	w.tom, w.ana, w.sam = s.User("Tom Baker"), s.User("Ana Ruiz"), s.User("Sam Okafor")
	w.inbox, w.approvals = s.Channel("#inbox"), s.Channel("#approvals")
	space := s.Workspace.ID
	person := func(id bot.PersonID, p *slacktest.Person, roles ...bot.Role) bot.Person {
		return bot.Person{ID: id, Name: p.Name, Roles: roles, Users: []string{"slack/" + space + "/" + p.ID}}
	}
	w.cfg = Config{
		Data: w.data, Square: "square:acme", Writes: -1, Address: "http://square.test", Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Slack: Slack{Workspaces: []Workspace{{ID: space, BotToken: slacktest.BotToken, AppToken: slacktest.AppToken}}, APIURL: s.APIURL(), Client: s.Client(), Dial: s.Dial},
		Brands: []bot.Brand{{
			ID: "acme", Name: "Acme", Language: bot.English, Zone: "UTC", Hours: hours.Calendar{Zone: "UTC"}, Undo: 20 * time.Second, Grace: time.Hour,
			Accounts: []bot.Account{{ID: "square:acme", Platform: "square", Network: "the square", Name: "Acme"}},
			Channels: []bot.Channel{
				{ID: "inbox", Platform: "slack", Space: space, Remote: w.inbox.ID, Default: true},
				{ID: "approvals", Platform: "slack", Space: space, Remote: w.approvals.ID},
			},
			People:    []bot.Person{person("tom", w.tom, bot.Manager), person("ana", w.ana, bot.Manager, bot.Approver)},
			Approvals: bot.Approvals{Channel: "approvals", Quorum: map[bot.Matter]int{bot.PostMatter: 1}},
		}},
	}
	return w
}

// opens starts a Ponte for the team.
func (w *team) opens() {
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
func (w *team) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// square asks the public square.
func (w *team) square(method, path, body string) string {
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
func (w *team) comments(author, text string) {
	w.t.Helper()
	body, err := json.Marshal(map[string]string{"author": author, "text": text})
	if err != nil {
		w.t.Fatal(err)
	}
	w.square("POST", "/api/posts/opening/comments", string(body))
	w.pass(3 * time.Second)
}

// last is the newest message in a channel.
func (w *team) last(r *slacktest.Room) slacktest.Message {
	w.t.Helper()
	all := r.Messages()
	if len(all) == 0 {
		w.t.Fatalf("nothing stands there:\n%s", w.log)
	}
	return all[len(all)-1]
}

// closes ends the test's Ponte, which has told nobody a secret.
func (w *team) closes() {
	w.t.Helper()
	w.stop()
	for _, secret := range []string{slacktest.BotToken, slacktest.AppToken, "/link/", "/hooks/"} {
		if strings.Contains(w.log.String(), secret) {
			w.t.Errorf("the log has a secret, %q:\n%s", secret, w.log)
		}
	}
}

// TestInSlack goes the main way in Slack, with nobody on the console: a comment
// becomes a card, talk under it stays inside, a reply goes out after the time in
// which it can be taken back, and a post goes out when another person agrees, with
// a restart before that.
func TestInSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
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
		form := w.ana.Modal()
		if h := form.Fill("Text", "We do, and soy as well.").Submit(); !h.OK {
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

		if h := w.tom.In("#inbox").Commands("/ponte post We open on Sunday as well."); !h.OK {
			t.Fatalf("the command: %+v", h)
		}
		w.pass(5 * time.Second)
		request := w.last(w.approvals)
		if !request.Says("We open on Sunday as well.") || !request.Says("by Tom Baker") {
			t.Fatalf("the request is\n%s", request.Text())
		}
		w.tom.Reacts(request, "white_check_mark") // an author does not decide
		w.pass(5 * time.Second)
		w.stop()
		w.ana.Reacts(request, "white_check_mark") // while nobody listens
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

// TestStrangersInSlack: who is nobody in the brand, and guests from elsewhere, are told
// so, and nothing comes of what they do.
func TestStrangersInSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		guest := w.Guest("Gus Elsewhere", w.inbox)
		w.opens()
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(w.inbox)
		for _, p := range []*slacktest.Person{w.sam, guest} {
			p.Presses(card, "Reply")
			p.In("#inbox").Commands("/ponte post Half price for everybody.")
			w.pass(3 * time.Second)
			told := p.Whispers("#inbox")
			if len(told) != 2 || p.Opened() != nil || !told[0].Says("Ponte does not know you in this brand.") {
				t.Errorf("%s is told %d things", p.Name, len(told))
			}
		}
		if got := w.last(w.inbox); got.Text() != card.Text() || len(w.approvals.All()) > 0 {
			t.Errorf("something came of it:\n%s", got.Text())
		}
		w.closes()
	})
}

// TestShutOutOfSlack: an app whose connection is refused says what is to be mended and
// does not ask again and again; a new token, taken in while Ponte runs, mends it, and
// the threads are those of before.
func TestShutOutOfSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		w.opens()
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(w.inbox)
		w.API.Know(slacktest.AppToken, webapi.Token{App: true, State: "token_revoked"})
		w.Sockets.Drop(0)
		w.Sockets.Drop(1)
		w.pass(time.Minute)
		asked := len(w.API.Requests("apps.connections.open"))
		w.pass(30 * time.Minute)
		if more := len(w.API.Requests("apps.connections.open")) - asked; more > 0 {
			t.Errorf("Slack is asked %d times more", more)
		}
		st, err := w.app.Status(t.Context())
		i := slices.IndexFunc(st.Adapters, func(a ops.Adapter) bool { return a.Name == "slack" })
		if err != nil || i < 0 || st.Adapters[i].State != ops.Stopped || !strings.Contains(st.Adapters[i].Fault, "a new token") {
			t.Errorf("the status is %+v, %v", st.Adapters, err)
		}
		if h := w.app.health(); !slices.ContainsFunc(h, func(h commands.Health) bool { return h.Key == "slack.deaf" }) {
			t.Errorf("people are told %+v", h)
		}

		w.API.Know("xapp-the-next", webapi.Token{App: true, Scopes: []string{"connections:write"}})
		w.API.Know("xoxb-the-next", webapi.Token{})
		next := w.cfg
		next.Slack.Workspaces = []Workspace{{ID: w.Workspace.ID, BotToken: "xoxb-the-next", AppToken: "xapp-the-next"}}
		if err := w.app.Reload(next); err != nil {
			t.Fatal(err)
		}
		w.pass(30 * time.Second)
		if st, err = w.app.Status(t.Context()); err != nil || st.Adapters[i].State != ops.Connected {
			t.Errorf("after the reload the status is %+v, %v", st.Adapters, err)
		}
		w.tom.InThread(card).Says("@Ponte take")
		w.pass(5 * time.Second)
		if got := w.inbox.Find(card.TS); !got.Says("with Tom Baker") {
			t.Errorf("nothing came of it:\n%s\n%s", got.Text(), w.log)
		}
		w.closes()
	})
}

// slacks is how Slack is, as it is told to who operates Ponte.
func (w *team) slacks() ops.Adapter {
	w.t.Helper()
	st, err := w.app.Status(w.t.Context())
	i := slices.IndexFunc(st.Adapters, func(a ops.Adapter) bool { return a.Name == "slack" })
	if err != nil || i < 0 {
		w.t.Fatalf("the status is %+v, %v", st.Adapters, err)
	}
	return st.Adapters[i]
}

// TestSlackIsOutOfReach: a Slack that cannot be reached is not called connected; it is
// tried again, and then it is, since then.
func TestSlackIsOutOfReach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		w.opens()
		if got := w.slacks(); got.State != ops.Connected {
			t.Fatalf("at first it is %+v", got)
		}
		w.pass(time.Minute)
		lost := time.Now()
		w.API.Fail("apps.connections.open", webapi.Dropped().Times(8))
		w.Sockets.Drop(0)
		w.Sockets.Drop(0)
		w.pass(4 * time.Second)
		if got := w.slacks(); got.State != ops.Retrying || got.Fault != string(bot.Unavailable) || !got.Since.Equal(lost) {
			t.Errorf("it is %+v", got)
		}
		if h := w.app.health(); !slices.ContainsFunc(h, func(h commands.Health) bool { return h.Name == "slack" && h.Fault != "" }) {
			t.Errorf("people are told %+v", h)
		}
		w.pass(3 * time.Minute)
		if got := w.slacks(); got.State != ops.Connected || got.Fault != "" || !got.Since.After(lost) {
			t.Errorf("later it is %+v", got)
		}
		w.comments("Bea", "Do you have oat milk?")
		w.ana.Presses(w.last(w.inbox), "Take")
		w.pass(5 * time.Second)
		if got := w.last(w.inbox); !got.Says("with Ana Ruiz") {
			t.Errorf("nothing came of it:\n%s", got.Text())
		}
		w.closes()
	})
}

// TestUninstalledFromSlack: who is shut out of a workspace says so, whoever tells of it,
// and believes nobody else than Slack; a new token mends it.
func TestUninstalledFromSlack(t *testing.T) {
	for _, why := range []string{"tokens_revoked", "app_uninstalled"} {
		t.Run(why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTeam(t)
				w.opens()
				w.Tells(why)
				w.pass(15 * time.Second)
				if got := w.slacks(); got.State != ops.Connected {
					t.Errorf("with a token that is taken it is %+v", got)
				}
				w.API.Know(slacktest.BotToken, webapi.Token{State: "account_inactive"})
				w.Tells(why)
				w.pass(time.Minute + 15*time.Second)
				if got := w.slacks(); got.State != ops.Stopped || !strings.Contains(got.Fault, "shut out of the Slack workspace "+w.Workspace.ID) {
					t.Errorf("it is %+v", got)
				}
				if h := w.app.health(); !slices.ContainsFunc(h, func(h commands.Health) bool { return h.Key == "slack.shut_out" && len(h.Args) == 1 }) {
					t.Errorf("people are told %+v", h)
				}
				asked := len(w.API.Requests("auth.test"))
				w.pass(10 * time.Minute)
				if more := len(w.API.Requests("auth.test")) - asked; more > 10 {
					t.Errorf("Slack is asked %d times more", more)
				}
				next := w.cfg
				next.Slack.Workspaces = []Workspace{{ID: w.Workspace.ID, BotToken: "xoxb-the-next", AppToken: slacktest.AppToken}}
				w.API.Know("xoxb-the-next", webapi.Token{})
				if err := w.app.Reload(next); err != nil {
					t.Fatal(err)
				}
				w.pass(15 * time.Second)
				if got := w.slacks(); got.State != ops.Connected {
					t.Errorf("after the reload it is %+v", got)
				}
				w.closes()
			})
		})
	}
}

// TestInSlackByWeb goes over signed requests to the public side.
func TestInSlackByWeb(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		w.cfg.Slack.Workspaces[0].AppToken, w.cfg.Slack.Workspaces[0].SigningSecret = "", slacktest.Secret
		w.opens()
		w.DeliverTo(w.app.world())
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(w.inbox)
		if h := w.ana.Presses(card, "Take"); !h.OK || h.Took > 3*time.Second {
			t.Errorf("the press: %+v", h)
		}
		w.pass(5 * time.Second)
		if got := w.inbox.Find(card.TS); !got.Says("with Ana Ruiz") {
			t.Errorf("nothing came of it:\n%s\n%s", got.Text(), w.log)
		}
		rec := httptest.NewRecorder()
		w.app.world().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "POST", "/slack/events", strings.NewReader("{}")))
		if rec.Code != 401 {
			t.Errorf("an unsigned request is answered with %d", rec.Code)
		}
		w.closes()
	})
}

// TestTwoInOneProcess: two bots do not hear, nor write, what is the other's.
func TestTwoInOneProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, other := newTeam(t), newTeam(t)
		one.opens()
		other.opens()
		one.comments("Bea", "Do you have oat milk?")
		other.comments("Carl", "Do you have tea?")
		for w, want := range map[*team]string{one: "oat milk", other: "tea"} {
			if all := w.inbox.All(); len(all) != 1 || !all[0].Says(want) {
				t.Errorf("%d messages stand where %s is asked for", len(all), want)
			}
			w.closes()
		}
	})
}

// TestDeletedInSlack: a card that somebody deletes is posted again once, with a word
// under it, and works as before; that a channel is lost is told in another one.
func TestDeletedInSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTeam(t)
		w.opens()
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(w.inbox)
		w.ana.Deletes(card)
		w.pass(10 * time.Second)
		again := w.last(w.inbox)
		if again.TS == card.TS || again.Text() != card.Text() {
			t.Fatalf("there stands\n%s\n%s", again.Text(), w.log)
		}
		if under := w.inbox.Thread(again); len(under) != 1 || !under[0].Says("it stands here once more") {
			t.Errorf("under it stand %d messages", len(under))
		}
		w.ana.Presses(again, "Take")
		w.pass(5 * time.Second)
		if got := w.inbox.Find(again.TS); !got.Says("with Ana Ruiz") {
			t.Errorf("it does not work:\n%s", got.Text())
		}
		w.ana.Deletes(again)
		w.pass(time.Minute)
		for _, m := range w.inbox.Messages() {
			if m.Says("Bea") && m.TS != again.TS {
				t.Errorf("it came back again: %s", m.Text())
			}
		}

		w.approvals.KickApp()
		w.pass(10 * time.Second)
		if got := w.last(w.inbox); !got.Says("taken out of the Slack channel approvals") || !got.Says("/invite @Ponte") {
			t.Errorf("nobody is told:\n%s", got.Text())
		}
		w.closes()
	})
}
