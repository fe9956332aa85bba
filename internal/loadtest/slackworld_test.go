package loadtest_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/ground"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

const slackSection = `slack:
  api_url: %s
  workspaces: [{id: T0PONTE, bot_token: "${LOADTEST_BOT}", app_token: "${LOADTEST_APP}"}]
`

// slackTeam is a team in a Slack on a real address.
type slackTeam struct {
	*team
	slack *slacktest.Server
	rooms []*slacktest.Room
}

// newSlackTeam has a team work in so many channels, each with an account whose items it takes.
func newSlackTeam(t testing.TB, channels int) *slackTeam {
	t.Setenv("LOADTEST_BOT", slacktest.BotToken)
	t.Setenv("LOADTEST_APP", slacktest.AppToken)
	w := &slackTeam{team: newTeam(t), slack: slacktest.New(t)}
	w.begins(t, channels, fmt.Sprintf(slackSection, w.slack.Listen()+"/api/"), "slack/T0PONTE/", func(name string) string {
		return w.slack.Workspace.AddUser(ground.User{ID: "U0" + strings.ToUpper(name), Name: name}).ID
	}, func(name string) string {
		r := w.slack.Channel("#" + name)
		if strings.HasPrefix(name, "room") {
			w.rooms = append(w.rooms, r)
		}
		return r.ID
	})
	return w
}

func (w *slackTeam) connected() bool { return w.slack.Sockets.Open() >= 2 }

// asks is a click under More on the first card.
func (w *slackTeam) asks() (took time.Duration, why string, ok bool) {
	for _, m := range w.rooms[0].Messages() {
		for _, c := range m.Controls {
			for _, o := range c.Options {
				if o.Label != history {
					continue
				}
				came, err := w.slack.Workspace.Presses(workspace.Press{User: "U0ANA", Channel: m.Channel, TS: m.TS, Control: c, Picks: []map[string]any{o.Sends}})
				if err != nil {
					return 0, err.Error(), true
				}
				r := <-came
				return r.Took, r.Why, true
			}
		}
	}
	return 0, "", false
}

func (w *slackTeam) cards() (all []shownCard) {
	for _, m := range w.rooms[0].Messages() {
		seconds, err := strconv.ParseFloat(m.TS, 64)
		if err == nil && m.BotID != "" {
			all = append(all, shownCard{m.Text(), math.Trunc(seconds*1000) / 1000})
		}
	}
	return all
}

func (w *slackTeam) refused() (all []string) {
	for _, r := range w.slack.API.Requests("chat.postMessage", "chat.update") {
		if r.Error != "" {
			all = append(all, r.Method+" was refused: "+r.Error)
		}
	}
	return all
}
