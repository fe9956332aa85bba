package transcript

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ponte/bot"
	"ponte/internal/app"
	"ponte/platforms/chat/slack/slacktest"
	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/ground"
	"ponte/platforms/chat/slack/slacktest/workspace"
)

// workplace is the team in Slack, by Slack's wire: people, channels, and what was
// told to Ponte there.
type workplace struct {
	away
	fake  *slacktest.Server
	done  map[string]done
	hand  map[string][]byte               // pictures that were not sent yet
	forms map[string][]workspace.Delivery // by window: what it sent
}

const onSlack = "slack"

// done is what came of one deed.
type done struct {
	told   []workspace.Delivery
	answer answer
}

// newWorkplace moves the brands' channels and people into a Slack of their own.
func newWorkplace(t testing.TB, brands []bot.Brand) (elsewhere, error) {
	w := &workplace{fake: slacktest.New(t), done: map[string]done{}, hand: map[string][]byte{}, forms: map[string][]workspace.Delivery{}}
	w.fake.API.Unlimited(true)
	team := w.fake.Workspace
	w.platform, w.space = onSlack, team.ID
	err := w.moves(brands, func(name string) string {
		return team.AddUser(ground.User{ID: w.user(name), Name: name}).ID
	}, func(name string, members []string) string {
		return team.AddChannel(name, false, append([]string{team.App.UserID}, members...)...)
	})
	return w, err
}

// user is the id of somebody of the team.
func (*workplace) user(name string) string { return "U0" + strings.ToUpper(name) }

// serves has a Ponte begin in Slack.
func (w *workplace) serves(cfg *app.Config) {
	cfg.Brands = w.brands
	cfg.Slack = app.Slack{
		Workspaces: []app.Workspace{{ID: w.fake.Workspace.ID, BotToken: slacktest.BotToken, AppToken: slacktest.AppToken}},
		APIURL:     w.fake.APIURL(), Client: w.fake.Client(), Dial: w.fake.Dial, Unpaced: true,
	}
}

// signs are what people react with, by Slack's names.
var signs = map[string]string{"white_check_mark": "✅", "x": "❌", "+1": "👍", "pushpin": "📌"}

// channel finds a channel by what the stories call it.
func (w *workplace) channel(who, room string) (string, error) {
	if id := w.fake.Workspace.ChannelNamed(brandOf(who) + "-" + room); id != "" {
		return id, nil
	}
	return "", fmt.Errorf("there is no %s", room)
}

func (w *workplace) rooms(who string) (rooms []string, err error) {
	for _, c := range w.fake.Workspace.Channels() {
		if room, theirs := strings.CutPrefix(c.Name, brandOf(who)+"-"); theirs && w.belongs(w.user(who), c.ID) {
			rooms = append(rooms, room)
		}
	}
	return rooms, nil
}

// calls tells whether a message calls Ponte: it is a command, which nobody else reads.
func (w *workplace) calls(m ground.Message) bool {
	return m.BotID == "" && strings.HasPrefix(m.Text, "<@"+w.fake.Workspace.App.UserID+">")
}

func (w *workplace) see(who string, at place) (list []message, err error) {
	channel, err := w.channel(who, at.room)
	if err != nil {
		return nil, err
	}
	if rooms, _ := w.rooms(who); !slices.Contains(rooms, at.room) {
		return nil, fmt.Errorf("%s is not in %s", who, at.room)
	}
	for _, m := range w.fake.Workspace.Log(channel, "") {
		here := m.ThreadTS == "" || m.ThreadTS == m.TS
		if at.thread != "" {
			here = m.TS == at.thread || m.ThreadTS == at.thread
		}
		if here && !w.calls(m) {
			list = append(list, w.read(m))
		}
	}
	return list, nil
}

// page is not Slack's: its clients draw by themselves what the blocks say.
func (*workplace) page(string, place) (string, error) { return "", errors.ErrUnsupported }

// read is a message as people see it.
func (w *workplace) read(m ground.Message) message {
	out := message{}
	if m.BotID == "" {
		out.lines = []string{w.fake.Workspace.Called(m.User) + ": " + plain(blocks.ReadText(m.Text, w.fake.Workspace.Called).Text())}
	} else {
		out = w.sheet().message(m.Blocks)
	}
	out.ref = m.TS
	for i := range out.buttons {
		out.buttons[i].sends.Set("ref", m.TS)
		out.buttons[i].sends.Set("on", m.TS)
		out.buttons[i].sends.Set("channel", m.Channel)
	}
	users := map[string][]string{}
	for _, r := range m.Reactions {
		users[signs[r.Name]] = append(users[signs[r.Name]], r.Users...)
	}
	out.lines = append(out.lines, w.reactions(m.Channel, users)...)
	return out
}
