package app

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/bot/hours"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/webapi"
)

// teams is a brand whose people work in two workspaces, and another brand in the second
// one. What is in the two has the same ids: those of people, channels, and messages.
type teams struct {
	*team
	second  *slacktest.Server
	annie   *slacktest.Person // Ana, in the second
	zed     *slacktest.Person // nobody's, in the second; his id is Tom's in the first
	desk    *slacktest.Room   // the first brand's, in the second
	bravo   *slacktest.Room   // the other brand's
	tokens2 [2]string
}

func newTeams(t *testing.T, shared bool) *teams {
	w := &teams{team: newTeam(t)}
	s := w.Beside(t, "T0BRAVO")
	w.second, w.zed, w.annie = s, s.User("Zed"), s.User("Ana Ruiz")
	w.desk, w.bravo = s.Channel("#desk"), s.Channel("#bravo")
	w.tokens2 = [2]string{slacktest.BotToken + "-T0BRAVO", slacktest.AppToken + "-T0BRAVO"}
	if shared {
		s.Over(w.Server)
		w.tokens2[1] = slacktest.AppToken
	}
	if w.zed.ID != w.tom.ID || w.annie.ID != w.ana.ID || w.desk.ID == w.bravo.ID {
		t.Fatalf("the ids are others: %s, %s", w.zed.ID, w.tom.ID)
	}
	w.cfg.Slack.Workspaces = append(w.cfg.Slack.Workspaces, Workspace{ID: "T0BRAVO", BotToken: w.tokens2[0], AppToken: w.tokens2[1]})
	b := &w.cfg.Brands[0]
	b.Channels[1] = bot.Channel{ID: "approvals", Platform: "slack", Space: "T0BRAVO", Remote: w.desk.ID}
	b.People[1].Users = append(b.People[1].Users, "slack/T0BRAVO/"+w.annie.ID)
	w.cfg.Brands = append(w.cfg.Brands, bot.Brand{
		ID: "bravo", Name: "Bravo", Language: bot.Spanish, Zone: "UTC", Hours: hours.Calendar{Zone: "UTC"}, Undo: 20 * time.Second, Grace: time.Hour,
		Channels: []bot.Channel{{ID: "inbox", Platform: "slack", Space: "T0BRAVO", Remote: w.bravo.ID, Default: true}},
		People:   []bot.Person{{ID: "annie", Name: "Annie", Roles: []bot.Role{bot.Manager}, Users: []string{"slack/T0BRAVO/" + w.annie.ID}}},
	})
	return w
}

func spaces(t *testing.T, test func(*teams)) {
	for name, shared := range map[string]bool{"one app": true, "two apps": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTeams(t, shared)
				w.opens()
				if n := w.second.Sockets.Open(); n > 0 == shared || !shared && n != 2 {
					t.Errorf("the second app has %d connections", n)
				}
				test(w)
				w.closes()
			})
		})
	}
}

