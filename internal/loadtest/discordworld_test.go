package loadtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ponte/platforms/chat/discord/discordtest"
	discord "ponte/platforms/chat/discord/discordtest/world"
)

const discordSection = `discord:
  token: "${LOADTEST_BOT}"
  guilds: ["%s"]
  message_content: true
  api_url: %s
  gateway_url: %s
`

// discordTeam is a team in a Discord on a real address.
type discordTeam struct {
	*team
	discord *discordtest.Server
	rooms   []*discordtest.Room
}

// newDiscordTeam has a team work in so many channels, each with an account whose items it takes.
func newDiscordTeam(t testing.TB, channels int) *discordTeam {
	t.Setenv("LOADTEST_BOT", discordtest.BotToken)
	w := &discordTeam{team: newTeam(t), discord: discordtest.New(t)}
	w.discord.Listen()
	section := fmt.Sprintf(discordSection, w.discord.ID, w.discord.APIURL(), w.discord.GatewayURL())
	w.begins(t, channels, section, "discord/"+w.discord.ID+"/", func(name string) string { return w.discord.User(name).ID }, func(name string) string {
		r := w.discord.Channel("#" + name)
		if strings.HasPrefix(name, "room") {
			w.rooms = append(w.rooms, r)
		}
		return r.ID
	})
	return w
}

func (w *discordTeam) connected() bool { return w.discord.Gateway.Listening() > 0 }

// asks is a choice under More on the first card.
func (w *discordTeam) asks() (took time.Duration, why string, ok bool) {
	for _, m := range w.rooms[0].Messages() {
		for _, c := range m.Controls {
			for _, o := range c.Options {
				if o.Label != history {
					continue
				}
				came, err := w.discord.World.Presses(w.discord.User("Ana").ID, m.Channel, m.ID, c.Action, c.Type, []string{o.Value})
				if err != nil {
					return 0, err.Error(), true
				}
				select {
				case r := <-came:
					return r.Took, r.Why, true
				case <-time.After(discord.Patience):
					w.discord.World.GiveUp(came)
					return discord.Patience, discordtest.FailedText, true
				}
			}
		}
	}
	return 0, "", false
}

func (w *discordTeam) cards() (all []shownCard) {
	for _, m := range w.rooms[0].Messages() {
		if m.Author == w.discord.World.App().User && m.To == "" {
			all = append(all, shownCard{m.Text(), float64(m.At.UnixMilli()) / 1000})
		}
	}
	return all
}

func (w *discordTeam) refused() (all []string) {
	for _, r := range w.discord.API.Requests() {
		if r.Status >= http.StatusBadRequest && (r.Method == http.MethodPost || r.Method == http.MethodPatch) {
			all = append(all, fmt.Sprintf("%s was refused: %d %d", r.Route, r.Status, r.Code))
		}
	}
	return all
}