// TestSeveralWorkspaces: a brand in two workspaces has its cards in the one and its
// requests in the other; what people do counts as who they are in the workspace where
// they do it; another brand beside it hears nothing of all that.
func TestSeveralWorkspaces(t *testing.T) {
	spaces(t, func(w *teams) {
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(w.inbox)
		w.tom.In("#inbox").Commands("/ponte post We open on Sunday as well.")
		w.pass(5 * time.Second)
		request := w.last(w.desk)
		if !request.Says("We open on Sunday as well.") || len(w.bravo.All()) > 0 {
			w.t.Fatalf("the request is\n%s", request.Text())
		}
		w.zed.Reacts(request, "white_check_mark")
		w.zed.In("#desk").Commands("/ponte post Half price for everybody.")
		w.pass(30 * time.Second)
		if told := w.zed.Whispers("#desk"); len(told) == 0 || !told[len(told)-1].Says("does not know you") || len(w.desk.Messages()) != 1 {
			w.t.Errorf("who has Tom's id elsewhere is told %d things, and %d requests stand there", len(told), len(w.desk.Messages()))
		}
		if out := w.square("GET", "/api/posts", ""); strings.Contains(out, "Sunday") {
			w.t.Fatalf("it went out: %s", out)
		}
		w.annie.Reacts(request, "white_check_mark")
		w.pass(30 * time.Second)
		if out := w.square("GET", "/api/posts", ""); strings.Count(out, "We open on Sunday as well.") != 1 {
			w.t.Fatalf("on the square: %s\n%s", out, w.log)
		}
		w.annie.In("#bravo").Commands("/ponte status")
		w.pass(5 * time.Second)
		if told := w.annie.Whispers("#bravo"); len(told) != 1 || !told[0].Says("Bravo") || told[0].Says("Acme") {
			w.t.Errorf("beside it is told %d things", len(told))
		}
		w.ana.Presses(card, "Take")
		w.pass(5 * time.Second)
		if got := w.inbox.Find(card.TS); !got.Says("with Ana Ruiz") || len(w.bravo.All()) > 0 {
			w.t.Errorf("the card is\n%s", got.Text())
		}
	})
}

// TestNewTokensKeepEveryThread: cards that stood there before their workspace has other
// tokens are changed, pressed and talked under as before, in each workspace.
func TestNewTokensKeepEveryThread(t *testing.T) {
	spaces(t, func(w *teams) {
		w.comments("Bea", "Do you have oat milk?")
		card := w.last(w.inbox)
		w.tom.In("#inbox").Commands("/ponte post We open on Sunday as well.")
		w.pass(5 * time.Second)
		request := w.last(w.desk)

		next := w.cfg
		next.Slack.Workspaces = []Workspace{
			{ID: w.Workspace.ID, BotToken: "xoxb-the-next", AppToken: "xapp-the-next"}, {ID: "T0BRAVO", BotToken: "xoxb-another", AppToken: "xapp-another"},
		}
		for s, token := range map[*slacktest.Server][2]string{w.Server: {slacktest.BotToken, slacktest.AppToken}, w.second: w.tokens2} {
			s.API.Know(token[0], webapi.Token{State: "token_revoked"})
			if s.API.Knows(token[1]) {
				s.API.Know(token[1], webapi.Token{App: true, State: "token_revoked"})
			}
		}
		app := webapi.Token{App: true, Scopes: []string{"connections:write"}}
		w.API.Know("xoxb-the-next", webapi.Token{})
		w.API.Know("xapp-the-next", app)
		w.second.API.Know("xoxb-another", webapi.Token{})
		if w.tokens2[1] == slacktest.AppToken {
			next.Slack.Workspaces[1].AppToken = "xapp-the-next"
		} else {
			w.second.API.Know("xapp-another", app)
		}
		if err := w.app.Reload(next); err != nil {
			w.t.Fatal(err)
		}
		w.pass(time.Minute)

		w.tom.InThread(card).Says("@Ponte take")
		w.annie.Reacts(request, "white_check_mark")
		w.pass(30 * time.Second)
		if got := w.inbox.Find(card.TS); !got.Says("with Tom Baker") || len(standing(w.inbox, "oat milk")) != 1 {
			w.t.Errorf("the card is\n%s\n%s", got.Text(), w.log)
		}
		if out := w.square("GET", "/api/posts", ""); strings.Count(out, "We open on Sunday as well.") != 1 {
			w.t.Errorf("on the square: %s\n%s", out, w.log)
		}
		w.ana.Presses(card, "Resolve")
		w.pass(5 * time.Second)
		if got := w.inbox.Find(card.TS); !got.Says("✓") || slices.Contains(got.Buttons(), "Resolve") {
			w.t.Errorf("after the press it is\n%s", got.Text())
		}
		if all := standing(w.desk, "Sunday"); len(all) != 1 || all[0].TS != request.TS {
			w.t.Errorf("%d requests stand there", len(all))
		}
		w.failed()
	})
}
